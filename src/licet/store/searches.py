"""Searches, their candidates and what verifiers said."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    bindparam,
    delete,
    distinct,
    exists,
    func,
    select,
    update,
)

from licet.store import schema
from licet.store.prepared import Prepared
from licet.store.session import GROUPED, Group, Shape
from licet.terms.ids import CandidateId, CaseId, MemberId, SearchId
from licet.terms.search import Search, SearchCandidate, SearchState, Verification

_SHAPE = Shape(schema.search, Search)
_CANDIDATE = Shape(schema.candidate, SearchCandidate)
_VERIFICATION = Shape(schema.verification, Verification)
_BY_ID = _SHAPE.by("id")
_CANDIDATE_BY_ID = _CANDIDATE.by("id")
_LISTED = Prepared(
    _CANDIDATE.select.where(
        schema.candidate.c.search == bindparam("search"), schema.candidate.c.sealed != b""
    ).order_by(schema.candidate.c.id)
)
_TAGGED = _CANDIDATE.by("subject_tag", order=(schema.candidate.c.id,))
_OF_GRANT = _CANDIDATE.by("grant_tag", order=(schema.candidate.c.id,))
_NO_PROBE = {"sealed_probe": None, "probe_until": None}


class ReadSearches(Group):
    """Reading searches. Who a candidate is stays sealed; tags find them (32 bytes each)."""

    def get(self, search: SearchId) -> Search | None:
        """Return the search, or None."""
        return _SHAPE.one(self._session, _BY_ID, id=search)

    def of_case(self, case: CaseId) -> tuple[Search, ...]:
        """Return a case's searches, by leaf."""
        column = schema.search.c
        statement = _SHAPE.select.where(column.case == case).order_by(column.leaf, column.id)
        return _SHAPE.all(self._session, statement)

    def with_probe_over(self, now: datetime) -> tuple[Search, ...]:
        """Return the searches whose probe has ``probe_until <= now``, the first due first."""
        column = schema.search.c
        # The first condition is the index's own: only what has a term is looked at.
        statement = _SHAPE.select.where(column.probe_until.is_not(None), column.probe_until <= now)
        return _SHAPE.all(self._session, statement.order_by(column.probe_until, column.id))

    def any_closed_before(self, moment: datetime) -> bool:
        """Say whether a search made before ``moment`` came to nothing and still lists somebody."""
        search = schema.search.c
        listed = exists().where(schema.candidate.c.search == search.id)
        over = select(search.id).where(search.state == SearchState.CLOSED, search.at < moment)
        return self._session.first(over.where(listed).limit(1)) is not None

    def candidate(self, candidate: CandidateId) -> SearchCandidate | None:
        """Return the candidate, or None."""
        return _CANDIDATE.one(self._session, _CANDIDATE_BY_ID, id=candidate)

    def candidates(self, search: SearchId) -> tuple[SearchCandidate, ...]:
        """Return a search's candidates, by id: their rank is sealed."""
        return _CANDIDATE.all(self._session, _LISTED, search=search)

    def count_taken_off(self, search: SearchId) -> int:
        """Return how many were taken off a search's list because their grant ended."""
        column = schema.candidate.c
        taken = (column.search == search) & (column.sealed == b"")
        return self._session.number(select(func.count()).where(taken))

    def with_candidates(self) -> Iterator[Search]:
        """Give every search that has candidates, by leaf. Take them all before writing."""
        column = schema.search.c
        listed = exists().where(schema.candidate.c.search == column.id)
        statement = _SHAPE.select.where(listed).order_by(column.leaf, column.id)
        return _SHAPE.each(self._session, statement)

    def candidates_tagged(self, subject_tag: bytes) -> tuple[SearchCandidate, ...]:
        """Return the candidates with this subject tag, by id."""
        return _CANDIDATE.all(self._session, _TAGGED, subject_tag=subject_tag)

    def candidates_of_grant(self, grant_tag: bytes) -> tuple[SearchCandidate, ...]:
        """Return the candidates with this grant tag, by id."""
        return _CANDIDATE.all(self._session, _OF_GRANT, grant_tag=grant_tag)

    def listed_under(self, grant_tags: Collection[bytes]) -> tuple[SearchCandidate, ...]:
        """Return the candidates with these grant tags that are still on their lists, by id."""
        wanted, column = sorted(set(grant_tags)), schema.candidate.c
        found: list[SearchCandidate] = []
        for start in range(0, len(wanted), GROUPED):
            part = column.grant_tag.in_(wanted[start : start + GROUPED])
            found.extend(self._candidates(part & (column.sealed != b"")))
        return tuple(sorted(found, key=lambda one: one.id))

    def verifications(self, candidate: CandidateId) -> tuple[Verification, ...]:
        """Return what verifiers said of a candidate, oldest first."""
        column = schema.verification.c
        statement = _VERIFICATION.select.where(column.candidate == candidate)
        return _VERIFICATION.all(self._session, statement.order_by(column.at, column.member))

    def count_by_member(self, member: MemberId, since: datetime) -> int:
        """Return how many searches a member made at or after ``since``."""
        column = schema.search.c
        statement = select(func.count()).where(column.member == member, column.at >= since)
        return self._session.number(statement)

    def probe_uses(self, case: CaseId, probe_tag: bytes) -> int:
        """Return how often a probe was searched with in a case."""
        column = schema.search.c
        statement = select(func.count()).where(column.case == case, column.probe_tag == probe_tag)
        return self._session.number(statement)

    def subjects_in_case(self, case: CaseId, without: bytes = b"") -> int:
        """Return how many probes were searched with in a case: each is taken for a person.

        ``without`` leaves out one probe's tag: using it again adds nobody.
        """
        column = schema.search.c
        statement = select(func.count(distinct(column.probe_tag))).where(
            column.case == case, column.probe_tag != without
        )
        return self._session.number(statement)

    def _candidates(self, where: ColumnElement[bool]) -> tuple[SearchCandidate, ...]:
        statement = _CANDIDATE.select.where(where)
        return _CANDIDATE.all(self._session, statement.order_by(schema.candidate.c.id))


