"""One file a row: what must work, shown on real parts."""
