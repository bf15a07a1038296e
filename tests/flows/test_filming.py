"""Videos in a source: one item each, one appearance for each person and span."""

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from licet import suggesting
from licet.backfill import backfill
from licet.cli.commands.search import _place
from licet.collect import collect
from licet.effects import films, running, walking
from licet.effects.blocking import place
from licet.effects.comparing import same_face, together
from licet.effects.identify import identify
from licet.effects.sealed import open_appearance
from licet.rectifying import unlink
from licet.search import search
from licet.show import Shown, show
from licet.sources.contract import MOST_BYTES, Address
from licet.sources.folder import FolderSource
from licet.sources.sniff import video_format
from licet.suggesting import accept, reject
from licet.terms.acting import SUBJECT
from licet.terms.clip import Clip, TellWatched, Watched, clock_time, moment_of
from licet.terms.collecting import Accepted, Collected, Identified, Standing
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.face import Box, Unreadable, score_of
from licet.terms.gallery import Candidate, TemplateKind
from licet.terms.ids import FaceId, GrantId, ItemId, SourceId, SubjectId, TemplateId
from licet.terms.permit import Block, Refusal
from licet.terms.search import SearchResult
from licet.terms.source import ItemFace, SourceKind
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import VIDEO_START, photo, video


def done(world: World, source: SourceId) -> Collected:
    found = collect(world.app, world.who("steward"), source)
    assert isinstance(found, Collected), found
    return found


def spans_of(world: World, grant: GrantId) -> set[tuple[int, int] | None]:
    """When the appearances of a grant are seen; None for those in photos."""
    with world.app.store.read() as reader:
        kept = reader.templates.of_grant(grant)
        seen = [one for one in kept if one.kind is TemplateKind.APPEARANCE]
        faces = [reader.items.face(open_appearance(world.app, one).face) for one in seen]
    assert len(faces) == len({face.id for face in faces if face})
    return {face.span for face in faces if face}


def test_each_person_and_span_of_a_video_is_an_appearance(world: World) -> None:
    ada, _ = world.enrolled("Ada")
    ben, _ = world.enrolled("Ben")
    clip = video(("Ada", 0, 2000), ("stranger", 0, 4000), ("Ben", 1000, 3000), ("Ada", 5000, 9000))
    source = world.source(world.folder(clip=clip, portrait=photo("Ada")))
    found = done(world, source.id)
    assert (found.items, found.faces, found.appearances) == (2, 5, 4)
    assert spans_of(world, ada) == {None, (0, 2000), (5000, 9000)}
    assert spans_of(world, ben) == {(1000, 3000)}


def test_a_video_met_again_is_known_and_stands_at_two_addresses(world: World) -> None:
    clip = video(("x", 0, 1000))
    source = world.source(world.folder(a=clip, b=photo("y"), c=clip))
    found = done(world, source.id)
    assert (found.items, found.known) == (2, 1)
    looked = world.vision.inspected
    assert done(world, source.id).known == 3
    assert world.vision.inspected == looked


def test_who_enrols_later_is_found_in_earlier_videos(world: World) -> None:
    clip = video(("Ben", 0, 2000), ("Ada", 500, 2500), ("Ada", 7000, 8000))
    source = world.source(world.folder(clip=clip))
    done(world, source.id)
    ada, _ = world.enrolled("Ada")
    again = backfill(world.app, ada, source.id)
    assert isinstance(again, Collected), again
    assert again.appearances == 2
    assert spans_of(world, ada) == {(500, 2500), (7000, 8000)}


def test_a_walk_is_refused_within_a_video(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "ASK_AGAIN_SECONDS", 0.0)
    source = world.source(world.folder(a=photo("x"), b=video(("x", 0, 1000)), c=photo("y")))
    told: list[float] = []

    def tell(share: float, _total: int) -> None:
        told.append(share)
        if share == 1.5:  # half of the video was looked at
            with world.app.store.unit() as unit:
                place(unit, Block(source=source.id), "order")

    found = collect(world.app, world.who("steward"), source.id, tell)
    assert isinstance(found, Refusal)
    with world.app.store.read() as reader:
        assert reader.items.count(source.id) == 1
        assert len(reader.runs.open()) == 1
    assert max(told) == 1.5


