"""Decoding videos in processes of their own, which a bent file may break as it likes.

A process is started for the first video, kept for the next, and replaced when it was left in
the middle of one. Frames come one at a time when they are asked for: the process waits for
room in the socket, so that nobody's memory grows with a video's length.

A video that kills its process, or takes a step that is too long, is *harmful* and told so by
a value. A process can die for a reason of the machine's, so the video is tried once more
before it is blamed for that.
"""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import TypeVar
from weakref import finalize

from av.video.frame import VideoFrame

from licet.terms.clip import VideoFile
from licet.terms.errors import Setup
from licet.terms.face import Unreadable
from licet.vision.apart import (
    LATER,
    OWN_LIMITS,
    START_SECONDS,
    DiedError,
    compiled,
    harmful,
    killed,
)
from licet.vision.decode import UnreadableError
from licet.vision.frames import BEAT_SECONDS
from licet.vision.guard import MOST_PIXELS, Beat, in_bounds
from licet.vision.picture import MOST_STRETCH, Frame, Upright
from licet.vision.reel_wire import (
    FILM_LIMITS,
    FORMATS,
    FRAME,
    GIVEN,
    MOST_PIECE,
    MOST_TEXT,
    NOT_READ,
    ORDER,
    PIECE,
    STATE,
    WORD,
    Order,
    Word,
    fraction_of,
    samples,
)
from licet.vision.wire import READY, Limits, receive

COMMAND = ("-I", "-B", "-m", "licet.vision.reel_child")
KIND = "video"
KEPT = 2
"""Processes that wait for the next video."""

Result = TypeVar("Result")


class _WrongError(Exception):
    """The process said what no decoder of ours says."""


