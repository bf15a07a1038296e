"""Granting: a person is asked, told, and acts; only then may anything be kept of them.

A grant is *pending* until the person sends back the one-time code that went to
their own contact. No member can do that in their place (GDPR 4(11), 7(1), 9(2)(a)).
"""

from dataclasses import replace
from datetime import datetime

from licet.app import App
from licet.consent.decide import decide
from licet.consent.purposes import table
from licet.effects.acting import came_by_code, digest_of_wish
from licet.effects.codes import (
    CODE_DAYS,
    CODE_TRIES,
    RESEND_AFTER,
    is_the_code,
    new_code,
    salted,
)
from licet.effects.deciding import ask_on
from licet.effects.ending import end_grants
from licet.effects.facts import read_facts
from licet.effects.finishing import finish
from licet.effects.letters import compose, sender_of
from licet.effects.ordering.naming import name_person
from licet.effects.proposing import add_draft, drafted, facts_of_draft
from licet.effects.receipts import (
    Receipted,
    ending_statement,
    grant_statement,
    receipt_for,
    statement_fact,
)
from licet.effects.record import Facts as RecordedFacts
from licet.effects.record import record, record_machine, record_refusal, refuse
from licet.effects.sealed import (
    grant_key,
    open_identity,
    subject_key,
)
from licet.ledger.consent import GrantStatement
from licet.ledger.leaf import decode
from licet.ledger.receipt import ReceiptKind
from licet.store.unit import Unit
from licet.terms.acting import SUBJECT, Who
from licet.terms.basis import LegalBasis
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.grant import (
    Grant,
    GrantState,
    Identity,
)
from licet.terms.granting import Asked, GrantWish, WrongCode
from licet.terms.ids import GrantId, PlanId
from licet.terms.ledger import EntryKind
from licet.terms.letters import NoticeLetter
from licet.terms.permit import Action, Ask, Permit, Refusal
from licet.terms.plan import PlanKind
from licet.terms.stored import Confirmation


