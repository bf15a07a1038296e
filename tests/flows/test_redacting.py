"""Covering a folder: originals stay, a stopped run goes on, and nothing is hidden from whoever
checks."""

import hashlib
import os
import shlex
from html import unescape
from pathlib import Path

import pytest

from licet.redacting import How, redact_folder
from licet.redacting.page import MARKS, in_order, read_marks
from licet.redacting.record import Done, read_record
from licet.terms.covering import Mark, Redacted
from licet.terms.errors import BadInput, Busy, Conflict, Corrupt
from licet.terms.face import Box
from tests.fakes.covering import FakeCovering
from tests.fakes.vision import photo
from tests.fakes.vision import video as shots


@pytest.fixture
def club(tmp_path: Path) -> Path:
    """A folder of four photos: one sure, one doubtful, one empty, one below."""
    folder = tmp_path / "club"
    (folder / "2026").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(photo("anna", "berta"))
    (folder / "b.png").write_bytes(photo("faint"))
    (folder / "c.jpeg").write_bytes(photo("hidden"))
    (folder / "2026" / "d.JPG").write_bytes(photo("dora"))
    return folder


def covered(club: Path, out: str = "out", **options: object) -> Redacted:
    vision = options.pop("vision", None) or FakeCovering()
    how = How(bool(options.pop("thorough", True)), bool(options.pop("sound", False)))
    return redact_folder(club, club.parent / out, vision, how, **options)  # type: ignore[arg-type]


def record(club: Path) -> dict[str, Done]:
    text = (club.parent / "out/check/record.jsonl").read_text("utf-8")
    return read_record(text)[1]


def state(folder: Path) -> dict[str, tuple[str, int]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in files
    }


def test_every_photo_has_its_picture_and_no_original_is_touched(club: Path) -> None:
    before = state(club)
    told: list[tuple[float, int]] = []
    done = covered(club, tell=lambda now, total: told.append((now, total)))
    assert (done.photos, done.faces, done.without_face, done.unsure) == (4, 4, 1, 1)
    assert state(club) == before
    pictures = {str(p.relative_to(done.pictures)) for p in done.pictures.rglob("*") if p.is_file()}
    assert pictures == {"a.jpg", "b.png.jpg", "c.jpeg", "2026/d.JPG"}
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert (club.parent / "out").stat().st_mode & 0o77 == 0


