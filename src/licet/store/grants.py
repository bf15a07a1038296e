"""Grants, and the one-time codes by which they are confirmed."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from sqlalchemy import bindparam, func, select, text, update

from licet.store import schema
from licet.store.prepared import Prepared
from licet.store.session import GROUPED, Group, Shape, delete_among
from licet.store.types import as_kept
from licet.terms.basis import LegalBasis
from licet.terms.errors import Conflict, NotFound
from licet.terms.grant import Grant, GrantState
from licet.terms.ids import GrantId, SubjectId
from licet.terms.stored import Confirmation, GrantBatch

_SHAPE = Shape(schema.grant, Grant)
_CODE = Shape(schema.confirmation, Confirmation)
_OVER = (GrantState.ENDING, GrantState.ENDED)
_BEFORE = tuple(state for state in GrantState if state not in _OVER)

_BY_ID = _SHAPE.by("id")
_OF_SUBJECT = _SHAPE.by("subject", order=(schema.grant.c.id,))
_IN_STATE = _SHAPE.by("state", order=(schema.grant.c.id,))
_CODE_OF = _CODE.by("grant")
_PAPER_SINCE = Prepared(
    # Written out as the index has it: a word that is bound would not find the index.
    select(func.count()).where(
        text("\"grant\".confirmed_by = 'paper'"),
        schema.grant.c.confirmed_at >= bindparam("since"),
    )
)
_INSTRUMENT = Prepared(
    select(func.count()).where(
        schema.grant.c.instrument == bindparam("instrument"),
        schema.grant.c.id != bindparam("without"),
    )
)
_LIVE_VITAL = Prepared(
    select(func.count()).where(
        text(f"\"grant\".basis = '{LegalBasis.VITAL_INTERESTS.value}'"),
        schema.grant.c.state == GrantState.ACTIVE,
        schema.grant.c.not_before <= bindparam("now"),
        schema.grant.c.expires > bindparam("now"),
    )
)

_THIS = update(schema.grant).where(schema.grant.c.id == bindparam("this"))
_THIS_KEPT = _THIS.where(schema.grant.c.kept)
_SET_ENDED = Prepared(_THIS, ("state", "leaf"))
_SET_STATE = Prepared(_THIS_KEPT, ("state", "leaf"))
_SET_INSTRUMENT = Prepared(_THIS_KEPT, ("instrument",))
_SET_DELIVERED = Prepared(_THIS_KEPT, ("notice_delivered_at", "leaf"))
_SET_CAPTURED = Prepared(_THIS_KEPT, ("captured", "leaf"))
_CONFIRM = Prepared(
    _THIS.where(schema.grant.c.state == GrantState.PENDING),
    ("state", "confirmed_at", "confirmed_by", "leaf"),
)

_OWN = (
    schema.grant.c.id,
    schema.grant.c.subject,
    schema.grant.c.not_before,
    schema.grant.c.expires,
)
"""What each grant has of its own."""

_LIKENESS = (
    schema.grant.c.organisation,
    schema.grant.c.purpose,
    schema.grant.c.source,
    schema.grant.c.territories,
    schema.grant.c.state,
    schema.grant.c.notice_delivered_at.is_not(None),
    schema.grant.c.confirmed_at.is_not(None),
    schema.subject.c.residence,
    schema.subject.c.state,
)
"""What else decides on a grant's use (``consent.live``): few grants differ in it."""


