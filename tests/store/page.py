"""Writes what ``docs/formats/backup.md`` says of every table, from the tables themselves.

``python -m tests.store.page`` keeps the example's rows and the notes; a note for a new table
is written by hand.
"""

import hashlib
import json
import re

from licet.store import backup
from tests.gates.tree import ROOT

PAGE = ROOT / "docs/formats/backup.md"
TITLE = "| table | columns | note |\n|---|---|---|\n"


def example(text: str) -> str:
    """Return the example with today's columns, and the trailer that fits it."""
    header, *rest = text.splitlines()
    rows: dict[str, list[str]] = {}
    table = ""
    for line in rest[:-1]:
        found = json.loads(line)
        if isinstance(found, dict):
            table = found["table"]
        else:
            rows.setdefault(table, []).append(line)
    lines = [header]
    for one in backup.tables():
        names = [column.name for column in backup.columns(one)]
        lines += [_short({"table": one.name, "columns": names}), *rows.get(one.name, [])]
    body = "".join(f"{line}\n" for line in lines)
    count = sum(map(len, rows.values()))
    trailer = {"rows": count, "sha256": hashlib.sha256(body.encode()).hexdigest()}
    return f"{body}{_short(trailer)}\n"


def tables(text: str) -> str:
    """Return the table of all tables, each with its note."""
    notes = dict(re.findall(r"^\| `(\w+)` \| .*? \| ?(.*?) ?\|$", text, re.MULTILINE))
    lines = [
        f"| `{one.name}` | {', '.join(column.name for column in backup.columns(one))}"
        f" | {notes.get(one.name, '')} |\n"
        for one in backup.tables()
    ]
    return TITLE + "".join(lines)


def _short(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


if __name__ == "__main__":
    before = PAGE.read_text("utf-8")
    shown = before.split("```json\n")[1].split("```")[0]
    listed = before[before.index(TITLE) :]
    after = before.replace(shown, example(shown)).replace(listed, tables(listed))
    PAGE.write_text(after, encoding="utf-8")
