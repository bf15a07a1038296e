"""Covering everybody in photos with the detector alone.

The recogniser is not opened here, so that no features of a face can come of it.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from PIL import Image

from licet.terms.covering import Bare, BareVideo, Covered, CoveredVideo, TellShare
from licet.terms.face import Unreadable
from licet.vision.apart import Children
from licet.vision.batch import in_order
from licet.vision.card import shipped_card
from licet.vision.decode import Decode, UnreadableError
from licet.vision.detect import DETECTOR
from licet.vision.redact import cover, placed, to_jpeg
from licet.vision.runtime import Runner, prepared
from licet.vision.spot import outermost, spot
from licet.vision.without import no_video

if TYPE_CHECKING:
    from licet.vision.reel_apart import Cinema


class Everybody:
    """The real :class:`licet.vision.covering.Covering`."""

    def __init__(self, detector: Runner, threads: int = 2) -> None:
        self._detector = detector
        self._threads = threads
        self._children = Children(threads)

    @classmethod
    def open(cls, models: Path | None, cache: Path, threads: int = 2) -> "Everybody":
        """Open the shipped detector, looked for in ``models`` or in its package.

        Raises :class:`licet.terms.errors.Setup` when its file is missing, altered or
        unwritable in ``cache``.
        """
        return cls(Runner(prepared(shipped_card(DETECTOR), models, cache)), threads)

    def cover_many(
        self, photos: Iterable[Bare], *, thorough: bool = True
    ) -> Iterator[Covered | Unreadable]:
        """Yield each photo with everybody covered, in order, on all threads."""
        visit = self._children.visit()

        def work(photo: Bare) -> Covered | Unreadable:
            return self._cover(visit, photo, thorough)

        return in_order(photos, work, self._threads, visit.stop)

    def cover_film(
        self,
        video: BareVideo,
        out: BinaryIO,
        *,
        thorough: bool = True,
        tell: TellShare = lambda _share: None,
    ) -> CoveredVideo | Unreadable:
        """Write a video with everybody covered into ``out``, or say why it cannot be read."""
        try:
            from licet.vision import film, reel_apart
        except ModuleNotFoundError as missing:
            return no_video(missing)

        def once() -> CoveredVideo | Unreadable:
            video.file.seek(0)
            out.seek(0)
            out.truncate()
            return film.cover_film(
                self._detector,
                video,
                out,
                thorough=thorough,
                threads=self._threads,
                tell=tell,
                opening=self._films.opened,
            )

        return reel_apart.blamed_once_more(once)

    @cached_property
    def _films(self) -> "Cinema":
        """What opens videos: imported late, since it is an extra."""
        from licet.vision.reel_apart import Cinema

        return Cinema()

    def _cover(self, decode: Decode, photo: Bare, thorough: bool) -> Covered | Unreadable:
        """Return one photo covered, or why it cannot be read."""
        try:
            pixels = decode(photo.content, None).pixels
        except UnreadableError as error:
            return error.value
        faces = outermost(spot(self._detector, pixels, thorough=thorough))
        image: Image.Image = Image.fromarray(pixels)
        for box in (*(face.box for face in faces), *(placed(one.box, image) for one in photo.also)):
            cover(image, box)
        picture = to_jpeg(image)
        small = image.copy()
        small.thumbnail((photo.look_side, photo.look_side))
        return Covered(picture, to_jpeg(small), image.width, image.height, faces)