class ReadGrants(Group):
    """Reading grants. Whether one is *live* is a permit's finding, not a column."""

    def get(self, grant: GrantId) -> Grant | None:
        """Return the grant, ended or not, or None."""
        return _SHAPE.one(self._session, _BY_ID, id=grant)

    def many(self, grants: Collection[GrantId]) -> dict[GrantId, Grant]:
        """Return those of the grants that exist, by id."""
        return {grant.id: grant for grant in _SHAPE.among(self._session, grants)}

    def of_subject(self, subject: SubjectId) -> tuple[Grant, ...]:
        """Return a data subject's grants, ended ones too, by id."""
        return _SHAPE.all(self._session, _OF_SUBJECT, subject=subject)

    def kept(self) -> Iterator[Grant]:
        """Give every grant that has not ended, in no order."""
        return _SHAPE.each(self._session, _SHAPE.select.where(schema.grant.c.kept))

    def batches(self) -> Iterator[GrantBatch]:
        """Give every grant that is neither ending nor ended, in columns, in no order."""
        columns = map(as_kept, (*_OWN, *_LIKENESS))
        statement = select(*columns).join_from(schema.grant, schema.subject)
        statement = statement.where(schema.grant.c.state.not_in(_OVER))
        for ids, subjects, opens, ends, *likeness in self._session.batches(statement):
            alike = tuple(zip(*likeness, strict=True))
            yield GrantBatch(ids, subjects, opens, ends, alike)

    def since(self, leaf: int) -> Iterator[Grant]:
        """Give every grant that an entry at or after ``leaf`` changed, ended ones too."""
        column = schema.grant.c
        statement = _SHAPE.select.where(column.leaf >= leaf).order_by(column.leaf, column.id)
        return _SHAPE.each(self._session, statement)

    def in_state(self, state: GrantState) -> tuple[Grant, ...]:
        """Return the grants in one state, by id."""
        return _SHAPE.all(self._session, _IN_STATE, state=state)

    def expiring(self, now: datetime, most: int | None = None) -> tuple[Grant, ...]:
        """Return the (at ``most``) grants with ``expires <= now`` that are not on their way out.

        The first due first.
        """
        column = schema.grant.c
        # By the states that there are, not by those there are not: an index finds these.
        statement = _SHAPE.select.where(column.state.in_(_BEFORE), column.expires <= now)
        return _SHAPE.all(self._session, statement.order_by(column.expires, column.id).limit(most))

    def count(self) -> int:
        """Return how many grants there ever were."""
        return self._session.number(select(func.count()).select_from(schema.grant))

    def count_expiring(self, now: datetime) -> int:
        """Return how many grants :meth:`expiring` would give."""
        column = schema.grant.c
        statement = select(func.count()).where(column.state.in_(_BEFORE), column.expires <= now)
        return self._session.number(statement)

    def count_paper(self, since: datetime) -> int:
        """Return how many grants were confirmed on paper at or after ``since``."""
        return self._session.number(_PAPER_SINCE, {"since": since})

    def count_instrument(self, instrument: str, without: GrantId | None) -> int:
        """Return how many grants but one rest on a paper or order (SHA-256, hex)."""
        given = {"instrument": instrument, "without": without or ""}
        return self._session.number(_INSTRUMENT, given)

    def count_live_vital(self, now: datetime) -> int:
        """Return how many active vital-interest grants have their window open now.

        Blocked ones and ones without a delivered notice count too: the ceiling is on what
        could be used, so it must not open by a block.
        """
        return self._session.number(_LIVE_VITAL, {"now": now})


