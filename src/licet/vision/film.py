"""A video to a video with nobody in it, in two goes and bounded memory.

1. Look for faces, in the first go: at every frame once, ten times a
   second closer, and twice a second thoroughly.
2. Say from where they were which regions are covered when, see :mod:`licet.vision.following`.
3. Write it in the second go: every sound frame, covered, encoded anew. What cannot be decoded
   is left out, and said: nothing that was not looked over is ever shown.
4. Keep small stills of the moments at which something may have been missed.
"""

from collections import deque
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO

import numpy as np
from PIL import Image

from licet.terms.clip import VideoFile
from licet.terms.covering import BareVideo, CoveredStill, CoveredVideo, Region, TellShare, Why
from licet.terms.face import Box, Face, Unreadable
from licet.vision.batch import in_order
from licet.vision.checking import Moment, moments_of
from licet.vision.decode import Pixels, UnreadableError
from licet.vision.detect import SIDE, THOROUGH_SIDE, find_faces
from licet.vision.encode import Writer
from licet.vision.following import Follower, Trail
from licet.vision.guard import HOSTILE
from licet.vision.opening import opened
from licet.vision.picture import FINEST_SIDE, Frame
from licet.vision.redact import cover, placed, to_jpeg
from licet.vision.reel import Opening, Shown
from licet.vision.runtime import Runner
from licet.vision.sound import Sound
from licet.vision.spot import WEAK, outermost, spot

STEP = 30
"""Milliseconds between plain looks: every frame of a film of 30 frames a second."""
QUICK_STEP = 200
CLOSE_STEP = 100
"""Milliseconds between closer looks, which find smaller faces."""
THOROUGH_STEP = 500
"""Milliseconds between looks as at a photo: several sizes, mirrored, turned."""
FIRST_GO = 0.6
"""The share of the time that the first go takes, for the progress."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """A frame that is to be looked at: with so long a side, or thoroughly if it is 0."""

    frame: Frame
    side: int


def cover_film(
    run: Runner,
    video: BareVideo,
    out: BinaryIO,
    *,
    thorough: bool,
    threads: int,
    tell: TellShare,
    opening: Opening = opened,
) -> CoveredVideo | Unreadable:
    """Write a video with everybody covered into ``out``, or say why it cannot be read.

    What ``tell`` raises ends the work; ``out`` holds nothing whole then.
    """
    try:
        first = opening, lambda share: tell(FIRST_GO * share)
        trails, ends = follow(run, video.file, thorough, threads, *first)
        video.file.seek(0)
        regions = [region for trail in trails for region in trail.regions()]  # 2
        moments, left = moments_of(trails, ends)
        screen = _Screen(regions, video, moments)
        with opening(video.file) as reel, Writer(out, _sound(video, reel)) as writer:
            _write(reel, screen, writer, lambda s: tell(FIRST_GO + (1 - FIRST_GO) * s))
            return CoveredVideo(
                writer.width,
                writer.height,
                reel.ends,
                writer.frames,
                len(trails),
                min((trail.weakest.strength for trail in trails), default=1.0),
                tuple(screen.stills),
                left,
                tuple(reel.lacking),
            )
    except UnreadableError as error:
        return error.value


def follow(
    run: Runner,
    file: VideoFile,
    thorough: bool,
    threads: int,
    opening: Opening,
    tell: TellShare,
) -> tuple[tuple[Trail, ...], int]:
    """Return every face's trail, and when the video ends."""

    def look(wish: _Wish) -> tuple[int, tuple[Face, ...]]:
        return wish.frame.at, _faces(run, wish)

    follower = Follower()
    with opening(file) as reel, closing(in_order(_wishes(reel, thorough), look, threads)) as looks:
        for at, faces in looks:  # 1
            follower.add(at, faces)
            tell(_share(reel, at))
        return follower.trails(), reel.ends


