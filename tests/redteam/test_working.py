"""Two processes, long walks and stuck work: nothing stops what must happen."""

import shutil
import sys

import pytest

from licet.backfill import backfill
from licet.collect import collect
from licet.effects.record import record_machine
from licet.effects.walking import Walk
from licet.enrol import enrol
from licet.granting import withdraw
from licet.rights.erase import erase
from licet.search import search
from licet.store.recover import ReadRecover
from licet.store.unit import Unit
from licet.terms.acting import SUBJECT
from licet.terms.collecting import Collected
from licet.terms.errors import Busy, LicetError, Setup
from licet.terms.gallery import TemplateKind
from licet.terms.grant import GrantState
from licet.terms.granting import Message
from licet.terms.ids import TemplateId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.search import SearchResult
from licet.terms.stored import StoredTemplate
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import MODEL, photo
from tests.redteam.holes import refused


def _round(world: World) -> str:
    """Do one round of the worker; return the name of what stopped it, or nothing."""
    try:
        run_once(world.app)
    except LicetError as error:
        return type(error).__name__
    return ""


def _three(name: str) -> tuple[bytes, ...]:
    return tuple(photo(name, shot=n) for n in range(3))


def test_a_lost_folder_does_not_stop_the_worker(world: World) -> None:
    """Move a folder away, and keys that were copied yesterday open for ever."""
    place = world.folder(a=photo("anna"))
    collect(world.app, world.who("steward"), world.source(place).id)
    world.enrolled("anna")
    shutil.rmtree(place)
    world.clock.go(days=2)
    epoch = world.app.keyring.epoch()
    _round(world)
    assert world.app.keyring.epoch() != epoch


def test_one_stuck_erasure_stops_nobody_elses_end(world: World) -> None:
    """No mail server: the letter raises Setup at every round, and probes are kept for good."""
    world.enrolled("anna")
    _, bea = world.granted("bea")
    probe = photo("anna", shot=9)
    found = search(world.app, world.who("investigator"), world.case(probe), CLEARANCE, probe)
    assert isinstance(found, SearchResult)
    world.outbox.send = _no_mail  # type: ignore[method-assign]
    refused(lambda: erase(world.app, SUBJECT, bea))
    world.clock.go(days=31)
    for _ in range(3):
        world.clock.go(minutes=2)
        _round(world)
    with world.app.store.read() as reader:
        assert reader.searches.get(found.id).sealed_probe is None


def _no_mail(_message: Message) -> None:
    raise Setup("no mail server is configured", "Set smtp_host.")


def test_an_ended_grants_backfill_ends(world: World) -> None:
    """An entry every five seconds for ever: 17,280 a day for each such run."""
    collect(world.app, world.who("steward"), world.source(world.folder(a=photo("anna"))).id)
    anna, _ = world.enrolled("anna")
    withdraw(world.app, SUBJECT, anna)
    run_once(world.app)
    before = world.app.store.head().size
    for _ in range(3):
        run_once(world.app)
    assert world.app.store.head().size == before


def test_many_appearances_lapse_at_once(world: World) -> None:
    """What a day's collecting kept lapses on one day; from 1,250 on nothing ever does."""
    anna, _ = world.enrolled("anna")
    with world.app.store.unit() as unit:
        leaf = record_machine(unit, EntryKind.COLLECTED)
        kind, due = TemplateKind.APPEARANCE, world.clock()
        unit.templates.add_many(
            StoredTemplate(TemplateId(new_id()), anna, kind, MODEL, b"sealed", due, leaf)
            for _ in range(1500)
        )
    world.clock.go(minutes=1)
    stopped = _round(world)
    with world.app.store.read() as reader:
        left = len(reader.templates.lapsed(reader.now))
    assert (stopped, left) == ("", 0)


def test_looking_twice_keeps_once(world: World) -> None:
    """Run backfill every 89 days, and unconfirmed appearances never lapse."""
    source = world.source(world.folder(a=photo("anna")))
    collect(world.app, world.who("steward"), source.id)
    anna, _ = world.enrolled("anna")
    for _ in range(3):
        done = backfill(world.app, anna, source.id)
        assert isinstance(done, Collected), done
    with world.app.store.read() as reader:
        kept = [t for t in reader.templates.of_grant(anna) if t.kind is TemplateKind.APPEARANCE]
    assert len(kept) == 1


