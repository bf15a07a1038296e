"""What was done about an authority's order, as its last entry commits to it (docs/formats/pack.md).

An :class:`OrderStatement` has two halves. ``record`` is drawn from the order's entries alone
(:func:`licet.ledger.order_entries.drawn`): whoever reads the pack draws it again and compares.
The rest is what the operator says of the order; the entry ``order.proved`` commits to both by
one digest, and names how many entries belong to the order and the digest of them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from licet.ledger.canonical import Json, dumps
from licet.ledger.reading import as_list, as_moment, as_number, as_object, as_text, one_of
from licet.ledger.statement import StoreCount
from licet.terms.order import ClauseKind, DataKind
from licet.terms.when import from_ms, to_ms, to_text

STATEMENT, ENTRIES, DIGEST, LEFT = "statement", "entries", "digest", "left_"
"""Facts of the entry ``order.proved``; ``left_<store>`` is what the order still reaches then."""

COPIES = "copies"
"""By this name ``left`` counts copies of photos that a legal hold keeps back, where there are."""

MOST_HELD = 200
"""So many holds fit into the entry; ``left`` counts the people of all of them."""


@dataclass(frozen=True, slots=True)
class ClauseSaid:
    """One clause of the order: what it demands of which data, and until when."""

    n: int
    kind: ClauseKind
    data: tuple[DataKind, ...]
    due: datetime


@dataclass(frozen=True, slots=True)
class PartSaid:
    """A plan that erased for the order: ``people`` are those of this order that it erases."""

    plan: str
    people: int


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What could not be erased yet: a legal hold (GDPR 17(3)(e)), its paper, until when."""

    hold: str
    instrument: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that was answered or refused before anybody was erased: by which entry, when."""

    request: str
    entry: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """What the order's erasing plans found, added up over their steps.

    ``deleted`` counts by store what there was and what was left; ``keys_left`` are keys that
    were looked for and still there, ``found`` what searches with people's own templates still
    found. ``purged`` are sources whose photos went. ``scans`` are looks for bytes in clear
    through every file, ``scanned_at`` the last.
    """

    deleted: tuple[StoreCount, ...]
    keys_destroyed: int
    keys_looked_for: int
    keys_left: int
    epochs_left: int
    looks: int
    found: int
    purged: int
    wiped: int
    scans: int
    scanned_at: datetime | None


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """What the order's entries say, from ``order.registered`` up to before ``order.proved``.

    ``first`` is the entry that registered it: it names the digest of the order's ``text``,
    and of the ``document`` that it came as, and its clauses. ``reached`` counts by store what
    the order reached then. ``parts`` are the plans that erase for it,
    ``erasing`` the first entry of one, None where nobody was erased. ``met`` are clauses by
    number with when they were met. ``entries`` and ``digest`` are of all entries that belong
    to the order.
    """

    first: int
    text: str
    document: str
    version: int
    regime: str
    clauses: tuple[ClauseSaid, ...]
    registered_at: datetime
    confirmed_at: datetime | None
    reached: tuple[tuple[str, int], ...]
    blocks: int
    lifted: int
    answered: tuple[Answered, ...]
    open: tuple[str, ...]
    parts: tuple[PartSaid, ...]
    erasing: int | None
    done: Done
    met: tuple[tuple[int, datetime], ...]
    entries: int
    digest: str


@dataclass(frozen=True, slots=True)
class OrderStatement:
    """What was done about one order, when, and what is left.

    ``left`` counts by store what the order still reached when this was stated.
    """

    order: str
    authority: str
    reference: str
    left: tuple[tuple[str, int], ...]
    held: tuple[HeldBack, ...]
    record: OrderRecord

    @property
    def people(self) -> int:
        """How many people of this order were erased."""
        return sum(part.people for part in self.record.parts)


def digest(statement: OrderStatement) -> str:
    """Return the SHA-256 (hex) that the entry's fact ``statement`` holds."""
    return sha256(dumps(to_json(statement))).hexdigest()


def proved_facts(statement: OrderStatement) -> tuple[tuple[str, str | int | bool], ...]:
    """Return the facts by which the entry ``order.proved`` commits to the statement."""
    return (
        (STATEMENT, digest(statement)),
        (ENTRIES, statement.record.entries),
        (DIGEST, statement.record.digest),
        ("people", statement.people),
        *((LEFT + store, count) for store, count in statement.left),
        *(fact for at, one in enumerate(statement.held) for fact in _held_facts(at, one)),
    )


