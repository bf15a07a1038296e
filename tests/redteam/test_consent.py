"""Consent cannot be forged, borrowed or stretched; asking is no way of finding out."""

from dataclasses import replace

from licet.enrol import enrol
from licet.governance import add_member, add_organisation
from licet.granting import ask_grant, confirm, confirm_on_paper, resend, withdraw
from licet.search import Choice, search
from licet.terms.acting import SUBJECT
from licet.terms.governing import MemberWish, OrganisationWish
from licet.terms.grant import Identity
from licet.terms.granting import Asked, Enrolled, FailureToEnrol, GrantWish, WrongCode
from licet.terms.ids import GrantId, MemberId, OrganisationId, PurposeId
from licet.terms.organisation import OrganisationKind, Role
from licet.terms.permit import Refusal
from tests.fakes.deployment import CLEARANCE, LICENCE, World
from tests.fakes.vision import photo
from tests.redteam.holes import refused

PAPER = "12" * 32
MISSING = PurposeId("missing_person@1")


def _asked(world: World, wish: GrantWish, *names: str) -> Asked:
    asked = ask_grant(world.app, world.who(*(names or ("steward",))), wish)
    assert isinstance(asked, Asked), asked
    return asked


def _second_organisation(world: World) -> OrganisationId:
    now = world.clock()
    wish = OrganisationWish(
        "The Hill Museum",
        OrganisationKind.RECIPIENT,
        LICENCE,
        now,
        now.replace(year=now.year + 1),
    )
    organisation = add_organisation(world.app, world.who("steward", "officer"), wish)
    assert isinstance(organisation, str), organisation
    member = add_member(
        world.app,
        world.who("steward", "officer"),
        MemberWish(OrganisationId(organisation), "curator", frozenset({Role.STEWARD}), b"c" * 32),
    )
    world.people["curator"] = MemberId(str(member))
    deputy = MemberWish(
        OrganisationId(organisation), "deputy", frozenset({Role.AUDITOR}), b"d" * 32
    )
    added = add_member(world.app, world.who("steward", "officer"), deputy)
    world.people["deputy"] = MemberId(str(added))
    return OrganisationId(organisation)


def test_a_code_is_tried_five_times(world: World) -> None:
    """The sixth try is a ``Conflict``, the right code too."""
    asked = _asked(world, world.wish("anna"))
    code = world.outbox.code()
    for left in range(4, -1, -1):
        assert confirm(world.app, asked.grant, "AAAAAAAAAA") == WrongCode(left)
    assert refused(lambda: confirm(world.app, asked.grant, code))


def test_the_code_of_another_grant_says_nothing(world: World) -> None:
    """A code that one's own grant got is wrong for everybody else's."""
    mine = _asked(world, world.wish("mallory"))
    code = world.outbox.code()
    hers = _asked(world, world.wish("anna"))
    assert isinstance(confirm(world.app, hers.grant, code), WrongCode)
    assert not isinstance(confirm(world.app, mine.grant, code), WrongCode | Refusal)


def test_an_old_code_ends_when_a_new_one_is_sent(world: World) -> None:
    """Only the last letter counts."""
    asked = _asked(world, world.wish("anna"))
    old = world.outbox.code()
    world.clock.go(days=2)
    resend(world.app, world.who("steward"), asked.grant)
    assert isinstance(confirm(world.app, asked.grant, old), WrongCode)


def test_paper_takes_two(world: World) -> None:
    """Refused ``two_signers_needed``."""
    asked = _asked(world, world.wish("anna"))
    answered = confirm_on_paper(world.app, world.who("steward"), asked.grant, PAPER)
    assert isinstance(answered, Refusal)
    assert answered.reason == "two_signers_needed"


def test_one_paper_is_one_persons(world: World) -> None:
    """One sheet confirms fifty people a day."""
    for name in ("anna", "bea"):
        asked = _asked(world, world.wish(name))
        two = world.who("steward", "officer")
        last = refused(lambda a=asked, w=two: confirm_on_paper(world.app, w, a.grant, PAPER))
    assert last


def test_a_paper_is_named_by_its_hash(world: World) -> None:
    """No paper at all: the digest is a word."""
    asked = _asked(world, world.wish("anna"))
    two = world.who("steward", "officer")
    assert refused(lambda: confirm_on_paper(world.app, two, asked.grant, "x"))


def test_one_instrument_is_for_one_person(world: World) -> None:
    """The same court order opens ten people's grants at once."""
    two, answers = world.who("steward", "officer"), []
    for name in ("anna", "bea"):
        _, subject = world.granted(name)
        wish = world.wish(name, identity=None, subject=subject, purpose=MISSING, instrument=PAPER)
        answers.append(refused(lambda w=wish: ask_grant(world.app, two, w)))
    assert answers[0] or answers[1]


def test_a_missing_person_can_be_named(world: World) -> None:
    """Vital interests of somebody who is not here yet: the case the purpose is for."""
    wish = world.wish("anna", purpose=MISSING, instrument=PAPER)
    asked = ask_grant(world.app, world.who("steward", "officer"), wish)
    assert isinstance(asked, Asked)


def test_a_contact_is_one_address(world: World) -> None:
    """The steward puts their own address beside the person's and reads the code."""
    contact = "anna@example.org, steward@harbour.example"
    wish = world.wish("anna", identity=Identity("anna", contact, "1980-05-17"))
    assert refused(lambda: ask_grant(world.app, world.who("steward"), wish))


