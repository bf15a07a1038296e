"""The reference pages of consent, made from the code.

``python -m tests.consent.pages`` from the root writes them again; a test compares.
"""

import ast
import inspect
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from licet.consent import ceilings
from licet.consent.purposes import table
from licet.consent.refusals import GROUNDS
from licet.terms.basis import Purpose

ROOT = Path(__file__).resolve().parent.parent.parent
AGAIN = "This page is made from the code by `python -m tests.consent.pages`; a test compares them."


def pages() -> dict[str, str]:
    """Return the text of each page by its path from the root."""
    return {
        "docs/reference/purposes.md": purposes(),
        "docs/reference/refusals.md": refusals(),
        "docs/reference/ceilings.md": limits(),
    }


def purposes() -> str:
    """Return the page of the closed list."""
    heads = ("purpose", "searched by", "basis", "approvals", "at most", "sources made for")
    lines = [
        "# Purposes",
        "",
        "The closed list. A purpose that is not here does not exist, and none of them is law",
        "enforcement. A purpose is never edited: it gets a new version, with an impact",
        "assessment and an entry in the ledger. A source may be collected for a purpose only if",
        "its items were made for one of the purpose's *sources made for* (GDPR 5(1)(b), 6(4)).",
        "",
        f"The list's SHA-256 is `{table().digest}`.",
        "",
        _row(*heads),
        _row(*("---",) * len(heads)),
        *(_purpose(purpose) for purpose in table().by_id.values()),
        "",
        "*Two-sided*: a search runs only while the person for whom one searches has a live grant",
        "for the purpose too, and finds only people who have one; no place is ever told.",
        "*The person alone*: the purpose has no organisation, and is in no organisation's scope.",
        "",
        "## What each notice says",
        "",
    ]
    for purpose in table().by_id.values():
        lines += [f"### {purpose.title} (`{purpose.id}`)", "", purpose.notice, ""]
        for told in purpose.translated:
            lines += [f"*{told.language}*: **{told.title}.** {told.notice}", ""]
    return "\n".join([*lines, AGAIN, ""])


def _purpose(purpose: Purpose) -> str:
    searched = purpose.searchers.value.replace("_", " ")
    searched += ", two-sided" if purpose.two_sided else ""
    searched += ", the person alone" if purpose.without_organisation else ""
    basis = f"GDPR {purpose.basis.value} with {purpose.condition.value}"
    made_for = ", ".join(f"`{one}`" for one in sorted(purpose.source_purposes))
    return _row(
        f"`{purpose.id}`",
        searched,
        basis,
        str(purpose.approvals),
        f"{purpose.retention_days} days",
        made_for,
    )


def refusals() -> str:
    """Return the page of every reason for a refusal."""
    lines = [
        "# Refusals",
        "",
        "A refusal is an answer, not an error: a stable reason, the law behind it, a sentence and",
        "what would change it. What does not exist and what is somebody else's give the same",
        "reason, so that a refusal tells nobody who is known. Urgency and payment are not asked",
        "about, so they change nothing.",
        "",
        _row("reason", "law", "what it says", "what would change it"),
        _row(*("---",) * 4),
        *(
            _row(f"`{reason.value}`", ground.article, ground.says, ground.would_change)
            for reason, ground in GROUNDS.items()
        ),
        "",
        AGAIN,
        "",
    ]
    return "\n".join(lines)


def limits() -> str:
    """Return the page of the ceilings, with the reasons that stand beside them."""
    lines = [
        "# Ceilings",
        "",
        "Constants in the code, not settings: they hold the operator back as much as anybody",
        "else, in a sandbox too. Only the day after which an organisation sees an item does not",
        "exist in a sandbox, where nobody real can be followed.",
        "",
        _row("ceiling", "value", "why"),
        _row(*("---",) * 3),
        *(_row(f"`{name}`", _value(name), why) for name, why in reasons().items()),
        "",
        AGAIN,
        "",
    ]
    return "\n".join(lines)


def reasons() -> dict[str, str]:
    """Return the reason that stands below each constant, by name."""
    body = ast.parse(inspect.getsource(ceilings)).body
    found = {}
    for statement, following in pairwise(body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            assert isinstance(following, ast.Expr), statement.target.id
            assert isinstance(following.value, ast.Constant), statement.target.id
            found[statement.target.id] = str(following.value.value)
    return found


def _value(name: str) -> str:
    value = getattr(ceilings, name)
    if not isinstance(value, timedelta):
        return f"{value:g}"
    seconds = int(value.total_seconds())
    for size, unit in ((86400, "days"), (3600, "hours"), (1, "seconds")):
        if seconds % size == 0 and seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    raise AssertionError(name)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    for path, text in pages().items():
        (ROOT / path).write_text(text, encoding="utf-8")
