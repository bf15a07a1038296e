"""The doctor finds what is wrong, says what to do, and changes nothing."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from licet.doctor import Diagnosis, Weight, examine
from licet.terms.acting import SUBJECT
from licet.terms.errors import Busy
from tests.fakes.deployment import World, new_world, settings_of


@pytest.fixture
def world(tmp_path: Path, new_database: object) -> Iterator[World]:
    """Give a sandbox on SQLite."""
    made = new_world(tmp_path / "home", new_database("sqlite"))  # type: ignore[operator]
    yield made
    made.app.close()


def look(world: World) -> Diagnosis:
    """Examine the world's deployment as another process would."""
    settings = settings_of(world.home, world.url)
    return examine(settings, world.clock, lambda _settings: world.reopen())


def mend(diagnosis: Diagnosis) -> dict[str, str]:
    """What must be mended, by part."""
    return {one.part: one.says for one in diagnosis.findings if one.weight is Weight.MEND}


def test_a_healthy_deployment_is_healthy_and_stays_as_it_is(world: World) -> None:
    size = world.app.store.head().size
    found = look(world)
    assert mend(found) == {}
    assert found.healthy
    assert world.app.store.head().size == size


def test_a_grant_that_is_over_and_not_ended_is_found(world: World) -> None:
    world.granted("anna")
    world.clock.go(days=366)
    found = mend(look(world))
    assert "have not ended" in found["work"]
    assert "not in force" in found["term"]


def test_a_term_that_ends_soon_is_a_note(world: World) -> None:
    world.clock.go(days=340)
    notes = [one for one in look(world).findings if one.part == "term"]
    assert [one.weight for one in notes] == [Weight.WATCH]


def test_a_plan_that_is_stuck_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from licet.rights.erase import erase

    _, subject = world.enrolled("anna")

    def unreachable(_message: object) -> None:
        raise Busy("the mail server is away")

    monkeypatch.setattr(world.outbox, "send", unreachable)
    erase(world.app, SUBJECT, subject)
    assert "deliver_history" in next(o.says for o in look(world).findings if o.part == "work")
    world.clock.now += timedelta(minutes=11)
    assert "deliver_history" in mend(look(world))["work"]


def test_an_open_door_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.doctor._sheltered", lambda _path: False)
    (world.home / "ledger/key").chmod(0o644)
    assert "others may read" in mend(look(world))["files"]


def test_what_is_missing_is_found(world: World) -> None:
    (world.home / "ledger/key").rename(world.home / "ledger/elsewhere")
    found = mend(look(world))
    assert "is missing" in found["files"]
    assert "ledger's key" in found["deployment"]


def test_a_key_of_another_ledger_is_found(world: World, tmp_path: Path) -> None:
    other = new_world(tmp_path / "other", f"sqlite:///{tmp_path / 'other.db'}", copied=False)
    other.app.close()
    (world.home / "ledger/key").write_bytes((tmp_path / "other/ledger/key").read_bytes())
    assert "the checkpoint is of" in mend(look(world))["deployment"]


def test_damage_of_the_mirror_is_found(world: World) -> None:
    tiles = (world.home / "mirror/tile/entries").rglob("*")
    tile = max((one for one in tiles if one.is_file()), key=lambda one: one.stat().st_size)
    data = bytearray(tile.read_bytes())
    data[-1] ^= 1
    tile.write_bytes(data)
    assert "ledger" in mend(look(world))
