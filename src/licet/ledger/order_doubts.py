"""What a statement about an order says in plain words, and what it leaves in doubt. Pure.

A doubt is a reason why, by the statement's own words, the order was not carried out as it
was ordered: then the pack does not hold, however whole its files are. That a clause was met
after its last day is no doubt but a fact, and is told.
"""

from collections.abc import Collection, Iterator
from datetime import timedelta

from licet.ledger.order import COPIES, Answered, ClauseSaid, OrderRecord, OrderStatement
from licet.terms.order import ClauseKind, DataKind

_STOPS = frozenset({ClauseKind.STOP_COLLECTING, ClauseKind.STOP_USE, ClauseKind.ERASE})
_DAY = timedelta(days=1)
_LEFT = {
    DataKind.PEOPLE: ("people",),
    DataKind.TEMPLATES: ("templates", "suggestions"),
    DataKind.PHOTOS: (),
    DataKind.PROBES: ("probes",),
}
"""By what an order reaches still, that an erasure of such data left something.

Photos are left out: those in which others appear too stay theirs, and are counted as reached.
"""


def doubts(statement: OrderStatement, later: Collection[str] = ()) -> tuple[str, ...]:
    """Return why, by its own words, the order was not carried out; empty as a rule.

    ``later`` are requests that came when the erasing had begun: who asks then is answered
    before their own data goes, and nobody could have answered them before.
    """
    return (*_of_order(statement, later), *_of_erasing(statement), *_of_clauses(statement))


def told(statement: OrderStatement) -> tuple[str, ...]:
    """Return what the entries prove was done, in plain sentences."""
    record, done = statement.record, statement.record.done
    reached = dict(record.reached)
    registered = (
        f"order {statement.reference} of {statement.authority}, version {record.version}, was "
        f"registered by entry {record.first} on {record.registered_at:%Y-%m-%d}; people in its "
        f"scope: {reached.get('people', 0)}"
    )
    found = [registered, f"blocks placed for it: {record.blocks}; lifted: {record.lifted}"]
    first = answered_before(record)
    found.append(f"requests answered before anybody was erased: {len(first)}")
    if len(record.answered) > len(first):
        after = len(record.answered) - len(first)
        found.append(f"requests that came while people were erased, and were answered: {after}")
    if record.erasing is not None:
        found.append(
            f"people erased: {statement.people}, from entry {record.erasing} on; keys destroyed: "
            f"{done.keys_destroyed}; looked for: {done.keys_looked_for}; still there: "
            f"{done.keys_left}; found by {done.looks} searches: {done.found}"
        )
    if done.purged:
        found.append(f"sources that ceased for it and were emptied: {done.purged}")
    if done.scanned_at is not None:
        found.append(f"every file was read for their data in clear, {done.scanned_at:%Y-%m-%d}")
    if kept := dict(statement.left).get(COPIES, 0):
        found.append(f"copies of photos that stay because a legal hold needs them: {kept}")
    for one in statement.held:
        found.append(f"a legal hold keeps somebody until {one.until:%Y-%m-%d}: {one.hold}")
    met = dict(record.met)
    found += [
        _clause(one, met[one.n] - one.due) for one in statement.record.clauses if one.n in met
    ]
    return tuple(found)


def answered_before(record: OrderRecord) -> tuple[Answered, ...]:
    """Return the answers that came before anybody was erased, in their order."""
    erasing = record.erasing
    return tuple(one for one in record.answered if erasing is None or one.entry < erasing)


def gone_otherwise(statement: OrderStatement) -> int:
    """Return of how many people in scope no plan of the order, and no count, says any more."""
    wanted = {kind for one in statement.record.clauses for kind in one.data}
    if DataKind.PEOPLE not in wanted:
        return 0
    reached, left = dict(statement.record.reached), dict(statement.left)
    return max(0, reached.get("people", 0) - statement.people - left.get("people", 0))


def _clause(clause: ClauseSaid, late: timedelta) -> str:
    day = f"{clause.due:%Y-%m-%d}"
    what = f"clause {clause.n} ({clause.kind.value}) was met"
    if late <= timedelta(0):
        return f"{what} in time: its last day was {day}"
    return f"{what} late by {-(-late // _DAY)} days: its last day was {day}"


def _of_order(statement: OrderStatement, later: Collection[str]) -> Iterator[str]:
    record = statement.record
    stops = any(clause.kind in _STOPS for clause in statement.record.clauses)
    if stops and not record.blocks:
        yield "the order stops something, and no block was placed for it"
    if record.lifted:
        yield f"blocks of the order were lifted before it was proved: {record.lifted}"
    if record.open:
        yield f"requests that the order waits for were never answered: {len(record.open)}"
    if record.erasing is None:
        return
    if record.confirmed_at is None:
        yield "people were erased, and no two members confirmed the order"
    waited = (one for one in record.answered if one.request not in later)
    late = [one.entry for one in waited if one.entry > record.erasing]
    if late:
        yield f"somebody was erased before a request was answered: entry {late[0]}"


def _of_erasing(statement: OrderStatement) -> Iterator[str]:
    done = statement.record.done
    if done.keys_left or done.epochs_left:
        yield "the statement says that a key is still there"
    if done.found:
        yield "the statement says that a search still finds somebody"
    left = ", ".join(count.store for count in done.deleted if count.after)
    if left:
        yield f"the statement says that something is left in: {left}"
    reached = dict(statement.left)
    data = {kind for clause in statement.record.clauses for kind in clause.data}
    held = reached.get("held", 0)
    if DataKind.PEOPLE in data and held and reached.get("people", 0) > held:
        yield f"the order still reached more people than the {held} whom a legal hold keeps"
    if statement.held and held:
        return
    for store in sorted(store for kind in data for store in _LEFT[kind]):
        if reached.get(store):
            yield f"the order still reached something when it was proved: {store}"


def _of_clauses(statement: OrderStatement) -> Iterator[str]:
    met = dict(statement.record.met)
    for clause in statement.record.clauses:
        if clause.kind is not ClauseKind.PROVE and clause.n not in met:
            yield f"no entry says that clause {clause.n} ({clause.kind.value}) was met"
