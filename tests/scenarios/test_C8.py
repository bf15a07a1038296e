"""C8: every other face in a picture that is shown or handed over is covered, pixel by pixel."""

import hashlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from licet.collect import collect
from licet.demo.stage import Stage
from licet.effects.packing import build_package
from licet.show import Shown, show
from licet.terms.acting import SUBJECT
from licet.terms.face import Box, Inspection, overlap
from licet.terms.ids import ItemId
from tests.effects.packing import Unpacked, asked, unpack
from tests.scenarios.acts import be_enrolled, open_album


@pytest.fixture(scope="module")
def stage(
    tmp_path_factory: pytest.TempPathFactory, new_stage: Callable[[Path], Stage]
) -> Iterator[Stage]:
    """Give one sandbox for all of these looks."""
    made = new_stage(tmp_path_factory.mktemp("covered"))
    yield made
    made.app.close()


@pytest.fixture(scope="module")
def told(stage: Stage) -> Unpacked:
    """Let one person of the group photos ask for everything, and open what they get."""
    _, subject = be_enrolled(stage, "Jacinda Ardern", "ardern-2018")
    collect(stage.app, stage.who("steward"), open_album(stage))
    plan = asked(stage.app, subject, contact="ardern@sandbox.invalid")
    build_package(stage.app, plan)
    return unpack(stage.app, plan)


def test_only_the_person_is_left_in_the_pictures_of_their_package(
    stage: Stage, told: Unpacked
) -> None:
    """Of two photos with sixteen people between them, one face each is left."""
    items = {item["id"]: item for item in told.data["items"]}
    assert len(told.data["appearances"]) == len(items) == 2
    for appearance in told.data["appearances"]:
        item = items[appearance["item"]]
        original = _original(stage, item["sha256"])
        picture = told.files[item["picture"]]
        region = appearance["region"]
        own = Box(region["x"], region["y"], region["w"], region["h"])
        _only_this_face_is_left(stage, original, picture, own)


def test_only_the_person_is_left_in_a_picture_that_is_shown(stage: Stage, told: Unpacked) -> None:
    """The same holds for what the person looks at."""
    grant = told.data["grants"][0]["id"]
    for item in told.data["items"]:
        shown = show(stage.app, SUBJECT, ItemId(item["id"]), grant)
        assert isinstance(shown, Shown), shown
        original = _original(stage, item["sha256"])
        _only_this_face_is_left(stage, original, shown.picture, shown.visible[0])


def test_nothing_but_pixels_is_in_a_picture(told: Unpacked) -> None:
    """No place, no camera, no name."""
    for name, data in told.files.items():
        if name.startswith("pictures/"):
            with Image.open(BytesIO(data)) as picture:
                assert not picture.getexif()
                assert max(picture.size) <= 1280
                assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_the_photos_themselves_show_everybody(stage: Stage) -> None:
    """So the looks above can fail."""
    counts = []
    for original in stage.groups.values():
        seen = stage.app.vision.inspect(original, thorough=True)
        assert isinstance(seen, Inspection)
        counts.append(len(seen.faces))
    assert sum(counts) == 16


def _original(stage: Stage, sha256: str) -> bytes:
    by_digest = {hashlib.sha256(data).hexdigest(): data for data in stage.groups.values()}
    return by_digest[sha256]


def _only_this_face_is_left(stage: Stage, original: bytes, picture: bytes, own: Box) -> None:
    """Compare pixels, then let the recogniser look for everybody in what was handed over."""
    before, after = _pixels(original), _pixels(picture)
    scale = after.shape[1] / before.shape[1]
    small = np.asarray(
        Image.fromarray(before).resize((after.shape[1], after.shape[0])), dtype=np.int16
    )
    seen = stage.app.vision.inspect(original, thorough=True)
    assert isinstance(seen, Inspection)
    others = [face for face in seen.faces if overlap(face.face.box, own) < 0.5]
    assert len(others) == len(seen.faces) - 1
    for face in others:
        hidden, there = _cut(after, face.face.box, scale), _cut(small, face.face.box, scale)
        assert _detail(hidden) < _detail(there) / 4, "a face is not covered"
    kept, there = _cut(after, own, scale, 0.6), _cut(small, own, scale, 0.6)
    assert np.abs(kept.astype(np.int16) - there).mean() < 12, "the person is covered too"
    _nobody_else_is_recognised(stage, picture, [face.template for face in others])


def _nobody_else_is_recognised(stage: Stage, picture: bytes, templates: list) -> None:
    again = stage.app.vision.inspect(picture, thorough=True)
    assert isinstance(again, Inspection)
    same = stage.app.vision.same_person_threshold()
    for face in again.faces:
        assert all(face.template.compare(other) < same for other in templates)


def _pixels(photo: bytes) -> np.ndarray:
    with Image.open(BytesIO(photo)) as opened:
        return np.asarray(opened.convert("RGB"))


def _cut(pixels: np.ndarray, box: Box, scale: float, inner: float = 0.8) -> np.ndarray:
    """Return the middle of a box: outlines and the rounded edge of a cover stay out of it."""
    left, top = box.x + box.w * (1 - inner) / 2, box.y + box.h * (1 - inner) / 2
    right, bottom = left + box.w * inner, top + box.h * inner
    x, y, r, b = (round(v * scale) for v in (left, top, right, bottom))
    return pixels[y:b, x:r]


def _detail(pixels: np.ndarray) -> float:
    """Return how much changes from pixel to pixel: what features are made of."""
    grey = pixels.astype(np.float64).mean(axis=2)
    return float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())
