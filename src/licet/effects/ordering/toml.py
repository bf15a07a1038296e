"""Reads a TOML document part by part; every complaint names the line and the part.

``tomllib`` tells lines of what it cannot read at all. What can be read and is not right is
found again by its name, so that whoever wrote the file sees where to look.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from licet.terms.errors import BadInput

_HEADER = re.compile(r"\s*(\[{1,2})\s*([A-Za-z0-9_.-]+)\s*\]{1,2}")
_NAMED = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True)
class Document:
    """A TOML document and its text. ``what`` names it in a complaint."""

    what: str
    text: str

    def read(self) -> "Part":
        """Return the whole document as a part. Raises ``BadInput``."""
        try:
            values = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise BadInput(
                f"{self.what} cannot be read: {_small(str(error))}",
                "Mend that line; `docs/formats/order.md` begins with a whole example.",
            ) from error
        except (ValueError, RecursionError) as error:
            raise BadInput(
                f"{self.what} cannot be read: a number or a list in it is far too long",
                "`docs/formats/order.md` begins with a whole example.",
            ) from error
        return Part(self, "", values)

    def line(self, path: str) -> int | None:
        """Return the line (from 1) on which a part is written, or its table begins."""
        found = {place: number for number, place in reversed(list(self._places()))}
        while path:
            if path in found:
                return found[path]
            path = path.rpartition(".")[0]
        return None

    def _places(self) -> Iterator[tuple[int, str]]:
        table, seen = "", dict[str, int]()
        for number, line in enumerate(self.text.splitlines(), start=1):
            header, named = _HEADER.match(line), _NAMED.match(line)
            if header:
                table = header[2]
                if header[1] == "[[":
                    seen[table] = seen.get(table, 0) + 1
                    table = f"{table}[{seen[table]}]"
                yield number, table
            elif named:
                yield number, f"{table}.{named[1]}" if table else named[1]


@dataclass(frozen=True)
class Part:
    """A table of a document: its path in it, and its values by name."""

    document: Document
    path: str
    values: dict[str, object]

    def wrong(self, name: str, says: str, remedy: str) -> BadInput:
        """Return the complaint about one value."""
        path = f"{self.path}.{name}" if self.path and name else name or self.path
        line = self.document.line(path)
        where = f"line {line}" if line else self.document.what
        return BadInput(f"{where}: {path} {says}", remedy)

    def only(self, *names: str) -> None:
        """Complain about a name that is none of these. Raises ``BadInput``."""
        for name in self.values:
            if name not in names:
                raise self.wrong(name, "is not known here", f"What may stand here: {_all(names)}.")

    def has(self, name: str) -> bool:
        """Say whether the value is there."""
        return name in self.values

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text of one line; without a default it must be there and not empty."""
        value = self.values.get(name, default)
        if value is None:
            raise self.wrong(name, "is missing", f'Write: {name} = "...".')
        if not isinstance(value, str):
            raise self.wrong(name, "is not text", f'Write it between quotes: {name} = "...".')
        stripped = value.strip()
        if not stripped.isprintable() or (not stripped and default is None):
            raise self.wrong(name, "is empty or not one line", "Write it on one line.")
        return stripped

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, none of them twice; without it none."""
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.wrong(name, "is not a list of texts", f'Write: {name} = ["...", "..."].')
        found = tuple(one.strip() for one in value)
        if len(set(found)) < len(found) or not all(found):
            raise self.wrong(name, "names something twice, or nothing", "Name each once.")
        return found

    def number(self, name: str) -> int:
        """Return a whole number from 1 on."""
        value = self.values.get(name)
        if value is None:
            raise self.wrong(name, "is missing", f"Write: {name} = 1.")
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.wrong(name, "is not a whole number from 1 on", f"Write: {name} = 1.")
        return value

    def truth(self, name: str) -> bool:
        """Return true or false; without it false."""
        value = self.values.get(name, False)
        if not isinstance(value, bool):
            raise self.wrong(name, "is neither true nor false", f"Write: {name} = true.")
        return value

    def day(self, name: str) -> date:
        """Return a day, written as such."""
        value = self.values.get(name)
        if value is None:
            raise self.wrong(name, "is missing", f"Write: {name} = 2026-12-31.")
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.wrong(name, "is not a day", f"Without quotes: {name} = 2026-12-31.")
        return value

    def word(self, name: str, kind: type[Word]) -> Word:
        """Return a word of a closed list."""
        value = self.text(name)
        return self.among(name, value, kind)

    def among(self, name: str, value: str, kind: type[Word]) -> Word:
        """Return the word of a closed list that a text spells."""
        known = {one.value: one for one in kind}
        if value not in known:
            raise self.wrong(name, f"says {value}", f"It is one of: {_all(known)}.")
        return known[value]

    def table(self, name: str) -> "Part":
        """Return a table; without it one that is empty."""
        value = self.values.get(name, {})
        if not isinstance(value, dict):
            raise self.wrong(name, "is not a table", f"Begin it with a line [{name}].")
        return Part(self.document, f"{self.path}.{name}" if self.path else name, value)

    def tables(self, name: str) -> tuple["Part", ...]:
        """Return a list of tables; without it none."""
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.wrong(name, "is not a list of tables", f"Begin each with [[{name}]].")
        return tuple(
            Part(self.document, f"{name}[{n}]", one) for n, one in enumerate(value, start=1)
        )


def _all(words: Iterable[str]) -> str:
    return ", ".join(words)


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]
