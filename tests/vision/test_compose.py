import io

import pytest
from PIL import Image

from licet.demo.compose import Portrait, compose
from licet.terms.face import Box


def portrait(colour: str, size: tuple[int, int] = (400, 500)) -> Portrait:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return Portrait(out.getvalue(), Box(size[0] // 4, size[1] // 5, size[0] // 2, size[1] // 2))


COLOURS = ["red", "lime", "blue", "cyan", "magenta", "yellow", "maroon", "navy", "green", "purple"]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6, 8, 10])
def test_everybody_is_in_the_photo(count: int) -> None:
    content = compose([portrait(colour) for colour in COLOURS[:count]], width=900, seed=count)
    image = Image.open(io.BytesIO(content))
    assert image.size == (900, 600)
    colours = image.resize((300, 200)).getcolors(70_000) or []
    for colour in COLOURS[:count]:
        target = Image.new("RGB", (1, 1), colour).getpixel((0, 0))
        near = sum(
            n for n, c in colours if max(abs(a - b) for a, b in zip(c, target, strict=True)) < 60
        )
        assert near > 100


def test_the_same_seed_gives_the_same_bytes_and_another_gives_another_photo() -> None:
    people = [portrait(colour) for colour in COLOURS[:3]]
    assert compose(people, width=300, seed=1) == compose(people, width=300, seed=1)
    assert compose(people, width=300, seed=1) != compose(people, width=300, seed=2)


def test_a_narrow_portrait_fits() -> None:
    assert compose([portrait("red", (60, 400)), portrait("blue", (400, 60))], width=300)
