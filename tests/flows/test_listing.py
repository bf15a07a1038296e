"""Registers: who reads which, how far they see, and what the ledger says of it (invariant 3)."""

from collections.abc import Callable

import pytest

from licet.appearances import list_appearances
from licet.collect import collect
from licet.consent.reasons import Reason
from licet.granting import withdraw
from licet.ledger.leaf import decode
from licet.listing import (
    list_cases,
    list_grants,
    list_members,
    list_organisations,
    list_searches,
    list_sources,
    list_suggestions,
    show_grant,
    show_search,
)
from licet.search import search
from licet.standing import restrict
from licet.terms.acting import SUBJECT, WORKER
from licet.terms.errors import NotFound
from licet.terms.ids import CaseId, GrantId, SearchId, new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Refusal
from licet.terms.search import SearchResult
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.recipient import add_recipient
from tests.fakes.vision import photo


def last(world: World) -> Entry:
    with world.app.store.read() as reader:
        size = reader.head.size
        return decode(reader.leaves.get(size - 1, size)[0].data)


def searched(world: World, reference: str = "2026-17") -> tuple[CaseId, SearchResult]:
    probe = photo("anna", shot=9)
    case = world.case(probe, reference=reference)
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult), found
    return case, found


@pytest.mark.parametrize(
    ("read", "who", "rows"),
    [
        (list_organisations, "verifier", 1),
        (list_members, "approver", 6),
        (list_sources, "investigator", 1),
        (list_cases, "investigator", 1),
        (list_grants, "steward", 1),
        (list_suggestions, "verifier", 0),
        (list_appearances, "verifier", 1),
    ],
)
def test_a_register_is_read_by_whose_work_it_is_and_leaves_an_entry(
    world: World, read: Callable[..., object], who: str, rows: int
) -> None:
    world.enrolled("anna")
    source = world.source(world.folder(a=photo("anna", shot=7)))
    collect(world.app, world.who("steward"), source.id)
    searched(world)
    found = read(world.app, world.who(who))
    assert not isinstance(found, Refusal), found
    assert len(found) == rows  # type: ignore[arg-type]  # rows of a register
    entry = last(world)
    assert entry.kind is EntryKind.LISTED
    assert entry.actor is not None
    assert dict(entry.facts)["rows"] == rows


@pytest.mark.parametrize(
    ("read", "who"),
    [
        (list_grants, "investigator"),
        (list_grants, "verifier"),
        (list_suggestions, "investigator"),
        (list_appearances, "steward"),
    ],
)
def test_others_are_refused_and_that_is_written_down(
    world: World, read: Callable[..., object], who: str
) -> None:
    world.enrolled("anna")
    refused = read(world.app, world.who(who))
    assert isinstance(refused, Refusal)
    assert refused.reason == Reason.WRONG_ROLE
    assert last(world).kind is EntryKind.REFUSED
    assert isinstance(read(world.app, WORKER), Refusal)


def test_a_recipient_sees_its_own_and_the_controller_all(world: World) -> None:
    club = add_recipient(world)
    world.enrolled("anna")
    club.enrolled("anna")
    world.case(photo("x"), reference="ours")
    theirs = club.case(photo("y"), reference="theirs")

    def seen(read: Callable[..., object], who: str, by: World) -> list[str]:
        found = read(world.app, by.who(who))
        assert isinstance(found, tuple), found
        return sorted(one.organisation for one in found)

    names = ["The Harbour Archive", "The Rowing Club"]
    assert seen(list_grants, "steward", club) == names[1:]
    assert seen(list_grants, "steward", world) == names
    assert set(seen(list_members, "investigator", club)) == {names[1]}
    assert set(seen(list_members, "investigator", world)) == {names[0]}
    assert seen(list_cases, "officer", world) == names
    assert seen(list_cases, "officer", club) == names[1:]
    foreign = list_searches(world.app, world.who("investigator"), theirs)
    assert isinstance(foreign, Refusal)
    assert foreign.reason == Reason.NO_CASE
    assert list_searches(world.app, world.who("officer"), theirs) == ()


