"""Putting right what is wrong about a person, on both databases (GDPR 16)."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from licet.appearances import confirm_appearance, list_appearances
from licet.backfill import backfill
from licet.collect import collect
from licet.consent.reasons import Reason
from licet.effects.record import record_machine
from licet.effects.sealed import grant_key, open_appearance, open_identity
from licet.enrol import enrol
from licet.ledger.verify import verify_file
from licet.listing import show_search
from licet.recovery import back_up, restore
from licet.rectifying import correct, unlink
from licet.rights.intake import prove
from licet.search import search
from licet.standing import restrict
from licet.suggesting import accept
from licet.terms.acting import SUBJECT
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.gallery import TemplateKind
from licet.terms.ids import (
    GrantId,
    RequestId,
    SourceId,
    SubjectId,
    SuggestionId,
    TemplateId,
    new_id,
)
from licet.terms.ledger import EntryKind
from licet.terms.payload import SuggestionPayload, to_bytes
from licet.terms.permit import Refusal
from licet.terms.rectifying import Confirmed, Correction
from licet.terms.rights import RequestState, RightKind
from licet.terms.search import SearchResult, SearchState
from licet.terms.stored import StoredSuggestion
from licet.vault.seal import seal
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World, settings_of
from tests.fakes.recipient import add_recipient
from tests.fakes.vision import photo
from tests.flows.test_intake import asked, proved


@dataclass(frozen=True)
class Scene:
    """Anna, who is enrolled and was found in one photo beside a stranger."""

    world: World
    grant: GrantId
    subject: SubjectId
    source: SourceId
    appearance: TemplateId


def kept(world: World, grant: GrantId) -> list[TemplateId]:
    with world.app.store.read() as reader:
        found = reader.templates.of_grant(grant)
    return [one.id for one in found if one.kind is TemplateKind.APPEARANCE]


def _found(world: World) -> tuple[GrantId, SubjectId, SourceId, TemplateId]:
    grant, subject = world.enrolled("anna")
    source = world.source(world.folder(gala=photo("anna", "x", shot=7)))
    collect(world.app, world.who("steward"), source.id)
    (appearance,) = kept(world, grant)
    return grant, subject, source.id, appearance


BEGINS = {"scene": _found}


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world, *world.left)


def test_a_wrong_face_is_taken_off_and_never_put_on_again(scene: Scene) -> None:
    world = scene.world
    done = unlink(world.app, SUBJECT, scene.appearance)
    assert not isinstance(done, Refusal)
    assert verify_file(done.receipt, world.app.ledger_key.vkey).ok
    assert kept(world, scene.grant) == []
    backfill(world.app, scene.grant, scene.source)
    collect(world.app, world.who("steward"), scene.source)
    enrol(
        world.app,
        world.who("steward", "officer"),
        scene.grant,
        tuple(photo("anna", shot=n) for n in range(11, 14)),
        1,
    )
    run_once(world.app)
    assert kept(world, scene.grant) == []
    with pytest.raises(NotFound):
        unlink(world.app, SUBJECT, scene.appearance)


def test_another_persons_grant_keeps_the_same_face(scene: Scene) -> None:
    """That it is not Anna says nothing of whose it is."""
    world = scene.world
    unlink(world.app, SUBJECT, scene.appearance)
    other, _ = world.enrolled("x")
    run_once(world.app)
    assert len(kept(world, other)) == 1
    assert kept(world, scene.grant) == []


def test_a_suggestion_of_the_same_face_goes_too_and_none_is_accepted(scene: Scene) -> None:
    world = scene.world

    def suggest() -> SuggestionId:
        suggestion = SuggestionId(new_id())
        key = world.app.keyring.get(grant_key(scene.grant))
        sealed = seal(key, to_bytes(pointer), f"suggestion:{suggestion}")
        with world.app.store.unit() as unit:
            until = world.clock() + timedelta(days=30)
            unit.suggestions.add(StoredSuggestion(suggestion, scene.grant, sealed, until, 0))
            record_machine(unit, EntryKind.COLLECTED)
        return suggestion

    with world.app.store.read() as reader:
        template = reader.templates.get(scene.appearance)
    assert template is not None
    seen = open_appearance(world.app, template)
    pointer = SuggestionPayload(seen.face, seen.item, seen.source, seen.score)
    suggest()
    unlink(world.app, SUBJECT, scene.appearance)
    with world.app.store.read() as reader:
        assert reader.suggestions.of_grant(scene.grant) == ()
    late = suggest()
    with pytest.raises(Conflict, match="taken off this person"):
        accept(world.app, SUBJECT, late)


def test_a_verifier_takes_a_face_off_and_the_person_is_told(scene: Scene) -> None:
    world = scene.world
    refused = unlink(world.app, world.who("investigator"), scene.appearance)
    assert isinstance(refused, Refusal)
    assert refused.reason == Reason.WRONG_ROLE
    done = unlink(world.app, world.who("verifier"), scene.appearance)
    assert not isinstance(done, Refusal)
    letter = world.outbox.letters[-1]
    assert letter.to == "anna@example.org"
    assert scene.grant in letter.text
    with world.app.store.read() as reader:
        assert not [plan for plan in reader.plans.open() if plan.cause == "rectified"]


def test_a_reference_is_no_appearance(scene: Scene) -> None:
    world = scene.world
    with world.app.store.read() as reader:
        (reference,) = [
            one.id
            for one in reader.templates.of_grant(scene.grant)
            if one.kind is TemplateKind.REFERENCE
        ]
    for act in (unlink, confirm_appearance):
        with pytest.raises(NotFound, match="no such appearance"):
            act(world.app, SUBJECT, reference)


def test_a_lead_that_rests_on_a_wrong_face_is_taken_off_its_list(world: World) -> None:
    """Who was given the candidate is told, and sees that it may not be used."""
    club = add_recipient(world, contact="club@example.net")
    grant, _ = club.enrolled("anna")
    source = club.source(club.folder("club", gala=photo("anna", shot=9)), "club album")
    collect(world.app, club.who("steward"), source.id)
    world.clock.go(days=2)
    probe = photo("anna", shot=9)
    case = club.case(probe, reference="matter")
    listed = search(world.app, club.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(listed, SearchResult)
    (candidate,) = listed.candidates
    assert candidate.kind is TemplateKind.APPEARANCE
    (appearance,) = kept(world, grant)
    unlink(world.app, SUBJECT, appearance)
    told = show_search(world.app, club.who("investigator"), listed.id)
    assert not isinstance(told, Refusal)
    assert (told.candidates, told.search.withdrawn) == ((), 1)
    assert told.search.state is SearchState.CLOSED
    run_once(world.app)
    (letter,) = [one for one in world.outbox.letters if one.to == "club@example.net"]
    assert listed.id in letter.text


def test_a_restore_does_not_put_the_face_on_again(scene: Scene, fresh_url: str) -> None:
    world = scene.world
    backup = world.home.parent / "before.licet"
    back_up(world.app, backup)
    unlink(world.app, SUBJECT, scene.appearance)
    with world.app.store.read() as reader:
        noted = reader.unlinked.of_grant(scene.grant)
    assert len(noted) == 1
    world.app.close()
    restore(settings_of(world.home, fresh_url), backup, world.clock)
    world.url = fresh_url
    world.app = world.reopen()
    with world.app.store.read() as reader:
        assert reader.unlinked.of_grant(scene.grant) == noted
    backfill(world.app, scene.grant, scene.source)
    assert kept(world, scene.grant) == []


# --- confirming ---


def test_a_confirmed_appearance_lapses_no_more(scene: Scene) -> None:
    world = scene.world
    listed = list_appearances(world.app, world.who("verifier"))
    assert not isinstance(listed, Refusal)
    assert [one.id for one in listed] == [scene.appearance]
    done = confirm_appearance(world.app, world.who("verifier"), scene.appearance)
    assert isinstance(done, Confirmed)
    assert list_appearances(world.app, world.who("verifier")) == ()
    own = list_appearances(world.app, SUBJECT, scene.subject)
    assert not isinstance(own, Refusal)
    assert [(one.id, one.lapses_at) for one in own] == [(scene.appearance, None)]
    with pytest.raises(Conflict, match="confirmed"):
        confirm_appearance(world.app, SUBJECT, scene.appearance)
    world.clock.go(days=91)
    run_once(world.app)
    assert kept(world, scene.grant) == [scene.appearance]


def test_an_unconfirmed_one_lapses(scene: Scene) -> None:
    scene.world.clock.go(days=91)
    run_once(scene.world.app)
    assert kept(scene.world, scene.grant) == []


def test_nothing_is_confirmed_under_a_grant_that_is_set_aside(scene: Scene) -> None:
    restrict(scene.world.app, SUBJECT, scene.grant)
    for who in (SUBJECT, scene.world.who("verifier")):
        refused = confirm_appearance(scene.world.app, who, scene.appearance)
        assert isinstance(refused, Refusal)
        assert refused.reason == Reason.GRANT_RESTRICTED


def test_a_steward_browses_no_appearances(scene: Scene) -> None:
    refused = list_appearances(scene.world.app, scene.world.who("steward"))
    assert isinstance(refused, Refusal)
    assert refused.reason == Reason.WRONG_ROLE


# --- who a person is ---


def test_a_name_is_corrected_by_the_person(scene: Scene) -> None:
    world = scene.world
    done = correct(world.app, SUBJECT, Correction(scene.subject, "Anna Lind"))
    assert not isinstance(done, Refusal)
    with world.app.store.read() as reader:
        identity = open_identity(world.app, reader.subjects.get(scene.subject))
    assert identity is not None
    assert (identity.name, identity.contact) == ("Anna Lind", "anna@example.org")
    assert world.outbox.letters[-1].to == "anna@example.org"
    with pytest.raises(BadInput, match="nothing would change"):
        correct(world.app, SUBJECT, Correction(scene.subject, "Anna Lind"))


def test_members_correct_with_the_officer(scene: Scene) -> None:
    world = scene.world
    wish = Correction(scene.subject, "Anna Lind")
    for who, reason in (
        (world.who("steward"), Reason.TWO_SIGNERS_NEEDED),
        (world.who("steward", "verifier"), Reason.OFFICER_NEEDED),
    ):
        refused = correct(world.app, who, wish)
        assert isinstance(refused, Refusal)
        assert refused.reason == reason
    assert not isinstance(correct(world.app, world.who("steward", "officer"), wish), Refusal)


# --- asked for by letter ---


def state_of(world: World, request: RequestId) -> RequestState:
    with world.app.store.read() as reader:
        found = reader.requests.get(request)
    assert found is not None
    return found.state


def test_who_names_the_wrong_face_is_heard_at_once(scene: Scene) -> None:
    """No human has to look: the code that came back is the person's own act."""
    world = scene.world
    request = proved(world, RightKind.RECTIFICATION, templates=(scene.appearance,))
    assert kept(world, scene.grant) == []
    assert state_of(world, request.id) is RequestState.FULFILLING
    run_once(world.app)
    assert state_of(world, request.id) is RequestState.DELIVERED


