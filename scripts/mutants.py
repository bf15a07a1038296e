"""Break each rule on purpose and see that its tests notice.

``tests/mutants.toml`` lists mutants, each one exact replacement in one file and the tests
that must then fail. Each is applied to a copy of the tree, so that nothing here is ever
broken, and the copy's ``src`` comes first on the path. A run in which the tests cannot
even be collected counts for nothing: the mutant must be caught, not merely be unrunnable.

::

    [[mutant]]
    name = "permit always granted"
    file = "src/licet/consent/decide.py"
    old = "    if refusal is not None:"
    new = "    if False:"
    tests = ["tests/consent"]
"""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = Path("tests/mutants.toml")
COPIED = ("src", "tests", "scripts", "docs", "pyproject.toml", "README.md")
TESTS_FAILED = 1
"""pytest's exit code when tests ran and some failed; others mean that nothing was shown."""


class Verdict(StrEnum):
    """What became of a mutant."""

    CAUGHT = "caught"
    SURVIVED = "SURVIVED"
    STALE = "STALE"
    UNRUNNABLE = "UNRUNNABLE"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One rule broken: ``old`` occurs once in ``file`` and becomes ``new``."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A mutant's verdict, and what pytest said last."""

    mutant: Mutant
    verdict: Verdict
    says: str


def read_table(path: Path) -> tuple[Mutant, ...]:
    """Read the table. Raises ``KeyError`` or ``TypeError`` on a row that lacks a part."""
    rows = tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", [])
    return tuple(
        Mutant(row["name"], row["file"], row["old"], row["new"], tuple(row["tests"]))
        for row in rows
    )


def run(mutant: Mutant, root: Path = ROOT) -> Outcome:
    """Apply one mutant to a copy of the tree and run the tests that must fail."""
    if not mutant.tests:
        return Outcome(mutant, Verdict.UNRUNNABLE, "no test is named")
    source = root / mutant.file
    times = source.read_text(encoding="utf-8").count(mutant.old) if source.is_file() else 0
    if times != 1 or mutant.old == mutant.new:
        return Outcome(mutant, Verdict.STALE, f"the old text occurs {times} times; it must be 1")
    with tempfile.TemporaryDirectory(prefix="licet-mutant-") as folder:
        copy = _copy(root, Path(folder))
        broken = copy / mutant.file
        text = broken.read_text(encoding="utf-8")
        broken.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
        return _judge(mutant, _pytest(copy, mutant.tests))


def _copy(root: Path, to: Path) -> Path:
    leave = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in COPIED:
        origin = root / name
        if origin.is_dir():
            shutil.copytree(origin, to / name, ignore=leave)
        elif origin.is_file():
            shutil.copy2(origin, to / name)
    if (root / ".cache").is_dir():
        (to / ".cache").symlink_to(root / ".cache", target_is_directory=True)
    return to


def _pytest(copy: Path, tests: Iterable[str]) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(copy / "src"), str(copy)])
    # Compiled files lie beside their sources, so that what is installed is not compiled again.
    beside = {"PYTHONPYCACHEPREFIX": "", "PYTHONDONTWRITEBYTECODE": ""}
    known = {"PYTHONPATH": path, "LICET_SOAK": "1", **beside}
    environment = {**os.environ, **known}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    return subprocess.run(
        command, cwd=copy, env=environment, capture_output=True, text=True, check=False
    )


def _judge(mutant: Mutant, ran: subprocess.CompletedProcess[str]) -> Outcome:
    lines = [line for line in (ran.stdout + ran.stderr).splitlines() if line.strip()]
    says = lines[-1] if lines else ""
    if ran.returncode == 0:
        return Outcome(mutant, Verdict.SURVIVED, says)
    if ran.returncode == TESTS_FAILED and " error" not in says:
        return Outcome(mutant, Verdict.CAUGHT, says)
    return Outcome(mutant, Verdict.UNRUNNABLE, says)


def main(wanted: Sequence[str]) -> int:
    """Run the mutants whose names contain a wanted word (all when none is given).

    Returns 1 when one survived, is stale or could not be run.
    """
    table = read_table(ROOT / TABLE)
    chosen = [one for one in table if not wanted or any(word in one.name for word in wanted)]
    bad = 0
    for mutant in chosen:
        outcome = run(mutant)
        note = "" if outcome.verdict is Verdict.CAUGHT else f": {outcome.says}"
        print(f"{outcome.verdict:10} {mutant.name}{note}", flush=True)
        bad += outcome.verdict is not Verdict.CAUGHT
    print(f"{len(chosen)} mutants, {len(chosen) - bad} caught")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
