"""Small ledgers, keys and receipts that tests are made of."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from licet.ledger import checkpoint as checkpoints
from licet.ledger import tree
from licet.ledger.checkpoint import LedgerKey
from licet.ledger.commitment import commit, opening
from licet.ledger.consent import (
    ActedBy,
    ConsentEvent,
    ConsentStatus,
    GrantStatement,
    Parties,
    Party,
    ShownNotice,
)
from licet.ledger.maker import Leaves
from licet.ledger.note import COSIGNATURE, ED25519, VerifierKey, signature_line
from licet.ledger.receipt import Receipt, ReceiptKind
from licet.ledger.statement import (
    Ended,
    EndingStatement,
    ErasureStatement,
    PlaintextScan,
    SealedBytes,
    Statement,
    StoreCount,
    digest,
)
from licet.ledger.tiles import Tiles
from licet.terms.basis import Condition, LegalBasis
from licet.terms.grant import GrantState
from licet.terms.ids import GrantId, OrganisationId, PurposeId, SubjectId
from licet.terms.ledger import Checkpoint, Entry, EntryKind, Head, Leaf

ORIGIN = "licet.example/archive"
NOW = datetime(2026, 1, 31, 9, 0, 0, 123000, tzinfo=UTC)
SUBJECT_KEY = bytes(range(32))
SUBJECT = SubjectId("6f1c2e1a-0f0b-4c1d-9a5e-111111111111")
GRANT = GrantId("6f1c2e1a-0f0b-4c1d-9a5e-222222222222")
ORGANISATION = OrganisationId("6f1c2e1a-0f0b-4c1d-9a5e-333333333333")


def ledger_key(seed: int = 1, origin: str = ORIGIN) -> LedgerKey:
    key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return LedgerKey(VerifierKey(origin, ED25519, key.public_key().public_bytes_raw()), key)


class Witness:
    """A witness that cosigns whatever it is shown."""

    def __init__(self, name: str, seed: int) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.verifier = VerifierKey(name, COSIGNATURE, self._key.public_key().public_bytes_raw())

    def line(self, text: str, moment: int) -> str:
        said = f"cosignature/v1\ntime {moment}\n{text}".encode()
        return signature_line(self.verifier, moment.to_bytes(8, "big") + self._key.sign(said))


class Ledger:
    """What the store holds: leaves and a head."""

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self.head = Head(0, (), NOW)
        self._maker = Leaves()

    def record(self, entry: Entry) -> Leaf:
        return self.append(self._maker.encode(entry))

    def append(self, data: bytes) -> Leaf:
        leaf = Leaf(self.head.size, data, self._maker.leaf_hash(data))
        frontier = self._maker.grow(self.head.frontier, self.head.size, leaf.hash)
        self.head = Head(self.head.size + 1, frontier, NOW)
        self.leaves.append(leaf)
        return leaf

    def fill(self, count: int) -> "Ledger":
        for n in range(count):
            self.append(f"leaf {len(self.leaves)} {n % 7 * 'x'}".encode())
        return self

    def read(self, start: int, end: int) -> Sequence[Leaf]:
        return self.leaves[start:end]

    @property
    def root(self) -> bytes:
        return tree.root(self.head.frontier, self.head.size)


def signer(key: LedgerKey | None = None):  # type: ignore[no-untyped-def]
    """Return ``sign(size, root)`` that remembers what it signed in ``.sizes``."""
    held = key or ledger_key()

    def sign(size: int, root: bytes) -> Checkpoint:
        sign.sizes.append(size)  # type: ignore[attr-defined]
        return checkpoints.sign(held.origin, size, root, held)

    sign.sizes = []  # type: ignore[attr-defined]
    return sign


def published(folder: Path, ledger: Ledger) -> Tiles:
    tiles = Tiles(folder, ledger_key().verifier)
    tiles.publish(ledger.read, ledger.head, signer())
    return tiles


NOTICE = ShownNotice(
    "de",
    "Die Fotos finden, auf denen ich bin",
    "Sie möchten die Fotos finden, auf denen Sie zu sehen sind.",
    NOW - timedelta(days=2),
)
ASKED = ConsentEvent(ConsentStatus.REQUESTED, NOW - timedelta(days=2), ActedBy.CONTROLLER, "letter")


def grant_statement(state: GrantState = GrantState.PENDING) -> GrantStatement:
    return GrantStatement(
        receipt="6f1c2e1a-0f0b-4c1d-9a5e-999999999999",
        at=NOW,
        says="Sie wurden gefragt. Vor Ihrem Ja wird nichts aufbewahrt.",
        leaving="Schreiben Sie an privacy@harbour.example.",
        grant=GRANT,
        subject=SUBJECT,
        child=False,
        state=state,
        parties=Parties(
            Party("6f1c2e1a-0f0b-4c1d-9a5e-888888888888", "Hafenarchiv", "privacy@harbour.example"),
            Party(ORGANISATION, "Stadtarchiv Ürdingen"),
        ),
        purpose=PurposeId("find_my_photos@1"),
        purpose_type="dpv:ServiceProvision",
        basis=LegalBasis.CONSENT,
        condition=Condition.EXPLICIT_CONSENT,
        shown=NOTICE,
        territories=("DE", "FR"),
        expires=NOW + timedelta(days=365),
        events=(ASKED,),
    )


def erasure_statement() -> ErasureStatement:
    return ErasureStatement(
        subject=SUBJECT,
        asked_at=NOW,
        keys_absent_from_keyring=True,
        keys_absent_from_key_service=True,
        sealed_bytes=SealedBytes.GONE,
        plaintext_scan=PlaintextScan.CLEAN,
        scanned_at=NOW + timedelta(days=1),
        candidates_found=0,
        counts=(StoreCount("templates", 4, 0), StoreCount("suggestions", 0, 0)),
        says="Your features and everything sealed for you are gone.",
    )


def ending_statement(ended: Ended = Ended.SOURCE) -> EndingStatement:
    return EndingStatement(
        ended=ended,
        id="6f1c2e1a-0f0b-4c1d-9a5e-777777777777",
        ordered_at=NOW,
        counts=(StoreCount("items", 40, 0), StoreCount("faces", 61, 0)),
        told=(("letters", 3), ("letters_not_delivered", 0)),
        keys_left=0,
        epochs_left=0,
        says="Everything that came from this source is destroyed.",
    )


def entry_for(kind: EntryKind, statement: Statement) -> Entry:
    return Entry(
        kind=kind,
        at=NOW,
        organisation=ORGANISATION,
        subject=commit(SUBJECT_KEY, SUBJECT, nonce=bytes(16)),
        objects=(("grant", GRANT),),
        facts=(("purpose", "find_my_photos@1"), ("statement", digest(statement))),
    )


def receipt_in(
    ledger: Ledger,
    kind: ReceiptKind = ReceiptKind.GRANT,
    entry_kind: EntryKind = EntryKind.GRANT_ASKED,
    statement: Statement | None = None,
) -> Receipt:
    """Record an entry and return the phase one receipt for it."""
    stated = statement or grant_statement()
    entry = entry_for(entry_kind, stated)
    leaf = ledger.record(entry)
    assert entry.subject is not None
    opened = opening("subject", SUBJECT_KEY, SUBJECT, entry.subject)
    return Receipt(kind, ORIGIN, NOW, leaf, (opened,), stated)
