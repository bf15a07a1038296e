"""C1: access reaches back without limit of time."""

from datetime import datetime, timedelta

from licet.appearances import confirm_appearance
from licet.collect import collect
from licet.effects.packing import build_package
from licet.effects.record import record_machine
from licet.reviewing import review
from licet.search import search
from licet.terms.acting import SUBJECT
from licet.terms.ids import AgreementId, GrantId, PurposeId, SubjectId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.organisation import Agreement
from licet.terms.search import Finding, Reviewed, SearchResult
from licet.terms.source import Origin
from licet.worker import run_once
from tests.effects.packing import Unpacked, asked, unpack
from tests.fakes.deployment import CLEARANCE, START, World
from tests.fakes.vision import photo

TRACING = PurposeId("family_tracing@1")
"""The purpose under which a grant may hold for two years."""

YEAR = timedelta(days=365)
OLD = 5 * YEAR
RECENT = timedelta(days=396)
"""Thirteen months."""


def test_thirteen_months_and_five_years_are_in_the_package(world: World) -> None:
    """A search of five years ago, under a grant long ended; a photo of thirteen months ago.

    The worker runs all the while: what the law lets end has ended, and the rest is told.
    """
    _sign_for_ten_years(world)
    old, subject = world.enrolled("anna")
    source = world.source(
        world.folder(a=photo("anna", "carl", shot=7)),
        origin=Origin("our photographer", "posters", frozenset({"archive", "family_tracing"})),
        valid_to=START + 10 * YEAR,
    )
    collect(world.app, world.who("steward"), source.id)
    found = _lead(world)
    between = [_say_yes_again(world, subject, START + YEAR * n * 0.9) for n in (1, 2, 3)]
    new = _say_yes_again(world, subject, START + OLD - RECENT, purpose=TRACING)
    _confirm_all(world, new)
    world.clock.now = START + OLD
    run_once(world.app)
    told = _told(world, subject)

    assert [one["id"] for one in told.data["searches"]] == [found.id]
    searched = told.data["searches"][0]
    assert searched["at"][:10] == START.date().isoformat()
    assert searched["organisation"] == "The Harbour Archive"
    assert (searched["purpose"], searched["outcome"]) == (CLEARANCE, "lead")
    ages = {one["id"]: one["state"] for one in told.data["grants"]}
    assert ages == {old: "ended", **dict.fromkeys(between, "ended"), new: "active"}
    (item,) = told.data["items"]
    assert item["first_seen"][:10] == START.date().isoformat()
    assert item["picture"] in told.files
    assert [one["confirmed"] for one in told.data["appearances"]] == [True]
    entries = told.files["ledger/entries.jsonl"].splitlines()
    assert len(entries) > 8
    assert told.verdict(world.app.ledger_key.vkey).ok


def _sign_for_ten_years(world: World) -> None:
    ten = START + 10 * YEAR
    with world.app.store.unit() as unit:
        agreement = Agreement(AgreementId(new_id()), world.organisation, "cd" * 32, START, ten)
        unit.governance.add_agreement(agreement)
        record_machine(unit, EntryKind.AGREEMENT_SIGNED)


def _say_yes_again(world: World, subject: SubjectId, at: datetime, **parts: object) -> GrantId:
    """Let the years go, the worker do its work, and the person enrol under a new grant."""
    world.clock.now = at
    run_once(world.app)
    grant, _ = world.enrolled("anna", subject=subject, identity=None, **parts)
    run_once(world.app)
    return grant


def _lead(world: World) -> SearchResult:
    """Search for anna, and let two verifiers agree."""
    probe = photo("anna", shot=99)
    case = world.case(probe)
    done = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(done, SearchResult), done
    for verifier in ("verifier", "second"):
        said = review(world.app, world.who(verifier), done.candidates[0].id, Finding.SAME)
        assert isinstance(said, Reviewed), said
    return done


def _confirm_all(world: World, grant: GrantId) -> None:
    """Let the person say that each appearance is theirs."""
    with world.app.store.read() as reader:
        seen = [t.id for t in reader.templates.of_grant(grant) if t.lapses_at is not None]
    assert seen
    for one in seen:
        confirm_appearance(world.app, SUBJECT, one)


def _told(world: World, subject: SubjectId) -> Unpacked:
    plan = asked(world.app, subject)
    assert dict(build_package(world.app, plan))["built"]
    return unpack(world.app, plan)
