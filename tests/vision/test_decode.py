"""Bytes of every kind, kind or hostile: pixels or a reason, never a traceback, never a hang."""

import io
import struct
import zlib

import numpy as np
import pillow_heif
import pytest
import simplejpeg
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps

from licet.terms.face import Unreadable
from licet.vision import decode
from licet.vision.decode import MAX_BYTES, UnreadableError, open_photo
from tests.exploring import examples

SIZE = (96, 64)


def picture(mode: str = "RGB") -> Image.Image:
    across = np.linspace(0, 255, SIZE[0])[None, :].repeat(SIZE[1], 0)
    down = np.linspace(0, 255, SIZE[1])[:, None].repeat(SIZE[0], 1)
    colour = np.stack([across, down, 255 - across], axis=2).astype(np.uint8)
    return Image.fromarray(colour).convert(mode)


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def heic(image: Image.Image) -> bytes:
    """A HEIC photo; its encoder is not registered, so that licet's own decoder reads it."""
    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out, quality=90)
    return out.getvalue()


def read(content: bytes) -> np.ndarray:
    return open_photo(content).pixels()


LOSSLESS = {
    "png": saved(picture(), "PNG"),
    "webp": saved(picture(), "WEBP", lossless=True),
    "tiff": saved(picture(), "TIFF"),
    "tiff lzw": saved(picture(), "TIFF", compression="tiff_lzw"),
    "bmp": saved(picture(), "BMP"),
    "ppm": saved(picture(), "PPM"),
    "jpeg 2000": saved(picture(), "JPEG2000"),
}
LOSSY = {
    "png palette": saved(picture().quantize(250), "PNG"),
    "jpeg": saved(picture(), "JPEG", quality=95),
    "jpeg progressive": saved(picture(), "JPEG", quality=95, progressive=True),
    "jpeg cmyk": saved(picture("CMYK"), "JPEG", quality=95),
    "avif": saved(picture(), "AVIF", quality=90),
    "heic": heic(picture()),
    "webp": saved(picture(), "WEBP", quality=95),
    "gif": saved(picture(), "GIF"),
    "gif animated": saved(
        picture(), "GIF", save_all=True, append_images=[Image.new("RGB", SIZE)] * 3
    ),
    "apng": saved(picture(), "PNG", save_all=True, append_images=[Image.new("RGB", SIZE)] * 3),
    "mpo": saved(picture(), "MPO", save_all=True, append_images=[Image.new("RGB", SIZE)]),
}


@pytest.mark.parametrize("name", LOSSLESS | LOSSY)
def test_every_format_gives_the_picture(name: str) -> None:
    found = read((LOSSLESS | LOSSY)[name])
    assert found.shape == (SIZE[1], SIZE[0], 3)
    assert found.dtype == np.uint8
    off = np.abs(found.astype(int) - np.asarray(picture()).astype(int))
    assert off.mean() < (3 if name in LOSSLESS else 9)


@pytest.mark.parametrize("form", ["PNG", "TIFF", "PPM"])
def test_sixteen_bits_are_brought_to_eight(form: str) -> None:
    grey = np.asarray(picture("L"))
    deep = Image.fromarray(grey.astype(np.uint16) * 257)
    found = read(saved(deep, form))
    assert np.abs(found[:, :, 0].astype(int) - grey).max() <= 1


