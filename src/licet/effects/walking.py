"""The way of photos from a source to a batch: read, told apart, inspected, in order.

A walk asks again whether it may go on before it reads, at least four times a
second: an authority that lapsed, a source that was ceased or a block that was
placed stops the reading itself, not only the keeping (GDPR 58(2)(f)).
"""

import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from licet.app import App
from licet.consent.decide import decide
from licet.effects.facts import read_facts
from licet.effects.fixtures import strange
from licet.effects.keeping import Kept, Recognised
from licet.effects.running import Hold
from licet.sources.authority import marks_of_photo
from licet.sources.contract import Address, ItemSource
from licet.terms.acting import Who
from licet.terms.collecting import Collected, ReportProgress
from licet.terms.face import Inspection, Unreadable
from licet.terms.ids import RunId
from licet.terms.permit import Ask, Permit, Refusal
from licet.terms.source import Source

ASK_AGAIN_SECONDS = 0.25
BATCH_SECONDS = 0.25
"""At most four units a second, so that withdrawals and blocks never queue behind a walk."""

BATCH_PHOTOS = 64
STRETCH_SECONDS = 1.0
"""How long photos that need no inspection may wait for being written down."""

HEAD_BYTES = 65_536
TOLD = 100
"""How many unreadable photos are named in the answer; all are counted."""


@dataclass
class Tally:
    """What a run has done so far."""

    items: int = 0
    known: int = 0
    faces: int = 0
    appearances: int = 0
    suggestions: int = 0
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    unreadable_count: int = 0

    def could_not_read(self, address: str, why: str) -> None:
        """Count a photo that could not be read; the first hundred are named."""
        self.unreadable_count += 1
        if len(self.unreadable) < TOLD:
            self.unreadable.append((address, why))

    def add(self, found: Sequence[Recognised], kept: Kept) -> None:
        """Count what one unit kept."""
        self.items += len(found)
        self.faces += sum(len(f.stored) for f in found)
        self.appearances += kept.appearances
        self.suggestions += kept.suggestions

    def result(self, run: RunId) -> Collected:
        """Return the answer for the door."""
        return Collected(
            run,
            self.items,
            self.known,
            self.faces,
            self.appearances,
            self.suggestions,
            tuple(self.unreadable),
            self.unreadable_count,
        )


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo on its way: where it is and its content hash (SHA-256, hex)."""

    address: Address
    sha256: str


Step = tuple[Photo, bytes] | None
"""The next photo to inspect, or None for one that was read and needs no inspection."""


@dataclass
class Walk:
    """One walk over a source: who asks, what for, how far it is, what it found.

    ``until`` is when it has done enough for now, None to walk to the end; ``over`` says
    that it came to its end. ``at`` is the last place that was read, and ``passed`` counts
    photos that went by since the cursor moved without being part of a batch.
    """

    app: App
    who: Who
    ask: Ask
    source: Source
    place: ItemSource
    hold: Hold
    tell: ReportProgress
    total: int
    until: datetime | None = None
    tally: Tally = field(default_factory=Tally)
    refusal: Refusal | None = None
    elsewhere: list[Photo] = field(default_factory=list)
    done: int = 0
    at: str = ""
    passed: int = 0
    over: bool = False
    _asked_at: float = float("-inf")
    _on_the_way: deque[Photo] = field(default_factory=deque)
    _met: set[str] = field(default_factory=set)

    def permit(self) -> Permit | None:
        """Decide anew; keep and answer the refusal by None."""
        with self.app.store.read() as reader:
            now = reader.now
            facts = read_facts(self.app, reader, self.ask, self.who, now)
        decided = decide(self.ask, facts, now)
        self._asked_at = time.monotonic()
        if isinstance(decided, Refusal):
            self.refusal = decided
            return None
        return decided

    def may_go_on(self) -> bool:
        """Say whether the next photo may be read. Once refused, a walk is over."""
        if self.refusal is not None:
            return False
        if time.monotonic() - self._asked_at < ASK_AGAIN_SECONDS:
            return True
        return self.permit() is not None

    def read(self, address: Address) -> tuple[bytes, str] | None:
        """Read one photo and its content hash; None when it cannot be read (it is counted)."""
        data = self.place.read(address)
        self.done += 1
        self.tell(self.done, self.total)
        if isinstance(data, Unreadable):
            self.tally.could_not_read(address, data.reason)
            return None
        if strange(self.app, data):
            self.tally.could_not_read(address, "left out: a sandbox takes only fixture photos")
            return None
        marks = marks_of_photo(address, data[:HEAD_BYTES])
        if marks:
            self.tally.could_not_read(address, f"left out: marks of {min(marks).value}")
            return None
        return data, hashlib.sha256(data).hexdigest()

    def stretches(self, photos: Iterator[Step]) -> Iterator[Iterator[tuple[Photo, bytes]]]:
        """Part a walk where enough went by that needs no inspection, or enough was done.

        At the end of a stretch everything read so far was inspected and handed on, so what
        went by can be written down and the cursor moved. The first one is always given:
        whoever walks in slices comes forward.
        """
        while True:
            yield self._stretch(photos)
            if self.over or self._enough():
                return

    def _stretch(self, photos: Iterator[Step]) -> Iterator[tuple[Photo, bytes]]:
        since = time.monotonic()
        for found in photos:
            if found is None:
                self.passed += 1
            else:
                yield found
            late = self.passed > 0 and time.monotonic() - since >= STRETCH_SECONDS
            if late or self.passed >= BATCH_PHOTOS or self._enough():
                return
        self.over = True

    def _enough(self) -> bool:
        return self.until is not None and self.app.clock() >= self.until

    def batches(
        self, photos: Iterator[tuple[Photo, bytes]]
    ) -> Iterator[list[tuple[Photo, Inspection]]]:
        """Inspect photos and hand them on in order, in batches of at most a quarter second."""
        batch: list[tuple[Photo, Inspection]] = []
        since = time.monotonic()
        for inspected in self.app.vision.inspect_many(self._bytes(photos)):
            photo = self._on_the_way.popleft()
            if isinstance(inspected, Unreadable):
                self.tally.could_not_read(photo.address, inspected.reason)
                self.passed += 1
                continue
            batch.append((photo, inspected))
            if len(batch) >= BATCH_PHOTOS or time.monotonic() - since >= BATCH_SECONDS:
                yield batch
                batch, since = [], time.monotonic()
        if batch:
            yield batch

    def _bytes(self, photos: Iterator[tuple[Photo, bytes]]) -> Iterator[bytes]:
        for photo, data in photos:
            self._on_the_way.append(photo)
            yield data

    def first_time(self, sha256: str, known: Callable[[str], bool]) -> bool:
        """Say whether this content is met for the first time, in this walk and ever."""
        if sha256 in self._met or known(sha256):
            self.tally.known += 1
            return False
        self._met.add(sha256)
        return True
