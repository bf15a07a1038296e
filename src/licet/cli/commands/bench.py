"""``licet bench``: speeds against anchors in the same run."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from licet.cli.call import Call, Takes, deed, single
from licet.cli.exits import Exit
from licet.cli.output import Answer, aloud
from licet.terms.errors import Setup

app = single()


@deed(app, "bench", Takes.NOTHING)
def bench(
    call: Call,
    out: Annotated[Path, typer.Option(help="Where the results go.")] = Path("bench/results.json"),
) -> Answer:
    """Measure speeds against anchors in the same run."""
    if find_spec("licet.bench") is None:
        raise Setup("the benchmark is not part of this installation", "Run `make bench`.")
    with aloud(call):
        code = int(import_module("licet.bench").main(out))
    return Answer({"out": str(out), "code": code}, (), Exit.DONE if code == 0 else Exit.DEFECT)
