"""Proof of what was done about an authority's order: its entries, its statement, its pack."""
