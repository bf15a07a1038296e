"""Statements that are compiled once say, take and refuse what SQLAlchemy's own do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, bindparam, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from licet.store import schema
from licet.store.engine import Begin, connect, parse, transaction
from licet.store.prepared import Prepared
from licet.terms.source import Fate
from tests.fakes.deployment import new_world
from tests.fakes.vision import photo

_TABLE = schema.generated
_ADD = Prepared(insert(_TABLE), ("sha256",))
_ALL = Prepared(select(_TABLE.c.sha256).order_by(_TABLE.c.sha256))
_SOME = Prepared(
    select(func.count()).where(
        _TABLE.c.sha256.in_(("a", "b")), _TABLE.c.sha256 != bindparam("without")
    )
)


@pytest.fixture
def connection(store_url: str) -> Iterator[Connection]:
    engine = connect(parse(store_url), 5.0)
    with transaction(engine, Begin.UNIT) as opened:
        yield opened
    engine.dispose()


def test_rows_are_written_one_by_one_and_together(connection: Connection) -> None:
    assert _ADD.change(connection, {"sha256": "a"}) == 1
    assert _ADD.change(connection, [{"sha256": "b"}, {"sha256": "c"}]) == 2
    assert _ALL.rows(connection, {}) == [("a",), ("b",), ("c",)]
    assert _ALL.first(connection, {}) == ("a",)


def test_a_list_in_the_statement_stays_what_it_was(connection: Connection) -> None:
    _ADD.change(connection, [{"sha256": one} for one in "abc"])
    assert _SOME.first(connection, {"without": "c"}) == (2,)
    assert _SOME.first(connection, {"without": "a"}) == (1,)


def test_nothing_is_found_as_nothing(connection: Connection) -> None:
    assert _ALL.first(connection, {}) is None
    assert _ALL.rows(connection, {}) == []


@pytest.mark.parametrize("values", [{}, {"sha256": "a", "more": 1}, {"sha": "a"}])
def test_it_takes_just_what_it_names(connection: Connection, values: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="takes"):
        _ADD.change(connection, values)
    assert _ALL.rows(connection, {}) == []


def test_every_column_means_what_sqlalchemy_says_it_means(store_url: str, tmp_path: Path) -> None:
    """Over every table of a deployment in use: both ways of reading are one."""
    world = new_world(tmp_path / "home", store_url)
    world.enrolled("anna")
    world.source(world.folder(party=photo("anna")))
    world.app.close()
    engine = connect(parse(store_url), 5.0)
    read = set()
    with transaction(engine, Begin.SNAPSHOT) as connection:
        for table in schema.METADATA.sorted_tables:
            statement = select(*table.c)
            rows = [tuple(row) for row in connection.execute(statement)]
            assert Prepared(statement).rows(connection, {}) == rows
            read |= {table.name} if rows else set()
    engine.dispose()
    assert read >= {"deployment", "grant", "subject", "template", "source", "member", "leaf"}


def test_what_a_rule_refuses_is_the_drivers_error_in_sqlalchemys_words(
    connection: Connection,
) -> None:
    _ADD.change(connection, {"sha256": "a"})
    with pytest.raises(DBAPIError) as refused:
        _ADD.change(connection, {"sha256": "a"})
    assert refused.value.hide_parameters
    assert "'a'" not in str(refused.value)


def test_an_odd_value_reaches_no_database(connection: Connection) -> None:
    turn = Prepared(update(schema.trace).where(schema.trace.c.tag == bindparam("this")), ("fate",))
    with pytest.raises(ValueError, match="nothing"):
        turn.change(connection, {"this": b"", "fate": "nothing"})
    assert turn.change(connection, {"this": b"", "fate": next(iter(Fate))}) == 0


def test_a_connection_that_was_lost_is_given_up(new_database) -> None:
    engine = connect(parse(new_database("postgresql")), 5.0)
    other = connect(engine.url, 5.0)
    with transaction(engine, Begin.UNIT) as lost:
        pid = lost.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with transaction(other, Begin.UNIT) as killing:
            killing.execute(text(f"SELECT pg_terminate_backend({pid})"))
        with pytest.raises(DBAPIError) as told:
            _ALL.rows(lost, {})
        assert told.value.connection_invalidated
        assert lost.invalidated
    engine.dispose()
    other.dispose()
