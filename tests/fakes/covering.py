"""A detector alone, for tests: it reads the photos of :mod:`tests.fakes.vision`.

Somebody whose name begins with ``faint`` is found weakly, ``hidden`` not at all. A video of
nobody is unreadable; with ``damaged`` among them it lacks a part.
"""

import json
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from licet.terms.covering import (
    Bare,
    BareVideo,
    Covered,
    CoveredStill,
    CoveredVideo,
    TellShare,
    Why,
)
from licet.terms.face import Box, Face, Unreadable
from tests.fakes.vision import START, VIDEO_START

SURE, FAINT = 0.9, 0.4


class FakeCovering:
    """See :class:`licet.vision.covering.Covering`. ``stop_after`` presses Ctrl-C."""

    def __init__(self, stop_after: int = -1) -> None:
        self.covered = 0
        self.thorough: list[bool] = []
        self.stop_after = stop_after

    def cover_many(
        self, photos: Iterable[Bare], *, thorough: bool = True
    ) -> Iterator[Covered | Unreadable]:
        for one in photos:
            if self.covered == self.stop_after:
                raise KeyboardInterrupt
            self.covered += 1
            self.thorough.append(thorough)
            yield self._cover(one)

    def cover_film(
        self,
        video: BareVideo,
        out: BinaryIO,
        *,
        thorough: bool = True,
        tell: TellShare = lambda _share: None,
    ) -> CoveredVideo | Unreadable:
        out.write(b"half")
        if self.covered == self.stop_after:
            raise KeyboardInterrupt
        self.covered += 1
        self.thorough.append(thorough)
        said = json.loads(video.file.read(10_000).removeprefix(VIDEO_START))
        who = [shot["who"] for shot in said["shots"]]
        if not who:
            return Unreadable("no frame of the video can be decoded", "Convert it.")
        tell(0.5)
        seen = [one for one in who if not one.startswith(("hidden", "damaged"))]
        out.write(b" and whole, with sound" if video.sound else b" and whole")
        found = tuple((_face(n, one).box, _face(n, one).strength) for n, one in enumerate(seen))
        weakest = min((strength for _, strength in found), default=1.0)
        why = Why.WEAK if weakest < 0.6 else Why.SAMPLE
        stills = (CoveredStill(0, Why.SAMPLE, b"s", ()), CoveredStill(1500, why, b"s", found))
        lacking = ("2 pieces of the video are damaged",) if "damaged" in who else ()
        return CoveredVideo(640, 360, 3000, 75, len(seen), weakest, stills, 0, lacking)

    def _cover(self, one: Bare) -> Covered | Unreadable:
        try:
            people = json.loads(one.content.removeprefix(START))["faces"]
        except (ValueError, TypeError, KeyError):
            return Unreadable("it is not a photo", "Use another file.")
        faces = tuple(
            _face(place, face["who"])
            for place, face in enumerate(people)
            if not face["who"].startswith("hidden")
        )
        said = {"covered": len(faces), "also": len(one.also)}
        picture = START + json.dumps(said).encode()
        return Covered(picture, picture, 100 * max(len(people), 1), 100, faces)


def _face(place: int, who: str) -> Face:
    strength = FAINT if who.startswith("faint") else SURE
    return Face(Box(100 * place + 10, 10, 80, 80), ((0.0, 0.0),) * 5, strength)
