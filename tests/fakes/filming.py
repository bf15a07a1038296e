"""A process that decodes videos as the real one does, but does what a file's first bytes say.

Started by tests as ``licet.vision.reel_child`` is: a file that begins with ``!exit`` ends it.
"""

import ctypes
import os
import socket
import sys
import time
from pathlib import Path

from licet.terms.clip import VideoFile
from licet.vision import reel_child
from licet.vision.decode import UnreadableError
from licet.vision.reel_wire import WORD, Word

SERVED = []


def _opened() -> str:
    did = []
    for what, act in (("file", Path("/etc/passwd").read_bytes), ("socket", socket.socket)):
        try:
            act()
        except OSError:
            continue
        did.append(what)
    return " ".join(did)


def _watching(file: VideoFile) -> None:
    said = file.read(8)
    file.seek(0)
    SERVED.append(said)
    if said.startswith(b"!exit"):
        os._exit(3)
    if said.startswith(b"!crash"):
        ctypes.string_at(0)
    if said.startswith(b"!spin"):
        while True:
            pass
    if said.startswith(b"!sleep"):
        time.sleep(1000)
    if said.startswith(b"!eat"):
        raise MemoryError
    if said.startswith(b"!open"):
        raise UnreadableError(f"opened: {_opened()}", "")
    if said.startswith(b"!far"):
        file.seek(1 << 40)
        file.read(8)
        file._ends.say(Word.READ, b"\xff" * 12)  # type: ignore[attr-defined]
    if said.startswith(b"!word"):
        os.write(int(sys.argv[1]), WORD.pack(99, 0))
    if said.startswith(b"!frame"):
        os.write(int(sys.argv[1]), WORD.pack(Word.FRAME, 1 << 31) + bytes(200))
    if said.startswith(b"!tired") and len(SERVED) > 1:
        os._exit(1)


if __name__ == "__main__":
    reel_child.main(_watching)
