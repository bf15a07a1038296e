"""licet: a face search engine in which nobody can be found without a live legal basis."""

__version__ = "0.1.0"
