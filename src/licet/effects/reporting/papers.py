"""A report as people read it. What it says is its statement's, and nothing else."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from licet.app import App
from licet.effects.reporting.words import number, spoken
from licet.ledger.report import OrganisationUses, ReportStatement
from licet.ledger.usage import SUM, Uses
from licet.terms.ids import OrganisationId
from licet.terms.ledger import EntryKind
from licet.terms.reporting import Paper, ReportKind, Section

_TITLES = {
    ReportKind.ANNUAL: "Searches in {period}",
    ReportKind.PROCESSING: "Records of processing activities",
    ReportKind.ASSESSMENT: "What the impact assessment starts from",
    ReportKind.SOURCES: "Register of sources",
}
_SANDBOX = "This is a sandbox: nobody real is in it."
_COUNTED = (
    "Every figure is counted from the entries of the ledger, which hold no personal data and "
    "are never changed. What was erased since is still counted."
)
_USE = (
    ("Candidate lists released", "searches"),
    ("of these, without a candidate", "empty"),
    ("Candidates on all lists together", "candidates"),
    ("Cases searched in", "cases"),
    ("Findings of verifiers", "reviews"),
    ("Leads that two verifiers confirmed", "leads"),
    ("Photos shown", "shown"),
    ("Searches refused", "refused"),
)
_EVENTS = (
    ("People enrolled", EntryKind.ENROLLED),
    ("Grants that people confirmed", EntryKind.GRANT_CONFIRMED),
    ("Acts that ended grants", EntryKind.GRANT_ENDING),
    ("People's requests received", EntryKind.REQUEST_RECEIVED),
    ("Requests answered", EntryKind.REQUEST_DELIVERED),
    ("Requests refused", EntryKind.REQUEST_REFUSED),
    ("Acts that erased people", EntryKind.SUBJECT_ERASING),
    ("Suggestions that a person rejected", EntryKind.SUGGESTION_REJECTED),
    ("Legal holds placed", EntryKind.HOLD_PLACED),
    ("Accountability records opened", EntryKind.ACCOUNT_OPENED),
    ("Sources opened", EntryKind.SOURCE_AUTHORISED),
    ("Sources put on hold", EntryKind.SOURCE_HELD),
    ("Sources ended", EntryKind.SOURCE_CEASED),
    ("Orders of authorities registered", EntryKind.ORDER_REGISTERED),
    ("Breaches confirmed", EntryKind.BREACH_CONFIRMED),
    ("Restores from a backup", EntryKind.RESTORED),
)


_DROPPED = EntryKind.TEMPLATE_DROPPED
_BATCHES = (EntryKind.COLLECTED, EntryKind.BACKFILLED)
_FACES = (
    ("Photos collected", _BATCHES[:1], "items", SUM),
    ("Faces compared in them", _BATCHES[:1], "faces", SUM),
    ("Appearances kept", _BATCHES, "appearances", SUM),
    ("Suggestions kept for a person's look", _BATCHES, "suggestions", SUM),
    ("Appearances taken off: not this person", (_DROPPED,), "cause", "unlinked"),
    ("Appearances that lapsed: nobody confirmed them", (_DROPPED,), "cause", "lapsed"),
)


def paper_of(app: App, statement: ReportStatement) -> Paper:
    """Return the report's paper."""
    if statement.kind is ReportKind.USAGE:
        title = f"Use by {statement.organisations[0].name} in {statement.period}"
        sections = _usage(app, statement.organisations[0].uses)
    elif statement.kind is ReportKind.ANNUAL:
        title = _TITLES[statement.kind].format(period=statement.period)
        sections = _annual(statement)
    else:
        title = _TITLES[statement.kind]
        sections = list(statement.sections)
    return Paper(
        title=title,
        controller=statement.controller,
        opening=_opening(statement),
        sections=(*sections, _check(app, statement)),
    )


def _opening(statement: ReportStatement) -> tuple[str, ...]:
    told = statement.kind in (ReportKind.USAGE, ReportKind.ANNUAL)
    stands = f"As it stood on {statement.period}, told from what is configured and stored."
    said = _COUNTED if told else stands
    return (_SANDBOX, said) if statement.sandbox else (said,)


