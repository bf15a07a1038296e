"""Run what must work, row by row, and print one line a row.

``A1 ok``, ``A1 fails: why`` or ``A1 not built``. The table is
``tests/scenarios/rows.toml``; with ``--page FILE`` the page for readers is written from it
instead of running anything.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import tomllib
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "tests/scenarios/rows.toml"
NOT_BUILT = "not built"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that must work. ``test`` is a file or node for pytest, "" when not built."""

    id: str
    title: str
    test: str
    how: str

    @property
    def built(self) -> bool:
        """Whether a test shows this row."""
        return bool(self.test)


@dataclass(frozen=True, slots=True)
class Table:
    """All rows in order, and the titles of their groups by letter."""

    groups: Mapping[str, str]
    rows: tuple[Row, ...]


def read_table(path: Path = TABLE) -> Table:
    """Read the table. Raises ``KeyError`` on a row that lacks a title or test."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    rows = (
        Row(
            id=name,
            title=row["title"],
            test="" if row["test"] == NOT_BUILT else row["test"],
            how=row.get("how", ""),
        )
        for name, row in data["rows"].items()
    )
    return Table(data["groups"], tuple(rows))


def page(table: Table) -> str:
    """Return the page for readers, in Markdown."""
    lines = [
        "# What must work",
        "",
        "Each row answers something that public reports or regulators' decisions said about a",
        "face search engine without a legal basis. `make scenarios` runs the rows that are built",
        "and prints one line each. This page is written by `make scenarios-page` from",
        "`tests/scenarios/rows.toml`.",
    ]
    for letter, title in table.groups.items():
        lines += ["", f"## {letter}. {title}", "", "| row | what is shown | how to see it |"]
        lines.append("|---|---|---|")
        for row in table.rows:
            if row.id.startswith(letter):
                shown = row.how or (f"`{row.test}`" if row.built else NOT_BUILT)
                lines.append(f"| {row.id} | {row.title} | {shown} |")
    return "\n".join(lines) + "\n"


def why_not(tests: Sequence[str], root: Path = ROOT) -> dict[str, str]:
    """Run the tests in one pytest and return what failed: test file -> first reason.

    A file in which nothing ran is a failure too: a row that is skipped shows nothing.
    """
    with tempfile.TemporaryDirectory(prefix="licet-scenarios-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *tests]
        # Whole, also where the daily run of the tests takes a part.
        whole = {**os.environ, "LICET_SOAK": "1"}
        ran = subprocess.run(
            command, cwd=root, env=whole, capture_output=True, text=True, check=False
        )
        if not report.is_file():
            last = (ran.stdout + ran.stderr).strip().splitlines()[-1:]
            return dict.fromkeys(tests, "pytest could not start: " + "".join(last))
        return _read_report(report, tests)


def _read_report(report: Path, tests: Sequence[str]) -> dict[str, str]:
    # Our own pytest wrote this file a moment ago.
    cases = list(ET.parse(report).getroot().iter("testcase"))  # noqa: S314 - our own file
    ran: dict[str, int] = defaultdict(int)
    failed: dict[str, str] = {}
    for case in cases:
        place = (case.get("classname") or case.get("name") or "").replace(".", "/")
        for test in tests:
            if not _belongs(test, place, case.get("name") or ""):
                continue
            problem = case.find("failure") if case.find("failure") is not None else None
            problem = case.find("error") if problem is None else problem
            if problem is not None:
                reason = (problem.get("message") or "failed").splitlines()[0]
                failed.setdefault(test, f"{case.get('name')}: {reason}")
            elif case.find("skipped") is None:
                ran[test] += 1
    for test in tests:
        if not ran[test]:
            failed.setdefault(test, "no test ran")
    return failed


def _belongs(test: str, place: str, name: str) -> bool:
    file, _, node = test.partition("::")
    stem = file.removesuffix(".py")
    inside = place == stem or place.startswith(stem + "/")
    return inside and (not node or name.partition("[")[0] == node.rpartition("::")[2])


def main(arguments: Sequence[str]) -> int:
    """Run the rows and print one line each; return 1 when a built row fails."""
    parser = argparse.ArgumentParser(description="what must work, row by row")
    parser.add_argument("rows", nargs="*", help="row ids; all when none is given")
    parser.add_argument("--page", type=Path, help="write the page for readers and stop")
    options = parser.parse_args(arguments)
    table = read_table()
    if options.page:
        options.page.write_text(page(table), encoding="utf-8")
        return 0
    rows = [row for row in table.rows if not options.rows or row.id in options.rows]
    built = [row.test for row in rows if row.built]
    failed = why_not(built) if built else {}
    for row in rows:
        print(f"{row.id} {_says(row, failed)}")
    return 1 if failed else 0


def _says(row: Row, failed: Mapping[str, str]) -> str:
    if not row.built:
        return NOT_BUILT
    return f"fails: {failed[row.test]}" if row.test in failed else "ok"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
