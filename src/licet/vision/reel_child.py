"""The process that decodes videos, and may do nothing else.

Like the one for photos (:mod:`licet.vision.child`): started anew, so that no key of the
deployment was ever in its memory, and before the first byte it gives up opening anything,
memory beyond a limit, and time beyond a limit for each step. It has no file: it asks for
pieces of one, and a decoder that wants another is told that there is none.
"""

import importlib
import pkgutil
import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator

import av

from licet.terms.clip import VideoFile
from licet.vision.child import confine
from licet.vision.decode import UnreadableError
from licet.vision.frames import Reel
from licet.vision.opening import opened
from licet.vision.picture import Frame
from licet.vision.reel_wire import (
    FORMATS,
    FRAME,
    GIVEN,
    MOST_PIECE,
    MOST_TEXT,
    ORDER,
    PIECE,
    STATE,
    WORD,
    Order,
    Word,
    handed_over,
    samples,
)
from licet.vision.wire import READY, Limits, receive

NOT_NEEDED = frozenset({"av.__main__", "av.datasets"})

Watching = Callable[[VideoFile], None]
"""Called with each file before it is opened; tests do harm here."""


class Ends:
    """The socket to the asker; each word begins a new step, with time of its own."""

    def __init__(self, control: socket.socket, limits: Limits) -> None:
        self._control, self._limits = control, limits

    def say(self, word: Word, fixed: bytes = b"", *rest: bytes) -> None:
        """Say something, and wait until the asker has room for it, which costs no time."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        self._control.sendall(WORD.pack(word, sum(map(len, rest))) + fixed)
        for part in rest:
            self._control.sendall(part)
        self._begin()

    def hear(self, size: int) -> bytes:
        """Return so many bytes of the asker's. Raises ``EOFError`` when it is gone."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        found = receive(self._control, size)
        if found is None:
            raise EOFError
        self._begin()
        return found

    def _begin(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, self._limits.wall)
        spent = resource.getrusage(resource.RUSAGE_SELF)
        soon = int(spent.ru_utime + spent.ru_stime) + 1 + self._limits.cpu
        resource.setrlimit(resource.RLIMIT_CPU, (soon, resource.RLIM_INFINITY))


class Pieces:
    """A file of which the asker gives pieces."""

    def __init__(self, ends: Ends, size: int) -> None:
        self._ends, self._size, self._at = ends, size, 0

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes, none at the end. Raises ``OSError``."""
        size = min(size, MOST_PIECE, max(0, self._size - self._at))
        if size <= 0:
            return b""
        self._ends.say(Word.READ, PIECE.pack(self._at, size))
        (given,) = GIVEN.unpack(self._ends.hear(GIVEN.size))
        if given < 0:
            raise OSError("the file cannot be read")
        content = self._ends.hear(given)
        self._at += len(content)
        return content

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place as files do, and return it."""
        at = offset + (0, self._at, self._size)[whence]
        if at < 0:
            raise OSError("a file has no place before its beginning")
        self._at = at
        return at

    def tell(self) -> int:
        """Return the place."""
        return self._at


def serve(ends: Ends, watching: Watching = lambda _file: None) -> None:
    """Open one video after the other until nobody asks any more."""
    while True:
        try:
            order, size = ORDER.unpack(ends.hear(ORDER.size))
        except EOFError:
            return
        if order == Order.OPEN:
            _one(ends, Pieces(ends, size), watching)


def _one(ends: Ends, file: Pieces, watching: Watching) -> None:
    try:
        watching(file)
        with opened(file) as reel:
            reel.beat = lambda: ends.say(Word.BEAT)
            ends.say(Word.OPENED, _state(reel), _lacking(reel))
            for frame in _wanted(reel, *ORDER.unpack(ends.hear(ORDER.size))):
                _show(ends, reel, frame)
            ends.say(Word.END, _state(reel), _lacking(reel))
    except UnreadableError as error:
        value = error.value
        ends.say(Word.UNREADABLE, b"", f"{value.reason}\n{value.remedy}".encode()[:MOST_TEXT])
    except MemoryError:
        ends.say(Word.TOO_MUCH)


def _wanted(reel: Reel, order: int, at: int) -> Iterator[Frame]:
    if order == Order.LOOKS:
        return reel.frames()
    if order == Order.EVERY:
        return reel.every()
    found = reel.still(at) if order == Order.STILL else None
    return iter(() if found is None else (found,))


def _show(ends: Ends, reel: Reel, frame: Frame) -> None:
    picture = handed_over(frame.picture)
    told = FRAME.pack(
        frame.at,
        frame.changed,
        frame.woven,
        FORMATS.index(picture.format.name),
        *(int(one) & 0xFF for one in (picture.colorspace, picture.color_range)),
        *(int(one) & 0xFF for one in (picture.color_trc, picture.color_primaries)),
        picture.width,
        picture.height,
    )
    planes = [plane.tobytes() for plane in samples(picture)]
    ends.say(Word.FRAME, _state(reel, frame) + told, *planes)


def _state(reel: Reel, frame: Frame | None = None) -> bytes:
    begins, upright = reel.begins, reel.upright if frame is None else frame.upright
    return STATE.pack(
        -1 if reel.total is None else reel.total,
        reel.ends,
        begins.numerator if begins is not None else 0,
        begins.denominator if begins is not None else 0,
        *((upright.wide, upright.high, upright.orientation) if upright else (0, 0, 0)),
    )


def _lacking(reel: Reel) -> bytes:
    return "\n".join(reel.lacking).encode()[:MOST_TEXT]


def import_all() -> None:
    """Import what the decoder would import when it first meets it: later nothing is found."""
    for part in pkgutil.walk_packages(av.__path__, "av."):
        if part.name not in NOT_NEEDED:
            importlib.import_module(part.name)


def main(watching: Watching = lambda _file: None) -> None:
    """Serve the process that started this one: socket and limits are arguments."""
    control, cpu, wall, memory = sys.argv[1:5]
    limits = Limits(int(cpu), float(wall), int(memory))
    ends = socket.socket(fileno=int(control))
    import_all()
    confine(limits)
    ends.sendall(READY)
    serve(Ends(ends, limits), watching)


if __name__ == "__main__":
    main()
