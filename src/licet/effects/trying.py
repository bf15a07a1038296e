"""Does one thing after another, whatever becomes of each: one that fails stops no other."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from licet.terms.errors import Busy, Stopped

T = TypeVar("T")


@dataclass(frozen=True)
class Trying:
    """What was tried and could not be done, in words that name nobody."""

    problems: list[str] = field(default_factory=list)

    def do(self, what: str, act: Callable[[], T], otherwise: T) -> T:
        """Return what ``act`` returns, or ``otherwise``; ``what`` names it without a person.

        Only the kind of an error is written down: its words may name a place or a file.
        What is busy is not failing. Raises ``Stopped``: that is an operator's wish.
        """
        try:
            return act()
        except Stopped:
            raise
        except Busy:
            return otherwise
        except Exception as error:  # noqa: BLE001 - a defect in one thing must not stop all others
            self.problems.append(f"{what}: {type(error).__name__}")
            return otherwise
