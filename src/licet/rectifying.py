"""Rectifying: what is wrong about a person is put right (GDPR 16).

A face that is not theirs is taken off them and never put on them again. Who they are and
how they are reached is corrected by the person, or by two members of the controller; a
new contact is one that gave back a code, and the old one is told.
"""

from dataclasses import replace

from licet.app import App
from licet.consent.decide import decide
from licet.effects.acting import digest_of, organisation_of
from licet.effects.facts import others_on_contact, read_facts
from licet.effects.finishing import finish
from licet.effects.letters import sender_of
from licet.effects.receipts import Receipted, grant_statement, receipt_for, statement_fact
from licet.effects.record import record, record_refusal
from licet.effects.requests import open_request, own_contact, resealed
from licet.effects.sealed import contact_tag, open_appearance, open_identity, seal_identity
from licet.effects.telling import plan_letter, to_known, to_person
from licet.effects.unlinking import unlink_beside, unlink_within
from licet.ledger.receipt import ReceiptKind
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.gallery import TemplateKind
from licet.terms.grant import Grant, Identity, Subject
from licet.terms.ids import PlanId, RequestId, SubjectId, TemplateId
from licet.terms.ledger import EntryKind
from licet.terms.letters import CorrectedLetter, RectifiedLetter
from licet.terms.payload import UnlinkedPayload
from licet.terms.permit import Action, Ask, By, Refusal
from licet.terms.rectifying import Corrected, Correction
from licet.terms.rights import RightKind
from licet.terms.stored import StoredTemplate

NOT_THEIRS = "A face that is not yours was taken off you. It is not kept under this grant again."


