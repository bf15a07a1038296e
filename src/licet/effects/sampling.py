"""Photos of one person that come from outside, held against the quality gate."""

from dataclasses import dataclass

from licet.app import App
from licet.terms.face import Inspection, SeenFace, Unreadable

SAME_PHOTO = "it is the same photo as one before"


@dataclass(frozen=True, slots=True)
class Sample:
    """One photo that is fit: its place in the list (from 1) and the face in it."""

    photo: int
    face: SeenFace


def samples_of(
    app: App, photos: tuple[bytes, ...]
) -> tuple[list[Sample], tuple[tuple[int, str], ...]]:
    """Return the fit faces, and why each other photo is left out."""
    samples: list[Sample] = []
    left_out: list[tuple[int, str]] = []
    for place, photo in enumerate(photos, start=1):
        if photo in photos[: place - 1]:
            left_out.append((place, SAME_PHOTO))
            continue
        seen = app.vision.inspect(photo, flips=True)
        reasons = unfit(app, seen)
        left_out.extend((place, reason) for reason in reasons)
        if not reasons and isinstance(seen, Inspection):
            samples.append(Sample(place, seen.faces[0]))
    return samples, tuple(left_out)


def unfit(app: App, seen: Inspection | Unreadable) -> tuple[str, ...]:
    """Return why a photo cannot be used; empty when it shows one fit face."""
    if isinstance(seen, Unreadable):
        return (f"{seen.reason}. {seen.remedy}",)
    if not seen.faces:
        return ("no face was found; use a photo that shows the face from the front",)
    if len(seen.faces) > 1:
        return (f"{len(seen.faces)} faces were found; use a photo of this person alone",)
    return app.vision.assess(seen.faces[0])
