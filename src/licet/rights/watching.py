"""Canaries: people who do not exist, placed so that whoever looks too far is seen.

Nobody is told which they are: neither who places them nor who lists them. A number and
when one was touched is all there is to read; the ledger commits to the rest.
"""

from licet.app import App
from licet.consent.purposes import table
from licet.effects.acting import digest_of, digest_of_wish
from licet.effects.alerting import alert
from licet.effects.canaries import MOST_CANARIES
from licet.effects.deciding import decided
from licet.effects.inventing import go_through, is_proved, think_up
from licet.effects.inventing import place as put
from licet.effects.listing import About, Reach, listed
from licet.effects.planning import plan_erasure
from licet.effects.record import record
from licet.effects.sealed import plan_key
from licet.store.unit import Reader
from licet.terms.acting import Who
from licet.terms.basis import Searchers
from licet.terms.breaching import CanaryLine, CanaryWish
from licet.terms.contact import mailbox
from licet.terms.errors import BadInput, NotFound
from licet.terms.grant import SubjectState
from licet.terms.ids import CanaryId, PlanId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.letters import AlertKind
from licet.terms.permit import Action, Refusal, Register

CANARIES = About(Register.BREACHES, asked=(("canaries", True),))


def place(app: App, who: Who, wish: CanaryWish) -> tuple[CanaryId, ...] | Refusal:
    """Place people who do not exist among those of an organisation.

    1. Think them up; make their keys durable.
    2. In one unit of work: decide; put them on the register; record what commits to them.
    3. Mirror the ledger. A worker lets them be asked, say yes and be enrolled.

    Raises ``NotFound`` for an organisation that is not here, ``BadInput`` for a purpose
    that no organisation searches under, a domain that is none, or too many.
    """
    _require_fit(app, wish)
    subjects = [think_up(app) for _ in range(wish.count)]  # 1
    with app.store.unit() as unit:  # 2
        permit = decided(app, unit, who, Action.BREACH, digest_of_wish(wish))
        if isinstance(permit, Refusal):
            return permit
        if unit.governance.organisation(wish.organisation) is None:
            raise NotFound("no such organisation", "See `licet org list`.")
        if len(unit.breaches.canaries()) + wish.count > MOST_CANARIES:
            raise BadInput(f"there may be {MOST_CANARIES} at most", "Retire some first.")
        placed = tuple(put(app, unit, permit, wish, subject) for subject in subjects)
    for canary in placed if wish.at_once else ():
        while go_through(app, canary):
            pass
    app.publish()  # 3
    return placed


def retire(app: App, who: Who, canary_id: CanaryId) -> int | Refusal:
    """Take a person who does not exist away again, as anybody who is erased.

    1. In one unit of work: decide (two members, one of them the officer: from here on an
       act on them raises no alarm); plan the erasure; say which grants were no person's, so
       that counts can leave them out for ever; record; warn who watches, because who means
       to look where they should not begins with this.
    2. Mirror the ledger. A worker carries the erasure out.

    Returns the leaf index. Raises ``NotFound``.
    """
    plan = PlanId(new_id())
    app.keyring.create(plan_key(plan))
    with app.store.unit() as unit:  # 1
        canary = next((one for one in unit.breaches.canaries() if one.id == canary_id), None)
        subject = unit.subjects.get(canary.subject) if canary else None
        if canary is None or subject is None:
            raise NotFound("there is no such canary", "See `licet breach canaries`.")
        permit = decided(app, unit, who, Action.END_BREACH, retiring_digest(canary_id))
        if isinstance(permit, Refusal):
            return permit
        unit.breaches.drop_canary(canary_id)  # From here on an act on them is no alarm.
        grants = unit.grants.of_subject(subject.id)
        named = tuple(("grant", grant.id) for grant in grants)
        if subject.state is SubjectState.KNOWN:
            plan_erasure(app, unit, plan, subject, "canary")
            record(app, unit, EntryKind.SUBJECT_ERASING, permit, (("plan", plan), *named))
        objects = (("canary", canary_id), *named)
        leaf = record(app, unit, EntryKind.CANARY_RETIRED, permit, objects)
        alert(app, unit, AlertKind.CANARY_RETIRED, canary_id)
    app.publish()  # 2
    return leaf


def list_canaries(app: App, who: Who) -> tuple[CanaryLine, ...] | Refusal:
    """List canaries, oldest first: when each was placed and touched, not which it is."""

    def read(reader: Reader, _reach: Reach) -> tuple[CanaryLine, ...]:
        return tuple(
            CanaryLine(
                one.id, one.placed_at, one.touched_at, not one.sealed, is_proved(app, reader, one)
            )
            for one in reader.breaches.canaries()
        )

    return listed(app, who, CANARIES, read)


def retiring_digest(canary: CanaryId) -> str:
    """Return the digest that members sign to take a canary away."""
    return digest_of("retire", canary)


def _require_fit(app: App, wish: CanaryWish) -> None:
    purpose = table().get(wish.purpose)
    if purpose is None or purpose.searchers is not Searchers.ORGANISATION:
        raise BadInput("no organisation searches for that purpose", "See `docs/reference`.")
    if mailbox(f"somebody@{wish.domain}") is None:
        raise BadInput(f"{wish.domain} is no mail domain", "Name one whose mail you read.")
    if not 1 <= wish.count <= MOST_CANARIES:
        raise BadInput(f"there may be 1 to {MOST_CANARIES}", "Place fewer.")
    if wish.at_once and not app.deployment.sandbox:
        raise BadInput("who is there at once can be told from people", "Let days pass.")
