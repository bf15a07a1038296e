"""A database that was filled under an older revision comes up with every row, and goes back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, inspect, text

from licet.store import migrate
from licet.store.engine import Begin, connect, parse, transaction
from licet.store.migration import migrating
from licet.store.schema import REVISION
from licet.store.store import Store
from licet.terms.errors import Conflict
from licet.terms.ids import CaseId, PlanId, RunId, SubjectId
from licet.terms.when import from_ms
from tests.databases import DATABASES, PlainLeaves
from tests.store import old, things

Shape = dict[str, list[dict[str, Any]]]

NEW = {
    "deployment": {
        **dict.fromkeys(("closing_at", "closed_at", "prepared_at")),
        **dict.fromkeys(("source_notice", "role_agreement", "purposes"), ""),
    },
    "organisation": {"contact": ""},
    "case": {"on_behalf_of": None},
    "source": {
        "retention_days": None,
        "collected": 1,
        "fresh": "[]",
        "next_ask": 0,
        "leave_out": "[]",
    },
    "item": {"likeness": None},
    "item_address": {"sha256": None},
    "authority": {"proved_at": old.NOON, "tried_at": old.NOON, "opened_by": "[]"},
}
"""What every row of a table has now and had not then."""

TABLES = {
    *("request", "request_code", "hold", "account", "unlinked"),
    *("order", "clause", "order_part", "correspondence", "breach", "canary"),
    *("filing", "residence", "transfer", "trace", "visit", "audit", "kept_copy"),
    *("api_key", "identity", "invitation", "kept_answer", "passkey", "session"),
    *("own_code", "own_session"),
    *("waiting_act", "question", "tracing", "sidecar", "album_link"),
}
"""The tables that were not there then."""


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of revision 0001, filled by its own SQL."""
    if request.param == "sqlite":
        made = f"sqlite:///{tmp_path / 'old.db'}"
    else:
        cluster = request.getfixturevalue("cluster")
        made = cluster.new_database(template="template1")
    _step(made, lambda config: command.upgrade(config, "0001"))
    _fill(made)
    yield made
    if request.param == "postgresql":
        cluster.drop(made)


def _engine(url: str) -> Engine:
    return connect(parse(url), 5, foreign_keys=False)


def _step(url: str, step: Callable[[Any], object]) -> None:
    engine = _engine(url)
    try:
        with migrating(engine) as config:
            step(config)
    finally:
        engine.dispose()


def _up(url: str) -> None:
    _step(url, lambda config: command.upgrade(config, REVISION))


def _down(url: str) -> None:
    _step(url, lambda config: command.downgrade(config, "0001"))


def _fill(url: str) -> None:
    engine = _engine(url)
    with transaction(engine, Begin.UNIT) as connection:
        for table, rows in old.ROWS.items():
            for row in rows:
                names = ", ".join(f'"{name}"' for name in row)
                values = ", ".join(f":{name}" for name in row)
                connection.execute(text(f'INSERT INTO "{table}" ({names}) VALUES ({values})'), row)
        sets = ", ".join(f"{name} = :{name}" for name in old.HEAD)
        connection.execute(text(f"UPDATE head SET {sets}"), old.HEAD)
        connection.commit()
    engine.dispose()


def _all(url: str) -> Shape:
    """Every row of every table, as the database itself gives it."""
    engine = _engine(url)
    with transaction(engine, Begin.SNAPSHOT) as connection:
        names = set(inspect(connection).get_table_names()) - {"alembic_version"}
        found = {name: _rows(connection, name) for name in names}
    engine.dispose()
    return found


def _rows(connection: Connection, table: str) -> list[dict[str, Any]]:
    rows = connection.execute(text(f'SELECT * FROM "{table}"')).mappings()
    return sorted((dict(row) for row in rows), key=repr)