def test_floating_point_is_brought_to_eight_bits() -> None:
    grey = np.asarray(picture("L"))
    found = read(saved(Image.fromarray(grey.astype(np.float32) / 255), "TIFF"))
    assert np.abs(found[:, :, 1].astype(int) - grey).max() <= 1


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_is_white(mode: str) -> None:
    clear = picture(mode)
    clear.putalpha(0)
    assert (read(saved(clear, "PNG")) == 255).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_orientation_is_honoured(form: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = saved(picture(), form, exif=exif)
    with Image.open(io.BytesIO(content)) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    photo = open_photo(content)
    assert (photo.width, photo.height) == upright.size
    off = np.abs(photo.pixels().astype(int) - np.asarray(upright).astype(int))
    assert off.mean() < 3


def test_a_smaller_size_is_large_enough_and_turned() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    large = picture().resize((960, 640))
    photo = open_photo(saved(large, "JPEG", exif=exif))
    assert photo.pixels(300).shape == (480, 320, 3)
    assert photo.pixels(5000).shape == (960, 640, 3)


def swapped_profile() -> bytes:
    """An RGB profile whose red is sRGB's blue and the other way round."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    nameless = srgb.replace(b"sRGB", b"mine").replace("sRGB".encode("utf-16-be"), b"\0m\0i\0n\0e")
    swapped = nameless.replace(b"rXYZ", b"tttt").replace(b"bXYZ", b"rXYZ")
    return swapped.replace(b"tttt", b"bXYZ")


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_foreign_colour_profile_is_brought_to_srgb(form: str) -> None:
    found = read(saved(picture(), form, icc_profile=swapped_profile())).astype(int)
    off = np.abs(found - np.asarray(picture())[:, :, ::-1].astype(int))
    assert off.mean() < 6


def test_srgb_and_damaged_profiles_change_nothing() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = read(saved(picture(), "PNG"))
    assert np.array_equal(read(saved(picture(), "PNG", icc_profile=srgb)), plain)
    assert np.array_equal(read(saved(picture(), "PNG", icc_profile=b"no profile")), plain)


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


def many_scans() -> bytes:
    plain = saved(picture(), "JPEG", progressive=True)
    at = plain.index(b"\xff\xda")
    scan = plain[at : plain.index(b"\xff", at + 20)]
    return plain[:-2] + scan * 100 + plain[-2:]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"hello, this is no photo at all", "not a photo"),
        (b"%PDF-1.7\n" + bytes(100), "not a photo"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "not a photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a photo"),
        (png_header(60_000, 60_000), "megapixels"),
        (png_header(13_000, 13_000), "megapixels"),
        (png_header(12_000, 12_000), "megapixels"),
        (png_header(64, 64), "damaged or cut short"),
        (LOSSY["jpeg"][:700], "damaged or cut short"),
        (LOSSY["jpeg cmyk"][:-200], "damaged or cut short"),
        (LOSSY["heic"][:-200], "damaged"),
        (LOSSY["avif"][:-200], "damaged"),
        (LOSSLESS["png"][:-60], "damaged or cut short"),
        (LOSSLESS["webp"][:-60], "damaged"),
        (LOSSLESS["tiff"][: len(LOSSLESS["tiff"]) // 2], "damaged"),
        (many_scans(), "scans"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_says_why_and_what_to_do(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason) as caught:
        read(content)
    value = caught.value.value
    assert isinstance(value, Unreadable)
    assert value.reason
    assert value.remedy


def test_a_file_above_the_limit_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("looked at"))
    with pytest.raises(UnreadableError, match="MB"):
        open_photo(bytes(MAX_BYTES + 1))


def test_stray_bytes_that_lose_nothing_are_forgiven() -> None:
    content = LOSSY["jpeg"]
    at = content.index(b"\xff\xdb")
    assert read(content[:at] + b"\0\0" + content[at:] + b"trailing").shape[2] == 3


def bend(content: bytes, cut: int, flips: list[tuple[int, int]]) -> bytes:
    bent = bytearray(content[: max(1, len(content) - cut)])
    for place, value in flips:
        bent[place % len(bent)] ^= value
    return bytes(bent)


hostile = st.builds(
    bend,
    st.sampled_from(list((LOSSLESS | LOSSY).values())),
    st.one_of(st.just(0), st.integers(0, 2000)),
    st.lists(st.tuples(st.integers(0, 10**5), st.integers(1, 255)), max_size=12),
)


def answer(content: bytes) -> np.ndarray | Unreadable:
    try:
        return open_photo(content).pixels(32)
    except UnreadableError as error:
        return error.value


def is_an_answer(found: np.ndarray | Unreadable) -> bool:
    if isinstance(found, Unreadable):
        return bool(found.reason and found.remedy)
    return found.ndim == 3 and found.shape[2] == 3 and found.size > 0


@settings(max_examples=examples(130))
@given(hostile)
def test_bent_bytes_give_pixels_or_a_reason(content: bytes) -> None:
    assert is_an_answer(answer(content))


magics = st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a"])


@given(st.binary(max_size=200), magics)
def test_any_bytes_give_pixels_or_a_reason(noise: bytes, magic: bytes) -> None:
    assert is_an_answer(answer(magic + noise))


@pytest.mark.parametrize(
    ("form", "turned", "there"), [("JPEG", 1, True), ("JPEG", 6, False), ("PNG", 1, False)]
)
def test_an_upright_jpeg_is_decoded_into_the_room_it_is_given(
    form: str, turned: int, there: bool
) -> None:
    exif = Image.Exif()
    exif[0x0112] = turned
    content = saved(picture(), form, exif=exif)
    room = np.zeros(4 * SIZE[0] * SIZE[1], np.uint8)
    for side in (None, 40):
        found = decode.decode(content, side, room).pixels
        assert (found.ctypes.data == room.ctypes.data) is there
        assert np.array_equal(found, decode.decode(content, side).pixels)


def test_grey_jpeg_is_read_fast() -> None:
    photo = open_photo(saved(picture("L"), "JPEG"))
    assert photo.fast
    assert photo.pixels().shape == (SIZE[1], SIZE[0], 3)


def test_limits_are_the_stated_ones() -> None:
    assert (decode.MAX_BYTES, decode.MAX_PIXELS) == (100_000_000, 128_000_000)
    assert simplejpeg.is_jpeg(LOSSY["jpeg"])
