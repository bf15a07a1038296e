"""One decoded frame of a video to upright pixels.

Cameras note how they were held as a matrix beside the stream, and some stretch or
interlace what they store; licet looks at what a player shows.
"""

import struct
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from av.sidedata.sidedata import SideData
from av.video.frame import VideoFrame
from PIL import Image

from licet.vision.decode import Pixels
from licet.vision.scenes import SIDE
from licet.vision.upright import turn

FINEST_SIDE = 4096
"""Larger frames are made smaller at once: several wait in memory, and faces are fine enough."""
MOST_STRETCH = 4
"""Pixels that are said to be longer than this are taken for square: nobody films so."""

_TURNED = {
    (1, 0, 0, 1): 1,
    (-1, 0, 0, 1): 2,
    (-1, 0, 0, -1): 3,
    (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5,
    (0, 1, -1, 0): 6,
    (0, -1, -1, 0): 7,
    (0, -1, 1, 0): 8,
}
"""Where right and down of the stored picture point when shown, as EXIF counts it."""


@dataclass(frozen=True, slots=True)
class Upright:
    """How a stored picture is shown: its size with square pixels, and how it is turned."""

    wide: int
    high: int
    orientation: int

    @property
    def width(self) -> int:
        """The width of the upright picture."""
        return self.high if self.orientation >= 5 else self.wide

    @property
    def height(self) -> int:
        """The height of the upright picture."""
        return self.wide if self.orientation >= 5 else self.high


def upright_of(picture: VideoFrame, stretch: Fraction | None) -> Upright:
    """Return how a video with this frame is shown; ``stretch`` is width to height of a pixel."""
    wide, high = picture.width, picture.height
    if stretch is not None and Fraction(1, MOST_STRETCH) <= stretch <= MOST_STRETCH:
        if stretch >= 1:
            wide = round(wide * stretch)
        else:
            high = round(high / stretch)
    return Upright(wide, high, _orientation(picture))


def _orientation(picture: VideoFrame) -> int:
    """Return how the display matrix turns the picture, 1 when there is none or nonsense."""
    beside = picture.side_data.get("DISPLAYMATRIX")
    content = bytes(beside) if isinstance(beside, SideData) else b""
    if len(content) < 36:
        return 1
    a, b, _, c, d, *_ = struct.unpack("=9i", content[:36])
    if abs(a) + abs(d) >= abs(b) + abs(c):
        b = c = 0
    else:
        a = d = 0
    return _TURNED.get((_sign(a), _sign(b), _sign(c), _sign(d)), 1)


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def small_copy(picture: VideoFrame) -> Pixels:
    """Return the few pixels by whose colours scenes are told apart."""
    share = SIDE / max(picture.width, picture.height)
    wide, high = (max(1, round(side * share)) for side in (picture.width, picture.height))
    return _rgb(picture, wide, high, "FAST_BILINEAR")


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame worth a look, ``at`` milliseconds; ``changed`` says that a new scene begins.

    ``woven`` says that every other line of its picture is of another moment (interlaced).

    Like an opened photo it gives pixels at the size that is asked for.
    """

    at: int
    changed: bool
    picture: VideoFrame
    upright: Upright
    woven: bool = False

    @property
    def width(self) -> int:
        """The upright width in pixels."""
        return self.upright.width

    @property
    def height(self) -> int:
        """The upright height in pixels."""
        return self.upright.height

    @property
    def long_side(self) -> int:
        """The longer of width and height."""
        return max(self.upright.wide, self.upright.high)

    def pixels(self, long_side: int | None = None) -> Pixels:
        """Return upright pixels whose long side is ``long_side`` (None: full size)."""
        share = min(1.0, (long_side or self.long_side) / self.long_side)
        wide = max(1, round(self.upright.wide * share))
        high = max(1, round(self.upright.high * share))
        if not self.woven:
            return turn(_rgb(self.picture, wide, high, "BILINEAR"), self.upright.orientation)
        # Two moments are woven into one picture: every other line is one of them.
        woven = _rgb(self.picture, self.picture.width, self.picture.height, "BILINEAR")
        one: Image.Image = Image.fromarray(np.ascontiguousarray(woven[::2]))
        whole = np.asarray(one.resize((wide, high), Image.Resampling.BILINEAR))
        return turn(whole, self.upright.orientation)


def frame_of(at: int, picture: VideoFrame, upright: Upright, *, changed: bool) -> Frame:
    """Return a frame that may wait for its look: no finer than needed."""
    longest, woven = max(picture.width, picture.height), picture.interlaced_frame
    if longest > FINEST_SIDE and not woven:
        wide, high = (side * FINEST_SIDE // longest for side in (picture.width, picture.height))
        picture = picture.reformat(width=max(2, wide & ~1), height=max(2, high & ~1))
    return Frame(at, changed, picture, upright, woven)


def _rgb(picture: VideoFrame, wide: int, high: int, how: str) -> Pixels:
    """Return a frame's pixels as 8-bit RGB at a size."""
    small = picture.reformat(width=wide, height=high, format="rgb24", interpolation=how, threads=1)
    return np.asarray(small.to_ndarray(), np.uint8)