class WriteSearches(ReadSearches):
    """Writing searches."""

    def add(self, search: Search) -> None:
        """Add a search. Raises ``Conflict`` if its case or member is missing."""
        self._session.write(_SHAPE.insert, _SHAPE.values(search))

    def reveal(self, search: SearchId, threshold: int, in_scope: int) -> None:
        """Say how a search was made that asked first, once there is somebody to tell of."""
        column = schema.search.c
        said = {"threshold": threshold, "in_scope": in_scope, "state": SearchState.CANDIDATES}
        statement = update(schema.search).where(column.id == search).values(**said)
        found = select(column.id).where(column.id == search)
        self._session.change(statement, found, "search")

    def set_state(self, search: SearchId, state: SearchState) -> None:
        """Move a search to a state. Raises ``NotFound``, and ``Conflict`` out of ``closed``."""
        column = schema.search.c
        statement = update(schema.search).where(column.id == search).values(state=state)
        if state is not SearchState.CLOSED:
            statement = statement.where(column.state != SearchState.CLOSED)
        found = select(column.id).where(column.id == search)
        self._session.change(statement, found, "search")

    def keep_probe_until(self, search: SearchId, until: datetime) -> None:
        """Give the probe that a search has its term. Raises ``NotFound``, ``Conflict`` without one.

        A search that became a lead keeps its probe until a new date (invariant 12).
        """
        column = schema.search.c
        statement = update(schema.search).where(column.sealed_probe.is_not(None))
        found = select(column.id).where(column.id == search)
        statement = statement.where(column.id == search).values(probe_until=until)
        self._session.change(statement, found, "search")

    def seal_probe(self, search: SearchId, sealed: bytes, until: datetime) -> None:
        """Keep the probe until then, sealed under the case's key.

        A closed search keeps no probe (invariant 12). Raises ``NotFound``, ``Conflict``.
        """
        column = schema.search.c
        statement = update(schema.search).where(
            column.id == search, column.state != SearchState.CLOSED
        )
        found = select(column.id).where(column.id == search)
        statement = statement.values(sealed_probe=sealed, probe_until=until)
        self._session.change(statement, found, "search")

    def drop_probe(self, search: SearchId) -> None:
        """Forget the probe. Doing it again changes nothing. Raises ``NotFound``."""
        column = schema.search.c
        statement = update(schema.search).where(column.id == search).values(**_NO_PROBE)
        found = select(column.id).where(column.id == search)
        self._session.change(statement, found, "search")

    def add_candidate(self, candidate: SearchCandidate) -> None:
        """Add a candidate. Raises ``Conflict`` without such a search."""
        self._session.write(
            _CANDIDATE.insert, _CANDIDATE.values(candidate), refused="there is no such search"
        )

    def forget_candidates(self, candidates: Sequence[CandidateId]) -> int:
        """Forget who candidates were, see :meth:`forget_candidates_tagged`."""
        parts = range(0, len(candidates), GROUPED)
        column = schema.candidate.c.id
        return sum(self._forget(column.in_(candidates[n : n + GROUPED])) for n in parts)

    def empty_candidates_of_grants(self, grant_tags: Collection[bytes]) -> tuple[SearchId, ...]:
        """Take grants off every candidate list; return the searches that listed one, by id.

        What is left says, to the person alone, that a search surfaced them: nothing of
        it names them, and ``candidates`` does not give it.
        """
        searches: set[str] = set()
        wanted = sorted(set(grant_tags))
        for start in range(0, len(wanted), GROUPED):
            part = schema.candidate.c.grant_tag.in_(wanted[start : start + GROUPED])
            searches.update(self._empty(part))
        return tuple(SearchId(search) for search in sorted(searches))

    def empty_candidates(self, candidates: Collection[CandidateId]) -> tuple[SearchId, ...]:
        """Take candidates off their lists, as :meth:`empty_candidates_of_grants` does."""
        searches: set[str] = set()
        wanted = sorted(set(candidates))
        for start in range(0, len(wanted), GROUPED):
            part = schema.candidate.c.id.in_(wanted[start : start + GROUPED])
            searches.update(self._empty(part))
        return tuple(SearchId(search) for search in sorted(searches))

    def _empty(self, which: ColumnElement[bool]) -> set[str]:
        column = schema.candidate.c
        listed = which & (column.sealed != b"")
        found = self._session.rows(select(column.search).where(listed).distinct())
        if found:
            tagged = select(column.id).where(listed)
            where = schema.verification.c.candidate.in_(tagged)
            self._session.write(delete(schema.verification).where(where))
            self._session.write(update(schema.candidate).where(listed).values(sealed=b""))
        return {row[0] for row in found}

    def delete_candidates_closed_before(self, moment: datetime) -> int:
        """Delete the candidates of searches made before ``moment`` that came to nothing."""
        search, candidate = schema.search.c, schema.candidate.c
        over = select(search.id).where(search.state == SearchState.CLOSED, search.at < moment)
        listed = select(candidate.id).where(candidate.search.in_(over))
        said = schema.verification.c.candidate.in_(listed)
        self._session.write(delete(schema.verification).where(said))
        return self._session.write(delete(schema.candidate).where(candidate.search.in_(over)))

    def delete_candidates_of_grant(self, grant_tag: bytes) -> int:
        """Delete the candidates of a grant with their verifications; return how many."""
        column = schema.candidate.c
        tagged = select(column.id).where(column.grant_tag == grant_tag)
        where = schema.verification.c.candidate.in_(tagged)
        self._session.write(delete(schema.verification).where(where))
        return self._session.write(delete(schema.candidate).where(column.grant_tag == grant_tag))

    def forget_candidates_tagged(self, subject_tag: bytes) -> int:
        """Forget who a data subject's candidates were; return how many there were.

        What is left says to the organisation that its search listed somebody who is gone.
        Nothing in it leads to anybody, with whatever key.
        """
        return self._forget(schema.candidate.c.subject_tag == subject_tag)

    def _forget(self, which: ColumnElement[bool]) -> int:
        said = schema.verification.c.candidate.in_(select(schema.candidate.c.id).where(which))
        self._session.write(delete(schema.verification).where(said))
        blank = {"subject_tag": b"", "grant_tag": b"", "sealed": b""}
        return self._session.write(update(schema.candidate).where(which).values(**blank))

    def add_verification(self, verification: Verification) -> None:
        """Add what a verifier said. Raises ``Conflict`` if they spoke already."""
        self._session.write(
            _VERIFICATION.insert,
            _VERIFICATION.values(verification),
            refused="this verifier spoke already, or there is no such candidate",
        )
