"""Joining: a link -> a yes -> a live capture -> a grant with its references, in one unit.

Before the capture is over nothing of a person is kept: who they are and what they said yes to
is in memory, for minutes. A script with portraits makes no grant at all: a portrait does not
turn its head, and where the link asks for presence a member has to see somebody first.

The face is compared with everybody who is enrolled. One that is near somebody else's is kept
*aside*: nothing is ever found with it, that person is told by letter, and whoever came is
answered as everybody is, in the same words and the same time.
"""

from dataclasses import dataclass, replace

from licet.app import App
from licet.consent.decide import decide
from licet.consent.purposes import table
from licet.effects.acting import came_by_code
from licet.effects.capturing import Capture
from licet.effects.letters import compose, sender_of
from licet.effects.nearness import people_near, record_compared
from licet.effects.newcomers import put_reference
from licet.effects.ordering.naming import name_person
from licet.effects.proposing import Draft, add_draft, drafted, facts_of_draft
from licet.effects.receipts import grant_statement, statement_fact
from licet.effects.record import record, record_machine, record_refusal, refuse
from licet.effects.sealed import grant_key, open_identity, subject_key
from licet.effects.telling import plan_letter, to_known
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.album import AlbumLink, Begun, Joined
from licet.terms.basis import Relationship
from licet.terms.errors import BadInput, NotFound
from licet.terms.grant import GrantState, Identity
from licet.terms.granting import GrantWish
from licet.terms.ids import LinkId, RunId, SubjectId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.letters import NoticeLetter, PhotoNearLetter
from licet.terms.payload import ReferencePayload
from licet.terms.permit import Action, Ask, Permit, Refusal
from licet.terms.plan import Run, RunKind, WorkState

KEPT_OUT = 2
"""A reference near somebody else's: it is in no gallery, so nothing is found with it."""

Permits = tuple[Permit, Permit, Permit]
"""To ask for the grant, to confirm it, and to keep references under it."""


@dataclass(frozen=True, slots=True)
class YesWish:
    """What somebody says of themselves with their yes. ``guardian``: it is for their child."""

    link: LinkId
    identity: Identity
    relationship: Relationship
    guardian: bool = False


def begin(app: App, who: Who, wish: YesWish) -> Begun | Refusal:
    """Take somebody's yes, and send the notice to the contact that their code went to.

    1. Draft the grant; who did not come by a code to this very contact is nobody here.
    2. Decide whether they could be given it, once a member saw them; a refusal is recorded.
    3. Send the notice. Nothing else is kept of them, here or anywhere.

    Raises ``NotFound``; ``BadInput`` for a name, a day or an address that is none; ``Busy`` or
    ``Setup`` when the letter cannot be sent.
    """
    with app.store.read() as reader:
        link = _link(reader, wish.link)
    draft = drafted(app, _granted_by(link, wish))  # 1
    ask = _ask(app, Action.GRANT, who, draft)
    with app.store.read() as reader:
        if not came_by_code(reader, who, draft.subject):
            raise NotFound("this is not the address that the code went to", "Begin again.")
        facts = facts_of_draft(app, reader, ask, who, draft)  # 2
        decided = decide(ask, replace(facts, link=link, seen=True), reader.now)
    if isinstance(decided, Refusal):
        return refuse(app, ask, decided)
    _send(app, link, draft)  # 3
    return Begun(link.id, draft.subject, draft.identity, draft.grant, draft.new, app.clock())


def join(app: App, who: Who, begun: Begun, capture: Capture, *, seen: bool) -> Joined | Refusal:
    """Give somebody their grant, with references of the face that the capture saw.

    1. The capture did all that was asked; average the looks ahead.
    2. Ask whether this may be done now; a refusal is recorded and returned.
    3. Look whom else the face is near; make the keys durable.
    4. In one unit of work: decide again; add person and grant, note notice and yes, keep the
       references (aside, where the face is near somebody else's), queue the look, record.
    5. Mirror the ledger.

    Raises ``BadInput`` for a capture that is not over, ``NotFound`` for a session that is.
    """
    if not capture.over or not capture.ahead:  # 1
        raise BadInput("the capture is not over", "Do what is asked before the camera.")
    reference = app.vision.combine([face.template for face in capture.ahead])
    draft = Draft(begun.subject, begun.identity, begun.grant, begun.new)
    with app.store.read() as reader:  # 2
        permits = _permitted(app, reader, who, begun, seen=seen)
    if isinstance(permits, Refusal):
        return refuse(app, _ask(app, permits.action, who, draft), permits)
    near = people_near(app, permits[2], reference)  # 3
    near = tuple(one for one in near if one != begun.subject.id)
    keys = (subject_key(begun.subject.id), grant_key(begun.grant.id))
    app.keyring.create(*(keys if begun.new else keys[1:]))
    app.at("joining.keys")
    with app.store.unit() as unit:  # 4
        permits = _permitted(app, unit, who, begun, seen=seen)
        if isinstance(permits, Refusal):
            return record_refusal(app, unit, _ask(app, permits.action, who, draft), permits)
        add_draft(app, unit, draft, unit.head.size, who.bearer)
        aside = KEPT_OUT if near else 0
        made = ReferencePayload(reference.values, len(capture.ahead), aside)
        leaf = _give(app, unit, permits, begun, made)
        _tell(app, unit, begun, near)
    app.publish()  # 5
    return Joined(begun.grant.id, leaf)


