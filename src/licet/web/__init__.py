"""The pages and the interface for programs: what licet shows to a browser."""