def unlink(app: App, who: Who, template_id: TemplateId) -> Receipted | Refusal:
    """Take a wrong appearance off a person.

    1. In one unit of work: read the facts and decide.
    2. Delete what is kept of the face, note that it is not theirs, take off the lists what
       rests on it; the person is told if somebody else did it; record.
    3. Mirror the ledger, write the person's receipt, send what can be sent now.

    Raises ``NotFound`` when there is no such appearance.
    """
    told: PlanId | None = None
    with app.store.unit() as unit:  # 1
        wrong, grant = _appearance(unit, template_id)
        ask = _ask(app, unit, Action.RECTIFY, who, grant.subject)
        ask = replace(ask, grant=grant.id, purpose=grant.purpose)
        facts = read_facts(app, unit, ask, who, unit.now, digest_of(template_id))
        permit = decide(ask, facts, unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        standing = grant_statement(app, unit, grant, grant.state, unit.now)
        statement = replace(standing, says=NOT_THEIRS)  # 2
        to = to_known(open_identity(app, unit.subjects.get(grant.subject)))
        if who.by is not By.SUBJECT and to is not None:
            letter = RectifiedLetter(sender_of(app), grant.id, 1, unit.now.date())
            told = plan_letter(app, unit, letter, to, grant.subject)
        fact = statement_fact(statement)
        seen = open_appearance(app, wrong)
        leaf = unlink_within(app, unit, grant.id, (wrong,), permit, fact)
        by = permit.by.value
        off = UnlinkedPayload(seen.face, seen.item, seen.source, seen.score, by)
        unlink_beside(app, unit, grant, (off,), permit)
    app.at("unlink.committed")
    app.publish()  # 3
    receipt = receipt_for(app, ReceiptKind.RECTIFICATION, leaf, statement, grant.subject)
    if told is not None:
        finish(app, told)
        app.publish()
    return Receipted(grant.id, leaf, receipt)


def correct(app: App, who: Who, wish: Correction) -> Corrected | Refusal:
    """Correct a person's name, or the contact by which they are reached.

    A new contact is the one that a request for rectification came from and whose code came
    back. The old contact is told, so that nobody is led away from their own data unseen.

    1. In one unit of work: read the facts and decide.
    2. Hold the new contact against the request that proves it; nobody else's adult is on it.
    3. Seal the identity anew, take open requests along, plan the letters, record.
    4. Mirror the ledger and send what can be sent now.

    Raises ``NotFound``, ``BadInput`` when nothing would change, ``Conflict`` for a contact
    that is not proved or is somebody else's.
    """
    with app.store.unit() as unit:  # 1
        subject = unit.subjects.get(wish.subject)
        ask = _ask(app, unit, Action.CORRECT, who, wish.subject)
        facts = read_facts(app, unit, ask, who, unit.now, wish.digest)
        permit = decide(ask, facts, unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        before = open_identity(app, subject)
        if subject is None or before is None:
            raise NotFound("no such person", "See `licet grant list`.")
        after = _corrected(app, unit, subject, before, wish)  # 2
        sealed = seal_identity(app, subject.id, after)  # 3
        unit.subjects.correct(subject.id, sealed, contact_tag(app, after.contact))
        if after.contact != before.contact:
            _requests_follow(app, unit, subject.id, before.contact, after.contact)
        plans = _letters(app, unit, subject.id, before, after)
        changed = (
            ("name", after.name != before.name),
            ("contact", after.contact != before.contact),
        )
        objects = () if wish.request is None else (("request", str(wish.request)),)
        leaf = record(app, unit, EntryKind.SUBJECT_RECTIFIED, permit, objects, changed)
    app.publish()  # 4
    for plan in plans:
        finish(app, plan)
    app.publish()
    return Corrected(wish.subject, leaf)


def _appearance(reader: Reader | Unit, template_id: TemplateId) -> tuple[StoredTemplate, Grant]:
    template = reader.templates.get(template_id)
    grant = reader.grants.get(template.grant) if template else None
    if template is None or grant is None or template.kind is not TemplateKind.APPEARANCE:
        raise NotFound("no such appearance", "See `licet appearance list`.")
    return template, grant


def _ask(app: App, reader: Reader | Unit, action: Action, who: Who, subject: SubjectId) -> Ask:
    return Ask(
        action,
        who.by,
        app.model,
        organisation=organisation_of(reader, who),
        member=who.member,
        subject=subject,
    )


def _corrected(
    app: App, unit: Unit, subject: Subject, before: Identity, wish: Correction
) -> Identity:
    """Return who the person is from now on. Raises ``BadInput``, ``Conflict``."""
    contact = before.contact if wish.request is None else _proved(app, unit, wish.request)
    after = replace(before, name=wish.name.strip() or before.name, contact=contact)
    if after == before:
        raise BadInput("nothing would change", "Give a name, or the request that proves a contact.")
    moved = replace(subject, contact_tag=contact_tag(app, contact))
    for grant in unit.grants.of_subject(subject.id):
        others = others_on_contact(unit, moved, grant.organisation)
        if not subject.dependant and any(not other.dependant for other in others):
            raise Conflict("this contact stands for another adult", "Use one of their own.")
    return after


def _proved(app: App, unit: Unit, request_id: RequestId) -> str:
    """Return the contact that a request for rectification came from and proved."""
    request = unit.requests.get(request_id)
    if request is None or request.kind is not RightKind.RECTIFICATION or not request.is_open:
        raise NotFound("no such open request for rectification", "See `licet request list`.")
    payload = open_request(app, request)
    contact = own_contact(payload)
    if contact not in payload.proved:
        raise Conflict("this contact is not proved", "Wait for the code that went there.")
    return contact


def _requests_follow(app: App, unit: Unit, subject: SubjectId, before: str, after: str) -> None:
    """Let a person's open requests follow them: none is answered at the old contact any more.

    A code that went to the old contact is over, and a new one goes to the new contact.
    """
    for request in unit.requests.of_subject(subject):
        payload = open_request(app, request) if request.is_open else None
        if payload is None or own_contact(payload) != before:
            continue
        moved: dict[str, object] = {
            "person_contact" if payload.representative else "contact": after,
            "proved": tuple(after if one == before else one for one in payload.proved),
            "coded_on": "",
            "reminded_on": "",
        }
        unit.requests.delete_code(request.id)
        unit.requests.put(resealed(app, request, **moved))


def _letters(
    app: App, unit: Unit, subject: SubjectId, before: Identity, after: Identity
) -> list[PlanId]:
    """Plan a letter to each contact, the old one and the new one."""
    letter = CorrectedLetter(
        sender_of(app),
        name_changed=after.name != before.name,
        contact_changed=after.contact != before.contact,
        on=unit.now.date(),
    )
    return [
        plan_letter(app, unit, letter, to_person(contact, after.language), subject)
        for contact in dict.fromkeys((before.contact, after.contact))
        if contact
    ]