def _permitted(
    app: App, reader: Reader | Unit, who: Who, begun: Begun, *, seen: bool
) -> Permits | Refusal:
    """Decide the three acts of joining, each with those before it taken as done."""
    draft = Draft(begun.subject, begun.identity, begun.grant, begun.new)
    if not came_by_code(reader, who, begun.subject):
        raise NotFound("this session is over", "Open the link and begin again.")
    told = replace(begun.grant, notice_delivered_at=begun.noticed_at)
    active = replace(told, state=GrantState.ACTIVE, confirmed_at=reader.now, confirmed_by="code")
    link = _link(reader, begun.link)
    permits: list[Permit] = []
    steps = ((Action.GRANT, begun.grant), (Action.CONFIRM, told), (Action.ENROL, active))
    for action, stands in steps:
        ask = _ask(app, action, who, draft)
        facts = facts_of_draft(app, reader, ask, who, draft)
        facts = replace(facts, grant=stands, link=link, seen=seen)
        decided = decide(ask, facts, reader.now)
        if isinstance(decided, Refusal):
            return decided
        permits.append(decided)
    return permits[0], permits[1], permits[2]


def _give(app: App, unit: Unit, permits: Permits, begun: Begun, reference: ReferencePayload) -> int:
    """Note notice, yes and references, within the unit that added the grant."""
    asked, confirmed, enrolled = permits
    grant = begun.grant.id
    objects = (("grant", grant),)
    record(app, unit, EntryKind.GRANT_ASKED, asked, (*objects, ("link", begun.link)))
    unit.grants.notice_delivered(grant, begun.noticed_at, unit.head.size)
    record_machine(unit, EntryKind.NOTICE_DELIVERED, objects)
    unit.grants.confirm(grant, unit.now, "code", unit.head.size)
    given = unit.grants.get(grant) or begun.grant
    statement = grant_statement(app, unit, given, GrantState.ACTIVE, unit.now)
    said = (("confirmed_by", "code"), *statement_fact(statement))
    record(app, unit, EntryKind.GRANT_CONFIRMED, confirmed, objects, said)
    name_person(unit, begun.subject.id)
    put_reference(app, unit, grant, reference)
    unit.grants.capture_agreed(grant, unit.head.size)
    source = begun.grant.source
    runs = int(source is not None and bool(unit.items.count(source)))
    if source is not None and runs:
        run = Run(RunId(new_id()), RunKind.BACKFILL, source, grant, "", WorkState.OPEN, None)
        unit.runs.add(run)
    unit.links.count(_link(unit, begun.link), unit.now)
    facts = (("photos", reference.photos), ("backfills", runs))
    return record(app, unit, EntryKind.ENROLLED, enrolled, objects, facts)


def _tell(app: App, unit: Unit, begun: Begun, near: tuple[SubjectId, ...]) -> None:
    """Plan a letter to each whom the face is near; commit to what came of the comparison."""
    letter = PhotoNearLetter(sender_of(app), unit.now.date(), by_camera=True)
    for one in near:
        to = to_known(open_identity(app, unit.subjects.get(one)))
        if to is not None:
            plan_letter(app, unit, letter, to, one, f"near:{begun.grant.id}")
    objects = (("grant", begun.grant.id),)
    record_compared(app, unit, EntryKind.CAPTURE_CHECKED, near, objects)


def _granted_by(link: AlbumLink, wish: YesWish) -> GrantWish:
    return GrantWish(
        link.organisation,
        link.purpose,
        wish.relationship,
        identity=wish.identity,
        source=link.source,
        days=link.days,
        guardian=wish.guardian,
    )


def _ask(app: App, action: Action, who: Who, draft: Draft) -> Ask:
    grant = draft.grant
    return Ask(
        action,
        who.by,
        app.model,
        organisation=grant.organisation,
        purpose=grant.purpose,
        grant=grant.id,
        subject=grant.subject,
        source=grant.source,
    )


def _link(reader: Reader | Unit, link_id: LinkId) -> AlbumLink:
    link = reader.links.get(link_id)
    if link is None:
        raise NotFound("there is no such link", "Ask those who gave it to you.")
    return link


def _send(app: App, link: AlbumLink, draft: Draft) -> None:
    purpose = table().get(link.purpose)
    told = purpose.shown(draft.grant.notice) if purpose else None
    with app.store.read() as reader:
        organisation = reader.governance.organisation(link.organisation)
    if told is None or organisation is None:
        raise NotFound("there is no such link", "Ask those who gave it to you.")
    letter = NoticeLetter(
        sender=sender_of(app),
        name=draft.identity.name,
        organisation=organisation.name,
        title=told.title,
        notice=told.notice,
        by_consent=True,
        until=draft.grant.expires.date(),
        grant=draft.grant.id,
        code="",
    )
    app.outbox.send(compose(letter, draft.identity.contact, draft.identity.language))
