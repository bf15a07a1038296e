"""Decides within a unit on what a member does for their own organisation, and on nothing else."""

from licet.app import App
from licet.consent.decide import decide
from licet.effects.acting import organisation_of
from licet.effects.facts import read_facts
from licet.effects.record import record_refusal
from licet.store.unit import Unit
from licet.terms.acting import Who
from licet.terms.permit import Action, Ask, Permit, Refusal


def decided(app: App, unit: Unit, who: Who, action: Action, signed: str) -> Permit | Refusal:
    """Return the permit for a register's act, or the refusal, recorded in this unit.

    ``signed`` is the digest that members must have signed.
    """
    organisation = organisation_of(unit, who)
    ask = Ask(action, who.by, app.model, organisation=organisation, member=who.member)
    permit = decide(ask, read_facts(app, unit, ask, who, unit.now, signed), unit.now)
    return record_refusal(app, unit, ask, permit) if isinstance(permit, Refusal) else permit
