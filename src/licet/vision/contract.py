"""What the flows may ask of vision.

Everything here is in the words of :mod:`licet.terms.face`; photos are bytes.
An unreadable photo is a value, because folders hold such files.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from licet.terms.clip import Clip, TellWatched, VideoFile, VideoOut
from licet.terms.face import Box, Face, Inspection, Score, SeenFace, Template, Unreadable
from licet.terms.ids import ModelId

ENROLMENT_PHOTOS = 3
"""Photos averaged at enrolment: a quarter of the misses of one photo (docs/reference/models.md)."""


class Vision(Protocol):
    """Photo or video to faces to templates, and the model's calibration."""

    @property
    def model(self) -> ModelId:
        """Return the model that makes the templates."""
        ...

    def threshold(self, fpir: float, subjects: int, photos: int = ENROLMENT_PHOTOS) -> Score:
        """Return the score at which FPIR(N, T) is ``fpir`` for N ``subjects`` in scope.

        ``photos`` is how many photos each reference averages (ISO/IEC 19795-1).
        Raises :class:`licet.terms.errors.BadInput` outside 0 < fpir < 1 or subjects < 1.
        """
        ...

    def expected_innocent(
        self, score: Score, subjects: int, photos: int = ENROLMENT_PHOTOS
    ) -> float:
        """Return how many of ``subjects`` would reach ``score`` though they are not the person."""
        ...

    def same_person_threshold(self) -> Score:
        """Return the 1:1 score at FMR 1e-3: agreement among one person's enrolment photos."""
        ...

    def inspect(
        self, photo: bytes, *, flips: bool = False, thorough: bool = False
    ) -> Inspection | Unreadable:
        """Return the faces of one photo, strongest first, each with its template.

        ``flips`` averages every template with that of the mirrored face
        (enrolment); ``thorough`` looks for smaller faces (long side 1280, not 640).
        """
        ...

    def faces(self, photo: bytes) -> tuple[Face, ...] | Unreadable:
        """Return every face to cover, found by a thorough look; no template is made."""
        ...

    def inspect_many(
        self, photos: Iterable[bytes], *, thorough: bool = False
    ) -> Iterator[Inspection | Unreadable]:
        """Yield what :meth:`inspect` would, in order, on all cores and in bounded memory."""
        ...

    def watch(
        self,
        video: VideoFile,
        *,
        thorough: bool = False,
        tell: TellWatched = lambda _watched: None,
        cut: int | None = None,
    ) -> Clip | Unreadable:
        """Return the faces of a video, each followed through time with one template.

        Hours take the memory of seconds. ``tell`` is told after each frame that was
        looked at, and a few times a second anyway: what it raises ends the look. What is
        damaged is left out and said in the clip. ``cut`` is a moment (milliseconds) at which
        each of them is taken apart as well, if it was seen on both sides of it.
        """
        ...

    def still(self, video: VideoFile, at: int) -> bytes | Unreadable:
        """Return the frame that is shown at ``at`` milliseconds, as upright JPEG."""
        ...

    def combine(self, templates: Sequence[Template]) -> Template:
        """Return the mean of one person's templates. Raises ``BadInput`` on none or two models."""
        ...

    def assess(self, face: SeenFace) -> tuple[str, ...]:
        """Return why a face fails to enrol, in plain words; empty when it is fit."""
        ...

    def redact(
        self,
        photo: bytes,
        boxes: Sequence[Box],
        keep: Sequence[Box] = (),
        outline: Sequence[tuple[Box, str]] = (),
        long_side: int | None = None,
    ) -> bytes:
        """Return the photo as JPEG with every box except ``keep`` covered for good.

        Upright, without metadata; ``outline`` draws labelled boxes; no side is longer
        than ``long_side``. Raises :class:`licet.terms.errors.BadInput` when the photo
        cannot be read.
        """
        ...

    def stripped(self, photo: bytes) -> bytes | Unreadable:
        """Return a photo as JPEG of nothing but its pixels, upright, to be kept."""
        ...

    def stripped_video(
        self, video: VideoFile, out: VideoOut, beat: Callable[[], None] = lambda: None
    ) -> Unreadable | None:
        """Write nothing but the pictures of a video, as they are coded, or say why not.

        ``beat`` is called again and again: what it raises ends the writing.
        """
        ...
