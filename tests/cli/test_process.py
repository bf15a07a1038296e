"""The installed command as a process of its own: streams, limits, signals, real models.

What is looked at here is started as anybody starts it. What only leads there is a process
too, but a forked one, which has no need to import everything anew.
"""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from licet.cli.exits import Exit
from tests.docs.forking import Starter

LICET = Path(sys.executable).with_name("licet")
ROOT = Path(__file__).parents[2]
FIXTURES = Path(os.environ.get("LICET_FIXTURES", ROOT / ".cache/fixtures"))
PATIENCE = 60


def licet(*words: str, home: Path, **more: object) -> "subprocess.CompletedProcess[str]":
    """Run a command and give what it printed."""
    environment = {**os.environ, "LICET_HOME": str(home)}
    if "preexec_fn" in more:
        # Where files may not grow the interpreter would keep half of what it compiled.
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
    return subprocess.run(
        [str(LICET), *words],
        env=environment,
        capture_output="stdout" not in more,
        text=True,
        timeout=PATIENCE,
        **more,  # type: ignore[call-overload]
    )


class Quick:
    """Runs commands that must end well in forked processes."""

    def __init__(self, programs: Path) -> None:
        self._licet = str(programs / "licet")

    def told(self, *words: str, home: Path) -> dict[str, str]:
        """Run a command and give its one document."""
        done = subprocess.run(
            [self._licet, *words, "--json"],
            env={**os.environ, "LICET_HOME": str(home)},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def quick() -> Iterator[Quick]:
    """Give what runs the commands that lead to the one that is looked at."""
    # A socket's path may have 107 bytes, which pytest's folders can exceed.
    with TemporaryDirectory(prefix="licet-") as folder:
        starter = Starter(Path(folder))
        yield Quick(starter.folder)
        starter.stop()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory, quick: Quick) -> Path:
    """Give a sandbox on real parts."""
    home = tmp_path_factory.mktemp("process") / "home"
    quick.told("init", "--sandbox", "--controller", "Harbour Archive", home=home)
    return home


def test_a_full_stdout_is_told(sandbox: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = licet(
            "member", "list", "--as", "steward", home=sandbox, stdout=full, stderr=subprocess.PIPE
        )
    assert done.returncode == Exit.SETUP
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_who_goes_away_is_no_error(sandbox: Path) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    done = licet(
        "member", "list", "--as", "steward", home=sandbox, stdout=writes, stderr=subprocess.PIPE
    )
    os.close(writes)
    assert done.returncode == Exit.READER_GONE
    assert done.stderr == ""


def test_a_disk_that_takes_no_more_is_told(sandbox: Path, quick: Quick) -> None:
    """Files may not grow: what a full disk does, without needing one."""

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))

    before = quick.told("member", "list", "--as", "steward", home=sandbox)
    done = licet(
        *("member", "add", "vera", "--role", "verifier", "--as", "steward,officer"),
        home=sandbox,
        preexec_fn=small,
    )
    assert done.returncode not in (0, Exit.DEFECT), done.stdout
    assert done.stderr.startswith("error: ")
    assert "What to do" in done.stderr
    assert quick.told("member", "list", "--as", "steward", home=sandbox) == before


def heeding() -> None:
    """Heed Ctrl-C, also where this suite runs in the background and its shell ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_a_worker_is_stopped_by_a_signal(sandbox: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with subprocess.Popen(
            [str(LICET), "worker", "--home", str(sandbox)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=heeding,  # noqa: PLW1509 - no threads here
        ) as process:
            assert process.stderr is not None
            assert "Ctrl-C" in process.stderr.readline()
            time.sleep(0.2)
            process.send_signal(number)
            try:
                out, err = process.communicate(timeout=PATIENCE)
            finally:
                process.kill()
        assert "Traceback" not in err
        assert process.returncode == (Exit.DONE if number == signal.SIGTERM else Exit.STOPPED)
        assert out.startswith("Stopped") or number == signal.SIGINT


@pytest.mark.vision
@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the fixture photos are not fetched")
def test_a_person_is_found_on_real_photos(sandbox: Path, quick: Quick, tmp_path: Path) -> None:
    told = quick.told
    for name, role in (("ines", "investigator"), ("arno", "approver")):
        told("member", "add", name, "--role", role, "--as", "steward,officer", home=sandbox)
    album = tmp_path / "album"
    album.mkdir()
    for name in ("ardern-2022.jpg", "obama.jpg", "collins.png"):
        (album / name).write_bytes((FIXTURES / name).read_bytes())
    licence = tmp_path / "licence.txt"
    licence.write_text("the licences of the fixture photos")
    first, second = (str(FIXTURES / f"ardern-{year}.jpg") for year in (2018, 2022))
    asked = told(
        *("grant", "ask", "Jacinda", "--contact", "jacinda@example.org", "--born", "1980-07-26"),
        *("--purpose", "archive_rights_clearance", "--relationship", "pictured"),
        *("--as", "steward"),
        home=sandbox,
    )
    (letter,) = (sandbox / "outbox").glob("*.eml")
    code = re.search(r"Nobody else has it:\s+(\w{5}) (\w{5})", letter.read_text())
    assert code is not None
    receipt = str(tmp_path / "receipt.json")
    told("confirm", asked["grant"], code[1], code[2], "--out", receipt, home=sandbox)
    told(
        "enrol",
        asked["grant"],
        second,
        "--witnessed",
        first,
        "--as",
        "steward,officer",
        home=sandbox,
    )
    told(
        *("source", "add", str(album), "--name", "album", "--taken-by", "their photographers"),
        *("--people-told", "public figures at public events", "--made-for", "archive"),
        *("--bystanders", "all_pictured_consented", "--evidence", "the demo's credits"),
        *("--licence", str(licence), "--until", "2099-01-01", "--as", "steward,officer"),
        home=sandbox,
    )
    kept = told("collect", "album", "--as", "steward", home=sandbox)
    assert (kept["items"], kept["appearances"]) == (3, 1)
    told(
        *("case", "open", "7", "--purpose", "archive_rights_clearance", "--evidence", second),
        *("--as", "ines"),
        home=sandbox,
    )
    told("case", "approve", "7", "--as", "arno", home=sandbox)
    found = told("search", "7", second, "--as", "ines", home=sandbox)
    (candidate,) = found["candidates"]
    (seen,) = candidate["appearances"]  # type: ignore[index]
    assert (candidate["grant"], seen["address"]) == (asked["grant"], "ardern-2022.jpg")  # type: ignore[index]
    picture = tmp_path / "shown.jpg"
    shown = told(
        *("show", seen["item"], "--grant", asked["grant"], "--case", "7", "--as", "ines"),
        *("--out", str(picture)),
        home=sandbox,
    )
    assert len(shown["visible"]) == 1
    assert picture.read_bytes().startswith(b"\xff\xd8")
    told("erase", asked["subject"], "--proof", receipt, "--out", str(tmp_path / "c"), home=sandbox)
    again = told("search", "7", second, "--as", "ines", home=sandbox)
    assert again["state"] == "none"
