"""What a pack's entries must bear out beside the statement drawn from them. Pure.

The operator writes the entries, and the statement follows from them. So they are held here
against what the operator did not choose: the order's own text, which the authority knows, and
each other.

1. The clauses and the scope that were registered are those of the text.
2. What the order reached was counted, before anybody was erased for it, and every request
   that waited then is named.
3. Nobody counts as erased of whom no entry says that a key was destroyed and looked for: each
   plan of the order has these entries of its own, and looks for a key of each of its people.
4. Copies of photos that were kept back and did not end are counted, and a hold is named.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta

from licet.ledger.order import COPIES, ClauseSaid, OrderStatement
from licet.ledger.order_entries import Read, copies_left
from licet.terms.ledger import EntryKind
from licet.terms.order import ClauseKind, DataKind
from licet.terms.plan import EffectKind

MOST_NAMED = 1000
"""So many requests that wait fit into the entry; its fact ``waiting`` counts all of them."""

_EVERYTHING = frozenset(kind.value for kind in DataKind)
_MONTH = timedelta(days=31)
_DAYS_OFF = timedelta(days=15)
"""More days off follow each other in no regime; which it is only the operator's program knows."""

_MOST_MONTHS = 120


def claims(
    statement: OrderStatement, counted: Collection[Read], text: Mapping[str, object] | None
) -> Iterator[str]:
    """Yield what of the pack does not bear itself out; nothing as a rule.

    ``text`` is None where it is not the one that was registered: that is said elsewhere.
    """
    own = [one for one in counted if ("order", statement.order) in one.entry.objects]
    if text is not None:
        yield from _as_written(statement, own, text)  # 1
    yield from _found(statement, own)  # 2
    yield from _not_looked_for(statement, counted)  # 3
    yield from _kept_back(statement, counted)  # 4


def refused(statement: OrderStatement, counted: Collection[Read]) -> int:
    """Return how many of the requests that count as answered were refused."""
    answers = {one.entry for one in statement.record.answered}
    return sum(
        one.entry.kind is EntryKind.REQUEST_REFUSED for one in counted if one.leaf.index in answers
    )


def came_later(statement: OrderStatement, counted: Collection[Read]) -> frozenset[str]:
    """Return the requests of which an entry says that they came when the erasing had begun."""
    erasing = statement.record.erasing
    first: dict[str, int] = {}
    for one in counted:
        if one.entry.kind is EntryKind.REQUEST_RECEIVED:
            named = (named for role, named in one.entry.objects if role == "request")
            first.update({request: one.leaf.index for request in named if request not in first})
    return frozenset(one for one, came in first.items() if erasing is not None and came > erasing)


def _as_written(
    statement: OrderStatement, own: Collection[Read], text: Mapping[str, object]
) -> Iterator[str]:
    said = statement.record.clauses
    written = text.get("clauses")
    parts = written if isinstance(written, list) else []
    notified = text.get("notified")
    if len(parts) != len(said):
        yield f"the text has {len(parts)} clauses, and {len(said)} were registered"
    for clause, part in zip(said, parts, strict=False):
        if not isinstance(part, Mapping) or not _same_demand(clause, part):
            yield f"clause {clause.n} was registered otherwise than the text has it"
        elif isinstance(notified, date) and _is_later(clause, part, notified):
            yield f"clause {clause.n} was registered with a later last day than the text gives it"
    scope = text.get("scope")
    if not isinstance(scope, Mapping) or not _same_scope(own, scope):
        yield "the scope was registered otherwise than the text has it"


def _same_demand(clause: ClauseSaid, part: Mapping[str, object]) -> bool:
    if part.get("kind") != clause.kind.value:
        return False
    whole = _EVERYTHING if clause.kind is ClauseKind.ERASE else frozenset[str]()
    written = _words(part["data"]) if "data" in part else whole
    return written == frozenset(one.value for one in clause.data)


def _is_later(clause: ClauseSaid, part: Mapping[str, object], notified: date) -> bool:
    by, months = part.get("by", notified), part.get("months")
    if not isinstance(by, date):
        return True
    if not isinstance(months, int) or not 0 <= months <= _MOST_MONTHS:
        return clause.due.date() > by
    return clause.due.date() - notified > months * _MONTH + _DAYS_OFF


