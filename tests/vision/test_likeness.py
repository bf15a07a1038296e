"""Marks find one photo in other sizes; faces tell it from another shot of the scene."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from licet.demo.compose import Portrait, compose
from licet.effects.copies import one_photo
from licet.sources.fixtures import FixturePhoto
from licet.terms.face import Inspection
from licet.vision.engine import Engine
from licet.vision.likeness import BYTES, ENOUGH, NEAR, Marks, mark_of

Photos = dict[str, FixturePhoto]


def apart(a: bytes, b: bytes) -> int:
    return (int.from_bytes(a) ^ int.from_bytes(b)).bit_count()


def scene(seed: int = 0, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Return something with the large shapes of a photo."""
    coarse = np.random.default_rng(seed).integers(0, 255, (9, 12, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


def again(image: Image.Image, form: str = "JPEG", **options: object) -> Image.Image:
    out = io.BytesIO()
    image.save(out, form, **options)
    return Image.open(out).convert("RGB")


@pytest.mark.parametrize(
    "copy",
    [
        lambda i: again(i.resize((320, 240))),
        lambda i: again(i.resize((161, 121), Image.Resampling.NEAREST), quality=60),
        lambda i: again(i, quality=25),
        lambda i: again(i, "WEBP", quality=40),
        lambda i: again(i.point(lambda v: min(255, int(v * 1.1)))),
    ],
    ids=["half", "quarter", "squeezed", "webp", "brighter"],
)
def test_a_mark_survives_sizes_and_compression(copy: object) -> None:
    image = scene()
    mark = mark_of(image)
    assert len(mark) == BYTES
    assert apart(mark, mark_of(copy(image))) <= NEAR // 2  # type: ignore[operator]


def test_a_mark_does_not_survive_cropping_turning_or_another_scene() -> None:
    image = scene()
    mark = mark_of(image)
    others = (
        image.crop((64, 48, 640, 480)),
        image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        image.rotate(90, expand=True),
        scene(1),
    )
    for other in others:
        assert apart(mark, mark_of(other)) > NEAR


@pytest.mark.parametrize("size", [(512, 700), (1024, 1030), (1536, 2051), (1797, 1540)])
def test_of_a_large_photo_every_so_many_pixels_are_marked(size: tuple[int, int]) -> None:
    """A mark that was stored is compared with marks of other photos for years."""
    pixels = np.random.default_rng(1).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    step = min(size) // ENOUGH
    fewer = Image.fromarray(np.ascontiguousarray(pixels[::step, ::step]))
    assert min(fewer.size) // ENOUGH <= 1
    assert mark_of(Image.fromarray(pixels)) == mark_of(fewer)


marks = st.lists(st.binary(min_size=BYTES, max_size=BYTES), min_size=1, max_size=200, unique=True)


@given(marks, st.data())
def test_the_nearest_marks_are_those_that_counting_finds(
    known: list[bytes], data: st.DataObject
) -> None:
    shelf = Marks((str(n), mark) for n, mark in enumerate(known))
    probe = bytearray(data.draw(st.sampled_from(known)))
    for place in data.draw(st.lists(st.integers(0, 255), max_size=60)):
        probe[place // 8] ^= 1 << place % 8
    counted = sorted((apart(bytes(probe), mark), n) for n, mark in enumerate(known))
    expected = [str(n) for far, n in counted if far <= NEAR][:3]
    assert list(shelf.near(bytes(probe))) == expected


@pytest.mark.vision
def test_sizes_of_one_photo_agree_and_another_shot_of_the_scene_does_not(
    engine: Engine, photos: Photos
) -> None:
    """The second shot has one person exchanged: same wall, same places, nearly the same mark."""

    def shot(*names: str) -> bytes:
        people = [Portrait(photos[name].content(), photos[name].face) for name in names]
        return compose(people, width=900, seed=3)

    def seen(photo: bytes) -> Inspection:
        found = engine.inspect(photo)
        assert isinstance(found, Inspection)
        return found

    first = shot("sunak", "hopper", "obama")
    large, small = seen(first), seen(engine.redact(first, (), long_side=560))
    assert apart(large.likeness, small.likeness) <= NEAR
    assert one_photo(large, small)
    assert one_photo(small, large)
    other = seen(shot("sunak", "hopper", "macron-2025"))
    assert len(other.faces) == len(large.faces) == 3
    assert not one_photo(large, other)
