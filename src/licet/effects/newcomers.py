"""The grant of somebody who asks about themselves: pending, live, and gone again.

A photo that goes with a request becomes a template under a grant of that request alone.
It is used when three things are there: the code came back from the person's contact, the
notice reached it, and a human accepted that the photo is theirs. Whoever sends a photo of
somebody else, and is believed, must still not open that person's file: so it is compared
with everybody enrolled first, and one that is near somebody is put *aside*. What is aside
goes the same way as every other and finds nothing; nobody here can tell the two apart, and
the enrolled person is told.
"""

from dataclasses import dataclass, replace

from licet.app import App
from licet.consent.decide import decide
from licet.consent.purposes import table
from licet.effects.facts import read_facts
from licet.effects.letters import compose, sender_of
from licet.effects.nearness import people_near, record_compared
from licet.effects.record import record, record_machine
from licet.effects.requests import answer_contact, open_request
from licet.effects.sealed import grant_key, open_identity
from licet.effects.telling import UNSENT
from licet.store.unit import Reader, Unit
from licet.terms.acting import SUBJECT
from licet.terms.errors import Busy
from licet.terms.face import Template
from licet.terms.gallery import TemplateKind
from licet.terms.grant import Grant, GrantState
from licet.terms.ids import GrantId, RequestId, SubjectId, TemplateId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.letters import PhotoNearLetter, PhotoNoticeLetter
from licet.terms.payload import ReferencePayload, from_bytes, to_bytes
from licet.terms.permit import Action, Ask, Permit, Refusal
from licet.terms.rights import Request
from licet.terms.stored import StoredTemplate
from licet.vault.seal import open_sealed, seal

Permits = tuple[Permit, Permit]
"""To note the person's yes, and to keep their photo as a reference."""


@dataclass(frozen=True, slots=True)
class OwnPhoto:
    """A request's photo as it is kept: its request, grant, row and what is inside."""

    request: Request
    grant: Grant
    row: StoredTemplate
    payload: ReferencePayload

    @property
    def template(self) -> Template:
        """The features."""
        return Template(self.row.model, self.payload.values)


def own_photo(app: App, reader: Reader | Unit, request: Request | None) -> OwnPhoto | None:
    """Return the photo of a request, or None without one or once it is gone."""
    if request is None or request.grant is None:
        return None
    grant = reader.grants.get(request.grant)
    kept = [t for t in reader.templates.of_grant(request.grant) if t.model == app.model]
    row = next((t for t in kept if t.kind is TemplateKind.REFERENCE), None)
    name = grant_key(request.grant)
    key = app.keyring.get_many((name,)).get(name)
    if grant is None or row is None or key is None:
        return None
    payload = from_bytes(ReferencePayload, open_sealed(key, row.sealed, f"template:{row.id}"))
    return OwnPhoto(request, grant, row, payload)


def put_reference(app: App, unit: Unit, grant: GrantId, made: ReferencePayload) -> None:
    """Keep the template of a request's photo under its grant, in place of an earlier one."""
    earlier = [template.id for template in unit.templates.of_grant(grant)]
    if earlier:
        unit.templates.delete(earlier)
        record_machine(unit, EntryKind.TEMPLATE_DROPPED, tuple(("template", t) for t in earlier))
    template = TemplateId(new_id())
    sealed = seal(app.keyring.get(grant_key(grant)), to_bytes(made), f"template:{template}")
    unit.templates.add(
        StoredTemplate(
            template, grant, TemplateKind.REFERENCE, app.model, sealed, None, unit.head.size
        )
    )


def ask_for(app: App, action: Action, request: Request, grant: Grant) -> Ask:
    """Return the ask of the person whose request it is."""
    return Ask(
        action,
        SUBJECT.by,
        app.model,
        purpose=grant.purpose,
        grant=grant.id,
        subject=request.subject,
        request=request.id,
    )


