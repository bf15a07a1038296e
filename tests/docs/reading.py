"""What a page of the documentation says: its console blocks, and the names it gives.

A console block is fenced as ``console``. Its lines: ``$ `` and a command (a line that
ends in ``\\`` goes on), then what the command prints. Blocks in other languages are for
the eye; their ``licet`` commands are checked for being there, not played.
"""

import hashlib
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.gates.tree import ROOT

CONSOLE = re.compile(r"^```console\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^```(?P<kind>[a-z]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?:src|docs|tests|scripts|bench|requirements)/[\w./-]*[\w/]")
MODULE = re.compile(r"licet(?:\.[a-z_]+)+(?:\.[A-Za-z_]+)*")
FORMAT = re.compile(r"licet [a-z -]+ v\d+")
"""The first line of a file of ours, which no page means as a command."""

UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


@dataclass(frozen=True, slots=True)
class Step:
    """A command of a console block and what the page says that it prints."""

    command: str
    prints: str


def pages() -> list[Path]:
    """Return every page of the documentation, and the README."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def steps(body: str) -> list[Step]:
    """Return a console block's commands in their order. Raises for output before any."""
    found: list[Step] = []
    going_on = False
    for line in body.splitlines():
        if going_on:
            found[-1] = Step(f"{found[-1].command}\n{line}", "")
        elif line.startswith("$ "):
            found.append(Step(line[2:], ""))
        else:
            last = found[-1]
            found[-1] = Step(last.command, f"{last.prints}{line}\n")
        going_on = found[-1].command.endswith("\\") and not found[-1].prints
    return found


def body(made: list[Step]) -> str:
    """Return the block of these steps."""
    return "".join(f"$ {step.command}\n{step.prints}" for step in made)


def page_id(number: int) -> str:
    """Return the id that pages show for the ``number``-th id met (from 1): always the same."""
    text = hashlib.sha256(f"licet page id {number}".encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"


def licet_commands(text: str) -> Iterator[list[str]]:
    """Yield the words after ``licet`` of every command that a page names."""
    for block in FENCED.finditer(text):
        for line in block["body"].replace("\\\n", " ").splitlines():
            yield from _licet(line.removeprefix("$ ").split("#")[0])
    for quoted in INLINE.findall(FENCED.sub("", text)):
        yield from _licet(quoted)


def _licet(line: str) -> Iterator[list[str]]:
    if not line.startswith("licet ") or FORMAT.fullmatch(line.strip()):
        return
    words = shlex.split(re.split(r"\s(?:\||>|<|&&)", line)[0])
    yield words[1:]


def named_paths(text: str) -> set[str]:
    """Return the paths of this project that a page names in backquotes."""
    quoted = INLINE.findall(FENCED.sub("", text))
    return {found for one in quoted for found in PATH.findall(one) if _is_path(one, found)}


def _is_path(quoted: str, found: str) -> bool:
    return quoted.startswith(found) and not set("*<{") & set(quoted)


def named_modules(text: str) -> set[str]:
    """Return the modules and names of ours that a page names in backquotes."""
    quoted = INLINE.findall(FENCED.sub("", text))
    return {one for one in quoted if MODULE.fullmatch(one)}
