"""What the worker does by itself: terms, purges, endings, and two of them at once."""