def test_a_long_video_keeps_its_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "HOLD_AGAIN_SECONDS", 0.0)
    source = world.source(world.folder(clip=video(("x", 0, 1000))))
    told: list[float] = []

    def tell(share: float, total: int) -> None:
        told.append(share / total)
        world.clock.go(seconds=90)

    found = collect(world.app, world.who("steward"), source.id, tell)
    assert isinstance(found, Collected)
    assert told == [0.0, 0.0, 0.5, 1.0]


def test_a_video_that_cannot_be_read_is_told(world: World) -> None:
    source = world.source(world.folder(a=VIDEO_START + b"{", b=b"an archive, a note"))
    found = done(world, source.id)
    assert (found.items, found.unreadable_count) == (0, 2)
    assert dict(found.unreadable)["a.jpg"] == "it is not a video"


def test_a_video_that_lacks_something_is_taken_and_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = Clip(400, 300, 5000, 3, (), ("the video ends after 0:05",))
    monkeypatch.setattr(world.vision, "watch", lambda _film, **_how: half)
    found = done(world, world.source(world.folder(a=video(("x", 0, 1000)))).id)
    assert found.items == 1
    assert found.unreadable == (("a.jpg", "read in part: the video ends after 0:05"),)


def test_a_video_of_a_platform_and_a_strange_one_are_left_out(world: World) -> None:
    marked = video(("x", 0, 1000)) + b"  Instagram"
    at_its_end = VIDEO_START + bytes(walking.HEAD_BYTES + 70_000) + b"made with Instagram"
    others = {f"c{n}": photo("Ada", shot=n) for n in range(200)}
    source = world.source(world.folder(a=marked, b=at_its_end, **others))
    found = done(world, source.id)
    assert (found.items, found.unreadable_count) == (200, 2)
    assert all("marks of platform" in why for _, why in found.unreadable)
    strict = replace(world.app, fixture_photos=frozenset())
    left = collect(strict, world.who("steward"), source.id)
    assert isinstance(left, Collected)
    assert "only fixture photos" in left.unreadable[0][1]


def test_one_video_is_a_source_of_its_own(world: World) -> None:
    ada, _ = world.enrolled("Ada")
    place_ = world.folder(clip=video(("Ada", 0, 2000)), other=photo("Ada")) / "clip.jpg"
    source = world.source(place_, kind=SourceKind.VIDEO)
    found = done(world, source.id)
    assert (found.items, found.appearances) == (1, 1)
    assert spans_of(world, ada) == {(0, 2000)}
    [item] = items_of(world, source.id)
    assert covered(show(world.app, SUBJECT, item, ada)) == []
    place_.rename(place_.with_name("elsewhere.jpg"))
    place_.symlink_to(place_.with_name("elsewhere.jpg"))
    with pytest.raises(Conflict, match="a link to another place"):
        done(world, source.id)


# --- the folder ------------------------------------------------------------------


def test_a_folder_opens_videos_where_they_lie(tmp_path: Path) -> None:
    clip = video(("x", 0, 1000))
    for name, data in (("a.mp4", clip), ("b.txt", b"a note"), ("c.jpg", photo("x"))):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "link.mp4").symlink_to(tmp_path / "a.mp4")
    with (tmp_path / "large.mp4").open("wb") as large:
        large.write(clip)
        large.truncate(MOST_BYTES + 1)
    source = FolderSource(tmp_path)
    for name in ("a.mp4", "large.mp4"):
        film = source.open_video(Address(name))
        assert film is not None
        with film:
            assert film.read(len(clip)) == clip
    for name in ("b.txt", "c.jpg", "link.mp4", "gone.mp4"):
        assert source.open_video(Address(name)) is None


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\x1a\x45\xdf\xa3" + bytes(8), "matroska"),
        (b"\x00\x00\x00\x20ftypqt  ", "mp4"),
        (b"\x00\x00\x00\x20ftypheic", None),
        (b"\x00\x00\x00\x08wide\x00\x00\x00\x00", "mov"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", None),
        (b"short", None),
    ],
)
def test_a_video_is_told_by_its_first_bytes(head: bytes, name: str | None) -> None:
    assert video_format(head) == name


