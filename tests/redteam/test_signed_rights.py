"""What members sign for people's rights is what the flows hold against it: this act, this object.

On a deployment for real people. Each act goes with the signature made for it, and with
none that was made for another register, another reason, another face or another person.
"""

from collections.abc import Callable

import pytest

from licet.appearances import about_appearances, confirm_appearance, list_appearances
from licet.cli import signing
from licet.cli.signing import About
from licet.consent.reasons import Reason
from licet.effects.listing import About as Read
from licet.governance import close_case, end_member
from licet.listing import about_grant, list_grants, list_members, show_grant, show_search
from licet.rectifying import correct, unlink
from licet.search import AS_IT_IS, search
from licet.standing import release, restrict
from licet.terms.acting import SUBJECT, Who
from licet.terms.errors import NotFound
from licet.terms.gallery import TemplateKind
from licet.terms.ids import GrantId, SubjectId, TemplateId
from licet.terms.permit import Action, Refusal, Register
from licet.terms.rectifying import Correction
from licet.terms.search import SearchResult
from tests.fakes.deployment import CLEARANCE
from tests.fakes.vision import photo
from tests.redteam.real import RealWorld


@pytest.fixture
def anna(real: RealWorld) -> tuple[GrantId, SubjectId, TemplateId]:
    """Enrol Anna and find her in one photo, three days ago."""
    grant, subject = real.enrolled("anna")
    real.collected(real.source(real.folder(gala=photo("anna", shot=7), quay=photo("anna", shot=8))))
    real.clock.go(days=3)
    with real.app.store.read() as reader:
        kept = reader.templates.of_grant(grant)
    appearance = next(one.id for one in kept if one.kind is TemplateKind.APPEARANCE)
    return grant, subject, appearance


def refused(answer: object) -> str:
    assert isinstance(answer, Refusal), answer
    return answer.reason


def held(act: Callable[[Who], object], right: Who, wrong: Who) -> None:
    """Do an act with the signature for another one, then with its own."""
    assert refused(act(wrong)) in {Reason.NOT_SIGNED, Reason.TWO_SIGNERS_NEEDED}
    done = act(right)
    assert not isinstance(done, Refusal), done


def test_a_list_is_signed_for_its_register(real: RealWorld) -> None:
    members, grants = (
        real.signed(signing.listing(Read(register)), "steward")
        for register in (Register.MEMBERS, Register.GRANTS)
    )
    held(lambda who: list_members(real.app, who), members, grants)
    held(lambda who: list_grants(real.app, who), grants, members)
    by_contact = "anna@example.org"
    assert refused(list_grants(real.app, grants, by_contact)) == Reason.NOT_SIGNED


def test_one_grant_and_one_search_are_signed_for(
    real: RealWorld, anna: tuple[GrantId, SubjectId, TemplateId]
) -> None:
    grant, _, _ = anna
    other, _ = real.granted("bruno")
    held(
        lambda who: show_grant(real.app, who, grant),
        real.signed(signing.listing(about_grant(grant)), "officer"),
        real.signed(signing.listing(about_grant(other)), "officer"),
    )
    probe = photo("anna", shot=9)
    case = real.case(probe)
    who = real.signed(real.searching(case, probe), "investigator")
    found = search(real.app, who, case, CLEARANCE, probe, AS_IT_IS)
    assert isinstance(found, SearchResult)
    about = Read(Register.SEARCHES, case, objects=(("search", found.id),))
    held(
        lambda who: show_search(real.app, who, found.id),
        real.signed(signing.listing(about), "verifier"),
        real.signed(signing.listing(Read(Register.SEARCHES, case)), "verifier"),
    )


