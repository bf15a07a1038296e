"""The reference pages of consent, made from the code.

``python -m tests.consent.pages`` from the root writes them again; a test compares.
"""

import ast
import inspect
import tomllib
from datetime import date, timedelta
from importlib import resources
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path

from licet.consent import ceilings
from licet.consent.age import consent_age
from licet.consent.purposes import table
from licet.consent.refusals import GROUNDS
from licet.consent.regimes import (
    FILES,
    GDPR,
    Duty,
    Penalty,
    due_on,
    duties_on,
    extended_on,
    penalties_on,
    terms_on,
)
from licet.terms.basis import Purpose
from licet.terms.ids import Territory

ROOT = Path(__file__).resolve().parent.parent.parent
AGAIN = "This page is made from the code by `python -m tests.consent.pages`; a test compares them."


def pages() -> dict[str, str]:
    """Return the text of each page by its path from the root."""
    return {
        "docs/reference/purposes.md": purposes(),
        "docs/reference/refusals.md": refusals(),
        "docs/reference/ceilings.md": limits(),
        "docs/reference/regimes.md": terms(),
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


def terms() -> str:
    """Return the page of the regimes: how days are counted, and every file as it is read."""
    lines = [
        "# Regimes",
        "",
        "How long the law gives to answer, how days are counted, what is kept for how long,",
        "what is threatened. It is data, not code: one file a regime, one row a change, each",
        "number with the place in the law that says it; a test holds every number to its",
        "article. A row is never edited: a new one is added with the day it holds from.",
        "",
        f"How days are counted ([Regulation (EEC, Euratom) 1182/71]({_COUNTING}), Article 3):",
        "",
        "- The day on which a letter came is not counted. Months are calendar months: what came",
        "  on the 2nd is due on the 2nd. Where a month has no such day, its last day.",
        "- A last day that is a day off moves to the next working day. Public holidays are left",
        "  out on purpose: without them an answer is due earlier, never later.",
        "- Both the first and the extended time are counted from receipt. The letter that says",
        "  it takes longer goes out inside the first month; that day does not move.",
        "- Days are days in UTC.",
        "- A term in days counts them one by one, days off included, and moves in the same way.",
        "- The terms in an order of an authority are counted in the same way from its",
        "  notification. A day that the order names itself does not move.",
        "",
        "The regime follows the person's territory, where they told it. Where it is unknown, or",
        "no file names it, or its regime sets no time to answer, the GDPR's time holds. An order",
        "names its regime itself.",
        "",
        "| a letter that came on | is to be answered by | with more time, by |",
        "| --- | --- | --- |",
        *(_example(day) for day in _EXAMPLES),
        "",
        "## What is threatened",
        "",
        "The highest amount today: the fixed one, or the share of the worldwide turnover of the",
        "year before where that is more. `order` is for not following an authority's order;",
        "`licet order clock --turnover` reckons it.",
        "",
        _row("regime", "for", "amount", "or", "for each"),
        _row(*("---",) * 5),
        *(_threat(one) for name in FILES for one in penalties_on(name, _TODAY).values()),
        "",
        "## What a system of this kind owes beside",
        "",
        "A search for people by their faces is high-risk under the AI Act (Annex III, 1(a)).",
        "",
        _row("since", "duty", "number", "law"),
        _row(*("---",) * 4),
        *(_duty(one) for one in duties_on("ai_act", _TODAY)),
        "",
        "## From which age a person consents alone",
        "",
        "GDPR 8(1) lets each State choose. A territory that is not listed, or not known, takes",
        f"the age of majority, {consent_age(None, _TODAY)}. Age is asked, never inferred.",
        "",
        _row("age", "territories"),
        _row("---", "---"),
        *_ages(),
        "",
        "## The files",
        "",
    ]
    for name in FILES:
        text = resources.files("licet.consent").joinpath("regimes", f"{name}.toml")
        lines += [f"### `{name}`", "", "```toml", text.read_text("utf-8").rstrip(), "```", ""]
    return "\n".join([*lines, AGAIN, ""])


_COUNTING = "https://eur-lex.europa.eu/eli/reg/1971/1182/oj"
_TODAY = date(2026, 11, 1)
_EXAMPLES = (date(2026, 3, 2), date(2026, 1, 31), date(2024, 1, 31), date(2026, 5, 7))


def _example(day: date) -> str:
    row = terms_on(GDPR, day)
    return _row(*(f"{one:%d %B %Y (%A)}" for one in (day, due_on(row, day), extended_on(row, day))))


def _threat(one: Penalty) -> str:
    share = f"{one.percent} % of turnover" if one.percent else ""
    return _row(f"`{one.regime}`", f"`{one.name}`", str(one.amount), share, one.per.value)


def _duty(one: Duty) -> str:
    terms = ((one.people, "people"), (one.days, "days"), (one.months, "months"))
    number = next((f"{count} {unit}" for count, unit in terms if count), "")
    return _row(f"{one.valid_from:%d %B %Y}", one.says, number, one.article)


def _ages() -> list[str]:
    text = resources.files("licet.consent").joinpath("ages.toml").read_text("utf-8")
    listed = sorted({row["territory"] for row in tomllib.loads(text)["age"]})
    found = [(consent_age(Territory(place), _TODAY), place) for place in listed]
    return [
        _row(str(age), ", ".join(place for _, place in same))
        for age, same in groupby(sorted(found), key=itemgetter(0))
    ]


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
