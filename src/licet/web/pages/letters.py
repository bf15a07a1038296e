"""The pages of letters with authorities: the list, the form, and one that is answered."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from licet.terms.corresponding import LetterLine
from licet.terms.ids import MemberId, OrderId


@dataclass(frozen=True, slots=True)
class LetterList:
    """Letters: those that wait for an answer, the first due first; all of them if ``everything``.

    ``alarms`` says that warnings go to an address of the operator.
    """

    template: ClassVar[str] = "letters.html"

    lines: tuple[LetterLine, ...]
    everything: bool = False
    may_file: bool = False
    alarms: bool = True

    @property
    def late(self) -> int:
        """How many are late."""
        return sum(one.late for one in self.lines)


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A form: a letter that came, or one of ours. ``owners`` may see to it."""

    template: ClassVar[str] = "letter_new.html"

    owners: tuple[tuple[MemberId, str], ...]
    orders: tuple[tuple[OrderId, str], ...]
    today: date


@dataclass(frozen=True, slots=True)
class OneLetter:
    """One letter, and the forms that answer it or give it to another."""

    template: ClassVar[str] = "letter.html"

    line: LetterLine
    owners: tuple[tuple[MemberId, str], ...] = ()
    may_act: bool = False
    done: str = ""
