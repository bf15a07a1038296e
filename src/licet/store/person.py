"""Reading everything of one person at once, for the person: nothing else asks like this."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Select, select

from licet.store import schema
from licet.store.items import face_of_row
from licet.store.session import GROUPED, Group, Shape
from licet.terms.ids import CandidateId, CaseId, GrantId, ItemId, SearchId, SubjectId
from licet.terms.organisation import Matter
from licet.terms.permit import PlacedBlock
from licet.terms.plan import Plan, Run
from licet.terms.search import Search, Verification
from licet.terms.source import Item, ItemFace

_PLAN = Shape(schema.plan, Plan)
_RUN = Shape(schema.run, Run)
_ITEM = Shape(schema.item, Item)
_BLOCK = Shape(schema.block, PlacedBlock)
_SEARCH = Shape(schema.search, Search)
_VERIFICATION = Shape(schema.verification, Verification)


class ReadPerson(Group):
    """Reading by person, or by many ids of a person's, in few statements."""

    def plans(self, subject: SubjectId, grants: Collection[GrantId]) -> tuple[Plan, ...]:
        """Return the plans about a person, done ones too, oldest first.

        Those that end many people's grants are theirs when one of ``grants`` is among them.
        """
        column = schema.plan.c
        own = _PLAN.all(self._session, _PLAN.select.where(column.subject == subject))
        many = _PLAN.each(self._session, _PLAN.select.where(column.subject.is_(None)))
        wanted = frozenset(grants)
        shared = [plan for plan in many if not wanted.isdisjoint(plan.grants)]
        return tuple(sorted((*own, *shared), key=lambda plan: (plan.created_at, plan.id)))

    def runs(self, grants: Collection[GrantId]) -> tuple[Run, ...]:
        """Return the runs that look for somebody under these grants, done ones too, by id."""
        found = [_RUN.read(row) for row in self._among(_RUN.select, schema.run.c.grant, grants)]
        return tuple(sorted(found, key=lambda run: run.id))

    def blocks(self, subject: SubjectId) -> tuple[PlacedBlock, ...]:
        """Return the blocks on a person, lifted ones too, oldest first."""
        column = schema.block.c
        statement = _BLOCK.select.where(column.subject == subject)
        return _BLOCK.all(self._session, statement.order_by(column.at, column.id))

    def items(self, items: Collection[ItemId]) -> dict[ItemId, Item]:
        """Return those of the items that are remembered, by id."""
        rows = self._among(_ITEM.select, schema.item.c.id, items)
        return {item.id: item for item in map(_ITEM.read, rows)}

    def faces(self, items: Collection[ItemId]) -> dict[ItemId, list[ItemFace]]:
        """Return all faces of the items, everybody's, by item."""
        found: dict[ItemId, list[ItemFace]] = {}
        statement = select(*schema.face.c).order_by(schema.face.c.id)
        for row in self._among(statement, schema.face.c.item, items):
            face = face_of_row(row)
            found.setdefault(face.item, []).append(face)
        return found

    def addresses(self, items: Collection[ItemId]) -> dict[ItemId, list[bytes]]:
        """Return the further sealed addresses of the items, by item."""
        column = schema.item_address.c
        found: dict[ItemId, list[bytes]] = {}
        statement = select(column.item, column.sealed).order_by(column.tag)
        for item, sealed in self._among(statement, column.item, items):
            found.setdefault(item, []).append(sealed)
        return found

    def searches(self, searches: Collection[SearchId]) -> dict[SearchId, Search]:
        """Return those of the searches that are kept, by id."""
        rows = self._among(_SEARCH.select, schema.search.c.id, searches)
        return {search.id: search for search in map(_SEARCH.read, rows)}

    def verifications(
        self, candidates: Collection[CandidateId]
    ) -> dict[CandidateId, list[Verification]]:
        """Return what verifiers said of the candidates, by candidate, oldest first."""
        column = schema.verification.c
        found: dict[CandidateId, list[Verification]] = {}
        statement = _VERIFICATION.select.order_by(column.at, column.member)
        for row in self._among(statement, column.candidate, candidates):
            found.setdefault(row[0], []).append(_VERIFICATION.read(row))
        return found

    def matters(self, cases: Collection[CaseId]) -> dict[CaseId, Matter]:
        """Return the organisation and the purpose of each case, and on whose behalf it is."""
        column = schema.case.c
        statement = select(column.id, column.organisation, column.purpose, column.on_behalf_of)
        rows = self._among(statement, column.id, cases)
        return {row[0]: Matter(*row[1:]) for row in rows}

    def _among(self, statement: Select[Any], column: Any, ids: Collection[str]) -> Iterator[Any]:
        """Give the rows whose ``column`` is one of ``ids``, a group of ids at a time."""
        wanted = sorted(set(ids))
        for start in range(0, len(wanted), GROUPED):
            part = column.in_(wanted[start : start + GROUPED])
            yield from self._session.rows(statement.where(part))
