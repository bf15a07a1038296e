"""Following faces from frame to frame of one video.

Frames that are looked at lie up to a second apart, so a face has moved by then: mostly its
features say who goes on, and its place only helps.

Rules, in the order of the code:

1. A face goes on with a track whose templates it agrees with, as one person's photos agree.
2. In the same scene, shortly after and in the same place, somewhat less agreement is enough.
3. The surest pair is joined first; nobody goes on twice in one frame.
4. Who is missed for five seconds has gone; who comes back later begins a new track.
5. A track's template is the mean of its best frames, by size, sharpness and turn of the head.
6. Taken apart at a moment, each part has the template of its own best frames; who goes on with
   whom is as before, so that the track itself is found again as it was.

All of this lives in memory and is gone with the answer.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from licet.terms.clip import Track
from licet.terms.face import Score, SeenFace, Template, overlap

LOST = 5000
"""Milliseconds after which somebody who is missed has gone."""
NEAR = 1500
NEAR_OVERLAP = 0.3
NEAR_SHARE = 0.8
"""The share of the score that is enough in the same place: FMR 1e-2 or better for SFace."""

MOST_SAMPLES = 5
MOST_TRACKS = 5000
"""More faces than a stadium's film shows one by one: what comes after is not looked at."""

Combine = Callable[[Sequence[Template]], Template]
Values = NDArray[np.int64]
Sample = tuple[float, int, SeenFace]
"""A face of a track: how much it tells, when it was seen, and the face."""


@dataclass
class _Open:
    """A track that may go on. ``gone`` is when it was first missed, ``cut`` where it is parted."""

    begins: int
    at: int
    last: SeenFace
    cut: int | None = None
    best: list[Sample] = field(default_factory=list)
    halves: tuple[list[Sample], list[Sample]] = field(default_factory=lambda: ([], []))
    gone: int | None = None

    def add(self, at: int, face: SeenFace) -> None:
        """Go on with a face."""
        self.at, self.last, self.gone = at, face, None
        sample = (worth(face), at, face)
        _rank(self.best, sample)
        if self.cut is not None:
            _rank(self.halves[at >= self.cut], sample)

    def values(self) -> Values:
        """Return the templates to agree with, one a row."""
        return np.stack([values_of(face) for face in (self.last, *(one[2] for one in self.best))])

    def closed(self, end: int, combine: Combine) -> Track:
        """Return the track as it is told."""
        ends = end if self.gone is None else self.gone
        parts: tuple[Track, ...] = ()
        if self.cut is not None and all(self.halves):  # 6
            spans = ((self.begins, self.cut), (self.cut, ends))
            halves = zip(self.halves, spans, strict=True)
            parts = tuple(Track(_seen(best, combine), span) for best, span in halves)
        return Track(_seen(self.best, combine), (self.begins, ends), parts)


class Tracker:
    """Takes the faces of one frame after the other; gives the tracks at the end.

    ``same`` is the score at which two photos are taken for one person's, ``combine``
    averages templates; ``cut`` is the moment at which tracks are taken apart, if any.
    """

    def __init__(self, same: Score, combine: Combine, cut: int | None = None) -> None:
        self._same = same
        self._combine = combine
        self._cut = cut
        self._open: list[_Open] = []
        self._closed: list[Track] = []
        self._looked = 0

    @property
    def full(self) -> bool:
        """Whether there are as many tracks as one answer holds."""
        return len(self._open) + len(self._closed) >= MOST_TRACKS

    def add(self, at: int, faces: Sequence[SeenFace], *, changed: bool) -> None:
        """Take the faces of the next frame; ``changed`` says that it shows another scene."""
        self._close(lambda track: track.gone is not None and at - track.gone >= LOST, at)
        left = dict(enumerate(faces))
        for track, number in self._pairs(at, faces, changed):
            track.add(at, left.pop(number))
        for face in left.values():
            fresh = _Open(at, at, face, self._cut)
            fresh.add(at, face)
            self._open.append(fresh)
        for track in self._open:
            if track.at != at and track.gone is None:
                track.gone = at
        self._looked = at

    def tracks(self, end: int) -> tuple[Track, ...]:
        """Close what is open at the video's ``end``; return all, by their beginning."""
        self._close(lambda _: True, max(end, self._looked))
        return tuple(sorted(self._closed, key=lambda track: (track.span, track.at)))

    def _close(self, over: Callable[[_Open], bool], end: int) -> None:
        self._closed += [track.closed(end, self._combine) for track in self._open if over(track)]
        self._open = [track for track in self._open if not over(track)]

    def _pairs(
        self, at: int, faces: Sequence[SeenFace], changed: bool
    ) -> Iterator[tuple[_Open, int]]:
        """Yield which track goes on with which face, the surest first."""
        scores = self._scores(faces)
        found: list[tuple[float, int, int]] = []
        for place, track in enumerate(self._open):
            near = not changed and at - track.at <= NEAR
            for number, face in enumerate(faces):
                shared = overlap(track.last.face.box, face.face.box) if near else 0.0
                needed = self._same * (NEAR_SHARE if shared >= NEAR_OVERLAP else 1)
                score = scores[place][number]
                if score >= needed:
                    found.append((score / self._same + shared, place, number))
        used: tuple[set[int], set[int]] = set(), set()
        for _, place, number in sorted(found, key=lambda one: (-one[0], *one[1:])):
            if place not in used[0] and number not in used[1]:
                used[0].add(place)
                used[1].add(number)
                yield self._open[place], number

    def _scores(self, faces: Sequence[SeenFace]) -> list[list[int]]:
        """Return the best score of each face with each track's templates."""
        if not faces:
            return [[] for _ in self._open]
        probes = np.stack([values_of(face) for face in faces])
        return [(track.values() @ probes.T).max(axis=0).tolist() for track in self._open]


def _rank(best: list[Sample], sample: Sample) -> None:
    """Put a face among the best few, the earlier of two equal ones first."""
    best.append(sample)
    best.sort(key=lambda one: (-one[0], one[1]))
    del best[MOST_SAMPLES:]


def _seen(best: Sequence[Sample], combine: Combine) -> SeenFace:
    """Return the best face with the mean of the templates of all."""
    _, at, face = best[0]
    return SeenFace(face.face, face.quality, combine([one[2].template for one in best]), at)


def values_of(face: SeenFace) -> Values:
    """Return a face's features as integers whose products do not overflow."""
    return np.frombuffer(face.template.values, "<i2").astype(np.int64)


def worth(face: SeenFace) -> float:
    """Return how much a frame's face tells, in [0, 1]: large, sharp, facing the camera."""
    quality = face.quality
    size = min(1.0, quality.eye_distance / 40)
    sharp = min(1.0, quality.sharpness / 100)
    ahead = max(0.1, math.cos(math.radians(min(90.0, abs(quality.yaw)))))
    return face.face.strength * size * (0.25 + 0.75 * sharp) * ahead