# --- whose is it -----------------------------------------------------------------


def row(name: str, score: float) -> Candidate:
    return Candidate(
        TemplateId(name), GrantId(name), SubjectId(name), TemplateKind.REFERENCE, score_of(score)
    )


def standings(found: tuple[Identified, ...]) -> list[Standing]:
    return [one.standing for one in found]


def test_at_one_moment_a_person_is_seen_once() -> None:
    faces = [(row("Ada", 0.7),), (row("Ada", 0.9),), (row("Ada", 0.8),)]
    spans = [(0, 2000), (1000, 3000), (3000, 4000)]
    found = identify(faces, score_of(0.5), spans)
    sure, maybe = Standing.APPEARANCE, Standing.SUGGESTION
    assert standings(found) == [maybe, sure, sure]
    assert standings(identify(faces, score_of(0.5))) == [maybe, sure, maybe]


def test_a_track_found_again_is_the_one_of_its_time() -> None:
    def face(name: str, x: int, span: tuple[int, int] | None) -> ItemFace:
        return ItemFace(FaceId(name), ItemId("item"), Box(x, 0, 100, 100), span)

    stored = (face("a", 0, (0, 1000)), face("b", 0, (2000, 3000)), face("c", 400, (2000, 3000)))
    assert same_face(stored, Box(20, 0, 100, 100), (2100, 3000)) == stored[1]
    assert same_face(stored, Box(390, 0, 100, 100), (2000, 3000)) == stored[2]
    assert same_face(stored, Box(0, 0, 100, 100), (900, 1900)) is None
    assert same_face(stored, Box(200, 0, 100, 100), (0, 1000)) is None
    assert together((0, 10), (5, 15)) == pytest.approx(1 / 3)
    assert together((0, 10), (10, 20)) == 0


# --- seen again ------------------------------------------------------------------


def items_of(world: World, source: SourceId) -> list[ItemId]:
    with world.app.store.read() as reader:
        return [item.id for item in reader.items.of_source(source, None, 100)]


def covered(shown: object) -> list[list[int]]:
    assert isinstance(shown, Shown), shown
    return json.loads(shown.picture)["covered"]


def test_a_frame_of_a_video_shows_the_person_alone(world: World) -> None:
    ada, _ = world.enrolled("Ada")
    clip = video(("Ben", 0, 9000), ("Ada", 1000, 2000), ("Ada", 5000, 6000))
    source = world.source(world.folder(clip=clip))
    done(world, source.id)
    [item] = items_of(world, source.id)
    for at, own in ((None, 110), (1500, 110), (5000, 210)):
        shown = show(world.app, SUBJECT, item, ada, at=at)
        assert [box.x for box in getattr(shown, "visible", ())] == [own]
        assert covered(shown) == [[10, 10, 80, 80]]
    with pytest.raises(NotFound):
        show(world.app, SUBJECT, item, ada, at=8000)


def test_a_frame_is_looked_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, _ = world.enrolled("Ada")
    source = world.source(world.folder(clip=video(("Ada", 0, 2000), ("Ben", 0, 2000))))
    done(world, source.id)
    [item] = items_of(world, source.id)
    looked: list[bytes] = []
    faces = world.vision.faces

    def counted(photo: bytes) -> object:
        looked.append(photo)
        return faces(photo)

    monkeypatch.setattr(world.vision, "faces", counted)
    assert covered(show(world.app, SUBJECT, item, ada)) == [[110, 10, 80, 80]]
    assert len(looked) == 1


def test_a_frame_in_which_they_are_not_where_they_were_shows_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, _ = world.enrolled("Ada")
    source = world.source(world.folder(clip=video(("Ada", 0, 2000))))
    done(world, source.id)
    [item] = items_of(world, source.id)
    at: list[int] = []
    left = photo("Ben", "Ada").replace(b'"who": "Ben"', b'"who": "Ben", "box": [300, 10, 80, 80]')
    for instead in (left, photo(), b"no photo", Unreadable("no frame", "None.")):

        def still(_film: object, moment: int, one: object = instead) -> object:
            at.append(moment)
            return one

        monkeypatch.setattr(world.vision, "still", still)
        with pytest.raises(Conflict):
            show(world.app, SUBJECT, item, ada)
    assert at == [1000] * 4


