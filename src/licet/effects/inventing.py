"""Makes people who do not exist: rows, keys and entries as anybody's, over random features.

A canary that could be told from other people would be left alone by whoever should run
into it. So it is asked for a grant, says yes and is enrolled at moments of its own, within
a few days of being placed, and the ledger holds of it what it holds of a person. One entry
more, ``canary.placed``, names nobody and commits to the person who is none: whoever holds
the key can prove which one that is, and nobody real can be made one afterwards.
"""

import array
import secrets
from dataclasses import replace
from datetime import date, datetime, timedelta

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
from licet.terms.breaching import CanaryWish
from licet.terms.duties import Canary
from licet.terms.errors import BadInput, Corrupt, KeyAbsent
from licet.terms.face import STEP
from licet.terms.gallery import TemplateKind
from licet.terms.grant import (
    Grant,
    GrantState,
    Identity,
    Subject,
    SubjectState,
    pending_grant,
)
from licet.terms.ids import CanaryId, GrantId, MemberId, PurposeId, SubjectId, TemplateId, new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.payload import CanaryPayload, ReferencePayload, from_bytes, to_bytes
from licet.terms.permit import By, Permit
from licet.terms.stored import StoredTemplate
from licet.vault.seal import open_sealed, seal
from licet.vision.card import shipped_card

FIRST = ("Anna", "Bruno", "Clara", "David", "Elena", "Felix", "Greta", "Hugo", "Irene", "Jonas")
LAST = ("Albrecht", "Bernard", "Conti", "Dubois", "Eklund", "Fischer", "Garnier", "Horvat")
WAITS = (timedelta(hours=24), timedelta(hours=48), timedelta(hours=24))
"""At most so long until they are asked, until they say yes, until they are enrolled."""

PHOTOS = 3
SECOND = timedelta(seconds=1)


def think_up(app: App) -> SubjectId:
    """Make the key of somebody who does not exist durable, before any row of theirs."""
    subject = SubjectId(new_id())
    app.keyring.create(subject_key(subject))
    return subject


def place(app: App, unit: Unit, permit: Permit, wish: CanaryWish, subject: SubjectId) -> CanaryId:
    """Put somebody who does not exist on the register, with what they will go through.

    The entry commits to them under their own key. Nothing of theirs is anywhere else yet.
    """
    canary = CanaryId(new_id())
    identity = _identity(wish.domain)
    unit.subjects.add(
        Subject(
            id=subject,
            residence=wish.residence,
            contact_tag=contact_tag(app, identity.contact),
            dependant=False,
            sealed_identity=seal_identity(app, subject, identity),
            state=SubjectState.KNOWN,
        )
    )
    payload = _path(wish, unit.now)
    sealed = seal(app.keyring.get(subject_key(subject)), to_bytes(payload), f"canary:{canary}")
    leaf = unit.record(
        Entry(
            kind=EntryKind.CANARY_PLACED,
            at=unit.now,
            organisation=permit.organisation,
            actor=actor_commitment(app, permit.organisation, permit.member),
            subject=subject_commitment(app, subject),
            objects=(("canary", canary),),
            facts=(("permit", permit.digest), ("by", permit.by.value)),
        )
    )
    unit.breaches.add_canary(Canary(canary, subject, unit.now, None, leaf, sealed))
    return canary


def go_through(app: App, canary: CanaryId) -> bool:
    """Let somebody who does not exist take the next step, if it is time; whether they did."""
    with app.store.read() as reader:
        found = next((one for one in reader.breaches.canaries() if one.id == canary), None)
        now = reader.now
    if found is None or not found.sealed:
        return False
    payload = _open(app, found)
    if payload is None or now < payload.asked_at:
        return False
    app.keyring.create(grant_key(payload.grant))
    with app.store.unit() as unit:
        grant = unit.grants.get(payload.grant)
        if grant is None:
            _be_asked(app, unit, found, payload)
        elif grant.state is GrantState.PENDING and unit.now >= payload.confirmed_at:
            _say_yes(app, unit, grant)
        elif grant.state is GrantState.ACTIVE and unit.now >= payload.enrolled_at:
            _be_enrolled(app, unit, found, grant)
        else:
            return False
    return True


def settle_canaries(app: App) -> int:
    """Let everybody who does not exist take the steps that are due; returns how many."""
    with app.store.read() as reader:
        waiting = [one.id for one in reader.breaches.canaries() if one.sealed]
    steps = 0
    for canary in waiting:
        while go_through(app, canary):
            steps += 1
    return steps


def is_proved(app: App, reader: Reader | Unit, canary: Canary) -> bool:
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


