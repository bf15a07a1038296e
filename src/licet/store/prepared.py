"""Statements that are compiled once, and cost no more than the database takes to run them.

Building a statement, finding its compiled form again and wrapping what comes back takes
SQLAlchemy ten times as long as SQLite takes to answer, and a flow asks a hundred times.
What is asked often is therefore written once, with ``bindparam`` for what changes, and
run by the driver's own cursor. The text, the types, the connection, its transaction and
the errors stay SQLAlchemy's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Delete, Insert, Select, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

Process = Callable[[Any], Any] | None
"""What turns a value into what the driver takes, or back; None leaves it as it is."""

Values = Mapping[str, object]
Row = tuple[Any, ...]


@dataclass(slots=True)
class _Compiled:
    """A statement as one driver takes it."""

    text: str
    order: tuple[str, ...] | None
    """The parameters' names in their order; None where the driver takes them by name."""
    given: Mapping[str, Process]
    """What each run gives."""
    fixed: Values
    """What every run has in common, as the driver takes it."""
    types: tuple[TypeEngine[Any], ...]
    """What each column that is read means."""
    columns: tuple[Process, ...] | None = None
    """How each is turned back; empty when none needs it, None before the first run."""

    def arguments(self, values: Values) -> Any:
        """Return the parameters of a run as the driver takes them."""
        if values.keys() != self.given.keys():
            raise TypeError(f"this statement takes {sorted(self.given)}, not {sorted(values)}")
        all_of_them = dict(self.fixed)
        for name, process in self.given.items():
            value = values[name]
            all_of_them[name] = value if process is None else process(value)
        if self.order is None:
            return all_of_them
        return tuple([all_of_them[name] for name in self.order])

    def reading(self, dialect: Dialect, cursor: DBAPICursor) -> Callable[[Row], Row]:
        """Return what turns the driver's rows into the values that the columns mean."""
        if self.columns is None:
            # Some of PostgreSQL's types are told only by what it sends.
            sent = [column[1] for column in cursor.description or ()]
            pairs = zip(self.types, sent, strict=True)
            found = tuple(_reads(kind, dialect, code) for kind, code in pairs)
            self.columns = found if any(found) else ()
        columns = self.columns
        if not columns:
            return _as_it_is

        def read(row: Row) -> Row:
            pairs = zip(columns, row, strict=True)
            return tuple([value if process is None else process(value) for process, value in pairs])

        return read


def _as_it_is(row: Row) -> Row:
    return row


class Prepared:
    """A statement whose text never changes, see this module.

    ``sets`` names the columns that an ``INSERT`` or ``UPDATE`` is given at each run.
    """

    def __init__(
        self, statement: Select[Any] | Insert | Update | Delete, sets: Sequence[str] = ()
    ) -> None:
        self.statement = statement
        self._sets = list(sets) or None
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, values: Values) -> list[Row]:
        """Return all rows."""
        compiled, cursor = self._run(connection, values)
        try:
            return list(map(compiled.reading(connection.dialect, cursor), cursor.fetchall()))
        finally:
            cursor.close()

    def first(self, connection: Connection, values: Values) -> Row | None:
        """Return the first row, or None."""
        compiled, cursor = self._run(connection, values)
        try:
            row: Any = cursor.fetchone()
            return None if row is None else compiled.reading(connection.dialect, cursor)(row)
        finally:
            cursor.close()

    def change(self, connection: Connection, values: Values | Sequence[Values]) -> int:
        """Change rows, once for each of ``values``, and return how many."""
        _compiled, cursor = self._run(connection, values)
        try:
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def _run(
        self, connection: Connection, values: Values | Sequence[Values]
    ) -> tuple[_Compiled, DBAPICursor]:
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compiled_for(
                dialect, self.statement, self._sets
            )
        if isinstance(values, Mapping):
            arguments, many = compiled.arguments(values), False
        else:
            arguments, many = [compiled.arguments(one) for one in values], True
        cursor = connection.connection.cursor()
        try:
            if many:
                cursor.executemany(compiled.text, arguments)
            else:
                cursor.execute(compiled.text, arguments)
        except dialect.loaded_dbapi.Error as error:
            cursor.close()
            raise _told(connection, compiled.text, error) from error
        except BaseException:
            cursor.close()
            raise
        return compiled, cursor


def _compiled_for(
    dialect: Dialect, statement: Select[Any] | Insert | Update | Delete, sets: list[str] | None
) -> _Compiled:
    compiled = statement.compile(dialect=dialect, column_keys=sets)
    asked = {name for name, bind in compiled.binds.items() if bind.required}
    values = {name: bind.effective_value for name, bind in compiled.binds.items()}
    # Lists that are a part of the statement itself are written out here, once for all.
    whole = compiled.construct_expanded_state(values)
    known = {name: _binds(bind.type, dialect) for name, bind in compiled.binds.items()}
    processes = {**known, **whole.processors}
    fixed = {}
    for name, value in whole.parameters.items():
        if name not in asked:
            process = processes.get(name)
            fixed[name] = value if process is None else process(value)
    read = statement.selected_columns if isinstance(statement, Select) else ()
    return _Compiled(
        text=whole.statement,
        order=tuple(whole.positiontup) if whole.positiontup is not None else None,
        given={name: known[name] for name in asked},
        fixed=fixed,
        types=tuple(column.type for column in read),
    )


def _binds(kind: TypeEngine[Any], dialect: Dialect) -> Process:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _reads(kind: TypeEngine[Any], dialect: Dialect, code: object) -> Process:
    return kind.dialect_impl(dialect).result_processor(dialect, code)


def _told(connection: Connection, text: str, error: Any) -> Exception:
    """Return the driver's error as SQLAlchemy tells it, and give up a lost connection."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection, None)
    if lost:
        connection.invalidate(error)
    told: Exception = DBAPIError.instance(
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,  # They are people's data.
        connection_invalidated=lost,
        dialect=dialect,
    )
    return told
