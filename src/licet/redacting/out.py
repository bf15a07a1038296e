"""The folder that pictures go to.

``photos/`` may be handed out: pictures only, named as the photos are. ``check/`` is for
whoever made them: the page, small pictures and the record, which holds the photos' hashes.
Each file is written beside its place and put there whole.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from licet.redacting.record import Done, Left, Made, head_line, line_of, read_record
from licet.terms.covering import Covered
from licet.terms.errors import BadInput, Busy, Conflict
from licet.terms.face import Box

PHOTOS, CHECK, LOOKS = "photos", "check", "looks"
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
        self.page = root / CHECK / PAGE
        self.left: list[Left] = []
        self._looks = root / CHECK / LOOKS
        self._file = file
        self._known = known
        self._names = {done.picture.casefold(): done.photo for done in known.values()}

    @property
    def done(self) -> tuple[Done, ...]:
        """Every photo that has its picture, by address."""
        return tuple(self._known[photo] for photo in sorted(self._known))

    def has(self, photo: str, sha256: str, also: tuple[Box, ...]) -> bool:
        """Say whether the picture of this very content is there, with all that was marked."""
        done = self._known.get(photo)
        same = done is not None and (done.sha256, done.also) == (sha256, also)
        return same and done is not None and (self.pictures / done.picture).is_file()

    def marked(self, photo: str) -> tuple[Box, ...]:
        """Return what a person marked in a photo before."""
        done = self._known.get(photo)
        return done.also if done else ()

    def leave(self, left: Left) -> None:
        """Note a file that has no picture now. One that it had before stays."""
        self.left.append(left)

    def keep(self, photo: str, sha256: str, also: tuple[Box, ...], covered: Covered) -> None:
        """Write a picture, its small copy and its line of the record, in this order."""
        before = self._known.get(photo)
        name = before.picture if before else self._free_name(photo)
        number = before.number if before else len(self._known) + 1
        faces = tuple((face.box, face.strength) for face in covered.faces)
        done = Done(photo, sha256, name, number, covered.width, covered.height, faces, also)
        put(self.pictures / name, covered.picture)
        put(self._looks / f"{number:06}.jpg", covered.small)
        self._file.write(line_of(done))
        self._file.flush()
        self._known[photo] = done

    def _free_name(self, photo: str) -> str:
        """Return a name for a picture that no other has: all of them are JPEG."""
        *above, own = photo.split("/")
        stem = own if own.lower().endswith((".jpg", ".jpeg")) else f"{own}.jpg"
        name = "/".join([*above, stem])
        if len(stem.encode()) > LONGEST_NAME or name.casefold() in self._names:
            digest = hashlib.sha256(photo.encode()).hexdigest()[:16]
            name = "/".join([*above, f"{digest}.jpg"])
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
        for one in (root, root / PHOTOS, root / CHECK, root / CHECK / LOOKS):
            one.mkdir(mode=0o700, parents=True, exist_ok=True)
    with place.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(f"another licet writes into {root}", "Wait until it is done.") from error
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
    beside = path.with_name(f".{path.name[:LONGEST_NAME]}.part")
    beside.write_bytes(data)
    beside.replace(path)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
