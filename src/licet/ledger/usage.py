"""Counting searches from ledger entries alone, so that anybody counts the same.

Rules, in the order of the code:

1. A period is a month or a year in UTC; an entry is in it by its own moment.
2. An organisation's use is its releases of candidate lists, its reviews, the photos it was
   shown, and its searches that were refused. Nothing else is counted as use.
3. A lead is counted once a search, whoever reviewed it how often.
4. Rows of the store are never read: what was erased is still counted.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from licet.ledger.canonical import Json
from licet.ledger.reading import as_list, as_number, as_object, as_text
from licet.terms.errors import BadInput, Corrupt
from licet.terms.ledger import EntryKind, Leaf
from licet.terms.when import to_text

_PERIOD = re.compile(r"(?P<year>2[0-9]{3})(-(?P<month>0[1-9]|1[0-2]))?")
_YEAR = "Write a year as 2026."
_MONTH = "Write a month as 2026-03."

TOLD_BY: Mapping[EntryKind, str] = {
    EntryKind.GRANT_CONFIRMED: "confirmed_by",
    EntryKind.GRANT_ENDING: "cause",
    EntryKind.REFUSED: "action",
    EntryKind.REQUEST_RECEIVED: "kind",
    EntryKind.REQUEST_DELIVERED: "kind",
    EntryKind.REQUEST_REFUSED: "article",
}
"""Entries that a year's report also counts by one of their facts."""

_BATCH = ("items", "faces", "appearances", "suggestions")
SUMMED: Mapping[EntryKind, tuple[str, ...]] = {
    EntryKind.COLLECTED: _BATCH,
    EntryKind.BACKFILLED: _BATCH,
}
"""Entries of batches: a year's report adds these facts up."""

SUM = "sum"
"""What stands in the place of a fact's value where facts were added up."""


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a year, and the moments between which it lies, as entries spell them."""

    text: str
    start: datetime
    end: datetime


def month(text: str) -> Period:
    """Read a month, ``2026-03``. Raises BadInput."""
    return _period(text, _MONTH, monthly=True)


def year(text: str) -> Period:
    """Read a year, ``2026``. Raises BadInput."""
    return _period(text, _YEAR, monthly=False)


def _period(text: str, remedy: str, *, monthly: bool) -> Period:
    found = _PERIOD.fullmatch(text)
    if found is None or bool(found["month"]) != monthly:
        raise BadInput(f"{text!r} is not a {'month' if monthly else 'year'}", remedy)
    first = datetime(int(found["year"]), int(found["month"] or 1), 1, tzinfo=UTC)
    last = first.year + 1 if not monthly or first.month == 12 else first.year
    return Period(
        text, first, datetime(last, first.month % 12 + 1 if monthly else 1, 1, tzinfo=UTC)
    )


@dataclass(frozen=True, slots=True)
class Uses:
    """How often one organisation searched in a period, and what came of it.

    ``searches`` are lists that were released, ``empty`` those without a candidate,
    ``candidates`` people on all lists together; ``refused`` searches that were not allowed.
    ``purposes`` and ``reasons`` break up searches and refusals; ``on_behalf_of`` says how many
    searches were asked for by which other organisation, by id. All are sorted.
    """

    searches: int = 0
    empty: int = 0
    candidates: int = 0
    cases: int = 0
    reviews: int = 0
    leads: int = 0
    shown: int = 0
    refused: int = 0
    purposes: tuple[tuple[str, int], ...] = ()
    reasons: tuple[tuple[str, int], ...] = ()
    on_behalf_of: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class _Running:
    """One organisation's use while it is counted."""

    counts: Counter[str] = field(default_factory=Counter)
    cases: set[str] = field(default_factory=set)
    leads: set[str] = field(default_factory=set)
    purposes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    behalf: Counter[str] = field(default_factory=Counter)

    def done(self) -> Uses:
        return Uses(
            **{name: self.counts[name] for name in _COUNTED},
            cases=len(self.cases),
            leads=len(self.leads),
            purposes=tuple(sorted(self.purposes.items())),
            reasons=tuple(sorted(self.reasons.items())),
            on_behalf_of=tuple(sorted(self.behalf.items())),
        )


_COUNTED = ("searches", "empty", "candidates", "reviews", "shown", "refused")


