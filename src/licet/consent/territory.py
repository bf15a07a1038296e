"""Territory: which place ties a person or a source to a jurisdiction, and blocks.

1. A person is inside a territory by residence, by a place of the grant (where it
   was given, where the photos were taken), or when the residence is unknown.
2. A source is inside by its territory, or when that is unknown.
3. A block covers what any of its parts names; a block without parts covers all.
4. A block on a person, whether on collecting or on use, stops all use of their
   grants: the narrower reading would leave one of the two unguarded.
5. A block on a source stops grants for that source alone only where it blocks use.
6. No block stops a grant that serves the person's own request alone: who must stop must
   answer first (GDPR 12(2), 15).
7. An order reaches a person whom any of its parts names: by themselves, by a territory that
   they are inside of, or by a source that a grant of theirs names. Without parts it
   reaches everybody.
"""

from collections.abc import Iterable

from licet.consent.alone import alone
from licet.terms.grant import Grant, Subject
from licet.terms.ids import Territory
from licet.terms.order import OrderScope
from licet.terms.permit import Block
from licet.terms.source import Source


def ties(grant: Grant, subject: Subject) -> frozenset[Territory]:
    """Return the known places that tie this grant to a jurisdiction."""
    residence = frozenset[Territory]() if subject.residence is None else {subject.residence}
    return grant.territories | residence


def person_inside(place: Territory, grant: Grant, subject: Subject) -> bool:
    """Say whether the person counts as inside ``place``; unknown is inside."""
    return subject.residence is None or place in ties(grant, subject)


def source_inside(place: Territory, source: Source) -> bool:
    """Say whether the source counts as inside ``place``; unknown is inside."""
    return source.territory is None or source.territory == place


def order_reaches(
    scope: OrderScope, subject: Subject, grants: Iterable[Grant], sources: Iterable[Source]
) -> bool:
    """Say whether an order reaches a person with these grants, which name these sources."""
    if scope.everything or subject.id in scope.subjects:
        return True
    if scope.territories and subject.residence is None:
        return True
    places = {subject.residence} | {place for grant in grants for place in grant.territories}
    if not places.isdisjoint(scope.territories):
        return True
    return any(source_reached(scope, source) for source in sources)


def source_reached(scope: OrderScope, source: Source) -> bool:
    """Say whether an order reaches a source."""
    if scope.everything or source.id in scope.sources:
        return True
    return any(source_inside(place, source) for place in scope.territories)


def covers_all(block: Block) -> bool:
    """Say whether the block names no part, and so covers everything."""
    return block.territory is None and block.subject is None and block.source is None


def grant_blocked(grant: Grant, subject: Subject, blocks: Iterable[Block]) -> bool:
    """Say whether a block stops the use of this grant."""
    if alone(grant):
        return False
    return any(_covers_grant(block, grant, subject) for block in blocks if _holds(block))


def collecting_blocked(source: Source, blocks: Iterable[Block]) -> bool:
    """Say whether a block stops collecting from this source."""
    return any(_covers_source(block, source) for block in blocks if block.collecting)


def showing_blocked(source: Source, blocks: Iterable[Block]) -> bool:
    """Say whether a block stops the use of items of this source."""
    return any(_covers_source(block, source) for block in blocks if block.use)


def everything_blocked(blocks: Iterable[Block]) -> bool:
    """Say whether a block stops all use."""
    return any(block.use and covers_all(block) for block in blocks)


def _holds(block: Block) -> bool:
    return block.use or block.collecting


def _covers_grant(block: Block, grant: Grant, subject: Subject) -> bool:
    if covers_all(block):
        return True
    if block.subject is not None and block.subject == subject.id:
        return True
    if block.territory is not None and person_inside(block.territory, grant, subject):
        return True
    return block.source is not None and block.use and block.source == grant.source


def _covers_source(block: Block, source: Source) -> bool:
    if covers_all(block):
        return True
    if block.source is not None and block.source == source.id:
        return True
    return block.territory is not None and source_inside(block.territory, source)
