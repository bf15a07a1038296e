"""Where data may lie and go (GDPR 44-47).

1. A store may lie in the European Economic Area.
2. Elsewhere it may lie only where a transfer to that very territory is in the register, not
   ended, and its paper named by its SHA-256.
3. Adequacy is the Commission's to decide: it is a safeguard only where and while such a
   decision holds (``places.toml``).
4. Records, keys and ledger always exist, so it is stated where they lie; what is not stated
   counts as outside.
"""

import tomllib
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

from licet.consent.evidence import is_digest
from licet.terms.duties import Residence, Safeguard, StoreName, Transfer
from licet.terms.ids import Territory

ALWAYS = frozenset({StoreName.RECORDS, StoreName.KEYS, StoreName.LEDGER})
"""Stores that every deployment has."""


def in_the_area(place: Territory) -> bool:
    """1. Say whether a territory is in the European Economic Area."""
    return place in _area()


def covered(place: Territory, transfers: Iterable[Transfer], now: datetime) -> bool:
    """2. Say whether data may lie in a territory, on these transfers."""
    if in_the_area(place):
        return True
    return any(one.territory == place and stands(one, now) for one in transfers)


def stands(transfer: Transfer, now: datetime) -> bool:
    """2. and 3. Say whether a transfer may be relied on now."""
    if transfer.ended_at is not None or not is_digest(transfer.digest):
        return False
    if transfer.safeguard is not Safeguard.ADEQUACY:
        return True
    return adequate(transfer.territory, now.date())


def adequate(place: Territory, day: date) -> bool:
    """3. Say whether the Commission's decision about a territory holds on a day."""
    return any(
        territory == place and since <= day and (until is None or day < until)
        for territory, since, until in _decisions()
    )


def unstated(residences: Iterable[Residence]) -> frozenset[StoreName]:
    """4. Return the stores that always exist and of which nobody said where they lie."""
    return ALWAYS - {one.store for one in residences}


@cache
def _area() -> frozenset[Territory]:
    return frozenset(Territory(place) for place in _data()["area"])


@cache
def _decisions() -> tuple[tuple[Territory, date, date | None], ...]:
    rows = _data()["adequate"]
    return tuple((Territory(row["territory"]), row["since"], row.get("until")) for row in rows)


@cache
def _data() -> dict[str, Any]:
    text = resources.files("licet.consent").joinpath("places.toml").read_text("utf-8")
    return tomllib.loads(text)
