"""Bytes to upright sRGB pixels, without trusting the bytes.

Rules, in the order of the code:

1. Limits come before decoding: 100 MB, 128 megapixels, 64 JPEG scans.
2. Only the formats listed here are tried; none of them runs a program or opens a path.
3. EXIF orientation is applied; every other piece of metadata is dropped.
4. A truncated or damaged file is unreadable: half a photo is not a photo.
5. Of an animation or a multi-page file the first picture is read; of a camera's raw file
   the largest JPEG in it.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pi_heif
import simplejpeg
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile, UnidentifiedImageError

from licet.terms.face import Unreadable
from licet.vision.raw import Raw, read_raw
from licet.vision.upright import ORIENTATION_TAG, turn

Pixels = NDArray[np.uint8]
"""Height x width x 3, sRGB."""

MAX_BYTES = 100_000_000
MAX_PIXELS = 128_000_000
MAX_SCANS = 64
"""Scans of one JPEG: each costs a pass over all pixels, and a few bytes declare one."""

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "GIF", "BMP", "PPM", "JPEG2000")

HOSTILE = (
    OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, AttributeError,
    ArithmeticError, RuntimeError, MemoryError, Warning, struct.error, zlib.error,
    Image.DecompressionBombError, ImageCms.PyCMSError,
)  # fmt: skip
"""What codecs raise on bytes that somebody bent; observed by fuzzing, all meaning "unreadable"."""

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
ImageFile.LOAD_TRUNCATED_IMAGES = False
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

pi_heif.register_heif_opener()


class UnreadableError(Exception):
    """Carries the :class:`Unreadable` value to the edge of this room."""

    def __init__(self, reason: str, remedy: str, *, harmful: bool = False) -> None:
        super().__init__(reason)
        self.value = Unreadable(reason, remedy, harmful)


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo whose header was read. ``width`` and ``height`` are upright, in pixels."""

    content: bytes
    width: int
    height: int
    orientation: int
    fast: bool
    profile: bytes | None

    @property
    def long_side(self) -> int:
        """The longer of width and height."""
        return max(self.width, self.height)

    def pixels(self, long_side: int | None = None, into: Pixels | None = None) -> Pixels:
        """Return upright pixels whose long side is at least ``long_side`` (None: full size).

        A JPEG is decoded at the smallest sufficient scale (DCT scaling); others at
        full size. ``into`` is room, long enough, that may be used for them. Raises
        :class:`UnreadableError`.
        """
        wanted = min(long_side or self.long_side, self.long_side)
        found = self._fast(wanted, into) if self.fast else None
        if found is None:
            found = self._slow(wanted)
        return turn(found, self.orientation)

    def _fast(self, wanted: int, into: Pixels | None) -> Pixels | None:
        """Decode a plain JPEG, or None when it needs the patient decoder."""
        # Halves, quarters and eighths have fast code in the decoder; thirds do not.
        step = max(step for step in (1, 2, 4, 8) if step == 1 or self.long_side // step >= wanted)
        width, height = self.width, self.height
        if self.orientation >= 5:  # these four swap the axes
            width, height = height, width
        try:
            found: Pixels = simplejpeg.decode_jpeg(
                self.content,
                "RGB",
                fastdct=True,
                fastupsample=True,
                min_width=max(1, width // step),
                min_height=max(1, height // step),
                buffer=into,
            )
        except (ValueError, RuntimeError):
            return None
        return found

    def _slow(self, wanted: int) -> Pixels:
        """Decode anything else at its own size (or a JPEG's DCT scale)."""
        try:
            with Image.open(io.BytesIO(self.content), formats=FORMATS) as image:
                share = wanted / self.long_side
                image.draft(None, (int(image.width * share), int(image.height * share)))
                image.load()
                return np.asarray(_to_srgb(image, self.profile))
        except HOSTILE as error:
            raise UnreadableError(
                f"the photo is damaged or cut short ({type(error).__name__})",
                "fetch the original again; half a photo is not read",
            ) from error


@dataclass(frozen=True, slots=True)
class Decoded:
    """A photo's upright size, and upright pixels of it at some scale."""

    width: int
    height: int
    pixels: Pixels


Decode = Callable[[bytes, int | None], Decoded]
"""Bytes and the long side that is enough (None: full size) to pixels, as :func:`decode`."""


def decode(content: bytes, long_side: int | None = None, into: Pixels | None = None) -> Decoded:
    """Decode in this very process: what strangers made goes through ``licet.vision.apart``.

    ``into`` is room for the pixels, which a plain upright JPEG is decoded into. Raises
    :class:`UnreadableError`.
    """
    photo = open_photo(content)
    pixels = np.ascontiguousarray(photo.pixels(long_side, into))
    return Decoded(photo.width, photo.height, pixels)


def open_photo(content: bytes) -> Photo:
    """Read a photo's header and check it against the limits. Raises :class:`UnreadableError`."""
    if not content:
        raise UnreadableError("the file is empty", "fetch the original again")
    check_bytes(content)
    raw = read_raw(content)
    if raw is not None:
        return _open_raw(raw)
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            _check_size(*image.size)
            _check_scans(content, image)
            return _photo(content, image)
    except UnidentifiedImageError as error:
        raise UnreadableError(
            "this is not a photo in a format that licet reads",
            "use JPEG, PNG, WebP, AVIF, HEIC, TIFF, GIF, BMP, PGM or JPEG 2000",
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except HOSTILE as error:
        raise UnreadableError(
            f"the photo's header is damaged ({type(error).__name__})", "fetch the original again"
        ) from error


def check_bytes(content: bytes) -> None:
    """Refuse a file that is too large to be looked at. Raises :class:`UnreadableError`."""
    if len(content) > MAX_BYTES:
        raise UnreadableError(
            f"the file has {len(content) // 1_000_000} MB, more than {MAX_BYTES // 1_000_000}",
            "save the photo in a smaller size",
        )


def _open_raw(raw: Raw) -> Photo:
    """Return the picture in a raw file, held as the raw file or the picture itself says."""
    if raw.jpeg is None:
        raise UnreadableError(
            "this raw file holds no picture, only sensor data", "save the photo as JPEG or TIFF"
        )
    photo = open_photo(raw.jpeg)
    if photo.orientation != 1 or raw.orientation == 1:
        return photo
    size = (photo.width, photo.height) if raw.orientation < 5 else (photo.height, photo.width)
    return replace(photo, width=size[0], height=size[1], orientation=raw.orientation)


def _photo(content: bytes, image: Image.Image) -> Photo:
    """Gather what decoding needs from an opened image."""
    orientation = _orientation(image)
    width, height = image.size
    if orientation >= 5:
        width, height = height, width
    profile = _foreign_profile(image)
    plain = image.format in ("JPEG", "MPO") and image.mode in ("L", "RGB") and profile is None
    return Photo(content, width, height, orientation, plain, profile)


def _check_size(width: int, height: int) -> None:
    """Refuse a photo that is empty or larger than the limit, before any pixel is decoded."""
    if width * height > MAX_PIXELS:
        raise _too_large()
    if width < 1 or height < 1:
        raise UnreadableError("the photo has no pixels", "fetch the original again")


def _check_scans(content: bytes, image: Image.Image) -> None:
    """Refuse a progressive JPEG that asks for more passes than any camera or editor writes."""
    if image.info.get("progressive") and content.count(b"\xff\xda") > MAX_SCANS:
        raise UnreadableError(
            f"the JPEG has more than {MAX_SCANS} scans", "save the photo again as a plain JPEG"
        )


def _too_large() -> UnreadableError:
    """Say that a photo has too many pixels."""
    return UnreadableError(
        f"the photo has more than {MAX_PIXELS // 1_000_000} megapixels",
        "save the photo in a smaller size",
    )


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 when absent or nonsense."""
    try:
        value = image.getexif().get(ORIENTATION_TAG, 1)
    except HOSTILE:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _foreign_profile(image: Image.Image) -> bytes | None:
    """Return the ICC profile if it says anything but sRGB."""
    profile = image.info.get("icc_profile")
    if not isinstance(profile, bytes) or not profile or b"sRGB" in profile[:4096]:
        return None
    return None if b"s\x00R\x00G\x00B" in profile[:4096] else profile


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture as 8-bit sRGB without alpha."""
    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep(image)
    if profile is not None and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            changed = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        except HOSTILE:  # a damaged profile: the pixels are still good
            changed = None
        if changed is not None:
            return changed
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(ground, layer).convert("RGB")
    return image.convert("RGB")


def _from_deep(image: Image.Image) -> Image.Image:
    """Return a 16-bit, 32-bit or floating-point grey picture as 8-bit sRGB."""
    values = np.nan_to_num(np.asarray(image, dtype=np.float32))
    top = float(values.max(initial=0.0))
    if image.mode == "F" and top <= 1:
        scale = 255.0
    elif image.mode.startswith("I;16") or top > 255:
        scale = 255.0 / max(65535.0, top)
    else:
        scale = 1.0
    grey = np.clip(values * scale + 0.5, 0, 255).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")
