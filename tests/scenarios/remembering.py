"""The real models and the real group photos, made once for all tests that look at them."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from licet.demo import compose as composing
from licet.demo.compose import Portrait
from licet.terms.face import Face, Inspection, Unreadable
from licet.vision.engine import Engine


class Remembering(Engine):
    """The real models, which look at each photo once: the same bytes show the same faces.

    Nothing else is remembered: what is covered, drawn or thrown away is done every time.
    """

    def __init__(self, *parts: Any) -> None:
        """Begin with nothing seen."""
        super().__init__(*parts)
        self._seen_before: dict[tuple[str, ...], Any] = {}

    def inspect(
        self, photo: bytes, *, flips: bool = False, thorough: bool = False
    ) -> Inspection | Unreadable:
        key = (hashlib.sha256(photo).hexdigest(), f"flips {flips}", f"thorough {thorough}")
        if key not in self._seen_before:
            self._seen_before[key] = super().inspect(photo, flips=flips, thorough=thorough)
        return self._seen_before[key]  # type: ignore[no-any-return]

    def inspect_many(
        self, photos: Iterable[bytes], *, thorough: bool = False
    ) -> Iterator[Inspection | Unreadable]:
        # What many give in common batches is what each gives (tests/vision/test_engine.py).
        return (self.inspect(photo, thorough=thorough) for photo in photos)

    def faces(self, photo: bytes) -> tuple[Face, ...] | Unreadable:
        key = (hashlib.sha256(photo).hexdigest(), "faces")
        if key not in self._seen_before:
            self._seen_before[key] = super().faces(photo)
        return self._seen_before[key]  # type: ignore[no-any-return]


@cache
def _composed(portraits: tuple[Portrait, ...], width: int, seed: int) -> bytes:
    return composing.compose(portraits, width=width, seed=seed)


def composed(portraits: Sequence[Portrait], *, width: int = 1600, seed: int = 0) -> bytes:
    """Return the group photo that ``compose`` makes: the same one for the same words."""
    return _composed(tuple(portraits), width, seed)
