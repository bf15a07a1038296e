"""Texts that somebody else wrote, made fit to stand on one line of ours."""

import unicodedata

_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Controls, directions, halves of letters and separators: they make a text look like another."""


def one_line(text: str) -> str:
    """Return a text as one line of letters that can be seen, blanks between them."""
    kept = "".join(" " if unicodedata.category(c) in _UNSEEN else c for c in text)
    return " ".join(part for part in kept.split(" ") if part)