def ask_grant(app: App, who: Who, wish: GrantWish) -> Asked | Refusal:
    """Ask a person for a grant.

    1. Draft the grant that is wished for.
    2. Ask whether it may be asked for at all; a refusal is recorded and returned.
    3. Make the keys durable before any row that needs them.
    4. In one unit of work: decide again, add person, grant and code, record.
    5. Send the notice and the code to the person's own contact.
    6. Record the delivery: nobody becomes searchable before it.

    Raises ``BadInput`` for a wish that cannot be read, ``NotFound`` for a person
    not known, ``Busy`` or ``Setup`` when the letter cannot be sent: the grant
    then stays pending and ``resend`` tries again.
    """
    draft, code = drafted(app, wish), new_code()  # 1
    ask = replace(_ask(app, Action.GRANT, who, draft.grant), evidence=wish.instrument)
    digest = digest_of_wish(wish)
    with app.store.read() as reader:  # 2
        facts = facts_of_draft(app, reader, ask, who, draft, digest)
        decided = decide(ask, facts, app.clock())
    if isinstance(decided, Refusal):
        return refuse(app, ask, decided)
    keys = (subject_key(draft.subject.id), grant_key(draft.grant.id))  # 3
    app.keyring.create(*(keys if draft.new else keys[1:]))
    app.at("grant.keys")
    with app.store.unit() as unit:  # 4
        permit = decide(ask, facts_of_draft(app, unit, ask, who, draft, digest), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        leaf = unit.head.size
        add_draft(app, unit, draft, leaf)
        unit.confirmations.put(_confirmation(draft.grant.id, code, unit.now))
        record(app, unit, EntryKind.GRANT_ASKED, permit, (("grant", draft.grant.id),))
    _send(app, draft.grant, draft.identity, code)  # 5
    delivered = _delivered(app, draft.grant.id)  # 6
    app.publish()
    return Asked(draft.grant.id, draft.subject.id, True, delivered)


def resend(app: App, who: Who, grant_id: GrantId) -> Asked | Refusal:
    """Send the notice again with a new code; the old code ends.

    1. In one unit of work: decide, as for the first notice; put the new code; record.
    2. Send it; record the delivery; mirror the ledger.

    Raises ``NotFound``, ``Conflict`` when one was sent within a day: silence is an answer.
    """
    code = new_code()
    with app.store.unit() as unit:  # 1
        grant = _known(unit, grant_id)
        identity = open_identity(app, unit.subjects.get(grant.subject))
        ask = replace(_ask(app, Action.GRANT, who, grant), evidence=grant.instrument)
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        if identity is None:
            raise NotFound("no such grant", "See `licet grant list`.")
        delivered = grant.notice_delivered_at
        if delivered is not None and unit.now < delivered + RESEND_AFTER:
            raise Conflict("the notice was sent within a day", "Give the person time to answer.")
        unit.confirmations.delete(grant_id)
        unit.confirmations.put(_confirmation(grant_id, code, unit.now))
        facts = (("again", True),)
        record(app, unit, EntryKind.GRANT_ASKED, permit, (("grant", grant_id),), facts)
    _send(app, grant, identity, code)  # 2
    leaf = _delivered(app, grant_id)
    app.publish()
    return Asked(grant_id, grant.subject, True, leaf)


def confirm(app: App, grant_id: GrantId, code: str) -> Receipted | WrongCode | Refusal:
    """Let the person act: the code proves that it is they who say yes.

    1. In one unit of work: read the facts and decide.
    2. Compare the code; a wrong one is counted and recorded.
    3. Make the grant active, forget the code, record.
    4. Mirror the ledger and write the person's receipt.

    Raises ``NotFound`` for a grant that is not there.
    """
    with app.store.unit() as unit:  # 1
        grant = _known(unit, grant_id)
        ask = _ask(app, Action.CONFIRM, SUBJECT, grant)
        permit = decide(ask, read_facts(app, unit, ask, SUBJECT, unit.now), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        wrong = _wrong_code(unit, grant_id, code)  # 2
        if wrong is not None:
            return wrong
        leaf, statement = _activate(app, unit, permit, grant, ("code", ()))  # 3
    app.publish()  # 4
    receipt = receipt_for(app, ReceiptKind.CONFIRMATION, leaf, statement, grant.subject)
    return Receipted(grant_id, leaf, receipt)


def confirm_signed_in(app: App, who: Who, grant_id: GrantId) -> Receipted | Refusal:
    """Let the person say yes on their own page, which a code to their own contact opened.

    1. In one unit of work: read the facts and decide; who did not come by a code that went
       to this person's contact is nobody here, in a sandbox too.
    2. Make the grant active, forget the code of the letter, record.
    3. Mirror the ledger and write the person's receipt.

    Raises ``NotFound`` for a grant that is not there, or not theirs.
    """
    with app.store.unit() as unit:  # 1
        grant = _known(unit, grant_id)
        if not came_by_code(unit, who, unit.subjects.get(grant.subject)):
            raise NotFound("no such grant", "See `licet grant list`.")
        ask = _ask(app, Action.CONFIRM, who, grant)
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        leaf, statement = _activate(app, unit, permit, grant, ("code", ()))  # 2
    app.publish()  # 3
    receipt = receipt_for(app, ReceiptKind.CONFIRMATION, leaf, statement, grant.subject)
    return Receipted(grant_id, leaf, receipt)


def confirm_on_paper(
    app: App, who: Who, grant_id: GrantId, paper_sha256: str
) -> Receipted | Refusal:
    """Take a paper that the person signed and two members counter-sign.

    1. In one unit of work: read the facts and decide (two signers, at most 50 a day).
    2. Make the grant active, record the paper's digest.
    3. Mirror the ledger and write the person's receipt.

    Raises ``NotFound`` for a grant that is not there.
    """
    with app.store.unit() as unit:  # 1
        grant = _known(unit, grant_id)
        ask = replace(_ask(app, Action.CONFIRM, who, grant), evidence=paper_sha256)
        facts = read_facts(app, unit, ask, who, unit.now, paper_sha256)
        permit = decide(ask, facts, unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        unit.grants.rests_on(grant_id, paper_sha256)  # 2
        how = ("paper", (("paper", paper_sha256),))
        leaf, statement = _activate(app, unit, permit, grant, how)
    app.publish()  # 3
    receipt = receipt_for(app, ReceiptKind.CONFIRMATION, leaf, statement, grant.subject)
    return Receipted(grant_id, leaf, receipt)


def withdraw(app: App, who: Who, grant_id: GrantId) -> Receipted | Refusal:
    """End a grant, at once and for good (GDPR 7(3)).

    1. In one unit of work: read the facts and decide.
    2. The grant is ending: invisible to every process from this commit on; a plan
       says what follows; record.
    3. Mirror the ledger and write the person's receipt.
    4. Carry the plan to its end: rows deleted, key shredded, grant ended.

    Raises ``NotFound`` for a grant that is not there.
    """
    with app.store.unit() as unit:  # 1
        grant = _known(unit, grant_id)
        ask = _ask(app, Action.WITHDRAW, who, grant)
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        leaf, plan, statement = _ending(app, unit, permit, grant)  # 2
    app.at("withdraw.committed")
    app.publish()  # 3
    receipt = receipt_for(app, ReceiptKind.WITHDRAWAL, leaf, statement, grant.subject)
    finish(app, plan)  # 4
    app.publish()
    return Receipted(grant_id, leaf, receipt)


def _ending(
    app: App, unit: Unit, permit: Permit, grant: Grant
) -> tuple[int, PlanId, GrantStatement]:
    """Make a grant *ending*, or find that it is: asking twice changes nothing more."""
    if grant.state is GrantState.ENDING:
        # An erasure is no withdrawal: its entry holds no statement for this receipt.
        open_ = (p for p in unit.plans.open() if p.kind is PlanKind.WITHDRAW)
        plans = [plan.id for plan in open_ if grant.id in plan.grants]
        if plans:
            (entry,) = unit.leaves.get(grant.leaf, grant.leaf + 1)
            return grant.leaf, plans[0], ending_statement(app, unit, grant, decode(entry.data))
    leaf = unit.head.size
    statement = grant_statement(app, unit, grant, GrantState.ENDING, unit.now)
    plan = end_grants(unit, "withdrawn", grant.subject, (grant,), leaf)
    objects = (("grant", grant.id), ("plan", plan))
    record(app, unit, EntryKind.GRANT_ENDING, permit, objects, statement_fact(statement))
    return leaf, plan, statement


def _known(reader: Unit, grant_id: GrantId) -> Grant:
    grant = reader.grants.get(grant_id)
    if grant is None:
        raise NotFound("no such grant", "See `licet grant list`.")
    return grant


def _ask(app: App, action: Action, who: Who, grant: Grant) -> Ask:
    return replace(ask_on(app, action, who, grant), source=grant.source)


def _confirmation(grant: GrantId, code: str, now: datetime) -> Confirmation:
    salt, digest = salted(code)
    return Confirmation(grant, salt, digest, 0, now + CODE_DAYS)


def _wrong_code(unit: Unit, grant_id: GrantId, code: str) -> WrongCode | None:
    """Return None when the code is right; count, record and answer when it is wrong."""
    kept = unit.confirmations.get(grant_id)
    if kept is None or unit.now >= kept.expires:
        raise Conflict("the code is over", "Ask for a new one: `licet grant resend`.")
    if kept.tries >= CODE_TRIES:
        raise Conflict("the code was tried too often", "Ask for a new one: `licet grant resend`.")
    if is_the_code(kept.salt, kept.digest, code):
        return None
    tries = unit.confirmations.count_try(grant_id)
    record_machine(unit, EntryKind.CONFIRMATION_FAILED, (("grant", grant_id),), (("try", tries),))
    return WrongCode(CODE_TRIES - tries)


def _activate(
    app: App, unit: Unit, permit: Permit, grant: Grant, how: tuple[str, RecordedFacts]
) -> tuple[int, GrantStatement]:
    by, facts = how
    leaf = unit.head.size
    unit.grants.confirm(grant.id, unit.now, by, leaf)
    unit.confirmations.delete(grant.id)
    given = _known(unit, grant.id)
    statement = grant_statement(app, unit, given, GrantState.ACTIVE, unit.now)
    record(
        app,
        unit,
        EntryKind.GRANT_CONFIRMED,
        permit,
        (("grant", grant.id),),
        (("confirmed_by", by), *facts, *statement_fact(statement)),
    )
    name_person(unit, grant.subject)
    return leaf, statement


def _send(app: App, grant: Grant, identity: Identity, code: str) -> None:
    purpose = table().get(grant.purpose)
    with app.store.read() as reader:
        organisation = (
            reader.governance.organisation(grant.organisation) if grant.organisation else None
        )
    told = purpose.shown(grant.notice) if purpose else None
    if purpose is None or told is None:
        raise BadInput(f"there is no purpose {grant.purpose}", "It was taken off the list.")
    name = organisation.name if organisation else app.deployment.controller
    letter = NoticeLetter(
        sender=sender_of(app),
        name=identity.name,
        organisation=name,
        title=told.title,
        notice=told.notice,
        by_consent=purpose.basis is LegalBasis.CONSENT,
        until=grant.expires.date(),
        grant=grant.id,
        code=code,
    )
    app.outbox.send(compose(letter, identity.contact, identity.language))


def _delivered(app: App, grant_id: GrantId) -> int:
    with app.store.unit() as unit:
        leaf = unit.head.size
        unit.grants.notice_delivered(grant_id, unit.now, leaf)
        return record_machine(unit, EntryKind.NOTICE_DELIVERED, (("grant", grant_id),))
