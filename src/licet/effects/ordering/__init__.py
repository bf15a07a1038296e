"""Authorities' orders: read from text, written down, and what they reach."""
