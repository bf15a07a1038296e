"""How a report spells numbers, days and the words of the ledger."""

from datetime import datetime, timedelta


def number(count: int) -> str:
    """Return a whole number with its thousands apart: ``12 345``."""
    return f"{count:,}".replace(",", " ")


def day(moment: datetime) -> str:
    """Return a moment's day: ``2026-03-02``."""
    return moment.date().isoformat()


def length(term: timedelta) -> str:
    """Return a term in days, or in hours where it is not made of days."""
    if term % timedelta(days=1):
        return f"{term // timedelta(hours=1)} hours"
    return f"{term.days} days"


def spoken(word: str) -> str:
    """Return a word of the ledger as people read it."""
    return word.replace("_", " ").replace(".", " ")
