"""What the flow that covers everybody may ask of vision: no features of a face are in it."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol

from licet.terms.covering import Bare, BareVideo, Covered, CoveredVideo, TellShare
from licet.terms.face import Unreadable


class Covering(Protocol):
    """Photos to pictures with nobody in them, by the detector alone."""

    def cover_many(
        self, photos: Iterable[Bare], *, thorough: bool = True
    ) -> Iterator[Covered | Unreadable]:
        """Yield each photo with everybody covered, in order, on all cores, in bounded memory.

        ``thorough`` looks at several sizes, mirrored and turned, and counts weak answers.
        """
        ...

    def cover_film(
        self,
        video: BareVideo,
        out: BinaryIO,
        *,
        thorough: bool = True,
        tell: TellShare = lambda _share: None,
    ) -> CoveredVideo | Unreadable:
        """Write a video with everybody covered into ``out`` as WebM, or say why it cannot be.

        Hours take little more memory than minutes. ``thorough`` looks at every frame, and
        twice a second as at a photo. What ``tell`` raises ends the work.
        """
        ...
