"""The end of a deployment: whoever is killed, it ends, and nothing of anybody is left."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from licet.app import App, open_app
from licet.collect import collect
from licet.effects.winding_up import left
from licet.granting import ask_grant
from licet.ledger.verify import verify_file
from licet.recovery import back_up, restore
from licet.rights.closing import Closing, certificate_of_end, close_deployment
from licet.search import search
from licet.sourcing import add_source
from licet.terms.errors import Conflict, Ended
from licet.terms.grant import SubjectState
from licet.terms.ledger import EntryKind
from licet.terms.permit import Refusal
from licet.terms.source import Source, SourceState
from licet.worker import Done, run, run_once
from tests.fakes.deployment import CLEARANCE, World, settings_of
from tests.fakes.vision import photo


class _Killed(BaseException):
    """A process that ends here."""


def _filled(world: World) -> None:
    """Two people, a source, a search that found one of them."""
    world.enrolled("anna")
    world.enrolled("bea")
    source = world.source(world.folder(a=photo("anna"), b=photo("bea", shot=1)))
    collect(world.app, world.who("steward"), source.id)
    probe = photo("anna", shot=7)
    case = world.case(probe)
    search(world.app, world.who("investigator"), case, CLEARANCE, probe)


BEGINS = {"filled": _filled}


@pytest.fixture
def filled(world: World) -> World:
    """Give a deployment with all of that."""
    return world


def _ordered(world: World) -> None:
    two = world.who("steward", "officer")
    done = close_deployment(world.app, two, world.organisation)
    assert isinstance(done, Closing), done
    assert not done.closed


def _to_the_end(world: World) -> Done:
    """Let the worker run, and half a year pass for what is sealed of searches."""
    run_once(world.app)
    world.clock.go(days=190)
    return run_once(world.app)


def _last(world: World) -> dict[str, object]:
    """Return the last entry, as the mirror has it."""
    with _opened(world) as app, app.store.read() as reader:
        (leaf,) = reader.leaves.get(reader.head.size - 1, reader.head.size)
        latest = app.tiles.latest()
        assert latest is not None
        assert latest.size == reader.head.size
        return dict(json.loads(leaf.data))


@contextmanager
def _opened(world: World) -> Iterator[App]:
    """Open what opens no more, as an examiner would."""
    app = world.reopen(recovering=True)
    try:
        yield app
    finally:
        app.close()


def test_it_ends_with_nobody_and_nothing_left(filled: World) -> None:
    world = filled
    _ordered(world)
    done = _to_the_end(world)
    assert done.closed, done
    assert done.problems == ()
    assert _last(world)["kind"] == EntryKind.DEPLOYMENT_CLOSED.value
    with _opened(world) as app, app.store.read() as reader:
        people = reader.subjects.many(tuple(reader.subjects.ids())).values()
        assert [one.state for one in people] == [SubjectState.ERASED] * 2
        assert [one.state for one in reader.sources.all()] == [SourceState.PURGED]
        assert (reader.templates.count(), reader.items.count()) == (0, 0)
        assert left(reader).nothing
        assert app.keyring.ids() == ()
        assert app.service.epochs() == ()


def test_everybody_is_told(filled: World) -> None:
    world = filled
    before = len(world.outbox.letters)
    _ordered(world)
    _to_the_end(world)
    told = {one.to for one in world.outbox.letters[before:]}
    assert {"anna@example.org", "bea@example.org"} <= told


def test_nothing_new_begins_from_the_order_on(filled: World) -> None:
    world = filled
    _ordered(world)
    asked = ask_grant(world.app, world.who("steward"), world.wish("cleo"))
    assert isinstance(asked, Refusal)
    assert asked.reason == "deployment_closing"
    again = world.source_wish(world.folder("more", c=photo("cleo")), "more")
    opened = add_source(world.app, world.who("steward", "officer"), again)
    assert isinstance(opened, Source), opened
    collected = collect(world.app, world.who("steward"), opened.id)
    assert isinstance(collected, Refusal)


def test_every_door_is_shut_afterwards(filled: World) -> None:
    """One clear sentence; also for who has it open still."""
    world = filled
    other = world.reopen()
    _ordered(world)
    assert _to_the_end(world).closed
    with pytest.raises(Ended, match="ended for good"):
        world.reopen()
    with pytest.raises(Ended), other.store.unit():
        pass
    assert run_once(other) == Done(closed=True)
    rounds: list[Done] = []
    run(other, lambda: False, lambda _seconds: None, rounds.append)
    assert rounds == [Done(closed=True)]
    other.close()


def test_the_certificate_is_checked_offline(filled: World) -> None:
    world = filled
    settings = settings_of(world.home, world.url)
    with pytest.raises(Conflict):
        certificate_of_end(settings, world.clock)
    _ordered(world)
    _to_the_end(world)
    vkey = world.app.ledger_key.vkey
    data = certificate_of_end(settings, world.clock)
    verdict = verify_file(data, vkey)
    assert verdict.ok, verdict.problems
    assert verdict.kind == "closing-certificate"
    statement = json.loads(data)["statement"]
    assert {c["store"]: c["before"] for c in statement["counts"]} == {
        "grants": 2,
        "people": 2,
        "sources": 1,
    }
    assert {t["who"]: t["number"] for t in statement["told"]}["letters"] == 2
    again = certificate_of_end(settings, world.clock)
    assert json.loads(again)["statement"] == statement


def test_no_backup_brings_it_back(
    filled: World, tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    world = filled
    backed = back_up(world.app, tmp_path / "monday.licet")
    _ordered(world)
    _to_the_end(world)
    world.app.close()
    kind = "sqlite" if world.url.startswith("sqlite") else "postgresql"
    fresh = settings_of(world.home, new_database(kind))
    with pytest.raises(Ended):
        restore(fresh, backed.file, world.clock)
    world.app = world.reopen(recovering=True)


def test_a_backup_of_before_goes_on_ending(
    filled: World, tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    """Restored in the middle, it is still being ended, and ends."""
    world = filled
    backed = back_up(world.app, tmp_path / "monday.licet")
    _ordered(world)
    world.app.close()
    kind = "sqlite" if world.url.startswith("sqlite") else "postgresql"
    world.url = new_database(kind)
    restore(settings_of(world.home, world.url), backed.file, world.clock)
    world.app = world.reopen()
    assert _to_the_end(world).closed


def test_only_two_members_of_the_controller_end_it(world: World) -> None:
    for who in (world.who("steward"), world.who("steward", "verifier")):
        refused = close_deployment(world.app, who, world.organisation)
        assert isinstance(refused, Refusal)
    with world.app.store.read() as reader:
        deployment = reader.deployment.get()
    assert deployment is not None
    assert deployment.closing_at is None


PLACES = ("closing.told", "keyring.end.committed", "closing.closed", "publish.start")


@pytest.mark.parametrize("where", PLACES)
def test_killed_anywhere_it_ends(world: World, where: str) -> None:
    world.enrolled("anna")
    world.source(world.folder(a=photo("anna")))
    world.app.close()
    seen: list[str] = []

    def stop(name: str) -> None:
        if name == "closing.closed":
            seen.append(name)
        if name == where and (where != "publish.start" or seen):
            raise _Killed

    world.app = world.reopen(stop)
    with pytest.raises(_Killed):
        _order_and_run(world)
    world.app.close()
    world.clock.go(minutes=3)
    try:
        world.app = world.reopen()
    except Ended:
        world.app = world.reopen(recovering=True)
    else:
        _again(world)
    settings = settings_of(world.home, world.url)
    verdict = verify_file(certificate_of_end(settings, world.clock), world.app.ledger_key.vkey)
    assert verdict.ok, verdict.problems
    assert _last(world)["kind"] == EntryKind.DEPLOYMENT_CLOSED.value
    with _opened(world) as app:
        assert app.keyring.ids() == ()
        assert app.service.epochs() == ()


def _order_and_run(world: World) -> None:
    _ordered(world)
    run_once(world.app)


def _again(world: World) -> None:
    with world.app.store.read() as reader:
        deployment = reader.deployment.get()
    assert deployment is not None
    if deployment.closing_at is None:
        _ordered(world)
    assert run_once(world.app).closed


def test_an_empty_deployment_ends_at_once(world: World) -> None:
    _ordered(world)
    assert run_once(world.app).closed
    with pytest.raises(Ended):
        open_app(settings_of(world.home, world.url), clock=world.clock)
