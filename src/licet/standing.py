"""Standing: setting a grant aside, and letting it be used again (GDPR 18).

What is restricted stays kept and nobody finds the person under it, in any process, from
the commit on. The person does it with the receipt of their confirmation; a member of the
controller, or of the grant's organisation, on their behalf.
"""

from dataclasses import replace
from datetime import datetime

from licet.app import App
from licet.consent.decide import decide
from licet.effects.acting import digest_of, organisation_of
from licet.effects.deciding import ask_on
from licet.effects.facts import read_facts
from licet.effects.finishing import finish
from licet.effects.letters import compose, sender_of
from licet.effects.receipts import Receipted, grant_statement, receipt_for, statement_fact
from licet.effects.record import record_refusal, refuse
from licet.effects.sealed import open_identity
from licet.effects.standing import causes, freed, release_within, restrict_within
from licet.effects.telling import plan_letter, to_known
from licet.ledger.receipt import ReceiptKind
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.grant import Grant, GrantState, Identity, Restriction
from licet.terms.ids import GrantId, PlanId
from licet.terms.letters import ReleasedLetter, RestrictedLetter
from licet.terms.permit import Action, Ask, By, Refusal


def restrict(app: App, who: Who, grant_id: GrantId) -> Receipted | Refusal:
    """Restrict a grant, at once (GDPR 18(1)).

    1. In one unit of work: read the facts and decide.
    2. The grant is restricted, those who were given candidates of it are told, the person
       is told if somebody else did it; record.
    3. Mirror the ledger, write the person's receipt, send what can be sent now.

    Raises ``NotFound`` for a grant that is not there, ``Conflict`` for one that is ending.
    """
    told: PlanId | None = None
    with app.store.unit() as unit:  # 1
        grant = _known(unit, grant_id)
        ask = _ask(app, unit, Action.RESTRICT, who, grant)
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        if grant.state is GrantState.ENDING:
            raise Conflict("the grant is ending", "Nobody finds the person under it any more.")
        statement = grant_statement(app, unit, grant, GrantState.RESTRICTED, unit.now)  # 2
        to = to_known(open_identity(app, unit.subjects.get(grant.subject)))
        if who.by is not By.SUBJECT and to is not None:
            letter = RestrictedLetter(sender_of(app), (grant.id,), unit.now.date())
            told = plan_letter(app, unit, letter, to, grant.subject)
        fact = statement_fact(statement)
        leaf = restrict_within(app, unit, Restriction.ASKED, (grant,), permit, fact)
    app.at("restrict.committed")
    app.publish()  # 3
    receipt = receipt_for(app, ReceiptKind.RESTRICTION, leaf, statement, grant.subject)
    if told is not None:
        finish(app, told)
        app.publish()
    return Receipted(grant_id, leaf, receipt)


def release(app: App, who: Who, grant_id: GrantId, reason: str) -> Receipted | Refusal:
    """Let a restricted grant be used again, for a reason (GDPR 18(3)).

    1. Read the facts and decide; a refusal is recorded and returned.
    2. Members tell the person first, with the reason; without a way to tell them, nothing
       is released.
    3. In one unit of work: decide again, release, record.
    4. Mirror the ledger and write the person's receipt.

    Raises ``NotFound``, ``BadInput`` for members without a reason, ``Busy`` or ``Setup``
    when the letter cannot be sent: then the grant stays restricted.
    """
    said = reason.strip()
    by_member = who.by is By.MEMBER
    if by_member and not said:
        raise BadInput("a member releases for a reason", "Say why; the person reads it.")
    signed = digest_of(said) if by_member else ""
    with app.store.read() as reader:  # 1
        grant = _known(reader, grant_id)
        ask = _ask(app, reader, Action.RELEASE, who, grant)
        facts = read_facts(app, reader, ask, who, reader.now, signed)
        # Whether telling would be enough is decided before anybody is told.
        decided = decide(ask, replace(facts, told_at=reader.now), reader.now)
        identity = open_identity(app, reader.subjects.get(grant.subject))
    if isinstance(decided, Refusal):
        return refuse(app, ask, decided)
    told_at = _tell(app, grant, identity, said) if by_member else None  # 2
    with app.store.unit() as unit:  # 3
        grant = _known(unit, grant_id)
        facts = replace(read_facts(app, unit, ask, who, unit.now, signed), told_at=told_at)
        permit = decide(ask, facts, unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        statement = grant_statement(app, unit, grant, freed(grant), unit.now)
        why = (("reason", digest_of(said)),) if by_member else ()
        gone = causes(unit, grant)
        fact = (*statement_fact(statement), *why)
        leaf = release_within(app, unit, gone, (grant,), permit, told_at, fact)
    app.publish()  # 4
    receipt = receipt_for(app, ReceiptKind.RELEASE, leaf, statement, grant.subject)
    return Receipted(grant_id, leaf, receipt)


def _tell(app: App, grant: Grant, identity: Identity | None, reason: str) -> datetime:
    """Tell the person that their grant will be used again; return when they were told."""
    if identity is None or not identity.contact:
        raise NotFound("there is no way to tell this person", "The grant stays restricted.")
    letter = ReleasedLetter(sender_of(app), (grant.id,), app.clock().date(), reason)
    app.outbox.send(compose(letter, identity.contact, identity.language))
    app.at("release.told")
    return app.clock()


def _known(reader: Reader | Unit, grant_id: GrantId) -> Grant:
    grant = reader.grants.get(grant_id)
    if grant is None:
        raise NotFound("no such grant", "See `licet grant list`.")
    return grant


def _ask(app: App, reader: Reader | Unit, action: Action, who: Who, grant: Grant) -> Ask:
    """Ask for an act on a grant; a member asks for their own organisation."""
    organisation = organisation_of(reader, who) or grant.organisation
    return replace(ask_on(app, action, who, grant), organisation=organisation)
