"""Photos that members are about to search with: in this process's memory, for minutes.

A photo is evidence, and may show anybody. It is written nowhere: no file, no log, no row. It
goes when its time is over, when its member brings another, and when the server ends; what a
search keeps of it is decided by the flow (``licet.search``), not here.
"""

import secrets
import threading
from dataclasses import dataclass

from licet.terms.face import Box
from licet.terms.ids import CaseId, MemberId

SECONDS = 600.0
"""Long enough to look, to choose, and to prove once more who one is."""

MOST = 16
"""Photos held at a time, of up to 32 MB each; the oldest makes way."""


@dataclass(frozen=True, slots=True)
class Held:
    """A photo that waits, its faces (strongest first), and a picture of it as JPEG."""

    member: MemberId
    case: CaseId
    photo: bytes
    picture: bytes
    width: int
    height: int
    faces: tuple[Box, ...]


class Probes:
    """The photos that wait. Each is its own member's, in whatever session they come."""

    def __init__(self, seconds: float = SECONDS, most: int = MOST) -> None:
        self._seconds = seconds
        self._most = most
        self._lock = threading.Lock()
        self._held: dict[str, tuple[Held, threading.Timer]] = {}

    def hold(self, held: Held) -> str:
        """Keep a photo for a while, in place of its member's last one; returns its word."""
        token = secrets.token_urlsafe(24)
        timer = threading.Timer(self._seconds, self.drop, (token,))
        timer.daemon = True
        with self._lock:
            theirs = [one for one, (kept, _) in self._held.items() if kept.member == held.member]
            rest = [one for one in self._held if one not in theirs]
            for old in theirs + rest[: max(len(rest) + 1 - self._most, 0)]:
                self._held.pop(old)[1].cancel()
            self._held[token] = (held, timer)
            timer.start()
        return token

    def get(self, token: str, member: MemberId) -> Held | None:
        """Return a member's photo, or None where it went or is somebody else's."""
        with self._lock:
            found = self._held.get(token)
        return found[0] if found is not None and found[0].member == member else None

    def of(self, member: MemberId) -> tuple[str, Held] | None:
        """Return the one photo that waits for a member, with its word."""
        with self._lock:
            found = ((token, held) for token, (held, _) in self._held.items())
            return next((one for one in found if one[1].member == member), None)

    def drop(self, token: str) -> None:
        """Let a photo go now."""
        with self._lock:
            found = self._held.pop(token, None)
        if found is not None:
            found[1].cancel()

    def close(self) -> None:
        """Let all of them go."""
        with self._lock:
            tokens = tuple(self._held)
        for token in tokens:
            self.drop(token)
