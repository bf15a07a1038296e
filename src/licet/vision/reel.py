"""An open video, as those who look at it or cover it see it, wherever it is decoded."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from fractions import Fraction
from typing import Protocol

from licet.terms.clip import VideoFile
from licet.vision.guard import Beat
from licet.vision.picture import Frame, Upright


class Shown(Protocol):
    """An open video. What each part means is said at :class:`licet.vision.frames.Reel`."""

    lacking: list[str]
    beat: Beat

    @property
    def begins(self) -> Fraction | None:
        """What a player shows as zero, in seconds of the stream's clock."""
        ...

    @property
    def total(self) -> int | None:
        """How long it says it is, in milliseconds."""
        ...

    @property
    def ends(self) -> int:
        """Until when it was read, in milliseconds."""
        ...

    @property
    def upright(self) -> Upright | None:
        """How it is shown, known with the first frame."""
        ...

    def frames(self) -> Generator[Frame, None, None]:
        """Yield the frames worth a look."""
        ...

    def every(self) -> Generator[Frame, None, None]:
        """Yield every sound frame."""
        ...

    def still(self, at: int) -> Frame | None:
        """Return the last frame shown at or before a moment, in milliseconds."""
        ...


Opening = Callable[[VideoFile], AbstractContextManager[Shown]]
"""Opens a video. Raises :class:`licet.vision.decode.UnreadableError`."""
