"""The real models on real photos (fetched by hash) and on photos made of them."""

import dataclasses
import io
import itertools
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from licet.demo.compose import Portrait, compose
from licet.sources.fixtures import FixturePhoto
from licet.terms.errors import BadInput
from licet.terms.face import ONE, STEP, Box, Inspection, SeenFace, Template, Unreadable, cosine_of
from licet.vision.batch import AHEAD, in_order
from licet.vision.card import shipped_card
from licet.vision.contract import Vision
from licet.vision.engine import Engine
from licet.vision.redact import redact

pytestmark = pytest.mark.vision
Photos = dict[str, FixturePhoto]
SAME = (("macron-2014", "macron-2025"), ("ardern-2018", "ardern-2022"))


def seen(engine: Engine, content: bytes, **options: bool) -> list[SeenFace]:
    found = engine.inspect(content, **options)
    assert isinstance(found, Inspection)
    return list(found.faces)


@pytest.fixture(scope="module")
def faces(engine: Engine, photos: Photos) -> dict[str, SeenFace]:
    found = {}
    for name, photo in photos.items():
        [found[name]] = seen(engine, photo.content())
    return found


@pytest.fixture(scope="module")
def group(photos: Photos) -> bytes:
    names = ("macron-2025", "ardern-2022", "obama", "sunak", "collins", "hopper")
    return compose([Portrait(photos[n].content(), photos[n].face) for n in names], seed=1)


def as_jpeg(image: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=95, **options)
    return out.getvalue()


def test_the_engine_is_a_vision(engine: Engine) -> None:
    vision: Vision = engine
    assert vision.model == "sface-2021dec@fb143eea"


def test_another_calibration_must_be_of_the_same_file(tmp_path: Path) -> None:
    card = shipped_card("sface-2021dec")
    stricter = tuple(dataclasses.replace(one, cosine=one.cosine + 0.1) for one in card.anchors)
    opened = Engine.open(None, tmp_path, calibration=dataclasses.replace(card, anchors=stricter))
    assert cosine_of(opened.same_person_threshold()) == pytest.approx(0.47, abs=1e-6)
    assert opened.expected_innocent(opened.threshold(1e-2, 20), 20) == pytest.approx(0.01, rel=0.02)
    with pytest.raises(BadInput, match="does not fit"):
        Engine.open(None, tmp_path, calibration=dataclasses.replace(card, name="other"))


def test_each_portrait_has_its_one_face_where_it_is(
    faces: dict[str, SeenFace], photos: Photos
) -> None:
    for name, face in faces.items():
        found, true = face.face.box, photos[name].face
        off = (found.x - true.x, found.y - true.y, found.w - true.w, found.h - true.h)
        assert max(map(abs, off)) <= 4


def test_the_same_person_is_well_above_and_others_below(
    faces: dict[str, SeenFace], engine: Engine
) -> None:
    threshold = engine.same_person_threshold()
    for a, b in itertools.combinations(faces, 2):
        score = faces[a].template.compare(faces[b].template)
        if (a, b) in SAME:
            assert cosine_of(score) > 0.55
        else:
            assert score < threshold
            assert cosine_of(score) < 0.3


def test_templates_are_unit_vectors_in_fixed_point(faces: dict[str, SeenFace]) -> None:
    for face in faces.values():
        template = face.template
        assert template.dimension == 128
        assert template.compare(template) == pytest.approx(ONE, rel=1e-4)


def test_everybody_in_a_group_is_found_again(
    engine: Engine, group: bytes, faces: dict[str, SeenFace]
) -> None:
    found = seen(engine, group)
    assert len(found) == 6
    strengths = [f.face.strength for f in found]
    assert strengths == sorted(strengths, reverse=True)
    for name in ("macron-2025", "ardern-2022", "obama", "sunak", "collins", "hopper"):
        scores = sorted(cosine_of(faces[name].template.compare(f.template)) for f in found)
        assert scores[-1] > 0.85
        assert scores[-2] < 0.37


def test_a_small_face_in_a_large_photo_is_sampled_from_fine_pixels(
    engine: Engine, photos: Photos, faces: dict[str, SeenFace]
) -> None:
    names = ("ardern-2022", "sunak", "hopper")
    wall = Image.new("RGB", (6000, 4000), (120, 130, 140))
    for at, name in enumerate(names):
        portrait = Image.open(io.BytesIO(photos[name].content())).convert("RGB")
        wall.paste(portrait.resize((420, 500)), (500 + 1800 * at, 1500))
    found = seen(engine, as_jpeg(wall))
    assert len(found) == 3
    for name in names:
        best = max(cosine_of(faces[name].template.compare(f.template)) for f in found)
        assert best > 0.8
    thorough = seen(engine, as_jpeg(wall.resize((3000, 2000))), thorough=True)
    assert len(thorough) == 3


