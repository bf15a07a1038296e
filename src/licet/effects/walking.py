"""The way of photos and videos from a source to a batch: read, told apart, inspected, in order.

A walk asks again whether it may go on before it reads, at least four times a
second: an authority that lapsed, a source that was ceased or a block that was
placed stops the reading itself, not only the keeping (GDPR 58(2)(f)).
"""

import hashlib
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from licet.app import App
from licet.consent.decide import decide
from licet.effects.facts import read_facts
from licet.effects.films import ASK_AGAIN_SECONDS, hash_of
from licet.effects.fixtures import strange_content
from licet.effects.keeping import Kept, Recognised
from licet.effects.running import Hold
from licet.sources.authority import marks_of_photo
from licet.sources.contract import (
    NO_PHOTO,
    UNCHANGED,
    Address,
    HoldsSidecars,
    HoldsVideos,
    ItemSource,
    TellsChange,
)
from licet.sources.intake import Arrival, spans_of
from licet.sources.reserved_photo import reserved_by_photo
from licet.sources.xmp import Left, left_out_beside, left_out_within
from licet.terms.acting import Who
from licet.terms.clip import Watched
from licet.terms.collecting import Collected, ReportProgress
from licet.terms.face import Inspection, Unreadable
from licet.terms.ids import ItemId, RunId
from licet.terms.permit import Ask, Permit, Refusal
from licet.terms.source import MARKER, Fate, Marker, Source, Trace

if TYPE_CHECKING:
    from licet.vision.likeness import Marks

BATCH_SECONDS = 0.25
"""At most four units a second, so that withdrawals and blocks never queue behind a walk."""

BATCH_PHOTOS = 64
STRETCH_SECONDS = 1.0
"""How long photos that need no inspection may wait for being written down."""

QUARANTINED = "quarantined"
"""The rule by which a photo is not decoded again that harmed the process that did it."""

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
    """A photo or video on its way: where it is and its content hash (SHA-256, hex)."""

    address: Address
    sha256: str


Content = bytes | BinaryIO
"""A photo's bytes, or an open video."""

Step = tuple[Photo, Content] | None
"""The next photo to inspect, or None for one that was read and needs no inspection."""


def drop(content: Content) -> None:
    """Let go of what is not looked at: a video is closed."""
    if not isinstance(content, bytes):
        content.close()


def _reserved(content: Content, source: Source) -> tuple[str, str] | None:
    """Return the rule by which a photo leaves itself out, and why (row A3)."""
    if not isinstance(content, bytes):
        return None
    found = reserved_by_photo(content)
    if found is not None:
        return "reserved", f"left out: it reserves itself ({found.says})"
    left = left_out_within(content, source.leave_out)
    return (left.rule, left.because) if left else None


def left_out_for(marks: Collection[Marker]) -> str:
    """Say why a photo with these marks is not taken."""
    return f"left out: marks of {min(marks).value}"


class _RefusedError(Exception):
    """The walk may not go on; its refusal is kept."""


