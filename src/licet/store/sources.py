"""Sources and the authority by which we collect at them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, delete, exists, func, insert, select, update

from licet.store import schema
from licet.store.prepared import Prepared
from licet.store.session import GROUPED, Group, Session, Shape, Values
from licet.terms.errors import NotFound
from licet.terms.ids import AuthorityId, OrganisationId, SourceId
from licet.terms.source import (
    MARKER,
    SETTLED,
    Authority,
    Control,
    Fate,
    Origin,
    Source,
    SourceAudit,
    SourceState,
    StoredTrace,
)

_AUTHORITY = Shape(schema.authority, Authority)
_AUDIT = Shape(schema.audit, SourceAudit)
_TRACE = Shape(schema.trace, StoredTrace)


FARTHEST_TURN = timedelta(minutes=10)
"""More readers of one host than take ten minutes to go round there are none."""

_ASIDE = frozenset({"fresh", "next_ask"})
"""What is noted beside a source and is no part of what it is."""
_COLUMNS = tuple(column for column in schema.source.c if column.name not in _ASIDE)


def _select() -> Select[Any]:
    return select(*_COLUMNS)


_NAMES = tuple(column.name for column in _COLUMNS)
_BY_ID = Prepared(_select().where(schema.source.c.id == bindparam("id")))
_ALL = Prepared(_select().order_by(schema.source.c.name, schema.source.c.id))
_AUTHORITY_AT = Prepared(
    _AUTHORITY.select.where(
        schema.authority.c.source == bindparam("source"),
        schema.authority.c.valid_from <= bindparam("moment"),
        schema.authority.c.valid_to > bindparam("moment"),
    ).order_by(schema.authority.c.valid_from.desc(), schema.authority.c.id)
)


def _read(row: Sequence[Any]) -> Source:
    column = dict(zip(_NAMES, row, strict=True))
    origin = Origin(column.pop("taken_by"), column.pop("people_told"), column.pop("purposes"))
    return Source(origin=origin, **column)


def _values(source: Source) -> Values:
    return {
        "id": source.id,
        "organisation": source.organisation,
        "name": source.name,
        "kind": source.kind,
        "place": source.place,
        "taken_by": source.origin.taken_by,
        "people_told": source.origin.people_told,
        "purposes": source.origin.purposes,
        "bystander_condition": source.bystander_condition,
        "bystander_evidence": source.bystander_evidence,
        "territory": source.territory,
        "item_policy": source.item_policy,
        "state": source.state,
        "retention_days": source.retention_days,
        "collected": source.collected,
        "leave_out": source.leave_out,
    }


def _one(session: Session, statement: Select[Any]) -> Source | None:
    row = session.first(statement)
    return None if row is None else _read(row)


class ReadSources(Group):
    """Reading sources."""

    def get(self, source: SourceId) -> Source | None:
        """Return the source, or None."""
        row = self._session.first(_BY_ID, {"id": source})
        return None if row is None else _read(row)

    def named(self, organisation: OrganisationId, name: str) -> Source | None:
        """Return the organisation's source of this name, or None."""
        column = schema.source.c
        where = (column.organisation == organisation, column.name == name)
        return _one(self._session, _select().where(*where))

    def of_organisation(self, organisation: OrganisationId) -> tuple[Source, ...]:
        """Return the organisation's sources, by name."""
        column = schema.source.c
        statement = _select().where(column.organisation == organisation).order_by(column.name)
        return tuple(_read(row) for row in self._session.rows(statement))

    def all(self) -> tuple[Source, ...]:
        """Return every source, by name, then id."""
        return tuple(map(_read, self._session.rows(_ALL)))

    def fresh(self, source: SourceId) -> tuple[int, ...]:
        """Return the spans in which fresh items of a source were made, as they were noted."""
        column = schema.source.c
        row = self._session.first(select(column.fresh).where(column.id == source))
        return () if row is None else tuple(int(span) for span in row[0])

    def authority_at(self, source: SourceId, moment: datetime) -> Authority | None:
        """Return the authority in force: ``valid_from <= moment < valid_to``, the latest."""
        return _AUTHORITY.one(self._session, _AUTHORITY_AT, source=source, moment=moment)

    def authorities(self, source: SourceId) -> tuple[Authority, ...]:
        """Return every authority that a source had, the first one first."""
        column = schema.authority.c
        statement = _AUTHORITY.select.where(column.source == source)
        return _AUTHORITY.all(self._session, statement.order_by(column.valid_from, column.id))

    def audits(self, source: SourceId) -> tuple[SourceAudit, ...]:
        """Return the looks at random samples of a source, the first one first."""
        column = schema.audit.c
        statement = _AUDIT.select.where(column.source == source)
        return _AUDIT.all(self._session, statement.order_by(column.drawn_at, column.id))

    def traces(self, source: SourceId, fate: Fate | None = None) -> tuple[StoredTrace, ...]:
        """Return why a source's addresses were collected or not (of one fate), by tag."""
        column = schema.trace.c
        statement = _TRACE.select.where(column.source == source)
        if fate is not None:
            statement = statement.where(column.fate == fate)
        return _TRACE.all(self._session, statement.order_by(column.tag))

    def refused_since(
        self, source: SourceId, rules: Collection[str], since: datetime
    ) -> tuple[StoredTrace, ...]:
        """Return why addresses with an item were left out, by these rules and since, by tag."""
        column, address = schema.trace.c, schema.item_address.c
        known = exists().where(address.source == column.source, address.tag == column.tag)
        statement = _TRACE.select.where(
            column.source == source,
            column.fate == Fate.LEFT_OUT,
            column.rule.in_(sorted(rules)),
            column.at >= since,
            known,
        )
        return _TRACE.all(self._session, statement.order_by(column.tag))

    def trace(self, source: SourceId, tag: bytes) -> StoredTrace | None:
        """Return why the address of this tag was collected or not, or None."""
        column = schema.trace.c
        where = (column.source == source, column.tag == tag)
        return _TRACE.one(self._session, _TRACE.select.where(*where))

    def marked(self, source: SourceId, since: datetime) -> tuple[StoredTrace, ...]:
        """Return what was left out for a mark since a moment, by tag; not what was settled."""
        column = schema.trace.c
        where = (column.source == source, column.rule == MARKER, column.at >= since)
        return _TRACE.all(self._session, _TRACE.select.where(*where).order_by(column.tag))

    def any_trace_before(self, source: SourceId, moment: datetime) -> bool:
        """Say whether an address of the source was last decided on before a moment."""
        column = schema.trace.c
        old = select(column.tag).where(column.source == source, column.at < moment).limit(1)
        return self._session.first(old) is not None

    def visit(self, source: SourceId, tag: bytes) -> bytes | None:
        """Return what is remembered of a site's page, sealed, or None."""
        column = schema.visit.c
        statement = select(column.sealed).where(column.source == source, column.tag == tag)
        row = self._session.first(statement)
        return None if row is None else bytes(row[0])

    def visits(self, source: SourceId) -> tuple[bytes, ...]:
        """Return what is remembered of a site's pages, sealed, by tag."""
        column = schema.visit.c
        statement = select(column.sealed).where(column.source == source).order_by(column.tag)
        return tuple(row[0] for row in self._session.rows(statement))


