"""Asking on another's behalf: named in the case, to the person, in the ledger, in the report."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from licet.effects.packing.steps import build_package
from licet.governance import approve_case, open_case
from licet.granting import withdraw
from licet.ledger.usage import Uses, uses_from_json, uses_to_json
from licet.listing import list_cases
from licet.own import see_own
from licet.reporting import Reported, report
from licet.search import search
from licet.terms.acting import SUBJECT
from licet.terms.errors import BadInput
from licet.terms.governing import CaseWish
from licet.terms.ids import AgreementId, CaseId, OrganisationId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Refusal
from licet.terms.reporting import ReportKind, ReportWish
from licet.terms.search import SearchResult
from licet.worker import run_once
from tests.effects.packing import asked as asks_for_all
from tests.effects.packing import unpack
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.recipient import add_recipient
from tests.fakes.vision import photo

PROBE = photo("anna", shot=9)


def asked(world: World, other: OrganisationId | None, reference: str = "1") -> CaseId | Refusal:
    """Open a case that Anna's photo is evidence of, for another organisation, and approve it."""
    evidence = frozenset({sha256(PROBE).hexdigest()})
    wish = CaseWish(world.organisation, CLEARANCE, reference, evidence, 5, other)
    case = open_case(world.app, world.who("investigator"), wish)
    if not isinstance(case, Refusal):
        assert isinstance(approve_case(world.app, world.who("approver"), case), datetime)
    return case


def searched(world: World, case: CaseId) -> SearchResult | Refusal:
    return search(world.app, world.who("investigator"), case, CLEARANCE, PROBE)


def test_who_asks_through_another_is_named_wherever_the_search_is(world: World) -> None:
    _, anna = world.enrolled("anna")
    club = add_recipient(world)
    for other, reference in ((club.organisation, "for the club"), (None, "our own")):
        case = asked(world, other, reference)
        assert not isinstance(case, Refusal)
        assert isinstance(searched(world, case), SearchResult)
    lines = list_cases(world.app, world.who("officer"))
    assert not isinstance(lines, Refusal)
    assert [(one.reference, one.on_behalf_of) for one in lines] == [
        ("for the club", "The Rowing Club"),
        ("our own", ""),
    ]
    with world.app.store.read() as reader:
        subject = reader.subjects.get(anna)
    assert subject is not None
    own = see_own(world.app, SUBJECT, subject)
    assert not isinstance(own, Refusal)
    assert sorted(one.on_behalf_of for one in own.searches) == ["", "The Rowing Club"]


def test_the_report_counts_it_and_so_does_whoever_checks(world: World) -> None:
    world.enrolled("anna")
    club = add_recipient(world)
    case = asked(world, club.organisation)
    assert not isinstance(case, Refusal)
    for _ in range(3):
        assert isinstance(searched(world, case), SearchResult)
    month = world.clock().astimezone(UTC).strftime("%Y-%m")
    wish = ReportWish(ReportKind.USAGE, month, world.organisation)
    made = report(world.app, world.who("officer"), wish)
    assert isinstance(made, Reported)
    (mine,) = made.statement.organisations
    assert mine.uses.on_behalf_of == ((club.organisation, 3),)
    (told,) = [one for one in made.paper.sections if one.name == "behalf"]
    assert told.rows == (("The Rowing Club", "3"),)
    assert uses_from_json(uses_to_json(mine.uses)) == mine.uses
    assert uses_from_json(uses_to_json(Uses())) == Uses()


def test_nobody_searches_through_another_when_their_agreement_is_over(world: World) -> None:
    world.enrolled("anna")
    club = add_recipient(world)
    case = asked(world, club.organisation)
    assert not isinstance(case, Refusal)
    assert isinstance(searched(world, case), SearchResult)
    # Ten years on the agreement of the club is over; the controller's own was renewed.
    with world.app.store.unit() as unit:
        mine = unit.governance.agreement_at(world.organisation, unit.now)
        assert mine is not None
        longer = replace(mine, id=AgreementId("longer"), valid_to=mine.valid_to.replace(year=2060))
        unit.governance.add_agreement(longer)
        unit.record(Entry(EntryKind.AGREEMENT_SIGNED, unit.now))
    world.clock.go(days=3651)
    for refused in (searched(world, case), asked(world, club.organisation, "2")):
        assert isinstance(refused, Refusal)
        assert refused.reason == "no_agreement_behind"


def test_a_stranger_is_nobody_to_ask_for(world: World) -> None:
    refused = asked(world, OrganisationId("an agency that pays"))
    assert isinstance(refused, Refusal)
    assert refused.reason == "no_agreement_behind"
    with pytest.raises(BadInput, match="own behalf"):
        asked(world, world.organisation)


def test_who_asked_through_another_is_named_as_a_recipient(world: World) -> None:
    _, anna = world.enrolled("anna")
    club = add_recipient(world)
    case = asked(world, club.organisation)
    assert not isinstance(case, Refusal)
    assert isinstance(searched(world, case), SearchResult)
    plan = asks_for_all(world.app, anna)
    build_package(world.app, plan)
    data = unpack(world.app, plan).data
    found = {one["name"]: one["searches"] for one in data["recipients"]}
    assert found == {"The Harbour Archive": 1, "The Rowing Club": 1}
    assert [one["on_behalf_of"] for one in data["searches"]] == ["The Rowing Club"]


def test_who_asked_through_another_is_told_when_it_is_taken_back(world: World) -> None:
    grant, _ = world.enrolled("anna")
    club = add_recipient(world, contact="board@club.example")
    case = asked(world, club.organisation)
    assert not isinstance(case, Refusal)
    found = searched(world, case)
    assert isinstance(found, SearchResult)
    withdraw(world.app, SUBJECT, grant)
    run_once(world.app)
    (letter,) = [one for one in world.outbox.letters if one.to == "board@club.example"]
    assert found.id in letter.text
