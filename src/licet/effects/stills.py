"""One frame of a video in place of a photo, for whoever may see somebody in it.

A video's boxes are those of one frame for each face; a frame is looked at again before it is
shown, so that everybody in it is found where they are. The person is who agrees with the
template of their own appearance as two photos of one person do: nobody else is left visible
because a box said so.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from licet.app import App
from licet.effects.comparing import overlap
from licet.sources.contract import Address, HoldsVideos, ItemSource
from licet.terms.face import Box, Inspection, Template
from licet.terms.source import ItemFace

MOMENTS = (0.5, 0.3, 0.7, 0.15, 0.85)
"""Where in a span a frame is tried, as its share: people turn away for a moment."""

PART = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Still:
    """A frame as JPEG: where the person is in it, and where everybody else."""

    photo: bytes
    visible: Box
    others: tuple[Box, ...]

    @property
    def faces(self) -> tuple[Box, ...]:
        """Every face of the frame."""
        return (self.visible, *self.others)


def is_video(stored: Sequence[ItemFace]) -> bool:
    """Say whether an item's faces are seen at times: then it is a video."""
    return any(face.span is not None for face in stored)


def open_film(place: ItemSource, address: Address, sha256: str) -> BinaryIO | None:
    """Return the open video of an item, None if it is gone or another one by now."""
    film = place.open_video(address) if isinstance(place, HoldsVideos) else None
    if film is None:
        return None
    digest = hashlib.sha256()
    try:
        while part := film.read(PART):
            digest.update(part)
        film.seek(0)
    except OSError:
        film.close()
        return None
    if digest.hexdigest() != sha256:
        film.close()
        return None
    return film


def still_of(
    app: App, film: BinaryIO, face: ItemFace, template: Template, stored: Sequence[ItemFace]
) -> Still | None:
    """Return a frame in which a person is seen during the span of one of their faces.

    ``template`` is that of the appearance; ``stored`` are the faces of the video. None when
    they are not found again.
    """
    begins, ends = face.span or (0, 0)
    for share in MOMENTS:
        at = begins + int((ends - begins) * share)
        film.seek(0)
        photo = app.vision.still(film, at)
        seen = app.vision.inspect(photo, thorough=True) if isinstance(photo, bytes) else None
        if not isinstance(photo, bytes) or not isinstance(seen, Inspection) or not seen.faces:
            continue
        best = max(seen.faces, key=lambda one: one.template.compare(template))
        if best.template.compare(template) < app.vision.same_person_threshold():
            continue
        here = [one.face.box for one in seen.faces if one is not best]
        kept = [one.box for one in stored if one.id != face.id and _at(one, at)]
        own = best.face.box
        # A face that was seen then and is missed now is covered where it was seen.
        here += [box for box in kept if overlap(box, own) == 0]
        return Still(photo, own, tuple(dict.fromkeys(here)))
    return None


def _at(face: ItemFace, at: int) -> bool:
    return face.span is not None and face.span[0] <= at < face.span[1]
