"""Grants, and the one-time codes by which they are confirmed."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from sqlalchemy import Update, delete, func, select, update

from licet.store import schema
from licet.store.session import GROUPED, Group, Shape
from licet.terms.basis import LegalBasis
from licet.terms.grant import Grant, GrantState
from licet.terms.ids import GrantId, SubjectId
from licet.terms.stored import Confirmation

_SHAPE = Shape(schema.grant, Grant)
_CODE = Shape(schema.confirmation, Confirmation)
_OVER = (GrantState.ENDING, GrantState.ENDED)


class ReadGrants(Group):
    """Reading grants. Whether one is *live* is a permit's finding, not a column."""

    def get(self, grant: GrantId) -> Grant | None:
        """Return the grant, ended or not, or None."""
        return _SHAPE.one(self._session, _SHAPE.select.where(schema.grant.c.id == grant))

    def many(self, grants: Collection[GrantId]) -> dict[GrantId, Grant]:
        """Return those of the grants that exist, by id."""
        wanted = sorted(set(grants))
        found: dict[GrantId, Grant] = {}
        for start in range(0, len(wanted), GROUPED):
            part = schema.grant.c.id.in_(wanted[start : start + GROUPED])
            for grant in _SHAPE.all(self._session, _SHAPE.select.where(part)):
                found[grant.id] = grant
        return found

    def of_subject(self, subject: SubjectId) -> tuple[Grant, ...]:
        """Return a data subject's grants, ended ones too, by id."""
        column = schema.grant.c
        statement = _SHAPE.select.where(column.subject == subject).order_by(column.id)
        return _SHAPE.all(self._session, statement)

    def kept(self) -> Iterator[Grant]:
        """Give every grant that has not ended, in no order."""
        return _SHAPE.each(self._session, _SHAPE.select.where(schema.grant.c.kept))

    def since(self, leaf: int) -> Iterator[Grant]:
        """Give every grant that an entry at or after ``leaf`` changed, ended ones too."""
        column = schema.grant.c
        statement = _SHAPE.select.where(column.leaf >= leaf).order_by(column.leaf, column.id)
        return _SHAPE.each(self._session, statement)

    def in_state(self, state: GrantState) -> tuple[Grant, ...]:
        """Return the grants in one state, by id."""
        column = schema.grant.c
        statement = _SHAPE.select.where(column.state == state).order_by(column.id)
        return _SHAPE.all(self._session, statement)

    def expiring(self, now: datetime) -> tuple[Grant, ...]:
        """Return the grants with ``expires <= now`` that are neither ending nor ended."""
        column = schema.grant.c
        statement = _SHAPE.select.where(column.expires <= now, column.state.not_in(_OVER))
        return _SHAPE.all(self._session, statement.order_by(column.expires, column.id))

    def count_paper(self, since: datetime) -> int:
        """Return how many grants were confirmed on paper at or after ``since``."""
        column = schema.grant.c
        statement = select(func.count()).where(
            column.confirmed_by == "paper", column.confirmed_at >= since
        )
        return self._session.number(statement)

    def count_instrument(self, instrument: str, without: GrantId | None) -> int:
        """Return how many grants but one rest on a paper or order (SHA-256, hex)."""
        column = schema.grant.c
        statement = select(func.count()).where(
            column.instrument == instrument, column.id != (without or "")
        )
        return self._session.number(statement)

    def count_live_vital(self, now: datetime) -> int:
        """Return how many active vital-interest grants have their window open now.

        Blocked ones and ones without a delivered notice count too: the ceiling is on what
        could be used, so it must not open by a block.
        """
        column = schema.grant.c
        statement = select(func.count()).where(
            column.basis == LegalBasis.VITAL_INTERESTS,
            column.state == GrantState.ACTIVE,
            column.not_before <= now,
            column.expires > now,
        )
        return self._session.number(statement)


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
        statement = update(schema.grant).values(state=state, leaf=leaf)
        if state is not GrantState.ENDED:
            statement = statement.where(schema.grant.c.kept)
        self._change(grant, statement)

    def confirm(self, grant: GrantId, at: datetime, by: str, leaf: int) -> None:
        """Make a pending grant active: the person acted, ``by`` code, passkey or paper."""
        statement = update(schema.grant).where(schema.grant.c.state == GrantState.PENDING)
        self._change(
            grant,
            statement.values(state=GrantState.ACTIVE, confirmed_at=at, confirmed_by=by, leaf=leaf),
        )

    def rests_on(self, grant: GrantId, instrument: str) -> None:
        """Note the paper or order that a grant rests on. Raises ``NotFound``, ``Conflict``."""
        statement = update(schema.grant).where(schema.grant.c.kept)
        self._change(grant, statement.values(instrument=instrument))

    def notice_delivered(self, grant: GrantId, at: datetime, leaf: int) -> None:
        """Note that the notice reached the person. Raises ``Conflict`` on an ended grant."""
        statement = update(schema.grant).where(schema.grant.c.kept)
        self._change(grant, statement.values(notice_delivered_at=at, leaf=leaf))

    def capture_agreed(self, grant: GrantId, leaf: int) -> None:
        """Note that a live capture or witnessed photo agreed with the references."""
        statement = update(schema.grant).where(schema.grant.c.kept)
        self._change(grant, statement.values(captured=True, leaf=leaf))

    def _change(self, grant: GrantId, statement: Update) -> None:
        column = schema.grant.c
        found = select(column.id).where(column.id == grant)
        self._session.change(statement.where(column.id == grant), found, "grant")


class ReadConfirmations(Group):
    """Reading the one-time codes of pending grants."""

    def get(self, grant: GrantId) -> Confirmation | None:
        """Return the grant's code, or None."""
        where = schema.confirmation.c.grant == grant
        return _CODE.one(self._session, _CODE.select.where(where))


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
        table = schema.confirmation
        self._session.write(delete(table).where(table.c.grant == grant))