def test_a_video_that_changed_is_not_shown(world: World) -> None:
    ada, _ = world.enrolled("Ada")
    place_ = world.folder(clip=video(("Ada", 0, 2000)))
    source = world.source(place_)
    done(world, source.id)
    [item] = items_of(world, source.id)
    assert isinstance(show(world.app, SUBJECT, item, ada), Shown)
    (place_ / "clip.jpg").write_bytes(video(("Ada", 0, 2000), take=2))
    with pytest.raises(Conflict, match="changed or is gone"):
        show(world.app, SUBJECT, item, ada)
    (place_ / "clip.jpg").unlink()
    with pytest.raises(Conflict, match="changed or is gone"):
        show(world.app, SUBJECT, item, ada)


def test_a_disk_that_fails_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise OSError("the disk is gone")

    ada, _ = world.enrolled("Ada")
    source = world.source(world.folder(clip=video(("Ada", 0, 2000))))
    whole = FolderSource.open_video
    monkeypatch.setattr(FolderSource, "open_video", lambda _place, _address: Broken())
    found = done(world, source.id)
    assert found.unreadable == (("clip.jpg", "the file cannot be read to its end"),)
    monkeypatch.setattr(FolderSource, "open_video", whole)
    done(world, source.id)
    [item] = items_of(world, source.id)
    monkeypatch.setattr(FolderSource, "open_video", lambda _place, _address: Broken())
    with pytest.raises(Conflict):
        show(world.app, SUBJECT, item, ada)


def test_a_search_tells_when_somebody_is_seen(world: World) -> None:
    world.enrolled("Ada")
    clip = video(("Ada", 61_000, 75_500), ("Ada", 0, 2000))
    done(world, world.source(world.folder(clip=clip, portrait=photo("Ada"))).id)
    world.clock.go(hours=25)
    probe = photo("Ada", shot=9)
    case = world.case(probe)
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult), found
    [ada] = found.candidates
    assert {seen.span for seen in ada.appearances} == {None, (0, 2000), (61_000, 75_500)}
    words = {_place(seen) for seen in ada.appearances}
    assert words == {"clip.jpg 0:00-0:02", "clip.jpg 1:01-1:15", "portrait.jpg"}


def test_a_suggestion_in_a_video_is_looked_at_again(world: World) -> None:
    ada, _ = world.enrolled("Ada")
    place_ = world.folder(clip=video(("Ada", 0, 2000), ("Ada", 500, 1500)))
    done(world, world.source(place_).id)
    with world.app.store.read() as reader:
        [waiting] = reader.suggestions.of_grant(ada)
        [first] = [t for t in reader.templates.of_grant(ada) if t.kind is TemplateKind.APPEARANCE]
    with pytest.raises(Conflict, match="with another face"):
        accept(world.app, world.who("verifier"), waiting.id)
    unlink(world.app, SUBJECT, first.id)
    kept = accept(world.app, world.who("verifier"), waiting.id)
    assert isinstance(kept, Accepted), kept
    assert spans_of(world, ada) == {(500, 1500)}


