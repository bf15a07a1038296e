"""Covering: a folder of photos -> a folder of pictures with nobody in them.

Only the detector looks: no features of a face are made, so nobody can be told from
anybody. The originals are read and never written.
"""

import hashlib
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from licet.redacting.out import Out, apart, open_out
from licet.redacting.page import write_page
from licet.redacting.record import Done, Left
from licet.sources.contract import Address
from licet.sources.folder import FolderSource
from licet.terms.covering import Bare, Redacted, TellCovered
from licet.terms.face import Box, Unreadable
from licet.vision.covering import Covering

Missed = Mapping[str, tuple[Box, ...]]
"""Regions that a person marked, in thousandths of the sides, by the photo's address."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """A photo on its way: where it is, its content hash and the regions marked in it."""

    address: Address
    sha256: str
    also: tuple[Box, ...]


@dataclass
class _Walk:
    """One walk: what was done in it, and the photos that are being covered."""

    place: FolderSource
    out: Out
    missed: Missed
    tell: TellCovered
    total: int
    seen: int = 0
    kept: int = 0
    met: set[str] = field(default_factory=set)
    on_the_way: deque[_Taken] = field(default_factory=deque)

    def photos(self) -> Iterator[Bare]:
        """Yield what is to be covered; what was covered before and is the same goes by."""
        for address in self.place.walk():
            self.met.add(address)
            data = self.place.read(address)
            if isinstance(data, Unreadable):
                self.out.leave(Left(address, data.reason))
                self.step()
                continue
            taken = _Taken(address, hashlib.sha256(data).hexdigest(), self._also(address))
            if self.out.has(taken.address, taken.sha256, taken.also):
                self.kept += 1
                self.step()
                continue
            self.on_the_way.append(taken)
            yield Bare(data, taken.also)
        for marked in self.missed:
            if marked not in self.met:
                self.out.leave(Left(marked, "marked, and there is no such photo"))

    def step(self) -> None:
        """Count one file and tell how far it is."""
        self.seen += 1
        self.tell(self.seen, self.total)

    def _also(self, address: Address) -> tuple[Box, ...]:
        """Return every region ever marked in a photo: an earlier mark is not forgotten."""
        before = self.out.marked(address)
        return (*before, *(box for box in self.missed.get(address, ()) if box not in before))


def redact_folder(
    folder: Path,
    out: Path,
    vision: Covering,
    *,
    thorough: bool = True,
    missed: Missed | None = None,
    tell: TellCovered = lambda _done, _total: None,
) -> Redacted:
    """Cover everybody in the photos of ``folder`` and write the pictures into ``out``.

    1. Refuse an ``out`` that is the folder, lies in it or around it.
    2. Open ``out``, or go on with what is in it.
    3. Walk the folder; what was covered before and did not change is left as it is.
    4. Write each picture, its small copy, then its line of the record.
    5. Write the page that a person checks.

    Raises ``BadInput`` for a folder that is not there or an ``out`` as in 1, ``Conflict``
    when something else is in ``out`` or it was made in another way, ``Busy`` while another
    process writes there. Stopped by Ctrl-C it goes on where it was with the same call.
    """
    place = FolderSource(folder)
    apart(place.root, out)  # 1
    with open_out(place.root, out, thorough=thorough) as made:  # 2
        walk = _Walk(place, made, missed or {}, tell, place.count())
        for covered in vision.cover_many(walk.photos(), thorough=thorough):  # 3
            taken = walk.on_the_way.popleft()
            if isinstance(covered, Unreadable):
                made.leave(Left(taken.address, covered.reason))
            else:
                made.keep(taken.address, taken.sha256, taken.also, covered)  # 4
            walk.step()
        page = write_page(made.page, folder, out, made.done, made.left)  # 5
        return _result(walk, made, page)


def _result(walk: _Walk, made: Out, page: Path) -> Redacted:
    done: tuple[Done, ...] = made.done
    return Redacted(
        photos=len(done),
        kept=walk.kept,
        faces=sum(len(one.faces) for one in done),
        marked=sum(len(one.also) for one in done),
        without_face=sum(not one.covers for one in done),
        unsure=sum(one.unsure for one in done),
        left_out=tuple(sorted((left.photo, left.reason) for left in made.left)),
        pictures=made.pictures,
        page=page,
    )