def go_live(app: App, request_id: RequestId) -> bool | None:
    """Let the photo of a request be used; says whether it is, None while it must wait.

    1. A photo that is in use already is; one that nobody may use yet is not.
    2. Send the notice to the proved contact, once.
    3. Compare the photo with everybody who is enrolled, and tell whom it is near.
    4. In one unit of work: decide again, make the grant live, put aside what is near
       somebody, record. Both ways leave the same rows and the same entries.
    """
    with app.store.read() as reader:  # 1
        photo = own_photo(app, reader, reader.requests.get(request_id))
        if photo is None or photo.grant.state is not GrantState.PENDING:
            return photo is not None and photo.grant.state is GrantState.ACTIVE
        permits = _permitted(app, reader, photo)
    if isinstance(permits, Refusal):
        return False
    if not _told(app, photo):  # 2
        return None
    near = people_near(app, permits[1], photo.template, photo.payload.photos)  # 3
    if not _tell(app, near):
        return None
    with app.store.unit() as unit:  # 4
        photo = own_photo(app, unit, unit.requests.get(request_id))
        if photo is None or photo.grant.state is not GrantState.PENDING:
            return False
        return _make_live(app, unit, photo, near)


def _permitted(app: App, reader: Reader | Unit, photo: OwnPhoto) -> Permits | Refusal:
    """Decide both acts: the person's yes, and to keep the photo as a reference under it.

    Each is decided with the other taken as done: the notice as sent, the grant as live.
    """
    grant, now = photo.grant, reader.now
    told = replace(grant, notice_delivered_at=grant.notice_delivered_at or now)
    active = replace(told, state=GrantState.ACTIVE, confirmed_at=now)
    permits: list[Permit] = []
    for action, stands in ((Action.CONFIRM, told), (Action.ENROL, active)):
        ask = ask_for(app, action, photo.request, grant)
        facts = replace(read_facts(app, reader, ask, SUBJECT, now), grant=stands)
        decided = decide(ask, facts, now)
        if isinstance(decided, Refusal):
            return decided
        permits.append(decided)
    return permits[0], permits[1]


def _told(app: App, photo: OwnPhoto) -> bool:
    """Send the notice of the photo's use if it was not sent; False while it cannot be."""
    if photo.grant.notice_delivered_at is not None:
        return True
    with app.store.read() as reader:
        payload = open_request(app, photo.request)
        contact = answer_contact(app, reader, photo.request, payload)
    purpose = table().get(photo.grant.purpose)
    words = purpose.shown(photo.grant.notice) if purpose else None
    if contact is None or words is None:
        return False
    letter = PhotoNoticeLetter(
        sender=sender_of(app),
        request=photo.request.id,
        title=words.title,
        notice=words.notice,
        until=photo.grant.expires.date(),
        grant=photo.grant.id,
    )
    try:
        app.outbox.send(compose(letter, contact, payload.language))
    except Busy:
        return False
    with app.store.unit() as unit:
        unit.grants.notice_delivered(photo.grant.id, unit.now, unit.head.size)
        record_machine(unit, EntryKind.NOTICE_DELIVERED, (("grant", photo.grant.id),))
    return True


def _tell(app: App, near: tuple[SubjectId, ...]) -> bool:
    """Tell enrolled people that somebody asked with a photo near theirs; False to try again.

    Only the nearest is tried again: else each try would write once more to those before.
    A mailbox that is gone for good does not keep the one who asks from their answer for
    ever: the answer's own time does that (see ``answering.scan_in_time``).
    """
    today = app.clock().date()
    for subject in near:
        with app.store.read() as reader:
            identity = open_identity(app, reader.subjects.get(subject))
        if identity is None:
            continue
        letter = PhotoNearLetter(sender_of(app), today)
        try:
            app.outbox.send(compose(letter, identity.contact, identity.language))
        except UNSENT:
            if subject == near[0]:
                return False
    return True


def _make_live(app: App, unit: Unit, photo: OwnPhoto, near: tuple[SubjectId, ...]) -> bool:
    """Note the person's yes and keep the photo as a reference, within one unit."""
    permits = _permitted(app, unit, photo)
    if isinstance(permits, Refusal) or photo.grant.notice_delivered_at is None:
        return False
    yes, keeping = permits
    grant = photo.grant.id
    objects = (("grant", grant), ("request", photo.request.id))
    unit.grants.confirm(grant, unit.now, "code", unit.head.size)
    record(app, unit, EntryKind.GRANT_CONFIRMED, yes, objects, (("confirmed_by", "code"),))
    put_reference(app, unit, grant, replace(photo.payload, aside=int(bool(near))))
    record_compared(app, unit, EntryKind.REQUEST_PHOTO_CHECKED, near, objects)
    unit.grants.capture_agreed(grant, unit.head.size)
    record(app, unit, EntryKind.ENROLLED, keeping, objects, (("photos", photo.payload.photos),))
    return True
