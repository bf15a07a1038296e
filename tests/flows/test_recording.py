"""The whole consent record: what happened to a consent, for the person and for the auditor."""

import json

import jsonschema
import pytest

from licet.consent.reasons import Reason
from licet.effects import receipts
from licet.effects.expiring import end_expired
from licet.granting import ask_grant, confirm, withdraw
from licet.ledger import consent
from licet.ledger.consent import ActedBy, ConsentStatus, GrantStatement
from licet.ledger.receipt import ReceiptKind, decode
from licet.ledger.verify import verify_file
from licet.recording import grant_record
from licet.terms.acting import SUBJECT
from licet.terms.errors import NotFound
from licet.terms.grant import GrantState, Identity
from licet.terms.ids import GrantId
from licet.terms.permit import Refusal
from tests.fakes.deployment import World
from tests.ledger.test_consent import SCHEMA


def record_of(world: World, grant: GrantId, *names: str) -> GrantStatement:
    """Have a record handed out, check everything about the file, and return what it states."""
    who = world.who(*names) if names else SUBJECT
    done = grant_record(world.app, who, grant)
    assert not isinstance(done, Refusal), done
    verdict = verify_file(done.receipt, world.app.ledger_key.vkey)
    assert verdict.ok, verdict.problems
    assert any("commits to this statement" in fact for fact in verdict.proved)
    receipt = decode(done.receipt)
    assert receipt.kind is ReceiptKind.RECORD
    assert isinstance(receipt.statement, GrantStatement)
    jsonschema.validate(json.loads(done.receipt)["statement"], SCHEMA)
    assert consent.to_json(receipt.statement) == json.loads(done.receipt)["statement"]
    return receipt.statement


def happened(said: GrantStatement) -> list[tuple[ConsentStatus, ActedBy, str]]:
    return [(event.status, event.by, event.method) for event in said.events]


ASKED = (ConsentStatus.REQUESTED, ActedBy.CONTROLLER, "letter")
GIVEN = (ConsentStatus.GIVEN, ActedBy.PERSON, "code")
TAKEN = (ConsentStatus.WITHDRAWN, ActedBy.PERSON, "withdrawn")


def test_the_record_grows_with_what_happens(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # The entry that ended it lies some blocks back.
    monkeypatch.setattr(receipts, "_BLOCK", 2)
    asked = ask_grant(world.app, world.who("steward"), world.wish("anna"))
    said = record_of(world, asked.grant, "steward")
    assert (said.state, happened(said)) == (GrantState.PENDING, [ASKED])
    world.clock.go(hours=1)
    confirm(world.app, asked.grant, world.outbox.code())
    said = record_of(world, asked.grant, "steward")
    assert (said.state, happened(said)) == (GrantState.ACTIVE, [ASKED, GIVEN])
    world.clock.go(days=3)
    moment = world.clock()
    withdraw(world.app, SUBJECT, asked.grant)
    world.clock.go(days=30)
    said = record_of(world, asked.grant, "officer")
    assert (said.state, happened(said)) == (GrantState.ENDED, [ASKED, GIVEN, TAKEN])
    assert said.events[-1].at == moment, "when it ended, not when the record was made"
    assert said.at == world.clock()


def test_the_person_gets_their_own_record_and_can_prove_it_is_theirs(world: World) -> None:
    grant, subject = world.granted("anna")
    done = grant_record(world.app, SUBJECT, grant)
    assert not isinstance(done, Refusal), done
    assert [(o.of, o.object) for o in decode(done.receipt).openings] == [("subject", subject)]


def test_what_time_ended_is_said_to_have_expired(world: World) -> None:
    grant, _ = world.granted("anna", days=10)
    world.clock.go(days=11)
    end_expired(world.app)
    said = record_of(world, grant, "steward")
    assert happened(said)[-1] == (ConsentStatus.EXPIRED, ActedBy.CONTROLLER, "expired")


def test_a_guardians_yes_is_called_the_guardians(world: World) -> None:
    child = Identity("ben", "guardian@example.org", "2016-05-17")
    wish = world.wish("ben", identity=child, guardian=True)
    asked = ask_grant(world.app, world.who("steward", "officer"), wish)
    confirm(world.app, asked.grant, world.outbox.code())
    said = record_of(world, asked.grant, "steward")
    assert said.child
    assert said.events[-1].by is ActedBy.GUARDIAN


def test_the_record_holds_the_notice_in_the_language_it_was_read_in(world: World) -> None:
    reader = Identity("anne", "anne@example.org", "1980-05-17", "fr")
    grant, _ = world.granted("anne", identity=reader)
    letter = world.outbox.letters[-1]
    with world.app.store.read() as store:
        kept = store.grants.get(grant)
    said = record_of(world, grant, "steward")
    assert said.shown.language == "fr"
    assert said.shown.text in letter.text
    assert said.notice == said.shown.digest == kept.notice
    assert "reprendre" in said.says


def test_a_record_is_not_for_everybody(world: World) -> None:
    grant, _ = world.granted("anna")
    refused = grant_record(world.app, world.who("investigator"), grant)
    assert isinstance(refused, Refusal)
    assert refused.reason == Reason.WRONG_ROLE
    with pytest.raises(NotFound):
        grant_record(
            world.app, world.who("steward"), GrantId("00000000-0000-4000-8000-000000000000")
        )
