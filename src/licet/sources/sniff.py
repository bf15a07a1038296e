"""What a file is, by its first bytes.

Names say nothing reliable. This only tells photos and videos from everything else, so that
an archive is not read whole; whether one is sound is for the decoder to say.
"""

FIRST_BYTES = 64
"""So many are enough to tell what a file is."""

_STARTS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "jpeg2000"),
)

_BRANDS = {
    b"avif": "avif",
    b"avis": "avif",
    b"heic": "heif",
    b"heim": "heif",
    b"heis": "heif",
    b"heix": "heif",
    b"mif1": "heif",
    b"msf1": "heif",
}


def photo_format(head: bytes) -> str | None:
    """Return the format that the first 12 bytes or more announce, or None for no photo."""
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12])
    return None


_MATROSKA = b"\x1a\x45\xdf\xa3"
_MOVIE_BOXES = frozenset({b"free", b"mdat", b"moov", b"pnot", b"skip", b"wide"})


def video_format(head: bytes) -> str | None:
    """Return the container that the first 12 bytes or more announce, or None for no video."""
    if head.startswith(_MATROSKA):
        return "matroska"
    if head[4:8] == b"ftyp":
        return None if head[8:12] in _BRANDS else "mp4"
    return "mov" if head[4:8] in _MOVIE_BOXES else None
