"""A signature is for one act: replayed, borrowed, forged or missing ones open nothing."""

import hashlib
from datetime import timedelta

from licet.cli import signing
from licet.enrol import enrol
from licet.governance import approve_case
from licet.reviewing import review
from licet.search import Choice, search
from licet.show import show
from licet.store.unit import Unit
from licet.terms.acting import SUBJECT, Who
from licet.terms.governing import CaseWish
from licet.terms.ids import ItemId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.organisation import Act, Approval, Role, Signature
from licet.terms.permit import By, Refusal
from licet.terms.search import Finding, SearchResult
from licet.vault.signing import act_holds
from tests.fakes.deployment import CLEARANCE
from tests.fakes.vision import photo
from tests.redteam.holes import refused
from tests.redteam.real import RealWorld

NEUTRAL_POINT = b"\x01" + bytes(31)
"""The neutral element of the curve: R = A = neutral, S = 0 verifies over any message."""


def _found(world: RealWorld, case: str, probe: bytes, **choice: object) -> SearchResult:
    who = world.signed(world.searching(case, probe), "investigator")
    found = search(world.app, who, case, CLEARANCE, probe, Choice(**choice))
    assert isinstance(found, SearchResult), found
    return found


def test_names_without_keys_act_nowhere_real(real: RealWorld) -> None:
    """``--as`` is a sandbox's: refused ``not_signed``."""
    probe = photo("anna", shot=9)
    case = real.case(probe)
    refused = search(real.app, real.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(refused, Refusal)
    assert refused.reason == "not_signed"


def test_a_signature_is_over_after_five_minutes(real: RealWorld) -> None:
    """Refused ``not_signed``: nobody stocks signatures."""
    probe = photo("anna", shot=9)
    case = real.case(probe)
    who = real.signed(real.searching(case, probe), "investigator")
    real.clock.go(minutes=6)
    refused = search(real.app, who, case, CLEARANCE, probe)
    assert isinstance(refused, Refusal)
    assert refused.reason == "not_signed"


def test_a_search_signed_for_one_case_serves_no_other(real: RealWorld) -> None:
    """The object of the act is the case: refused ``not_signed``."""
    probe = photo("anna", shot=9)
    first, second = real.case(probe), real.case(probe, reference="2026-18")
    who = real.signed(real.searching(first, probe), "investigator")
    refused = search(real.app, who, second, CLEARANCE, probe)
    assert isinstance(refused, Refusal)
    assert refused.reason == "not_signed"


def test_a_member_signs_for_nobody_else(real: RealWorld) -> None:
    """The approver's key does not make the investigator search: refused ``not_signed``."""
    probe = photo("anna", shot=9)
    case = real.case(probe)
    signed = real.signed(real.searching(case, probe), "approver")
    who = Who(By.MEMBER, (real.people["investigator"],), signed.act, signed.signatures)
    refused = search(real.app, who, case, CLEARANCE, probe)
    assert isinstance(refused, Refusal)
    assert refused.reason == "not_signed"


def test_a_search_signed_for_one_face_serves_no_other(real: RealWorld) -> None:
    """Who has the investigator's act for face 1 searches face 2 with it."""
    probe = photo("anna", "bea", shot=9)
    case = real.case(probe)
    who = real.signed(real.searching(case, probe, Choice(face=1)), "investigator")
    first = search(real.app, who, case, CLEARANCE, probe, Choice(face=1))
    second = search(real.app, who, case, CLEARANCE, probe, Choice(face=2))
    assert [type(one) for one in (first, second)].count(SearchResult) < 2


def test_a_finding_signed_for_one_search_serves_no_other(real: RealWorld) -> None:
    """Two verifiers looked at one list; their yes makes a lead of another search's list."""
    real.enrolled("anna")
    look, other = photo("anna", shot=9), photo("anna", shot=10, noise=0.5)
    seen = _found(real, real.case(look), look)
    unseen = _found(real, real.case(other, reference="2026-18"), other)
    lead = False
    for name in ("verifier", "second"):
        about = signing.reviewing(real.app, seen.candidates[0].id, Finding.SAME)
        who = real.signed(about, name)
        review(real.app, who, seen.candidates[0].id, Finding.SAME)
        replayed = review(real.app, who, unseen.candidates[0].id, Finding.SAME)
        lead = lead or (not isinstance(replayed, Refusal) and replayed.lead)
    assert not lead


def test_a_showing_signed_for_one_photo_serves_no_other(real: RealWorld) -> None:
    """One act opens every photo of the person for five minutes."""
    grant, _ = real.enrolled("anna")
    real.collected(real.source(real.folder(a=photo("anna"), b=photo("anna", shot=4))))
    real.clock.go(hours=25)
    probe = photo("anna", shot=9)
    case = real.case(probe)
    items = [seen.item for seen in _found(real, case, probe).candidates[0].appearances]
    assert len(items) == 2
    about = signing.showing(real.grant(grant), real.matter(case), items[0])
    who = real.signed(about, "investigator")
    shown = [show(real.app, who, item, grant, case) for item in items]
    assert any(isinstance(one, Refusal) for one in shown)


def test_an_approval_that_nobody_signed_approves_nothing(real: RealWorld) -> None:
    """Who can write a row approves a case: the signature is never held against a key."""
    probe = photo("anna", shot=9)
    digest = hashlib.sha256(probe).hexdigest()
    case = real.opened(CaseWish(real.organisation, CLEARANCE, "2026-9", frozenset({digest}), 5))
    with real.app.store.unit() as unit:
        _forge(unit, Approval(case, real.people["approver"], b"not a signature", unit.now))
    who = real.signed(real.searching(case, probe), "investigator")
    answered = search(real.app, who, case, CLEARANCE, probe)
    assert isinstance(answered, Refusal)
    assert answered.reason == "case_not_approved"


def _forge(unit: Unit, approval: Approval) -> None:
    unit.governance.add_approval(approval)
    unit.record(Entry(EntryKind.EFFECT_DONE, unit.now))


def test_the_kept_signature_of_an_approval_can_be_verified_later(real: RealWorld) -> None:
    """What is kept as the approver's yes must be it, with what was signed."""
    probe = photo("anna", shot=9)
    digest = hashlib.sha256(probe).hexdigest()
    case = real.opened(CaseWish(real.organisation, CLEARANCE, "2026-9", frozenset({digest}), 5))
    true = real.signed(signing.approving(real.matter(case)), "approver")
    junk = Signature(real.people["second"], b"\x00" * 64)
    real.clock.go(seconds=7)
    approve_case(real.app, Who(true.by, true.members, true.act, (junk, *true.signatures)), case)
    with real.app.store.read() as reader:
        (kept,) = reader.governance.approvals(case)
    act = Act("approve", real.organisation, case, "", kept.at)
    key = real.keys["approver"].public
    assert act_holds(act, Signature(real.people["approver"], kept.signature), key)


def test_a_key_that_everybody_can_sign_with_is_refused(real: RealWorld) -> None:
    """Under the neutral point one constant signature holds for every act."""
    act = Act("search", real.organisation, "any", "", real.clock())
    forged = Signature(real.people["approver"], NEUTRAL_POINT + bytes(32))
    assert not act_holds(act, forged, NEUTRAL_POINT)


def test_two_members_do_not_share_a_key(real: RealWorld) -> None:
    """One person with one key would approve their own search under another name."""
    key = real.keys["investigator"].public
    assert refused(lambda: real.add("shadow", Role.APPROVER, key=key))


def test_nobody_looks_by_saying_that_they_are_the_person(real: RealWorld) -> None:
    """No key, no case, no approval, no day's wait: saying SUBJECT is enough."""
    grant, _ = real.enrolled("anna")
    real.collected(real.source(real.folder(a=photo("anna"))))
    with real.app.store.read() as reader:
        (item,) = reader.items.of_source(reader.sources.all()[0].id, None, 10)
    assert refused(lambda: show(real.app, SUBJECT, ItemId(item.id), grant))


def test_nobody_enrols_by_saying_that_they_are_the_person(real: RealWorld) -> None:
    """References are put under a grant without anybody's signature or code."""
    grant, _ = real.granted("anna")
    photos = (photo("carol"), photo("carol", shot=1))
    assert refused(lambda: enrol(real.app, SUBJECT, grant, photos, 1))


def test_a_signature_of_tomorrow_is_none(real: RealWorld) -> None:
    """An act dated ahead is refused ``not_signed``."""
    probe = photo("anna", shot=9)
    case = real.case(probe)
    real.clock.now += timedelta(minutes=3)
    who = real.signed(real.searching(case, probe), "investigator")
    real.clock.now -= timedelta(minutes=3)
    refused = search(real.app, who, case, CLEARANCE, probe)
    assert isinstance(refused, Refusal)
    assert refused.reason == "not_signed"