class Tally:
    """Counts entries one by one; what it has counted so far can be read at any time."""

    def __init__(self, period: Period, organisation: str | None = None) -> None:
        """Count a period; with ``organisation`` its use alone, and keep what was counted."""
        self._from, self._to = to_text(period.start), to_text(period.end)
        self._organisation = organisation
        self._uses: dict[str, _Running] = {}
        self._kinds: Counter[str] = Counter()
        self._told: Counter[tuple[str, str, str]] = Counter()
        self.counted: list[Leaf] = []
        """With an organisation: the leaves that its count is made of."""

    def begins(self, leaf: Leaf) -> bool:
        """Say whether the period has begun with this entry, or before it. Raises ``Corrupt``."""
        try:
            return bool(json.loads(leaf.data)["at"] >= self._from)
        except (ValueError, KeyError, TypeError) as error:
            raise Corrupt(f"entry {leaf.index} cannot be read: {error}") from error

    def take(self, leaf: Leaf) -> bool:
        """Count an entry, if it lies within; say whether it is an organisation's use.

        Raises ``Corrupt`` for bytes that are no entry of ours.
        """
        try:
            return self._take(leaf, json.loads(leaf.data))
        except (ValueError, KeyError, TypeError) as error:
            raise Corrupt(f"entry {leaf.index} cannot be read: {error}") from error

    def _take(self, leaf: Leaf, said: Mapping[str, Any]) -> bool:
        if not self._from <= said["at"] < self._to:
            return False
        whose = said.get("organisation")
        if self._organisation is None:
            self._whole(said)
        elif whose != self._organisation:
            return False
        if whose is None or not _is_use(said):
            return False
        _add(self._uses.setdefault(whose, _Running()), said)
        if self._organisation is not None:
            self.counted.append(leaf)
        return True

    def uses(self, organisation: str) -> Uses:
        """Return one organisation's use."""
        return self._uses.get(organisation, _Running()).done()

    def everybody(self) -> tuple[tuple[str, Uses], ...]:
        """Return the use of every organisation that has any, by its id."""
        return tuple((whose, found.done()) for whose, found in sorted(self._uses.items()))

    def kinds(self) -> tuple[tuple[str, int], ...]:
        """Return how many entries of each kind there were."""
        return tuple(sorted(self._kinds.items()))

    def told(self) -> tuple[tuple[str, str, str, int], ...]:
        """Return (kind, fact, what it says, how often): of ``TOLD_BY``, sums, templates dropped."""
        return tuple((*named, number) for named, number in sorted(self._told.items()))

    def _whole(self, said: Mapping[str, Json]) -> None:
        kind, facts = str(said["kind"]), _facts(said)
        self._kinds[kind] += 1
        fact = _FACT_OF.get(kind)
        if fact and fact in facts:
            self._told[kind, fact, str(facts[fact])] += 1
        if kind == _DROPPED:
            self._told[kind, "cause", str(facts.get("cause", "again"))] += len(
                _ids(said, "template")
            )
        for name in _SUMMED.get(kind, ()):
            self._told[kind, name, SUM] += int(str(facts.get(name, 0)))


_FACT_OF = {kind.value: fact for kind, fact in TOLD_BY.items()}
_SUMMED = {kind.value: names for kind, names in SUMMED.items()}
_DROPPED = EntryKind.TEMPLATE_DROPPED.value
"""Counted by the templates that it names, not by entries: one may name many."""


def _facts(said: Mapping[str, Json]) -> Mapping[str, Json]:
    found = said.get("facts", {})
    return found if isinstance(found, Mapping) else {}


def _is_use(said: Mapping[str, Json]) -> bool:
    """2. Say whether an entry is an organisation's use; what a person sees of themselves is not."""
    if said["kind"] == EntryKind.REFUSED.value:
        return _facts(said).get("action") == "search"
    return said["kind"] in _USE and _facts(said).get("by") != "subject"


_USE = {EntryKind.SEARCHED.value, EntryKind.REVIEWED.value, EntryKind.SHOWN.value}


def _add(to: _Running, said: Mapping[str, Json]) -> None:
    facts, kind = _facts(said), said["kind"]
    if kind == EntryKind.SEARCHED.value:
        number = int(str(facts["candidates"]))
        to.counts.update(searches=1, empty=int(number == 0), candidates=number)
        to.cases.update(_ids(said, "case"))
        to.purposes[str(facts["purpose"])] += 1
        if "on_behalf_of" in facts:
            to.behalf[str(facts["on_behalf_of"])] += 1
    elif kind == EntryKind.REVIEWED.value:
        to.counts.update(reviews=1)
        if facts["state"] == "lead":  # 3
            to.leads.update(_ids(said, "search"))
    elif kind == EntryKind.SHOWN.value:
        to.counts.update(shown=1)
    else:
        to.counts.update(refused=1)
        to.reasons[str(facts["reason"])] += 1


def _ids(said: Mapping[str, Any], role: str) -> list[str]:
    return [str(pair[1]) for pair in said.get("objects", ()) if pair[0] == role]


def uses_to_json(uses: Uses) -> dict[str, Json]:
    """Return a count as JSON parts."""
    return {
        **{name: getattr(uses, name) for name in _NUMBERS},
        "purposes": _named(uses.purposes),
        "reasons": _named(uses.reasons),
        "on_behalf_of": _named(uses.on_behalf_of),
    }


def uses_from_json(value: Json) -> Uses:
    """Read a count. Raises Corrupt."""
    parts = as_object(value, "the count", {*_NUMBERS, *_BROKEN_UP})
    numbers = {name: as_number(parts[name], name) for name in _NUMBERS}
    return Uses(
        **numbers,
        purposes=_read_named(parts["purposes"]),
        reasons=_read_named(parts["reasons"]),
        on_behalf_of=_read_named(parts["on_behalf_of"]),
    )


_NUMBERS = (*_COUNTED, "cases", "leads")
_BROKEN_UP = ("purposes", "reasons", "on_behalf_of")


def _named(pairs: tuple[tuple[str, int], ...]) -> list[Json]:
    return [{"name": name, "number": number} for name, number in pairs]


def _read_named(value: Json) -> tuple[tuple[str, int], ...]:
    found = []
    for one in as_list(value, "the named counts"):
        parts = as_object(one, "a named count", {"name", "number"})
        found.append((as_text(parts["name"], "a name"), as_number(parts["number"], "a number")))
    return tuple(found)
