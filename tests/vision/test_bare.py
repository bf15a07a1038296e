"""A picture that is written holds pixels and what decoding them takes: nothing else, ever."""

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from licet.terms.face import Box
from licet.vision.redact import redact, to_jpeg

SECRET = b"Jane Roe, Quay 3"
"""What each carrier holds; none of it may come out."""

ALLOWED = {0xE0, 0xDB, 0xC0, 0xC4, 0xDA, 0xDD}
"""JFIF header, quantisation, frame, Huffman tables, scan, restart interval (ITU-T T.81)."""


def picture() -> Image.Image:
    return Image.effect_noise((64, 48), 60).convert("RGB")


def saved(form: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture().save(out, form, **options)
    return out.getvalue()


def segment(kind: int, data: bytes) -> bytes:
    return b"\xff" + bytes([kind]) + struct.pack(">H", len(data) + 2) + data


def with_segment(kind: int, data: bytes) -> bytes:
    photo = saved("JPEG")
    return photo[:2] + segment(kind, data) + photo[2:]


def exif() -> Image.Exif:
    made = Image.Exif()
    made[0x010E] = SECRET.decode()
    made[0x013B] = SECRET.decode()
    place = made.get_ifd(0x8825)
    place[1], place[29] = "N", SECRET.decode()
    return made


def profile() -> bytes:
    """Return a colour profile that says more than colours."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    made += SECRET
    made[:4] = struct.pack(">I", len(made))
    return bytes(made)


def png_text() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", SECRET.decode())
    texts.add_text("Comment", SECRET.decode(), zip=True)
    texts.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{SECRET.decode()}</x:xmpmeta>")
    return saved("PNG", pnginfo=texts)


def png_manifest() -> bytes:
    photo, data = saved("PNG"), b"jumb" + SECRET
    chunk = struct.pack(">I", len(data)) + b"caBX" + data
    return photo[:33] + chunk + struct.pack(">I", zlib.crc32(b"caBX" + data)) + photo[33:]


def jpeg_in_exif() -> bytes:
    """Return a photo whose Exif holds a thumbnail: faces are in that, too."""
    small = saved("JPEG", comment=SECRET)
    body = b"II*\0" + struct.pack("<I", 8) + struct.pack("<HI", 0, 14)
    entries = struct.pack("<HHIIHHII", 0x201, 4, 1, 44, 0x202, 4, 1, len(small))
    body += struct.pack("<H", 2) + entries + struct.pack("<I", 0)
    return with_segment(0xE1, b"Exif\0\0" + body.ljust(44, b"\0") + small)


XMP = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
CARRIERS: dict[str, Callable[[], bytes]] = {
    "exif and place in jpeg": lambda: saved("JPEG", exif=exif()),
    "exif and place in png": lambda: saved("PNG", exif=exif()),
    "exif and place in webp": lambda: saved("WEBP", exif=exif()),
    "exif and place in avif": lambda: saved("AVIF", exif=exif()),
    "xmp in jpeg": lambda: with_segment(0xE1, XMP),
    "xmp in webp": lambda: saved("WEBP", xmp=SECRET),
    "xmp in tiff": lambda: saved("TIFF", tiffinfo={700: SECRET}),
    "words in tiff": lambda: saved("TIFF", tiffinfo={270: SECRET.decode()}),
    "iptc": lambda: with_segment(0xED, b"Photoshop 3.0\08BIM\x04\x04\0\0" + SECRET),
    "comment in jpeg": lambda: saved("JPEG", comment=SECRET),
    "comment in gif": lambda: saved("GIF", comment=SECRET),
    "profile with words": lambda: saved("JPEG", icc_profile=profile()),
    "profile with words in png": lambda: saved("PNG", icc_profile=profile()),
    "texts in png": png_text,
    "manifest in jpeg": lambda: with_segment(0xEB, b"JP\0\1\0\0\0\1" + SECRET),
    "manifest in png": png_manifest,
    "thumbnail": jpeg_in_exif,
    "behind the end": lambda: saved("JPEG") + SECRET,
}


def kinds(jpeg: bytes) -> set[int]:
    """Return the kinds of segment before the pixels, and see that nothing follows the end."""
    found, at = set(), 2
    while True:
        assert jpeg[at] == 0xFF
        found.add(jpeg[at + 1])
        if jpeg[at + 1] == 0xDA:
            break
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    assert jpeg.endswith(b"\xff\xd9")
    assert jpeg.count(b"\xff\xd9") == 1
    return found


@pytest.mark.parametrize("name", CARRIERS)
def test_nothing_but_pixels_is_written(name: str) -> None:
    photo = CARRIERS[name]()
    packed = name in {"profile with words in png"}
    assert packed or SECRET in photo, "this carrier carries nothing"
    for written in (
        redact(photo, [Box(5, 5, 20, 20)]),
        redact(photo, [], outline=[(Box(5, 5, 20, 20), "")], long_side=32),
        redact(photo, [], long_side=32),
    ):
        assert SECRET not in written
        assert kinds(written) <= ALLOWED
        with Image.open(io.BytesIO(written)) as opened:
            assert set(opened.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_the_look_at_segments_can_find_some() -> None:
    assert not kinds(saved("JPEG", comment=SECRET)) <= ALLOWED
    assert not kinds(with_segment(0xE1, XMP)) <= ALLOWED


def test_a_picture_is_its_pixels_alone() -> None:
    """Two photos of the same pixels that say different things give the same bytes."""
    plain = Image.fromarray(np.full((48, 64, 3), 90, np.uint8))
    noted = plain.copy()
    noted.info.update({"comment": SECRET, "exif": SECRET, "icc_profile": profile(), "xmp": SECRET})
    assert to_jpeg(plain) == to_jpeg(noted)
