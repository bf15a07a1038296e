"""A website as the flows read it: what is remembered of it, and when it is left alone.

1. Before each request of a walk it is decided anew whether the site may be collected: a
   block, a cease notice or an authority that ends stops it in the middle of a page. Its
   run is held for longer, so that no other process asks the site as well; who reads one
   photo of it meanwhile takes turns.
2. Pages and the state of photos are remembered between walks, sealed under the source's
   key, so that only what changed is asked for again.
3. What was decided about each address is handed on, to be written down.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import BinaryIO
from weakref import finalize

from licet.app import App
from licet.consent.decide import decide
from licet.effects.facts import read_facts
from licet.effects.running import Hold
from licet.effects.sealed import address_tag, source_key
from licet.sources.contract import UNCHANGED, Address
from licet.sources.site.memory import NOTHING, Page, Told, Validators, Visit
from licet.sources.site.place import site_of
from licet.sources.site.source import Unchanged, Visitor, open_site
from licet.sources.site.trace import Decision, Rule
from licet.sources.site.trace import Trace as Decided
from licet.terms.acting import WORKER
from licet.terms.collecting import ReportProgress
from licet.terms.face import Unreadable
from licet.terms.ids import SourceId
from licet.terms.payload import TracePayload, VisitPayload, from_bytes, to_bytes
from licet.terms.permit import Ask, Permit
from licet.terms.source import Fate, Source, SourceKind, SourceState, Trace
from licet.vault.seal import open_sealed, seal

OVER = frozenset({SourceState.CEASED, SourceState.PURGED})
"""The states in which nothing more is kept of a source."""


ROOM = "videos"
"""Where videos of sites are read to, in files without a name."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What is decided anew before each request of a walk, and the run that is held for it."""

    ask: Ask
    hold: Hold


class VisitedSite:
    """A site that is read now; with ``asking`` it is walked, and decided on again and again."""

    def __init__(
        self,
        app: App,
        source: Source,
        asking: Asking | None = None,
        tell: ReportProgress = lambda _done, _known: None,
    ) -> None:
        self._walked = asking is not None
        visitor = Visitor(
            contact=app.settings.answer_to,
            may=partial(may_be_asked, app, asking),
            now=app.clock,
            memory=SiteMemory(app, source.id),
            tell=tell,
            turn=partial(_turn, app, source),
            room=app.settings.place(app.settings.cache) / ROOM,
        )
        self._site = open_site(source.place, visitor)
        # The connection goes with the one who reads.
        finalize(self, self._site.close)

    def walk(self, after: str = "") -> Iterator[Address]:
        """Yield the photos in order. Raises ``Busy`` and ``Conflict`` as the site asks."""
        return self._site.walk(after)

    def count(self) -> int:
        """Return how many photos a walk would yield now; reads the pages first."""
        return self._site.count()

    def read(self, address: Address) -> bytes | Unreadable:
        """Return a photo's bytes, or why not; in a walk ``UNCHANGED`` for one kept before."""
        if not self._walked:
            return self.read_again(address)
        found = self._site.read_changed(address)
        return UNCHANGED if isinstance(found, Unchanged) else found

    def read_again(self, address: Address) -> bytes | Unreadable:
        """Return a photo's bytes, changed or not, or why not."""
        return self._site.read(address)

    def open_video(self, address: Address) -> BinaryIO | None:
        """Return a video, read whole into a file that has no name; None when there is none."""
        return self._site.open_video(address)

    def traces(self) -> tuple[Trace, ...]:
        """Return what was decided since this was last asked, and let go of it."""
        return tuple(self._told(one) for one in self._site.traces())

    def _told(self, one: Decided) -> Trace:
        fate = Fate.LEFT_OUT if one.decision is Decision.LEFT_OUT else Fate.COLLECTED
        known = self._site.validators_of(Address(one.address))
        state = (known.etag, known.modified)
        return Trace(one.address, fate, one.rule.value, one.because, state, page=one.page)


