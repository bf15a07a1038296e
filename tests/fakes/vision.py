"""A vision room for tests: photos are JSON that says who is in them.

A photo lists people by name with a box and how good the likeness is; the fake turns
a name into a fixed random unit vector and mixes noise in. So everything behind vision
(thresholds, integers, gallery, flows) is the real thing on real numbers.
"""

import hashlib
import json
import math
import random
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from licet.terms.clip import Clip, TellWatched, Track, VideoFile, VideoOut, Watched
from licet.terms.errors import BadInput
from licet.terms.face import (
    STEP,
    Box,
    Face,
    Inspection,
    Quality,
    Score,
    SeenFace,
    Template,
    Unreadable,
    score_of,
)
from licet.terms.ids import ModelId

MODEL = ModelId("fake@00000000")
DIMENSION = 128
START = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
"""What a JPEG begins with, so that sources take the fake photos for photos."""

NOTES = b"<notes>"
"""What begins the metadata of a fake photo or video, at its end."""

VIDEO_START = b"\x00\x00\x00\x14ftypisom\x00\x00\x02\x00isom"
"""What an MP4 file begins with, so that sources take the fake videos for videos."""

FIT = Quality(60.0, 200.0, 128.0, 50.0, 0.0, 0.0)


def photo(
    *people: str,
    noise: float = 0.3,
    shot: int = 0,
    blurred: bool = False,
    scene: str = "",
    yaw: float = 0.0,
) -> bytes:
    """Return a photo of people standing side by side; ``shot`` makes another photo of them.

    Photos of one ``scene`` look alike to whoever does not look at the faces. ``yaw`` turns
    every head.
    """
    turned = {"yaw": yaw} if yaw else {}
    faces = [{"who": who, "noise": noise, **turned} for who in people]
    said = {"faces": faces, "shot": shot, "blurred": blurred}
    return START + json.dumps({**said, "scene": scene} if scene else said).encode()


def video(*shots: tuple[str, int, int], noise: float = 0.3, take: int = 0) -> bytes:
    """Return a video in which each of ``shots`` (who, from, to in ms) is one track.

    ``Ada>3000>Ben`` is a track that went over from one to the other after 3 seconds.
    """
    said = [
        {"who": who, "noise": noise, "span": [begins, ends], "box": [100 * n + 10, 10, 80, 80]}
        for n, (who, begins, ends) in enumerate(shots)
    ]
    return VIDEO_START + json.dumps({"shots": said, "take": take}).encode()


def features(who: str, noise: float, seed: str) -> list[float]:
    """Return a unit vector near the person's own; ``noise`` 0 is the person's own."""
    own = _unit(f"person {who}")
    other = _unit(f"noise {seed}")
    mixed = [a + noise * b for a, b in zip(own, other, strict=True)]
    return _normalised(mixed)


def template(vector: Sequence[float], model: ModelId = MODEL) -> Template:
    """Return a template of a unit vector."""
    return Template(model, array("h", (round(v * STEP) for v in vector)).tobytes())


