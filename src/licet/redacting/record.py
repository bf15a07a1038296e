"""The record of what was covered: one line of JSON a photo or video, so that a run can go on.

The first line says how it was made. A later line on a photo stands in place of an earlier
one; a last line that was cut short by a crash is dropped.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from licet.terms.covering import SURE, Mark, Why
from licet.terms.errors import Corrupt
from licet.terms.face import Box


@dataclass(frozen=True, slots=True)
class Made:
    """How a folder of pictures is made: of which folder (SHA-256 of its path), how."""

    folder: str
    thorough: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """What a person checks of a covered video: its faces followed, and its stills.

    ``stills`` are (milliseconds, why it is worth a look, regions with their strength), each
    with a small picture; ``unseen`` more would be worth a look. ``lacking`` says what is not
    in the new video.
    """

    duration: int
    faces: int
    weakest: float
    sound: bool
    stills: tuple[tuple[int, Why, tuple[tuple[Box, float], ...]], ...]
    unseen: int
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A photo or video that was covered: its content hash, its new file's name and number.

    ``faces`` are a photo's boxes with the detector's strength; ``also`` what a person marked,
    in thousandths of the sides; ``strip`` is a video's.
    """

    photo: str
    sha256: str
    picture: str
    number: int
    width: int
    height: int
    faces: tuple[tuple[Box, float], ...]
    also: tuple[Mark, ...]
    strip: Strip | None = None

    @property
    def covers(self) -> int:
        """How many regions are covered."""
        followed = self.strip.faces if self.strip else 0
        return len(self.faces) + followed + len(self.also)

    @property
    def weakest(self) -> float:
        """The least strength among the faces, 1 without any."""
        if self.strip is not None:
            return self.strip.weakest
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
    line: dict[str, Any] = {
        "photo": done.photo,
        "sha256": done.sha256,
        "picture": done.picture,
        "number": done.number,
        "size": [done.width, done.height],
        "faces": _strengths(done.faces),
        "also": [[*_numbers(mark.box), *(mark.span or ())] for mark in done.also],
    }
    return _line(line if done.strip is None else line | {"video": _video(done.strip)})


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
        _faces(line["faces"]),
        tuple(_mark(*numbers) for numbers in line["also"]),
        _strip(line["video"]) if "video" in line else None,
    )


def _mark(x: int, y: int, w: int, h: int, *span: int) -> Mark:
    return Mark(Box(x, y, w, h), (span[0], span[1]) if span else None)


def _video(strip: Strip) -> dict[str, Any]:
    return {
        "ends": strip.duration,
        "faces": strip.faces,
        "weakest": round(strip.weakest, 3),
        "sound": strip.sound,
        "stills": [[at, why.value, _strengths(found)] for at, why, found in strip.stills],
        "unseen": strip.unseen,
        "lacking": list(strip.lacking),
    }


def _strip(video: dict[str, Any]) -> Strip:
    return Strip(
        video["ends"],
        video["faces"],
        video["weakest"],
        video["sound"],
        tuple((at, Why(why), _faces(found)) for at, why, found in video["stills"]),
        video["unseen"],
        tuple(video["lacking"]),
    )


def _faces(found: list[Any]) -> tuple[tuple[Box, float], ...]:
    return tuple((Box(*numbers), strength) for *numbers, strength in found)


def _strengths(found: Iterable[tuple[Box, float]]) -> list[list[float]]:
    return [[*_numbers(box), round(strength, 3)] for box, strength in found]


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n"


def _numbers(box: Box) -> list[int]:
    return [box.x, box.y, box.w, box.h]
