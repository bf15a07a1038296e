"""Closing: one act ends a deployment, and whoever is killed meanwhile, it ends.

Everything is blocked from the first commit on. Who asked for something is answered, who
cannot be is told; then everybody is erased as by their own wish, the sources are purged,
and the last thing that happens is that every key is destroyed and the ledger says so.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from licet.app import App, open_app
from licet.consent.decide import decide
from licet.effects.acting import digest_of
from licet.effects.blocking import place
from licet.effects.facts import read_facts
from licet.effects.record import record, record_refusal
from licet.effects.trying import Trying
from licet.effects.winding_up import (
    CAUSE,
    Left,
    begins_at,
    cease_sources,
    closing_certificate,
    end_for_good,
    erase_people,
    left,
    refuse_unanswerable,
    tell_organisations,
    tell_people,
)
from licet.settings import Settings
from licet.terms.acting import Who
from licet.terms.errors import NotFound
from licet.terms.ids import OrganisationId
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Ask, Block, Refusal
from licet.terms.when import Clock, utc_now


@dataclass(frozen=True, slots=True)
class Closing:
    """How far the end of a deployment came: since when, what it waits for, whether it is over.

    ``begins_at`` is when the erasing begins, or began.
    """

    ordered_at: datetime
    begins_at: datetime
    left: Left
    closed: bool


def close_deployment(app: App, who: Who, organisation: OrganisationId) -> Closing | Refusal:
    """End the deployment for good.

    1. In one unit of work: decide; block everything; say that the deployment is being
       ended, so that nothing new begins in it; plan a letter to every organisation; record.
       Ordered again, only the order is recorded again.
    2. Mirror the ledger. A worker carries it to its end, see :func:`go_on`.
    """
    ask = Ask(
        Action.CLOSE_DEPLOYMENT, who.by, app.model, organisation=organisation, member=who.member
    )
    signed = digest_of(app.deployment.id)
    with app.store.unit() as unit:  # 1
        deployment = unit.deployment.get()
        if deployment is None:
            raise NotFound("there is no deployment here", "Run `licet init`.")
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, signed), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        ordered = deployment.closing_at or unit.now
        if deployment.closing_at is None:
            place(unit, Block(None, None, None, collecting=True, use=True), CAUSE)
            closing = replace(deployment, closing_at=ordered)
            unit.deployment.put(closing)
            tell_organisations(app, unit, begins_at(closing) or ordered)
        record(app, unit, EntryKind.DEPLOYMENT_CLOSING, permit, (("deployment", deployment.id),))
    app.at("close.committed")
    app.publish()  # 2
    with app.store.read() as reader:
        current = reader.deployment.get()
        begins = begins_at(current) if current else None
        return Closing(ordered, begins or ordered, left(reader), closed=False)


def go_on(app: App, trying: Trying) -> tuple[Closing | None, bool]:
    """Do what is due of ending a deployment; None where nobody ordered it.

    Returns too whether anything was begun that plans and runs now carry on.

    1. Tell everybody when it begins, so that they may ask for a copy before.
    2. From then on: refuse what nobody can answer any more, and say so.
    3. Erase everybody who waits for no answer.
    4. Once no request is open, let the sources cease.
    5. When nothing and nobody is left, destroy the keys and write the last entry.
    """
    with app.store.read() as reader:
        deployment, now = reader.deployment.get(), reader.now
    begins = begins_at(deployment) if deployment else None
    if deployment is None or deployment.closing_at is None or begins is None:
        return None, False
    begun = trying.do("letters", lambda: tell_people(app, begins), 0)  # 1
    if now >= begins and not begun:
        begun += trying.do("requests", lambda: refuse_unanswerable(app), 0)  # 2
        begun += trying.do("people", lambda: erase_people(app), 0)  # 3
        begun += trying.do("sources", lambda: cease_sources(app), 0)  # 4
    with app.store.read() as reader:
        what = left(reader)
    closed = False
    if what.nothing and now >= begins:  # 5
        closed = trying.do("the end", lambda: end_for_good(app), None) is not None
    return Closing(deployment.closing_at, begins, what, closed), begun > 0


def certificate_of_end(settings: Settings, clock: Clock = utc_now) -> bytes:
    """Return the certificate of a deployment that has ended, which opens no more.

    Raises ``Conflict`` while it has not.
    """
    app = open_app(settings, clock=clock, recovering=True)
    try:
        app.publish()
        return closing_certificate(app)
    finally:
        app.close()
