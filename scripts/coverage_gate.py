"""Hold each room that guards people's rights to its own coverage floor.

One figure for the whole package would let a well-tested room hide a poor one, so each
room is summed by itself over lines and branches, from ``coverage json``.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FLOOR = 95.0
"""Percent of lines and branches together, the same figure that coverage.py prints."""

ROOMS = ("consent", "vault", "ledger", "store", "effects", "gallery")


@dataclass(frozen=True, slots=True)
class Covered:
    """What was run of one room: lines and branches, met and present."""

    room: str
    met: int
    present: int

    @property
    def percent(self) -> float:
        """Share met, in percent; a room without code has met nothing."""
        return 100.0 * self.met / self.present if self.present else 0.0


def measure(report: Mapping[str, Any], room: str) -> Covered:
    """Sum one room's files in a coverage report made with ``branch = true``.

    Raises ``KeyError`` when the report holds no branches: the floor is meant for both.
    """
    met = present = 0
    for name, one in report["files"].items():
        if f"licet/{room}/" not in name.replace("\\", "/"):
            continue
        summary = one["summary"]
        met += summary["covered_lines"] + summary["covered_branches"]
        present += summary["num_statements"] + summary["num_branches"]
    return Covered(room, met, present)


def lacking(report: Mapping[str, Any]) -> list[str]:
    """Return one line for each room below its floor."""
    rooms = [measure(report, room) for room in ROOMS]
    return [
        f"{one.room}: {one.percent:.1f} % of lines and branches, below {FLOOR:.0f} %"
        for one in rooms
        if one.percent < FLOOR
    ]


def main(arguments: list[str]) -> int:
    """Print each room's figure; return 1 when one is below its floor."""
    report = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    for room in ROOMS:
        print(f"coverage {room:8} {measure(report, room).percent:5.1f} %")
    below = lacking(report)
    for line in below:
        print(line, file=sys.stderr)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