def _wishes(reel: Shown, thorough: bool) -> Generator[_Wish, None, None]:
    """Yield the frames that are looked at."""
    step = STEP if thorough else QUICK_STEP
    plain = close = deep = -THOROUGH_STEP
    for frame in reel.every():
        if thorough and frame.at - deep >= THOROUGH_STEP:
            plain = close = deep = frame.at
            yield _Wish(frame, 0)
        elif thorough and frame.at - close >= CLOSE_STEP and frame.long_side > SIDE:
            plain = close = frame.at
            yield _Wish(frame, THOROUGH_SIDE)
        elif frame.at - plain >= step:
            plain = frame.at
            yield _Wish(frame, SIDE)


def _faces(run: Runner, wish: _Wish) -> tuple[Face, ...]:
    """Return the faces of a frame; of one that gives no pixels none, as it is not shown."""
    try:
        if not wish.side:
            return outermost(spot(run, wish.frame.pixels(FINEST_SIDE), thorough=True))
        pixels = wish.frame.pixels(wish.side)
    except HOSTILE:
        return ()
    scale = min(FINEST_SIDE, wish.frame.long_side) / max(pixels.shape[:2])
    return outermost(find_faces(run, pixels, scale, wish.side, WEAK))


class _Screen:
    """What is laid over each frame, and the stills that are kept of it."""

    def __init__(
        self, regions: Sequence[Region], video: BareVideo, moments: Sequence[Moment]
    ) -> None:
        self.stills: list[CoveredStill] = []
        self._coming = deque(sorted(regions, key=lambda one: one.begins))
        self._now: list[Region] = []
        self._moments = deque(moments)
        self._video = video

    def over(self, at: int, pixels: Pixels) -> Image.Image:
        """Return a frame with everything covered. Moments come in order."""
        while self._coming and self._coming[0].begins <= at:
            self._now.append(self._coming.popleft())
        self._now = [region for region in self._now if region.ends >= at]
        image: Image.Image = Image.fromarray(pixels)
        marks = [
            placed(mark.box, image)
            for mark in self._video.also
            if mark.span is None or mark.span[0] <= at <= mark.span[1]
        ]
        for box in (*(region.box for region in self._now), *marks):
            cover(image, box)
        if self._moments and self._moments[0].at <= at:
            self._keep(at, image, marks)
        return image

    def _keep(self, at: int, image: Image.Image, marks: list[Box]) -> None:
        why = self._moments.popleft().why
        while self._moments and self._moments[0].at <= at:
            why = min(why, self._moments.popleft().why, key=list(Why).index)
        small = image.copy()
        small.thumbnail((self._video.look_side, self._video.look_side))
        found = [(region.box, region.strength) for region in self._now]
        regions = (*found, *((box, 1.0) for box in marks))
        self.stills.append(CoveredStill(at, why, to_jpeg(small), regions))


def _write(reel: Shown, screen: _Screen, writer: Writer, tell: TellShare) -> None:
    """Write every frame, covered. Raises :class:`UnreadableError` without a single one."""
    last = -1
    lost = 0
    for frame in reel.every():  # 3
        if frame.at <= last:  # a player would not show it either
            continue
        try:
            pixels = frame.pixels(FINEST_SIDE)
        except HOSTILE:
            lost += 1
            continue
        last = frame.at
        writer.add(last, np.asarray(screen.over(last, pixels)))  # 4
        tell(_share(reel, last))
    if not writer.frames:
        raise UnreadableError(
            "no frame of the video can be decoded", "fetch the original again, or convert it"
        )
    writer.end(reel.ends)
    if lost:
        reel.lacking.append(f"{lost} frames could not be turned into pixels")


def _sound(video: BareVideo, reel: Shown) -> Sound | None:
    if video.sound is None:
        return None
    return Sound(video.sound, reel.begins or Fraction(0), reel.lacking)


def _share(reel: Shown, at: int) -> float:
    return min(1.0, at / reel.total) if reel.total else 0.0