def test_what_is_not_theirs_to_name_waits_for_a_human(scene: Scene) -> None:
    world = scene.world
    other, _ = world.enrolled("x")
    run_once(world.app)
    (theirs,) = kept(world, other)
    request = proved(world, RightKind.RECTIFICATION, templates=(scene.appearance, theirs))
    assert kept(world, scene.grant) == []
    assert kept(world, other) == [theirs]
    run_once(world.app)
    assert state_of(world, request.id) is RequestState.OPEN


def test_a_contact_is_corrected_to_one_that_gave_back_a_code(scene: Scene) -> None:
    """Never one that somebody typed in; and both contacts are told."""
    world = scene.world
    asking = asked(world, RightKind.RECTIFICATION, "anna.lind@example.net")
    officers = world.who("steward", "officer")
    wish = Correction(scene.subject, request=asking.request)
    with pytest.raises(Conflict, match="not proved"):
        correct(world.app, officers, wish)
    prove(world.app, asking.request, world.outbox.code())
    before = len(world.outbox.letters)
    assert not isinstance(correct(world.app, officers, wish), Refusal)
    told = {letter.to for letter in world.outbox.letters[before:]}
    assert told == {"anna@example.org", "anna.lind@example.net"}
    with world.app.store.read() as reader:
        identity = open_identity(world.app, reader.subjects.get(scene.subject))
    assert identity is not None
    assert identity.contact == "anna.lind@example.net"


def test_no_contact_of_another_adult_is_taken(scene: Scene) -> None:
    world = scene.world
    world.granted("bruno")
    request = proved(world, RightKind.RECTIFICATION, "bruno@example.org")
    with pytest.raises(Conflict, match="another adult"):
        correct(
            world.app,
            world.who("steward", "officer"),
            Correction(scene.subject, request=request.id),
        )


def test_only_an_open_request_for_rectification_proves_a_contact(scene: Scene) -> None:
    world = scene.world
    request = proved(world, RightKind.COMPLAINT, "anna.lind@example.net")
    with pytest.raises(NotFound, match="no such open request"):
        correct(world.app, SUBJECT, Correction(scene.subject, request=request.id))
