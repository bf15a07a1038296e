"""The form of a letter: paragraphs, lists, and lines to be copied; read from plain text."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["paragraph", "list", "copy"]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a letter. A list has a line for each point, without its dash."""

    kind: Kind
    lines: tuple[str, ...]


def blocks(text: str) -> tuple[Block, ...]:
    """Take a text apart: an empty line ends a block, and so does a line of another kind."""
    found: list[Block] = []
    going = False
    for line in text.splitlines():
        if not line.strip():
            going = False
            continue
        kind = _kind(line)
        words = line.strip().removeprefix("- ") if kind == "list" else line.strip()
        if going and found[-1].kind == kind:
            found[-1] = Block(kind, (*found[-1].lines, words))
        else:
            found.append(Block(kind, (words,)))
        going = True
    return tuple(found)


def _kind(line: str) -> Kind:
    if line.startswith("    "):
        return "copy"
    return "list" if line.startswith("- ") else "paragraph"


_BEFORE = {"paragraph": "", "list": "- ", "copy": "    "}


def written(parts: tuple[Block, ...]) -> str:
    """Return blocks as plain text, an empty line between any two."""
    texts = ["\n".join(_BEFORE[part.kind] + line for line in part.lines) for part in parts]
    return "\n\n".join(texts) + "\n"
