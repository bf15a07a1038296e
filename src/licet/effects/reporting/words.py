"""How a report spells numbers, days and the words of the ledger."""

from datetime import datetime, timedelta


def number(count: int) -> str:
    """Return a whole number with its thousands apart: ``12 345``."""
    return f"{count:,}".replace(",", " ")


def day(moment: datetime) -> str:
    """Return a moment's day: ``2026-03-02``."""
    return moment.date().isoformat()


def length(term: timedelta) -> str:
    """Return a term in days, up to one day in hours."""
    hours = term // timedelta(hours=1)
    return f"{term.days} days" if hours > 24 else f"{hours} hours"


def spoken(word: str) -> str:
    """Return a word of the ledger as people read it."""
    return word.replace("_", " ").replace(".", " ")
