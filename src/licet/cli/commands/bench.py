"""``licet bench``: speeds against anchors in the same run."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from licet.cli.call import Call, Takes, deed, single
from licet.cli.output import Answer
from licet.terms.errors import Setup

app = single()

RUNNER = Path("bench/run.py")


@dataclass(frozen=True, slots=True)
class Benched:
    """Where the results were written."""

    out: Path


@deed(app, "bench", Takes.NOTHING)
def bench(
    call: Call,
    out: Annotated[Path, typer.Option(help="Where the results go.")] = Path("bench/results.json"),
) -> Answer:
    """Measure speeds against anchors in the same run.

    It needs a checkout; `make bench` installs first what it compares with.
    """
    if not RUNNER.is_file():
        raise Setup(
            "the benchmark is in the checkout, not in what is installed",
            "Run it in a checkout: `make bench`.",
        )
    command = [sys.executable, "-m", "bench.run", "--out", str(out)]
    # Its tables are for people; with --json stdout is for the one document.
    stdout = sys.stderr if call.as_json else None
    done = subprocess.run(command, check=False, stdout=stdout)  # noqa: S603 - a fixed command
    if done.returncode != 0:
        raise Setup(f"the benchmark ended with {done.returncode}", "Run `make bench`.")
    return Answer(Benched(out), (f"Wrote {out}.",))