def may_be_asked(app: App, asking: Asking | None) -> bool:
    """Decide anew, for a walk, and hold its run; who reads one photo has just decided.

    A site with a long pause takes longer than a lease to say what it holds: were the run
    lost meanwhile, two processes would ask the site at once. Raises ``Busy`` if it is.
    """
    if asking is None:
        return True
    asking.hold.keep(app)
    with app.store.read() as reader:
        facts = read_facts(app, reader, asking.ask, WORKER, reader.now)
        return isinstance(decide(asking.ask, facts, reader.now), Permit)


def _turn(app: App, source: Source, pause: float) -> float:
    """Take the next turn to ask a site's host; return in how many seconds it is.

    Two sources may lie on one host, and a backfill read what is being collected.
    """
    host = site_of(source.place).host
    with app.store.unit(bookkeeping=True) as unit:
        sites = (one for one in unit.sources.all() if one.kind is SourceKind.SITE)
        there = [one.id for one in sites if site_of(one.place).host == host]
        turn = unit.sources.take_turn(source.id, there, unit.now, timedelta(seconds=pause))
        return (turn - unit.now).total_seconds()


@dataclass(frozen=True, slots=True)
class SiteMemory:
    """What is remembered of one site, in the store: it ends with the source's key."""

    app: App
    source: SourceId

    def visits(self) -> Iterator[tuple[str, Visit]]:
        """Yield every page that is remembered, with its address."""
        with self.app.store.read() as reader:
            rows = reader.sources.visits(self.source)
        for sealed in rows:
            found = from_bytes(VisitPayload, self._open(sealed, "visit"))
            yield found.address, _visit(found)

    def visit(self, address: str) -> Visit | None:
        """Return what is remembered of a page, or None."""
        with self.app.store.read() as reader:
            sealed = reader.sources.visit(self.source, self._tag(address))
        if sealed is None:
            return None
        return _visit(from_bytes(VisitPayload, self._open(sealed, "visit")))

    def keep(self, address: str, visit: Visit) -> None:
        """Remember a page."""
        page, said = visit.page, visit.validators
        payload = VisitPayload(
            address=address,
            links=page.links,
            photos=page.photos,
            outside=page.outside,
            reserved=page.reserved,
            etag=said.etag,
            modified=said.modified,
            at=visit.at,
        )
        with self.app.store.unit(bookkeeping=True) as unit:
            source = unit.sources.get(self.source)
            if source is None or source.state in OVER:
                return  # It ceased while the page was read, and its key goes.
            key = self.app.keyring.get(source_key(self.source))
            sealed = seal(key, to_bytes(payload), f"visit:{self.source}")
            unit.sources.note_visit(self.source, self._tag(address), sealed, visit.at)

    def forget(self, address: str) -> None:
        """Forget a page that is gone."""
        with self.app.store.unit(bookkeeping=True) as unit:
            unit.sources.forget_visit(self.source, self._tag(address))

    def photo(self, address: str) -> Validators:
        """Return what a photo was kept with, empty for one that was not."""
        with self.app.store.read() as reader:
            tag = self._tag(address)
            trace = reader.sources.trace(self.source, tag)
            known = reader.items.known_address(self.source, tag)
        if trace is None or known is None or trace.fate is not Fate.COLLECTED:
            return NOTHING
        found = from_bytes(TracePayload, self._open(trace.sealed, "trace"))
        return Validators(found.etag, found.modified)

    def told(self, address: str) -> Told:
        """Return what was decided on a photo last, empty where nothing is known of it."""
        with self.app.store.read() as reader:
            trace = reader.sources.trace(self.source, self._tag(address))
        if trace is None:
            return Told()
        found = from_bytes(TracePayload, self._open(trace.sealed, "trace"))
        reserved = trace.fate is Fate.LEFT_OUT and trace.rule == Rule.RESERVATION
        return Told(found.page, found.because if reserved else "")

    def _tag(self, address: str) -> bytes:
        return address_tag(self.app, self.source, address)

    def _open(self, sealed: bytes, what: str) -> bytes:
        key = self.app.keyring.get(source_key(self.source))
        return open_sealed(key, sealed, f"{what}:{self.source}")


def _visit(found: VisitPayload) -> Visit:
    page = Page(found.links, found.photos, found.outside, found.reserved)
    return Visit(page, Validators(found.etag, found.modified), found.at)
