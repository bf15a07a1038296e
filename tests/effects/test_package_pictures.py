"""What becomes of a picture when its source, its place or the photo is not what it was."""

import json
import shutil

import pytest

from licet.collect import collect
from licet.effects.packing import build_package
from licet.effects.record import record_machine
from licet.terms.face import Inspection, Unreadable
from licet.terms.ids import SubjectId
from licet.terms.ledger import EntryKind
from licet.terms.source import SourceState
from tests.effects.packing import Unpacked, asked, unpack
from tests.fakes.deployment import World
from tests.fakes.vision import FakeVision, photo, video


def _anna(world: World) -> SubjectId:
    """Enrol somebody who is in three photos."""
    _, subject = world.enrolled("anna")
    place = world.folder(**{f"p{n}": photo("anna", "carl", shot=n) for n in range(3)})
    collect(world.app, world.who("steward"), world.source(place).id)
    return subject


BEGINS = {"anna": _anna}


@pytest.fixture
def anna(world: World) -> SubjectId:
    """Give somebody who is in three photos."""
    return SubjectId(world.left)


def told(world: World, subject: SubjectId, app=None) -> Unpacked:
    app = app or world.app
    plan = asked(app, subject)
    build_package(app, plan)
    return unpack(app, plan)


def says(package: Unpacked) -> list[str]:
    """Return why there is no picture, item by item; nothing where there is one."""
    items = package.data["items"]
    assert all((item["picture"] in package.files) == (item["picture_says"] == "") for item in items)
    return [item["picture_says"] for item in items]


def test_a_source_that_ends_in_the_middle_is_not_read_on(world: World, anna: SubjectId) -> None:
    """A second later nothing of it is read any more, though the package is half built."""

    class Ending(FakeVision):
        def inspect(self, photo: bytes, **more: bool) -> Inspection | Unreadable:
            with world.app.store.unit() as unit:
                source = unit.sources.all()[0]
                unit.sources.set_state(source.id, SourceState.LAPSED)
                record_machine(unit, EntryKind.SOURCE_LAPSED)
            world.clock.go(seconds=2)
            return super().inspect(photo, **more)

    world.vision = Ending()
    app = world.reopen()
    first, *others = says(told(world, anna, app))
    assert first == ""
    assert others == ["source_lapsed"] * 2
    assert world.vision.inspected == 1
    app.close()


def test_a_place_that_is_gone_is_said_to_be(world: World, anna: SubjectId) -> None:
    with world.app.store.read() as reader:
        (source,) = reader.sources.all()
    shutil.rmtree(source.place)
    assert says(told(world, anna)) == ["source_unreachable"] * 3


def test_a_photo_that_shows_nothing_any_more_is_left_out(world: World, anna: SubjectId) -> None:
    class Blind(FakeVision):
        def inspect(self, photo: bytes, **more: bool) -> Inspection | Unreadable:
            return Unreadable("it cannot be read", "Use another.")

    world.vision = Blind()
    app = world.reopen()
    assert says(told(world, anna, app)) == ["unreadable"] * 3
    app.close()


def test_a_face_that_was_missed_at_collecting_is_covered_now(world: World, anna: SubjectId) -> None:
    """The store knows of two faces; a look with better eyes finds a third."""

    class Keener(FakeVision):
        def inspect(self, photo_: bytes, **more: bool) -> Inspection | Unreadable:
            return super().inspect(photo("anna", "carl", "dora"), **more)

    world.vision = Keener()
    app = world.reopen()
    package = told(world, anna, app)
    assert says(package) == [""] * 3
    pictures = [json.loads(data) for name, data in package.files.items() if "pictures/" in name]
    assert [len(one["covered"]) for one in pictures] == [2, 2, 2]
    app.close()


def test_of_a_video_a_frame_shows_the_person_alone(world: World) -> None:
    """A frame is read again from where the video lies; gone or changed, it is said."""
    _, subject = world.enrolled("anna")
    place = world.folder(
        a=video(("carl", 0, 5000), ("anna", 1000, 3000)), b=video(("anna", 0, 2000), take=1)
    )
    collect(world.app, world.who("steward"), world.source(place).id)
    (place / "b.jpg").write_bytes(b"something else")
    package = told(world, subject)
    assert sorted(says(package)) == ["", "gone"]
    assert {(*one["span"], one["moment"]) for one in package.data["appearances"]} == {
        (0, 2000, 1000),
        (1000, 3000, 2000),
    }
    [picture] = [name for item in package.data["items"] if (name := item["picture"])]
    assert json.loads(package.files[picture])["covered"] == [[10, 10, 80, 80]]


def test_a_video_in_which_nobody_is_found_again_gives_no_picture(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, subject = world.enrolled("anna")
    place = world.folder(a=video(("anna", 1000, 3000)))
    collect(world.app, world.who("steward"), world.source(place).id)
    monkeypatch.setattr(world.vision, "still", lambda _film, _at: photo())
    assert says(told(world, subject)) == ["unreadable"]