def proved_with(
    facts: Mapping[str, str | int | bool],
) -> tuple[tuple[tuple[str, int], ...], tuple[HeldBack, ...]]:
    """Return what was left and what was held, as an entry's :func:`proved_facts` say it."""
    left = tuple(
        (name.removeprefix(LEFT), value)
        for name, value in facts.items()
        if name.startswith(LEFT) and isinstance(value, int)
    )
    holds = (at for at in range(MOST_HELD) if f"held_{at}" in facts)
    return left, tuple(_held_fact(at, facts) for at in holds)


def _held_facts(at: int, one: HeldBack) -> tuple[tuple[str, str | int | bool], ...]:
    return (
        (f"held_{at}", one.hold),
        (f"held_{at}_paper", one.instrument),
        (f"held_{at}_until", to_ms(one.until)),
    )


def _held_fact(at: int, facts: Mapping[str, str | int | bool]) -> HeldBack:
    until = from_ms(int(facts[f"held_{at}_until"]))
    return HeldBack(str(facts[f"held_{at}"]), str(facts[f"held_{at}_paper"]), until)


def to_json(statement: OrderStatement) -> dict[str, Json]:
    """Return the statement as JSON parts."""
    return {
        "about": "order",
        "authority": statement.authority,
        "held": [
            {"hold": one.hold, "instrument": one.instrument, "until": to_text(one.until)}
            for one in statement.held
        ],
        "left": _pairs(statement.left),
        "order": statement.order,
        "record": _record(statement.record),
        "reference": statement.reference,
    }


def _record(record: OrderRecord) -> dict[str, Json]:
    return {
        "answered": [
            {"at": to_text(one.at), "entry": one.entry, "request": one.request}
            for one in record.answered
        ],
        "blocks": record.blocks,
        "clauses": [
            {
                "data": [kind.value for kind in one.data],
                "due": to_text(one.due),
                "kind": one.kind.value,
                "n": one.n,
            }
            for one in record.clauses
        ],
        "confirmed_at": _maybe(record.confirmed_at),
        "digest": record.digest,
        "document": record.document,
        "done": _done(record.done),
        "entries": record.entries,
        "erasing": record.erasing,
        "first": record.first,
        "lifted": record.lifted,
        "met": [{"at": to_text(at), "n": n} for n, at in record.met],
        "open": list(record.open),
        "parts": [{"people": one.people, "plan": one.plan} for one in record.parts],
        "reached": _pairs(record.reached),
        "regime": record.regime,
        "registered_at": to_text(record.registered_at),
        "text": record.text,
        "version": record.version,
    }


def _done(done: Done) -> dict[str, Json]:
    return {
        "deleted": [
            {"after": one.after, "before": one.before, "store": one.store} for one in done.deleted
        ],
        "epochs_left": done.epochs_left,
        "found": done.found,
        "keys_destroyed": done.keys_destroyed,
        "keys_left": done.keys_left,
        "keys_looked_for": done.keys_looked_for,
        "looks": done.looks,
        "purged": done.purged,
        "scanned_at": _maybe(done.scanned_at),
        "scans": done.scans,
        "wiped": done.wiped,
    }


def _pairs(pairs: tuple[tuple[str, int], ...]) -> list[Json]:
    return [{"count": count, "store": store} for store, count in pairs]


def _maybe(moment: datetime | None) -> str | None:
    return None if moment is None else to_text(moment)


_STATEMENT = {
    "about",
    "authority",
    "held",
    "left",
    "order",
    "record",
    "reference",
}
_RECORD = {
    "answered",
    "blocks",
    "clauses",
    "confirmed_at",
    "digest",
    "document",
    "done",
    "entries",
    "erasing",
    "first",
    "lifted",
    "met",
    "open",
    "parts",
    "reached",
    "regime",
    "registered_at",
    "text",
    "version",
}
_DONE = {
    "deleted",
    "epochs_left",
    "found",
    "keys_destroyed",
    "keys_left",
    "keys_looked_for",
    "looks",
    "purged",
    "scanned_at",
    "scans",
    "wiped",
}


