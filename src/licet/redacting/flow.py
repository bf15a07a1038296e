"""Covering: a folder of photos and videos -> new ones with nobody in them.

Only the detector looks: no features of a face are made, so nobody can be told from
anybody. The originals are read and never written.
"""

import hashlib
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from licet.redacting.out import Out, apart, open_out
from licet.redacting.page import write_page
from licet.redacting.record import Done, Left
from licet.sources.contract import NO_PHOTO, Address
from licet.sources.folder import FolderSource
from licet.terms.covering import Bare, BareVideo, Mark, Redacted, TellCovered
from licet.terms.face import Unreadable
from licet.vision.covering import Covering

PART = 4 * 1024 * 1024
Missed = Mapping[str, tuple[Mark, ...]]
"""What a person marked, by the photo's or video's address."""


@dataclass(frozen=True, slots=True)
class How:
    """How a folder is covered. ``sound`` keeps what is heard in videos."""

    thorough: bool = True
    sound: bool = False


USUAL = How()


@dataclass(frozen=True, slots=True)
class _Taken:
    """A photo on its way: where it is, its content hash and the regions marked in it."""

    address: Address
    sha256: str
    also: tuple[Mark, ...]


@dataclass
class _Walk:
    """One walk: what was done in it, the photos that are being covered, the videos to come."""

    place: FolderSource
    out: Out
    missed: Missed
    tell: TellCovered
    total: int
    seen: int = 0
    kept: int = 0
    met: set[str] = field(default_factory=set)
    on_the_way: deque[_Taken] = field(default_factory=deque)
    videos: list[Address] = field(default_factory=list)

    def photos(self) -> Iterator[Bare]:
        """Yield what is to be covered; what was covered before and is the same goes by."""
        for address in self.place.walk():
            self.met.add(address)
            data = self.place.read(address)
            if data == NO_PHOTO and self._is_video(address):
                self.videos.append(address)
                continue
            if isinstance(data, Unreadable):
                self.out.leave(Left(address, data.reason))
                self.step()
                continue
            taken = _Taken(address, hashlib.sha256(data).hexdigest(), self.also(address))
            if self.out.has(taken.address, taken.sha256, taken.also):
                self.kept += 1
                self.step()
                continue
            self.on_the_way.append(taken)
            yield Bare(data, taken.also)
        for marked in self.missed:
            if marked not in self.met:
                self.out.leave(Left(marked, "marked, and there is no such file"))

    def step(self) -> None:
        """Count one file and tell how far it is."""
        self.seen += 1
        self.tell(self.seen, self.total)

    def also(self, address: Address) -> tuple[Mark, ...]:
        """Return everything ever marked in a file: an earlier mark is not forgotten."""
        before = self.out.marked(address)
        return (*before, *(mark for mark in self.missed.get(address, ()) if mark not in before))

    def part(self, share: float) -> None:
        """Tell how far it is within a video."""
        self.tell(self.seen + share, self.total)

    def _is_video(self, address: Address) -> bool:
        film = self.place.open_video(address)
        if film is not None:
            film.close()
        return film is not None


def redact_folder(
    folder: Path,
    out: Path,
    vision: Covering,
    how: How = USUAL,
    *,
    missed: Missed | None = None,
    tell: TellCovered = lambda _done, _total: None,
) -> Redacted:
    """Cover everybody in what is in ``folder`` and write new files into ``out``.

    1. Refuse an ``out`` that is the folder, lies in it or around it.
    2. Open ``out``, or go on with what is in it.
    3. Walk the folder; what was covered before and did not change is left as it is.
    4. Write each picture, its small copy, then its line of the record.
    5. Write the videos, one after the other, and their stills.
    6. Write the page that a person checks.

    Raises ``BadInput`` for a folder that is not there or an ``out`` as in 1, ``Conflict``
    when something else is in ``out`` or it was made in another way, ``Busy`` while another
    process writes there. Stopped by Ctrl-C it goes on where it was with the same call.
    """
    place = FolderSource(folder)
    apart(place.root, out)  # 1
    with open_out(place.root, out, thorough=how.thorough) as made:  # 2
        walk = _Walk(place, made, missed or {}, tell, place.count())
        for covered in vision.cover_many(walk.photos(), thorough=how.thorough):  # 3
            taken = walk.on_the_way.popleft()
            if isinstance(covered, Unreadable):
                made.leave(Left(taken.address, covered.reason))
            else:
                made.keep(taken.address, taken.sha256, taken.also, covered)  # 4
            walk.step()
        for address in walk.videos:  # 5
            _cover_video(walk, address, vision, how)
            walk.step()
        page = write_page(made.page, folder, out, made.done, made.left)  # 6
        return _result(walk, made, page)


def _cover_video(walk: _Walk, address: Address, vision: Covering, how: How) -> None:
    """Cover one video, or note why it cannot be.

    It is read more than once. A file that became another one meanwhile is not kept: where
    its faces are would not be where they were found.
    """
    with ExitStack() as files:
        film, sound = (walk.place.open_video(address) for _ in range(2))
        if film is None or sound is None:
            walk.out.leave(Left(address, "the file is not there any more"))
            return
        files.enter_context(film)
        files.enter_context(sound)
        sha256 = _hash_of(film)
        bare = BareVideo(film, walk.also(address), sound if how.sound else None)
        if walk.out.has(address, sha256, bare.also, sound=how.sound):
            walk.kept += 1
            return
        with walk.out.beside(address) as new:
            covered = vision.cover_film(bare, new, thorough=how.thorough, tell=walk.part)
            if isinstance(covered, Unreadable):
                walk.out.leave(Left(address, covered.reason))
                return
            if _hash_of(film) != sha256:
                walk.out.leave(Left(address, "the file changed while it was covered"))
                return
            new.flush()
            walk.out.keep_video(address, sha256, bare, covered)


def _hash_of(film: BinaryIO) -> str:
    film.seek(0)
    digest = hashlib.sha256()
    while part := film.read(PART):
        digest.update(part)
    film.seek(0)
    return digest.hexdigest()


def _result(walk: _Walk, made: Out, page: Path) -> Redacted:
    done: tuple[Done, ...] = made.done
    strips = [one.strip for one in done if one.strip is not None]
    return Redacted(
        photos=len(done) - len(strips),
        videos=len(strips),
        kept=walk.kept,
        faces=sum(len(one.faces) for one in done),
        followed=sum(strip.faces for strip in strips),
        marked=sum(len(one.also) for one in done),
        without_face=sum(not one.covers for one in done),
        unsure=sum(one.unsure for one in done),
        in_part=sum(bool(strip.lacking) for strip in strips),
        left_out=tuple(sorted((left.photo, left.reason) for left in made.left)),
        pictures=made.pictures,
        page=page,
    )
