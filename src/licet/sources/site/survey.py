"""Finding the photos of a site: sitemaps and pages first, photos later.

A walk has one order that never changes, and a site has none of its own. So its pages are
read before its photos, and the addresses found are walked in the order of their letters.

1. Pages that are remembered are known with all that they name before anything is asked.
2. Pages that nobody has read come first, nearest to the start first; then those that are
   known, longest unread first, asked only whether they changed. So a site too large for
   one go is known further after each.
3. Of the copies of a photo the largest one that may be taken is.
4. A photo that any page reserves is left out, whatever other pages say.
"""

import heapq
from dataclasses import dataclass, field, replace
from datetime import datetime

from licet.sources.reserved import reserved_by_fields
from licet.sources.site.door import Answer, Door, Wish
from licet.sources.site.films import LIVE, looks_live
from licet.sources.site.gate import Gate
from licet.sources.site.html import read_page
from licet.sources.site.line import Cut
from licet.sources.site.memory import NOTHING, Memory, Page, Validators, Visit
from licet.sources.site.sitemaps import MOST_PACKED, read_sitemap
from licet.sources.site.trace import Note, Rule, Stop
from licet.terms.collecting import ReportProgress

MOST_PAGE_BYTES = 2 * 1024 * 1024
MOST_SITEMAPS = 100
MOST_NAMED = 300_000
"""Addresses that are held at a time, so that no site fills the memory."""

_HTML = frozenset({"text/html", "application/xhtml+xml", ""})
_GONE = frozenset({404, 410})

_FOR_NOW = frozenset({Rule.PERMISSION, Rule.BUDGET, Rule.UNREACHABLE})
"""Why a page is not read now, though what it named before may stand."""

_A_PHOTO = Stop(Rule.KIND, "it is a photo or video, not a page")
_ANOTHER_GO = Stop(Rule.BUDGET, "one go was over before it was read; what it named before stands")
_LARGER = Stop(Rule.VARIANT, "a larger copy of the same photo is taken")

Turn = tuple[int, float, int, str]
"""When a page is read: known or not, when it was last read, how far from the start, where."""


@dataclass
class Found:
    """The photos of a site, each with the page that names it, and those that a page reserves."""

    photos: dict[str, str] = field(default_factory=dict)
    reserved: set[str] = field(default_factory=set)


