"""A world in which command-line sessions are played, and the player.

A session is a plain text file. Its lines:

    # words               a remark
    > photo a.jpg anna    write a fake photo of these people (``shot=2 blurred``)
    > video a.mp4 anna    write a fake video of these people
    > file a.txt words    write a text file
    > lines a.toml x | y  write a text file of several lines
    > folder place        make a folder
    > clock +25h          let time pass
    > set NAME value      set a variable of the environment
    > code                put the code of the last letter into $CODE
    > say words           what the next passphrase question is answered
    > stop 3              press Ctrl-C while the third photo from here on is looked at
    > copy a b            copy a file or folder; ``remove a``, ``rename a b``
    $ licet ...           run a command; ``< file`` feeds it, ``> file`` keeps its output

What a command prints follows it: stdout as it is, stderr with ``! `` before each line,
an exit code other than 0 as ``[exit 3]``. Ids are numbered as they appear, ``<id-1>``,
and may be used in later commands, as may the last hash, ``$HASH``. ``WRITE_SESSIONS=1``
writes the files anew.
"""

import io
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from licet.app import App, open_app
from licet.cli import main
from licet.cli.outside import Outside
from licet.settings import Settings
from licet.terms.face import Inspection, Unreadable
from licet.vision.contract import Vision
from licet.vision.covering import Covering
from tests.fakes.covering import FakeCovering
from tests.fakes.deployment import AnyPhoto, FakeClock, FakeOutbox
from tests.fakes.vision import FakeVision, photo, video

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HASH = re.compile(r"\b[0-9a-f]{64}\b")
HIDDEN = (
    (re.compile(r"\+[0-9a-f]{8}\+[A-Za-z0-9+/]{40,}=*"), "+<key>"),
    (HASH, "<hash>"),
    (re.compile(r"\blicet_[A-Za-z0-9_-]{43}"), "<secret>"),
    (re.compile(r"(/invitation#)[A-Za-z0-9_-]{32}"), r"\1<code>"),
    (re.compile(r"(/album/)[A-Za-z0-9_-]{24}"), r"\1<token>"),
    (re.compile(r"[A-Za-z0-9+/]{40,}={0,2}"), "<base64>"),
    (re.compile(r"\b\d+ (MB free|keys|rows|(?:later )?entries)\b"), r"<n> \1"),
    (re.compile(r"\b(entry|number|waiting) \d+"), r"\1 <n>"),
    (re.compile(r"\b\d\.\d{9,}(e-\d+)?"), "0.5"),
    (re.compile(r'"(leaf|size|rows|entries)": \d+'), r'"\1": 0'),
    (re.compile(r"(licet/<id-\d+>\\n)\d+\\\\n"), r"\1<n>\\n"),
)


class StoppableVision(FakeVision):
    """A fake that lets somebody press Ctrl-C while a photo is looked at."""

    stop_at = -1

    def inspect(
        self, photo: bytes, *, flips: bool = False, thorough: bool = False
    ) -> Inspection | Unreadable:
        seen = super().inspect(photo, flips=flips, thorough=thorough)
        if self.inspected == self.stop_at:
            raise KeyboardInterrupt
        return seen


class Theatre(Outside):
    """Fakes in place of the real world: clock, letters, models, passphrases."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.outbox = FakeOutbox()
        self.fake = StoppableVision()
        self.answers: list[str] = []

    def now(self) -> datetime:
        return self.clock()

    def open(self, settings: Settings) -> App:
        return open_app(
            settings,
            clock=self.clock,
            vision=self.fake,
            outbox=self.outbox,
            fixture_photos=AnyPhoto(),
        )

    def vision(self, models: Path | None, cache: Path, threads: int) -> Vision:
        return self.fake

    def covering(self, models: Path | None, cache: Path, threads: int) -> Covering:
        return FakeCovering()

    def ask_passphrase(self, prompt: str) -> str:
        return self.answers.pop(0) if self.answers else super().ask_passphrase(prompt)


@dataclass(frozen=True)
class Done:
    """What a command printed and ended with."""

    code: int
    out: str
    err: str


@contextmanager
def streams(given: bytes) -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    """Put byte-backed streams in the place of the process's own."""
    kept = sys.stdin, sys.stdout, sys.stderr
    out, err = io.BytesIO(), io.BytesIO()
    sys.stdin = io.TextIOWrapper(io.BytesIO(given))
    sys.stdout = io.TextIOWrapper(out, encoding="utf-8", write_through=True)
    sys.stderr = io.TextIOWrapper(err, encoding="utf-8", write_through=True)
    try:
        yield out, err
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            stream.detach()
        sys.stdin, sys.stdout, sys.stderr = kept


def run(theatre: Outside, words: list[str], given: bytes = b"") -> Done:
    """Run one command in this process."""
    with streams(given) as (out, err):
        code = main(words, theatre)
    return Done(code, out.getvalue().decode(), err.getvalue().decode())


