"""Which entries belong to an authority's order, and what they say was done. Pure.

1. The first is the one that registered it: ``order.registered``.
2. Every entry that names the order (the object ``order``) belongs to it, and every block
   placed for it (the fact ``cause`` is ``order:<id>``).
3. What such an entry names beside the order, plans, requests and blocks, is *followed*:
   every entry that names something followed belongs, wherever it stands after the first. Of
   an answer only the request is followed, not how it was packed. Of a source that ceased for
   the order, the entry that it was purged belongs. Of copies that a legal hold keeps back
   (``copy.owed``), the entry that they ended belongs.
4. The last that is counted is the one before ``order.proved``; what names the order later
   (that the pack was sent) belongs too, and is not part of what was proved.

Operator and reader draw the same record from the same entries, so neither has to be
believed about what the entries say.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from hashlib import sha256

from licet.ledger.leaf import decode
from licet.ledger.order import Answered, ClauseSaid, Done, OrderRecord, PartSaid
from licet.ledger.reading import one_of
from licet.ledger.statement import StoreCount
from licet.terms.errors import Corrupt
from licet.terms.ledger import Entry, EntryKind, Leaf
from licet.terms.order import ClauseKind, DataKind, Reached
from licet.terms.plan import EffectKind
from licet.terms.when import from_ms

STORES = tuple(field.name for field in fields(Reached))
"""What an order reaches is counted by these names, in the entry that registered it too."""

_FOLLOWED = frozenset({"plan", "request", "block"})
_ROLES = (
    *(f'["{role}",'.encode() for role in sorted((*_FOLLOWED, "copy"))),
    f'"{EntryKind.SOURCE_PURGED.value}"'.encode(),
)
_PLANS = frozenset({EntryKind.SUBJECT_ERASING, EntryKind.GRANT_ENDING, EntryKind.ORDER_PLANNED})
_ANSWERS = frozenset({EntryKind.REQUEST_DELIVERED, EntryKind.REQUEST_REFUSED})
_DELETES = frozenset({EffectKind.DELETE_ROWS.value, EffectKind.FORGET_ITEMS.value})
_NO_STORES = frozenset({"n", "asked"})
_LEFT = "_left"
_PURGED = "purged:"
_INDEX_BYTES = 8
TAKEN_FROM = "taken_from"
"""The fact by which a plan's entry names the plan that its people were in before.

A legal hold that was placed later keeps them, and the others went on without them.
"""


def cause_of(order: str) -> str:
    """Return the cause of the blocks that are placed for an order."""
    return f"order:{order}"


@dataclass(frozen=True, slots=True)
class Read:
    """An entry as it stands in the ledger, and taken apart: once, because there are many."""

    leaf: Leaf
    entry: Entry


def may_belong(leaf: Leaf, order: str) -> bool:
    """Say fast whether an entry may belong to an order: it names it, or what can be followed.

    Millions of entries stand between an order and its proof, so nothing is taken apart here.
    """
    return order.encode() in leaf.data or any(role in leaf.data for role in _ROLES)


def take_apart(leaves: Iterable[Leaf]) -> Iterator[Read]:
    """Take entries apart. Raises ``Corrupt`` for what is none."""
    return (Read(leaf, decode(leaf.data)) for leaf in leaves)


def people_facts(people: Iterable[tuple[str, int]]) -> tuple[tuple[str, str | int | bool], ...]:
    """Return the facts by which an entry says how many people of each order a plan erases.

    The orders are counted in the order of their ids, as the entry's bytes have them.
    """
    return tuple((f"people_{n}", count) for n, (_, count) in enumerate(sorted(people)))


def people_of_orders(entry: Entry) -> dict[str, int]:
    """Return of how many people of each order a plan's entry speaks, as ``people_facts`` wrote."""
    facts, orders = dict(entry.facts), sorted(_ids(entry, "order"))
    return {order: _number(facts.get(f"people_{n}")) for n, order in enumerate(orders)}


def belonging(order: str, entries: Collection[Read]) -> tuple[Read, ...]:
    """Return the entries that belong to an order."""
    followed = followed_by(order, entries)
    return tuple(one for one in entries if belongs(one.entry, order, followed))


def belongs(entry: Entry, order: str, followed: Collection[str]) -> bool:
    """Say whether an entry belongs to an order of which so much is followed."""
    if _is_of(entry, order) or any(named in followed for _, named in entry.objects):
        return True
    purged = _ids(entry, "source") if entry.kind is EntryKind.SOURCE_PURGED else ()
    return any(_PURGED + source in followed for source in purged)


def followed_by(order: str, entries: Iterable[Read]) -> frozenset[str]:
    """Return all that is followed for an order, as its entries name it."""
    return frozenset(one for read in entries for one in _follows(read.entry, order))


