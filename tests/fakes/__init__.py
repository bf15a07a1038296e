"""Working fakes: small, deterministic, and honest about what they are."""
