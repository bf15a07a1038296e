"""Rules about the project itself: layers, sizes, words, docs, locks."""