def random_features() -> bytes:
    """Return random features of length one, in the form in which a template keeps them."""
    draw = secrets.SystemRandom()
    drawn = [draw.gauss(0, 1) for _ in range(shipped_card("sface-2021dec").dimension)]
    length = sum(one * one for one in drawn) ** 0.5
    return array.array("h", (round(one / length * STEP) for one in drawn)).tobytes()


def _be_asked(app: App, unit: Unit, canary: Canary, payload: CanaryPayload) -> None:
    grant = _grant(unit, canary, payload)
    unit.grants.add(grant)
    _entry(app, unit, grant, (EntryKind.GRANT_ASKED, By.MEMBER))
    unit.grants.notice_delivered(grant.id, unit.now, unit.head.size)
    record_machine(unit, EntryKind.NOTICE_DELIVERED, (("grant", grant.id),))


def _say_yes(app: App, unit: Unit, grant: Grant) -> None:
    unit.grants.confirm(grant.id, unit.now, "code", unit.head.size)
    given = replace(grant, confirmed_at=unit.now, confirmed_by="code", state=GrantState.ACTIVE)
    statement = grant_statement(app, unit, given, GrantState.ACTIVE, unit.now)
    facts: Facts = (("confirmed_by", "code"), *statement_fact(statement))
    _entry(app, unit, grant, (EntryKind.GRANT_CONFIRMED, By.SUBJECT), facts)


def _be_enrolled(app: App, unit: Unit, canary: Canary, grant: Grant) -> None:
    """Keep a reference of random features: no photo of anybody is near it."""
    template, leaf = TemplateId(new_id()), unit.head.size
    payload = to_bytes(ReferencePayload(random_features(), PHOTOS))
    sealed = seal(app.keyring.get(grant_key(grant.id)), payload, f"template:{template}")
    kind = TemplateKind.REFERENCE
    unit.templates.add(StoredTemplate(template, grant.id, kind, app.model, sealed, None, leaf))
    unit.grants.capture_agreed(grant.id, leaf)
    facts: Facts = (("photos", PHOTOS), ("backfills", 0))
    _entry(app, unit, grant, (EntryKind.ENROLLED, By.MEMBER), facts)
    unit.breaches.set_canary_sealed(canary.id, b"")


def _identity(domain: str) -> Identity:
    first, last = secrets.choice(FIRST), secrets.choice(LAST)
    born = date(1950 + secrets.randbelow(50), 1 + secrets.randbelow(12), 1 + secrets.randbelow(28))
    contact = f"{first}.{last}.{secrets.randbelow(10_000)}@{domain}".lower()
    return Identity(f"{first} {last}", contact, born.isoformat())


def _path(wish: CanaryWish, now: datetime) -> CanaryPayload:
    """Choose the moments at random: entries that follow each other at once would tell."""
    asked, confirmed, enrolled = (
        timedelta(0) if wish.at_once else SECOND * secrets.randbelow(int(most / SECOND))
        for most in WAITS
    )
    return CanaryPayload(
        GrantId(new_id()),
        wish.organisation,
        wish.purpose,
        now + asked,
        now + asked + confirmed,
        now + asked + confirmed + enrolled,
    )


def _open(app: App, canary: Canary) -> CanaryPayload | None:
    """Return what they still have to go through; None once their key is gone."""
    try:
        key = app.keyring.get(subject_key(canary.subject))
    except KeyAbsent:
        return None
    return from_bytes(CanaryPayload, open_sealed(key, canary.sealed, f"canary:{canary.id}"))


def _grant(unit: Unit, canary: Canary, payload: CanaryPayload) -> Grant:
    purpose, organisation = _purpose(payload), payload.organisation
    asked = pending_grant(payload.grant, canary.subject, organisation, purpose, unit.now)
    return replace(asked, relationship=Relationship.PICTURED, leaf=unit.head.size)


def _purpose(payload: CanaryPayload) -> Purpose:
    purpose = table().get(PurposeId(payload.purpose))
    if purpose is None:
        raise BadInput(f"there is no purpose {payload.purpose}", "It was taken off the list.")
    return purpose


def _entry(
    app: App, unit: Unit, grant: Grant, what: tuple[EntryKind, By], facts: Facts = ()
) -> None:
    """Write an entry as a member's or a person's act leaves it; nobody opens its actor."""
    kind, by = what
    actor = actor_commitment(app, grant.organisation, MemberId(new_id()))
    unit.record(
        Entry(
            kind=kind,
            at=unit.now,
            organisation=grant.organisation,
            actor=actor if by is By.MEMBER else None,
            subject=subject_commitment(app, grant.subject),
            objects=(("grant", grant.id),),
            facts=(*facts, ("permit", secrets.token_hex(32)), ("by", by.value)),
        )
    )
