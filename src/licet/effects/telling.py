"""Tells those who were given something that it may not be used any more (GDPR 19).

Telling is a plan of its own, one for each letter: no mailbox of somebody else holds up
what a person asked for, and a letter that was accepted is not sent again with the rest.
Who cannot be reached stands on the register, for a human to tell another way.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from licet.app import App
from licet.effects.letters import compose, sender_of
from licet.effects.plans import Found, Step
from licet.effects.sealed import open_telling, plan_key, seal_plan
from licet.effects.surfacing import Surfacing
from licet.store.unit import Unit
from licet.terms.errors import BadInput, Busy, KeyAbsent, Setup
from licet.terms.grant import Identity
from licet.terms.granting import Message
from licet.terms.ids import OrganisationId, PlanId, SearchId, SubjectId, new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.letters import Letter, RecipientToldLetter, ToldSearch
from licet.terms.organisation import Organisation, OrganisationKind
from licet.terms.payload import TellingPayload
from licet.terms.plan import NOBODY, Effect, EffectKind, Plan, PlanKind, WorkState
from licet.terms.rights import RightKind

STEPS = (EffectKind.TELL_RECIPIENTS, EffectKind.FORGET_PLAN)

PATIENCE = timedelta(days=14)
"""How long an unreachable mailbox is tried before a human must tell another way."""

UNSENT = (Busy, Setup, BadInput)
"""What keeps a letter from going out: the line, our own settings, or the address itself."""

LONGEST = 500
"""How many searches one entry of the register names: an entry holds 64 KB."""


def tell_recipients(
    app: App, unit: Unit, surfaced: Iterable[Surfacing], right: RightKind
) -> tuple[int, int]:
    """Plan a letter to every organisation whose searches surfaced a person, or that asked for one.

    Returns how many will be told, and how many cannot be: those without an address are
    put on the register at once. The controller is no recipient of its own data. A letter
    names case references and searches, and never the person.
    """
    by_organisation: dict[OrganisationId, tuple[Organisation, list[Surfacing]]] = {}
    for one in surfaced:
        for recipient in one.recipients:
            if recipient.kind is not OrganisationKind.CONTROLLER:
                by_organisation.setdefault(recipient.id, (recipient, []))[1].append(one)
    told = 0
    for organisation, theirs in by_organisation.values():
        searches = tuple(one.search.id for one in theirs)
        if not organisation.contact:
            _register(unit, organisation.id, searches, told=False)
            continue
        letter = RecipientToldLetter(
            sender_of(app),
            organisation.name,
            right,
            tuple(ToldSearch(one.case.reference, one.search.id) for one in theirs),
            unit.now.date(),
        )
        plan_letter(app, unit, letter, to_organisation(organisation, searches))
        told += 1
    return told, len(by_organisation) - told


def to_organisation(
    organisation: Organisation, searches: tuple[SearchId, ...] = ()
) -> TellingPayload:
    """Return to whom a letter to an organisation goes, and what the register will say of it."""
    return TellingPayload(organisation.id, searches, organisation.contact, "en")


def to_person(contact: str, language: str) -> TellingPayload:
    """Return to whom a letter to a person goes."""
    return TellingPayload(OrganisationId(""), (), contact, language)


def to_known(identity: Identity | None) -> TellingPayload | None:
    """Return to whom a letter to somebody who is known goes; None while nobody knows where.

    After a restore a contact that was corrected since is gone, until the person proves one.
    """
    if identity is None or not identity.contact:
        return None
    return to_person(identity.contact, identity.language)


def plan_letter(
    app: App,
    unit: Unit,
    letter: Letter,
    to: TellingPayload,
    subject: SubjectId = NOBODY,
    cause: str = "",
) -> PlanId:
    """Plan a letter that is tried until it is accepted, within the unit that it tells of.

    ``cause`` is the letter's kind, unless one person may get several of that kind.
    """
    plan = PlanId(new_id())
    # Within the unit, because only here it is known whether there is anything to tell.
    app.keyring.create(plan_key(plan))
    message = compose(letter, to.to, to.language)
    payload = replace(to, subject=message.subject, text=message.text, html=message.html)
    unit.plans.add(
        Plan(
            id=plan,
            kind=PlanKind.TELL,
            cause=cause or letter.kind,
            subject=subject,
            grants=(),
            sealed=seal_plan(app, plan, payload),
            state=WorkState.OPEN,
            created_at=unit.now,
        ),
        [Effect(plan, n, kind, WorkState.OPEN) for n, kind in enumerate(STEPS)],
    )
    return plan


def send_letter(app: App, plan: Plan) -> Found | None:
    """Send the letter that a plan holds; after the patience say that it could not be sent."""
    try:
        payload = open_telling(app, plan)
    except KeyAbsent:
        return (("told", False),)
    message = Message(payload.to, payload.subject, payload.text, payload.html)
    try:
        app.outbox.send(message)
        told = True
    except UNSENT:
        if app.clock() < plan.created_at + PATIENCE:
            return None
        told = False
    if payload.organisation:
        with app.store.unit() as unit:
            _register(unit, payload.organisation, payload.searches, told=told)
    return (("told", told),)


def forget_plan(app: App, plan: Plan) -> Found:
    """Destroy the key of what the plan itself had to know."""
    return (("keys", app.keyring.shred(plan_key(plan.id))),)


def _register(
    unit: Unit, organisation: OrganisationId, searches: tuple[SearchId, ...], *, told: bool
) -> None:
    """Say that an organisation was told; of one that was not, say what it has to be told of."""
    named = () if told else searches
    for start in range(0, max(len(named), 1), LONGEST):
        part = named[start : start + LONGEST]
        unit.record(
            Entry(
                kind=EntryKind.RECIPIENT_TOLD,
                at=unit.now,
                organisation=organisation,
                objects=tuple(("search", search) for search in part),
                facts=(("told", told), ("searches", len(part) or len(searches))),
            )
        )


TELL_OUTSIDE: dict[EffectKind, Step] = {
    EffectKind.TELL_RECIPIENTS: send_letter,
    EffectKind.FORGET_PLAN: forget_plan,
}
