"""A walk over a source's items for many people at once, each decided on by themselves.

Nobody stands behind another's permit: before the source is contacted somebody among them
must be allowed to be looked for, and before anything is kept each of them is asked for
again. Who is refused on the way is left out, and the walk is over with the last one.
"""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from licet.app import App
from licet.consent.decide import decide
from licet.effects import running
from licet.effects.comparing import CLOSEST
from licet.effects.facts import read_facts
from licet.effects.identify import identify
from licet.effects.keeping import Recognised, root_over
from licet.effects.record import Facts
from licet.effects.running import Hold, move_cursor
from licet.effects.shelf import fresh_gallery
from licet.effects.walking import Photo, Walk
from licet.ledger.tree import leaf_hash
from licet.store.unit import Reader, Unit
from licet.terms.face import Inspection
from licet.terms.gallery import Candidate
from licet.terms.ids import GrantId
from licet.terms.permit import Ask, Permit, Refusal

ASKED_IN = 0.015
"""Seconds of a batch for each of those who share it: asking for all of them takes a third."""

IN_A_UNIT = 20
"""How many of those who share are decided on in one unit: a withdrawal waits for no more.

One takes about 5 ms of it on a slow machine, so all hundred would hold everybody up half a second.
"""

PAUSE_SECONDS = 0.03
"""Between two units, so that who waits for the head lock gets it."""

MOST_PHOTOS = 256
"""How many photos a batch for many people holds at most."""

Batch = list[tuple[Photo, Inspection]]


def gathered(batches: Iterable[Batch], people: int) -> Iterator[Batch]:
    """Put batches together where many share them, since each unit asks for every one of them.

    Nothing is kept of a photo before its unit, so nobody's withdrawal waits for a batch.
    """
    held: Batch = []
    since = time.monotonic()
    for batch in batches:
        held += batch
        if len(held) >= MOST_PHOTOS or time.monotonic() - since >= ASKED_IN * people:
            yield held
            held, since = [], time.monotonic()
    if held:
        yield held


@dataclass
class Shared(Walk):
    """A walk that several runs share.

    ``asks`` and ``holds`` are theirs, by grant; ``left`` are those who were refused on the
    way, with why.
    """

    asks: dict[GrantId, Ask] = field(default_factory=dict)
    holds: dict[GrantId, Hold] = field(default_factory=dict)
    left: dict[GrantId, Refusal] = field(default_factory=dict)

    def share(self, asks: Mapping[GrantId, Ask], holds: Mapping[GrantId, Hold]) -> None:
        """Say who shares the walk."""
        self.asks.update(asks)
        self.holds.update(holds)
        self.hold = _All(self.hold.run, self.hold.until, walk=self)

    def parts(self) -> Iterator[tuple[GrantId, ...]]:
        """Give those who are looked for still, as many as one unit is for, and a pause between."""
        grants = tuple(self.asks)
        for start in range(0, len(grants), IN_A_UNIT):
            if start:
                time.sleep(PAUSE_SECONDS)
            yield grants[start : start + IN_A_UNIT]

    def permits(
        self, reader: Reader | Unit, among: Iterable[GrantId] | None = None
    ) -> dict[GrantId, Permit]:
        """Decide anew for each of them, or ``among`` some; refused when nobody is left."""
        permits: dict[GrantId, Permit] = {}
        for grant in tuple(self.asks if among is None else among):
            ask = self.asks.get(grant)
            if ask is None:
                continue
            facts = read_facts(self.app, reader, ask, self.who, reader.now)
            decided = decide(ask, facts, reader.now)
            if isinstance(decided, Permit):
                permits[grant] = decided
            else:
                self._leave(grant, decided)
        return permits

    def permit(self) -> Permit | None:
        """Decide anew whether the walk may go on: one of them must be allowed to be found.

        Whoever is not is left out; the others are asked for before anything of them is kept.
        """
        for grant, ask in tuple(self.asks.items()):
            self.ask = ask
            decided = super().permit()
            if decided is not None:
                return decided
            refusal, self.refusal = self.refusal, None
            if refusal is not None:
                self._leave(grant, refusal)
        return None

    def _leave(self, grant: GrantId, refusal: Refusal) -> None:
        self.left[grant] = refusal
        del self.asks[grant]
        if not self.asks:
            self.refusal = refusal


@dataclass
class _All(Hold):
    """The runs of everybody who is looked for still, held together."""

    walk: Shared = field(kw_only=True)

    def keep(self, app: App) -> None:
        """Hold all of them for longer if that is due, in units of their own. Raises ``Busy``.

        The run of somebody who withdrew may be finished by another process: it is asked
        again who is looked for before anything counts as lost.
        """
        if time.monotonic() - self._since < running.HOLD_AGAIN_SECONDS:
            return
        for part in self.walk.parts():
            with app.store.unit(bookkeeping=True) as unit:
                for grant in self.walk.permits(unit, part):
                    self.walk.holds[grant].renew(unit)
        self._since = time.monotonic()


def only_of(found: Recognised, grants: Collection[GrantId]) -> Recognised:
    """Leave out of an item what was identified of people who are not looked for now."""
    theirs = tuple(one for one in found.identified if one.grant in grants)
    return replace(found, identified=theirs)


def compare_shared(walk: Shared, batch: list[Recognised]) -> list[Recognised]:
    """Return the batch with what was identified of those who share the walk.

    The thresholds are for as many people as are compared with, as when collecting: the rate
    of innocent faces is promised for each face, not for each person (ISO/IEC 19795-1).
    """
    app = walk.app
    gallery = fresh_gallery(app)
    with app.store.read() as reader:
        permits = walk.permits(reader)
        subjects = {grant.subject for grant in reader.grants.many(permits).values()}
    probes = [face.template for found in batch for face in found.seen]
    in_scope = [permit for permit in permits.values() if gallery.subjects(permit)]
    fpir = next((permit.fpir for permit in in_scope), None)
    if not probes or fpir is None:
        return batch
    strict = app.vision.threshold(fpir, len(subjects))
    loose = app.vision.threshold(max(app.deployment.fpir_search, fpir), len(subjects))
    every = [gallery.candidates(permit, probes, loose, CLOSEST) for permit in in_scope]
    lists = iter([_merged(found) for found in zip(*every, strict=True)])
    return [
        replace(
            found,
            identified=identify(
                [next(lists) for _ in found.seen], strict, [face.span for face in found.stored]
            ),
        )
        for found in batch
    ]


def _merged(found: tuple[tuple[Candidate, ...], ...]) -> tuple[Candidate, ...]:
    """Put several people's candidates for one face in one order, the best first."""
    every = [one for several in found for one in several]
    return tuple(sorted(every, key=lambda one: (-one.score, one.template)))


def move_cursors(walk: Shared, unit: Unit, grants: Iterable[GrantId], place: str) -> None:
    """Say how far the runs of some of them are. Raises ``Busy``."""
    for grant in grants:
        move_cursor(walk.app, unit, walk.holds[grant], place)


def digest_of_permits(permits: Mapping[GrantId, Permit]) -> Facts:
    """Return what an entry says of several permits: the root over their digests; of one, none."""
    if len(permits) < 2:
        return ()
    root = root_over([leaf_hash(one.digest.encode()) for one in permits.values()])
    return (("permits", root.hex()), ("people", len(permits)))