@dataclass
class Player:
    """Plays one session in a folder of its own."""

    place: Path
    monkeypatch: pytest.MonkeyPatch
    variables: dict[str, str] = field(default_factory=dict)
    theatre: Theatre = field(default_factory=Theatre)
    ids: dict[str, str] = field(default_factory=dict)

    def play(self, script: str) -> str:
        """Return the script with what really happened."""
        lines: list[str] = []
        for line in script.splitlines():
            if line.startswith("$ "):
                lines += [line, *self._command(line[2:])]
            elif line.startswith("> "):
                self._stage(line[2:])
                lines.append(line)
            elif line.startswith("#") or not line:
                lines.append(line)
        return "\n".join(_without_double_gaps(lines)) + "\n"

    def _command(self, line: str) -> list[str]:
        words = shlex.split(self._real(line))
        given, kept = _taken(words, "<"), _taken(words, ">")
        assert words.pop(0) == "licet", line
        done = run(self.theatre, words, Path(given).read_bytes() if given else b"")
        out = done.out
        if kept:
            Path(kept).write_text(out, encoding="utf-8")
            out = ""
        shown = self._hidden(out).splitlines()
        shown += [f"! {line}" for line in self._hidden(done.err).splitlines()]
        return [*shown, *([f"[exit {done.code}]"] if done.code else []), ""]

    def _stage(self, line: str) -> None:
        deed, _, rest = self._real(line).partition(" ")
        getattr(self, f"_do_{deed}")(rest)

    def _do_photo(self, rest: str) -> None:
        words = shlex.split(rest)
        name, *people = [word for word in words if "=" not in word and word != "blurred"]
        shot = next((int(w.removeprefix("shot=")) for w in words if w.startswith("shot=")), 0)
        Path(name).write_bytes(photo(*people, shot=shot, blurred="blurred" in words))

    def _do_video(self, rest: str) -> None:
        name, *people = shlex.split(rest)
        Path(name).write_bytes(video(*((who, 0, 3000) for who in people)))

    def _do_file(self, rest: str) -> None:
        name, _, text = rest.partition(" ")
        Path(name).write_text(text, encoding="utf-8")

    def _do_lines(self, rest: str) -> None:
        name, _, text = rest.partition(" ")
        Path(name).write_text(text.replace(" | ", "\n") + "\n", encoding="utf-8")

    def _do_folder(self, rest: str) -> None:
        Path(rest).mkdir()

    def _do_clock(self, rest: str) -> None:
        self.theatre.clock.go(hours=int(rest.strip("+h")))

    def _do_set(self, rest: str) -> None:
        name, _, value = rest.partition(" ")
        self.monkeypatch.setenv(name, value)

    def _do_unset(self, rest: str) -> None:
        self.monkeypatch.delenv(rest)

    def _do_code(self, _rest: str) -> None:
        self.variables["CODE"] = self.theatre.outbox.code()

    def _do_package(self, _rest: str) -> None:
        """Save the files that came by letter, and take the secret out of the letter after it."""
        *_, ready, opens = self.theatre.outbox.letters
        for one in ready.attachments:
            Path(one.name).write_bytes(one.data)
        found = re.search(r"[0-9a-z]{5}(-[0-9a-z]{5}){4}", opens.text)
        assert found, opens.text
        self.variables["SECRET"] = found.group()

    def _do_stop(self, rest: str) -> None:
        self.theatre.fake.stop_at = self.theatre.fake.inspected + int(rest)

    def _do_copy(self, rest: str) -> None:
        here, there = rest.split()
        copy = shutil.copytree if Path(here).is_dir() else shutil.copyfile
        copy(here, there)

    def _do_rename(self, rest: str) -> None:
        here, there = rest.split()
        Path(here).rename(there)

    def _do_remove(self, rest: str) -> None:
        if Path(rest).is_dir():
            shutil.rmtree(rest)
        else:
            Path(rest).unlink()

    def _do_say(self, rest: str) -> None:
        self.theatre.answers.append(rest)

    def _real(self, line: str) -> str:
        line = line.replace("\\u001b", "\x1b")
        for name, value in self.variables.items():
            line = line.replace(f"${name}", value)
        for real, shown in self.ids.items():
            line = line.replace(shown, real)
            line = line.replace(shown.replace(">", ":8>"), real[:8])
        return line

    def _hidden(self, text: str) -> str:
        """Put stable words in the place of what differs from run to run."""
        text = text.replace(str(self.place), "<dir>")
        for found in UUID.findall(text):
            self.ids.setdefault(found, f"<id-{len(self.ids) + 1}>")
        for real, shown in self.ids.items():
            text = text.replace(real, shown)
            text = text.replace(real[:8], shown.replace(">", ":8>"))
        for found in HASH.findall(text):
            self.variables["HASH"] = found
        for pattern, word in HIDDEN:
            text = pattern.sub(word, text)
        return text


def _taken(words: list[str], sign: str) -> str:
    """Take ``sign file`` out of the words; "" when it is not there."""
    if sign not in words:
        return ""
    at = words.index(sign)
    name = words[at + 1]
    del words[at : at + 2]
    return name


def _without_double_gaps(lines: list[str]) -> list[str]:
    kept = [line for n, line in enumerate(lines) if line or (n and lines[n - 1])]
    return kept[:-1] if kept and not kept[-1] else kept


def writing() -> bool:
    """Whether the sessions are to be written anew."""
    return os.environ.get("WRITE_SESSIONS") == "1"
