"""Ages: asked, never inferred; ages of consent are dated data (GDPR 8).

1. A territory that is unknown or not listed takes the age of majority.
2. Before a territory's first dated row the age of majority holds too.
3. Ages count whole years in the Gregorian calendar; who was born on 29 February
   comes of age on 1 March in other years.
"""

import tomllib
from datetime import date
from functools import cache
from importlib import resources

from licet.terms.errors import BadInput
from licet.terms.ids import Territory


def age_on(born: str, day: date) -> int:
    """Return whole years from ``born`` (``YYYY-MM-DD``) to ``day``.

    Raises ``BadInput`` when ``born`` is no date or lies after ``day``.
    """
    start = _date(born)
    if start > day:
        raise BadInput("the date of birth lies ahead", "Ask for the date again.")
    return day.year - start.year - ((day.month, day.day) < (start.month, start.day))


def of_age_on(born: str, territory: Territory | None, day: date) -> date:
    """Return the day a person comes of the age of consent that holds on ``day``.

    A guardian's grant should expire no later. Raises ``BadInput`` as :func:`age_on`.
    """
    start = _date(born)
    years = consent_age(territory, day)
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)


def consent_age(territory: Territory | None, day: date) -> int:
    """Return the age in years from which a person in ``territory`` consents alone."""
    majority, rows = _ages()
    held = [(since, years) for place, since, years in rows if place == territory and since <= day]
    return max(held)[1] if held else majority


def _date(born: str) -> date:
    try:
        return date.fromisoformat(born)
    except ValueError as problem:
        raise BadInput("the date of birth is not a date", "Write it as YYYY-MM-DD.") from problem


@cache
def _ages() -> tuple[int, tuple[tuple[str, date, int], ...]]:
    text = resources.files("licet.consent").joinpath("ages.toml").read_text("utf-8")
    data = tomllib.loads(text)
    rows = tuple((row["territory"], row["since"], row["years"]) for row in data["age"])
    return data["majority"], rows