def test_colour_order_is_right(engine: Engine, photos: Photos, faces: dict[str, SeenFace]) -> None:
    image = Image.open(io.BytesIO(photos["obama"].content()))
    swapped = Image.merge("RGB", image.split()[::-1])
    [other] = seen(engine, as_jpeg(swapped))
    [again] = seen(engine, as_jpeg(image))
    mine = faces["obama"].template
    assert mine.compare(again.template) > mine.compare(other.template)
    assert cosine_of(mine.compare(again.template)) > 0.97


def test_orientation_and_format_do_not_change_the_person(
    engine: Engine, photos: Photos, faces: dict[str, SeenFace]
) -> None:
    image = Image.open(io.BytesIO(photos["sunak"].content())).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = as_jpeg(image.transpose(Image.Transpose.ROTATE_90), exif=exif)
    out = io.BytesIO()
    image.save(out, "PNG")
    for content in (turned, out.getvalue()):
        [face] = seen(engine, content)
        assert cosine_of(face.template.compare(faces["sunak"].template)) > 0.95
        assert abs(face.face.box.x - photos["sunak"].face.x) <= 6


def test_a_mirrored_photo_has_the_same_flipped_template(engine: Engine, photos: Photos) -> None:
    image = Image.open(io.BytesIO(photos["hopper"].content()))
    mirrored = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    plain = [seen(engine, as_jpeg(one))[0].template for one in (image, mirrored)]
    flipped = [seen(engine, as_jpeg(one), flips=True)[0].template for one in (image, mirrored)]
    assert flipped[0].compare(flipped[1]) > plain[0].compare(plain[1])
    assert cosine_of(flipped[0].compare(flipped[1])) > 0.95


def test_many_photos_give_what_each_gives_in_order(
    engine: Engine, photos: Photos, group: bytes
) -> None:
    contents = [photo.content() for photo in photos.values()]
    contents[3:3] = [b"no photo", group, as_jpeg(Image.new("RGB", (300, 200)))]
    together = list(engine.inspect_many(iter(contents)))
    assert len(together) == len(contents)
    for content, result in zip(contents, together, strict=True):
        assert result == engine.inspect(content)


def test_a_blank_photo_has_no_face_and_nobody_gives_nothing(engine: Engine) -> None:
    assert seen(engine, as_jpeg(Image.new("RGB", (640, 480), "white"))) == []
    assert list(engine.inspect_many([])) == []


def test_what_is_held_is_bounded_ordered_and_closed() -> None:
    taken = 0
    running = threading.Semaphore(0)

    def source() -> Iterator[bytes]:
        nonlocal taken
        for at in range(1000):
            taken += 1
            yield bytes([at % 256])

    def work(photo: bytes) -> int:
        running.release()
        time.sleep(0.001)
        return photo[0]

    results = in_order(source(), work, 2)
    assert [next(results) for _ in range(10)] == list(range(10))
    assert taken <= 10 + 2 * AHEAD + 1
    results.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("licet-vision")]


def test_an_error_in_the_source_of_photos_comes_out() -> None:
    def source() -> Iterator[bytes]:
        yield b"a"
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(in_order(source(), list, 2))


def test_combining_is_the_mean(engine: Engine, faces: dict[str, SeenFace]) -> None:
    templates = [faces[name].template for name in ("ardern-2018", "ardern-2022")]
    rows = np.array([np.frombuffer(t.values, "<i2") for t in templates], float)
    mean = rows.mean(axis=0)
    expected = np.rint(mean / np.linalg.norm(mean) * STEP)
    assert np.array_equal(np.frombuffer(engine.combine(templates).values, "<i2"), expected)
    assert engine.combine(templates[:1]).compare(templates[0]) == pytest.approx(ONE, rel=1e-4)


def test_what_cannot_be_combined_is_refused(engine: Engine, faces: dict[str, SeenFace]) -> None:
    mine = faces["obama"].template
    other = Template(type(mine.model)("other@00000000"), mine.values)
    opposite = Template(mine.model, (-np.frombuffer(mine.values, "<i2")).tobytes())
    for bad in ([], [mine, other], [mine, opposite]):
        with pytest.raises(BadInput):
            engine.combine(bad)


def test_portraits_are_fit_to_enrol(engine: Engine, faces: dict[str, SeenFace]) -> None:
    assert {name: engine.assess(face) for name, face in faces.items() if engine.assess(face)} == {}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda i: i.filter(ImageFilter.GaussianBlur(9)), "blurred"),
        (lambda i: i.point(lambda v: v // 8), "dark"),
        (lambda i: i.resize((80, 96)), "small"),
        (lambda i: i.crop((380, 0, 747, 900)), "cut off"),
    ],
)
def test_a_spoilt_photo_fails_to_enrol_with_its_reason(
    engine: Engine, photos: Photos, change: object, word: str
) -> None:
    image = Image.open(io.BytesIO(photos["sunak"].content()))
    found = seen(engine, as_jpeg(change(image)))  # type: ignore[operator]
    assert any(word in reason for face in found for reason in engine.assess(face))


