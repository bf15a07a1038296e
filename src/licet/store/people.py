"""Reading and writing what is kept of many people at once, in a handful of statements.

What is done to one person by a statement of its own would take hours for a hundred thousand.
"""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, select, update

from licet.store import schema
from licet.store.session import GROUPED, Group, Shape, delete_among
from licet.terms.grant import Grant, SubjectState
from licet.terms.ids import GrantId, PlanId, RequestId, SubjectId
from licet.terms.plan import WorkState
from licet.terms.rights import Request
from licet.terms.search import SearchCandidate
from licet.terms.stored import StoredSuggestion, StoredTemplate

_GRANT = Shape(schema.grant, Grant)
_REQUEST = Shape(schema.request, Request)
_TEMPLATE = Shape(schema.template, StoredTemplate)
_SUGGESTION = Shape(schema.suggestion, StoredSuggestion)
_CANDIDATE = Shape(schema.candidate, SearchCandidate)


class ReadPeople(Group):
    """Reading by many people, or by many grants."""

    def grants(self, subjects: Collection[SubjectId]) -> dict[SubjectId, list[Grant]]:
        """Return the people's grants by person, ended ones too, by id; [] for who has none."""
        column = schema.grant.c
        found: dict[SubjectId, list[Grant]] = {subject: [] for subject in subjects}
        for row in self._among(_GRANT.select.order_by(column.id), column.subject, subjects):
            grant = _GRANT.read(row)
            found[grant.subject].append(grant)
        return found

    def templates(self, grants: Collection[GrantId]) -> tuple[StoredTemplate, ...]:
        """Return the templates kept under grants, in no order."""
        rows = self._among(_TEMPLATE.select, schema.template.c.grant, grants)
        return tuple(map(_TEMPLATE.read, rows))

    def suggestions(self, grants: Collection[GrantId]) -> tuple[StoredSuggestion, ...]:
        """Return the suggestions under grants, in no order."""
        rows = self._among(_SUGGESTION.select, schema.suggestion.c.grant, grants)
        return tuple(map(_SUGGESTION.read, rows))

    def requests(self, subjects: Collection[SubjectId]) -> tuple[Request, ...]:
        """Return the people's requests, answered ones too, in no order."""
        rows = self._among(_REQUEST.select, schema.request.c.subject, subjects)
        return tuple(map(_REQUEST.read, rows))

    def candidates(self, subject_tags: Collection[bytes]) -> tuple[SearchCandidate, ...]:
        """Return the candidates with these subject tags, in no order."""
        rows = self._among(_CANDIDATE.select, schema.candidate.c.subject_tag, subject_tags)
        return tuple(map(_CANDIDATE.read, rows))

    def count_holds(self, subjects: Collection[SubjectId]) -> int:
        """Return how many legal holds of the people there are, lifted ones too."""
        statement = select(schema.hold.c.id)
        return sum(1 for _ in self._among(statement, schema.hold.c.subject, subjects))

    def open_plans(self) -> tuple[PlanId, ...]:
        """Return the plans that are not done, oldest first, and nothing of what they hold."""
        column = schema.plan.c
        statement = select(column.id).where(column.state == WorkState.OPEN)
        rows = self._session.rows(statement.order_by(column.created_at, column.id))
        return tuple(PlanId(row[0]) for row in rows)

    def _among(
        self, statement: Select[Any], column: ColumnElement[Any], ids: Collection[Any]
    ) -> Iterator[Any]:
        wanted = sorted(set(ids))
        for start in range(0, len(wanted), GROUPED):
            part = column.in_(wanted[start : start + GROUPED])
            yield from self._session.rows(statement.where(part))


class WritePeople(ReadPeople):
    """Writing for many people at once."""

    def set_state(self, subjects: Collection[SubjectId], state: SubjectState) -> None:
        """Move people to a state; ``ERASED`` empties their rows. Who is erased stays so."""
        column = schema.subject.c
        values: dict[str, object] = {"state": state}
        if state is SubjectState.ERASED:
            values |= {"sealed_identity": b"", "contact_tag": b"", "residence": None}
        for part in _parts(subjects):
            statement = update(schema.subject).where(column.id.in_(part))
            left = statement.where(column.state != SubjectState.ERASED)
            self._session.write(left.values(**values))

    def forget_candidates(self, subject_tags: Collection[bytes]) -> int:
        """Forget who the people's candidates were; return how many there were."""
        column = schema.candidate.c
        return sum(self._forget(column.subject_tag.in_(part)) for part in _parts(subject_tags))

    def _forget(self, which: ColumnElement[bool]) -> int:
        said = schema.verification.c.candidate.in_(select(schema.candidate.c.id).where(which))
        self._session.write(delete(schema.verification).where(said))
        blank = {"subject_tag": b"", "grant_tag": b"", "sealed": b""}
        return self._session.write(update(schema.candidate).where(which).values(**blank))

    def delete_codes(self, requests: Collection[RequestId]) -> int:
        """Delete the one-time codes of requests; return how many there were."""
        column = schema.request_code.c.request
        return delete_among(self._session, schema.request_code, column, requests)

    def delete_holds(self, subjects: Collection[SubjectId]) -> int:
        """Delete the people's legal holds, which are over; return how many there were."""
        return delete_among(self._session, schema.hold, schema.hold.c.subject, subjects)


def _parts(ids: Collection[Any]) -> Iterator[list[Any]]:
    wanted = sorted(set(ids))
    yield from (wanted[start : start + GROUPED] for start in range(0, len(wanted), GROUPED))
