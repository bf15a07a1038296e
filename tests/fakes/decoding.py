"""A process that decodes as the real one does, but whose decoder does what the bytes say.

Started by tests as ``licet.vision.child`` is: a photo that holds ``!exit`` ends it, and so on.
"""

import ctypes
import os
import socket
import subprocess
import time
from pathlib import Path

import numpy as np

from licet.vision.child import main
from licet.vision.decode import Decoded, Pixels, UnreadableError, decode

SERVED = []


def _opened() -> str:
    """Try what no decoder needs, and say what was possible."""
    did = []
    for what, act in (
        ("file", Path("/etc/passwd").read_bytes),
        ("socket", socket.socket),
        ("program", lambda: subprocess.run(["/bin/true"], check=True)),
    ):
        try:
            act()
        except OSError:
            continue
        did.append(what)
    return " ".join(did)


def _work(content: bytes, long_side: int | None, into: Pixels) -> Decoded:
    SERVED.append(len(content))
    if b"!exit" in content:
        os._exit(3)
    if b"!crash" in content:
        ctypes.string_at(0)
    if b"!sleep" in content:
        time.sleep(1000)
    if b"!spin" in content:
        while True:
            pass
    if b"!eat" in content:
        return [bytearray(1 << 24) for _ in range(1 << 20)]  # type: ignore[return-value]
    if b"!tired" in content and len(SERVED) > 1:
        os._exit(1)
    if b"!open" in content:
        raise UnreadableError(f"opened: {_opened()}", "")
    if b"!lie" in content:
        return Decoded(0, 0, np.zeros((1, 1, 3), np.uint8))
    if content.removeprefix(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00").startswith(b"{"):
        return Decoded(1, 1, np.zeros((1, 1, 3), np.uint8))
    return decode(content, long_side, into)


if __name__ == "__main__":
    main(_work)