class FakeVision:
    """See :class:`licet.vision.contract.Vision`."""

    def __init__(self, model: ModelId = MODEL) -> None:
        self._model = model
        self.inspected = 0

    @property
    def model(self) -> ModelId:
        return self._model

    def threshold(self, fpir: float, subjects: int, photos: int = 3) -> Score:
        """Follow the normal tail of random unit vectors in 128 dimensions, roughly."""
        rate = fpir / max(subjects, 1)
        return score_of(min(0.9, math.sqrt(2 * -math.log(rate)) / math.sqrt(DIMENSION) + 0.05))

    def expected_innocent(self, score: Score, subjects: int, photos: int = 3) -> float:
        return subjects * math.exp(-DIMENSION * (score / STEP / STEP - 0.05) ** 2 / 2)

    def same_person_threshold(self) -> Score:
        return score_of(0.45)

    def inspect(
        self, photo: bytes, *, flips: bool = False, thorough: bool = False
    ) -> Inspection | Unreadable:
        self.inspected += 1
        try:
            said = json.loads(photo.removeprefix(START))
            people = said["faces"]
        except (ValueError, TypeError, KeyError):
            return Unreadable("it is not a photo", "Use another file.")
        return Inspection(
            100 * max(len(people), 1),
            100,
            tuple(self._seen(photo, said, n, face) for n, face in enumerate(people)),
            likeness=hashlib.sha256(scene.encode()).digest()
            if (scene := said.get("scene"))
            else b"",
        )

    def faces(self, photo: bytes) -> tuple[Face, ...] | Unreadable:
        seen = self.inspect(photo)
        return seen if isinstance(seen, Unreadable) else tuple(one.face for one in seen.faces)

    def inspect_many(
        self, photos: Iterable[bytes], *, thorough: bool = False
    ) -> Iterator[Inspection | Unreadable]:
        for one in photos:
            yield self.inspect(one, thorough=thorough)

    def watch(
        self,
        video: VideoFile,
        *,
        thorough: bool = False,
        tell: TellWatched = lambda _watched: None,
        cut: int | None = None,
    ) -> Clip | Unreadable:
        """Read what :func:`video` wrote: each shot is a track."""
        self.inspected += 1
        video.seek(0)
        content = video.read(1 << 20)
        try:
            shots = json.loads(content.removeprefix(VIDEO_START))["shots"]
        except (ValueError, TypeError, KeyError):
            return Unreadable("it is not a video", "Use another file.")
        tracks = tuple(self._track(content, n, shot, cut) for n, shot in enumerate(shots))
        end = max((track.span[1] for track in tracks), default=1000)
        for frames in (1, 2, 3):
            tell(Watched(frames, end * (frames - 1) // 2, end))
        return Clip(400, 300, end, 3, tracks)

    def still(self, video: VideoFile, at: int) -> bytes | Unreadable:
        """Give a fake photo of everybody who is shown at that moment."""
        clip = self.watch(video)
        if isinstance(clip, Unreadable):
            return clip
        video.seek(0)
        shots = json.loads(video.read(1 << 20).removeprefix(VIDEO_START))["shots"]
        faces = [
            {"who": shot["who"], "noise": shot["noise"], "box": shot["box"]}
            for shot in shots
            if shot["span"][0] <= at < shot["span"][1]
        ]
        return START + json.dumps({"faces": faces, "shot": at, "blurred": False}).encode()

    def combine(self, templates: Sequence[Template]) -> Template:
        if not templates:
            raise BadInput("no templates", "Give one.")
        rows = [t.integers() for t in templates]
        mean = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
        return template(_normalised(mean), self._model)

    def assess(self, face: SeenFace) -> tuple[str, ...]:
        return () if face.quality.sharpness > 100 else ("it is blurred",)

    def redact(
        self,
        photo: bytes,
        boxes: Sequence[Box],
        keep: Sequence[Box] = (),
        outline: Sequence[tuple[Box, str]] = (),
        long_side: int | None = None,
    ) -> bytes:
        covered = [[b.x, b.y, b.w, b.h] for b in boxes if b not in keep]
        return json.dumps({"covered": covered}).encode()

    def stripped(self, photo: bytes) -> bytes | Unreadable:
        """Leave out what follows the JSON of a fake photo, which stands for its metadata."""
        seen = self.inspect(photo.partition(NOTES)[0])
        return seen if isinstance(seen, Unreadable) else photo.partition(NOTES)[0]

    def stripped_video(
        self, video: VideoFile, out: VideoOut, beat: Callable[[], None] = lambda: None
    ) -> Unreadable | None:
        """Do the same of a fake video."""
        content = video.read(1 << 20).partition(NOTES)[0]
        try:
            json.loads(content.removeprefix(VIDEO_START))
        except ValueError:
            return Unreadable("it is not a video", "Use another file.")
        beat()
        out.write(content)
        return None

    def _track(self, content: bytes, place: int, shot: dict, cut: int | None) -> Track:
        begins, ends = shot["span"]
        whole = self._part(content, place, shot, (begins, ends))
        if cut is None or not begins < cut < ends:
            return whole
        spans = ((begins, cut), (cut, ends))
        return replace(whole, parts=tuple(self._part(content, place, shot, span) for span in spans))

    def _part(self, content: bytes, place: int, shot: dict, span: tuple[int, int]) -> Track:
        """Show who is seen within a span: one person, or the mean of two."""
        first, *more = shot["who"].split(">")
        people = [first] if not more or span[0] < int(more[0]) else []
        people += more[1:] if more and span[1] > int(more[0]) else []
        faces = [self._seen(content, {}, place, {**shot, "who": who}) for who in people]
        mean = self.combine([face.template for face in faces])
        seen = replace(faces[0], template=mean, at=(span[0] + span[1]) // 2)
        return Track(seen, span)

    def _seen(self, photo: bytes, said: dict, place: int, face: dict) -> SeenFace:
        seed = hashlib.sha256(photo + bytes([place])).hexdigest()
        vector = features(face["who"], face["noise"], seed)
        box = Box(*face.get("box", (100 * place + 10, 10, 80, 80)))
        quality = Quality(60.0, 10.0, 128.0, 50.0, 0.0, 0.0) if said.get("blurred") else FIT
        quality = replace(quality, yaw=face.get("yaw", 0.0))
        return SeenFace(Face(box, ((0.0, 0.0),) * 5, 0.9), quality, template(vector, self._model))


@lru_cache(maxsize=4096)
def _unit(seed: str) -> list[float]:
    source = random.Random(seed)
    return _normalised([source.gauss(0, 1) for _ in range(DIMENSION)])


def _normalised(vector: Sequence[float]) -> list[float]:
    length = math.sqrt(sum(v * v for v in vector)) or 1.0
    return [v / length for v in vector]