def _same_scope(own: Collection[Read], scope: Mapping[str, object]) -> bool:
    """Compare what can be: places by their names, sources and people by how many there are."""
    registers = (one.entry for one in own if one.entry.kind is EntryKind.ORDER_REGISTERED)
    first = next(registers)
    places = {named for role, named in first.objects if role == "territory"}
    sources = {named for role, named in first.objects if role == "source"}
    named, written = _words(scope.get("sources")), _words(scope.get("subjects"))
    return (
        places == _words(scope.get("territories"))
        and min(len(named), 1) <= len(sources) <= len(named)
        and dict(first.facts).get("named", 0) in (len(written), _length(scope.get("subjects")))
    )


def _words(value: object) -> frozenset[str]:
    return frozenset(str(one) for one in value) if isinstance(value, list) else frozenset()


def _length(value: object) -> int:
    return len(value) if isinstance(value, list) else 0


def _found(statement: OrderStatement, own: Collection[Read]) -> Iterator[str]:
    first = next((one for one in own if one.entry.kind is EntryKind.ORDER_FOUND), None)
    if first is None:
        yield "no entry says what the order reached when it was registered"
        return
    erasing = statement.record.erasing
    if erasing is not None and first.leaf.index > erasing:
        yield "what the order reached was counted after people were erased for it"
    requests = sum(role == "request" for role, _ in first.entry.objects)
    waiting = dict(first.entry.facts).get("waiting", 0)
    if isinstance(waiting, int) and requests < min(waiting, MOST_NAMED):
        yield f"{waiting} requests waited when it was registered, and {requests} are named"


def _not_looked_for(statement: OrderStatement, counted: Collection[Read]) -> Iterator[str]:
    """Yield how many people count as erased, and no key of theirs was destroyed and looked for.

    Whom a legal hold keeps has a plan that waits; they are still there, and their hold is named.
    """
    shredded, looked = _keys_by_plan(counted)
    whole = any(DataKind.PEOPLE in one.data for one in statement.record.clauses)
    parts = [part for part in statement.record.parts if part.people > 0]
    waiting = [one for one in parts if one.plan not in shredded or one.plan not in looked]
    people = sum(one.people for one in waiting)
    left = dict(statement.left)
    held = min(left.get("held", 0), left.get("people", 0)) if statement.held else 0
    if people > held:
        yield (
            "people count as erased, and no key of theirs was destroyed and looked for: "
            f"{people - held}, plan {waiting[0].plan}"
        )
    for part in parts:
        if whole and looked.get(part.plan, part.people) < part.people:
            yield (
                f"plan {part.plan} counts {part.people} people as erased, and looked for "
                f"{looked[part.plan]} keys"
            )


def _kept_back(statement: OrderStatement, counted: Collection[Read]) -> Iterator[str]:
    kept, said = len(copies_left(statement.order, counted)), dict(statement.left).get(COPIES, 0)
    if kept != said:
        yield f"copies of photos that were kept back: {kept} by the entries, {said} are counted"
    if kept and not statement.held:
        yield f"{kept} copies of photos were kept back, and no legal hold is named"


def _keys_by_plan(counted: Collection[Read]) -> tuple[frozenset[str], dict[str, int]]:
    """Return the plans that destroyed keys, and how many keys each plan looked for."""
    shredded, looked = set(), dict[str, int]()
    for one in counted:
        plans = [named for role, named in one.entry.objects if role == "plan"]
        # One step is of one plan: an entry that names many would do for all of them.
        if one.entry.kind is not EntryKind.EFFECT_DONE or len(plans) != 1:
            continue
        facts = dict(one.entry.facts)
        if facts.get("effect") == EffectKind.SHRED_KEYS.value:
            shredded.add(plans[0])
        elif facts.get("effect") == EffectKind.CHECK_KEYS.value:
            number = facts.get("looked_for")
            found = number if isinstance(number, int) else 0
            looked[plans[0]] = max(found, looked.get(plans[0], 0))
    return frozenset(shredded), looked
