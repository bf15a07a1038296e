"""Rights requests with their codes, legal holds, and accountability records."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from licet.store import schema
from licet.store.prepared import Prepared
from licet.store.session import Group, Shape
from licet.terms.ids import AccountId, GrantId, HoldId, PlanId, RequestId, SubjectId
from licet.terms.rights import (
    OPEN_REQUESTS,
    Account,
    Hold,
    Request,
    RequestCode,
    RightKind,
)

_SHAPE = Shape(schema.request, Request)
_CODE = Shape(schema.request_code, RequestCode)
_HOLD = Shape(schema.hold, Hold)
_ACCOUNT = Shape(schema.account, Account)

_REQUEST = schema.request.c
_IS_OPEN = _REQUEST.state.in_(tuple(OPEN_REQUESTS))
_OLDEST = (_REQUEST.received_at, _REQUEST.id)
_BY_ID = _SHAPE.by("id")
_OPEN = Prepared(_SHAPE.select.where(_IS_OPEN).order_by(_REQUEST.due, _REQUEST.id))
_OF_SUBJECT = _SHAPE.by("subject", order=_OLDEST)
_OF_PLAN = _SHAPE.by("plan")
_OF_GRANT = _SHAPE.by("grant")
_SAME = Prepared(
    _SHAPE.select.where(
        _REQUEST.subject == bindparam("subject"), _REQUEST.kind == bindparam("kind"), _IS_OPEN
    ).order_by(*_OLDEST)
)
_PUT = Prepared(
    update(schema.request).where(_REQUEST.id == bindparam("request"), _IS_OPEN),
    tuple(name for name in _SHAPE.names if name not in {"id", "subject"}),
)
_CODE_OF = _CODE.by("request")
_IN_FORCE = Prepared(
    _HOLD.select.where(
        schema.hold.c.lifted_at.is_(None), schema.hold.c.until > bindparam("now")
    ).order_by(schema.hold.c.placed_at, schema.hold.c.id)
)
_OVER = Prepared(
    _HOLD.select.where(
        schema.hold.c.lifted_at.is_(None), schema.hold.c.until <= bindparam("now")
    ).order_by(schema.hold.c.placed_at, schema.hold.c.id)
)
_HOLDS_OF = _HOLD.by("subject", order=(schema.hold.c.placed_at, schema.hold.c.id))
_ACCOUNT_OF_PLAN = _ACCOUNT.by("plan")


class ReadRequests(Group):
    """Reading rights requests."""

    def get(self, request: RequestId) -> Request | None:
        """Return the request, answered or not, or None."""
        return _SHAPE.one(self._session, _BY_ID, id=request)

    def open(self) -> tuple[Request, ...]:
        """Return the requests that are still to be answered, the first due first."""
        return _SHAPE.all(self._session, _OPEN)

    def all(self) -> tuple[Request, ...]:
        """Return every request, the newest first."""
        column = schema.request.c
        statement = _SHAPE.select.order_by(column.received_at.desc(), column.id)
        return _SHAPE.all(self._session, statement)

    def written(self) -> tuple[Request, ...]:
        """Return the requests that are over and whose words are still kept, oldest first."""
        column = schema.request.c
        over = column.state.not_in(tuple(OPEN_REQUESTS))
        statement = _SHAPE.select.where(over, column.sealed != b"")
        return _SHAPE.all(self._session, statement.order_by(column.closed_at, column.id))

    def of_subject(self, subject: SubjectId) -> tuple[Request, ...]:
        """Return a data subject's requests, answered ones too, oldest first."""
        return _SHAPE.all(self._session, _OF_SUBJECT, subject=subject)

    def of_plan(self, plan: PlanId) -> Request | None:
        """Return the request that a plan carries out, or None."""
        return _SHAPE.one(self._session, _OF_PLAN, plan=plan)

    def of_grant(self, grant: GrantId) -> Request | None:
        """Return the request that a grant serves, or None."""
        return _SHAPE.one(self._session, _OF_GRANT, grant=grant)

    def same(self, subject: SubjectId, kind: RightKind) -> Request | None:
        """Return the open request of one kind of a data subject, the oldest, or None."""
        return _SHAPE.one(self._session, _SAME, subject=subject, kind=kind)

    def code(self, request: RequestId) -> RequestCode | None:
        """Return the request's one-time code, or None."""
        return _CODE.one(self._session, _CODE_OF, request=request)


