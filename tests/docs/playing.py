"""Follows a page as its reader would: every console command in a real process, in a folder.

Ids, codes, days and numbers that differ from run to run are told apart from what must
not differ. An id has one name on all pages: the first one met is ``page_id(1)``.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.docs.reading import CONSOLE, UUID, Step, body, page_id, steps

SECONDS = 300
CODES = ("K7DMT W4XQH", "P3RSV 8YHBE", "GT2WN QA6KC")
"""What pages show for the first, second and third code that a letter holds."""

CODE = re.compile(r"\b[A-HJKMNP-TV-Z2-9]{5} [A-HJKMNP-TV-Z2-9]{5}\b")
LOOSE = (
    (re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}\.\d{3}Z)?)?"), "<when>"),
    (re.compile(r"before-\d{8}T\d+Z"), "before-<when>"),
    (re.compile(r"\+[0-9a-f]{8}\+[A-Za-z0-9+/]{40,}=*"), "+<key>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<hash>"),
    (re.compile(r"[A-Za-z0-9+/]{40,}={0,2}"), "<base64>"),
    (re.compile(r"\b\d+(?:\.\d+)?e-\d+\b|\b\d+\.\d+\b"), "<number>"),
    (re.compile(r"\b\d+ MB free"), "<n> MB free"),
    # Collecting commits by the quarter second: how many entries that makes is the machine's.
    (re.compile(r"\b\d+ (entries|rows)\b"), r"<n> \1"),
    (re.compile(r"\bentry (?:is number )?\d+\b"), "entry <n>"),
    (re.compile(r"[ \t]+(?=\n)|-{3,}"), ""),
    (re.compile(r"  +"), "  "),
)


def loose(text: str) -> str:
    """Return a text without what differs from run to run."""
    for pattern, word in LOOSE:
        text = pattern.sub(word, text)
    return text


@dataclass
class Follower:
    """Somebody who follows pages in a folder of their own."""

    place: Path
    programs: Path
    shown: dict[str, str] = field(default_factory=dict)
    last: int = 0
    before: tuple[Path, ...] = ()

    def copy_to(self, place: Path) -> "Follower":
        """Return another follower who stands where this one stands now."""
        shutil.copytree(self.place, place, symlinks=True)
        return Follower(
            place, self.programs, dict(self.shown), self.last, (*self.before, self.place)
        )

    def follow(self, text: str) -> str:
        """Return a page with what its commands really print."""
        return CONSOLE.sub(lambda block: f"```console\n{self._play(block['body'])}```", text)

    def _play(self, text: str) -> str:
        return body([self._step(step) for step in steps(text)])

    def _step(self, step: Step) -> Step:
        prints = self._named(self._run(self._real(step.command)))
        same = loose(prints) == loose(step.prints)
        return Step(step.command, step.prints if same else prints)

    def _run(self, command: str) -> str:
        words = ["bash", "-c", f"(exit {self.last})\n{command}"]
        done = subprocess.run(
            words,
            cwd=self.place,
            env=_environment(self.programs),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
        )
        self.last = done.returncode
        return done.stdout.decode().replace("\r\n", "\n").replace("\r", "")

    def _named(self, text: str) -> str:
        """Put the pages' names in the place of real ids, codes and this folder."""
        for place in (self.place, *self.before):
            text = text.replace(str(place.resolve()), "/home/you/first")
        for found in (*UUID.findall(text), *CODE.findall(text)):
            if found not in self.shown:
                ids = sum(1 for name in self.shown if UUID.fullmatch(name))
                codes = len(self.shown) - ids
                self.shown[found] = CODES[codes] if CODE.fullmatch(found) else page_id(ids + 1)
        for real, name in self.shown.items():
            text = text.replace(real, name).replace(real[:8] + ".json", name[:8] + ".json")
        return text

    def _real(self, command: str) -> str:
        for real, name in self.shown.items():
            command = command.replace(name, real).replace(name[:8] + ".json", real[:8] + ".json")
        return command


def _environment(programs: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LICET_")}
    return kept | {
        "PATH": f"{programs}:{Path(sys.executable).parent}:{kept['PATH']}",
        "LICET_HOME": "archive",
        "COLUMNS": "200",
        "LC_ALL": "C.UTF-8",
    }