class WriteSources(ReadSources):
    """Writing sources."""

    def add(self, source: Source) -> None:
        """Add a source. Raises ``Conflict`` if the organisation has one of this name."""
        self._session.write(
            insert(schema.source),
            _values(source),
            refused="the organisation does not exist or has a source of this name already",
        )

    def set_state(self, source: SourceId, state: SourceState) -> None:
        """Move a source to a state; its spans of fresh items begin anew.

        The marks for which it was on hold are settled when it is authorised again: somebody
        looked. Raises ``NotFound``, and ``Conflict`` out of ``purged``.
        """
        column = schema.source.c
        if state is SourceState.AUTHORISED:
            self._settle_marks(source)
        moved = {"state": state, "fresh": ()}
        statement = update(schema.source).where(column.id == source).values(moved)
        if state is not SourceState.PURGED:
            statement = statement.where(column.state != SourceState.PURGED)
        found = select(column.id).where(column.id == source)
        self._session.change(statement, found, "source")

    def note_fresh(self, source: SourceId, spans: Sequence[int]) -> None:
        """Write the spans in which fresh items of a source were made, in place of all before."""
        noted = update(schema.source).where(schema.source.c.id == source)
        values = {"fresh": tuple(str(span) for span in spans)}
        self._session.write(noted.values(values), bookkeeping=True)

    def take_turn(
        self, source: SourceId, host: Collection[SourceId], now: datetime, pause: timedelta
    ) -> datetime:
        """Take the next turn to ask a host, on which these sources lie, and return when it is.

        A turn is a pause after the one before it, whichever process took that. One that is
        far off was taken by a clock that went wrong, and does not count.
        """
        column = schema.source.c
        latest = select(func.max(column.next_ask)).where(column.id.in_(host))
        row = self._session.first(latest)
        last = now if row is None or row[0] is None else row[0]
        turn = last if now < last <= now + FARTHEST_TURN else now
        taken = update(schema.source).where(column.id == source).values(next_ask=turn + pause)
        self._session.write(taken, bookkeeping=True)
        return turn

    def note_collected(self, source: SourceId, more: int) -> None:
        """Count items that were collected from a source now."""
        column = schema.source.c
        counted = update(schema.source).where(column.id == source)
        self._session.write(counted.values(collected=column.collected + more))

    def add_audit(self, audit: SourceAudit) -> None:
        """Add a look at a sample of a source. Raises ``Conflict`` without such a source."""
        self._session.write(
            _AUDIT.insert, _AUDIT.values(audit), refused="there is no such source or member"
        )

    def set_audit(self, audit: SourceAudit) -> None:
        """Write who looks at a sample, or what they found. Raises ``NotFound``."""
        values = _AUDIT.values(audit)
        statement = update(schema.audit).where(schema.audit.c.id == audit.id).values(values)
        if not self._session.write(statement):
            raise NotFound("there is no such audit")

    def set_proved(
        self, authority: AuthorityId, control: Control, proof: str, moment: datetime
    ) -> None:
        """Note that control was proved again, and how. Raises ``NotFound``."""
        proved = {"control": control, "proof": proof}
        self._note(authority, {**proved, "proved_at": moment, "tried_at": moment})

    def set_tried(self, authority: AuthorityId, moment: datetime) -> None:
        """Note that control could not be proved at a moment. Raises ``NotFound``."""
        self._note(authority, {"tried_at": moment}, bookkeeping=True)

    def note_traces(self, source: SourceId, traces: Collection[StoredTrace]) -> None:
        """Note why addresses of a source were collected or not; an earlier note gives way."""
        column = schema.trace.c
        tags = sorted(one.tag for one in traces)
        for start in range(0, len(tags), GROUPED):
            part = delete(schema.trace).where(
                column.source == source, column.tag.in_(tags[start : start + GROUPED])
            )
            self._session.write(part, bookkeeping=True)
        values = [_TRACE.values(one) for one in traces]
        for start in range(0, len(values), GROUPED):
            part_of = values[start : start + GROUPED]
            self._session.write(_TRACE.insert, part_of, bookkeeping=True)

    def note_visit(self, source: SourceId, tag: bytes, sealed: bytes, at: datetime) -> None:
        """Remember a page of a site as it was then; what was remembered of it gives way."""
        self.forget_visit(source, tag)
        row = {"source": source, "tag": tag, "sealed": sealed, "at": at}
        self._session.write(insert(schema.visit), row, bookkeeping=True)

    def forget_visit(self, source: SourceId, tag: bytes) -> None:
        """Forget a page of a site."""
        column = schema.visit.c
        gone = delete(schema.visit).where(column.source == source, column.tag == tag)
        self._session.write(gone, bookkeeping=True)

    def forget_noted(self, source: SourceId) -> None:
        """Forget all that was noted of a source under its key: traces, pages, audits' notes."""
        for table in (schema.trace, schema.visit):
            self._session.write(delete(table).where(table.c.source == source), bookkeeping=True)
        notes = update(schema.audit).where(schema.audit.c.source == source).values(note=b"")
        self._session.write(notes, bookkeeping=True)

    def forget_traces(self, source: SourceId, before: datetime | None = None) -> int:
        """Delete what was noted of a source's addresses (before a moment); return how much."""
        column = schema.trace.c
        gone = delete(schema.trace).where(column.source == source)
        if before is not None:
            gone = gone.where(column.at < before)
        return self._session.write(gone, bookkeeping=True)

    def forget_visits(self, before: datetime) -> int:
        """Forget the pages that were not read since a moment; return how many."""
        gone = delete(schema.visit).where(schema.visit.c.at < before)
        return self._session.write(gone, bookkeeping=True)

    def forget_not_taken(self, before: datetime) -> int:
        """Forget why addresses were not taken that were not met since; return how many."""
        column = schema.trace.c
        gone = delete(schema.trace).where(column.fate != Fate.COLLECTED, column.at < before)
        return self._session.write(gone, bookkeeping=True)

    def add_authority(self, authority: Authority) -> None:
        """Add a proof that we may collect there. Raises ``Conflict`` without such a source."""
        self._session.write(
            _AUTHORITY.insert, _AUTHORITY.values(authority), refused="there is no such source"
        )

    def _settle_marks(self, source: SourceId) -> None:
        column, held = schema.trace.c, schema.source.c
        on_hold = select(held.id).where(held.id == source, held.state == SourceState.ON_HOLD)
        marked = update(schema.trace).where(
            column.source == source, column.rule == MARKER, on_hold.exists()
        )
        self._session.write(marked.values(rule=SETTLED), bookkeeping=True)

    def _note(self, authority: AuthorityId, values: Values, *, bookkeeping: bool = False) -> None:
        column = schema.authority.c
        statement = update(schema.authority).where(column.id == authority).values(values)
        if not self._session.write(statement, bookkeeping=bookkeeping):
            raise NotFound("there is no such authority")
