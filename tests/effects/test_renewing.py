"""Control is proved again before a month is over; without a proof the source lapses."""

from datetime import timedelta
from pathlib import Path

import pytest

from licet.collect import collect
from licet.effects import renewing
from licet.effects.blocking import place
from licet.effects.renewing import renew_one, renew_proof
from licet.effects.trying import Trying
from licet.ledger.leaf import decode
from licet.sourcing import cease_source
from licet.terms.collecting import Collected
from licet.terms.errors import BadInput
from licet.terms.ledger import EntryKind
from licet.terms.permit import Block, Refusal
from licet.terms.source import Authority, Source, SourceState
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.fakes.vision import photo

DAY = timedelta(days=1)


@pytest.fixture
def source(world: World) -> Source:
    return world.source(world.folder(party=photo("anna")))


def _authority(world: World, source: Source) -> Authority:
    with world.app.store.read() as reader:
        found = reader.sources.authority_at(source.id, reader.now)
    assert found is not None
    return found


def _state(world: World, source: Source) -> SourceState:
    with world.app.store.read() as reader:
        found = reader.sources.get(source.id)
    assert found is not None
    return found.state


def _kinds(world: World) -> list[EntryKind]:
    with world.app.store.read() as reader:
        return [decode(leaf.data).kind for leaf in reader.leaves.iterate()]


def _not_ours(source: Source) -> Path:
    """Make everybody free to write into the folder, so that it proves nothing."""
    place = Path(source.place)
    place.chmod(0o777)
    return place


def test_a_worker_proves_it_again_in_time(world: World, source: Source) -> None:
    opened = _authority(world, source)
    world.clock.go(days=22)
    assert not renew_one(world.app, Trying())
    assert _authority(world, source) == opened
    world.clock.go(days=1)
    run_once(world.app)
    again = _authority(world, source)
    assert again.proved_at == opened.proved_at + 23 * DAY
    assert _kinds(world).count(EntryKind.SOURCE_PROVED) == 1
    world.clock.go(days=29)
    assert isinstance(collect(world.app, world.who("steward"), source.id), Collected)


def test_what_is_not_proved_lapses_and_comes_back(world: World, source: Source) -> None:
    place = _not_ours(source)
    world.clock.go(days=24)
    assert renew_proof(world.app, source.id) is None
    assert _state(world, source) is SourceState.AUTHORISED
    world.clock.go(days=6)
    assert renew_proof(world.app, source.id) is None
    assert _state(world, source) is SourceState.LAPSED
    refused = collect(world.app, world.who("steward"), source.id)
    assert isinstance(refused, Refusal)
    assert refused.reason == "source_lapsed"
    place.chmod(0o755)
    world.clock.go(days=1)
    assert renew_proof(world.app, source.id) is not None
    assert _state(world, source) is SourceState.AUTHORISED
    assert isinstance(collect(world.app, world.who("steward"), source.id), Collected)
    kinds = _kinds(world)
    assert (kinds.count(EntryKind.SOURCE_LAPSED), kinds.count(EntryKind.SOURCE_PROVED)) == (1, 1)


def test_nobody_collects_on_a_proof_that_is_a_month_old(
    world: World, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where no worker ran: what is decided on is the proof's own date."""
    monkeypatch.setattr(renewing, "BEFORE", -DAY)
    world.clock.go(days=30)
    refused = collect(world.app, world.who("steward"), source.id)
    assert isinstance(refused, Refusal)
    assert refused.reason == "proof_too_old"


def test_it_is_tried_once_a_day(
    world: World, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def no_proof(*about: object) -> None:
        asked.append(about)
        raise BadInput("control of the place is not proved", "")

    monkeypatch.setattr(renewing, "control_of", no_proof)
    world.clock.go(days=24)
    for hours, wanted in ((0, 1), (12, 1), (11, 1), (1, 2)):
        world.clock.go(hours=hours)
        renew_proof(world.app, source.id)
        assert len(asked) == wanted


@pytest.mark.parametrize("how", ["ceased", "blocked", "licence over"])
def test_where_nothing_may_be_collected_nobody_is_asked(
    world: World, source: Source, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.clock.go(days=24)
    if how == "ceased":
        cease_source(world.app, world.who("steward"), source.id)
    elif how == "blocked":
        with world.app.store.unit() as unit:
            place(unit, Block(source=source.id), "order")
    else:
        world.clock.now = _authority(world, source).valid_to
    monkeypatch.setattr(renewing, "control_of", lambda *_: pytest.fail("it was contacted"))
    assert renew_proof(world.app, source.id) is None
    assert not renew_one(world.app, Trying())


def test_what_ceased_while_it_was_asked_stays_so(
    world: World, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A place takes its time to answer, and somebody else's act comes first."""
    world.clock.go(days=24)
    real = renewing.control_of

    def slowly(*about: object) -> object:
        cease_source(world.app, world.who("steward"), source.id)
        return real(*about)  # type: ignore[arg-type]

    monkeypatch.setattr(renewing, "control_of", slowly)
    assert renew_proof(world.app, source.id) is None
    assert _state(world, source) is SourceState.PURGED
    assert EntryKind.SOURCE_PROVED not in _kinds(world)
