"""Photos of an evaluation folder to templates, in memory only."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from licet.terms.face import Inspection, SeenFace, Template, Unreadable
from licet.vision.contract import Vision

Progress = Callable[[int, int], None]
"""Told how many photos of how many are done."""


@dataclass(slots=True)
class Tally:
    """How many photos gave no template, and why."""

    unreadable: int = 0
    no_face: int = 0


def probes_of(
    vision: Vision, places: Sequence[Path], progress: Progress, tally: Tally
) -> dict[Path, Template]:
    """Return the template of each photo's main face; photos without one are left out."""
    found: dict[Path, Template] = {}
    seen = vision.inspect_many(_contents(places))
    for at, (place, inspection) in enumerate(zip(places, seen, strict=True)):
        template = _template(inspection, tally)
        if template is not None:
            found[place] = template
        progress(at + 1, len(places))
    return found


def references_of(vision: Vision, places: Sequence[Path]) -> dict[Path, Template]:
    """Return templates as enrolment makes them: averaged with the mirrored face."""
    found: dict[Path, Template] = {}
    for place in places:
        template = _template(vision.inspect(_content(place), flips=True), Tally())
        if template is not None:
            found[place] = template
    return found


def main_face(inspection: Inspection) -> SeenFace | None:
    """Return the face a portrait is of: large and near the middle."""
    middle = (inspection.width / 2, inspection.height / 2)

    def weight(seen: SeenFace) -> float:
        box = seen.face.box
        off = (box.x + box.w / 2 - middle[0], box.y + box.h / 2 - middle[1])
        return box.w * box.h - 2 * (off[0] ** 2 + off[1] ** 2)

    return max(inspection.faces, key=weight, default=None)


def _template(inspection: Inspection | Unreadable, tally: Tally) -> Template | None:
    """Return the main face's template, or count why there is none."""
    if isinstance(inspection, Unreadable):
        tally.unreadable += 1
        return None
    face = main_face(inspection)
    if face is None:
        tally.no_face += 1
        return None
    return face.template


def _contents(places: Sequence[Path]) -> Iterator[bytes]:
    """Yield each photo's bytes."""
    return (_content(place) for place in places)


def _content(place: Path) -> bytes:
    """Return a photo's bytes; a file that cannot be opened reads as an empty photo."""
    try:
        return place.read_bytes()
    except OSError:
        return b""
