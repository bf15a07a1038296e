"""Packages as files: volumes, locked or not, or the folder that they were unpacked into."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from licet.terms.errors import BadInput, Conflict

ZIP = b"PK"
"""What a ZIP file begins with."""

_MOST_LISTED = 1 << 26


@dataclass(frozen=True, slots=True)
class OnDisk:
    """The files of a package, by name, and how each is opened."""

    names: tuple[str, ...]
    open: Callable[[str], AbstractContextManager[BinaryIO]]


def is_package(path: Path) -> bool:
    """Say whether a path is a volume of a package, or a folder with one unpacked."""
    if path.is_dir():
        return (path / "files.json").is_file()
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(ZIP)) == ZIP


def is_pack(found: OnDisk) -> bool:
    """Say whether files are those of a pack about an order."""
    from licet.ledger.pack import LISTING, is_listing

    if LISTING not in found.names:
        return False
    with found.open(LISTING) as stream:
        return is_listing(stream.read(_MOST_LISTED))


@contextmanager
def on_disk(paths: Sequence[Path], secret: str) -> Iterator[OnDisk]:
    """Open a package's volumes, or the folder it was unpacked into.

    Raises ``BadInput`` for what is neither, or when the secret does not open it, ``Corrupt``,
    and ``Conflict`` when two volumes hold a file of one name.
    """
    from licet.vault.locked import Opened

    if len(paths) == 1 and paths[0].is_dir():
        yield _folder(paths[0])
        return
    with ExitStack() as stack:
        found: dict[str, Opened] = {}
        for path in paths:
            if not is_package(path) or path.is_dir():
                raise BadInput(f"{path} is no volume of a package", "Name its volumes alone.")
            opened = Opened(stack.enter_context(path.open("rb")), secret)
            twice = sorted(found.keys() & opened.names)
            if twice:
                raise Conflict(f"{twice[0]} is in two volumes", "Name each volume once.")
            found.update(dict.fromkeys(opened.names, opened))
        yield OnDisk(tuple(sorted(found)), lambda name: found[name].open(name))


def _folder(path: Path) -> OnDisk:
    names = tuple(
        sorted(file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file())
    )

    def opened(name: str) -> AbstractContextManager[BinaryIO]:
        return cast(AbstractContextManager[BinaryIO], (path / name).open("rb"))

    return OnDisk(names, opened)
