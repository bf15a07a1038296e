"""What a run over a source did: counts, and never where a photo is.

A file's name can name a person, and what a command prints ends in logs that others read.
So the photos that could not be read are counted by reason; who runs the command may have
their places written into a file that nobody else can open.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from licet.cli import files
from licet.cli.output import count, plain
from licet.terms.collecting import Collected
from licet.terms.ids import RunId

Places = Annotated[
    Path | None,
    typer.Option("--unreadable", metavar="FILE", help="Where to write which photos were not read."),
]


@dataclass(frozen=True, slots=True)
class Unread:
    """How many of the named photos could not be read, for one reason."""

    reason: str
    photos: int


@dataclass(frozen=True, slots=True)
class Ran:
    """A run as it is told: everything but the places of photos."""

    run: RunId
    items: int
    known: int
    faces: int
    appearances: int
    suggestions: int
    unreadable: tuple[Unread, ...]
    unreadable_count: int


def told(done: Collected) -> Ran:
    """Return what a run did, with the photos that could not be read counted by reason."""
    reasons = Counter(reason for _, reason in done.unreadable)
    return Ran(
        done.run,
        done.items,
        done.known,
        done.faces,
        done.appearances,
        done.suggestions,
        tuple(Unread(reason, number) for reason, number in sorted(reasons.items())),
        done.unreadable_count,
    )


def lines(done: Collected) -> tuple[str, ...]:
    """Return what a run did, in sentences."""
    kept = f"{count(done.appearances, 'appearance')}, {count(done.suggestions, 'suggestion')}"
    seen = f"{count(done.items, 'photo')} looked at, {done.known} known before"
    said = [
        f"{seen}, {count(done.faces, 'face')}.",
        f"  kept: {kept}; other faces are forgotten, their boxes kept to cover them",
    ]
    if done.unreadable_count:
        said.append(f"  {done.unreadable_count} could not be read:")
        said += [f"    {one.photos}: {one.reason}" for one in told(done).unreadable]
    if done.unreadable_count > len(done.unreadable):
        said.append(f"    and {done.unreadable_count - len(done.unreadable)} more")
    return tuple(said)


@contextmanager
def place_for(path: Path | None) -> Iterator[files.Handout | None]:
    """Take the place of the file for places, if one is wanted, before the walk begins."""
    if path is None:
        yield None
        return
    with files.handout(path) as file:
        yield file


def write_places(file: files.Handout | None, done: Iterable[Collected]) -> None:
    """Write the place of each photo that was named, a line each; at most a hundred a run."""
    if file is not None:
        named = [pair for one in done for pair in one.unreadable]
        text = "".join(f"{plain(address)}\t{reason}\n" for address, reason in named)
        file.write(text.encode())
