"""One transaction's statements: read rows, stream them, write them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from itertools import chain, starmap
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Executable,
    Row,
    Select,
    Table,
    bindparam,
    delete,
    insert,
    select,
)

from licet.store import prepared
from licet.store.explain import explained
from licet.store.prepared import Prepared
from licet.terms.errors import Conflict, LicetError, NotFound

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

At = Callable[[str], object]
"""Called at the named boundaries of a unit, so that a test can stop there."""

STREAMED = 2000
"""Rows fetched at a time while streaming."""

BATCHED = 2_000
"""Rows in one batch of columns: few enough to hold, many enough for the gallery's arrays."""

GROUPED = 1000
"""Rows written, or ids asked for, in one statement."""

T = TypeVar("T", bound="DataclassInstance")

Values = prepared.Values
_NONE: Values = {}


class UnitWithoutLeaf(LicetError):
    """A defect of ours: a unit changed rows and told the ledger nothing (invariant 11)."""


class Session:
    """A transaction, and what was written in it.

    ``now`` is the moment that this transaction stands for. ``unrecorded`` says that rows
    changed which the ledger must know of.
    """

    def __init__(self, connection: Connection, now: datetime, at: At, writes: bool) -> None:
        self.connection = connection
        self.now = now
        self.changed = False
        self.unrecorded = False
        self.failed: LicetError | None = None
        self._at = at
        self._writes = writes

    @overload
    def rows(self, statement: Executable, values: Values = ...) -> Sequence[Row[Any]]: ...

    @overload
    def rows(self, statement: Prepared, values: Values = ...) -> Sequence[tuple[Any, ...]]: ...

    def rows(self, statement: Executable | Prepared, values: Values = _NONE) -> Sequence[Any]:
        """Return all rows."""
        with explained():
            if isinstance(statement, Prepared):
                return statement.rows(self.connection, values)
            return self._execute(statement, values).all()

    @overload
    def first(self, statement: Executable, values: Values = ...) -> Row[Any] | None: ...

    @overload
    def first(self, statement: Prepared, values: Values = ...) -> tuple[Any, ...] | None: ...

    def first(self, statement: Executable | Prepared, values: Values = _NONE) -> Any:
        """Return the first row, or None."""
        with explained():
            if isinstance(statement, Prepared):
                return statement.first(self.connection, values)
            return self._execute(statement, values).first()

    def number(self, statement: Executable | Prepared, values: Values = _NONE) -> int:
        """Return the one number that the statement counts."""
        row = self.first(statement, values)
        return int(row[0]) if row is not None else 0

    def parts(self, statement: Executable, size: int = STREAMED) -> Iterator[Sequence[Row[Any]]]:
        """Give rows as they come, ``size`` at a time.

        Nothing may be written to the same table before the last row was taken.
        """
        with explained():
            result = self.connection.execute(statement, execution_options={"yield_per": size})
        try:
            while True:
                with explained():
                    part = result.fetchmany(size)
                if not part:
                    return
                yield part
        finally:
            result.close()

    def batches(self, statement: Executable) -> Iterator[list[tuple[Any, ...]]]:
        """Give rows as they come, turned into columns, :data:`BATCHED` rows at a time."""
        # In C from the rows to the columns: a gallery opens with a million of them.
        return (list(zip(*part, strict=True)) for part in self.parts(statement, BATCHED))

    def stream(self, statement: Executable) -> Iterator[Row[Any]]:
        """Give rows as they come, one by one, see :meth:`parts`."""
        return chain.from_iterable(self.parts(statement))

    def write(
        self,
        statement: Executable | Prepared,
        values: Values | Sequence[Values] | None = None,
        *,
        bookkeeping: bool = False,
        refused: str = "",
    ) -> int:
        """Change rows and return how many.

        ``bookkeeping`` marks what the ledger need not know (cursors, leases, tries).
        ``refused`` is what to say when a rule of the database forbids it. Raises
        ``Conflict`` then; the unit cannot be committed any more.
        """
        if not self._writes:
            raise TypeError("a reader does not write; open a unit")
        if self.failed is not None:
            raise self.failed
        try:
            with explained():
                count = self._changed(statement, values)
        except Conflict as conflict:
            # PostgreSQL ends the transaction here and SQLite does not: both must.
            self.failed = Conflict(refused, conflict.what) if refused else conflict
            raise self.failed from None
        except LicetError as error:
            self.failed = error
            raise
        if count:
            self.changed = True
            self.unrecorded = self.unrecorded or not bookkeeping
        self._at("unit.effects")
        return count

    def _changed(
        self, statement: Executable | Prepared, values: Values | Sequence[Values] | None
    ) -> int:
        if isinstance(statement, Prepared):
            return statement.change(self.connection, _NONE if values is None else values)
        return int(self._execute(statement, values).rowcount)

    def _execute(self, statement: Executable, values: Any) -> CursorResult[Any]:
        result: CursorResult[Any] = self.connection.execute(statement, values)
        return result

    def write_many(
        self, statement: Executable | Prepared, values: Iterable[Values], refused: str = ""
    ) -> int:
        """Write rows in groups, so that a million of them need little memory; return how many."""
        total = 0
        group: list[Values] = []
        for value in values:
            group.append(value)
            if len(group) == GROUPED:
                self.write(statement, group, refused=refused)
                total += len(group)
                group = []
        if group:
            self.write(statement, group, refused=refused)
        return total + len(group)

    def change(
        self,
        statement: Executable | Prepared,
        found: Executable | Prepared,
        name: str,
        values: Values | None = None,
        *,
        wanted: Values = _NONE,
        bookkeeping: bool = False,
    ) -> None:
        """Change exactly the row that ``found`` selects.

        ``values`` are what the statement is given, ``wanted`` what ``found`` is. Raises
        ``NotFound`` if there is no such row and ``Conflict`` if its state kept the statement
        from changing it.
        """
        if self.write(statement, values, bookkeeping=bookkeeping):
            return
        if self.first(found, wanted) is None:
            raise NotFound(f"there is no such {name}")
        raise Conflict(f"the {name} is in a state that does not allow this")


