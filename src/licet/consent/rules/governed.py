"""Who asks, and whether this deployment may do it at all (GDPR 24-29, 32, 35-38).

1. Each action belongs to some doers: a member, the data subject, the worker.
2. A member acts for an organisation that is known, whose agreement is in force. Who asks on
   another's behalf names it, and its agreement is in force too: nothing is resold.
3. A member is active, belongs to that organisation, signed this very act with a key
   of their own or comes with what is enough for it (``consent.proofs``), and holds a role
   of the action.
4. A two-person act has two active signers of that organisation, each with a key of
   their own; the acting member is one of them. Only in a sandbox may keys be absent.
   Enrolling somebody is one, so that nobody asks, reads the letter, witnesses and
   enrols alone; who enrols themselves needs nobody.
5. Nothing new begins in a deployment that is being ended. Real people need an impact
   assessment of the list of purposes as it is, a classification under the AI Act, an
   independent officer, in the Union the operator or a representative, the notice that stands
   at the sources, and the papers that say who answers for what. It is stated where records,
   keys and ledger lie; every store lies in the Union or where a safeguard covers it
   (``consent.places``).
6. From a number of enrolled people on, a witness.
7. Nothing is processed while a block covers everything.

Withdrawing, erasing and every other right of a person, asking with a photo of their own
among them, need none of 5 to 7 and no
agreement: nothing stands between people and their way out (GDPR 7(3), 12(2), 17).
"""

from datetime import datetime

from licet.consent import ceilings, places, proofs
from licet.consent.alone import alone
from licet.consent.behalf import behind
from licet.consent.evidence import is_digest
from licet.consent.reasons import Reason
from licet.consent.signed import may_sign
from licet.consent.territory import everything_blocked
from licet.terms.ids import OrganisationId
from licet.terms.organisation import Agreement, MemberState, Role
from licet.terms.permit import Action, Ask, By, Facts, Readiness

DOERS: dict[Action, frozenset[By]] = {
    Action.GOVERN: frozenset({By.MEMBER}),
    Action.OPEN_CASE: frozenset({By.MEMBER}),
    Action.APPROVE: frozenset({By.MEMBER}),
    Action.CEASE: frozenset({By.MEMBER}),
    Action.WELCOME: frozenset({By.MEMBER}),
    Action.GRANT: frozenset({By.MEMBER, By.SUBJECT}),
    Action.CONFIRM: frozenset({By.MEMBER, By.SUBJECT}),
    Action.ENROL: frozenset({By.MEMBER, By.SUBJECT}),
    Action.AUTHORISE: frozenset({By.MEMBER}),
    Action.UPLOAD: frozenset({By.MEMBER}),
    Action.COLLECT: frozenset({By.MEMBER, By.WORKER}),
    Action.BACKFILL: frozenset({By.MEMBER, By.WORKER}),
    Action.ACCEPT: frozenset({By.MEMBER, By.SUBJECT}),
    Action.SEARCH: frozenset({By.MEMBER, By.SUBJECT}),
    Action.REVIEW: frozenset({By.MEMBER}),
    Action.SHOW: frozenset({By.MEMBER, By.SUBJECT}),
    Action.WITHDRAW: frozenset({By.MEMBER, By.SUBJECT, By.WORKER}),
    Action.ERASE: frozenset({By.MEMBER, By.SUBJECT, By.WORKER}),
    Action.RECEIVE: frozenset(By),
    Action.ANSWER: frozenset(By),
    Action.SCAN: frozenset({By.WORKER}),
    Action.RESTRICT: frozenset(By),
    Action.RELEASE: frozenset({By.MEMBER, By.SUBJECT}),
    Action.RECTIFY: frozenset(By),
    Action.CORRECT: frozenset({By.MEMBER, By.SUBJECT}),
    Action.CONFIRM_APPEARANCE: frozenset({By.MEMBER, By.SUBJECT}),
    Action.SAY: frozenset({By.SUBJECT}),
    Action.HOLD: frozenset({By.MEMBER}),
    Action.AUDIT: frozenset({By.MEMBER}),
    Action.LIST: frozenset({By.MEMBER, By.SUBJECT}),
    Action.CLOSE_CASE: frozenset({By.MEMBER}),
    Action.CLOSE_DEPLOYMENT: frozenset({By.MEMBER}),
    Action.REGISTER_ORDER: frozenset({By.MEMBER}),
    Action.CONFIRM_ORDER: frozenset({By.MEMBER}),
    Action.CARRY_OUT: frozenset({By.WORKER}),
    Action.SEND_ORDER: frozenset({By.MEMBER}),
    Action.CLOSE_ORDER: frozenset({By.MEMBER}),
    Action.PLACE_BLOCK: frozenset({By.MEMBER, By.WORKER}),
    Action.LIFT_BLOCK: frozenset({By.MEMBER}),
    Action.CORRESPOND: frozenset({By.MEMBER}),
    Action.BREACH: frozenset({By.MEMBER, By.WORKER}),
    Action.END_BREACH: frozenset({By.MEMBER}),
    Action.FILE: frozenset({By.MEMBER}),
    Action.PREPARE: frozenset({By.MEMBER}),
    Action.TRANSFER: frozenset({By.MEMBER}),
    Action.REPORT: frozenset({By.MEMBER, By.WORKER}),
    Action.AUDIT_SOURCE: frozenset({By.MEMBER}),
    Action.RELEASE_SOURCE: frozenset({By.MEMBER}),
    Action.EQUIP: frozenset({By.MEMBER}),
    Action.RECALL: frozenset({By.MEMBER}),
}