@dataclass
class Walk:
    """One walk over a source: who asks, what for, how far it is, what it found.

    ``until`` is when it has done enough for now, None to walk to the end; ``over`` says
    that it came to its end. ``at`` is the last place that was read, and ``passed`` counts
    photos that went by since the cursor moved without being part of a batch. ``traces`` say
    why what was read was not taken, until they are written down. ``copies`` are contents
    found to be an item in another size, and ``marks`` what proposes them. ``fresh`` are the
    spans in which what it read while it was fresh had been made.
    """

    app: App
    who: Who
    ask: Ask
    source: Source
    place: ItemSource
    hold: Hold
    tell: ReportProgress
    total: int = 0
    until: datetime | None = None
    tally: Tally = field(default_factory=Tally)
    refusal: Refusal | None = None
    elsewhere: list[Photo] = field(default_factory=list)
    copies: dict[str, ItemId] = field(default_factory=dict)
    marks: "Marks | None" = None
    traces: list[Trace] = field(default_factory=list)
    told: list[Trace] = field(default_factory=list)
    """What the place said of photos that are read ahead."""
    fresh: set[int] = field(default_factory=set)
    aside: set[str] = field(default_factory=set)
    """Contents that are quarantined, and are not decoded again."""
    harmed: int = 0
    """How many were quarantined since the last entry."""
    done: int = 0
    at: str = ""
    passed: int = 0
    over: bool = False
    _film: tuple[Photo, BinaryIO] | None = None
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

    def read(self, address: Address) -> tuple[Content, str] | None:
        """Read one photo and its content hash; None when it cannot be read (it is counted).

        A video stays open and is read through once, for its hash; ``drop`` closes it. What
        the files beside it leave out is not read at all.
        """
        left = self._left_out_beside(address)
        content = NO_PHOTO if left else self._content(address)
        self.done += 1
        self._tell(not isinstance(content, bytes | Unreadable))
        if left is not None:
            self._not_taken(address, Fate.LEFT_OUT, left.rule, left.because)
            return None
        if content == UNCHANGED:
            self.tally.known += 1
            return None
        if isinstance(content, Unreadable):
            self._not_taken(address, Fate.UNREADABLE, "unreadable", content.reason)
            return None
        self._note_arrival(address)
        try:
            head, sha256 = self._digest(content)
        except (_RefusedError, OSError) as stopped:
            drop(content)
            if isinstance(stopped, OSError):
                why = "the file cannot be read to its end"
                self._not_taken(address, Fate.UNREADABLE, "unreadable", why)
            return None
        left_out = self._left_out(address, head, sha256) or _reserved(content, self.source)
        if left_out is not None:
            drop(content)
            self._not_taken(address, Fate.LEFT_OUT, *left_out)
            return None
        if sha256 in self.aside:
            drop(content)
            self._set_aside(Photo(address, sha256), "it is quarantined, and has not changed since")
            return None
        return content, sha256

    def _tell(self, video: bool = False) -> None:
        """Tell how many are done: not those that were read ahead, nor a video just opened."""
        self.tell(self.done - len(self._on_the_way) - video, self.total)

    def _left_out_beside(self, address: Address) -> Left | None:
        """Return why the files beside an item leave it out, None where they do not."""
        if not isinstance(self.place, HoldsSidecars):
            return None
        return left_out_beside(self.place.sidecars(address), self.source.leave_out)

    def _note_arrival(self, address: Address) -> None:
        """Mark the span of what was made a short time ago. A site or an upload cannot tell."""
        made = self.place.changed_at(address) if isinstance(self.place, TellsChange) else None
        if made is not None:
            self.fresh |= spans_of((Arrival(made, self.app.clock()),))

    def _content(self, address: Address) -> Content | Unreadable:
        """Return a photo's bytes, an open video, or why there is neither."""
        data = self.place.read(address)
        if data == NO_PHOTO and isinstance(self.place, HoldsVideos):
            return self.place.open_video(address) or data
        return data

    def _digest(self, content: Content) -> tuple[bytes, str]:
        """Return the first bytes and the content hash (SHA-256, hex).

        Of a video also the last bytes: what made it is written at either end.
        """
        if isinstance(content, bytes):
            return content[:HEAD_BYTES], hashlib.sha256(content).hexdigest()
        sha256 = hash_of(content, self._keep_on)
        tail = max(HEAD_BYTES, content.tell() - HEAD_BYTES)
        content.seek(0)
        ends = content.read(HEAD_BYTES)
        content.seek(tail)
        ends += content.read(HEAD_BYTES)
        content.seek(0)
        return ends, sha256

    def _left_out(self, address: Address, head: bytes, sha256: str) -> tuple[str, str] | None:
        """Return the rule by which a photo that can be read is not taken, and why; or None."""
        if strange_content(self.app, sha256):
            return "sandbox", "left out: a sandbox takes only fixture photos"
        marks = marks_of_photo(address, head)
        return (MARKER, left_out_for(marks)) if marks else None

    def _not_taken(self, address: Address, fate: Fate, rule: str, why: str) -> None:
        self.tally.could_not_read(address, why)
        self.traces.append(Trace(address, fate, rule, why))

    def _not_read(self, photo: Photo, found: Unreadable) -> None:
        """Note a photo that could not be decoded; one that did harm is quarantined."""
        self.passed += 1
        if not found.harmful:
            self._not_taken(photo.address, Fate.UNREADABLE, "unreadable", found.reason)
            return
        self.aside.add(photo.sha256)
        self.harmed += 1
        self._set_aside(photo, found.reason)

    def _set_aside(self, photo: Photo, why: str) -> None:
        self.tally.could_not_read(photo.address, why)
        noted = Trace(photo.address, Fate.UNREADABLE, QUARANTINED, why, sha256=photo.sha256)
        self.traces.append(noted)

    def _keep_on(self) -> None:
        """Ask again, and hold the run anew, while one video takes its time."""
        if not self.may_go_on():
            raise _RefusedError
        self.hold.keep(self.app)

    def stretches(self, photos: Iterator[Step]) -> Iterator[Iterator[tuple[Photo, Content]]]:
        """Part a walk where enough went by that needs no inspection, or enough was done.

        At the end of a stretch everything read so far was inspected and handed on, so what
        went by can be written down and the cursor moved. The first one is always given:
        whoever walks in slices comes forward.
        """
        while True:
            yield self._stretch(photos)
            if self.over or self._enough():
                return

    def _stretch(self, photos: Iterator[Step]) -> Iterator[tuple[Photo, Content]]:
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
        self, photos: Iterator[tuple[Photo, Content]]
    ) -> Iterator[list[tuple[Photo, Inspection]]]:
        """Inspect photos and hand them on in order, in batches of at most a quarter second.

        A video is a batch of its own.
        """
        while True:
            yield from self._photo_batches(photos)
            film, self._film = self._film, None
            if film is None:
                return
            yield from self._film_batch(*film)

    def _film_batch(self, photo: Photo, film: BinaryIO) -> Iterator[list[tuple[Photo, Inspection]]]:
        """Look through one video; what was kept before stays when it may not go on."""

        def tell(watched: Watched) -> None:
            self._keep_on()
            if watched.total:
                share = min(1.0, watched.done / watched.total)
                self.tell(self.done - 1 + share, self.total)

        with film:
            try:
                clip = self.app.vision.watch(film, tell=tell)
            except _RefusedError:
                return
        if isinstance(clip, Unreadable):
            self._not_read(photo, clip)
            return
        if clip.lacking:
            self.tally.could_not_read(photo.address, "read in part: " + "; ".join(clip.lacking))
        yield [(photo, clip.inspection())]

    def _photo_batches(
        self, photos: Iterator[tuple[Photo, Content]]
    ) -> Iterator[list[tuple[Photo, Inspection]]]:
        batch: list[tuple[Photo, Inspection]] = []
        since = time.monotonic()
        for inspected in self.app.vision.inspect_many(self._bytes(photos)):
            photo = self._on_the_way.popleft()
            self._tell()
            if isinstance(inspected, Unreadable):
                self._not_read(photo, inspected)
                continue
            batch.append((photo, inspected))
            if len(batch) >= BATCH_PHOTOS or time.monotonic() - since >= BATCH_SECONDS:
                yield batch
                if self.refusal is not None:
                    return  # What is still looked at is let go of.
                batch, since = [], time.monotonic()
        if batch:
            yield batch

    def _bytes(self, photos: Iterator[tuple[Photo, Content]]) -> Iterator[bytes]:
        """Yield the photos up to the next video, which waits until they are handed on."""
        for photo, data in photos:
            if not isinstance(data, bytes):
                self._film = photo, data
                return
            self._on_the_way.append(photo)
            yield data

    def written(self) -> None:
        """Forget what was written down by now: why photos were not taken, how many did harm."""
        self.traces.clear()
        self.harmed = 0

    def ahead(self) -> frozenset[str]:
        """Return the addresses that were read and are not looked at yet."""
        waiting = [self._film[0]] if self._film is not None else []
        return frozenset(photo.address for photo in (*self._on_the_way, *waiting))

    def first_time(self, sha256: str, known: Callable[[str], bool]) -> bool:
        """Say whether this content is met for the first time, in this walk and ever."""
        if sha256 in self._met or known(sha256):
            self.tally.known += 1
            return False
        self._met.add(sha256)
        return True