def test_a_contact_finds_its_own_grants_within_reach_alone(world: World) -> None:
    club = add_recipient(world)
    grant, _ = world.granted("anna")
    mine = list_grants(world.app, world.who("steward"), "anna@example.org")
    assert not isinstance(mine, Refusal)
    assert [one.id for one in mine] == [grant]
    assert dict(last(world).facts)["by_contact"] is True
    assert list_grants(world.app, world.who("steward"), "bruno@example.org") == ()
    assert list_grants(world.app, club.who("steward"), "anna@example.org") == ()


def test_ended_grants_are_a_list_of_their_own(world: World) -> None:
    grant, _ = world.granted("anna")
    withdraw(world.app, SUBJECT, grant)
    assert list_grants(world.app, world.who("steward")) == ()
    ended = list_grants(world.app, world.who("steward"), ended=True)
    assert not isinstance(ended, Refusal)
    assert [one.id for one in ended] == [grant]


def test_one_grant_says_why_it_is_set_aside(world: World) -> None:
    club = add_recipient(world)
    grant, _ = world.enrolled("anna")
    restrict(world.app, SUBJECT, grant)
    shown = show_grant(world.app, world.who("officer"), grant)
    assert not isinstance(shown, Refusal)
    assert shown.restricted_for == ("asked",)
    assert last(world).objects == (("grant", grant),)
    for who, wanted in (
        (world.who("officer"), GrantId(new_id())),
        (club.who("steward"), grant),
    ):
        with pytest.raises(NotFound, match="no such grant"):
            show_grant(world.app, who, wanted)
    assert isinstance(show_grant(world.app, world.who("verifier"), grant), Refusal)


def test_a_search_shows_only_who_may_be_found_at_this_moment(world: World) -> None:
    """Set aside or taken back: the candidate is off the list at once, and is counted."""
    grant, _ = world.enrolled("anna")
    case, found = searched(world)
    shown = show_search(world.app, world.who("verifier"), found.id)
    assert not isinstance(shown, Refusal)
    assert (len(shown.candidates), shown.search.withdrawn) == (1, 0)
    restrict(world.app, SUBJECT, grant)
    aside = show_search(world.app, world.who("verifier"), found.id)
    assert not isinstance(aside, Refusal)
    assert (aside.candidates, aside.search.withdrawn) == ((), 1)
    withdraw(world.app, SUBJECT, grant)
    gone = list_searches(world.app, world.who("verifier"), case)
    assert not isinstance(gone, Refusal)
    assert [(one.candidates, one.withdrawn) for one in gone] == [(0, 1)]
    with pytest.raises(NotFound):
        show_search(world.app, world.who("verifier"), SearchId(new_id()))


def test_another_organisations_search_is_not_shown(world: World) -> None:
    club = add_recipient(world)
    world.enrolled("anna")
    _, found = searched(world)
    refused = show_search(world.app, club.who("verifier"), found.id)
    assert isinstance(refused, Refusal)
    assert refused.reason == Reason.NO_CASE


def test_people_list_their_own_and_nobody_elses(world: World) -> None:
    grant, subject = world.enrolled("anna")
    _, other = world.enrolled("bruno")
    source = world.source(world.folder(a=photo("anna", "bruno", shot=7)))
    collect(world.app, world.who("steward"), source.id)
    own = list_appearances(world.app, SUBJECT, subject)
    assert not isinstance(own, Refusal)
    assert [one.grant for one in own] == [grant]
    entry = last(world)
    assert entry.kind is EntryKind.LISTED
    assert entry.subject is not None
    assert entry.actor is None
    theirs = list_appearances(world.app, SUBJECT, other)
    assert not isinstance(theirs, Refusal)
    assert [one.grant for one in theirs] != [grant]
    nobody = list_appearances(world.app, SUBJECT)
    assert isinstance(nobody, Refusal)
    assert nobody.reason == Reason.NO_SUBJECT