def copies_left(order: str, entries: Iterable[Read]) -> frozenset[str]:
    """Return the copies that a legal hold kept back from an order, and that did not end since."""
    owed: set[str] = set()
    for one in entries:
        if one.entry.kind is EntryKind.COPIES_OWED and _is_of(one.entry, order):
            owed.update(_ids(one.entry, "copy"))
        elif one.entry.kind is EntryKind.COPIES_ENDED:
            owed.difference_update(_ids(one.entry, "copy"))
    return frozenset(owed)


def entries_digest(leaves: Iterable[Leaf]) -> str:
    """Return the SHA-256 (hex) over each entry's index (8 bytes) and leaf hash, in order."""
    running = sha256()
    for leaf in leaves:
        running.update(leaf.index.to_bytes(_INDEX_BYTES, "big") + leaf.hash)
    return running.hexdigest()


def drawn(order: str, entries: Collection[Read]) -> OrderRecord:
    """Return what the entries of an order say, given all of them before it was proved.

    Raises ``Corrupt`` when none of them registered the order.
    """
    first = next((one for one in entries if _registers(one.entry, order)), None)
    if first is None:
        raise Corrupt("no entry says that the order was registered")
    facts = dict(first.entry.facts)
    own = [one.entry for one in entries if _is_of(one.entry, order)]
    parts = tuple(_parts(own, order))
    erasing = frozenset(part.plan for part in parts)
    steps = [one for one in entries if not erasing.isdisjoint(_ids(one.entry, "plan"))]
    asked = dict.fromkeys(request for entry in own for request in _ids(entry, "request"))
    answered = _answers(entries, frozenset(asked))
    theirs = {one.request for one in answered}
    placed = {block for entry in own for block in _placed(entry)}
    return OrderRecord(
        first=first.leaf.index,
        text=str(facts.get("text", "")),
        document=str(facts.get("document", "")),
        version=_number(facts.get("version")),
        regime=str(facts.get("regime", "")),
        clauses=tuple(_clauses(facts)),
        registered_at=first.entry.at,
        confirmed_at=_first_at(own, EntryKind.ORDER_CONFIRMED),
        reached=_reached(own),
        blocks=len(placed),
        lifted=sum(not placed.isdisjoint(_lifted(one.entry)) for one in entries),
        answered=answered,
        open=tuple(one for one in asked if one not in theirs),
        parts=parts,
        erasing=next((one.leaf.index for one in steps), None),
        done=_done([*(one.entry for one in steps), *_purges(one.entry for one in entries)]),
        met=tuple(_met(own)),
        entries=len(entries),
        digest=entries_digest(one.leaf for one in entries),
    )


def _is_of(entry: Entry, order: str) -> bool:
    return ("order", order) in entry.objects or (
        entry.kind is EntryKind.BLOCK_PLACED and ("cause", cause_of(order)) in entry.facts
    )


def _follows(entry: Entry, order: str) -> Iterator[str]:
    if _is_of(entry, order):
        roles = {"request"} if entry.kind in _ANSWERS else _FOLLOWED
        yield from (named for role, named in entry.objects if role in roles)
        if entry.kind is EntryKind.COPIES_OWED:
            yield from _ids(entry, "copy")
        if entry.kind is EntryKind.SOURCE_CEASED:
            yield from (_PURGED + source for source in _ids(entry, "source"))


def _registers(entry: Entry, order: str) -> bool:
    return entry.kind is EntryKind.ORDER_REGISTERED and ("order", order) in entry.objects


def _ids(entry: Entry, role: str) -> tuple[str, ...]:
    return tuple(named for one, named in entry.objects if one == role)


def _placed(entry: Entry) -> tuple[str, ...]:
    return _ids(entry, "block") if entry.kind is EntryKind.BLOCK_PLACED else ()


def _lifted(entry: Entry) -> tuple[str, ...]:
    return _ids(entry, "block") if entry.kind is EntryKind.BLOCK_LIFTED else ()


def _first_at(own: Iterable[Entry], kind: EntryKind) -> datetime | None:
    return next((entry.at for entry in own if entry.kind is kind), None)


def _parts(own: Iterable[Entry], order: str) -> Iterator[PartSaid]:
    """Yield the plans that erase for the order, as their own entries say; each person once."""
    people: dict[str, int] = {}
    for entry in own:
        if entry.kind in _PLANS:
            count = people_of_orders(entry)[order]
            people.update(dict.fromkeys(_ids(entry, "plan"), count))
            before = str(dict(entry.facts).get(TAKEN_FROM))
            if before in people:
                people[before] -= count
    yield from (PartSaid(plan, count) for plan, count in people.items())


def _purges(entries: Iterable[Entry]) -> Iterator[Entry]:
    return (entry for entry in entries if entry.kind is EntryKind.SOURCE_PURGED)