class Survey:
    """One reading of a site's pages, made at ``now`` (UTC).

    ``note`` gets each decision, ``tell`` the documents read and those known of so far.
    """

    def __init__(
        self,
        gate: Gate,
        door: Door,
        memory: Memory,
        now: datetime,
        note: Note,
        tell: ReportProgress,
    ) -> None:
        self._gate = gate
        self._door = door
        self._memory = memory
        self._now = now
        self._note = note
        self._tell = tell
        self._known = dict(memory.visits())
        self._pages: dict[str, Page] = {}
        self._listed: dict[str, Page] = {}
        self._live: set[str] = set()
        self._found = Found()
        self._noted: set[str] = set()
        self._turns: list[Turn] = []
        self._seen: set[str] = set()
        self._questions: dict[tuple[str, bool], int] = {}
        self._named = 0

    def make(self) -> Found:
        """Read the pages and return the photos that may be asked for.

        Raises ``Conflict`` when the host wants no robots, ``Busy`` when it asks to be left alone.
        """
        try:
            self._begin()
            if not self._read_all():
                for *_, address in self._turns:
                    self._leave_out(address, _ANOTHER_GO)
            self._gather()
        except Cut:
            # Permission ended: what was found until then is all that there is.
            pass
        return self._found

    def _begin(self) -> None:
        """Take what is known, then what the site lists itself."""
        self._add(self._gate.site.start, 0)
        for address, visit in sorted(self._known.items()):
            if self._named >= MOST_NAMED:
                break
            # The place may be narrower now than when this was remembered.
            if self._gate.judge(address) is None:
                self._add(address, 0)
                self._take(address, visit.page, 0)
        self._read_sitemaps()

    def _read_all(self) -> bool:
        """Read pages in their turn; False when some are left for another go."""
        pace = self._door.pace
        while self._turns:
            if pace.spent() or pace.documents >= pace.budget.documents:
                return False
            if self._named >= MOST_NAMED:
                return False
            self._tell(pace.documents, pace.documents + len(self._turns))
            *_, depth, address = heapq.heappop(self._turns)
            if not self._read(address, depth):
                return False
        return True

    def _read(self, address: str, depth: int) -> bool:
        """Read one page; False when nothing may be read any more."""
        before = self._known.get(address)
        since = before.validators if before else NOTHING
        answer = self._ask(address, since)
        if answer == _A_PHOTO:
            self._pages[address] = Page(photos=((address,),))
        elif isinstance(answer, Stop):
            self._leave_out(address, answer)
            if answer.rule not in _FOR_NOW:
                self._pages.pop(address, None)
            return answer.rule not in {Rule.PERMISSION, Rule.BUDGET}
        elif answer.status == 200:
            self._seen.add(answer.address)
            self._keep(address, answer, depth)
        elif answer.status == 304 and before is not None:
            reserved = before.page.reserved or reserved_by_fields(answer.fields, self._now)
            page = replace(before.page, reserved=reserved)
            self._memory.keep(address, Visit(page, answer.validators or since, self._now))
            self._take(address, page, depth)
        else:
            self._gone(address, answer.status)
        return True

    def _ask(self, address: str, since: Validators) -> Answer | Stop:
        self._door.pace.documents += 1
        judge = self._gate.judge
        return self._door.get(Wish(address, MOST_PAGE_BYTES, judge, is_page, since))

    def _keep(self, address: str, answer: Answer, depth: int) -> None:
        page = read_page(self._gate.site, answer, self._now)
        if isinstance(page, Stop):
            self._leave_out(address, page)
        else:
            validators = NOTHING if page.dated else answer.validators
            self._memory.keep(address, Visit(page, validators, self._now))
            self._take(address, page, depth)

    def _gone(self, address: str, status: int) -> None:
        if status in _GONE:
            self._memory.forget(address)
        self._pages.pop(address, None)
        self._leave_out(address, Stop(Rule.ANSWER, f"the site answers {status}"))

    def _take(self, address: str, page: Page, depth: int) -> None:
        """Take what a page names, in the place of what it named before."""
        self._pages[address] = page
        self._named += len(page.links) + len(page.outside) + sum(map(len, page.photos))
        for link in page.links:
            self._add(link, depth + 1)

    def _add(self, address: str, depth: int) -> None:
        """Put a page where it will be read in its turn, once."""
        if address in self._seen:
            return
        self._seen.add(address)
        stop = self._too_many(address, photo=False)
        if stop is not None:
            self._leave_out(address, stop)
            return
        before = self._known.get(address)
        read = before.at.timestamp() if before else 0.0
        heapq.heappush(self._turns, (int(before is not None), read, depth, address))

    def _read_sitemaps(self) -> None:
        waiting = list(reversed(self._gate.sitemaps()))
        met: set[str] = set()
        while waiting and len(met) < MOST_SITEMAPS and self._named < MOST_NAMED:
            address = waiting.pop()
            if address in met:
                continue
            met.add(address)
            self._door.pace.documents += 1
            answer = self._door.get(Wish(address, MOST_PACKED, self._gate.judge_sitemap))
            if isinstance(answer, Stop) and answer.rule is Rule.PERMISSION:
                raise Cut(answer)
            if isinstance(answer, Stop) or answer.status != 200:
                continue
            listed = read_sitemap(answer.data, answer.address)
            waiting += reversed(listed.maps)
            self._live |= listed.live
            for page, photos in listed.pages.items():
                self._take_listed(page, photos)

    def _take_listed(self, page: str, photos: list[str]) -> None:
        site = self._gate.site
        if site.outside(page) is None:
            self._add(page, 1)
        inside = tuple((one,) for one in photos if site.outside(one) is None)
        outside = tuple(one for one in photos if site.outside(one) is not None)
        self._listed[page] = Page(photos=inside, outside=outside)
        self._named += 1 + len(photos)

    def _gather(self) -> None:
        """Choose among all photos that were named, now that every page has had its say."""
        pages = sorted([*self._pages.items(), *self._listed.items()], key=lambda one: one[0])
        reserved = self._found.reserved
        for address, page in pages:
            # What a page reserves it reserves in the sitemap as well.
            word = page.reserved or self._pages.get(address, page).reserved
            copies = {copy for photo in page.photos for copy in photo} if word else set()
            reserved |= copies
            for copy in sorted(copies):
                self._leave_out(copy, Stop(Rule.RESERVATION, word))
        for address, page in pages:
            for photo in [*page.photos, *((one,) for one in page.outside)]:
                self._choose([copy for copy in photo if copy not in reserved], address)

    def _choose(self, copies: list[str], page: str) -> None:
        """Take the largest copy that may be taken, and say why not the others."""
        chosen = False
        for copy in copies:
            if copy in self._found.photos:
                chosen = True
            elif chosen:
                self._leave_out(copy, _LARGER)
            else:
                live = LIVE if copy in self._live or looks_live(copy) else None
                stop = live or self._gate.judge(copy) or self._too_many(copy, photo=True)
                if stop is None:
                    chosen = True
                    self._found.photos[copy] = page
                else:
                    self._leave_out(copy, stop)

    def _too_many(self, address: str, *, photo: bool) -> Stop | None:
        path, asks, _ = address.partition("?")
        if not asks:
            return None
        budget = self._door.pace.budget
        most = budget.of_photo if photo else budget.of_page
        asked = self._questions[path, photo] = self._questions.get((path, photo), 0) + 1
        if asked <= most:
            return None
        return Stop(Rule.TRAP, f"its path was asked {most} different questions already")

    def _leave_out(self, address: str, stop: Stop) -> None:
        """Note why an address is left out, once."""
        if address not in self._noted:
            self._noted.add(address)
            self._note(stop.trace(address))


def is_page(answer: Answer) -> Stop | None:
    """Stop reading what is no page: a film need not be read to know that it is none."""
    if answer.field("content-encoding") not in {"", "identity"}:
        return Stop(Rule.KIND, "it comes packed though that was not asked for")
    if answer.media_type.startswith(("image/", "video/")):
        return _A_PHOTO
    return None if answer.media_type in _HTML else Stop(Rule.KIND, "it is no page")