def test_one_mailbox_is_one_adult(world: World) -> None:
    """``me+1@`` and ``me+2@`` reach one mailbox, and so one steward plays a crowd."""
    for n in range(2):
        identity = Identity(f"nobody {n}", f"steward+{n}@harbour.example", "1980-05-17")
        wish = world.wish("nobody", identity=identity)
        last = refused(lambda w=wish: ask_grant(world.app, world.who("steward"), w))
    assert last


def test_a_grant_is_not_lent_to_another_face(world: World) -> None:
    """A willing person says yes; their grant is then enrolled with a stranger's photos."""
    grant, _ = world.enrolled("willing")
    stranger = tuple(photo("stranger", shot=n) for n in range(3))
    done = enrol(world.app, world.who("steward", "officer"), grant, stranger, 1)
    assert not isinstance(done, Enrolled)


def test_one_photo_does_not_witness_itself(world: World) -> None:
    """One photo from anywhere, called witnessed, enrols its face."""
    grant, _ = world.granted("anna")
    done = enrol(world.app, world.who("steward", "officer"), grant, (photo("stranger"),), 1)
    assert not isinstance(done, Enrolled)


def test_no_member_enrols_a_stranger_alone(world: World) -> None:
    """Invariant 4: nothing in it was anybody's act but one steward's."""
    identity = Identity("somebody", "steward@harbour.example", "1980-05-17")
    asked = _asked(world, world.wish("somebody", identity=identity))
    confirm(world.app, asked.grant, world.outbox.code())
    stranger = tuple(photo("stranger", shot=n) for n in range(3))
    done = enrol(world.app, world.who("steward"), asked.grant, stranger, 1)
    assert not isinstance(done, Enrolled)


def test_enrolling_is_no_search(world: World) -> None:
    """One grant of an accomplice asks of any photo: is this person here? No case, no limit."""
    world.enrolled("anna")
    other = _second_organisation(world)
    wish = replace(world.wish("accomplice"), organisation=other)
    asked = _asked(world, wish, "curator")
    confirm(world.app, asked.grant, world.outbox.code())
    photos = (photo("anna", shot=9), photo("anna", shot=10))
    answers = [enrol(world.app, world.who("curator"), asked.grant, photos, 1) for _ in range(6)]
    told = [a for a in answers if isinstance(a, FailureToEnrol) and dict(a.reasons).get(0)]
    assert len(told) <= 1


def test_asking_for_a_grant_does_not_tell_who_is_here(world: World) -> None:
    """Another organisation's steward learns that this address belongs to a data subject."""
    world.granted("anna")
    other = _second_organisation(world)
    wish = replace(world.wish("anna"), organisation=other)
    known = ask_grant(world.app, world.who("curator"), wish)
    unknown = ask_grant(world.app, world.who("curator"), replace(wish, identity=_nobody()))
    assert type(known) is type(unknown)


def _nobody() -> Identity:
    return Identity("nobody", "nobody@example.org", "1980-05-17")


def test_a_withdrawn_grant_takes_no_reference(world: World) -> None:
    """Refused ``grant_ended``."""
    grant, _ = world.granted("anna")
    withdraw(world.app, SUBJECT, grant)
    done = enrol(world.app, world.who("steward"), grant, (photo("anna"),), 1)
    assert isinstance(done, Refusal)
    assert done.reason == "grant_ended"


def test_another_organisations_steward_enrols_nobody_here(world: World) -> None:
    """Refused ``no_member``: the member is not of the grant's organisation."""
    grant, _ = world.granted("anna")
    _second_organisation(world)
    done = enrol(world.app, world.who("curator"), grant, (photo("anna"),), 1)
    assert isinstance(done, Refusal)
    assert done.reason == "no_member"


def test_nobody_is_asked_until_they_say_yes(world: World) -> None:
    """Silence is an answer: the same notice does not come twenty times in a minute."""
    asked = _asked(world, world.wish("anna"))
    before = len(world.outbox.letters)
    sent = [
        refused(lambda: resend(world.app, world.who("steward"), asked.grant)) for _ in range(20)
    ]
    assert any(sent), len(world.outbox.letters) - before


def test_the_ledger_takes_no_name_for_an_id(world: World) -> None:
    """A word that names a person is no id; the refusal must not write it down."""
    probe = photo("x", shot=9)
    case = world.case(probe)
    choice = Choice(asking=GrantId("anna-lindqvist"))
    who = world.who("investigator")
    refused(lambda: search(world.app, who, case, CLEARANCE, probe, choice))
    with world.app.store.read() as reader:
        assert not any(b"lindqvist" in leaf.data for leaf in reader.leaves.get(0, reader.head.size))


def test_the_ledger_takes_no_address(world: World) -> None:
    """A leaf refuses what looks like an address or a telephone number."""
    probe = photo("x", shot=9)
    case = world.case(probe)
    choice = Choice(asking=GrantId("anna@example.org"))
    purpose = PurposeId("family_tracing@1")
    assert refused(
        lambda: search(world.app, world.who("investigator"), case, purpose, probe, choice)
    )
    with world.app.store.read() as reader:
        assert not any(
            b"example.org" in leaf.data for leaf in reader.leaves.get(0, reader.head.size)
        )