def from_json(value: Json) -> OrderStatement:
    """Read a statement about an order. Raises ``Corrupt``."""
    parts = as_object(value, "the statement", _STATEMENT)
    return OrderStatement(
        order=as_text(parts["order"], "the order"),
        authority=as_text(parts["authority"], "the authority"),
        reference=as_text(parts["reference"], "the reference"),
        left=_read_pairs(parts["left"]),
        held=tuple(_held(one) for one in as_list(parts["held"], "what is held")),
        record=_read_record(parts["record"]),
    )


def _clause(value: Json) -> ClauseSaid:
    parts = as_object(value, "a clause", {"data", "due", "kind", "n"})
    return ClauseSaid(
        n=as_number(parts["n"], "a clause's number"),
        kind=one_of(ClauseKind, parts["kind"]),
        data=tuple(one_of(DataKind, kind) for kind in as_list(parts["data"], "a clause's data")),
        due=as_moment(parts["due"], "a clause's last moment"),
    )


def _part(value: Json) -> PartSaid:
    parts = as_object(value, "a plan", {"people", "plan"})
    return PartSaid(as_text(parts["plan"], "a plan"), as_number(parts["people"], "a plan's people"))


def _held(value: Json) -> HeldBack:
    parts = as_object(value, "what is held", {"hold", "instrument", "until"})
    return HeldBack(
        as_text(parts["hold"], "a hold"),
        as_text(parts["instrument"], "a hold's paper"),
        as_moment(parts["until"], "a hold's end"),
    )


def _read_record(value: Json) -> OrderRecord:
    parts = as_object(value, "the record", _RECORD)
    erasing, confirmed = parts["erasing"], parts["confirmed_at"]
    return OrderRecord(
        first=as_number(parts["first"], "the first entry"),
        text=as_text(parts["text"], "the text's digest"),
        document=as_text(parts["document"], "the paper's digest"),
        version=as_number(parts["version"], "the version"),
        regime=as_text(parts["regime"], "the regime"),
        clauses=tuple(_clause(one) for one in as_list(parts["clauses"], "the clauses")),
        registered_at=as_moment(parts["registered_at"], "the moment of registering"),
        confirmed_at=None if confirmed is None else as_moment(confirmed, "the confirmation"),
        reached=_read_pairs(parts["reached"]),
        blocks=as_number(parts["blocks"], "the blocks"),
        lifted=as_number(parts["lifted"], "the blocks lifted"),
        answered=tuple(_answered(one) for one in as_list(parts["answered"], "the answers")),
        open=tuple(as_text(one, "a request") for one in as_list(parts["open"], "open requests")),
        parts=tuple(_part(one) for one in as_list(parts["parts"], "the plans")),
        erasing=None if erasing is None else as_number(erasing, "the first erasure"),
        done=_read_done(parts["done"]),
        met=tuple(_met(one) for one in as_list(parts["met"], "the clauses met")),
        entries=as_number(parts["entries"], "the entries"),
        digest=as_text(parts["digest"], "the entries' digest"),
    )


def _read_done(value: Json) -> Done:
    parts = as_object(value, "what was done", _DONE)
    scanned = parts["scanned_at"]
    names = _DONE - {"deleted", "scanned_at"}
    numbers = {name: as_number(parts[name], f"the number {name}") for name in sorted(names)}
    return Done(
        deleted=tuple(_deleted(one) for one in as_list(parts["deleted"], "what was deleted")),
        scanned_at=None if scanned is None else as_moment(scanned, "the scan's moment"),
        **numbers,
    )


def _deleted(value: Json) -> StoreCount:
    parts = as_object(value, "a count", {"after", "before", "store"})
    return StoreCount(
        as_text(parts["store"], "a store's name"),
        as_number(parts["before"], "a count before"),
        as_number(parts["after"], "a count after"),
    )


def _answered(value: Json) -> Answered:
    parts = as_object(value, "an answer", {"at", "entry", "request"})
    return Answered(
        as_text(parts["request"], "a request"),
        as_number(parts["entry"], "an answer's entry"),
        as_moment(parts["at"], "an answer's moment"),
    )


def _met(value: Json) -> tuple[int, datetime]:
    parts = as_object(value, "a clause that was met", {"at", "n"})
    return as_number(parts["n"], "a clause's number"), as_moment(parts["at"], "when it was met")


def _read_pairs(value: Json) -> tuple[tuple[str, int], ...]:
    pairs = [as_object(one, "a count", {"count", "store"}) for one in as_list(value, "the counts")]
    return tuple(
        (as_text(one["store"], "a store's name"), as_number(one["count"], "a count"))
        for one in pairs
    )
