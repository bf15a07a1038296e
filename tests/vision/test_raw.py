"""Raw files: the camera's own picture is read, never the stamp in front of it."""

import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from licet.vision.decode import UnreadableError, open_photo
from licet.vision.raw import read_raw

Entry = tuple[int, int, tuple[int, ...]]
SHORT, LONG = 3, 4
CFA, YCBCR = 32803, 6


def picture(width: int, height: int, colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG", quality=90)
    return out.getvalue()


def lossless(width: int, height: int) -> bytes:
    """Return what a camera's sensor data look like: a JPEG that no viewer shows."""
    frame = struct.pack(">HBHHB", 11, 14, height, width, 1) + b"\1\x11\0"
    return b"\xff\xd8\xff\xc3" + frame + b"\xff\xda" + bytes(40_000) + b"\xff\xd9"


class Builder:
    """Writes a TIFF: directories one after the other, data behind them."""

    def __init__(self, order: str = "<") -> None:
        self.order = order
        self.data = bytearray(struct.pack(f"{order}2sHI", b"II" if order == "<" else b"MM", 42, 0))

    def put(self, data: bytes) -> int:
        at = len(self.data)
        self.data += data + bytes(len(data) % 2)
        return at

    def directory(self, *entries: Entry, after: int = 0) -> int:
        rows = b""
        for tag, kind, values in sorted(entries):
            letter = "H" if kind == SHORT else "I"
            packed = struct.pack(f"{self.order}{len(values)}{letter}", *values)
            if len(packed) > 4:
                packed = struct.pack(f"{self.order}I", self.put(packed))
            head = struct.pack(f"{self.order}HHI", tag, kind, len(values))
            rows += head + packed.ljust(4, b"\0")
        count = struct.pack(f"{self.order}H", len(entries))
        return self.put(count + rows + struct.pack(f"{self.order}I", after))

    def done(self, first: int) -> bytes:
        self.data[4:8] = struct.pack(f"{self.order}I", first)
        return bytes(self.data)


def stamp(made: Builder) -> list[Entry]:
    """Return the picture of 16 x 12 that raw files begin with."""
    pixels = made.put(b"\xc0\x20\x20" * 16 * 12)
    return [
        (256, LONG, (16,)), (257, LONG, (12,)), (258, SHORT, (8, 8, 8)), (259, SHORT, (1,)),
        (262, SHORT, (2,)), (273, LONG, (pixels,)), (277, SHORT, (3,)), (278, LONG, (12,)),
        (279, LONG, (16 * 12 * 3,)),
    ]  # fmt: skip


def raw(
    order: str = "<", orientation: int = 1, jpeg: bytes | None = None, by: str = "strip"
) -> bytes:
    made = Builder(order)
    sensor = lossless(6000, 4000)
    inner = [
        made.directory(
            (259, SHORT, (7,)), (262, SHORT, (CFA,)), (273, LONG, (made.put(sensor),)),
            (279, LONG, (len(sensor),)),
        )
    ]  # fmt: skip
    if jpeg is not None:
        at = made.put(jpeg)
        if by == "strip":
            entries = ((259, SHORT, (7,)), (262, SHORT, (YCBCR,)), (273, LONG, (at,)))
            inner.append(made.directory(*entries, (279, LONG, (len(jpeg),))))
        else:
            inner.append(made.directory((513, LONG, (at,)), (514, LONG, (len(jpeg),))))
        small = picture(160, 120, "red")
        place = made.put(small)
        inner.append(made.directory((513, LONG, (place,)), (514, LONG, (len(small),))))
    first = [*stamp(made), (274, SHORT, (orientation,)), (330, LONG, tuple(inner))]
    return made.done(made.directory(*first))


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("by", ["strip", "pointer"])
def test_the_largest_picture_in_a_raw_file_is_read(order: str, by: str) -> None:
    photo = open_photo(raw(order, jpeg=picture(640, 480), by=by))
    assert (photo.width, photo.height) == (640, 480)
    assert np.abs(photo.pixels().astype(int) - (0, 128, 128)).max() <= 3


def test_without_this_reader_the_stamp_would_be_taken_for_the_photo() -> None:
    with Image.open(io.BytesIO(raw(jpeg=picture(640, 480)))) as image:
        assert image.size == (16, 12)


@pytest.mark.parametrize("orientation", [3, 6])
def test_it_is_turned_as_the_camera_was_held(orientation: int) -> None:
    wide = Image.new("RGB", (640, 480), "white")
    wide.paste("black", (0, 0, 640, 100))
    out = io.BytesIO()
    wide.save(out, "JPEG")
    photo = open_photo(raw(orientation=orientation, jpeg=out.getvalue()))
    pixels = photo.pixels()
    assert pixels.shape[:2] == (photo.height, photo.width)
    dark = pixels[-50:].mean() if orientation == 3 else pixels[:, -50:].mean()
    assert dark < 10
    assert pixels[:50, :50].mean() > 240


def test_a_picture_that_says_itself_how_it_was_held_is_turned_once() -> None:
    said = Image.Exif()
    said[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", (640, 480)).save(out, "JPEG", exif=said)
    photo = open_photo(raw(orientation=6, jpeg=out.getvalue()))
    assert (photo.width, photo.height) == (480, 640)


def test_a_raw_file_without_a_picture_says_so() -> None:
    with pytest.raises(UnreadableError, match="no picture"):
        open_photo(raw())


def test_a_tiff_is_no_raw_file() -> None:
    for options in ({}, {"compression": "jpeg"}):
        out = io.BytesIO()
        Image.new("RGB", (64, 48)).save(out, "TIFF", **options)
        assert read_raw(out.getvalue()) is None
        assert open_photo(out.getvalue()).width == 64
    assert read_raw(picture(8, 8)) is None


def test_directories_that_go_round_come_to_an_end() -> None:
    made = Builder()
    at = len(made.data) + 8  # behind the two places of the entry
    assert made.directory((330, LONG, (at, at)), (262, SHORT, (CFA,)), after=at) == at
    found = read_raw(made.done(at))
    assert found is not None
    assert found.jpeg is None


whole = raw(jpeg=picture(64, 48))


@given(
    st.lists(st.tuples(st.integers(0, 2**17), st.integers(0, 255)), max_size=20),
    st.integers(0, 2**17),
)
def test_bent_raw_files_give_an_answer(changes: list[tuple[int, int]], cut: int) -> None:
    bent = bytearray(whole)
    for place, value in changes:
        bent[place % 400 if place % 3 else place % len(bent)] = value
    assert _answered(bytes(bent[: max(8, len(bent) - cut)]))


def _answered(content: bytes) -> bool:
    try:
        return open_photo(content).width > 0
    except UnreadableError as error:
        return bool(error.value.reason and error.value.remedy)
