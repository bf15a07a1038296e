"""Decides within a unit on what a member does, where nothing is read before it is decided."""

from typing import TypedDict, Unpack

from licet.app import App
from licet.consent.decide import decide
from licet.effects.acting import organisation_of
from licet.effects.facts import read_facts
from licet.effects.record import record_refusal
from licet.store.unit import Unit
from licet.terms.acting import Who
from licet.terms.grant import Grant
from licet.terms.ids import BlockId, Territory
from licet.terms.permit import Action, Ask, Permit, Refusal


def ask_on(app: App, action: Action, who: Who, grant: Grant) -> Ask:
    """Ask for an act on what is kept under a grant, in the organisation that it was given."""
    return Ask(
        action,
        who.by,
        app.model,
        organisation=grant.organisation,
        member=who.member,
        purpose=grant.purpose,
        grant=grant.id,
        subject=grant.subject,
    )


class Parts(TypedDict, total=False):
    """What an act is about beside who does it; the parts of :class:`Ask` of these names."""

    evidence: str
    block: BlockId
    territory: Territory


def decided(
    app: App, unit: Unit, who: Who, action: Action, signed: str, **parts: Unpack[Parts]
) -> Permit | Refusal:
    """Return the permit for an act, or the refusal, recorded in this unit.

    ``signed`` is the digest that members must have signed, ``parts`` what the act is about.
    """
    organisation = organisation_of(unit, who)
    ask = Ask(action, who.by, app.model, organisation=organisation, member=who.member, **parts)
    permit = decide(ask, read_facts(app, unit, ask, who, unit.now, signed), unit.now)
    return record_refusal(app, unit, ask, permit) if isinstance(permit, Refusal) else permit