def test_a_redacted_face_is_nobody_and_the_rest_stays(
    engine: Engine, group: bytes, faces: dict[str, SeenFace]
) -> None:
    found = seen(engine, group)
    keep = found[0].face.box
    covered = engine.redact(group, [f.face.box for f in found], keep=[keep])
    threshold = engine.same_person_threshold()
    left = seen(engine, covered, thorough=True)
    for face in found[1:]:
        for other in left:
            assert face.template.compare(other.template) < threshold
    scores = [found[0].template.compare(f.template) for f in seen(engine, covered)]
    assert cosine_of(max(scores)) > 0.9
    before = np.asarray(Image.open(io.BytesIO(group))).astype(int)
    after = np.asarray(Image.open(io.BytesIO(covered))).astype(int)
    free = np.ones(before.shape[:2], bool)
    for box in (f.face.box for f in found[1:]):
        wide, high = round(box.w * 0.3), round(box.h * 0.3)
        down = slice(max(0, box.y - high), box.y + box.h + high)
        free[down, max(0, box.x - wide) : box.x + box.w + wide] = False
    assert np.abs(before - after)[free].mean() < 2
    assert np.percentile(np.abs(before - after)[free], 99.9) < 40


@pytest.mark.parametrize("name", ["sunak", "hopper", "obama", "collins"])
def test_a_covered_face_sampled_where_it_was_is_nobody(
    engine: Engine, photos: Photos, faces: dict[str, SeenFace], name: str
) -> None:
    """Even with the landmarks known from elsewhere, the covered pixels do not compare."""
    from licet.vision.align import sample_of
    from licet.vision.decode import open_photo
    from licet.vision.embed import embed, to_template

    face = faces[name].face
    covered = open_photo(engine.redact(photos[name].content(), [face.box])).pixels()
    [vector] = embed(engine._recogniser, [sample_of(covered, face, 1.0)])
    score = to_template(engine.model, vector).compare(faces[name].template)
    assert score < engine.same_person_threshold()


def test_redacting_drops_metadata_and_turns_upright(engine: Engine) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a secret place"
    content = as_jpeg(Image.new("RGB", (300, 200), "teal"), exif=exif, comment=b"a secret word")
    clean = engine.redact(content, [])
    assert b"secret" not in clean
    with Image.open(io.BytesIO(clean)) as image:
        assert image.size == (200, 300)
        assert not image.getexif()
        assert "icc_profile" not in image.info


def test_covering_wins_over_keeping_and_boxes_may_lie_outside(engine: Engine) -> None:
    chance = np.random.default_rng(0)
    noise = Image.fromarray(chance.integers(0, 255, (200, 300, 3), dtype=np.uint8))
    boxes = [Box(100, 50, 60, 80), Box(290, 190, 60, 60), Box(900, 900, 5, 5)]
    clean = engine.redact(as_jpeg(noise), boxes, keep=[Box(110, 60, 20, 20)])
    pixels = np.asarray(Image.open(io.BytesIO(clean))).astype(float)
    assert pixels[60:120, 112:148].std() < 12
    assert pixels[:40, :80].std() > 30


def green_pixels(content: bytes) -> int:
    pixels = np.asarray(Image.open(io.BytesIO(content)))
    return int(((pixels[:, :, 1] > 120) & (pixels[:, :, 0] < 90)).sum())


@pytest.mark.parametrize("box", [Box(100, 100, 80, 90), Box(0, 0, 80, 90), Box(350, 2, 50, 90)])
def test_outlines_are_drawn_with_their_words(engine: Engine, box: Box) -> None:
    plain = as_jpeg(Image.new("RGB", (400, 300), "white"))
    silent = green_pixels(engine.redact(plain, [], outline=[(box, "")]))
    assert silent > 300
    assert green_pixels(engine.redact(plain, [], outline=[(box, "Ada 0.71")])) > silent + 300


def test_what_cannot_be_read_cannot_be_redacted(engine: Engine) -> None:
    with pytest.raises(BadInput, match="not a photo"):
        engine.redact(b"nothing", [])
    with pytest.raises(BadInput, match="empty"):
        engine.redact(b"", [])


def test_a_small_copy_is_small_and_upright(engine: Engine, group: bytes) -> None:
    with Image.open(io.BytesIO(engine.redact(group, (), long_side=320))) as image:
        assert image.size in ((320, 213), (320, 214))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6), st.integers(1, 255), st.integers(0, 20_000))
def test_a_bent_photo_is_seen_or_unreadable(
    engine: Engine, photos: Photos, place: int, value: int, cut: int
) -> None:
    content = bytearray(photos["macron-2014"].content())
    content[place % len(content)] ^= value
    result = engine.inspect(bytes(content[: max(1, len(content) - cut)]))
    assert isinstance(result, Inspection | Unreadable)


def test_redact_is_repeatable(group: bytes) -> None:
    boxes = [Box(200, 100, 150, 200)]
    assert redact(group, boxes) == redact(group, boxes)