def _clauses(facts: Mapping[str, object]) -> Iterator[ClauseSaid]:
    """Yield the clauses as the registering entry says them: ``clause_1``, ``due_1``."""
    n = 1
    while (said := facts.get(f"clause_{n}")) is not None:
        kind, _, data = str(said).partition(":")
        kinds = tuple(one_of(DataKind, one) for one in data.split(",") if data)
        yield ClauseSaid(n, one_of(ClauseKind, kind), kinds, _moment(facts.get(f"due_{n}")))
        n += 1


def _reached(own: Iterable[Entry]) -> tuple[tuple[str, int], ...]:
    found = (entry.facts for entry in own if entry.kind is EntryKind.ORDER_FOUND)
    facts = dict(next(found, ()))
    return tuple((store, _number(facts.get(store))) for store in STORES)


def _answers(entries: Iterable[Read], asked: frozenset[str]) -> tuple[Answered, ...]:
    found: dict[str, Answered] = {}
    for one in entries:
        if one.entry.kind in _ANSWERS:
            for request in asked.intersection(_ids(one.entry, "request")):
                found.setdefault(request, Answered(request, one.leaf.index, one.entry.at))
    return tuple(sorted(found.values(), key=lambda one: (one.entry, one.request)))


def _met(own: Iterable[Entry]) -> Iterator[tuple[int, datetime]]:
    for entry in own:
        if entry.kind is EntryKind.CLAUSE_MET:
            yield _number(dict(entry.facts).get("n")), entry.at


@dataclass(slots=True)
class _Sums:
    """What the steps of the plans found, while it is added up."""

    before: dict[str, int]
    after: dict[str, int]
    numbers: dict[str, int]
    scanned_at: datetime | None = None

    def add(self, name: str, value: object) -> None:
        self.numbers[name] = self.numbers.get(name, 0) + _number(value)


def _done(entries: Iterable[Entry]) -> Done:
    """Add up what the steps of the erasing plans found."""
    sums = _Sums({}, {}, {})
    for entry in entries:
        if entry.kind is EntryKind.SOURCE_PURGED:
            sums.add("purged", 1)
        elif entry.kind is EntryKind.EFFECT_DONE:
            facts = dict(entry.facts)
            _add_step(sums, str(facts.get("effect")), facts, entry.at)
    stores = sorted(sums.before.keys() | sums.after.keys())
    counts = (StoreCount(s, sums.before.get(s, 0), sums.after.get(s, 0)) for s in stores)
    return Done(
        deleted=tuple(counts),
        keys_destroyed=sums.numbers.get("keys", 0),
        keys_looked_for=sums.numbers.get("looked_for", 0),
        keys_left=sums.numbers.get("looked_for", 0) - sums.numbers.get("absent", 0),
        epochs_left=sums.numbers.get("epochs", 0),
        looks=sums.numbers.get("probes", 0),
        purged=sums.numbers.get("purged", 0),
        found=sums.numbers.get("found", 0),
        wiped=sums.numbers.get("wiped", 0),
        scans=sums.numbers.get("scans", 0),
        scanned_at=sums.scanned_at,
    )


def _add_step(sums: _Sums, effect: str, facts: Mapping[str, object], at: datetime) -> None:
    """Add what one step found, by the facts of its entry."""
    if effect in _DELETES:
        _add_stores(sums, facts)
    elif effect == EffectKind.SHRED_KEYS.value:
        sums.add("keys", facts.get("keys"))
    elif effect == EffectKind.CHECK_KEYS.value:
        sums.add("looked_for", facts.get("looked_for"))
        sums.add("absent", facts.get("absent"))
        sums.add("epochs", max(_number(facts.get("epochs")) - 1, 0))
    elif effect == EffectKind.CHECK_UNFINDABLE.value:
        sums.add("probes", facts.get("probes"))
        sums.add("found", facts.get("found"))
    elif effect == EffectKind.CHECK_BYTES.value:
        sums.add("wiped", 1)
    elif effect == EffectKind.SCAN_BYTES.value:
        sums.add("scans", 1)
        sums.scanned_at = _moment(facts["at"]) if "at" in facts else at


def _add_stores(sums: _Sums, facts: Mapping[str, object]) -> None:
    for name, value in facts.items():
        if name in _NO_STORES or isinstance(value, bool) or not isinstance(value, int):
            continue
        store, into = (
            (name.removesuffix(_LEFT), sums.after) if name.endswith(_LEFT) else (name, sums.before)
        )
        into[store] = into.get(store, 0) + value


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _moment(value: object) -> datetime:
    try:
        return from_ms(_number(value))
    except OverflowError as error:
        raise Corrupt("an entry names a moment that no calendar has") from error
