"""Decoding photos in processes of their own, which a bent file may break as it likes.

A photo that kills the process, takes too long or needs too much memory is *harmful*: it is
told so by a value, the process is replaced, and everything else goes on. A process can die
for a reason of the machine's, so a photo is tried once more before it is blamed for that;
not where it ran into a limit of its own.
"""

import mmap
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from threading import BoundedSemaphore, Lock
from weakref import finalize

import numpy as np

from licet.terms.errors import Setup
from licet.vision.decode import MAX_PIXELS, Decoded, UnreadableError, check_bytes
from licet.vision.wire import (
    ANSWER,
    PIXELS_FROM,
    QUESTION,
    READY,
    SHARED,
    Limits,
    Went,
    receive,
)

START_SECONDS = 60
LATER = 5
"""Seconds after which the limit in all is enforced from outside, should it not be inside."""
KEPT = 32 << 20
"""Shared memory beyond this is given back after a photo that took it."""
OWN_LIMITS = (-signal.SIGXCPU, -signal.SIGALRM)
COMMAND = ("-I", "-B", "-m", "licet.vision.child")


USUAL = Limits()


class DiedError(Exception):
    """The process ended while it decoded; ``code`` is how, as subprocess tells it."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Child:
    """One process that decodes, and the memory shared with it. One thread asks at a time."""

    def __init__(self, command: Sequence[str], limits: Limits) -> None:
        self._limits = limits
        ours, theirs = socket.socketpair()
        number = _memory()
        self._shared = mmap.mmap(number, SHARED)
        parts = [*command, *map(str, (theirs.fileno(), number, *_three(limits)))]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, numbers of ours
                [sys.executable, *compiled(), *parts],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(), number),
                env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                cwd="/",
            )
        os.close(number)
        self._ends = ours
        self._asked = False
        ours.settimeout(START_SECONDS)
        try:
            ready = receive(ours, len(READY))
        except OSError:
            ready = None
        if ready != READY:
            self.end()
            raise Setup(
                "the process that decodes photos does not start",
                "See why with `python -I -m licet.vision.child`, or bring its parts back.",
            )
        ours.settimeout(limits.wall + LATER)

    def ask(self, content: bytes, long_side: int | None) -> Decoded:
        """Return what decoding gave. Raises :class:`UnreadableError`, :class:`DiedError`."""
        self._asked = True
        self._shared[: len(content)] = content
        try:
            self._ends.sendall(QUESTION.pack(len(content), long_side or 0))
            said = receive(self._ends, ANSWER.size)
            went, width, height, rows, columns, length = ANSWER.unpack(said or bytes(ANSWER.size))
            text = receive(self._ends, length) if said else None
        except TimeoutError:
            self.end()
            raise DiedError(-signal.SIGALRM) from None
        except OSError:
            text = None
        if text is None:
            raise DiedError(self.end())
        if went == Went.UNREADABLE:
            self._asked = False
            reason, _, remedy = text.decode("utf-8", "replace").partition("\n")
            raise UnreadableError(reason, remedy)
        size = 3 * rows * columns
        sound = 0 < width * height <= MAX_PIXELS and 0 < rows * columns <= MAX_PIXELS
        if went != Went.WELL or not sound:
            # Too much memory, or an answer that no decoder of ours gives: a new process.
            self.end()
            raise _too_much() if went == Went.TOO_MUCH else harmful("gave a wrong answer")
        shared = np.frombuffer(self._shared, np.uint8, size, PIXELS_FROM)
        pixels = shared.reshape(rows, columns, 3).copy()
        del shared
        self._give_back(size, PIXELS_FROM)
        self._give_back(len(content), 0)
        self._asked = False
        return Decoded(width, height, pixels)

    @property
    def ready(self) -> bool:
        """Whether it can be asked: it lives, and has answered whatever it was asked."""
        return not self._asked and self._process.returncode is None

    def kill(self) -> None:
        """Stop it from another thread: whoever waits for its answer hears that it died."""
        self._process.kill()

    def end(self) -> int:
        """End it, if it has not ended, and return how; at once, whatever it does."""
        if self._process.returncode is not None:
            return self._process.returncode
        self._ends.close()
        try:
            # Who died of a signal is over already; who waits for a question ends by itself.
            code = self._process.wait(0.2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._shared.close()
        return code

    def _give_back(self, size: int, start: int) -> None:
        """Let go of shared memory that only a large photo takes."""
        if size > KEPT:
            first = start + KEPT
            self._shared.madvise(mmap.MADV_REMOVE, first, start + size - first)


def _three(limits: Limits) -> tuple[int, float, int]:
    return limits.cpu, limits.wall, limits.memory


def _memory() -> int:
    """Return an open file that lies in memory, as long as what is shared."""
    if hasattr(os, "memfd_create"):
        number = os.memfd_create("licet-photo", os.MFD_CLOEXEC)
    else:  # pragma: no cover - other systems than Linux
        with tempfile.TemporaryFile() as file:
            number = os.dup(file.fileno())
    os.truncate(number, SHARED)
    return number


def compiled() -> tuple[str, ...]:
    """Say where compiled modules lie: the variable that says so is not handed on."""
    return ("-X", f"pycache_prefix={sys.pycache_prefix}") if sys.pycache_prefix else ()


def harmful(what: str, kind: str = "photo") -> UnreadableError:
    """Return the error of a file that does harm when it is decoded: what it does."""
    return UnreadableError(
        f"it is quarantined: decoding it {what}",
        f"look at the file on a machine apart, or save the {kind} anew",
        harmful=True,
    )


def _too_much() -> UnreadableError:
    return harmful("took more memory than any photo needs")


def killed(code: int, kind: str = "photo") -> UnreadableError:
    """Return the error of a file at which the process that decodes it ended."""
    if code in OWN_LIMITS:
        return harmful(f"took longer than any {kind} needs", kind)
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    return harmful(f"killed the process that does it ({how})", kind)


def _end_all(idle: list[Child]) -> None:
    while idle:
        idle.pop().end()


class Children:
    """Decodes as :func:`licet.vision.decode.decode`, in at most ``most`` processes.

    They are started when the first photo needs them (a quarter second), kept for the next
    one, and end with this object.
    """

    def __init__(
        self, most: int = 2, limits: Limits = USUAL, command: Sequence[str] = COMMAND
    ) -> None:
        self._limits, self._command = limits, tuple(command)
        self._free = BoundedSemaphore(most)
        self._idle: list[Child] = []
        finalize(self, _end_all, self._idle)

    def __call__(self, content: bytes, long_side: int | None = None) -> Decoded:
        """Return upright pixels. Raises :class:`UnreadableError`, ``Setup``."""
        return Visit(self)(content, long_side)

    def visit(self) -> "Visit":
        """Return a way to decode many photos that can be stopped as one."""
        return Visit(self)

    def take(self) -> Child:
        """Return a process that is ready, once one may be had."""
        self._free.acquire()
        try:
            return self._idle.pop() if self._idle else Child(self._command, self._limits)
        except BaseException:
            self._free.release()
            raise

    def give_back(self, child: Child) -> None:
        """Keep a process for the next photo, or end it when it was left in the middle of one."""
        if child.ready:
            self._idle.append(child)
        else:
            child.end()
        self._free.release()


class Visit:
    """Photos that are decoded for one caller, who may stop them all."""

    def __init__(self, children: Children) -> None:
        self._children = children
        self._lock = Lock()
        self._busy: set[Child] = set()
        self._over = False

    def __call__(self, content: bytes, long_side: int | None = None) -> Decoded:
        """Return upright pixels. Raises :class:`UnreadableError`, ``Setup``."""
        check_bytes(content)
        try:
            return self._once(content, long_side)
        except DiedError as died:
            if self._over or died.code in OWN_LIMITS:
                raise killed(died.code) from died
        try:
            return self._once(content, long_side)
        except DiedError as died:
            raise killed(died.code) from died

    def stop(self) -> None:
        """End what is being decoded: whoever waits for it gets a value that nobody keeps."""
        with self._lock:
            self._over = True
            for child in self._busy:
                child.kill()

    def _once(self, content: bytes, long_side: int | None) -> Decoded:
        child = self._children.take()
        try:
            with self._lock:
                self._busy.add(child)
                if self._over:
                    child.kill()
            return child.ask(content, long_side)
        finally:
            with self._lock:
                self._busy.discard(child)
            self._children.give_back(child)
