"""The process that decodes photos, and may do nothing else.

A decoder is old C code that is handed bytes by strangers. So it runs here, where a file that
breaks it breaks nothing: in a process that was started anew (no key, no row and no setting
of the deployment was ever in its memory), and that before the first byte gives up

1. opening anything: no file, no socket, no program (``RLIMIT_NOFILE``, ``RLIMIT_FSIZE``);
2. memory beyond a limit (``RLIMIT_AS``);
3. time beyond a limit, of the processor and in all, for each photo anew.

It is no full sandbox: a file that takes the decoder over can still make system calls on what
is open, which is its socket and the shared memory (docs/decisions/decoding-apart.md says why
calls are not filtered).
"""

import contextlib
import mmap
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from licet.vision.decode import Decoded, Pixels, UnreadableError, decode
from licet.vision.wire import (
    ANSWER,
    MOST_TEXT,
    PIXELS_FROM,
    QUESTION,
    READY,
    SHARED,
    Limits,
    Went,
    receive,
)

Work = Callable[[bytes, int | None, Pixels], Decoded]
"""As :func:`licet.vision.decode.decode`, into the room that is shared if that may be."""


def confine(limits: Limits) -> None:
    """Give up what decoding does not need. What is imported later cannot be found any more."""
    Image.init()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the other process's business.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_in_use() + limits.memory,) * 2)  # 2
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # 1
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _in_use() -> int:
    """Return how many bytes of addresses this process has; only Linux tells and limits them."""
    with contextlib.suppress(OSError):
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * mmap.PAGESIZE
    return 0


def serve(control: socket.socket, shared: mmap.mmap, limits: Limits, work: Work = decode) -> None:
    """Answer until nobody asks any more."""
    room = np.frombuffer(shared, np.uint8, offset=PIXELS_FROM)
    control.sendall(READY)
    while (asked := receive(control, QUESTION.size)) is not None:
        size, side = QUESTION.unpack(asked)
        signal.setitimer(signal.ITIMER_REAL, limits.wall)  # 3
        spent = resource.getrusage(resource.RUSAGE_SELF)
        soon = int(spent.ru_utime + spent.ru_stime) + 1 + limits.cpu
        resource.setrlimit(resource.RLIMIT_CPU, (soon, resource.RLIM_INFINITY))
        answer = _answer(work, shared[:size], side, room)
        signal.setitimer(signal.ITIMER_REAL, 0)
        control.sendall(answer)


def _answer(work: Work, content: bytes, side: int, room: Pixels) -> bytes:
    """Decode one photo, leave its pixels in the room, and return what is said of it."""
    try:
        found = work(content, side or None, room)
    except UnreadableError as error:
        too_much = isinstance(error.__cause__, MemoryError)
        went = Went.TOO_MUCH if too_much else Went.UNREADABLE
        return _refused(went, error.value.reason, error.value.remedy)
    except MemoryError:
        return _refused(Went.TOO_MUCH, "", "")
    rows, columns = found.pixels.shape[:2]
    if found.pixels.ctypes.data != room.ctypes.data:
        room[: found.pixels.size] = found.pixels.reshape(-1)
    return ANSWER.pack(Went.WELL, found.width, found.height, rows, columns, 0)


def _refused(went: Went, reason: str, remedy: str) -> bytes:
    text = f"{reason}\n{remedy}".encode()[:MOST_TEXT]
    return ANSWER.pack(went, 0, 0, 0, 0, len(text)) + text


def main(work: Work = decode) -> None:
    """Serve the process that started this one: socket, shared file and limits are arguments."""
    control, shared, cpu, wall, memory = sys.argv[1:6]
    limits = Limits(int(cpu), float(wall), int(memory))
    ends = socket.socket(fileno=int(control))
    mapped = mmap.mmap(int(shared), SHARED)
    os.close(int(shared))
    confine(limits)
    serve(ends, mapped, limits, work)


if __name__ == "__main__":
    main()
