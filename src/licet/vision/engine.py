"""The real :class:`licet.vision.contract.Vision`: YuNet and SFace on the processor."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from licet.terms.clip import Clip, TellWatched, VideoFile, VideoOut
from licet.terms.errors import BadInput
from licet.terms.face import Box, Face, Inspection, Score, SeenFace, Template, Unreadable
from licet.terms.ids import ModelId
from licet.vision import embed, quality, redact
from licet.vision.apart import Children
from licet.vision.batch import in_order
from licet.vision.calibration import Calibration
from licet.vision.card import ModelCard, shipped_card
from licet.vision.contract import ENROLMENT_PHOTOS
from licet.vision.decode import Decode, UnreadableError
from licet.vision.detect import DETECTOR
from licet.vision.look import Looked, Opened, look, look_at
from licet.vision.runtime import Runner, prepared
from licet.vision.spot import spot
from licet.vision.without import no_video

if TYPE_CHECKING:
    from licet.vision.reel_apart import Cinema

RECOGNISER = "sface-2021dec"


class Engine:
    """Photos to faces to templates. One engine serves many threads."""

    def __init__(self, detector: Runner, recogniser: Runner, card: ModelCard, threads: int) -> None:
        self._detector = detector
        self._recogniser = recogniser
        self._calibration = Calibration(card)
        self._threads = threads
        # Probes and uploads need not wait until a walk is done with its photos.
        self._children = Children(2 * threads)
        self.card = card

    @classmethod
    def open(
        cls,
        models: Path | None,
        cache: Path,
        threads: int = 2,
        calibration: ModelCard | None = None,
    ) -> "Engine":
        """Open the shipped models, looked for in ``models`` or in their package.

        Optimised copies are kept in ``cache`` (40 MB). ``calibration`` replaces the
        shipped card of the recogniser by one measured on this archive. Raises
        :class:`licet.terms.errors.Setup` when a file is missing, altered or unwritable,
        :class:`BadInput` when the other card is not of the same file.
        """
        card = shipped_card(RECOGNISER)
        if calibration is not None:
            if calibration.model_id != card.model_id:
                raise BadInput(
                    f"a calibration of {calibration.model_id} does not fit {card.model_id}",
                    "measure this model with `licet evaluate --calibrate`",
                )
            card = calibration
        detector = Runner(prepared(shipped_card(DETECTOR), models, cache))
        recogniser = Runner(prepared(card, models, cache))
        return cls(detector, recogniser, card, threads)

    @property
    def model(self) -> ModelId:
        """Return the model that makes the templates."""
        return self.card.model_id

    def threshold(self, fpir: float, subjects: int, photos: int = ENROLMENT_PHOTOS) -> Score:
        """Return the score at which FPIR(N, T) is ``fpir``. Raises ``BadInput``."""
        return self._calibration.threshold(fpir, subjects, photos)

    def expected_innocent(
        self, score: Score, subjects: int, photos: int = ENROLMENT_PHOTOS
    ) -> float:
        """Return how many of ``subjects`` would reach ``score`` by chance."""
        return self._calibration.expected_innocent(score, subjects, photos)

    def same_person_threshold(self) -> Score:
        """Return the 1:1 score at FMR 1e-3."""
        return self._calibration.same_person()

    def inspect(
        self, photo: bytes, *, flips: bool = False, thorough: bool = False
    ) -> Inspection | Unreadable:
        """Return the faces of one photo, or why it cannot be read."""
        return self._inspect(photo, self._children, flips=flips, thorough=thorough)

    def faces(self, photo: bytes) -> tuple[Face, ...] | Unreadable:
        """Return every face to cover, found by a thorough look; no template is made."""
        try:
            pixels = self._children(photo).pixels
        except UnreadableError as error:
            return error.value
        return spot(self._detector, pixels, thorough=True)

    def inspect_many(
        self, photos: Iterable[bytes], *, thorough: bool = False
    ) -> Iterator[Inspection | Unreadable]:
        """Yield what :meth:`inspect` would, in order, on all threads."""
        visit = self._children.visit()

        def work(photo: bytes) -> Inspection | Unreadable:
            return self._inspect(photo, visit, flips=False, thorough=thorough)

        return in_order(photos, work, self._threads, visit.stop)

    def watch(
        self,
        video: VideoFile,
        *,
        thorough: bool = False,
        tell: TellWatched = lambda _watched: None,
        cut: int | None = None,
    ) -> Clip | Unreadable:
        """Return the faces of a video, each followed through time, or why it cannot be read.

        ``cut`` takes each apart at a moment as well.
        """
        try:
            from licet.vision import clip, reel_apart, tracks
        except ModuleNotFoundError as missing:
            return no_video(missing)

        def inspect(frame: Opened) -> tuple[SeenFace, ...]:
            return self._seen(look_at(self._detector, frame, thorough=thorough))

        def once() -> Clip | Unreadable:
            tracker = tracks.Tracker(self.same_person_threshold(), self.combine, cut)
            return clip.watch(video, inspect, tracker, self._threads, tell, self._films.opened)

        return reel_apart.blamed_once_more(once)

    def still(self, video: VideoFile, at: int) -> bytes | Unreadable:
        """Return the frame shown at a moment as JPEG, or why it cannot be read."""
        try:
            from licet.vision import clip, reel_apart
        except ModuleNotFoundError as missing:
            return no_video(missing)
        return reel_apart.blamed_once_more(lambda: clip.still(video, at, self._films.opened))

    def combine(self, templates: Sequence[Template]) -> Template:
        """Return the mean of one person's templates. Raises ``BadInput``."""
        return embed.combine(templates)

    def assess(self, face: SeenFace) -> tuple[str, ...]:
        """Return why a face fails to enrol; empty when it is fit."""
        return quality.reasons(face.face, face.quality)

    def redact(
        self,
        photo: bytes,
        boxes: Sequence[Box],
        keep: Sequence[Box] = (),
        outline: Sequence[tuple[Box, str]] = (),
        long_side: int | None = None,
    ) -> bytes:
        """Return the photo with every box except ``keep`` covered for good. Raises ``BadInput``."""
        try:
            return redact.redact(photo, boxes, keep, outline, long_side, self._children)
        except UnreadableError as error:
            raise BadInput(error.value.reason, error.value.remedy) from error

    def stripped(self, photo: bytes) -> bytes | Unreadable:
        """Return a photo as JPEG of nothing but its pixels, or why it cannot be read."""
        from licet.vision import stripped

        try:
            return stripped.stripped(photo, self._children)
        except UnreadableError as error:
            return error.value

    def stripped_video(
        self, video: VideoFile, out: VideoOut, beat: Callable[[], None] = lambda: None
    ) -> Unreadable | None:
        """Write nothing but the pictures of a video, or say why they cannot be written."""
        try:
            from licet.vision import stripped_video
        except ModuleNotFoundError as missing:
            return no_video(missing)
        return stripped_video.stripped_video(video, out, beat)

    @cached_property
    def _films(self) -> "Cinema":
        """What opens videos: imported late, since it is an extra."""
        from licet.vision.reel_apart import Cinema

        return Cinema()

    def _inspect(
        self, photo: bytes, decode: Decode, *, flips: bool, thorough: bool
    ) -> Inspection | Unreadable:
        """Return the faces of one photo, or why it cannot be read."""
        try:
            looked = look(self._detector, decode, photo, thorough=thorough)
        except UnreadableError as error:
            return error.value
        seen = self._seen(looked, flips=flips)
        return Inspection(looked.width, looked.height, seen, likeness=looked.likeness)

    def _seen(self, looked: Looked, *, flips: bool = False) -> tuple[SeenFace, ...]:
        """Return what :func:`look` found with templates."""
        samples = [face.sample for face in looked.faces]
        vectors = embed.embed(self._recogniser, samples, flips=flips)
        return tuple(
            SeenFace(face.face, face.quality, embed.to_template(self.model, vector))
            for face, vector in zip(looked.faces, vectors, strict=True)
        )
