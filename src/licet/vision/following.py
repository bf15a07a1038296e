"""Where faces are between the looks at them: no features of a face are needed.

A video is covered in two goes. The first looks for faces; this module says, from where they
were, which regions are covered when. It knows places and times only, so nobody is told
from anybody. Where it is not sure it covers more.

Rules, in the order of the code:

1. A face goes on with a trail that was near, and of about its size, not long before; the
   nearest pair first. How far it may have gone grows with the time.
2. Between two looks of a trail everything is covered that lies between the two places,
   and more, the longer nobody saw it.
3. Before its first look and after its last one a face is covered where it was and where it
   was heading, wider than it was.
4. A trail is bounded in memory: places that hardly differ become one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import hypot

from licet.terms.covering import SURE, Region
from licet.terms.face import Box, Face

LINK = 2000
"""Milliseconds after which a face that comes back is a new trail."""
REACH, PACE = 0.6, 2.5
"""How many of its sizes a face may have moved: at once, and more for each second."""
ALIKE = 2.2
"""How many times larger or smaller a face may have become."""
HOLD = 1000
"""Milliseconds covered before the first and after the last look (measured, see models.md)."""
GLIMPSE = 300
"""The same for a face that was seen once and is doubtful."""
WIDER = 0.3
"""How much is added on each side of what is held, in sizes of the face."""
HEADING = 400
"""Milliseconds for which a face is taken to move on as it did."""
STRETCH = 200
"""Milliseconds of which it is told how somebody moves: looks that are nearer tell little."""
ONE_PLACE = 1.3
"""Two places whose hull is this much larger than they are, at most, become one."""
LONGEST_PLACE = 2000


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a face was at a moment, and how sure the detector was."""

    at: int
    box: Box
    strength: float


@dataclass
class Trail:
    """One face as it was followed: its first and last looks and what is covered between."""

    first: Seen
    last: Seen
    weakest: Seen
    second: Seen | None = None
    before: Seen | None = None
    places: list[Region] = field(default_factory=list)
    _size: int = 0

    def add(self, seen: Seen) -> None:
        """Go on: cover what lies between this look and the last one."""
        self._cover(self.last, seen)
        if self.second is None or seen.at - self.first.at <= STRETCH:
            self.second = seen
        if self.before is None or seen.at - self.before.at > 2 * STRETCH:
            self.before = self.last
        self.last = seen
        if seen.strength < self.weakest.strength:
            self.weakest = seen

    def _cover(self, one: Seen, other: Seen) -> None:
        whole = hull(one.box, other.box)
        gap = (other.at - one.at) / 1000
        if gap > HEADING / 1000:  # 2
            whole = wider(whole, one.box, WIDER * gap)
        strength = min(one.strength, other.strength)
        if self.places:
            last = self.places[-1]
            both = hull(last.box, whole)
            short = other.at - last.begins <= LONGEST_PLACE
            if short and area(both) <= ONE_PLACE * max(self._size, area(whole)):  # 4
                strength = min(strength, last.strength)
                self.places[-1] = Region(both, last.begins, other.at, strength)
                return
        self.places.append(Region(whole, one.at, other.at, strength))
        self._size = area(whole)

    @property
    def hold(self) -> int:
        """How long it is covered before and after, in milliseconds."""
        glimpse = self.second is None and self.first.strength < SURE
        return GLIMPSE if glimpse else HOLD

    def regions(self) -> list[Region]:
        """Return everything to cover for this face."""
        begins, ends = self.first.at - self.hold, self.last.at + self.hold
        return [  # 3
            Region(held(self.first, self.second), begins, self.first.at, self.first.strength),
            *self.places,
            Region(held(self.last, self.before), self.last.at, ends, self.last.strength),
        ]


class Follower:
    """Takes the faces of one look after the other; gives the trails at the end."""

    def __init__(self) -> None:
        self._open: list[Trail] = []
        self._closed: list[Trail] = []

    def add(self, at: int, faces: Sequence[Face]) -> None:
        """Take the faces that were found at a moment."""
        self._closed += [trail for trail in self._open if at - trail.last.at > LINK]
        self._open = [trail for trail in self._open if at - trail.last.at <= LINK]
        left = {n: Seen(at, face.box, face.strength) for n, face in enumerate(faces)}
        taken: set[int] = set()
        fits = [
            (how_far, place, number)
            for place, trail in enumerate(self._open)
            for number, seen in left.items()
            if (how_far := distance(trail, seen)) < 1
        ]
        for _, place, number in sorted(fits):  # 1
            if place not in taken and number in left:
                taken.add(place)
                self._open[place].add(left.pop(number))
        self._open += [Trail(seen, seen, seen) for seen in left.values()]

    def trails(self) -> tuple[Trail, ...]:
        """Return all trails by their beginning; nothing may be added after."""
        found = [*self._closed, *self._open]
        return tuple(sorted(found, key=lambda trail: (trail.first.at, trail.first.box.x)))


def distance(trail: Trail, seen: Seen) -> float:
    """Return how far a face is from where a trail may be by then: below 1 it may be it."""
    last = trail.last.box
    size, other = hypot(last.w, last.h), hypot(seen.box.w, seen.box.h)
    if not 1 / ALIKE <= other / size <= ALIKE:
        return 1
    seconds = (seen.at - trail.last.at) / 1000
    there = min(_apart(last, seen.box), _apart(moved(trail.last, trail.before, seen.at), seen.box))
    return there / (max(size, other) * (REACH + PACE * seconds))


def held(seen: Seen, other: Seen | None) -> Box:
    """Return what is covered beyond a look: the place, where it was heading, and around."""
    towards = HEADING if other is None or other.at < seen.at else -HEADING
    return wider(hull(seen.box, moved(seen, other, seen.at + towards)), seen.box, WIDER)


def moved(seen: Seen, other: Seen | None, at: int) -> Box:
    """Return where a face is at a moment if it moves as between two looks."""
    if other is None or other.at == seen.at:
        return seen.box
    share = (at - seen.at) / (seen.at - other.at)
    most = max(-4.0, min(4.0, share))
    box = seen.box
    return Box(
        round(box.x + (box.x - other.box.x) * most),
        round(box.y + (box.y - other.box.y) * most),
        box.w,
        box.h,
    )


def hull(one: Box, other: Box) -> Box:
    """Return the smallest box around two."""
    left, top = min(one.x, other.x), min(one.y, other.y)
    right = max(one.x + one.w, other.x + other.w)
    bottom = max(one.y + one.h, other.y + other.h)
    return Box(left, top, right - left, bottom - top)


def wider(box: Box, face: Box, share: float) -> Box:
    """Return a box with so many of a face's sizes added on each side."""
    wide, high = round(face.w * share), round(face.h * share)
    return Box(box.x - wide, box.y - high, box.w + 2 * wide, box.h + 2 * high)


def area(box: Box) -> int:
    """Return a box's pixels."""
    return box.w * box.h


def _apart(one: Box, other: Box) -> float:
    return hypot(
        one.x + one.w / 2 - other.x - other.w / 2, one.y + one.h / 2 - other.y - other.h / 2
    )
