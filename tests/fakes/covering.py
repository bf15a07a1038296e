"""A detector alone, for tests: it reads the photos of :mod:`tests.fakes.vision`.

Somebody whose name begins with ``faint`` is found weakly, ``hidden`` not at all.
"""

import json
from collections.abc import Iterable, Iterator

from licet.terms.covering import Bare, Covered
from licet.terms.face import Box, Face, Unreadable
from tests.fakes.vision import START

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
        said = {"covered": len(faces), "also": [[b.x, b.y, b.w, b.h] for b in one.also]}
        picture = START + json.dumps(said).encode()
        return Covered(picture, picture, 100 * max(len(people), 1), 100, faces)


def _face(place: int, who: str) -> Face:
    strength = FAINT if who.startswith("faint") else SURE
    return Face(Box(100 * place + 10, 10, 80, 80), ((0.0, 0.0),) * 5, strength)
