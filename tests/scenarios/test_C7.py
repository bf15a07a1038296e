"""C7: consent is explicit, per purpose, with a receipt; leaving takes no more than giving."""

import hashlib
import inspect
import json
import re
from pathlib import Path

import jsonschema
import pytest
import typer
from pyld import jsonld

from licet.cli.commands import confirm as confirming
from licet.cli.commands import withdraw as leaving
from licet.granting import ask_grant, confirm, withdraw
from licet.ledger.consent import GrantStatement
from licet.ledger.receipt import decode
from licet.ledger.verify import verify_file
from licet.terms.acting import SUBJECT
from licet.terms.grant import GrantState, Identity
from licet.terms.permit import Refusal
from tests.fakes.deployment import CLEARANCE, World
from tests.ledger.test_consent import DPV, SCHEMA

SESSIONS = Path(__file__).resolve().parents[1] / "cli/sessions"


def test_the_receipt_says_what_was_allowed_and_proves_it(world: World) -> None:
    """Purpose and notice by version and hash, the person's own opening, inclusion in the ledger."""
    asked = ask_grant(world.app, world.who("steward"), world.wish("anna"))
    done = confirm(world.app, asked.grant, world.outbox.code())
    verdict = verify_file(done.receipt, world.app.ledger_key.vkey)
    assert verdict.ok, verdict.problems
    receipt = decode(done.receipt)
    said = receipt.statement
    assert isinstance(said, GrantStatement)
    assert (said.grant, said.purpose, said.state) == (asked.grant, CLEARANCE, GrantState.ACTIVE)
    assert len(said.notice) == 64
    assert [(o.of, o.object) for o in receipt.openings] == [("subject", asked.subject)]
    assert any("the entry's subject" in fact for fact in verdict.proved)
    assert any("commits to this statement" in fact for fact in verdict.proved)


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_the_receipt_is_a_consent_record_that_strangers_read(world: World, language: str) -> None:
    """ISO/IEC TS 27560 by its JSON Schema, W3C DPV by its linked data, the notice by its digest."""
    identity = Identity("anna", "anna@example.org", "1980-05-17", language)
    asked = ask_grant(world.app, world.who("steward"), world.wish("anna", identity=identity))
    letter = world.outbox.letters[-1]
    given = json.loads(confirm(world.app, asked.grant, world.outbox.code()).receipt)["statement"]
    taken = json.loads(withdraw(world.app, SUBJECT, asked.grant).receipt)["statement"]
    for stated, state in ((given, "ConsentGiven"), (taken, "ConsentWithdrawn")):
        jsonschema.validate(stated, SCHEMA)
        (whole,) = jsonld.expand(stated)
        (record,) = whole[DPV + "hasRecordOfActivity"]
        assert DPV + state in record[DPV + "hasConsentStatus"][-1]["@type"]
        notice = stated["record"]["pii_processing"]["privacy_notice"]
        assert notice["language"] == language
        assert notice["text"] in letter.text
        assert notice["sha256"] == hashlib.sha256(notice["text"].encode()).hexdigest()


def test_a_changed_receipt_is_caught(world: World) -> None:
    """One letter is enough."""
    asked = ask_grant(world.app, world.who("steward"), world.wish("anna"))
    done = confirm(world.app, asked.grant, world.outbox.code())
    changed = done.receipt.replace(b'"active"', b'"ending"')
    assert changed != done.receipt
    assert not verify_file(changed, world.app.ledger_key.vkey).ok


def test_leaving_takes_no_more_steps_or_fields_than_giving(world: World) -> None:
    """GDPR 7(3): giving takes a grant and a code, leaving the grant alone."""
    grant, _ = world.granted("anna")
    giving = set(inspect.signature(confirm).parameters) - {"app"}
    leaving = set(inspect.signature(withdraw).parameters) - {"app", "who"}
    assert leaving == {"grant_id"}
    assert leaving < giving
    done = withdraw(world.app, SUBJECT, grant)
    assert not isinstance(done, Refusal)
    verdict = verify_file(done.receipt, world.app.ledger_key.vkey)
    assert verdict.ok, verdict.problems
    with world.app.store.read() as reader:
        assert reader.grants.get(grant).state is GrantState.ENDED


def test_one_yes_is_for_one_purpose(world: World) -> None:
    """Another purpose takes another grant with a notice of its own."""
    anna, subject = world.granted("anna")
    with world.app.store.read() as reader:
        first = reader.grants.get(anna)
    from licet.terms.ids import PurposeId

    wish = world.wish("anna", subject=subject, purpose=PurposeId("find_my_photos@1"))
    asked = ask_grant(world.app, world.who("steward"), wish)
    with world.app.store.read() as reader:
        second = reader.grants.get(asked.grant)
    assert second.state is GrantState.PENDING
    assert second.notice != first.notice


def test_leaving_takes_no_more_at_the_command_line(world: World) -> None:
    """Counted where people type: what must be given, what may be, and what each costs."""
    given, taken = _options(confirming.app), _options(leaving.app)
    assert sum(given.values()) >= sum(taken.values()) == 1, "the grant alone is required"
    assert len(taken) <= len(given)
    words = {name: _typed(name) for name in ("confirm", "withdraw")}
    assert max(words["withdraw"]) <= max(words["confirm"])


def test_leaving_waits_for_no_letter_and_asks_no_reason(world: World) -> None:
    """Giving takes a letter and a code that comes back; leaving is one act, done when it ends."""
    grant, _ = world.granted("anna")
    before = len(world.outbox.letters)
    withdraw(world.app, SUBJECT, grant)
    assert len(world.outbox.letters) == before
    assert not {"reason", "why", "code"} & set(inspect.signature(withdraw).parameters)
    assert not {"reason", "why", "code"} & set(_options(leaving.app))


def _options(single: typer.Typer) -> dict[str, bool]:
    """What a person may give to a command, and whether they must; what all commands take is out."""
    command = typer.main.get_command(single)
    everybodys = {"home", "as_json", "named", "keys", "help", "out"}
    return {one.name: one.required for one in command.params if one.name not in everybodys}


def _typed(name: str) -> list[int]:
    """How many words a person types in the sessions, file names of receipts to keep aside."""
    text = (SESSIONS / "real.txt").read_text("utf-8")
    lines = re.findall(rf"^\$ licet {name} (.*)$", text, re.MULTILINE)
    persons = [line for line in lines if "--key" not in line and "--as" not in line]
    return [len(re.sub(r"--out \S+", "", line).split()) - ("--proof" in line) for line in persons]