_RIGHTS = frozenset({Role.STEWARD, Role.DATA_PROTECTION_OFFICER})
_OVERSIGHT = _RIGHTS | {Role.AUDITOR}
_ASKING = frozenset({Action.GRANT, Action.CONFIRM, Action.ENROL})

ROLES: dict[Action, frozenset[Role]] = {
    Action.GOVERN: frozenset({Role.STEWARD, Role.DATA_PROTECTION_OFFICER}),
    Action.OPEN_CASE: frozenset({Role.INVESTIGATOR, Role.STEWARD}),
    Action.APPROVE: frozenset({Role.APPROVER}),
    Action.CEASE: frozenset({Role.STEWARD}),
    Action.WELCOME: frozenset({Role.STEWARD}),
    Action.GRANT: frozenset({Role.STEWARD}),
    Action.CONFIRM: frozenset({Role.STEWARD}),
    Action.ENROL: frozenset({Role.STEWARD}),
    Action.AUTHORISE: frozenset({Role.STEWARD}),
    Action.UPLOAD: frozenset({Role.STEWARD}),
    Action.COLLECT: frozenset({Role.STEWARD}),
    Action.BACKFILL: frozenset({Role.STEWARD}),
    Action.ACCEPT: frozenset({Role.STEWARD, Role.VERIFIER}),
    Action.SEARCH: frozenset({Role.INVESTIGATOR}),
    Action.REVIEW: frozenset({Role.VERIFIER}),
    Action.SHOW: frozenset({Role.INVESTIGATOR, Role.VERIFIER}),
    Action.WITHDRAW: frozenset({Role.STEWARD}),
    Action.ERASE: frozenset({Role.STEWARD}),
    Action.RECEIVE: _RIGHTS,
    Action.ANSWER: _RIGHTS,
    Action.SCAN: frozenset(),
    Action.RESTRICT: _RIGHTS,
    Action.RELEASE: _RIGHTS,
    Action.RECTIFY: _RIGHTS | {Role.VERIFIER},
    Action.CORRECT: _RIGHTS,
    Action.CONFIRM_APPEARANCE: frozenset({Role.VERIFIER}),
    Action.SAY: frozenset(),
    Action.HOLD: _RIGHTS,
    Action.AUDIT: frozenset({Role.AUDITOR, Role.DATA_PROTECTION_OFFICER}),
    Action.LIST: frozenset(Role),
    Action.CLOSE_CASE: _RIGHTS | {Role.INVESTIGATOR},
    Action.CLOSE_DEPLOYMENT: _RIGHTS,
    Action.REGISTER_ORDER: _RIGHTS,
    Action.CONFIRM_ORDER: _RIGHTS,
    Action.CARRY_OUT: frozenset(),
    Action.SEND_ORDER: _RIGHTS,
    Action.CLOSE_ORDER: _RIGHTS,
    Action.PLACE_BLOCK: _OVERSIGHT,
    Action.LIFT_BLOCK: _RIGHTS,
    Action.CORRESPOND: _RIGHTS,
    Action.BREACH: _OVERSIGHT,
    Action.END_BREACH: _OVERSIGHT,
    Action.FILE: frozenset({Role.STEWARD}),
    Action.PREPARE: _RIGHTS,
    Action.TRANSFER: _RIGHTS,
    Action.REPORT: _OVERSIGHT,
    Action.AUDIT_SOURCE: frozenset({Role.VERIFIER, Role.DATA_PROTECTION_OFFICER}),
    Action.RELEASE_SOURCE: frozenset({Role.DATA_PROTECTION_OFFICER}),
    Action.EQUIP: frozenset(Role),
    Action.RECALL: _RIGHTS,
}


def doer(ask: Ask, _facts: Facts, _now: datetime) -> Reason | None:
    """1. The action belongs to the one who asks."""
    return None if ask.by in DOERS[ask.action] else Reason.NOT_FOR_THIS_DOER