def test_a_stopped_run_goes_on_where_it_was(club: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        covered(club, vision=FakeCovering(stop_after=2))
    vision = FakeCovering()
    done = covered(club, vision=vision)
    assert (done.photos, done.kept, vision.covered) == (4, 2, 2)


def test_a_line_that_was_cut_short_is_done_again(club: Path) -> None:
    covered(club)
    place = club.parent / "out/check/record.jsonl"
    place.write_bytes(place.read_bytes()[:-9])
    vision = FakeCovering()
    assert covered(club, vision=vision).photos == 4
    assert vision.covered == 1
    assert len(record(club)) == 4


def test_what_changed_or_lost_its_picture_is_covered_again(club: Path) -> None:
    done = covered(club)
    (club / "a.jpg").write_bytes(photo("anna", shot=2))
    (done.pictures / "b.png.jpg").unlink()
    vision = FakeCovering()
    assert covered(club, vision=vision).kept == 2
    assert vision.covered == 2
    assert record(club)["a.jpg"].covers == 1


def test_names_never_collide_and_are_never_too_long(club: Path) -> None:
    (club / "b.png.jpg").write_bytes(photo("emma"))
    (club / "B.PNG.JPG").write_bytes(photo("emma", "fritz"))
    (club / f"{'x' * 250}.png").write_bytes(photo("gerd"))
    (os.fsencode(club) + b"/\xff.jpg")
    Path(os.fsdecode(os.fsencode(club) + b"/\xff.jpg")).write_bytes(photo("hans"))
    done = covered(club)
    names = [one.picture.casefold() for one in record(club).values()]
    assert len(set(names)) == len(names) == done.photos == 8
    assert all((done.pictures / one.picture).is_file() for one in record(club).values())


def test_it_never_writes_among_the_originals_however_it_is_named(club: Path) -> None:
    (club.parent / "link").symlink_to(club)
    for out in ("club", "club/deep/out", "link/out", "club/../link", "."):
        with pytest.raises(BadInput):
            covered(club, out)
    with pytest.raises(BadInput):
        redact_folder(club.parent / "link", club / "out", FakeCovering())
    assert sorted(path.name for path in club.iterdir()) == ["2026", "a.jpg", "b.png", "c.jpeg"]


def test_links_among_the_photos_lead_nowhere(club: Path) -> None:
    (club.parent / "elsewhere.jpg").write_bytes(photo("zoe"))
    (club / "z.jpg").symlink_to(club.parent / "elsewhere.jpg")
    assert covered(club).photos == 4


def test_a_folder_made_otherwise_or_of_something_else_is_refused(club: Path) -> None:
    covered(club)
    with pytest.raises(Conflict, match="other way"):
        covered(club, thorough=False)
    other = club.parent / "other"
    other.mkdir()
    with pytest.raises(Conflict, match="another folder"):
        redact_folder(other, club.parent / "out", FakeCovering())
    place = club.parent / "out/check/record.jsonl"
    place.write_text('{"record":"licet redact 1"}\nnonsense\n')
    with pytest.raises(Corrupt):
        covered(club)
    place.write_text('{"record":"licet redact 9"}\n')
    with pytest.raises(Corrupt, match="another licet"):
        covered(club)


def test_two_never_write_into_one_folder(club: Path) -> None:
    class Meanwhile(FakeCovering):
        def cover_many(self, photos, **options):  # type: ignore[no-untyped-def]
            with pytest.raises(Busy):
                covered(club)
            return super().cover_many(photos, **options)

    assert covered(club, vision=Meanwhile()).photos == 4


def test_thorough_is_what_one_gets_unless_one_asks_otherwise(club: Path) -> None:
    for quick in (False, True):
        vision = FakeCovering()
        options = {"thorough": False} if quick else {}
        covered(club, f"out-{quick}", vision=vision, **options)
        assert set(vision.thorough) == {not quick}


def test_what_a_person_marked_is_covered_and_not_forgotten(club: Path) -> None:
    covered(club)
    marks = read_marks("100\t0\t200\t1000\tc.jpeg\n\n0\t0\t50\t50\tc.jpeg\n1\t1\t9\t9\tgone.jpg\n")
    done = covered(club, missed=marks)
    assert (done.marked, done.kept, done.without_face) == (2, 3, 0)
    assert done.left_out == (("gone.jpg", "marked, and there is no such file"),)
    (club / "c.jpeg").write_bytes(photo("hidden", shot=2))
    assert covered(club).marked == 2
    assert record(club)["c.jpeg"].also == (
        Mark(Box(100, 0, 200, 1000)),
        Mark(Box(0, 0, 50, 50)),
    )


@pytest.mark.parametrize(
    "line",
    [
        "1\t1\t9\tx.jpg",
        "1\t1\t9\t9\t",
        "-1\t1\t9\t9\tx",
        "1\t1\t0\t9\tx",
        "900\t1\t101\t9\tx",
        "1\t1\t9\t9\t100\tx",
        "1\t1\t9\t9\t200\t100\tx",
    ],
)
def test_a_mark_that_is_none_is_named_by_its_line(line: str) -> None:
    with pytest.raises(BadInput, match="line 2"):
        read_marks(f"1\t1\t9\t9\ty.jpg\n{line}\n")


def test_the_page_names_the_command_as_a_shell_reads_it(club: Path) -> None:
    odd = club.rename(club.with_name("anna's $(id); club"))
    page = covered(odd).page.read_text("utf-8")
    said = unescape(page).split("<code>licet redact ")[1].split("</code>")[0]
    assert shlex.split(said) == [str(odd), "--out", str(odd.parent / "out"), "--missed", MARKS]


def test_the_page_begins_with_what_may_be_missed(club: Path) -> None:
    (club / "<script>alert(1)&.jpg").write_bytes(photo("ida"))
    done = covered(club)
    assert [one.photo for one in in_order(record(club).values())][:2] == ["c.jpeg", "b.png"]
    page = done.page.read_text("utf-8")
    places = [page.index(f'data-photo="{name}"') for name in ("c.jpeg", "b.png", "a.jpg")]
    assert places == sorted(places)
    assert "<script>alert" not in page
    assert "look at the first 2 with care" in page
    assert "no face found" in page
    assert "one doubtful (0.40)" in page
    looks = {str(path.name) for path in (done.page.parent / "looks").iterdir()}
    assert len(looks) == 5
    assert all(f"looks/{name}" in page for name in looks)


def test_files_without_a_picture_are_all_named(club: Path) -> None:
    (club / "notes.txt").write_text("words")
    (club / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing")
    done = covered(club)
    assert [name for name, _ in done.left_out] == ["broken.jpg", "notes.txt"]
    page = done.page.read_text("utf-8")
    assert "2 files are left out" in page
    assert "broken.jpg: it is not a photo" in page


def video(*who: str) -> bytes:
    return shots(*((one, 0, 3000) for one in who))


@pytest.fixture
def reel(club: Path) -> Path:
    """The club's folder with two videos: somebody doubtful in one, nobody found in the other."""
    (club / "feast.mp4").write_bytes(video("anna", "faint"))
    (club / "2026" / "gate.mov").write_bytes(video("hidden"))
    return club


def test_a_video_has_its_new_one_and_its_stills(reel: Path) -> None:
    before = state(reel)
    told: list[tuple[float, int]] = []
    done = covered(reel, tell=lambda now, total: told.append((now, total)))
    assert (done.photos, done.videos, done.followed, done.unsure) == (4, 2, 2, 2)
    assert state(reel) == before
    out = reel.parent / "out"
    videos = {str(p.relative_to(out)) for p in (out / "videos").rglob("*") if p.is_file()}
    assert videos == {"videos/feast.mp4.webm", "videos/2026/gate.mov.webm"}
    assert (out / "videos/feast.mp4.webm").read_bytes() == b"half and whole"
    assert told[-3:] == [(5, 6), (5.5, 6), (6, 6)]
    page = done.page.read_text("utf-8")
    assert page.index('data-photo="2026/gate.mov"') < page.index('data-photo="feast.mp4"')
    film = page[page.index('data-photo="feast.mp4"') :]
    assert film.index('data-at="1500"') < film.index('data-at="0"')
    for name in ("000006-000000000.jpg", "000006-000001500.jpg"):
        assert f"looks/{name}" in film
        assert (done.page.parent / "looks" / name).is_file()


def test_a_video_that_was_stopped_leaves_no_half_and_begins_anew(reel: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        covered(reel, vision=FakeCovering(stop_after=5))
    out = reel.parent / "out"
    assert [p.name for p in (out / "videos").rglob("*") if p.is_file()] == ["gate.mov.webm"]
    (out / "videos" / ".feast.mp4.webm.part").write_bytes(b"killed without a word")
    vision = FakeCovering()
    done = covered(reel, vision=vision)
    assert (done.kept, vision.covered) == (5, 1)
    assert not list((out / "videos").rglob(".*"))


def test_sound_is_kept_only_when_asked_for_and_asking_does_videos_again(reel: Path) -> None:
    covered(reel)
    vision = FakeCovering()
    done = covered(reel, vision=vision, sound=True)
    assert (done.kept, vision.covered) == (4, 2)
    place = reel.parent / "out/videos/feast.mp4.webm"
    assert place.read_bytes().endswith(b"with sound")
    covered(reel)
    assert not place.read_bytes().endswith(b"with sound")


def test_a_mark_in_a_video_counts_for_its_time_and_is_kept(reel: Path) -> None:
    covered(reel)
    marks = read_marks("0\t0\t500\t1000\t200\t900\t2026/gate.mov\n")
    vision = FakeCovering()
    done = covered(reel, missed=marks, vision=vision)
    assert (done.marked, done.without_face, vision.covered) == (1, 1, 1)
    assert covered(reel).kept == 6
    assert record(reel)["2026/gate.mov"].also == (Mark(Box(0, 0, 500, 1000), (200, 900)),)


def test_a_video_that_changes_meanwhile_is_not_kept(reel: Path) -> None:
    """Faces would not be where they were found."""

    class Meanwhile(FakeCovering):
        def cover_film(self, video_, out, **options):  # type: ignore[no-untyped-def]
            found = super().cover_film(video_, out, **options)
            (reel / "feast.mp4").write_bytes(video("anna", "zoe"))
            return found

    (reel / "2026" / "gate.mov").unlink()
    done = covered(reel, vision=Meanwhile())
    assert done.videos == 0
    assert done.left_out == (("feast.mp4", "the file changed while it was covered"),)
    assert not [p for p in (reel.parent / "out/videos").rglob("*") if p.is_file()]


def test_what_lacks_in_a_video_is_said_and_what_cannot_be_read_is_named(reel: Path) -> None:
    (reel / "feast.mp4").write_bytes(video("anna", "damaged"))
    (reel / "2026" / "gate.mov").write_bytes(video())
    done = covered(reel)
    assert (done.videos, done.in_part) == (1, 1)
    assert done.left_out == (("2026/gate.mov", "no frame of the video can be decoded"),)
    assert "2 pieces of the video are damaged" in done.page.read_text("utf-8")
