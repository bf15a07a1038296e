"""Alignment, thinning and turning, without any model."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from licet.terms.face import Box, Face, Quality
from licet.vision import detect
from licet.vision.align import REFERENCE_POINTS, SAMPLE_SIDE, sample_of, similarity
from licet.vision.quality import measure, reasons
from licet.vision.upright import turn


@given(st.floats(0.2, 20), st.floats(-3, 3), st.floats(-500, 500), st.floats(-500, 500))
def test_the_similarity_of_moved_points_is_the_move(
    scale: float, angle: float, x: float, y: float
) -> None:
    move = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = similarity(REFERENCE_POINTS @ move.T + (x, y))
    assert np.allclose(matrix, np.concatenate([move, [[x], [y]]], axis=1), atol=1e-6 * (1 + scale))


@given(st.integers(0, 2**32 - 1))
def test_the_similarity_is_the_least_squares_one(seed: int) -> None:
    points = np.random.default_rng(seed).normal(0, 50, (5, 2)) + 100
    x, y = REFERENCE_POINTS.T
    zero, one = np.zeros(5), np.ones(5)
    left = np.concatenate([np.stack([x, -y, one, zero], 1), np.stack([y, x, zero, one], 1)])
    a, b, c, d = np.linalg.lstsq(left, points.T.ravel(), rcond=None)[0]
    assert np.allclose(similarity(points), [[a, -b, c], [b, a, d]], atol=1e-6)


def marked(scale: float, at: tuple[float, float]) -> tuple[np.ndarray, Face]:
    """Draw a dot at each landmark of a face, ``scale`` times the sample's size."""
    points = REFERENCE_POINTS * scale + at
    image = Image.new("RGB", (900, 700), (90, 90, 90))
    draw = ImageDraw.Draw(image)
    for x, y in points:
        r = max(1.5, 2 * scale)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(255, 255, 255))
    face = Face(Box(0, 0, 9, 9), tuple((float(x), float(y)) for x, y in points), 1.0)
    return np.asarray(image), face


@pytest.mark.parametrize("scale", [0.7, 1.0, 1.6, 2.5, 4.0])
def test_landmarks_come_to_the_reference_points(scale: float) -> None:
    pixels, face = marked(scale, (200.0, 120.0))
    sample = sample_of(pixels, face, 1.0)[:, :, 0].astype(float) - 90
    assert sample.shape == (SAMPLE_SIDE, SAMPLE_SIDE)
    ys, xs = np.mgrid[:SAMPLE_SIDE, :SAMPLE_SIDE]
    for x, y in REFERENCE_POINTS:
        near = (abs(xs - x) < 6) & (abs(ys - y) < 6)
        weight = np.clip(sample, 0, None) * near
        centre = ((weight * xs).sum() / weight.sum(), (weight * ys).sum() / weight.sum())
        assert centre == pytest.approx((x, y), abs=0.75)


def test_the_sample_is_the_same_from_smaller_pixels() -> None:
    pixels, face = marked(4.0, (200.0, 120.0))
    half = np.asarray(Image.fromarray(pixels).reduce(2))
    off = np.abs(sample_of(pixels, face, 1.0).astype(int) - sample_of(half, face, 2.0))
    assert off.mean() < 2


def test_a_face_half_outside_the_photo_is_sampled() -> None:
    pixels, face = marked(3.0, (-150.0, -100.0))
    assert sample_of(pixels, face, 1.0).shape == (112, 112, 3)
    far = Face(face.box, tuple((x - 5000, y) for x, y in face.landmarks), 1.0)
    assert sample_of(pixels, far, 1.0).shape == (112, 112, 3)


def naive_thin(rows: np.ndarray) -> list[int]:
    kept: list[int] = []
    for at in np.argsort(-rows[:, 14], kind="stable"):
        ax, ay, aw, ah = rows[at, :4]
        for other in kept:
            bx, by, bw, bh = rows[other, :4]
            wide = max(0.0, min(ax + aw, bx + bw) - max(ax, bx))
            high = max(0.0, min(ay + ah, by + bh) - max(ay, by))
            if wide * high > detect.OVERLAP * (aw * ah + bw * bh - wide * high):
                break
        else:
            kept.append(int(at))
    return kept