def organisation_known(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """2. The organisation that a member acts for is known."""
    return _organisation(ask, facts) if ask.by is By.MEMBER else None


def agreement_in_force(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """2. The agreement of the organisation that a member acts for is in force."""
    return _agreement(ask, facts, now) if ask.by is By.MEMBER else None


def agreement_behind(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """2. So is the agreement of the organisation on whose behalf one asks, if there is one."""
    other = behind(ask, facts)
    if ask.by is not By.MEMBER or other is None:
        return None
    lacking = _in_force(facts.behind, other, now)
    return None if lacking is None else Reason.NO_AGREEMENT_BEHIND


def organisation_always(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """2. Comparing items needs the organisation and its agreement, whoever does it."""
    return _organisation(ask, facts) or _agreement(ask, facts, now)


def member_active(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """3. The acting member is active and of the organisation."""
    if ask.by is not By.MEMBER:
        return None
    member = facts.member
    if member is None or member.id != ask.member or member.organisation != ask.organisation:
        return Reason.NO_MEMBER
    return None if member.state is MemberState.ACTIVE else Reason.MEMBER_ENDED


def member_signed(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """3. The acting member signed this very act, or comes with what is enough for it."""
    if ask.by is not By.MEMBER:
        return None
    if proofs.of_other_purpose(ask, facts.attended):
        return Reason.KEY_FOR_OTHER_PURPOSE
    sandbox = facts.readiness.sandbox
    signed = any(
        member.id == ask.member and may_sign(member, ask.organisation, sandbox)
        for member in facts.signers
    )
    return None if signed else proofs.lacking(ask, facts.attended)


def member_role(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """3. The acting member holds a role of the action."""
    if ask.by is not By.MEMBER:
        return None
    roles = frozenset[Role]() if facts.member is None else facts.member.roles
    return None if roles & ROLES[ask.action] else Reason.WRONG_ROLE


def two_signers(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """4. Two members signed this act, the acting one among them."""
    signed = {
        member.id: member.public_key
        for member in facts.signers
        if may_sign(member, ask.organisation, facts.readiness.sandbox)
    }
    keys = len(signed) if facts.readiness.sandbox else len(set(signed.values()))
    if ask.member not in signed or min(len(signed), keys) < ceilings.SIGNERS:
        return Reason.TWO_SIGNERS_NEEDED
    return None


def member_and_another(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """4. A member who does this does it with another."""
    return two_signers(ask, facts, now) if ask.by is By.MEMBER else None


def deployment_ready(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """5. The deployment is not being ended, and is a sandbox or ready for real people."""
    ready = facts.readiness
    if ready.closing:
        return Reason.DEPLOYMENT_CLOSING
    if ready.sandbox or _for_oneself(ask, facts):
        return None
    return _prepared(ready) or _stores_placed(ready, now)


def witnessed(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """6. A ledger over many people has a witness."""
    few = facts.counts.subjects_enrolled < ceilings.WITNESS_FROM
    if facts.witnessed or few or _for_oneself(ask, facts):
        return None
    return Reason.NO_WITNESS


def nothing_blocked(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """7. No block covers everything."""
    return Reason.BLOCKED if everything_blocked(facts.blocks) else None


def _prepared(ready: Readiness) -> Reason | None:
    """5. Say which of the papers and people that a deployment rests on is missing."""
    if not ready.dpia_digest.strip():
        return Reason.NO_DPIA
    if not ready.purposes_assessed:
        return Reason.PURPOSES_NOT_ASSESSED
    if not ready.ai_act_classification.strip():
        return Reason.NO_AI_ACT_CLASSIFICATION
    if not ready.established_in_eu and not ready.eu_representative.strip():
        return Reason.NO_REPRESENTATIVE
    if not ready.officer_is_independent:
        return Reason.OFFICER_NOT_INDEPENDENT
    if not is_digest(ready.source_notice):
        return Reason.NO_SOURCE_NOTICE
    return None if is_digest(ready.role_agreement) else Reason.NO_ROLE_AGREEMENT


def _stores_placed(ready: Readiness, now: datetime) -> Reason | None:
    """5. Say what is wrong with where the stores lie."""
    if places.unstated(ready.residences):
        return Reason.STORES_NOT_PLACED
    abroad = any(
        not places.covered(one.territory, ready.transfers, now) for one in ready.residences
    )
    return Reason.STORE_ABROAD if abroad else None


def _for_oneself(ask: Ask, facts: Facts) -> bool:
    """Say whether somebody asks about themselves: what the operator lacks is not their fault."""
    return ask.action in _ASKING and alone(facts.grant)


def _organisation(ask: Ask, facts: Facts) -> Reason | None:
    if facts.organisation is None or facts.organisation.id != ask.organisation:
        return Reason.NO_ORGANISATION
    return None


def _agreement(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    return _in_force(facts.agreement, ask.organisation, now)


def _in_force(
    agreement: Agreement | None, organisation: OrganisationId | None, now: datetime
) -> Reason | None:
    if agreement is None or agreement.organisation != organisation:
        return Reason.NO_AGREEMENT
    if not agreement.digest.strip():
        return Reason.NO_AGREEMENT
    in_force = agreement.valid_from <= now < agreement.valid_to
    return None if in_force else Reason.AGREEMENT_NOT_IN_FORCE
