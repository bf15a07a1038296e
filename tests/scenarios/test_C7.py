"""C7: consent is explicit, per purpose, with a receipt; leaving takes no more than giving."""

import inspect

from licet.granting import confirm, withdraw
from licet.ledger.receipt import decode
from licet.ledger.consent import GrantStatement
from licet.ledger.verify import verify_file
from licet.terms.acting import SUBJECT
from licet.terms.grant import GrantState
from tests.fakes.deployment import CLEARANCE, World


def test_the_receipt_says_what_was_allowed_and_proves_it(world: World) -> None:
    """Purpose and notice by version and hash, the person's own opening, inclusion in the ledger."""
    from licet.granting import ask_grant

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


def test_a_changed_receipt_is_caught(world: World) -> None:
    """One letter is enough."""
    from licet.granting import ask_grant

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
    verdict = verify_file(done.receipt, world.app.ledger_key.vkey)
    assert verdict.ok, verdict.problems
    with world.app.store.read() as reader:
        assert reader.grants.get(grant).state is GrantState.ENDED


def test_one_yes_is_for_one_purpose(world: World) -> None:
    """Another purpose takes another grant with a notice of its own."""
    anna, subject = world.granted("anna")
    with world.app.store.read() as reader:
        first = reader.grants.get(anna)
    from licet.granting import ask_grant
    from licet.terms.ids import PurposeId

    wish = world.wish("anna", subject=subject, purpose=PurposeId("find_my_photos@1"))
    asked = ask_grant(world.app, world.who("steward"), wish)
    with world.app.store.read() as reader:
        second = reader.grants.get(asked.grant)
    assert second.state is GrantState.PENDING
    assert second.notice != first.notice
