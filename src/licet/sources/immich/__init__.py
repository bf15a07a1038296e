"""An Immich library as a source of items, read by its API under a key that may only read."""