def test_known_photos_are_committed_in_parts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million known photos in one unit: a withdrawal waits for minutes."""
    flow = sys.modules["licet.collect"]
    source = world.source(world.folder(**{f"p{n}": photo("x", shot=n) for n in range(150)}))
    collect(world.app, world.who("steward"), source.id)
    most = []
    add = flow._add_elsewhere

    def counted(walk: Walk, unit: Unit) -> None:
        most.append(len(walk.elsewhere))
        add(walk, unit)

    monkeypatch.setattr(flow, "_add_elsewhere", counted)
    collect(world.app, world.who("steward"), source.id)
    assert max(most) <= 64


def test_a_walk_that_lost_its_lease_stops_well(world: World) -> None:
    """A slow batch, a second process: the first ends by an error of the database's rules."""
    source = world.source(world.folder(a=photo("x"), b=photo("y")))
    second = world.reopen()

    def late(name: str) -> None:
        if name == "collect.compared":
            world.clock.go(minutes=3)
            collect(second, world.who("steward"), source.id)

    first = world.reopen(late)
    ended: object
    try:
        ended = collect(first, world.who("steward"), source.id)
    except LicetError as error:
        ended = error
    first.close()
    second.close()
    assert isinstance(ended, Collected | Busy), ended


def test_sweeping_does_not_look_at_every_key_each_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A million people: two million look-ups a round, with a reader held open."""
    world.granted("anna")
    world.granted("bea")
    world.clock.go(days=8)
    run_once(world.app)
    looked = []
    made_for = ReadRecover.made_for
    monkeypatch.setattr(
        ReadRecover, "made_for", lambda read, keys: (looked.append(keys), made_for(read, keys))[1]
    )
    world.clock.go(seconds=5)
    run_once(world.app)
    assert looked == []
    world.clock.go(days=2)
    run_once(world.app)
    assert looked


def test_a_withdrawal_wins_over_a_walk(world: World) -> None:
    """Withdrawn between the comparison and the commit: nothing of the person is kept."""
    anna, _ = world.enrolled("anna")
    source = world.source(world.folder(a=photo("anna")))
    other = world.reopen()

    def meanwhile(name: str) -> None:
        if name == "collect.compared":
            withdraw(other, SUBJECT, anna)

    app = world.reopen(meanwhile)
    done = collect(app, world.who("steward"), source.id)
    app.close()
    other.close()
    assert isinstance(done, Collected)
    assert done.appearances == 0


def test_a_withdrawal_wins_over_a_search(world: World) -> None:
    """Withdrawn between the gallery's answer and the release: no candidate."""
    anna, _ = world.enrolled("anna")
    probe = photo("anna", shot=9)
    case = world.case(probe)
    other = world.reopen()

    def meanwhile(name: str) -> None:
        if name == "search.found":
            withdraw(other, SUBJECT, anna)

    app = world.reopen(meanwhile)
    found = search(app, world.who("investigator"), case, CLEARANCE, probe)
    app.close()
    other.close()
    assert isinstance(found, SearchResult)
    assert found.candidates == ()


def test_withdrawing_twice_makes_one_plan(world: World) -> None:
    """Killed after the commit, asked again: the grant is ending already."""
    anna, _ = world.enrolled("anna")

    class Killed(BaseException):
        pass

    def stop(name: str) -> None:
        if name == "withdraw.committed":
            raise Killed

    app = world.reopen(stop)
    for _ in range(3):
        with pytest.raises(Killed):
            withdraw(app, SUBJECT, anna)
    app.close()
    with world.app.store.read() as reader:
        assert len(reader.plans.open()) == 1


def test_a_long_scan_holds_up_no_end(world: World) -> None:
    """Invariant 1: an ending grant has ended within a minute of the worker."""
    photos = {f"p{n:03}": photo("x", shot=n) for n in range(200)}
    collect(world.app, world.who("steward"), world.source(world.folder(**photos)).id)
    world.enrolled("anna")
    short, _ = world.granted("bea", days=1)
    world.app.close()
    states: list[GrantState] = []

    def slow(name: str) -> None:
        if name == "backfill.committed":
            world.clock.go(days=2)
            with world.app.store.read() as reader:
                states.append(reader.grants.get(short).state)

    world.app = world.reopen(slow)
    run_once(world.app)
    assert len(states) >= 3
    assert states[-1] is not GrantState.ACTIVE


def test_enrolling_again_leaves_one_reference(world: World) -> None:
    """The former reference is dropped in the same unit."""
    anna, _ = world.enrolled("anna")
    enrol(world.app, world.who("steward", "officer"), anna, _three("anna"), 1)
    with world.app.store.read() as reader:
        assert len(reader.templates.of_grant(anna)) == 1
