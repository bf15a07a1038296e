"""Reading an evaluation folder: one folder of photos for each person.

::

    DIR/
      Ada/  1.jpg 2.jpg 10.jpg     names sort as people count: 1, 2, 10
      Bob/  portrait.png
      groups.csv                    optional: person,group
"""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from licet.terms.errors import BadInput

PAIRS_REMEDY = "name a pairs.txt as LFW has it"
SUFFIXES = frozenset(
    f".{ending}"
    for ending in (
        *("jpg", "jpeg", "png", "webp", "avif", "heic", "heif", "tif", "tiff", "gif"),
        *("bmp", "pgm", "ppm", "pnm", "jp2"),
    )
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person's folder name and photos, in natural order."""

    name: str
    photos: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photos and whether they show the same person; ``fold`` 0..9."""

    first: Path
    second: Path
    same: bool
    fold: int


def read_people(folder: Path) -> tuple[Person, ...]:
    """Return everybody in the folder. Raises :class:`BadInput` when nobody has a photo."""
    try:
        places = sorted((one for one in folder.iterdir() if one.is_dir()), key=_natural)
        found = [Person(place.name, _photos(place)) for place in places]
    except OSError as error:
        raise BadInput(
            f"the folder {folder} cannot be read: {error.strerror}",
            "name a folder that holds one folder of photos for each person",
        ) from error
    people = tuple(person for person in found if person.photos)
    if not people:
        raise BadInput(
            f"there are no photos in the folders of {folder}",
            "make one folder for each person and put their photos in it",
        )
    return people


def read_groups(folder: Path) -> dict[str, str]:
    """Return person to group from ``groups.csv``; empty without one. Raises ``BadInput``."""
    place = folder / "groups.csv"
    if not place.is_file():
        return {}
    try:
        with place.open(newline="", encoding="utf-8-sig") as lines:
            rows = [row for row in csv.reader(lines) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{place} cannot be read: {error}", "save it as UTF-8 CSV") from error
    if any(len(row) != 2 for row in rows):
        raise BadInput(f"{place} must have two columns", "write person,group on each line")
    return {name.strip(): group.strip() for name, group in rows if name.strip() != "person"}


def read_pairs(file: Path, folder: Path) -> tuple[Pair, ...]:
    """Return the pairs of an LFW ``pairs.txt`` whose photos lie in ``folder``.

    A line ``name i j`` pairs two photos of one person, ``name i name j`` two people's;
    photo i is ``name/name_000i.*``. The first line says folds and pairs a fold.
    Raises :class:`BadInput`.
    """
    try:
        lines = [line.split("\t") for line in file.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{file} cannot be read: {error}", "name a pairs.txt as LFW has it"
        ) from error
    if lines and len(lines[0]) <= 2:
        lines = lines[1:]
    if not lines:
        raise BadInput(f"{file} lists no pairs", PAIRS_REMEDY)
    folds = min(10, len(lines))
    return tuple(_pair(line, folder, at * folds // len(lines)) for at, line in enumerate(lines))


def _pair(line: list[str], folder: Path, fold: int) -> Pair:
    """Return one line as a pair. Raises :class:`BadInput`."""
    parts = [part.strip() for part in line]
    if len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit():
        names = (parts[0], parts[0])
        numbers = (int(parts[1]), int(parts[2]))
    elif len(parts) == 4 and parts[1].isdigit() and parts[3].isdigit():
        names = (parts[0], parts[2])
        numbers = (int(parts[1]), int(parts[3]))
    else:
        raise BadInput(f"{' '.join(parts)!r} is no pair", "write name, i, j or name, i, name, j")
    first, second = (
        _numbered(folder, name, number) for name, number in zip(names, numbers, strict=True)
    )
    return Pair(first, second, names[0] == names[1], fold)


def _numbered(folder: Path, name: str, number: int) -> Path:
    """Return a person's photo by its number. Raises :class:`BadInput`."""
    stem = f"{name}_{number:04d}"
    place = folder / name
    found = [one for one in _photos(place) if one.stem == stem] if place.is_dir() else []
    if not found:
        raise BadInput(
            f"there is no photo {name}/{stem}", "check that pairs and folder belong together"
        )
    return found[0]


def _photos(place: Path) -> tuple[Path, ...]:
    """Return the photos directly in a person's folder, in natural order."""
    found = [one for one in place.iterdir() if one.suffix.lower() in SUFFIXES and one.is_file()]
    return tuple(sorted(found, key=_natural))


def _natural(place: Path) -> list[tuple[int, int, str]]:
    """Return a sorting key that reads runs of digits as numbers."""
    parts = re.split(r"(\d+)", place.name)
    return [(0, int(p), "") if p.isdecimal() and p.isascii() else (1, 0, p) for p in parts if p]
