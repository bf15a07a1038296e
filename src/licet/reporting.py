"""Reporting: what was searched, and what is processed here (GDPR 5(2), 30, 35(7)).

A report is counted from the ledger and committed to by an entry of its own, so it cannot
be written differently for two readers; anybody counts it again over the public copy.
"""

from dataclasses import dataclass

from licet.app import App
from licet.consent.decide import decide
from licet.effects.acting import digest_of_wish, organisation_of
from licet.effects.facts import read_facts
from licet.effects.listing import reach_of
from licet.effects.outside import let_others_see
from licet.effects.record import Objects, record, record_refusal, refuse
from licet.effects.reporting.counting import count, period_of, stated, tally_of
from licet.effects.reporting.papers import paper_of
from licet.effects.reporting.proving import signed_report
from licet.effects.reporting.standing import sections_of
from licet.ledger.report import ReportStatement, digest
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import NotFound
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Ask, Permit, Refusal
from licet.terms.reporting import Paper, ReportKind, ReportWish


@dataclass(frozen=True, slots=True)
class Reported:
    """A report: what it says, the signed file, the same as people read it, its entry."""

    statement: ReportStatement
    file: bytes
    paper: Paper
    leaf: int


def report(app: App, who: Who, wish: ReportWish) -> Reported | Refusal:
    """Count what happened, or tell how things stand, and commit to it in the ledger.

    1. Read the facts and decide; count the entries that are there, read how things stand.
    2. In one unit of work: decide again, count what came since.
    3. State it; the entry commits to the statement and says how far was counted.
    4. Mirror the ledger, let its witnesses see it, prove what was counted, and sign.

    Raises ``BadInput`` for a period that is none, ``NotFound`` for an organisation that is
    not there, or not for this reader.
    """
    with app.store.read() as reader:  # 1
        ask, asked = _ask(app, reader, who), digest_of_wish(wish)
        decided = decide(ask, read_facts(app, reader, ask, who, reader.now, asked), reader.now)
        if isinstance(decided, Permit):
            _within_reach(reader, decided, wish)
            tally = tally_of(wish, period_of(reader, wish))
            seen = count(reader, tally, 0)
            sections = sections_of(app, reader, wish.kind)
    if isinstance(decided, Refusal):
        return refuse(app, ask, decided)
    app.at("report.counted")
    with app.store.unit() as unit:  # 2
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, asked), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        count(unit, tally, seen)
        statement = stated(app, unit, wish, tally, sections)  # 3
        leaf = _record(app, unit, permit, statement)
    app.publish()  # 4
    let_others_see(app)
    file = signed_report(app, statement, tally)
    return Reported(statement, file, paper_of(app, statement), leaf)


def _ask(app: App, reader: Reader, who: Who) -> Ask:
    own = organisation_of(reader, who)
    return Ask(Action.REPORT, who.by, app.model, organisation=own, member=who.member)


def _within_reach(reader: Reader, permit: Permit, wish: ReportWish) -> None:
    """Let an organisation tell of itself; of everybody, and of itself, the controller tells."""
    reach = reach_of(reader, permit)
    if wish.kind is ReportKind.USAGE and not reach.sees(wish.organisation):
        raise NotFound("there is no such organisation", "See `licet org list`.")
    if wish.kind is not ReportKind.USAGE and not reach.everything:
        raise NotFound(
            "this report is the controller's to make", "Tell of your own: `licet report usage`."
        )


def _record(app: App, unit: Unit, permit: Permit, statement: ReportStatement) -> int:
    objects: Objects = tuple(
        ("of", one.organisation)
        for one in statement.organisations
        if statement.kind is ReportKind.USAGE
    )
    facts = (
        ("report", statement.kind.value),
        ("period", statement.period),
        ("statement", digest(statement)),
    )
    return record(app, unit, EntryKind.REPORTED, permit, objects, facts)