@given(st.integers(0, 2**32 - 1), st.integers(0, 30))
def test_thinning_keeps_the_strongest_of_what_overlaps(seed: int, count: int) -> None:
    rows = np.random.default_rng(seed).integers(1, 60, (count, 15)).astype(np.float32)
    found = detect._thin(rows)
    assert np.array_equal(found, rows[naive_thin(rows)])


class Silent:
    """A detector that answers one cell of the coarsest grid with certainty."""

    outputs = tuple(f"{part}_{n}" for part in ("cls", "obj", "bbox", "kps") for n in (8, 16, 32))

    def __call__(self, tensor: np.ndarray) -> list[np.ndarray]:
        _, _, rows, columns = tensor.shape
        answers = []
        for name in self.outputs:
            part, stride = name.split("_")
            cells = (rows // int(stride)) * (columns // int(stride))
            width = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}[part]
            values = np.zeros((1, cells, width), np.float32)
            if stride == "32":
                at = 2 * (columns // 32) + 3
                values[0, at] = 1 if width == 1 else 0.5
                if part == "bbox":
                    values[0, at, 2:] = np.log(2)
            answers.append(values)
        return answers


def test_a_cell_is_decoded_into_a_box_and_landmarks() -> None:
    pixels = np.zeros((300, 400, 3), np.uint8)
    [face] = detect.find_faces(Silent(), pixels, 2.0)  # type: ignore[arg-type]
    assert face.box == Box(2 * (112 - 32), 2 * (80 - 32), 128, 128)
    assert set(face.landmarks) == {(224.0, 160.0)}
    assert face.strength == pytest.approx(1.0)


@given(st.integers(1, 8))
def test_turning_loses_no_pixel(orientation: int) -> None:
    pixels = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    turned = turn(pixels, orientation)
    assert turned.flags.c_contiguous
    assert sorted(map(tuple, turned.reshape(-1, 3))) == sorted(map(tuple, pixels.reshape(-1, 3)))


FIT = Quality(60, 200, 130, 50, 0, 0)
FACE = Face(Box(10, 10, 80, 100), ((30, 50), (70, 50), (50, 70), (35, 90), (65, 90)), 0.95)


def changed(**parts: float) -> Quality:
    names = ("eye_distance", "sharpness", "exposure", "contrast", "yaw", "roll")
    return Quality(**{name: parts.get(name, getattr(FIT, name)) for name in names})


def test_a_fit_face_has_no_reason() -> None:
    assert reasons(FACE, FIT) == ()


@pytest.mark.parametrize(
    ("quality", "word"),
    [
        (changed(eye_distance=10), "small"),
        (changed(sharpness=3), "blurred"),
        (changed(exposure=10), "dark"),
        (changed(exposure=250), "bright"),
        (changed(contrast=3), "flat"),
        (changed(yaw=-60), "turned away"),
        (changed(roll=70), "tilted"),
    ],
)
def test_each_fault_is_named_alone(quality: Quality, word: str) -> None:
    [reason] = reasons(FACE, quality)
    assert word in reason


def test_a_hidden_face_is_named() -> None:
    [reason] = reasons(Face(FACE.box, FACE.landmarks, 0.62), FIT)
    assert "hidden" in reason


def test_a_face_cut_off_by_the_edge_is_named() -> None:
    [reason] = reasons(Face(Box(28, 10, 62, 100), FACE.landmarks, 0.95), FIT)
    assert "cut off" in reason


def test_pose_is_read_from_the_landmarks() -> None:
    grey = np.full((112, 112, 3), 128, np.uint8)
    ahead = measure(FACE, grey)
    assert (ahead.yaw, ahead.roll, ahead.sharpness) == (0, 0, 0)
    assert ahead.eye_distance == 40
    aside = Face(FACE.box, ((30, 50), (70, 50), (68, 70), (35, 90), (65, 90)), 1.0)
    assert measure(aside, grey).yaw > 35
    tilted = Face(FACE.box, ((30, 50), (30, 90), (50, 70), (0, 0), (0, 0)), 1.0)
    assert measure(tilted, grey).roll == pytest.approx(90)
    flat = Face(FACE.box, ((30, 50), (30, 50), (50, 70), (0, 0), (0, 0)), 1.0)
    assert measure(flat, grey).yaw == 90
