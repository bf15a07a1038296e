"""A website as a source of items: polite, within the proved place, and with reasons.

1. Nothing is asked, not even the DNS, before the first walk or reading.
2. Before every request the caller is asked whether it may still be sent.
3. The address of an item is its whole web address in its one spelling; the order of a
   walk is by the letters of the addresses, so it resumes after any of them.
4. What a site reserves is not collected, though control of it was proved: who may open
   a source is not always who may give its photos away.
5. Every photo that the site names gets its decision: see ``traces``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from licet.sources.contract import MOST_BYTES, NO_PHOTO, Address
from licet.sources.reserved import reserved_by_fields, until_a_date
from licet.sources.site.films import LIVE, is_live
from licet.sources.site.memory import NOTHING, Memory, ShortMemory, Validators
from licet.sources.site.pace import Budget, Pace, Turn
from licet.sources.site.place import Site, site_of, spell
from licet.sources.site.trace import Decision, Rule, Stop, Trace
from licet.sources.sniff import photo_format, video_format
from licet.terms.collecting import ReportProgress
from licet.terms.errors import BadInput, Busy
from licet.terms.face import Unreadable

if TYPE_CHECKING:
    from licet.sources.site.door import Answer, Door
    from licet.sources.site.survey import Found


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The photo is as it was when it was last kept; its bytes were not read."""


@dataclass(frozen=True)
class Visitor:
    """Who reads a site, and how: ``contact`` is where its people can write to.

    ``may`` is asked before each request whether it may still be sent; ``now`` is the time
    in UTC. The memory says what was read before. ``tell`` is called while pages are read,
    with the documents read and those known of so far. ``room`` is a folder in which videos may
    lie, without a name, while they are looked at; without one they are left out.
    """

    contact: str
    may: Callable[[], bool]
    now: Callable[[], datetime]
    memory: Memory = field(default_factory=ShortMemory)
    budget: Budget = field(default_factory=Budget)
    tell: ReportProgress = lambda _done, _known: None
    turn: Turn = lambda _pause: 0.0
    room: Path | None = None