def test_standing_is_signed_with_its_reason(
    real: RealWorld, anna: tuple[GrantId, SubjectId, TemplateId]
) -> None:
    grant, _, _ = anna
    kept = real.grant(grant)
    held(
        lambda who: restrict(real.app, who, grant),
        real.signed(signing.on_standing(Action.RESTRICT, kept), "steward"),
        real.signed(signing.on_standing(Action.RELEASE, kept), "steward"),
    )
    letters = len(real.outbox.letters)
    held(
        lambda who: release(real.app, who, grant, "A mistake of ours."),
        real.signed(
            signing.on_standing(Action.RELEASE, kept, "A mistake of ours."), "steward", "officer"
        ),
        real.signed(signing.on_standing(Action.RELEASE, kept, "You asked."), "steward", "officer"),
    )
    assert len(real.outbox.letters) == letters + 1, "nobody is told of what was refused"
    assert refused(restrict(real.app, SUBJECT, grant)) == Reason.NO_SUBJECT, "nobody is proved"


def test_a_face_is_signed_for(real: RealWorld, anna: tuple[GrantId, SubjectId, TemplateId]) -> None:
    grant, subject, face = anna
    kept = real.grant(grant)
    other = TemplateId("another")
    confirming, unlinking = Action.CONFIRM_APPEARANCE, Action.RECTIFY
    waiting = real.signed(signing.listing(about_appearances()), "verifier")
    listed = list_appearances(real.app, waiting)
    assert not isinstance(listed, Refusal)
    assert face in {one.id for one in listed}
    held(
        lambda who: confirm_appearance(real.app, who, face),
        real.signed(signing.on_appearance(confirming, kept, face), "verifier"),
        real.signed(signing.on_appearance(confirming, kept, other), "verifier"),
    )
    held(
        lambda who: unlink(real.app, who, face),
        real.signed(signing.on_appearance(unlinking, kept, face), "verifier"),
        real.signed(signing.on_appearance(confirming, kept, face), "verifier"),
    )
    assert refused(list_appearances(real.app, SUBJECT, subject)) == Reason.NO_SUBJECT


def test_a_young_appearance_is_no_members_to_see(real: RealWorld) -> None:
    """An organisation sees an item a day after it was met, and no sooner."""
    grant, _ = real.enrolled("anna")
    real.collected(real.source(real.folder(gala=photo("anna", shot=7))))
    with real.app.store.read() as reader:
        kept = reader.templates.of_grant(grant)
    face = next(one.id for one in kept if one.kind is TemplateKind.APPEARANCE)

    def listed() -> object:
        who = real.signed(signing.listing(about_appearances()), "verifier")
        return list_appearances(real.app, who)

    assert listed() == ()
    about = signing.on_appearance(Action.CONFIRM_APPEARANCE, real.grant(grant), face)
    with pytest.raises(NotFound, match="no such appearance"):
        confirm_appearance(real.app, real.signed(about, "verifier"), face)
    real.clock.go(hours=25)
    assert len(listed()) == 1  # type: ignore[arg-type]  # rows


def test_a_correction_is_signed_word_for_word(
    real: RealWorld, anna: tuple[GrantId, SubjectId, TemplateId]
) -> None:
    _, subject, _ = anna
    wish, other = Correction(subject, "Anna Lind"), Correction(subject, "Anna Lund")
    held(
        lambda who: correct(real.app, who, wish),
        real.signed(signing.correcting(wish), "steward", "officer"),
        real.signed(signing.correcting(other), "steward", "officer"),
    )


def test_endings_are_signed_for_what_ends(real: RealWorld) -> None:
    first, second = real.case(photo("x"), reference="1"), real.case(photo("y"), reference="2")
    held(
        lambda who: close_case(real.app, who, first),
        real.signed(signing.closing_case(real.matter(first)), "investigator"),
        real.signed(signing.closing_case(real.matter(second)), "investigator"),
    )
    with real.app.store.read() as reader:
        ends, stays = (reader.governance.member(real.people[n]) for n in ("second", "verifier"))
    assert ends is not None
    assert stays is not None
    held(
        lambda who: end_member(real.app, who, ends.id),
        real.signed(signing.ending_member(ends), "steward", "officer"),
        real.signed(signing.ending_member(stays), "steward", "officer"),
    )
    about: About = signing.listing(about_appearances())
    assert refused(list_appearances(real.app, real.signed(about, "second"))) == Reason.MEMBER_ENDED
