"""How kept copies end: killed anywhere nothing is half kept, and no backup brings one back."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from licet.app import App
from licet.collect import collect
from licet.effects.sealed import copy_key
from licet.effects.sourcing import open_source
from licet.recovery import back_up, restore
from licet.rights.closing import close_deployment
from licet.rights.erase import erase
from licet.sources.contract import read_whole
from licet.sourcing import cease_source
from licet.terms.acting import SUBJECT
from licet.terms.collecting import Collected
from licet.terms.ids import CopyId
from licet.terms.order import DataKind, OrderScope, OrderState
from licet.terms.source import Source, SourceKind, SourceState
from licet.terms.uploading import Handed, Uploaded
from licet.uploading import upload
from licet.worker import run_once
from tests.fakes.deployment import World, settings_of
from tests.fakes.vision import photo
from tests.worker.ordering import order_of, order_wish, ordered, work

KEPT_DAYS = 40


def shelf(world: World, name: str = "handed in") -> Source:
    wish = {"kind": SourceKind.UPLOAD, "retention_days": KEPT_DAYS}
    return world.source(Path("upload:"), name, **wish)


def kept(world: World, source: Source, *people: str, shot: int = 0) -> CopyId:
    handed = Handed(f"{shot}.jpg", photo(*people, shot=shot))
    done = upload(world.app, world.who("steward"), source.id, handed)
    assert isinstance(done, Uploaded), done
    return done.copy


def files(world: World) -> set[str]:
    return {one.name for one in (world.home / "copies").rglob("*") if one.is_file()}


def rows(world: World) -> set[str]:
    with world.app.store.read() as reader:
        every = reader.sources.all()
        return {copy.id for s in every for copy in reader.copies.of_source(s.id, "", 99)}


def keys(world: World) -> set[str]:
    return {key.removeprefix("copy:") for key in world.app.keyring.ids() if key.startswith("copy:")}


def dies(world: World, where: str, act: Callable[[App], object]) -> bool:
    """Let a child do an act and be killed at a boundary; say whether it was."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):

            def at(name: str) -> None:
                if name == where:
                    os.kill(os.getpid(), signal.SIGKILL)

            act(world.reopen(at))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def passed(world: World, act: Callable[[App], object]) -> list[str]:
    """Return the boundaries that an act passes."""
    names: list[str] = []
    app = world.reopen(names.append)
    act(app)
    app.close()
    return list(dict.fromkeys(names))


@pytest.fixture
def alone(tmp_path: Path) -> World:
    """Give a sandbox on SQLite: what is killed here is no database."""
    from tests.fakes.deployment import new_world

    return new_world(tmp_path / "home", f"sqlite:///{tmp_path / 'licet.db'}")


DEEP = [False, pytest.param(True, marks=pytest.mark.soak)]
"""Killed where it matters most, or at every boundary there is."""


@pytest.mark.parametrize("everywhere", DEEP)
def test_killed_while_it_is_handed_in_nothing_is_half_kept(alone: World, everywhere: bool) -> None:
    world = alone
    source = shelf(world)

    def hand_in(app: App, shot: int) -> object:
        handed = Handed(f"{shot}.jpg", photo("ada", shot=shot), world.clock() - timedelta(days=9))
        return upload(app, world.who("steward"), source.id, handed)

    places = passed(world, lambda app: hand_in(app, 1))
    assert {"upload.key", "upload.sealed", "upload.committed", "unit.recorded"} <= set(places)
    places = places if everywhere else ["upload.sealed", "unit.recorded"]
    for shot, where in enumerate(places, 2):
        before = rows(world)
        assert dies(world, where, lambda app, shot=shot: hand_in(app, shot)), where
        new = rows(world) - before
        assert rows(world) <= files(world), where
        assert rows(world) <= keys(world), where
        assert len(new) <= 1, where
    place = open_source(world.app, source)
    assert all(isinstance(read_whole(place, one), bytes) for one in place.walk())
    world.clock.go(days=9)
    run_once(world.app)
    assert rows(world) == files(world) == keys(world)
    for shot, _ in enumerate(places, 2):
        assert isinstance(hand_in(world.app, shot), Uploaded)
    assert len(rows(world)) == len(places) + 1
    world.app.close()


