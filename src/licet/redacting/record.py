"""The record of what was covered: one line of JSON a photo, so that a run can go on.

The first line says how it was made. A later line on a photo stands in place of an earlier
one; a last line that was cut short by a crash is dropped.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from licet.terms.covering import SURE
from licet.terms.errors import Corrupt
from licet.terms.face import Box


@dataclass(frozen=True, slots=True)
class Made:
    """How a folder of pictures is made: of which folder (SHA-256 of its path), how."""

    folder: str
    thorough: bool


@dataclass(frozen=True, slots=True)
class Done:
    """A photo that was covered: its content hash, its picture's name and number, the faces.

    ``faces`` are boxes with the detector's strength; ``also`` what a person marked, in
    thousandths of the sides.
    """

    photo: str
    sha256: str
    picture: str
    number: int
    width: int
    height: int
    faces: tuple[tuple[Box, float], ...]
    also: tuple[Box, ...]

    @property
    def covers(self) -> int:
        """How many regions are covered."""
        return len(self.faces) + len(self.also)

    @property
    def weakest(self) -> float:
        """The least strength among the faces, 1 without any."""
        return min((strength for _, strength in self.faces), default=1.0)

    @property
    def unsure(self) -> bool:
        """Whether a face was found that may be none, so that others may be missed."""
        return self.weakest < SURE


@dataclass(frozen=True, slots=True)
class Left:
    """A file that has no picture, and why."""

    photo: str
    reason: str


def head_line(made: Made) -> str:
    """Return the first line of a record."""
    return _line({"record": "licet redact 1", "folder": made.folder, "thorough": made.thorough})


def line_of(done: Done) -> str:
    """Return the line of a photo."""
    return _line(
        {
            "photo": done.photo,
            "sha256": done.sha256,
            "picture": done.picture,
            "number": done.number,
            "size": [done.width, done.height],
            "faces": [[*_numbers(box), round(strength, 3)] for box, strength in done.faces],
            "also": [_numbers(box) for box in done.also],
        }
    )


def read_record(text: str) -> tuple[Made, dict[str, Done]]:
    """Return what a record says, by photo. Raises ``Corrupt`` for what is no record."""
    try:
        head, *lines = _objects(text)
        if head["record"] != "licet redact 1":
            raise Corrupt("this record was written by another licet", "Name another folder.")
        made = Made(head["folder"], head["thorough"])
        return made, {done.photo: done for done in map(_done, lines)}
    except (ValueError, KeyError, TypeError) as error:
        raise Corrupt("the record of this folder is damaged", "Name another folder.") from error


def _objects(text: str) -> Iterator[dict[str, Any]]:
    whole, _, _ = text.rpartition("\n")
    for line in whole.split("\n"):
        yield json.loads(line)


def _done(line: dict[str, Any]) -> Done:
    width, height = line["size"]
    return Done(
        line["photo"],
        line["sha256"],
        line["picture"],
        line["number"],
        width,
        height,
        tuple((Box(*numbers), strength) for *numbers, strength in line["faces"]),
        tuple(Box(*numbers) for numbers in line["also"]),
    )


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n"


def _numbers(box: Box) -> list[int]:
    return [box.x, box.y, box.w, box.h]
