"""A photo without anything that was written about it, for a copy that is kept.

It is decoded and encoded anew: upright, sRGB, at the highest quality that JPEG has a use
for. Nothing but pixels goes in: no place, no time, no camera, no name, no small copy, and
nothing that hides behind the end of the file (docs/decisions/kept-copies.md).
"""

import numpy as np
import simplejpeg

from licet.vision.decode import Decode, decode

QUALITY = 95


def stripped(photo: bytes, by: Decode = decode) -> bytes:
    """Return a photo as JPEG of nothing but its pixels. Raises ``UnreadableError``."""
    pixels = np.ascontiguousarray(by(photo, None).pixels)
    content: bytes = simplejpeg.encode_jpeg(pixels, QUALITY, "RGB", "444", fastdct=False)
    return content