class Projector:
    """One process that decodes videos. One thread asks at a time."""

    def __init__(self, command: Sequence[str], limits: Limits) -> None:
        self._limits = limits
        self.busy = False
        ours, theirs = socket.socketpair()
        numbers = (theirs.fileno(), limits.cpu, limits.wall, limits.memory)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, numbers of ours
                [sys.executable, *compiled(), *command, *map(str, numbers)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                cwd="/",
            )
        self._ends = ours
        ours.settimeout(START_SECONDS)
        try:
            ready = receive(ours, len(READY))
        except OSError:
            ready = None
        if ready != READY:
            self.end()
            raise Setup(
                "the process that decodes videos does not start",
                "See why with `python -I -m licet.vision.reel_child`, or bring its parts back.",
            )

    def say(self, order: Order, number: int = 0) -> None:
        """Give an order. Raises :class:`DiedError`."""
        self.give(ORDER.pack(order, number))

    def give(self, content: bytes) -> None:
        """Hand bytes over. Raises :class:`DiedError`."""
        self._ends.settimeout(self._limits.wall + LATER)
        try:
            self._ends.sendall(content)
        except TimeoutError:
            self.end()
            raise DiedError(-signal.SIGALRM) from None
        except OSError:
            raise DiedError(self.end()) from None

    def hear(self, size: int, beat: Beat) -> bytearray:
        """Return so many bytes; ``beat`` is called meanwhile. Raises :class:`DiedError`."""
        content = bytearray(size)
        view, since = memoryview(content), time.monotonic()
        self._ends.settimeout(BEAT_SECONDS)
        while view:
            try:
                got = self._ends.recv_into(view)
            except TimeoutError:
                beat()
                if time.monotonic() - since > self._limits.wall + LATER:
                    self.end()
                    raise DiedError(-signal.SIGALRM) from None
                continue
            except OSError:
                got = 0
            if not got:
                raise DiedError(self.end())
            view, since = view[got:], time.monotonic()
        return content

    def end(self) -> int:
        """End it, if it has not ended, and return how; at once, whatever it does."""
        if self._process.returncode is not None:
            return self._process.returncode
        self._ends.close()
        try:
            # Who died of a signal is over already; who waits for an order ends by itself.
            return self._process.wait(0.2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


class FarReel:
    """A video that is open in another process, as :class:`licet.vision.reel.Shown`."""

    def __init__(self, projector: Projector, file: VideoFile) -> None:
        self._projector, self._file = projector, file
        self._size = file.seek(0, 2)
        self.beat: Beat = lambda: None
        self.lacking: list[str] = []
        self._said: list[str] = []
        self.total: int | None = None
        self.ends = 0
        self.begins: Fraction | None = None
        self.upright: Upright | None = None
        self.asked = False
        self._beaten = 0.0
        projector.say(Order.OPEN, self._size)
        word, length = self._next()
        if word != Word.OPENED:
            raise _WrongError
        self._take_state()
        self._take_lacking(length)

    def frames(self) -> Generator[Frame, None, None]:
        """Yield the frames worth a look, in the order of their times."""
        return self._shown(Order.LOOKS)

    def every(self) -> Generator[Frame, None, None]:
        """Yield every sound frame, in the order of their times."""
        return self._shown(Order.EVERY)

    def still(self, at: int) -> Frame | None:
        """Return the last frame shown at or before a moment, in milliseconds."""
        return next(iter(list(self._shown(Order.STILL, max(0, at)))), None)

    def close(self) -> None:
        """Let go of a video of which no frame was asked for."""
        for _ in self._shown(Order.CLOSE):
            raise _WrongError

    def _shown(self, order: Order, number: int = 0) -> Generator[Frame, None, None]:
        self.asked = True
        self._projector.say(order, number)
        while True:
            word, length = self._next()
            if word == Word.OPENED:
                raise _WrongError
            self._take_state()
            if word == Word.END:
                self._take_lacking(length)
                self._projector.busy = False
                return
            yield self._frame(length)

    def _next(self) -> tuple[Word, int]:
        """Serve the file until something is said that is not about it."""
        while True:
            self._beat()
            number, length = WORD.unpack(self._hear(WORD.size))
            if number == Word.READ:
                self._give(*PIECE.unpack(self._hear(PIECE.size)))
            elif number == Word.UNREADABLE:
                reason, _, remedy = self._text(length).partition("\n")
                self._projector.busy = False
                raise UnreadableError(reason, remedy)
            elif number == Word.TOO_MUCH:
                raise harmful("took more memory than any video needs", KIND)
            elif number in (Word.OPENED, Word.FRAME, Word.END):
                return Word(number), length
            elif number != Word.BEAT:
                raise _WrongError

    def _give(self, at: int, size: int) -> None:
        if size > MOST_PIECE or at > self._size:
            raise _WrongError
        try:
            self._file.seek(at)
            content = self._file.read(size)
        except OSError:
            self._projector.give(GIVEN.pack(NOT_READ))
            return
        self._projector.give(GIVEN.pack(len(content)) + content)

    def _take_state(self) -> None:
        total, ends, number, parts, wide, high, turned = STATE.unpack(self._hear(STATE.size))
        shown = 1 <= turned <= 8 and 0 < wide * high <= MOST_STRETCH * MOST_PIXELS
        if ends < 0 or (turned and not shown):
            raise _WrongError
        self.total = total if total >= 0 else None
        self.ends, self.begins = ends, fraction_of(number, parts)
        self.upright = Upright(wide, high, turned) if turned else self.upright

    def _take_lacking(self, length: int) -> None:
        """Take note of what is lacking: each is told once, among what others said meanwhile."""
        said = self._text(length).splitlines()
        self.lacking += said[len(self._said) :]
        self._said = said

    def _frame(self, length: int) -> Frame:
        at, changed, woven, kind, *colours, wide, high = FRAME.unpack(self._hear(FRAME.size))
        if at < 0 or kind >= len(FORMATS) or not in_bounds(wide, high) or self.upright is None:
            raise _WrongError
        picture = VideoFrame(wide, high, FORMATS[kind])
        planes = list(samples(picture))
        if length != sum(plane.size for plane in planes):
            raise _WrongError
        for plane in planes:
            plane[:] = memoryview(self._hear(plane.size)).cast("B", plane.shape)
        picture.colorspace, picture.color_range = colours[0], colours[1]
        picture.color_trc, picture.color_primaries = colours[2], colours[3]
        return Frame(at, bool(changed), picture, self.upright, bool(woven))

    def _text(self, length: int) -> str:
        if length > MOST_TEXT:
            raise _WrongError
        return self._hear(length).decode("utf-8", "replace")

    def _hear(self, size: int) -> bytearray:
        return self._projector.hear(size, self._beat)

    def _beat(self) -> None:
        if time.monotonic() - self._beaten >= BEAT_SECONDS:
            self._beaten = time.monotonic()
            self.beat()


def _end_all(idle: list[Projector]) -> None:
    while idle:
        idle.pop().end()


class Cinema:
    """Opens videos in processes of their own, which end with this object."""

    def __init__(self, limits: Limits = FILM_LIMITS, command: Sequence[str] = COMMAND) -> None:
        self._limits, self._command = limits, tuple(command)
        self._idle: list[Projector] = []
        finalize(self, _end_all, self._idle)

    @contextmanager
    def opened(self, file: VideoFile) -> Iterator[FarReel]:
        """Open a video. Raises :class:`UnreadableError`, :class:`DiedError`, ``Setup``."""
        projector = self._taken()
        projector.busy = True
        try:
            reel = FarReel(projector, file)
            yield reel
            if not reel.asked:
                reel.close()
        except _WrongError:
            raise harmful("gave a wrong answer", KIND) from None
        finally:
            if projector.busy or len(self._idle) >= KEPT:
                projector.end()
            else:
                self._idle.append(projector)

    def _taken(self) -> Projector:
        try:
            return self._idle.pop()
        except IndexError:
            return Projector(self._command, self._limits)


def blamed_once_more(work: Callable[[], Result]) -> Result | Unreadable:
    """Return what work on a video gives, or that it does harm: after a second try."""
    code = 0
    for _ in range(2):
        try:
            return work()
        except DiedError as died:
            code = died.code
            if code in OWN_LIMITS:
                break
    return killed(code, KIND).value
