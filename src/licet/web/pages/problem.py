"""When a page cannot be shown: what happened and what to do, in plain words."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Problem:
    """An answer that is not the page asked for.

    ``status`` is 401, 403, 404, 413, 429 or 500; another is told like 500. ``again_in`` are the
    seconds until it is worth trying again, and ``reference`` finds the line of the log that
    tells why.
    """

    template: ClassVar[str] = "problem.html"

    status: int
    again_in: int = 0
    reference: str = ""
