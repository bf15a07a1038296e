"""What the flow that covers everybody may ask of vision: no features of a face are in it."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from licet.terms.covering import Bare, Covered
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
