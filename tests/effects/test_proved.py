"""A data subject is believed by their own receipt, and by nothing else (GDPR 12(6))."""

from dataclasses import replace
from pathlib import Path

import pytest

from licet.cli import signing
from licet.effects.certifying import certificate
from licet.granting import ask_grant, confirm, withdraw
from licet.ledger.checkpoint import LedgerKey
from licet.ledger.receipt import decode, encode
from licet.rights.erase import erase
from licet.terms.acting import SUBJECT, Who
from licet.terms.grant import GrantState
from licet.terms.granting import Asked
from licet.terms.ids import GrantId, PlanId, SubjectId
from licet.terms.permit import By, Refusal
from tests.redteam.real import RealWorld


def _granted(real: RealWorld, name: str) -> tuple[GrantId, SubjectId, bytes]:
    """Let a person say yes; return what they are handed too."""
    wish = real.wish(name)
    asked = ask_grant(real.app, real.signed(signing.asking_grant(wish), "steward"), wish)
    assert isinstance(asked, Asked), asked
    confirmed = confirm(real.app, asked.grant, real.outbox.code())
    return asked.grant, asked.subject, confirmed.receipt  # type: ignore[union-attr]


def _with(receipt: bytes) -> Who:
    return Who(By.SUBJECT, proof=receipt)


def _stands(real: RealWorld, grant: GrantId, receipt: bytes) -> bool:
    """Say whether a withdrawal with this receipt is refused and changes nothing."""
    refused = withdraw(real.app, _with(receipt), grant)
    return isinstance(refused, Refusal) and real.grant(grant).state is GrantState.ACTIVE


def test_the_persons_own_receipt_withdraws(real: RealWorld) -> None:
    """It is all that they need: no account, no member, no code."""
    grant, _, receipt = _granted(real, "anna")
    done = withdraw(real.app, _with(receipt), grant)
    assert not isinstance(done, Refusal), done
    assert real.grant(grant).state is GrantState.ENDED


def test_any_of_the_persons_receipts_erases(real: RealWorld) -> None:
    """The receipt of a withdrawal tells the same person as that of the confirmation."""
    grant, subject, receipt = _granted(real, "anna")
    second, _, _ = _granted(real, "anna")
    given = withdraw(real.app, _with(receipt), grant)
    plan = erase(real.app, _with(given.receipt), subject)  # type: ignore[union-attr]
    assert not isinstance(plan, Refusal), plan
    assert real.grant(second).state is GrantState.ENDED


def test_another_persons_receipt_proves_nothing(real: RealWorld) -> None:
    """Bea holds a good receipt: of herself."""
    anna, subject, _ = _granted(real, "anna")
    _, _, receipt = _granted(real, "bea")
    assert _stands(real, anna, receipt)
    assert isinstance(erase(real.app, _with(receipt), subject), Refusal)


@pytest.mark.parametrize("change", [b"", b"a word", b'{"format": "licet receipt v1"}\n'])
def test_what_is_no_receipt_proves_nothing(real: RealWorld, change: bytes) -> None:
    """Nothing at all, a word, or half a file."""
    anna, _, _ = _granted(real, "anna")
    assert _stands(real, anna, change)


def test_without_a_receipt_nobody_is_believed(real: RealWorld) -> None:
    """What a sandbox believes, a deployment for real people does not."""
    anna, subject, _ = _granted(real, "anna")
    assert isinstance(withdraw(real.app, SUBJECT, anna), Refusal)
    assert isinstance(erase(real.app, SUBJECT, subject), Refusal)


def test_a_changed_receipt_proves_nothing(real: RealWorld) -> None:
    """Bea writes Anna's number into her own receipt, laid out as it must be."""
    anna, subject, _ = _granted(real, "anna")
    _, other, receipt = _granted(real, "bea")
    assert other.encode() in receipt
    assert _stands(real, anna, receipt.replace(other.encode(), subject.encode()))


def test_a_receipt_of_another_ledger_proves_nothing(real: RealWorld, tmp_path: Path) -> None:
    """Who makes a key of the same name signs anything with it, for itself alone."""
    anna, _, receipt = _granted(real, "anna")
    key = LedgerKey.create(tmp_path / "other.key", real.app.deployment.origin)
    assert _stands(real, anna, encode(decode(receipt), key))


def test_a_receipt_of_an_entry_that_is_not_there_proves_nothing(real: RealWorld) -> None:
    """Our key signed it, but the ledger holds no such entry, or another one at that place."""
    anna, _, receipt = _granted(real, "anna")
    own = decode(receipt)
    size = real.app.store.head().size
    for index in (size + 5, own.leaf.index - 1):
        moved = replace(own, leaf=replace(own.leaf, index=index), proof=None)
        assert _stands(real, anna, encode(moved, real.app.ledger_key))


def test_an_opening_of_somebody_else_proves_nothing(real: RealWorld) -> None:
    """The entry is Bea's, the number in the opening Anna's: the commitment does not open."""
    anna, subject, _ = _granted(real, "anna")
    _, _, receipt = _granted(real, "bea")
    own = decode(receipt)
    (opening,) = own.openings
    for forged in ((replace(opening, object=subject),), (replace(opening, of="actor"),), ()):
        assert _stands(real, anna, encode(replace(own, openings=forged), real.app.ledger_key))


def test_a_certificate_of_erasure_is_nobodys_proof(real: RealWorld) -> None:
    """It names a person in words, and opens nothing."""
    anna, _, receipt = _granted(real, "anna")
    _, bea, of_bea = _granted(real, "bea")
    plan = erase(real.app, _with(of_bea), bea)
    assert not isinstance(plan, Refusal), plan
    file = certificate(real.app, PlanId(plan))
    assert _stands(real, anna, file)
    opened = replace(decode(file), openings=decode(receipt).openings)
    assert _stands(real, anna, encode(opened, real.app.ledger_key))


def test_a_proved_person_has_no_say_about_what_is_not_there(real: RealWorld) -> None:
    """After the erasure the receipt opens nothing any more, and does no harm."""
    anna, subject, receipt = _granted(real, "anna")
    erase(real.app, _with(receipt), subject)
    size = real.app.store.head().size
    assert isinstance(withdraw(real.app, _with(receipt), anna), Refusal)
    assert real.app.store.head().size == size + 1
    assert real.grant(anna).state is GrantState.ENDED
