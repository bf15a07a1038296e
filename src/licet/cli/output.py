"""What people read: sentences and tables on stdout, diagnostics on stderr.

Names come from people and files, so nothing of them reaches the terminal as a command:
control and bidirectional characters are shown by their number.
"""

import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from licet.cli.exits import Exit
from licet.cli.to_json import document

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 240
"""Columns of a table that goes to a file or a pipe: nothing is cut off there."""

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: headings and rows of cells; ``empty`` is said when there is no row.

    ``red`` are the numbers of rows that must not be overlooked; a word in them says why.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str
    red: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command answers: a value for machines, lines for people, the exit code."""

    value: object
    lines: Sequence[str | Grid] = field(default_factory=tuple)
    code: Exit = Exit.DONE


def count(number: int, what: str) -> str:
    """Return a number of things: ``1 photo``, ``2 photos``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def sentence(text: str) -> str:
    """Return one sentence with one full stop, whoever wrote it."""
    text = text.strip().rstrip(".")
    return text if text.endswith("?") else f"{text}."


def advice(text: str) -> str:
    """Return what to do as a sentence, with a capital letter unless it begins with a path."""
    head = text.split(" ", 1)[0]
    return sentence(text[:1].upper() + text[1:] if head.isalpha() else text)


def plain(text: str) -> str:
    """Return text as it may stand on a terminal: one line, nothing hidden in it."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(letter) for letter in text)


def _shown(letter: str) -> str:
    if unicodedata.category(letter) in _HIDDEN:
        return f"\\u{ord(letter):04x}"
    return letter


def tell(answer: Answer, *, as_json: bool) -> Exit:
    """Print an answer to stdout, in one of its two forms, and return its exit code."""
    if as_json:
        write(document(answer.value))
    else:
        say(answer.lines)
    return answer.code


def say(lines: Iterable[str | Grid], stream: TextIO | None = None) -> None:
    """Print sentences and tables, to stdout by default."""
    lines = tuple(lines)
    if not lines:
        return
    console = _console(stream or sys.stdout)
    for line in lines:
        if isinstance(line, Grid):
            _print(console, line)
        else:
            console.print(plain(line), soft_wrap=True)


def write(text: str) -> None:
    """Write text to stdout as it is."""
    sys.stdout.write(text)
    sys.stdout.flush()


def note(text: str) -> None:
    """Write one line of diagnostics to stderr."""
    sys.stderr.write(plain(text) + "\n")
    sys.stderr.flush()


@contextmanager
def aloud(as_json: bool) -> Iterator[None]:
    """Let what a block prints for people go to stderr when stdout is for one document."""
    if not as_json:
        yield
        return
    with redirect_stdout(sys.stderr):
        yield


def _console(stream: TextIO) -> "Console":
    from rich.console import Console

    width = None if stream.isatty() else WIDE
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)


def _print(console: "Console", grid: Grid) -> None:
    from rich.table import Table
    from rich.text import Text

    if not grid.rows:
        console.print(grid.empty, soft_wrap=True)
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in grid.headings:
        table.add_column(heading, overflow="fold")
    for number, row in enumerate(grid.rows):
        style = "bold red" if number in grid.red else ""
        table.add_row(*(Text(plain(cell), style) for cell in row))
    with console.capture() as drawn:
        console.print(table)
    # Rich fills each line up; what follows in a pipe should not have to cut it again.
    console.file.write("".join(f"{row.rstrip()}\n" for row in drawn.get().splitlines()))