class WriteRequests(ReadRequests):
    """Writing rights requests. ``leaf`` is the index of the entry that says so."""

    def add(self, request: Request) -> None:
        """Add a request. Raises ``Conflict`` if the id is taken or what it names is missing."""
        self._session.write(_SHAPE.insert, _SHAPE.values(request))

    def put(self, request: Request) -> None:
        """Write an open request anew: every part but its id and person.

        Raises ``NotFound``, and ``Conflict`` once it was delivered or refused: what was
        answered stays answered.
        """
        column = schema.request.c
        values = {k: v for k, v in _SHAPE.values(request).items() if k not in {"id", "subject"}}
        found = select(column.id).where(column.id == request.id)
        self._session.change(_PUT, found, "request", {**values, "request": request.id})

    def forget(self, requests: Collection[RequestId]) -> None:
        """Empty what was written in requests that are over: the register keeps the rest."""
        for request in requests:
            column = schema.request.c
            statement = update(schema.request).where(column.id == request).values(sealed=b"")
            found = select(column.id).where(column.id == request)
            self._session.change(statement, found, "request")

    def put_code(self, code: RequestCode) -> None:
        """Write the request's code; a former one counts no more."""
        self.delete_code(code.request)
        self._session.write(_CODE.insert, _CODE.values(code))

    def count_try(self, request: RequestId) -> int:
        """Count a wrong try (bookkeeping) and return how many there are. Raises ``NotFound``."""
        table = schema.request_code
        found = select(table.c.tries).where(table.c.request == request)
        statement = update(table).where(table.c.request == request)
        self._session.change(
            statement.values(tries=table.c.tries + 1), found, "code", bookkeeping=True
        )
        return self._session.number(found)

    def delete_code(self, request: RequestId) -> None:
        """Delete the request's code, if there is one."""
        table = schema.request_code
        self._session.write(delete(table).where(table.c.request == request))


class ReadHolds(Group):
    """Reading legal holds."""

    def get(self, hold: HoldId) -> Hold | None:
        """Return the hold, lifted or not, or None."""
        return _HOLD.one(self._session, _HOLD.select.where(schema.hold.c.id == hold))

    def of_subject(self, subject: SubjectId) -> tuple[Hold, ...]:
        """Return a data subject's holds, lifted ones too, oldest first."""
        return _HOLD.all(self._session, _HOLDS_OF, subject=subject)

    def all(self) -> tuple[Hold, ...]:
        """Return every hold, lifted ones too, the newest first."""
        column = schema.hold.c
        statement = _HOLD.select.order_by(column.placed_at.desc(), column.id)
        return _HOLD.all(self._session, statement)

    def in_force(self, now: datetime) -> tuple[Hold, ...]:
        """Return the holds that are neither lifted nor over, oldest first."""
        return _HOLD.all(self._session, _IN_FORCE, now=now)

    def over(self, now: datetime) -> tuple[Hold, ...]:
        """Return the holds whose term is over and that nobody lifted, oldest first."""
        return _HOLD.all(self._session, _OVER, now=now)


class WriteHolds(ReadHolds):
    """Writing legal holds."""

    def add(self, hold: Hold) -> None:
        """Place a hold. Raises ``Conflict`` if what it names is missing."""
        self._session.write(_HOLD.insert, _HOLD.values(hold))

    def lift(self, hold: HoldId, at: datetime) -> None:
        """Lift a hold. Raises ``NotFound``, and ``Conflict`` if it was lifted before."""
        column = schema.hold.c
        statement = update(schema.hold).where(column.id == hold, column.lifted_at.is_(None))
        found = select(column.id).where(column.id == hold)
        self._session.change(statement.values(lifted_at=at), found, "hold")

    def delete_of_subject(self, subject: SubjectId) -> int:
        """Delete a data subject's holds and return how many there were."""
        where = schema.hold.c.subject == subject
        return self._session.write(delete(schema.hold).where(where))


class ReadAccounts(Group):
    """Reading accountability records."""

    def get(self, account: AccountId) -> Account | None:
        """Return the record, or None once it was destroyed."""
        return _ACCOUNT.one(self._session, _ACCOUNT.select.where(schema.account.c.id == account))

    def all(self) -> tuple[Account, ...]:
        """Return every record that is kept, the newest first."""
        column = schema.account.c
        statement = _ACCOUNT.select.order_by(column.made_at.desc(), column.id)
        return _ACCOUNT.all(self._session, statement)

    def of_plan(self, plan: PlanId) -> Account | None:
        """Return the record that an erasure wrote, or None."""
        return _ACCOUNT.one(self._session, _ACCOUNT_OF_PLAN, plan=plan)

    def due(self, now: datetime) -> tuple[Account, ...]:
        """Return the records whose term is over, oldest first."""
        column = schema.account.c
        statement = _ACCOUNT.select.where(column.destroy_at <= now)
        return _ACCOUNT.all(self._session, statement.order_by(column.destroy_at, column.id))


class WriteAccounts(ReadAccounts):
    """Writing accountability records."""

    def add(self, account: Account) -> None:
        """Add a record. Raises ``Conflict`` if its erasure has one already."""
        self._session.write(_ACCOUNT.insert, _ACCOUNT.values(account))

    def delete(self, account: AccountId) -> None:
        """Delete a record. Doing it again changes nothing."""
        self._session.write(delete(schema.account).where(schema.account.c.id == account))
