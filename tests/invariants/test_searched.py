"""3, 12. Who is shown, to whom, and what a search leaves behind."""

import hashlib
from typing import Any

import pytest

from licet.collect import collect
from licet.granting import withdraw
from licet.reviewing import close
from licet.search import search
from licet.show import show
from licet.terms.acting import SUBJECT
from licet.terms.governing import CaseWish
from licet.terms.ids import CaseId, GrantId, ItemId, PurposeId, SourceId
from licet.terms.permit import Refusal
from licet.terms.search import SearchResult, SearchState
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE
from tests.fakes.vision import photo
from tests.invariants import checks
from tests.invariants.daily import daily
from tests.invariants.house import ARCHIVE, CLUB
from tests.invariants.scenes import ANNA, Scene

PROBE = photo(ANNA, shot=77)
STRANGERS = photo("xaver-unknown", shot=77)


@pytest.fixture
def scene(with_anna: Scene) -> Scene:
    """A house in which Anna is enrolled already."""
    return with_anna


def asked(scene: Scene, **other: Any) -> SearchResult | Refusal:
    """A search in which everything is right, but for what is given otherwise."""
    organisation = other.get("organisation", ARCHIVE)
    probe = other.get("probe", PROBE)
    case = other.get("case") or scene.case(other.get("evidence", probe))
    who = scene.house.at(organisation).who(other.get("role", "investigator"))
    purpose = PurposeId(other.get("purpose", CLEARANCE))
    return search(scene.house.app, who, case, purpose, probe)


def unapproved(scene: Scene) -> CaseId:
    """A case that nobody said yes to."""
    from licet.governance import open_case

    world = scene.house.at(ARCHIVE)
    digest = hashlib.sha256(PROBE).hexdigest()
    wish = CaseWish(world.organisation, CLEARANCE, "2026-unapproved", frozenset({digest}), 5)
    case = open_case(scene.house.app, world.who("investigator"), wish)
    assert isinstance(case, str), case
    return CaseId(case)


WRONG: dict[str, dict[str, Any]] = {
    "role: a verifier searches": {"role": "verifier"},
    "role: a steward searches": {"role": "steward"},
    "organisation: another one's case": {"organisation": CLUB},
    "purpose: not the case's": {"purpose": "find_my_photos@1"},
    "purpose: not on the list": {"purpose": "public_safety@1"},
    "evidence: the probe is not of the case": {"evidence": b"another file"},
    "approval: nobody said yes": {"case": unapproved},
}


SERVER = ("evidence: the probe is not of the case", "organisation: another one's case")


@pytest.mark.parametrize("wrong", daily(sorted(WRONG), sqlite=WRONG, postgresql=SERVER))
def test_every_part_of_a_search_must_be_right(scene: Scene, wrong: str) -> None:
    """One thing wrong: a refusal with its leaf, no search kept, nobody shown."""
    anna, _ = scene.enrolled(ANNA)
    other = {name: part(scene) if callable(part) else part for name, part in WRONG[wrong].items()}
    before = scene.picture
    done = asked(scene, **other)
    assert isinstance(done, Refusal), done
    after = scene.picture
    assert after["search"] == before["search"] == []
    assert after["candidate"] == []
    assert b'"refused"' in after["leaf"][-1]["data"]
    right = asked(scene)
    assert isinstance(right, SearchResult)
    assert [candidate.grant for candidate in right.candidates] == [anna]


def test_a_search_of_an_organisation_without_agreement_is_refused(scene: Scene) -> None:
    scene.enrolled(ANNA)
    case = scene.case(PROBE)
    scene.house.clock.go(days=366)
    assert isinstance(asked(scene, case=case), Refusal)


def test_whose_photo_is_shown_is_live_at_that_moment(scene: Scene) -> None:
    """Showing reads facts again: a withdrawal while the photo is read wins."""
    anna, _ = scene.enrolled(ANNA)
    source = scene.source("regatta", ANNA)
    collect(scene.house.app, scene.house.at(ARCHIVE).who("steward"), SourceId(source))
    case = scene.case(PROBE)
    found = asked(scene, case=case)
    assert isinstance(found, SearchResult)
    item = ItemId(scene.picture["item"][0]["id"])
    who = scene.house.at(ARCHIVE).who("investigator")
    assert not isinstance(show(scene.house.app, who, item, GrantId(anna), case), Refusal)
    inspect = scene.house.world.vision.inspect

    def slow(*args: Any, **how: Any) -> Any:
        withdraw(scene.house.other, SUBJECT, GrantId(anna))
        return inspect(*args, **how)

    scene.house.world.vision.inspect = slow  # type: ignore[method-assign]
    done = show(scene.house.app, who, item, GrantId(anna), case)
    assert isinstance(done, Refusal), done


def test_without_a_candidate_no_probe_is_kept(scene: Scene) -> None:
    """12. What was searched with is forgotten with the answer."""
    done = asked(scene, probe=STRANGERS)
    assert isinstance(done, SearchResult)
    assert done.state is SearchState.NONE
    (row,) = scene.picture["search"]
    assert row["sealed_probe"] is None


def test_nobody_to_search_keeps_no_probe_either(scene: Scene) -> None:
    scene.acts.withdraw(scene.enrolled(ANNA)[0])
    done = asked(scene)
    assert isinstance(done, SearchResult)
    (row,) = scene.picture["search"]
    assert row["sealed_probe"] is None


def test_a_probe_is_kept_sealed_and_ends_with_the_search(scene: Scene) -> None:
    scene.enrolled(ANNA)
    done = asked(scene)
    assert isinstance(done, SearchResult)
    (row,) = scene.picture["search"]
    assert row["sealed_probe"]
    checks.in_clear(scene.house, scene.acts.known, scene.picture)
    close(scene.house.app, done.id)
    (row,) = scene.picture["search"]
    assert (row["state"], row["sealed_probe"]) == ("closed", None)


def test_a_probe_is_kept_for_thirty_days_at_most(scene: Scene) -> None:
    scene.enrolled(ANNA)
    assert isinstance(asked(scene), SearchResult)
    scene.house.clock.go(days=29)
    run_once(scene.house.app)
    assert scene.picture["search"][0]["sealed_probe"]
    scene.house.clock.go(days=2)
    run_once(scene.house.app)
    assert scene.picture["search"][0]["sealed_probe"] is None


@pytest.mark.parametrize("how", ["withdraws", "is erased"])
def test_who_leaves_takes_the_probe_along(scene: Scene, how: str) -> None:
    """The probe may well be a photo of the very person who left."""
    grant, subject = scene.enrolled(ANNA)
    assert isinstance(asked(scene), SearchResult)
    if how == "withdraws":
        scene.acts.withdraw(grant)
    else:
        scene.acts.erase(subject)
    picture = scene.picture
    assert not any(row["sealed"] for row in picture["candidate"])
    assert [row["sealed_probe"] for row in picture["search"]] == [None]
    checks.probes(picture)
