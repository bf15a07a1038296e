"""Terms that the law sets: dated data in ``regimes/*.toml``, and how days are counted. Pure.

1. A period of months does not count the day on which it begins. It ends with the last
   hour of the day of the same number; where a month has no such day, of its last day
   (Regulation (EEC, Euratom) 1182/71, 3(1) and 3(2)(c)).
2. Where it would end on a day off, it ends with the next working day (3(4)). Days off are
   the regime's weekdays. Public holidays are left out on purpose: without them an answer
   is due earlier, never later.
3. The regime follows the person's territory; where it is unknown, or no regime names it,
   or its regime sets no time to answer, the GDPR's terms hold.
4. The row holds that was in force on the day on which the period begins; before the
   first row, the first one.
5. Days are days in UTC, and a day ends a second before midnight.
6. A period of days counts them one by one, the first one left out, days off included.
7. A penalty's highest amount is the fixed one, or the share of the turnover of the year
   before where that is more (GDPR 83(4)-(6)). Amounts of two currencies are never compared.
"""

import tomllib
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from licet.terms.errors import BadInput
from licet.terms.ids import Territory
from licet.terms.money import Money, read_money

GDPR = "gdpr"
FILES = (GDPR, "uk_gdpr", "bipa", "au_privacy", "ai_act")
"""Every regime there is, by the name of its file."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Terms:
    """What one regime sets from a day on. Months are calendar months; 0 where it sets none.

    ``months`` or ``days`` to answer a request, ``extension_months`` more after a letter
    within ``notice_months``; ``days_off`` as ``date.weekday`` numbers them. ``kept_months``
    is for how long what was written in a request is kept after it was answered.
    ``last_interaction_months`` is when biometric data goes at the latest after the
    person's last interaction. ``breach_hours`` and ``breach_days`` are the time to notify
    the authority of a breach, or to find out whether it is one. ``age_least`` and
    ``age_most`` bound the age from which a child consents alone (``ages.toml`` says it
    for each territory).
    """

    regime: str
    valid_from: date
    kept_months: int
    months: int = 0
    days: int = 0
    extension_months: int = 0
    notice_months: int = 0
    days_off: frozenset[int] = frozenset()
    last_interaction_months: int = 0
    breach_hours: int = 0
    breach_days: int = 0
    age_least: int = 0
    age_most: int = 0


class Per(StrEnum):
    """For what a penalty is owed once."""

    UNDERTAKING = "undertaking"
    PERSON = "person"
    VIOLATION = "violation"


@dataclass(frozen=True, slots=True)
class Penalty:
    """What a regime threatens from a day on: ``amount``, or ``percent`` of the turnover.

    ``name`` says for what: ``order`` is for not following an authority's.
    """

    regime: str
    name: str
    valid_from: date
    amount: Money
    percent: int = 0
    per: Per = Per.UNDERTAKING


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty of who runs a system, from a day on; one of the numbers where it has a term.

    ``people`` is how many must take part.
    """

    regime: str
    name: str
    valid_from: date
    article: str
    says: str
    months: int = 0
    days: int = 0
    people: int = 0


def regime_of(territory: Territory | None) -> str:
    """Return the regime that a territory's people stand under."""
    named = (name for name in FILES if territory in _territories(name))
    return next(named, GDPR)


def answering_regime(territory: Territory | None) -> str:
    """Return the regime whose time to answer holds for a territory's people."""
    regime = regime_of(territory)
    first = _rows(regime)[0]
    return regime if first.months or first.days else GDPR


def terms_on(regime: str, day: date) -> Terms:
    """Return what a regime sets on a day. Raises ``BadInput`` for a regime not known."""
    if regime not in FILES:
        raise BadInput(f"there is no regime {regime}", "See docs/reference/regimes.md.")
    rows = _rows(regime)
    held = [row for row in rows if row.valid_from <= day]
    return held[-1] if held else rows[0]


def penalties_on(regime: str, day: date) -> dict[str, Penalty]:
    """Return what a regime threatens on a day, by name. Raises ``BadInput`` as ``terms_on``."""
    terms_on(regime, day)
    # Rows are in the order of their days, so the last one that holds stays.
    return {row.name: row for row in _penalties(regime) if row.valid_from <= day}