def _shape(url: str) -> dict[str, object]:
    engine = _engine(url)
    with transaction(engine, Begin.SNAPSHOT) as connection:
        seen = inspect(connection)
        shape = {
            table: (
                {(c["name"], str(c["type"]), c["nullable"]) for c in seen.get_columns(table)},
                {(c["name"], c["sqltext"]) for c in seen.get_check_constraints(table)},
                {(f["name"], f["referred_table"]) for f in seen.get_foreign_keys(table)},
                {(i["name"], tuple(i["column_names"])) for i in seen.get_indexes(table)},
            )
            for table in seen.get_table_names()
        }
    engine.dispose()
    return shape


def test_the_old_rows_fill_every_table(url: str) -> None:
    """A table that nobody filled would prove nothing."""
    assert {name: len(rows) for name, rows in _all(url).items()} == {
        **{name: len(rows) for name, rows in old.ROWS.items()},
        "head": 1,
    }


def test_every_row_comes_up_intact(url: str) -> None:
    before = _all(url)
    _up(url)
    after = _all(url)
    assert after.keys() - before.keys() == TABLES
    for table, rows in before.items():
        wanted = [{**row, **NEW.get(table, {})} for row in rows]
        if table == "search":
            # Thirty days were the worker's rule until then.
            for row in wanted:
                kept = row["sealed_probe"] is not None
                row["probe_until"] = row["at"] + 30 * old.DAY if kept else None
        assert after[table] == sorted(wanted, key=repr), table
    assert all(after[table] == [] for table in TABLES)


def test_it_is_a_store_like_any_other(url: str) -> None:
    """What came up is read by today's code, keeps its rules and takes today's words."""
    migrate(url)
    store = Store.open(url, PlainLeaves())
    with store.read() as reader:
        assert reader.head.size == 3
        probes = {s.id: s.probe_until for s in reader.searches.of_case(CaseId(old.CASE))}
        assert probes == {
            **dict.fromkeys(old.SEARCHES),
            old.SEARCHES[0]: from_ms(old.NOON + 30 * old.DAY),
            old.SEARCHES[2]: from_ms(old.NOON + 32 * old.DAY),
        }
        (plan,) = reader.plans.open()
        assert plan.id == PlanId(old.ROWS["plan"][1]["id"])
        assert [
            effect.kind.value for effect in reader.plans.effects(plan.id)
        ] == old.EFFECTS.split()
        assert reader.runs.get(RunId(old.ROWS["run"][1]["id"])) is not None
        assert {grant.id for grant in reader.grants.kept()} == set(old.GRANTS[:4])
    things.furnished(store)
    stray = things.a_plan(SubjectId("none"))
    things.refused(store, Conflict, lambda unit: unit.plans.add(stray, []))
    store.close()
    engine = connect(parse(url), 5)
    for broken in (
        "UPDATE plan SET kind = 'other'",
        "UPDATE effect SET kind = 'other'",
        "UPDATE run SET kind = 'other'",
        "DELETE FROM plan",
        "DELETE FROM source",
        'DELETE FROM "grant"',
    ):
        with (
            transaction(engine, Begin.UNIT) as connection,
            pytest.raises(Exception, match=r"(?i)constraint"),
        ):
            connection.execute(text(broken))
    engine.dispose()


def test_and_back(url: str) -> None:
    """Down again nothing but what came later is gone, and up once more it is the same."""
    before, shape = _all(url), _shape(url)
    _up(url)
    up = _all(url), _shape(url)
    _down(url)
    assert _all(url) == before
    assert _shape(url) == shape
    _up(url)
    assert (_all(url), _shape(url)) == up


def test_what_the_older_one_cannot_hold_keeps_it_up(url: str) -> None:
    """An answer under way is no row of revision 0001: the step back is undone whole."""
    _up(url)
    engine = _engine(url)
    with transaction(engine, Begin.UNIT) as connection:
        connection.execute(text("UPDATE plan SET kind = 'answer' WHERE state = 'open'"))
        connection.commit()
    engine.dispose()
    up = _all(url)
    with pytest.raises(Conflict):
        _down(url)
    assert _all(url) == up
