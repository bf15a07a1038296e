"""A8: a minor only under a guardian's grant with its own approval; age is asked, never inferred.

The grant lapses on the day the child decides for themselves, and the child may end it on
any day before, without the guardian.
"""

from dataclasses import fields
from datetime import timedelta

import pytest

from licet.consent.reasons import Reason
from licet.enrol import enrol
from licet.granting import ask_grant, confirm, withdraw
from licet.search import search
from licet.terms.acting import SUBJECT
from licet.terms.errors import BadInput
from licet.terms.face import Face, Inspection, Quality, SeenFace
from licet.terms.grant import GrantState, Identity
from licet.terms.granting import Asked, Enrolled, GrantWish
from licet.terms.ids import GrantId, Territory
from licet.terms.permit import Refusal
from licet.terms.search import SearchResult
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo

FRANCE = Territory("FR")
BIRTHDAY = "2011-05-17"
"""Fourteen on the day these tests begin (2 March 2026); in France one decides from fifteen on."""


def child(world: World, **parts: object) -> GrantWish:
    """A wish for a child, on the guardian's contact."""
    identity = Identity("lou", "parent@example.org", str(parts.pop("born", BIRTHDAY)))
    wish = {"identity": identity, "residence": FRANCE, "guardian": True, **parts}
    return world.wish("lou", **wish)


def given(world: World) -> GrantId:
    """Let a guardian give a grant, and the child be enrolled."""
    two = world.who("steward", "officer")
    asked = ask_grant(world.app, two, child(world))
    assert isinstance(asked, Asked), asked
    assert world.outbox.letters[-1].to == "parent@example.org"
    assert not isinstance(confirm(world.app, asked.grant, world.outbox.code()), Refusal)
    photos = tuple(photo("lou", shot=n) for n in range(3))
    assert isinstance(enrol(world.app, two, asked.grant, photos, 1), Enrolled)
    return asked.grant


def found(world: World, reference: str) -> int:
    probe = photo("lou", shot=9)
    case = world.case(probe, reference=reference)
    listed = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(listed, SearchResult), listed
    return len(listed.candidates)


def test_a_child_is_not_asked_without_a_guardian(world: World) -> None:
    """Refused with the article, on the ledger, and nothing is kept."""
    two = world.who("steward", "officer")
    refused = ask_grant(world.app, two, child(world, guardian=False))
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.article) == (Reason.MINOR_WITHOUT_GUARDIAN, "GDPR 8(1)")
    assert world.outbox.letters == []
    with world.app.store.read() as reader:
        assert list(reader.subjects.ids()) == []
        assert list(reader.grants.kept()) == []


def test_a_guardians_grant_has_an_approval_of_its_own(world: World) -> None:
    """One steward alone asks no guardian; an adult has none."""
    alone = ask_grant(world.app, world.who("steward"), child(world))
    assert isinstance(alone, Refusal)
    assert alone.reason == Reason.TWO_SIGNERS_NEEDED
    two = world.who("steward", "officer")
    grown = ask_grant(world.app, two, child(world, born="1980-05-17"))
    assert isinstance(grown, Refusal)
    assert grown.reason == Reason.GUARDIAN_FOR_ADULT


def test_the_grant_lapses_on_the_day_the_child_decides(world: World) -> None:
    """On the birthday, not a day later, and without the worker doing anything."""
    grant = given(world)
    with world.app.store.read() as reader:
        kept = reader.grants.get(grant)
    assert kept is not None
    assert kept.expires.isoformat() == "2026-05-17T00:00:00+00:00"
    world.clock.now = kept.expires - timedelta(seconds=1)
    assert found(world, "before") == 1
    world.clock.now = kept.expires
    assert found(world, "after") == 0
    run_once(world.app)
    with world.app.store.read() as reader:
        ended = reader.grants.get(grant)
        assert ended is not None
        assert ended.state is GrantState.ENDED
        assert reader.templates.of_grant(grant) == ()
    again = ask_grant(world.app, world.who("steward", "officer"), child(world))
    assert isinstance(again, Refusal), "from that day on nobody else decides"
    assert again.reason == Reason.GUARDIAN_FOR_ADULT


def test_no_words_make_it_last_longer(world: World) -> None:
    asked = ask_grant(world.app, world.who("steward", "officer"), child(world, born="2011-04-01"))
    assert isinstance(asked, Asked)
    with world.app.store.read() as reader:
        kept = reader.grants.get(asked.grant)
    assert kept is not None
    assert kept.expires.date().isoformat() == "2026-04-01"


def test_the_child_withdraws_by_themselves(world: World) -> None:
    """No guardian, no second signer, no reason; at once."""
    grant = given(world)
    assert found(world, "before") == 1
    assert not isinstance(withdraw(world.app, SUBJECT, grant), Refusal)
    assert found(world, "after") == 0
    with world.app.store.read() as reader:
        assert reader.templates.of_grant(grant) == ()


def test_a_steward_ends_it_for_a_child_who_has_no_receipt(world: World) -> None:
    """The receipt went to the guardian; a child who says so to a steward needs none."""
    grant = given(world)
    assert not isinstance(withdraw(world.app, world.who("steward"), grant), Refusal)
    assert found(world, "after") == 0


def test_age_is_asked_and_never_inferred(world: World) -> None:
    """Without a date of birth nothing goes on; no photo can tell an age."""
    two = world.who("steward", "officer")
    with pytest.raises(BadInput, match="date of birth"):
        ask_grant(world.app, two, child(world, born=""))
    seen = {field.name for kind in (Inspection, SeenFace, Face, Quality) for field in fields(kind)}
    assert not [name for name in seen if "age" in name or "born" in name or "minor" in name]
