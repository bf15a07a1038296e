"""Which frames of a video are worth a look.

A frame is described by the colours of a small copy of it, counted into a histogram: for
each of red, green and blue eight steps, a value shared between the two nearest, so that
light which flickers a little changes little. Two frames of one scene hold nearly the same
colours however people move; at a cut they change at once, in a pan little by little. So a
frame is compared with the last one that was looked at, not with its neighbour.

Rules, in the order of the code:

1. The first frame is looked at.
2. Not sooner than a tenth of a second after the last look, however the picture flickers.
3. A second after the last look any frame is looked at: whoever is seen so long is seen.
4. After 180 looks in one minute of the video nothing else is: what a file may cost is
   bounded by its length.
5. A key frame is looked at half a second after the last look.
6. A frame whose colours changed is looked at: a new scene.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Colours = NDArray[np.float64]
"""Shares of a picture's values, eight for each channel; their sum is one."""

STEPS = 8
SIDE = 48
"""Long side of the small copy whose colours are counted."""
CHANGED = 0.2
"""Share of the values that must be others for a new scene. Measured on photos: moving the
picture by a fifth of its size stays below, any two different photos reach it."""
SOONEST = 100
KEY_STEP = 500
STEP = 1000
"""Milliseconds between looks."""
MOST_A_MINUTE = 180


def colours(small: NDArray[np.uint8]) -> Colours:
    """Return the histogram of height x width x 3 RGB pixels."""
    values = small.reshape(-1, 3).astype(np.float64) * ((STEPS - 1) / 255)
    low = values.astype(np.int64)
    above = values - low
    place = low + np.arange(3) * (STEPS + 1)
    size = 3 * (STEPS + 1)
    found = np.bincount(place.ravel(), (1 - above).ravel(), size)
    found[1:] += np.bincount(place.ravel(), above.ravel(), size)[:-1]
    return np.asarray(found / max(1, values.size), np.float64)


def difference(one: Colours, other: Colours) -> float:
    """Return the share of the values that differ, in [0, 1]."""
    return float(np.abs(one - other).sum() / 2)


@dataclass
class Chooser:
    """Chooses frames in the order of their times. Holds the last look and nothing else."""

    last_at: int = 0
    last: Colours | None = None
    minute: int = -1
    looks: int = 0

    def changed(self, found: Colours) -> bool:
        """Tell whether another scene is shown than at the last look."""
        return self.last is not None and difference(self.last, found) >= CHANGED

    def takes(self, at: int, found: Colours, *, key: bool) -> bool:
        """Tell whether a frame is worth a look; if so it is the last one from now on."""
        if not self._due(at, found, key):
            return False
        if at // 60_000 != self.minute:
            self.minute, self.looks = at // 60_000, 0
        self.looks += 1
        self.last_at, self.last = at, found
        return True

    def _due(self, at: int, found: Colours, key: bool) -> bool:
        since = at - self.last_at
        if self.last is None:  # 1
            return True
        if since < SOONEST:  # 2
            return False
        if since >= STEP:  # 3
            return True
        if at // 60_000 == self.minute and self.looks >= MOST_A_MINUTE:  # 4
            return False
        return (key and since >= KEY_STEP) or self.changed(found)  # 5, 6
