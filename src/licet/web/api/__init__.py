"""The API, version 1: the same flows as everywhere, with their answers as JSON."""