@cache
def _deleting_one(table: Table, column: str) -> Prepared:
    return Prepared(delete(table).where(table.c[column] == bindparam("one")))


def delete_among(
    session: Session, table: Table, column: ColumnElement[Any], ids: Collection[str]
) -> int:
    """Delete the rows whose ``column`` is one of ``ids``, in groups; return how many."""
    wanted = sorted(set(ids))
    if len(wanted) == 1:
        return session.write(_deleting_one(table, column.key), {"one": wanted[0]})
    return sum(
        session.write(delete(table).where(column.in_(wanted[start : start + GROUPED])))
        for start in range(0, len(wanted), GROUPED)
    )


class Shape(Generic[T]):
    """How a dataclass of ``licet.terms`` lies in a table, column by field.

    ``select`` reads the fields in their order, ``insert`` writes them, and :meth:`by` finds
    them by what some columns equal.
    """

    def __init__(self, table: Table, make: type[T]) -> None:
        self.table = table
        self.names = tuple(field.name for field in fields(make))
        self._make: Callable[..., T] = make
        # Statements never change, so each is built once.
        self.select: Select[Any] = select(*(table.c[name] for name in self.names))
        self.insert = Prepared(insert(table), self.names)
        self.everything = Prepared(self.select)
        self._by_id = self.by("id") if "id" in self.names else None

    def by(self, *names: str, order: Sequence[ColumnElement[Any]] = ()) -> Prepared:
        """Return the statement that finds rows by these columns, each equal to what is given."""
        where = (self.table.c[name] == bindparam(name) for name in names)
        return Prepared(self.select.where(*where).order_by(*order))

    def read(self, row: Sequence[Any]) -> T:
        """Return the dataclass that a row of :attr:`select` holds."""
        return self._make(*row)

    def values(self, thing: T) -> Values:
        """Return the columns' values of a dataclass."""
        return {name: getattr(thing, name) for name in self.names}

    def one(self, session: Session, statement: Executable | Prepared, **values: object) -> T | None:
        """Return the first, or None. ``values`` are what the statement is given."""
        row = session.first(statement, values)
        return None if row is None else self.read(row)

    def all(
        self, session: Session, statement: Executable | Prepared, **values: object
    ) -> tuple[T, ...]:
        """Return all of them. ``values`` are what the statement is given."""
        return tuple(self.read(row) for row in session.rows(statement, values))

    def among(self, session: Session, ids: Collection[str]) -> Iterator[T]:
        """Give those with these ids, in groups, in no order."""
        wanted = sorted(set(ids))
        if len(wanted) == 1 and self._by_id is not None:
            yield from self.all(session, self._by_id, id=wanted[0])
            return
        for start in range(0, len(wanted), GROUPED):
            part = self.table.c.id.in_(wanted[start : start + GROUPED])
            yield from self.all(session, self.select.where(part))

    def each(self, session: Session, statement: Executable) -> Iterator[T]:
        """Give them one after the other, without holding all."""
        # In C from the rows to the dataclasses: a gallery opens with a million of them.
        return chain.from_iterable(starmap(self._make, part) for part in session.parts(statement))


class Group:
    """A group of tables within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session
