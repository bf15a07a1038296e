"""What an order reaches now, counted store by store, zeros included.

Candidates are sealed under their cases' keys, so whom a probe was searched for is read
search by search; all else the database counts. It takes seconds for a million people, and so
it is done outside the unit of work, after the order's blocks hold.
"""

from dataclasses import fields, replace

from licet.app import App
from licet.consent.registers import reads_few
from licet.effects.ordering.naming import name_people
from licet.effects.reaching import here_to_ask, reached, waiting_for
from licet.effects.record import Facts, record_machine
from licet.effects.sealed import case_key
from licet.ledger.order_claims import MOST_NAMED
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import NotFound
from licet.terms.grant import SubjectState
from licet.terms.ids import OrderId, SubjectId
from licet.terms.ledger import EntryKind
from licet.terms.order import OF_ONE, TOGETHER, OrderScope, Reached
from licet.terms.payload import CandidatePayload, from_bytes
from licet.terms.search import Search
from licet.vault.seal import open_sealed


def count_reached(app: App, reader: Reader, scope: OrderScope) -> Reached:
    """Return what an order of this scope reaches now."""
    return Reached(
        people=reader.reach.count_people(scope) - _count_asking(reader, scope),
        grants=reader.reach.count_grants(scope),
        templates=reader.reach.count_templates(scope),
        suggestions=reader.reach.count_suggestions(scope),
        items=reader.reach.count_items(scope),
        probes=_count_probes(app, reader, scope),
        sources=len(reader.reach.sources(scope)),
        waiting=len(waiting_for(reader, scope)),
        held=len(held_in(reader, scope)),
    )


def _count_asking(reader: Reader, scope: OrderScope) -> int:
    """Return how many in scope are here for an open request alone: no order erases them."""
    return sum(_inside(reader, scope, one) for one in here_to_ask(reader))


def held_in(reader: Reader, scope: OrderScope) -> frozenset[SubjectId]:
    """Return the people in scope of whom a legal hold keeps something now."""
    people = {hold.subject for hold in reader.holds.in_force(reader.now)}
    return frozenset(one for one in people if _inside(reader, scope, one))


def note_found(app: App, order: OrderId) -> Reached | None:
    """Count what an order reached when it was registered, once, and record it.

    None where it was counted before. It may come a moment after the order: its blocks hold
    already, and nobody is erased for it before.
    """
    with app.store.read() as reader:
        known = reader.orders.get(order)
        if known is None:
            raise NotFound("there is no such order", "See `licet order list`.")
        if known.found:
            return None
        counted = count_reached(app, reader, known.scope)
        waiting = waiting_for(reader, known.scope)[:MOST_NAMED]
    said = as_facts(counted)
    # The pack shows by these names that who waited was answered before anybody was erased.
    objects = (("order", order), *(("request", one.id) for one in waiting))
    with app.store.unit() as unit:
        known = unit.orders.get(order)
        if known is None or known.found:
            return None
        unit.orders.put(replace(known, found=said))
        record_machine(unit, EntryKind.ORDER_FOUND, objects, said)
    return counted


def keep_checkpoint(app: App, order: OrderId) -> None:
    """Mirror the ledger, and keep that checkpoint beside an order that has none yet."""
    mirrored = app.publish()
    if mirrored is not None:
        with app.store.unit(bookkeeping=True) as unit:
            unit.orders.keep_checkpoint(order, mirrored.note)


def settle_orders(app: App) -> int:
    """Make up for what registering an order was stopped at; returns for how many.

    Whoever was killed right after the commit left an order whose blocks hold, but for those
    by name, which nobody counted, and which no checkpoint was kept beside.
    """
    with app.store.read() as reader:
        known = [one for one in reader.orders.binding() if not (one.found and one.checkpoint)]
    for one in known:
        name_people(app, one.id)
        keep_checkpoint(app, one.id)
        note_found(app, one.id)
    return len(known)


def told_exactly(reader: Reader | Unit, who: Who) -> bool:
    """Say whether who acts is told what an order reaches of fewer people than a ten."""
    return who.member is not None and reads_few(reader.governance.member(who.member))


def in_tens(counted: Reached) -> Reached:
    """Return counts as who may not know of a single person sees them: rounded down to tens."""
    return replace(counted, **{one: _tens(getattr(counted, one)) for one in OF_ONE})


def _tens(number: int) -> int:
    return number - number % TOGETHER


def as_facts(counted: Reached) -> Facts:
    """Return counts by the name of their store."""
    return tuple((field.name, getattr(counted, field.name)) for field in fields(Reached))


def read_counts(facts: Facts) -> Reached:
    """Return counts that were kept by the names of their stores."""
    return Reached(**{store: number for store, number in facts if isinstance(number, int)})


def _count_probes(app: App, reader: Reader, scope: OrderScope) -> int:
    with_probe = (one for one in reader.searches.with_candidates() if one.sealed_probe)
    return sum(_lists_somebody(app, reader, scope, one) for one in tuple(with_probe))


def _lists_somebody(app: App, reader: Reader, scope: OrderScope, search: Search) -> bool:
    """Say whether a search listed anybody in scope."""
    key = app.keyring.get_many([case_key(search.case)]).get(case_key(search.case))
    if key is None:
        return False
    listed = (
        from_bytes(CandidatePayload, open_sealed(key, one.sealed, f"candidate:{one.id}"))
        for one in reader.searches.candidates(search.id)
    )
    return any(_inside(reader, scope, one.subject) for one in listed)


def _inside(reader: Reader, scope: OrderScope, subject: SubjectId) -> bool:
    """Say whether somebody who is there and exists is in scope."""
    person = reader.subjects.get(subject)
    if person is None or person.state is SubjectState.ERASED:
        return False
    return reader.breaches.canary_of(subject) is None and reached(reader, scope, person)
