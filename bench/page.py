"""Writes docs/reference/measured.md from bench/results.json, so that no figure is typed.

``python -m bench.page`` writes it; a test holds the page against the results.
"""

import json
from pathlib import Path

from bench.measure import Result

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "reference" / "measured.md"
HEAD = """# What was measured

Written by `python -m bench.page` from `bench/results.json`, which `make bench` writes. Each figure
stands beside an anchor of the same run: a peer, or what the machine can do at all. *Ratio* is how
many times better than the anchor (a target: how much of it is left). Times on another machine
differ; ratios differ less. *Others* is the share of the machine that other programs had while it
was measured: where it is not near nothing, times are longer than they need be, and of the ratios
those of processor time are the ones to read.

Machine: {machine}.

| what | measured | against | ratio | n | others |
|---|---|---|---|---|---|
"""


def page(results: list[Result]) -> str:
    """Return the page's text."""
    machine = ", ".join(sorted({str(line["machine"]) for line in results}))
    return HEAD.format(machine=machine) + "".join(_row(line) for line in results)


def _row(line: Result) -> str:
    ratio = "" if line["ratio"] is None else f"{line['ratio']}"
    measured = f"{line['value']} {line['unit']}"
    others = f"{line['others']} %" if "others" in line else ""
    parts = (line["name"], measured, line["against"], ratio, line["n"], others)
    return "| " + " | ".join(str(part) for part in parts) + " |\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(json.loads((HERE / "results.json").read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    main()