def test_a_suggestion_that_was_rejected_meanwhile_is_not_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking again takes as long as the video, and a no in between stays a no."""
    ada, _ = world.enrolled("Ada")
    place_ = world.folder(clip=video(("Ada", 0, 2000), ("Ada", 500, 1500)))
    done(world, world.source(place_).id)
    with world.app.store.read() as reader:
        [waiting] = reader.suggestions.of_grant(ada)
    looked = suggesting._face_again

    def slowly(*about: object) -> object:
        found = looked(*about)  # type: ignore[arg-type]
        reject(world.app, waiting.id)
        return found

    monkeypatch.setattr(suggesting, "_face_again", slowly)
    with pytest.raises(NotFound, match="meanwhile"):
        accept(world.app, world.who("verifier"), waiting.id)
    assert spans_of(world, ada) == {(0, 2000)}


def blocked_while_read(
    world: World, monkeypatch: pytest.MonkeyPatch, folder: Path, source: SourceId
) -> None:
    """Let a source be blocked when the first part of a video was read from its folder."""

    class Blocking(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if not self.tell():
                with world.app.store.unit() as unit:
                    place(unit, Block(source=source), "order")
            return super().read(size)

    monkeypatch.setattr(films, "ASK_AGAIN_SECONDS", 0.0)
    film = (folder / "clip.jpg").read_bytes()
    monkeypatch.setattr(FolderSource, "open_video", lambda _place, _address: Blocking(film))


def test_a_suggestion_is_refused_while_its_video_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, _ = world.enrolled("Ada")
    place_ = world.folder(clip=video(("Ada", 0, 2000), ("Ada", 500, 1500)))
    source = world.source(place_)
    done(world, source.id)
    with world.app.store.read() as reader:
        waiting = reader.suggestions.of_grant(ada)
    looked = world.vision.inspected
    blocked_while_read(world, monkeypatch, place_, source.id)
    assert isinstance(accept(world.app, world.who("verifier"), waiting[0].id), Refusal)
    assert world.vision.inspected == looked
    with world.app.store.read() as reader:
        assert reader.suggestions.of_grant(ada) == waiting
    assert spans_of(world, ada) == {(0, 2000)}


def test_a_suggestion_is_refused_while_its_video_is_looked_at(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(films, "ASK_AGAIN_SECONDS", 0.0)
    ada, _ = world.enrolled("Ada")
    source = world.source(world.folder(clip=video(("Ada", 0, 2000), ("Ada", 500, 1500))))
    done(world, source.id)
    with world.app.store.read() as reader:
        [waiting] = reader.suggestions.of_grant(ada)
    whole, told = world.vision.watch, []

    def watch(film: BytesIO, *, tell: TellWatched) -> Clip | Unreadable:
        def between(watched: Watched) -> None:
            told.append(watched.frames)
            if watched.frames == 2:
                with world.app.store.unit() as unit:
                    place(unit, Block(source=source.id), "order")
            tell(watched)

        return whole(film, tell=between)

    monkeypatch.setattr(world.vision, "watch", watch)
    assert isinstance(accept(world.app, world.who("verifier"), waiting.id), Refusal)
    assert told == [1, 2]
    assert spans_of(world, ada) == {(0, 2000)}


def test_a_frame_is_refused_while_its_video_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, _ = world.enrolled("Ada")
    place_ = world.folder(clip=video(("Ada", 0, 2000)))
    source = world.source(place_)
    done(world, source.id)
    [item] = items_of(world, source.id)
    looked = world.vision.inspected
    blocked_while_read(world, monkeypatch, place_, source.id)
    assert isinstance(show(world.app, SUBJECT, item, ada), Refusal)
    assert world.vision.inspected == looked


def test_a_photo_the_detector_cannot_read_is_not_shown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, _ = world.enrolled("Ada")
    source = world.source(world.folder(a=photo("Ada")))
    done(world, source.id)
    [item] = items_of(world, source.id)
    monkeypatch.setattr(world.vision, "faces", lambda _photo: Unreadable("it is bent", "None."))
    with pytest.raises(Conflict, match="cannot be read: it is bent"):
        show(world.app, SUBJECT, item, ada)


@pytest.mark.parametrize(
    ("text", "milliseconds"), [("12", 12_000), ("2:03", 123_000), ("1:02:03.5", 3_723_500)]
)
def test_a_moment_is_written_as_people_do(text: str, milliseconds: int) -> None:
    assert moment_of(text) == milliseconds
    assert moment_of(clock_time(milliseconds)) == milliseconds // 1000 * 1000


@pytest.mark.parametrize("text", ["", "soon", "1:2:3:4", "-1", "nan", "1:inf"])
def test_anything_else_is_no_moment(text: str) -> None:
    with pytest.raises(BadInput):
        moment_of(text)
