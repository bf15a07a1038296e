"""A source into which frames arrive goes on hold before a batch is kept (AI Act 5(1)(h))."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from licet.app import App
from licet.collect import collect
from licet.ledger.leaf import decode
from licet.terms.collecting import Collected
from licet.terms.ids import SourceId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Refusal
from licet.terms.source import SourceState
from tests.fakes.deployment import START, World
from tests.fakes.vision import photo

MINUTE = timedelta(minutes=1)


def frame(world: World, minute: float, after: datetime = START) -> Path:
    """Write a photo as a camera would have at that minute."""
    place = world.folder(**{f"f{int(minute * 60):06}": photo("x", shot=int(minute * 60))})
    file = place / f"f{int(minute * 60):06}.jpg"
    made = (after + MINUTE * minute).timestamp()
    os.utime(file, (made, made))
    return place


def frames(world: World, *minutes: float) -> Path:
    """Write photos of these minutes."""
    return [frame(world, minute) for minute in minutes][-1]


def entries(world: World, kind: EntryKind) -> list[Entry]:
    with world.app.store.read() as reader:
        head = reader.head.size
        found = [decode(leaf.data) for leaf in reader.leaves.get(0, head)]
    return [one for one in found if one.kind is kind]


def state(world: World, source: SourceId) -> tuple[SourceState, int]:
    """Return the state of a source, and how many items were kept of it."""
    with world.app.store.read() as reader:
        found = reader.sources.get(source)
        assert found is not None
        return found.state, reader.items.count(source)


def taken(world: World, source: SourceId, app: App | None = None) -> int | str:
    """Collect; return how many new items were kept, or why nothing was."""
    done = collect(app or world.app, world.who("steward"), source)
    return done.items if isinstance(done, Collected) else done.reason


def test_a_frame_a_minute_puts_the_source_on_hold(world: World) -> None:
    """Half an hour is enough, the batch is not kept, and an entry says what was seen."""
    source = world.source(frames(world, 0)).id
    kept = []
    for quarter in range(1, 5):
        frames(world, *range(15 * (quarter - 1), 15 * quarter))
        world.clock.now = START + MINUTE * 15 * quarter
        kept.append(taken(world, source))
    assert kept == [15, "stream_like", "source_on_hold", "source_on_hold"]
    assert state(world, source) == (SourceState.ON_HOLD, 15)
    (held,) = entries(world, EntryKind.SOURCE_HELD)
    assert held.objects == (("source", source),)
    assert dict(held.facts)["marker"] == "stream"


def test_an_hour_of_frames_that_is_taken_at_once_leaves_nothing(world: World) -> None:
    source = world.source(frames(world, *range(60))).id
    world.clock.now = START + MINUTE * 60
    answer = collect(world.app, world.who("steward"), source)
    assert isinstance(answer, Refusal)
    assert (answer.reason, answer.article) == ("stream_like", "AI Act 5(1)(h)")
    assert state(world, source) == (SourceState.ON_HOLD, 0)


def test_an_album_is_taken(world: World) -> None:
    """Photos of an evening that are brought next day, and an album that is copied in at once."""
    source = world.source(frames(world, *range(40))).id
    world.clock.now = START + timedelta(hours=3)
    assert taken(world, source) == 40
    for n in range(20):
        frames(world, 180 + n / 60)
    assert taken(world, source) == 20
    assert state(world, source) == (SourceState.AUTHORISED, 60)


def test_what_was_collected_before_still_counts(world: World) -> None:
    """Frames that are met again, and copies of them, show the feed as new ones do."""
    source = world.source(frames(world, *range(20))).id
    world.clock.now = START + MINUTE * 20
    assert taken(world, source) == 20
    for minute in (20, 25):
        file = frame(world, minute) / f"f{minute * 60:06}.jpg"
        made = file.stat().st_mtime
        file.write_bytes(photo("x", shot=0))
        os.utime(file, (made, made))
    world.clock.now = START + MINUTE * 30
    assert taken(world, source) == "stream_like"
    assert state(world, source) == (SourceState.ON_HOLD, 20)


@pytest.mark.parametrize("jump", [timedelta(days=3), timedelta(days=-400)])
def test_no_jump_of_the_clock_hides_it(world: World, jump: timedelta) -> None:
    """Between two runs the clock goes far away and back: spans that were noted stay.

    The frames themselves are gone by then, as where a camera keeps its last ones only.
    """
    place = frames(world, *range(15))
    source = world.source(place).id
    world.clock.now = START + MINUTE * 15
    assert taken(world, source) == 15
    for file in place.iterdir():
        file.unlink()
    world.clock.now += jump
    assert taken(world, source) == 0
    world.clock.now = START + MINUTE * 30
    frames(world, *range(15, 30))
    assert taken(world, source) == "stream_like"
    assert state(world, source) == (SourceState.ON_HOLD, 15)


class _Killed(BaseException):
    """A process that ends here."""


def _dying(boundary: str) -> Callable[[str], None]:
    def at(name: str) -> None:
        if name == boundary:
            raise _Killed

    return at


@pytest.mark.parametrize("boundary", ["collect.compared", "unit.effects", "unit.recorded"])
def test_killed_in_between_it_is_held_by_the_next_run(world: World, boundary: str) -> None:
    """The state and its entry come together or not at all."""
    source = world.source(frames(world, *range(40))).id
    world.clock.now = START + MINUTE * 40
    app = world.reopen(_dying(boundary))
    with pytest.raises(_Killed):
        taken(world, source, app)
    app.close()
    assert state(world, source) == (SourceState.AUTHORISED, 0)
    assert entries(world, EntryKind.SOURCE_HELD) == []
    world.clock.go(hours=1)
    assert taken(world, source) == "stream_like"
    assert state(world, source) == (SourceState.ON_HOLD, 0)
    assert len(entries(world, EntryKind.SOURCE_HELD)) == 1
