"""Data subjects: pseudonymous rows with a sealed identity."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select, update

from licet.store import schema
from licet.store.prepared import Prepared
from licet.store.session import Group, Shape
from licet.store.types import Moment
from licet.terms.gallery import TemplateKind
from licet.terms.grant import Subject, SubjectState
from licet.terms.ids import SubjectId
from licet.terms.plan import PlanKind
from licet.terms.rights import OPEN_REQUESTS

_SHAPE = Shape(schema.subject, Subject)
_THERE = (SubjectState.KNOWN, SubjectState.BLOCKED)
_BY_ID = _SHAPE.by("id")
_ON_CONTACT = _SHAPE.by("contact_tag", order=(schema.subject.c.id,))


def _counting_enrolled() -> Prepared:
    grant, template = schema.grant.c, schema.template.c
    # One look into an index for each grant: a tenth of a join over all templates.
    reference = exists().where(template.grant == grant.id, template.kind == TemplateKind.REFERENCE)
    nobody = select(schema.canary.c.subject)
    real = grant.subject.not_in(nobody)
    people = select(grant.subject).where(grant.kept, reference, real).distinct()
    some = people.limit(bindparam("at_most")).subquery()
    return Prepared(select(func.count()).select_from(some))


_COUNT_ENROLLED = _counting_enrolled()


class ReadSubjects(Group):
    """Reading data subjects."""

    def get(self, subject: SubjectId) -> Subject | None:
        """Return the data subject, erased or not, or None."""
        return _SHAPE.one(self._session, _BY_ID, id=subject)

    def many(self, subjects: Collection[SubjectId]) -> dict[SubjectId, Subject]:
        """Return those of the data subjects that exist, by id."""
        return {subject.id: subject for subject in _SHAPE.among(self._session, subjects)}

    def on_contact(self, contact_tag: bytes) -> tuple[Subject, ...]:
        """Return the data subjects on one contact, by id (one adult, up to five dependants)."""
        return _SHAPE.all(self._session, _ON_CONTACT, contact_tag=contact_tag)

    def ids(self) -> Iterator[SubjectId]:
        """Give every data subject's id, in order."""
        column = schema.subject.c.id
        return (row[0] for row in self._session.stream(select(column).order_by(column)))

    def without_grants(self) -> tuple[Subject, ...]:
        """Return the people who are there and were never asked for a grant, by id: few are."""
        column = schema.subject.c
        granted = exists().where(schema.grant.c.subject == column.id)
        statement = _SHAPE.select.where(column.state.in_(_THERE), ~granted)
        return _SHAPE.all(self._session, statement.order_by(column.id))

    def untold(
        self, cause: str, most: int, among: Collection[SubjectId] = ()
    ) -> tuple[Subject, ...]:
        """Return at most so many people to whom no letter of one cause was planned, by id.

        Only those whom an organisation ever asked for a grant, and who exist; only those
        ``among`` some, where any are named.
        """
        column, grant, plan = schema.subject.c, schema.grant.c, schema.plan.c
        asked = exists().where(grant.subject == column.id, grant.organisation.is_not(None))
        planned = exists().where(
            plan.subject == column.id, plan.kind == PlanKind.TELL, plan.cause == cause
        )
        exist = column.id.not_in(select(schema.canary.c.subject))
        statement = _SHAPE.select.where(column.state.in_(_THERE), asked, exist, ~planned)
        if among:
            statement = statement.where(column.id.in_(sorted(among)))
        return _SHAPE.all(self._session, statement.order_by(column.id).limit(most))

    def unanswered_left(self, most: int) -> tuple[Subject, ...]:
        """Return at most so many people who are neither erased nor being so, by id.

        Whoever has an open request is left out: they are answered first.
        """
        column, request = schema.subject.c, schema.request.c
        asking = exists().where(
            request.subject == column.id, request.state.in_(tuple(OPEN_REQUESTS))
        )
        statement = _SHAPE.select.where(column.state.in_(_THERE), ~asking)
        return _SHAPE.all(self._session, statement.order_by(column.id).limit(most))

    def untouched_since(self, moment: datetime) -> tuple[Subject, ...]:
        """Return the people who are there and did nothing at or after ``moment``, by id.

        What counts is their own act: a grant they gave, a request they made. Whoever was
        asked and never answered counts from the asking. Who has an open request is left out.
        """
        column = schema.subject.c
        statement = _SHAPE.select.where(column.state.in_(_THERE), self._quiet(moment))
        return _SHAPE.all(self._session, statement.order_by(column.id))

    def is_untouched_since(self, subject: SubjectId, moment: datetime) -> bool:
        """Say the same of one person."""
        column = schema.subject.c
        where = (column.id == subject, column.state.in_(_THERE), self._quiet(moment))
        return self._session.first(select(column.id).where(*where)) is not None

    def _quiet(self, moment: datetime) -> ColumnElement[bool]:
        column, grant, request = schema.subject.c, schema.grant.c, schema.request.c
        acted = func.coalesce(grant.confirmed_at, grant.not_before, type_=Moment)
        gave = exists().where(grant.subject == column.id, acted >= moment)
        asked = exists().where(
            request.subject == column.id,
            or_(request.received_at >= moment, request.state.in_(tuple(OPEN_REQUESTS))),
        )
        return and_(~gave, ~asked)

    def count_left(self) -> int:
        """Return how many people are not erased."""
        statement = select(func.count()).where(schema.subject.c.state != SubjectState.ERASED)
        return self._session.number(statement)

    def count_enrolled(self, at_most: int = 1_000) -> int:
        """Return how many data subjects have a kept grant with a reference, up to ``at_most``.

        People who do not exist are left out. A ceiling asks whether they are many, and must
        not count a million to find out.
        """
        return self._session.number(_COUNT_ENROLLED, {"at_most": at_most})


class WriteSubjects(ReadSubjects):
    """Writing data subjects."""

    def add(self, subject: Subject) -> None:
        """Add a data subject. Raises ``Conflict`` if the id is taken."""
        self._session.write(_SHAPE.insert, _SHAPE.values(subject))

    def add_many(self, subjects: Iterable[Subject]) -> int:
        """Add data subjects in groups and return how many."""
        return self._session.write_many(_SHAPE.insert, map(_SHAPE.values, subjects))

    def correct(self, subject: SubjectId, sealed_identity: bytes, contact_tag: bytes) -> None:
        """Write who a data subject is anew. Raises ``NotFound``, and ``Conflict`` once erased."""
        column = schema.subject.c
        statement = update(schema.subject).where(
            column.id == subject, column.state != SubjectState.ERASED
        )
        found = select(column.id).where(column.id == subject)
        values = {"sealed_identity": sealed_identity, "contact_tag": contact_tag}
        self._session.change(statement.values(**values), found, "data subject")

    def set_state(self, subject: SubjectId, state: SubjectState) -> None:
        """Move a data subject to a state. Raises ``NotFound``, and ``Conflict`` once erased.

        ``ERASED`` also empties the sealed identity, the contact tag and the residence:
        an erased row says nothing but that it was one.
        """
        column = schema.subject.c
        statement = update(schema.subject).where(column.id == subject)
        if state is SubjectState.ERASED:
            statement = statement.values(sealed_identity=b"", contact_tag=b"", residence=None)
        else:
            statement = statement.where(column.state != SubjectState.ERASED)
        found = select(column.id).where(column.id == subject)
        self._session.change(statement.values(state=state), found, "data subject")
