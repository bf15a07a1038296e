"""Makes people who do not exist: rows, keys and entries as anybody's, over random features.

A canary that could be told from other people would be left alone by whoever should run
into it. So the ledger holds for one what it holds for a person who was asked, said yes and
was enrolled; and one entry more, ``canary.placed``, which names nobody and commits to the
person who is none: whoever holds the key can prove of each which one it is, and no real
person can be made one afterwards.
"""

import array
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from licet.app import App
from licet.consent.purposes import table
from licet.effects.receipts import grant_statement, statement_fact
from licet.effects.record import (
    Facts,
    actor_commitment,
    record_machine,
    subject_commitment,
)
from licet.effects.sealed import contact_tag, grant_key, seal_identity, subject_key
from licet.ledger.commitment import opens
from licet.ledger.leaf import decode
from licet.store.unit import Reader, Unit
from licet.terms.basis import Purpose, Relationship
from licet.terms.duties import Canary
from licet.terms.errors import BadInput, Corrupt, KeyAbsent
from licet.terms.face import STEP
from licet.terms.gallery import TemplateKind
from licet.terms.grant import Grant, GrantState, Identity, Subject, SubjectState
from licet.terms.ids import (
    GrantId,
    MemberId,
    OrganisationId,
    PurposeId,
    SubjectId,
    TemplateId,
    Territory,
    new_id,
)
from licet.terms.ledger import Entry, EntryKind
from licet.terms.payload import ReferencePayload, to_bytes
from licet.terms.permit import By
from licet.terms.stored import StoredTemplate
from licet.vault.seal import seal
from licet.vision.card import shipped_card

FIRST = ("Anna", "Bruno", "Clara", "David", "Elena", "Felix", "Greta", "Hugo", "Irene", "Jonas")
LAST = ("Albrecht", "Bernard", "Conti", "Dubois", "Eklund", "Fischer", "Garnier", "Horvat")
PHOTOS = 3
ENTRIES = 4
"""What a grant that was asked for, told, given and enrolled under leaves in the ledger."""


@dataclass(frozen=True, slots=True)
class Invented:
    """Somebody who does not exist, before they are anywhere: who they would be, and for what."""

    subject: SubjectId
    grant: GrantId
    identity: Identity
    organisation: OrganisationId
    purpose: Purpose
    residence: Territory | None


def invent(
    app: App,
    organisation: OrganisationId,
    purpose: PurposeId,
    domain: str,
    residence: Territory | None = None,
) -> Invented:
    """Think somebody up and make their keys durable; their contact is at ``domain``.

    Raises ``BadInput`` for a purpose that is not on the list.
    """
    listed = table().get(purpose)
    if listed is None:
        raise BadInput(f"there is no purpose {purpose}", "See docs/reference/purposes.md.")
    first, last = secrets.choice(FIRST), secrets.choice(LAST)
    born = date(1950 + secrets.randbelow(50), 1 + secrets.randbelow(12), 1 + secrets.randbelow(28))
    contact = f"{first}.{last}.{secrets.randbelow(10_000)}@{domain}".lower()
    made = Invented(
        SubjectId(new_id()),
        GrantId(new_id()),
        Identity(f"{first} {last}", contact, born.isoformat()),
        organisation,
        listed,
        residence,
    )
    app.keyring.create(subject_key(made.subject), grant_key(made.grant))
    return made


def settle(app: App, unit: Unit, made: Invented) -> None:
    """Put somebody who does not exist among the people of an organisation.

    1. The person and the grant as they would be after a yes.
    2. The entries that asking, answering and enrolling leave.
    3. A reference of random features: no photo of anybody is near it.
    """
    unit.subjects.add(  # 1
        Subject(
            id=made.subject,
            residence=made.residence,
            contact_tag=contact_tag(app, made.identity.contact),
            dependant=False,
            sealed_identity=seal_identity(app, made.subject, made.identity),
            state=SubjectState.KNOWN,
        )
    )
    grant = _grant(unit, made, unit.head.size + ENTRIES - 1)
    unit.grants.add(grant)
    statement = grant_statement(app, unit, grant, GrantState.ACTIVE, unit.now)
    yes: Facts = (("confirmed_by", "code"), *statement_fact(statement))
    _entry(app, unit, made, (EntryKind.GRANT_ASKED, By.MEMBER))  # 2
    record_machine(unit, EntryKind.NOTICE_DELIVERED, (("grant", made.grant),))
    _entry(app, unit, made, (EntryKind.GRANT_CONFIRMED, By.SUBJECT), yes)
    enrolled = _entry(
        app, unit, made, (EntryKind.ENROLLED, By.MEMBER), (("photos", PHOTOS), ("backfills", 0))
    )
    template = TemplateId(new_id())  # 3
    key = app.keyring.get(grant_key(made.grant))
    payload = to_bytes(ReferencePayload(random_features(), PHOTOS))
    unit.templates.add(
        StoredTemplate(
            template,
            made.grant,
            TemplateKind.REFERENCE,
            app.model,
            seal(key, payload, f"template:{template}"),
            None,
            enrolled,
        )
    )


def random_features() -> bytes:
    """Return a random unit vector in the form of a template's features."""
    draw = secrets.SystemRandom()
    vector = [draw.gauss(0, 1) for _ in range(shipped_card("sface-2021dec").dimension)]
    length = sum(v * v for v in vector) ** 0.5
    return array.array("h", (round(v / length * STEP) for v in vector)).tobytes()


def is_invented(app: App, reader: Reader | Unit, canary: Canary) -> bool:
    """Say whether the ledger proves that a canary was placed as one.

    A row alone could make a real person one, and leave them out of counts and orders.
    """
    entries = reader.leaves.get(canary.leaf, canary.leaf + 1)
    if not entries:
        return False
    try:
        entry = decode(entries[0].data)
        key = app.keyring.get(subject_key(canary.subject))
    except (Corrupt, KeyAbsent):
        return False
    placed = entry.kind is EntryKind.CANARY_PLACED and ("canary", str(canary.id)) in entry.objects
    return placed and entry.subject is not None and opens(entry.subject, key, canary.subject)


def _grant(unit: Unit, made: Invented, leaf: int) -> Grant:
    purpose = made.purpose
    return Grant(
        id=made.grant,
        subject=made.subject,
        organisation=made.organisation,
        purpose=purpose.id,
        basis=purpose.basis,
        condition=purpose.condition,
        relationship=Relationship.PICTURED,
        source=None,
        territories=frozenset(),
        notice=purpose.told("en").digest,
        notice_delivered_at=unit.now,
        confirmed_at=unit.now,
        confirmed_by="code",
        guardian=False,
        captured=True,
        not_before=unit.now,
        expires=unit.now + timedelta(days=purpose.retention_days),
        state=GrantState.ACTIVE,
        leaf=leaf,
    )


def _entry(
    app: App, unit: Unit, made: Invented, what: tuple[EntryKind, By], facts: Facts = ()
) -> int:
    """Write one entry as an act of a member or a person leaves it; nobody's key opens its actor."""
    kind, by = what
    actor = actor_commitment(app, made.organisation, MemberId(new_id()))
    return unit.record(
        Entry(
            kind=kind,
            at=unit.now,
            organisation=made.organisation,
            actor=actor if by is By.MEMBER else None,
            subject=subject_commitment(app, made.subject),
            objects=(("grant", made.grant),),
            facts=(*facts, ("permit", secrets.token_hex(32)), ("by", by.value)),
        )
    )
