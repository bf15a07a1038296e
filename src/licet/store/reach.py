"""Whom and what an order reaches, counted and listed by the database.

The same rules as ``consent.territory.order_reaches`` and ``source_reached``, for a million
people at once; a test holds the two against each other. People who are erased, and those
who do not exist (canaries), are in no list and in no count.
"""

from sqlalchemy import ColumnElement, false, func, not_, or_, select, true

from licet.store import schema
from licet.store.session import Group, Shape
from licet.store.types import as_kept
from licet.terms.grant import Subject, SubjectState
from licet.terms.ids import SourceId, SubjectId
from licet.terms.order import OrderScope

_SUBJECT = Shape(schema.subject, Subject)
_THERE = (SubjectState.KNOWN, SubjectState.BLOCKED)


class ReadReach(Group):
    """Reading whom and what an order reaches."""

    def people(self, scope: OrderScope, after: SubjectId | None, most: int) -> tuple[Subject, ...]:
        """Return at most so many people in scope, by id, after the one named.

        Those who are being erased already are left out.
        """
        column = schema.subject.c
        statement = _SUBJECT.select.where(self._people(scope), column.state.in_(_THERE))
        if after is not None:
            statement = statement.where(column.id > after)
        return _SUBJECT.all(self._session, statement.order_by(column.id).limit(most))

    def half_tied(self, scope: OrderScope, cause: str, most: int) -> tuple[SubjectId, ...]:
        """Return people whom a grant of theirs ties to a scope, and who have others that do not.

        A block on a territory or a source knows one grant at a time: these need one of
        their own (GDPR 58(2)(f)). At most so many, by id; whoever was blocked by name for the
        same ``cause``, lifted since or not, is left out.
        """
        if scope.everything:
            return ()
        column, grant, block = schema.subject.c, schema.grant.c, schema.block.c
        # Begins with the grants that tie somebody, and asks person by person for one that does
        # not (a scalar, which no planner turns into a join): the other way round every person
        # and every grant is looked at twice.
        found = select(grant.id, grant.subject).where(or_(*self._by_grant(scope)))
        tied = found.cte("tied").prefix_with("MATERIALIZED")
        free = select(grant.id).where(
            grant.subject == column.id,
            grant.kept,
            grant.organisation.is_not(None),
            grant.id.not_in(select(tied.c.id)),
        )
        named = select(block.subject).where(block.cause == cause, block.subject.is_not(None))
        statement = select(column.id).where(
            column.id.in_(select(tied.c.subject)),
            column.state.in_(_THERE),
            not_(or_(false(), *self._by_person(scope))),
            self._exist(column.id),
            column.id.not_in(named),
            free.limit(1).scalar_subquery().is_not(None),
        )
        rows = self._session.rows(statement.order_by(column.id).limit(most))
        return tuple(SubjectId(row[0]) for row in rows)

    def count_people(self, scope: OrderScope) -> int:
        """Return how many people are in scope, those who are being erased among them."""
        return self._session.number(select(func.count()).where(self._people(scope)))

    def count_grants(self, scope: OrderScope) -> int:
        """Return how many kept grants the people in scope have."""
        column = schema.grant.c
        return self._session.number(select(func.count()).where(column.kept, self._theirs(scope)))

    def count_templates(self, scope: OrderScope) -> int:
        """Return how many templates are kept under grants of people in scope."""
        column, grant = schema.template.c, schema.grant.c
        theirs = select(grant.id).where(grant.kept, self._theirs(scope))
        return self._session.number(select(func.count()).where(column.grant.in_(theirs)))

    def count_suggestions(self, scope: OrderScope) -> int:
        """Return how many suggestions wait under grants of people in scope."""
        column, grant = schema.suggestion.c, schema.grant.c
        theirs = select(grant.id).where(grant.kept, self._theirs(scope))
        return self._session.number(select(func.count()).where(column.grant.in_(theirs)))

    def count_items(self, scope: OrderScope) -> int:
        """Return how many items came from sources in scope."""
        column = schema.item.c
        theirs = select(schema.source.c.id).where(self._sources(scope))
        return self._session.number(select(func.count()).where(column.source.in_(theirs)))

    def sources(self, scope: OrderScope) -> tuple[SourceId, ...]:
        """Return the sources in scope, by id."""
        column = schema.source.c
        statement = select(column.id).where(self._sources(scope)).order_by(column.id)
        return tuple(SourceId(row[0]) for row in self._session.rows(statement))

    def _people(self, scope: OrderScope) -> ColumnElement[bool]:
        column = schema.subject.c
        there = (column.state != SubjectState.ERASED) & self._exist(column.id)
        return there & (true() if scope.everything else self._tied(scope))

    def _theirs(self, scope: OrderScope) -> ColumnElement[bool]:
        people = select(schema.subject.c.id).where(self._people(scope))
        return schema.grant.c.subject.in_(people)

    def _exist(self, subject: ColumnElement[str]) -> ColumnElement[bool]:
        return subject.not_in(select(schema.canary.c.subject))

    def _tied(self, scope: OrderScope) -> ColumnElement[bool]:
        """Say by which of its parts a scope reaches a person; what is not known is inside."""
        tied = select(schema.grant.c.subject).where(or_(*self._by_grant(scope)))
        return or_(schema.subject.c.id.in_(tied), *self._by_person(scope))

    def _by_grant(self, scope: OrderScope) -> list[ColumnElement[bool]]:
        grant = schema.grant.c
        by_source = grant.source.in_(select(schema.source.c.id).where(self._sources(scope)))
        # Stored as sorted JSON text: a place stands in it between quotation marks.
        places = [as_kept(grant.territories).like(f'%"{place}"%') for place in scope.territories]
        return [by_source, *places]

    def _by_person(self, scope: OrderScope) -> list[ColumnElement[bool]]:
        """Say what ties all of a person at once: they are named, or it is where they live."""
        column = schema.subject.c
        named: list[ColumnElement[bool]] = []
        if scope.subjects:
            named.append(column.id.in_(scope.subjects))
        if scope.territories:
            # Written so that it is never NULL: it is also asked the other way round.
            abroad = column.residence.is_not(None) & column.residence.not_in(scope.territories)
            named.append(not_(abroad))
        return named

    def _sources(self, scope: OrderScope) -> ColumnElement[bool]:
        column = schema.source.c
        if scope.everything:
            return true()
        named = [column.id.in_(scope.sources)] if scope.sources else []
        if scope.territories:
            named += [column.territory.is_(None), column.territory.in_(scope.territories)]
        return or_(false(), *named)
