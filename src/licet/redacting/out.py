"""The folder that pictures go to.

``photos/`` and ``videos/`` may be handed out: named as the originals are. ``check/`` is for
whoever made them: the page, small pictures and the record, which holds the photos' hashes.
Each file is written beside its place and put there whole.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from licet.redacting.record import Done, Left, Made, Strip, head_line, line_of, read_record
from licet.terms.covering import BareVideo, Covered, CoveredVideo, Mark
from licet.terms.errors import BadInput, Busy, Conflict

PHOTOS, VIDEOS, CHECK, LOOKS = "photos", "videos", "check", "looks"
PICTURE, VIDEO = (".jpg", ".jpeg"), (".webm",)
"""What the names of new files end with."""
RECORD, PAGE = "record.jsonl", "index.html"
LONGEST_NAME = 200
"""Bytes of a file's name that are kept; file systems take 255."""


def apart(folder: Path, out: Path) -> None:
    """Refuse an ``out`` that is the folder, lies in it or around it. Raises ``BadInput``.

    The places themselves are compared, not their names: links and mounts lead nowhere else.
    """
    there = out.absolute()
    if any(_same(folder, one) for one in (there, *there.resolve().parents, *there.parents)):
        raise BadInput(
            "the pictures would be written among the originals", "Name a folder elsewhere."
        )
    if any(_same(there, one) for one in folder.parents):
        raise BadInput(
            "the originals lie in the folder for the pictures", "Name a folder elsewhere."
        )


class Out:
    """The folder for pictures, open for one run. ``left`` are this run's files without one."""

    def __init__(self, root: Path, file: TextIO, known: dict[str, Done]) -> None:
        self.pictures = root / PHOTOS
        self.videos = root / VIDEOS
        self.page = root / CHECK / PAGE
        self.left: list[Left] = []
        self._looks = root / CHECK / LOOKS
        self._file = file
        self._known = known
        self._names = {done.picture.casefold(): done.photo for done in known.values()}

    @property
    def done(self) -> tuple[Done, ...]:
        """Everything that has its new file, by address."""
        return tuple(self._known[photo] for photo in sorted(self._known))

    def has(self, photo: str, sha256: str, also: tuple[Mark, ...], *, sound: bool = False) -> bool:
        """Say whether the new file of this very content is there, with all that was marked."""
        done = self._known.get(photo)
        if done is None or (done.sha256, done.also) != (sha256, also):
            return False
        if done.strip is None:
            return (self.pictures / done.picture).is_file()
        return done.strip.sound == sound and (self.videos / done.picture).is_file()

    def marked(self, photo: str) -> tuple[Mark, ...]:
        """Return what a person marked in a photo before."""
        done = self._known.get(photo)
        return done.also if done else ()

    def leave(self, left: Left) -> None:
        """Note a file that has no picture now. One that it had before stays."""
        self.left.append(left)

    def keep(self, photo: str, sha256: str, also: tuple[Mark, ...], covered: Covered) -> None:
        """Write a picture, its small copy and its line of the record, in this order."""
        name, number = self._place(photo, PICTURE)
        faces = tuple((face.box, face.strength) for face in covered.faces)
        done = Done(photo, sha256, name, number, covered.width, covered.height, faces, also)
        put(self.pictures / name, covered.picture)
        put(self._looks / look_name(number), covered.small)
        self._note(done)

    @contextmanager
    def beside(self, photo: str) -> Iterator[BinaryIO]:
        """Give a file in which a video is written; it goes unless it is kept."""
        name, _ = self._place(photo, VIDEO)
        part = _beside(self.videos / name)
        part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with part.open("wb+") as file:
                yield file
        finally:
            part.unlink(missing_ok=True)

    def keep_video(self, photo: str, sha256: str, bare: BareVideo, covered: CoveredVideo) -> None:
        """Put a written video in its place, then its stills and its line of the record."""
        name, number = self._place(photo, VIDEO)
        for old in self._looks.glob(f"{number:06}*.jpg"):
            old.unlink()
        for still in covered.stills:
            put(self._looks / look_name(number, still.at), still.small)
        strip = Strip(
            covered.duration,
            covered.faces,
            covered.weakest,
            bare.sound is not None,
            tuple((still.at, still.why, still.regions) for still in covered.stills),
            covered.unseen,
            covered.lacking,
        )
        _beside(self.videos / name).replace(self.videos / name)
        size = covered.width, covered.height
        self._note(Done(photo, sha256, name, number, *size, (), bare.also, strip))

    def _note(self, done: Done) -> None:
        self._file.write(line_of(done))
        self._file.flush()
        self._known[done.photo] = done

    def _place(self, photo: str, endings: tuple[str, ...]) -> tuple[str, int]:
        """Return the name and number of a new file; those it had before, if of this kind."""
        before = self._known.get(photo)
        if before is not None and before.picture.lower().endswith(endings):
            return before.picture, before.number
        number = before.number if before else len(self._known) + 1
        return self._free_name(photo, endings), number

    def _free_name(self, photo: str, endings: tuple[str, ...]) -> str:
        """Return a name for a new file that no other has."""
        *above, own = photo.split("/")
        stem = own if own.lower().endswith(endings) else f"{own}{endings[0]}"
        name = "/".join([*above, stem])
        taken = self._names.get(name.casefold(), photo) != photo
        if len(stem.encode()) > LONGEST_NAME or taken:
            digest = hashlib.sha256(photo.encode()).hexdigest()[:16]
            name = "/".join([*above, f"{digest}{endings[0]}"])
        self._names[name.casefold()] = photo
        return name


@contextmanager
def open_out(folder: Path, root: Path, *, thorough: bool) -> Iterator[Out]:
    """Open the folder for pictures, made anew or gone on with.

    Raises ``Conflict`` when something else is there or it was made in another way,
    ``Busy`` while another process writes there, ``Corrupt`` when its record is damaged.
    """
    made = Made(hashlib.sha256(os.fsencode(folder)).hexdigest(), thorough)
    place = root / CHECK / RECORD
    if not place.is_file():
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise Conflict(f"{root} holds something else", "Name a new folder.")
        for one in (root, root / PHOTOS, root / VIDEOS, root / CHECK, root / CHECK / LOOKS):
            one.mkdir(mode=0o700, parents=True, exist_ok=True)
    with place.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(f"another licet writes into {root}", "Wait until it is done.") from error
        for half in (root / VIDEOS).rglob(".*.part"):  # of a run that was killed
            half.unlink()
        yield Out(root, file, _go_on(file, made))


def _go_on(file: TextIO, made: Made) -> dict[str, Done]:
    """Return what was done before; a line that was cut short is cut off."""
    file.seek(0)
    text = file.read()
    whole = text[: text.rfind("\n") + 1]
    file.truncate(len(whole))
    if not whole:
        file.write(head_line(made))
        return {}
    before, known = read_record(whole)
    if before.folder != made.folder:
        raise Conflict("these are pictures of another folder", "Name a new folder.")
    if before.thorough != made.thorough:
        raise Conflict(
            "these pictures were made the other way",
            "Name a new folder, or leave out or add --quick as before.",
        )
    return known


def put(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = _beside(path)
    beside.write_bytes(data)
    beside.replace(path)


def look_name(number: int, at: int | None = None) -> str:
    """Return the name of a small picture: of a photo, or of a moment of a video."""
    return f"{number:06}.jpg" if at is None else f"{number:06}-{at:09}.jpg"


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name[:LONGEST_NAME]}.part")


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