@pytest.mark.parametrize("everywhere", DEEP)
@pytest.mark.parametrize("how", ["cease", pytest.param("retention", marks=pytest.mark.soak)])
def test_killed_while_copies_end_they_end(alone: World, how: str, everywhere: bool) -> None:
    world = alone
    world.enrolled("ada")
    counted = iter(range(1000))

    def ready() -> Source:
        number = next(counted)
        source = shelf(world, f"source {number}")
        for shot in range(2):
            kept(world, source, "ada", shot=10 * number + shot)
        assert isinstance(collect(world.app, world.who("steward"), source.id), Collected)
        kept(world, source, "ben", shot=number)
        if how == "retention":
            world.clock.go(days=KEPT_DAYS)
        return source

    def end(app: App, source: Source) -> object:
        if how == "cease":
            return cease_source(app, world.who("steward"), source.id)
        return run_once(app)

    first = ready()
    places = [name for name in passed(world, lambda app: end(app, first)) if _ours(name)]
    assert {"purge.items", "copies.keys", "copies.files"} <= set(places)
    places = places if everywhere else ["copies.keys"]
    for where in places:
        source = ready()
        assert dies(world, where, lambda app, source=source: end(app, source)), where
        world.clock.go(minutes=10)  # the run's lease is over
        run_once(world.app)
        assert rows(world) == files(world) == keys(world) == set(), where
        with world.app.store.read() as reader:
            assert reader.items.count(source.id) == 0
            found = reader.sources.get(source.id)
        assert found is not None
        if how == "cease":
            assert found.state is SourceState.PURGED
    world.app.close()


def _ours(name: str) -> bool:
    return name.startswith(("purge.", "copies.", "cease."))


def test_no_backup_brings_back_what_ended(world: World, fresh_url: str, tmp_path: Path) -> None:
    """Nor one of the folder: the key of what ended is gone."""
    _, subject = world.enrolled("ada")
    world.enrolled("ben")
    source = shelf(world)
    alone, both = kept(world, source, "ada"), kept(world, source, "ada", "ben", shot=1)
    assert isinstance(collect(world.app, world.who("steward"), source.id), Collected)
    folder = world.home / "copies" / source.id
    copied = {one.name: one.read_bytes() for one in folder.iterdir()}
    backed = back_up(world.app, tmp_path / "monday.licet")
    erase(world.app, SUBJECT, subject)
    run_once(world.app)
    late = kept(world, source, "cleo", shot=2)
    world.app.close()
    for name, data in copied.items():
        (folder / name).write_bytes(data)
    restore(settings_of(world.home, fresh_url), backed.file, world.clock)
    world.url = fresh_url
    world.app = world.reopen()
    assert rows(world) == {both}
    assert world.app.keyring.absent([copy_key(alone)])
    assert files(world) == {alone, both, late}
    world.clock.go(days=2)
    run_once(world.app)
    assert rows(world) == files(world) == keys(world) == {both}
    place = open_source(world.app, source)
    assert [isinstance(read_whole(place, one), bytes) for one in place.walk()] == [True]


def test_an_order_to_destroy_photos_destroys_the_copies(alone: World) -> None:
    """Whoever else is in them: an operator's own copies are no longer a source's to keep."""
    world = alone
    _, subject = world.enrolled("ada", residence="DE")
    world.enrolled("ben", residence="DE")
    source = shelf(world)
    kept(world, source, "ada", "ben")
    other = kept(world, source, "ben", shot=1)
    assert isinstance(collect(world.app, world.who("steward"), source.id), Collected)
    scope = OrderScope(subjects=(subject,))
    order = ordered(world, order_wish(world, DataKind.PHOTOS, scope=scope))
    work(world)
    assert order_of(world, order).state is OrderState.PROVED
    assert rows(world) == files(world) == keys(world) == {other}
    world.app.close()


def test_with_the_deployment_every_copy_ends(alone: World) -> None:
    world = alone
    world.enrolled("ada")
    source = shelf(world)
    kept(world, source, "ada", "ben")
    done = close_deployment(world.app, world.who("steward", "officer"), world.organisation)
    assert hasattr(done, "left"), done
    run_once(world.app)
    assert files(world) == set()
    world.app.close()
