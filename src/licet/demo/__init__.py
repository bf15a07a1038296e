"""The demo: a sandbox on fixture photos."""
