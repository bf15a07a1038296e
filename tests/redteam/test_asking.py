"""People's requests in a real deployment: nobody asks, doubts or refuses in another's name."""

import pytest

from licet.cli import signing
from licet.granting import ask_grant, confirm
from licet.rights.answering import accept_identity, answer_now, extend, refuse_request
from licet.rights.inbox import REQUESTS, list_requests
from licet.rights.intake import prove, receive
from licet.terms.acting import SUBJECT, Who
from licet.terms.errors import Conflict
from licet.terms.grant import GrantState
from licet.terms.ids import RequestId
from licet.terms.permit import By, Refusal
from licet.terms.rights import Decided, Proved, Received, RequestState, RequestWish, RightKind
from tests.redteam.real import RealWorld

ANNA = "anna@example.org"
COMPLAINT = RequestWish(RightKind.COMPLAINT, ANNA)
WITHDRAWAL = RequestWish(RightKind.WITHDRAWAL, ANNA)


def _open(real: RealWorld, wish: RequestWish = COMPLAINT) -> RequestId:
    """Let somebody write and give back their code."""
    done = receive(real.app, SUBJECT, wish)
    assert isinstance(done, Received), done
    assert isinstance(prove(real.app, done.request, real.outbox.code()), Proved)
    return done.request


def _reason(answer: object) -> str:
    assert isinstance(answer, Refusal), answer
    return answer.reason


def test_names_without_keys_file_and_decide_nothing(real: RealWorld) -> None:
    request, officer = _open(real), real.who("officer")
    assert _reason(receive(real.app, officer, COMPLAINT)) == "not_signed"
    assert _reason(extend(real.app, officer, request, "why")) == "not_signed"
    assert _reason(answer_now(real.app, officer, request, "done")) == "not_signed"
    assert _reason(list_requests(real.app, officer)) == "not_signed"


def test_a_signature_is_for_one_letter_and_one_decision(real: RealWorld) -> None:
    """Another request, other words, another act: refused ``not_signed``."""
    first, second = _open(real), _open(real, RequestWish(RightKind.COMPLAINT, "b@example.org"))
    refusing = signing.answering(first, "refuse", "spam", "GDPR 12(5)")
    who = real.signed(refusing, "officer")
    for request, reason in ((second, "spam"), (first, "I do not like her")):
        assert _reason(refuse_request(real.app, who, request, reason, "GDPR 12(5)")) == "not_signed"
    assert _reason(answer_now(real.app, who, first, "spam")) == "not_signed"
    filing = real.signed(signing.receiving(COMPLAINT), "officer")
    assert _reason(receive(real.app, filing, WITHDRAWAL)) == "not_signed"
    said = refuse_request(real.app, who, first, "spam", "GDPR 12(5)")
    assert isinstance(said, Decided)
    assert said.state is RequestState.REFUSED
    listed = list_requests(real.app, real.signed(signing.listing(REQUESTS), "officer"))
    assert not isinstance(listed, Refusal)
    assert [one.id for one in listed] == [second]


def test_a_receipt_speaks_for_the_person_it_was_handed_to(real: RealWorld) -> None:
    """Bea's receipt, a made-up one and none at all leave Anna's grant alone; hers ends it."""
    grant, _ = real.granted("anna")
    wish = real.wish("bea")
    asked = ask_grant(real.app, real.signed(signing.asking_grant(wish), "steward"), wish)
    assert not isinstance(asked, Refusal)
    bea = confirm(real.app, asked.grant, real.outbox.code())
    assert not isinstance(bea, Refusal)
    for proof in (bea.receipt, b"{}", b""):
        done = receive(real.app, Who(By.SUBJECT, proof=proof), WITHDRAWAL)
        assert isinstance(done, Received)
        assert real.grant(grant).state is GrantState.ACTIVE
    assert real.outbox.letters[-1].to == ANNA, "Anna is asked, whoever holds what"


def test_a_persons_own_receipt_is_their_act(real: RealWorld) -> None:
    wish = real.wish("anna")
    asked = ask_grant(real.app, real.signed(signing.asking_grant(wish), "steward"), wish)
    assert not isinstance(asked, Refusal)
    own = confirm(real.app, asked.grant, real.outbox.code())
    assert not isinstance(own, Refusal)
    receive(real.app, Who(By.SUBJECT, proof=own.receipt), WITHDRAWAL)
    assert real.grant(asked.grant).state is GrantState.ENDING


def test_whoever_filed_a_mandate_does_not_accept_it_with_another(real: RealWorld) -> None:
    """Also not as the second of two who sign."""
    wish = RequestWish(
        RightKind.ACCESS,
        "rita@example.org",
        representative="Rita",
        mandate="cd" * 32,
        person_contact=ANNA,
    )
    done = receive(real.app, real.signed(signing.receiving(wish), "officer"), wish)
    assert isinstance(done, Received)
    about = signing.answering(done.request, "accept", "looks real")
    for names in (("officer",), ("steward", "officer")):
        with pytest.raises(Conflict, match="who filed the letter"):
            accept_identity(real.app, real.signed(about, *names), done.request, "looks real")