class SiteSource:
    """The photos of one site. Made by ``open_site``; close it after use."""

    def __init__(self, site: Site, door: "Door", visitor: Visitor) -> None:
        from licet.sources.site.gate import Gate

        self.site = site
        self._door = door
        self._gate = Gate(site, door)
        self._visitor = visitor
        self._found: Found | None = None
        self._traces: list[Trace] = []
        self._validators: dict[str, Validators] = {}
        self._film: tuple[str, BinaryIO] | None = None

    def walk(self, after: str = "") -> Iterator[Address]:
        """Yield the photos in order; the pages are read first, once.

        Raises ``Conflict`` when the site wants no robots; ``Busy`` when it asks to be left
        alone or the budget of one go is used up: the walk goes on later from there.
        """
        for address in sorted(self._survey().photos):
            if address > after:
                self._check_budget()
                yield Address(address)

    def count(self) -> int:
        """Return how many photos a walk would yield now; reads the pages first, once."""
        return len(self._survey().photos)

    def read(self, address: Address) -> bytes | Unreadable:
        """Return a photo's bytes, or why not: ``NO_PHOTO`` for a video, which waits to be opened.

        Raises ``BadInput``, ``Busy``, ``Conflict``.
        """
        found = self._read_again(address)
        return _NOTHING_NEW if isinstance(found, Unchanged) else found

    def open_video(self, address: Address) -> BinaryIO | None:
        """Return the video behind an address, read whole; None when it is none. Raises as above."""
        if self._film is None or self._film[0] != address:
            self._read_again(address)
        film, self._film = self._film, None
        return None if film is None else film[1]

    def read_changed(self, address: Address) -> bytes | Unchanged | Unreadable:
        """Return a photo's bytes if they changed since the memory kept them, or why not."""
        return self._read(address, self._visitor.memory.photo(address))

    def validators_of(self, address: Address) -> Validators:
        """Return what the site said of a photo when it was last read here, for its memory."""
        return self._validators.get(address, NOTHING)

    def traces(self) -> tuple[Trace, ...]:
        """Return the decisions made since this was last asked, in order, and let go of them."""
        made, self._traces = tuple(self._traces), []
        return made

    def close(self) -> None:
        """Close the connection, and let go of a video that nobody opened."""
        self._let_go()
        self._door.close()

    def _survey(self) -> "Found":
        if self._found is None:
            from licet.sources.site.survey import Survey

            visitor = self._visitor
            survey = Survey(
                self._gate,
                self._door,
                visitor.memory,
                visitor.now(),
                self._traces.append,
                visitor.tell,
            )
            self._found = survey.make()
        return self._found

    def _check_budget(self) -> None:
        spent = self._door.pace.spent()
        if spent:
            raise Busy(f"{self.site.host}: {spent}", "Collect again; it goes on from there.")

    def _read(self, address: Address, since: Validators) -> bytes | Unchanged | Unreadable:
        from licet.sources.site.door import Wish

        self._require_own(address)
        self._let_go()
        room = self._visitor.room
        wish = Wish(address, MOST_BYTES, self._judge, self._look, since, room=room)
        answer = self._door.get(wish)
        if isinstance(answer, Stop):
            return self._left_out(address, answer)
        stop = self._refused(answer, since)
        if stop is not None:
            return self._left_out(address, stop)
        if answer.film is not None:
            self._film = address, answer.film
        dated = until_a_date(answer.fields)
        self._validators[address] = NOTHING if dated else answer.validators or since
        changed = answer.status == 200
        decision = Decision.COLLECTED if changed else Decision.UNCHANGED
        page = self._found.photos.get(address, "") if self._found else ""
        self._traces.append(Trace(address, decision, Rule.AUTHORITY, _why(page), page))
        if answer.film is not None:
            return NO_PHOTO
        return answer.data if changed else Unchanged()

    def _judge(self, address: str) -> Stop | None:
        """Judge an address that an item has, or is redirected to, which a page may reserve."""
        if self._found is not None and address in self._found.reserved:
            return Stop(Rule.RESERVATION, "a page reserves it")
        return self._gate.judge(address)

    def _let_go(self) -> None:
        film, self._film = self._film, None
        if film is not None:
            film[1].close()

    def _read_again(self, address: Address) -> bytes | Unchanged | Unreadable:
        """Read an item whole; the page that named it is asked first, if that is due."""
        from licet.sources.site.word import page_says

        self._require_own(address)
        visitor = self._visitor
        said = page_says(self._gate, self._door, visitor.memory, address, visitor.now())
        return self._left_out(address, said) if said else self._read(address, NOTHING)

    def _require_own(self, address: Address) -> None:
        if spell(address) != address or self.site.outside(address) is not None:
            raise BadInput("this is no address of this source", "Use one that the source listed.")

    def _left_out(self, address: str, stop: Stop) -> Unreadable:
        if stop.rule is Rule.BUDGET:
            self._check_budget()
        self._traces.append(stop.trace(address))
        return stop.unreadable()

    def _refused(self, answer: "Answer", since: Validators) -> Stop | None:
        reserved = reserved_by_fields(answer.fields, self._visitor.now())
        if reserved:
            return Stop(Rule.RESERVATION, reserved)
        if answer.status == 200:
            return None if answer.data or answer.film else Stop(Rule.KIND, "it is empty")
        if answer.status == 304 and since:
            return None
        return Stop(Rule.ANSWER, f"the site answers {answer.status}")

    def _look(self, answer: "Answer") -> Stop | None:
        """Look at the fields and first bytes of a photo or video before the rest is read."""
        reserved = reserved_by_fields(answer.fields, self._visitor.now())
        if reserved:
            return Stop(Rule.RESERVATION, reserved)
        if answer.field("content-encoding") not in {"", "identity"}:
            return Stop(Rule.KIND, "it comes packed though that was not asked for")
        if is_live(answer.media_type, answer.data):
            return LIVE
        video = self._visitor.room is not None and video_format(answer.data) is not None
        if answer.data and photo_format(answer.data) is None and not video:
            return Stop(Rule.KIND, "it is not a photo or video in a known format")
        return None


def _why(page: str) -> str:
    where = f"; named by {page}" if page else ""
    return f"within the proved place, allowed by robots.txt, not reserved{where}"


_NOTHING_NEW = Unreadable("the site sent nothing", "Collect again later.")


def open_site(place: str, visitor: Visitor) -> SiteSource:
    """Return the source behind a place such as ``https://host/path``. Nothing is asked yet.

    Raises ``BadInput`` for what is no site, ``Setup`` without a contact.
    """
    from licet.sources.site.door import Door
    from licet.sources.site.line import Line

    site = site_of(place)
    pace = Pace(site.host, visitor.budget, turn=visitor.turn)
    door = Door(Line(), pace, visitor.contact, visitor.may)
    return SiteSource(site, door, visitor)
