"""A photo that harms the process that decodes it is quarantined, and the run goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licet.app import App
from licet.collect import collect
from licet.effects.tracing import read_traces
from licet.ledger.leaf import decode
from licet.terms.clip import Clip, TellWatched, VideoFile
from licet.terms.collecting import Collected
from licet.terms.face import Inspection, Unreadable
from licet.terms.ids import SourceId
from licet.terms.ledger import EntryKind
from licet.terms.source import Trace
from licet.vision.apart import Children, killed
from licet.vision.decode import UnreadableError
from licet.vision.wire import Limits
from tests.fakes.deployment import World
from tests.fakes.vision import VIDEO_START, FakeVision, photo

DECODER = Path(__file__).parents[1] / "fakes" / "decoding.py"


class Apart(FakeVision):
    """A vision whose photos go through real processes, with a decoder that a photo can kill."""

    def __init__(self, children: Children) -> None:
        super().__init__()
        self._children = children
        self.decoded: list[bytes] = []

    def inspect(
        self, photo: bytes, *, flips: bool = False, thorough: bool = False
    ) -> Inspection | Unreadable:
        self.decoded.append(photo)
        try:
            self._children(photo)
        except UnreadableError as error:
            return error.value
        return super().inspect(photo, flips=flips, thorough=thorough)


@pytest.fixture(scope="module")
def children() -> Children:
    return Children(1, Limits(wall=5, memory=64 << 20), ("-I", "-B", str(DECODER)))


@pytest.fixture
def apart(world: World, children: Children) -> Iterator[tuple[Apart, App]]:
    vision = Apart(children)
    world.vision = vision
    app = world.reopen()
    yield vision, app
    app.close()


def _done(world: World, app: App, source: SourceId, *, again: bool = False) -> Collected:
    done = collect(app, world.who("steward"), source, again=again)
    assert isinstance(done, Collected), done
    return done


def _traces(app: App, source: SourceId) -> dict[str, Trace]:
    with app.store.read() as reader:
        return {one.address: one for one in read_traces(app, reader, source)}


def _told(app: App, name: str) -> list[object]:
    """Return what the entries of batches say by a name, where they do."""
    with app.store.read() as reader:
        entries = [decode(leaf.data) for leaf in reader.leaves.get(0, reader.head.size)]
    batches = [dict(one.facts) for one in entries if one.kind is EntryKind.COLLECTED]
    return [batch[name] for batch in batches if name in batch]


def test_a_photo_that_kills_is_quarantined_and_the_run_goes_on(
    world: World, apart: tuple[Apart, App]
) -> None:
    vision, app = apart
    world.enrolled("anna", app)
    bad = photo("x", scene="!crash")
    source = world.source(world.folder(a=photo("anna"), b=bad, c=photo("y"), d=photo("z")))
    done = _done(world, app, source.id)
    assert (done.items, done.appearances, done.unreadable_count) == (3, 1, 1)
    assert "quarantined" in done.unreadable[0][1]
    trace = _traces(app, source.id)["b.jpg"]
    assert (trace.rule, "signal 11" in trace.because) == ("quarantined", True)
    assert _told(app, "quarantined") == [1]

    world.folder(e=bad)
    seen = len(vision.decoded)
    again = _done(world, app, source.id)
    assert (again.items, again.known, again.unreadable_count) == (0, 3, 2)
    assert vision.decoded[seen:] == [], "the same bytes are not tried again, wherever they lie"
    assert {one.rule for one in _traces(app, source.id).values()} == {"known", "quarantined"}
    assert _told(app, "quarantined") == [1], "nothing new was quarantined"

    world.folder(b=photo("x"))
    assert _done(world, app, source.id).items == 1, "changed bytes are another photo"
    assert _traces(app, source.id)["b.jpg"].rule == "first_met"


def test_the_steward_may_say_that_it_is_tried_again(world: World, apart: tuple[Apart, App]) -> None:
    """An entry says so; what decodes now is collected like any other."""
    vision, app = apart
    bad = photo("x", scene="!eat")
    source = world.source(world.folder(a=bad))
    assert _done(world, app, source.id).unreadable_count == 1
    assert _told(app, "quarantined") == [1], "a batch that kept nothing says it too"
    assert _done(world, app, source.id, again=True).unreadable_count == 1
    assert vision.decoded == [bad, bad]
    vision._children = lambda _photo: None  # type: ignore[assignment]
    assert _done(world, app, source.id, again=True).items == 1
    with app.store.read() as reader:
        entries = [decode(leaf.data) for leaf in reader.leaves.get(0, reader.head.size)]
    begun = [one.facts for one in entries if one.kind is EntryKind.COLLECTING]
    assert [dict(one).get("again") for one in begun] == [None, True, True]
    assert _done(world, app, source.id).known == 1


def test_what_cannot_be_decoded_and_does_no_harm_is_tried_again(
    world: World, apart: tuple[Apart, App]
) -> None:
    vision, app = apart
    source = world.source(world.folder(a=photo("x")[:20]))
    for _ in range(2):
        assert _done(world, app, source.id).unreadable_count == 1
    assert len(vision.decoded) == 2
    assert _traces(app, source.id)["a.jpg"].rule == "unreadable"


def test_a_video_that_kills_is_quarantined_too(world: World) -> None:
    class Harmed(FakeVision):
        def watch(
            self,
            video: VideoFile,
            *,
            thorough: bool = False,
            tell: TellWatched = lambda _watched: None,
        ) -> Clip | Unreadable:
            self.inspected += 1
            return killed(-11, "video").value

    vision = world.vision = Harmed()
    app = world.reopen()
    source = world.source(world.folder(a=VIDEO_START + b"{", b=photo("y")))
    assert (_done(world, app, source.id).items, _told(app, "quarantined")) == (1, [1])
    assert _traces(app, source.id)["a.jpg"].rule == "quarantined"
    seen = vision.inspected
    assert _done(world, app, source.id).unreadable_count == 1
    assert vision.inspected == seen, "the same bytes are not tried again"
    app.close()
