"""Whom an order reaches: read from the store, judged by ``consent.territory``."""

from licet.consent.territory import order_reaches
from licet.effects.record import Objects
from licet.store.unit import Reader, Unit
from licet.terms.grant import Subject
from licet.terms.ids import SubjectId
from licet.terms.order import ClauseKind, OrderScope
from licet.terms.rights import Request, RightKind

_WAITS = frozenset({ClauseKind.ANSWER_ACCESS, ClauseKind.ERASE})
"""The clauses that wait for whoever asks for their data: to answer them, or to erase them."""

ANSWERED_FIRST = frozenset({RightKind.ACCESS, RightKind.PORTABILITY})
"""Requests for the data itself: once it is erased nobody could answer them (GDPR 15, 20)."""


def here_to_ask(reader: Reader | Unit) -> frozenset[SubjectId]:
    """Return who is here for an open request alone: nobody ever had a grant of theirs.

    They are answered, and forgotten with the answer. A stranger's letter neither becomes an
    erasure by an order nor keeps one from its proof.
    """
    asked = {one.subject for one in reader.requests.open()}
    grants = reader.people.grants(asked)
    return frozenset(one for one in asked if not any(g.organisation for g in grants[one]))


def answered_for(reader: Reader | Unit, request: Request) -> Objects:
    """Name the orders that waited for a request, for the entry that says it is over.

    No order erases while somebody in its scope waits for their data, whenever they asked: so
    its pack shows each of them, by their own answer. Who is in scope is known best now; once
    they are erased nobody knows any more where they lived.
    """
    person = reader.subjects.get(request.subject)
    if request.kind not in ANSWERED_FIRST or person is None:
        return ()
    orders = (one for one in reader.orders.binding() if one.proof_leaf is None)
    waiting = (
        one for one in orders if any(c.kind in _WAITS for c in reader.orders.clauses(one.id))
    )
    return tuple(("order", one.id) for one in waiting if reached(reader, one.scope, person))


def reached(reader: Reader | Unit, scope: OrderScope, subject: Subject) -> bool:
    """Say whether one person is inside an order's scope; what is not known is inside."""
    grants = reader.grants.of_subject(subject.id)
    named = {grant.source for grant in grants if grant.source is not None}
    sources = [source for source in map(reader.sources.get, named) if source is not None]
    return order_reaches(scope, subject, grants, sources)


def waiting_for(reader: Reader | Unit, scope: OrderScope) -> tuple[Request, ...]:
    """Return the open access requests of people inside an order's scope, the first due first."""
    waiting = [one for one in reader.requests.open() if one.kind in ANSWERED_FIRST]
    people = {one.subject: reader.subjects.get(one.subject) for one in waiting}
    inside = {
        who
        for who, person in people.items()
        if person is not None and reached(reader, scope, person)
    }
    return tuple(one for one in waiting if one.subject in inside)
