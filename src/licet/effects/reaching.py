"""Whom an order reaches: read from the store, judged by ``consent.territory``."""

from licet.consent.territory import order_reaches
from licet.store.unit import Reader, Unit
from licet.terms.grant import Subject
from licet.terms.order import OrderScope
from licet.terms.rights import Request, RightKind

ANSWERED_FIRST = frozenset({RightKind.ACCESS, RightKind.PORTABILITY})
"""Requests for the data itself: once it is erased nobody could answer them (GDPR 15, 20)."""


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
