"""What can go wrong, by its status, as the API says it (RFC 9457)."""

from collections.abc import Mapping
from typing import Any


class Problem(Exception):
    """An answer that is none. ``kind`` is a stable word, ``instance`` finds the server's line."""

    def __init__(self, status: int, told: Mapping[str, Any]) -> None:
        self.status = status
        self.kind = str(told.get("type", "")).removeprefix("urn:licet:")
        self.title = str(told.get("title", f"status {status}"))
        self.detail = str(told.get("detail") or "")
        self.instance = str(told.get("instance", ""))
        self.told = dict(told)
        super().__init__(f"{self.title} {self.detail}".strip())


class Invalid(Problem):
    """What was sent is not right (400, 413, 422); ``errors`` say where and of what kind."""

    @property
    def errors(self) -> list[dict[str, str]]:
        """Return where something is wrong, as far as it is told."""
        found: list[dict[str, str]] = self.told.get("errors") or []
        return found


class Unknown(Problem):
    """Nobody known calls: the key is wrong, or over (401)."""


class Refused(Problem):
    """Refused (403): why, on which article, and what would change it."""

    @property
    def reason(self) -> str:
        """Return the reason, one word of docs/reference/refusals.md."""
        return str(self.told.get("reason") or "")

    @property
    def article(self) -> str:
        """Return the article of the law."""
        return str(self.told.get("article") or "")

    @property
    def would_change(self) -> str:
        """Return what would change it."""
        return str(self.told.get("would_change") or "")


class ToSign(Refused):
    """Refused for want of a signature. A program signs nothing: a member does, by passkey."""


class Missing(Problem):
    """There is no such object, or it is somebody else's: they look alike (404)."""


class Conflict(Problem):
    """The object is in a state that does not allow this, or the key was used before (409)."""


class Busy(Problem):
    """Too fast, or not now (429, 503); ``after`` says in how many seconds to try again."""

    after: float = 0.0


class Failed(Problem):
    """An error of the server (500 and above)."""


_BY_STATUS: dict[int, type[Problem]] = {
    400: Invalid,
    401: Unknown,
    403: Refused,
    404: Missing,
    409: Conflict,
    410: Conflict,
    413: Invalid,
    422: Invalid,
    429: Busy,
    503: Busy,
}


def problem_of(status: int, told: Mapping[str, Any], after: str = "") -> Problem:
    """Return the problem that an answer tells of; ``after`` is its Retry-After."""
    kind = _BY_STATUS.get(status, Failed if status >= 500 else Problem)
    if kind is Refused and told.get("reason") == "not_signed":
        kind = ToSign
    made = kind(status, told)
    if isinstance(made, Busy):
        made.after = float(after) if after.isdigit() else 1.0
    return made