def duties_on(regime: str, day: date) -> tuple[Duty, ...]:
    """Return the duties of who runs a system on a day. Raises ``BadInput`` as ``terms_on``."""
    terms_on(regime, day)
    return tuple(row for row in _duties(regime) if row.valid_from <= day)


def most(penalty: Penalty, turnovers: Iterable[Money] = (), times: int = 1) -> Money:
    """Return the highest amount of a penalty, ``times`` where it is owed for each.

    ``turnovers`` are one amount a currency; one in another currency says nothing here.
    """
    shares = (one.percent(penalty.percent) for one in turnovers)
    ours = [one for one in shares if one.currency == penalty.amount.currency]
    return max([penalty.amount, *ours], key=lambda one: one.minor).times(times)


def add_months(day: date, months: int) -> date:
    """Return the day of the same number so many months later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def working_day(day: date, days_off: frozenset[int]) -> date:
    """Return the day, or the first one after it that is no day off."""
    while day.weekday() in days_off:
        day += timedelta(days=1)
    return day


def due_on(terms: Terms, received: date) -> date:
    """Return the last day to answer what was received on a day."""
    last = add_months(received, terms.months) + timedelta(days=terms.days)
    return working_day(last, terms.days_off)


def ordered_on(regime: str, notified: date, months: int) -> date:
    """Return the last day of a term of months in an order that was notified on a day."""
    return working_day(add_months(notified, months), terms_on(regime, notified).days_off)


def extended_on(terms: Terms, received: date) -> date:
    """Return the last day to answer once the time was extended: counted from receipt too."""
    months = terms.months + terms.extension_months
    last = add_months(received, months) + timedelta(days=terms.days)
    return working_day(last, terms.days_off)


def notice_until(terms: Terms, received: date) -> date:
    """Return the last day to tell the person that it takes longer.

    It is not moved to a working day: the person is told inside the month, not after it.
    """
    return add_months(received, terms.notice_months)


def kept_until(terms: Terms, closed: date) -> date:
    """Return the last day on which what was written in an answered request is kept."""
    return add_months(closed, terms.kept_months)


def gone_months(territory: Territory | None, day: date) -> int:
    """Return how many months after a person's last act everything of theirs is gone.

    Where a regime sets no such term, it is the one for which what happened may have to be
    shown: after it nobody needs to know who somebody was.
    """
    terms = terms_on(regime_of(territory), day)
    return terms.last_interaction_months or terms.kept_months


def soonest_months(day: date) -> int:
    """Return the shortest such term of any regime."""
    every = (terms_on(name, day) for name in FILES)
    return min(terms.last_interaction_months or terms.kept_months for terms in every)


def end_of(day: date) -> datetime:
    """Return the last second of a day."""
    return datetime.combine(day, time(23, 59, 59), UTC)


def _territories(name: str) -> frozenset[Territory]:
    return frozenset(map(Territory, _file(name)["territories"]))


@cache
def _rows(name: str) -> tuple[Terms, ...]:
    """Return the rows of a regime's terms, oldest first."""
    rows = (_row(name, row) for row in _file(name)["terms"])
    return tuple(sorted(rows, key=lambda row: row.valid_from))


@cache
def _penalties(name: str) -> tuple[Penalty, ...]:
    rows = (_penalty(name, row) for row in _file(name).get("penalty", ()))
    return tuple(sorted(rows, key=lambda row: row.valid_from))


@cache
def _duties(name: str) -> tuple[Duty, ...]:
    rows = (Duty(regime=name, **row) for row in _file(name).get("duty", ()))
    return tuple(sorted(rows, key=lambda row: (row.valid_from, row.name)))


@cache
def _file(name: str) -> dict[str, Any]:
    place = resources.files("licet.consent").joinpath("regimes", f"{name}.toml")
    return tomllib.loads(place.read_text("utf-8"))


def _penalty(name: str, row: Mapping[str, Any]) -> Penalty:
    read = {"amount": read_money(row["amount"]), "per": Per(row.get("per", Per.UNDERTAKING))}
    return Penalty(regime=name, **{**row, **read})


def _row(name: str, row: Mapping[str, Any]) -> Terms:
    days_off = frozenset(_WEEKDAYS.index(day) for day in row.get("days_off", ()))
    if len(days_off) == len(_WEEKDAYS):
        raise ValueError(f"{name}: a week needs a working day")
    parts = {key: value for key, value in row.items() if key != "days_off"}
    return Terms(regime=name, days_off=days_off, **parts)