class WriteGrants(ReadGrants):
    """Writing grants. ``leaf`` is the index of the entry that says so."""

    def add(self, grant: Grant) -> None:
        """Add a grant. Raises ``Conflict`` if the id is taken or what it names is missing."""
        self._session.write(_SHAPE.insert, _SHAPE.values(grant))

    def add_many(self, grants: Iterable[Grant]) -> int:
        """Add grants in groups and return how many."""
        return self._session.write_many(_SHAPE.insert, map(_SHAPE.values, grants))

    def set_state(self, grant: GrantId, state: GrantState, leaf: int) -> None:
        """Move a grant to a state. Raises ``NotFound``, and ``Conflict`` out of ``ended``.

        Ending a grant whose templates or suggestions are still kept is a ``Conflict`` too.
        """
        over = state is GrantState.ENDED
        self._change(grant, _SET_ENDED if over else _SET_STATE, state=state, leaf=leaf)

    def set_states(self, grants: Collection[GrantId], state: GrantState, leaf: int) -> None:
        """Move many grants to a state, as :meth:`set_state` moves one; raises what it raises."""
        column = schema.grant.c
        wanted = sorted(set(grants))
        for start in range(0, len(wanted), GROUPED):
            part = wanted[start : start + GROUPED]
            statement = update(schema.grant).where(column.id.in_(part))
            if state is not GrantState.ENDED:
                statement = statement.where(column.kept)
            if self._session.write(statement.values(state=state, leaf=leaf)) != len(part):
                raise self._unlike(part)

    def _unlike(self, grants: Collection[GrantId]) -> NotFound | Conflict:
        if len(self.many(grants)) < len(grants):
            return NotFound("there is no such grant")
        return Conflict("a grant is in a state that does not allow this")

    def confirm(self, grant: GrantId, at: datetime, by: str, leaf: int) -> None:
        """Make a pending grant active: the person acted, ``by`` code, passkey or paper."""
        now = {"confirmed_at": at, "confirmed_by": by, "leaf": leaf}
        self._change(grant, _CONFIRM, state=GrantState.ACTIVE, **now)

    def rests_on(self, grant: GrantId, instrument: str) -> None:
        """Note the paper or order that a grant rests on. Raises ``NotFound``, ``Conflict``."""
        self._change(grant, _SET_INSTRUMENT, instrument=instrument)

    def notice_delivered(self, grant: GrantId, at: datetime, leaf: int) -> None:
        """Note that the notice reached the person. Raises ``Conflict`` on an ended grant."""
        self._change(grant, _SET_DELIVERED, notice_delivered_at=at, leaf=leaf)

    def capture_agreed(self, grant: GrantId, leaf: int) -> None:
        """Note that a live capture or witnessed photo agreed with the references."""
        self._change(grant, _SET_CAPTURED, captured=True, leaf=leaf)

    def _change(self, grant: GrantId, statement: Prepared, **values: object) -> None:
        given = {**values, "this": grant}
        self._session.change(statement, _BY_ID, "grant", given, wanted={"id": grant})


class ReadConfirmations(Group):
    """Reading the one-time codes of pending grants."""

    def get(self, grant: GrantId) -> Confirmation | None:
        """Return the grant's code, or None."""
        return _CODE.one(self._session, _CODE_OF, grant=grant)

    def over(self, before: datetime, most: int) -> tuple[GrantId, ...]:
        """Return the (at ``most``) pending grants whose code ran out by a moment, first first."""
        code, grant = schema.confirmation.c, schema.grant.c
        statement = (
            select(code.grant)
            .join(schema.grant, grant.id == code.grant)
            .where(grant.state == GrantState.PENDING, code.expires <= before)
            .order_by(code.expires, code.grant)
            .limit(most)
        )
        return tuple(GrantId(row[0]) for row in self._session.rows(statement))


class WriteConfirmations(ReadConfirmations):
    """Writing the one-time codes of pending grants."""

    def put(self, confirmation: Confirmation) -> None:
        """Write the grant's code; a former one counts no more."""
        self.delete(confirmation.grant)
        self._session.write(_CODE.insert, _CODE.values(confirmation))

    def count_try(self, grant: GrantId) -> int:
        """Count a wrong try (bookkeeping) and return how many there are. Raises ``NotFound``."""
        table = schema.confirmation
        found = select(table.c.tries).where(table.c.grant == grant)
        statement = update(table).where(table.c.grant == grant)
        self._session.change(
            statement.values(tries=table.c.tries + 1), found, "confirmation", bookkeeping=True
        )
        return self._session.number(found)

    def delete(self, grant: GrantId) -> None:
        """Delete the grant's code, if there is one."""
        self.delete_of_grants((grant,))

    def delete_of_grants(self, grants: Collection[GrantId]) -> int:
        """Delete the codes of grants and return how many there were."""
        table = schema.confirmation
        return delete_among(self._session, table, table.c.grant, grants)