def _usage(app: App, uses: Uses) -> list[Section]:
    return [
        Section(
            "use",
            "GDPR 5(2), 30",
            "How it searched",
            header=("What", "Number"),
            rows=tuple((says, number(getattr(uses, name))) for says, name in _USE),
        ),
        Section(
            "purposes",
            "GDPR 5(1)(b)",
            "For which purposes",
            header=("Purpose", "Searches"),
            rows=_pairs(uses.purposes) or (("none", "0"),),
        ),
        Section(
            "refusals",
            "GDPR 5(2)",
            "Why searches were refused",
            header=("Reason", "Searches"),
            rows=_pairs((spoken(why), count) for why, count in uses.reasons) or (("none", "0"),),
        ),
        Section(
            "behalf",
            "GDPR 5(2), 28(3)",
            "On whose behalf",
            header=("Organisation", "Searches"),
            rows=_pairs(_asked_by(app, uses)) or (("its own alone", number(uses.searches)),),
        ),
    ]


def _asked_by(app: App, uses: Uses) -> list[tuple[str, int]]:
    """Return the organisations that asked through this one, by their names."""
    with app.store.read() as reader:
        found = (
            (reader.governance.organisation(OrganisationId(one)), n, one)
            for one, n in uses.on_behalf_of
        )
        return [(other.name if other else one, count) for other, count, one in found]


def _annual(statement: ReportStatement) -> list[Section]:
    found = statement.organisations
    kinds = dict(statement.kinds)
    return [
        Section(
            "organisations",
            "GDPR 5(2)",
            "Who searched",
            says=() if found else ("Nobody searched.",),
            header=("Organisation", "Lists", "Empty", "Candidates", "Leads", "Refused"),
            rows=tuple(_line(one) for one in found),
        ),
        Section(
            "purposes",
            "GDPR 5(1)(b)",
            "For which purposes",
            header=("Purpose", "Searches"),
            rows=_pairs(_purposes(found)) or (("none", "0"),),
        ),
        Section(
            "events",
            "GDPR 5(2), 12-22, 33",
            "What else happened",
            header=("What", "Number"),
            rows=tuple((says, number(kinds.get(kind.value, 0))) for says, kind in _EVENTS),
        ),
        Section(
            "faces",
            "GDPR 5(1)(d), 9",
            "What collecting kept, and what of it was wrong",
            header=("What", "Number"),
            rows=tuple((says, number(_sum(statement, named))) for says, *named in _FACES),
        ),
        Section(
            "told",
            "GDPR 5(2)",
            "In which way",
            header=("Entry", "Which", "Number"),
            rows=tuple(
                (spoken(kind), spoken(says), number(count))
                for kind, _, says, count in statement.told
                if says != SUM
            ),
        ),
        Section(
            "entries",
            "GDPR 5(2)",
            "Every entry of the year",
            header=("Entry", "Number"),
            rows=_pairs((spoken(kind), count) for kind, count in statement.kinds),
        ),
    ]


def _sum(statement: ReportStatement, named: list[Any]) -> int:
    kinds, fact, says = named
    return sum(
        count
        for kind, name, word, count in statement.told
        if kind in kinds and (name, word) == (fact, says)
    )


def _line(one: OrganisationUses) -> tuple[str, ...]:
    uses = one.uses
    figures = (uses.searches, uses.empty, uses.candidates, uses.leads, uses.refused)
    return (one.name, *(number(figure) for figure in figures))


def _purposes(found: tuple[OrganisationUses, ...]) -> list[tuple[str, int]]:
    total: Counter[str] = Counter()
    for one in found:
        total.update(dict(one.uses.purposes))
    return sorted(total.items())


def _pairs(pairs: Iterable[tuple[str, int]]) -> tuple[tuple[str, ...], ...]:
    return tuple((name, number(count)) for name, count in pairs)


def _check(app: App, statement: ReportStatement) -> Section:
    counts = statement.kind in (ReportKind.USAGE, ReportKind.ANNUAL)
    again = (
        (
            "With a copy of the published ledger anybody counts again, so that nothing can be "
            "left out: licet verify report.json --mirror FOLDER"
        ),
    )
    return Section(
        "check",
        "GDPR 5(2)",
        "How to check this",
        says=(
            (
                f"Entry {statement.through} of the ledger {app.deployment.origin} commits to this "
                "report. The signed file beside it is checked without asking anybody: "
                "licet verify report.json"
            ),
            *(again if counts else ()),
        ),
    )
