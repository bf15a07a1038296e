"""The single decision: facts in, a Permit or a Refusal out. Pure.

The rules of each action, in the order in which they are asked. The first that finds
something against the act refuses it; a permit means that all of them found nothing.
Rules about a member are silent when nobody acts as one. A fact that is missing speaks
against the act. Each rule is written out under its name in ``rules/``.

GOVERN, to add an organisation or a member (GDPR 24, 28(3), 32(4))
    doer, organisation_known, agreement_in_force, member_active, member_signed, member_role,
    controllers, two_signers: two members of the controller.

OPEN_CASE, to open a case (GDPR 5(1)(b))
    doer, organisation_known, agreement_in_force, member_active, member_signed, member_role,
    deployment_ready, purpose_known, searched_by_organisations: for a purpose on the list
    that organisations search under.

APPROVE, to say yes to a case
    doer, organisation_known, agreement_in_force, member_active, member_signed, member_role,
    case_open: by an approver with a key of their own.

GRANT, to propose a grant to a person (GDPR 6, 7, 8, 9, 13)
    doer, purpose_known, purpose_asked_by: the purpose is on the closed list, and is asked
    for by a member, or by the person alone if it has no organisation.
    organisation_known, agreement_in_force, member_active, member_signed, member_role,
    deployment_ready: a steward of an organisation whose agreement is in force, where real
    people may be held.
    subject_known, subject_unhindered, draft: a pending draft for a known person.
    basis_is_the_purposes, relationship_free, age_of_consent, guardian_signed,
    territory_open, window, notice_named: a grant that the person can give freely.
    contact_free, vital, witnessed: within the ceilings.
    source_of_organisation, grant_unblocked, request_behind: and nothing in its way; without
    an organisation it serves a request of the person.

CONFIRM, the act that makes a grant active (GDPR 4(11), 7(1))
    doer, organisation_known, agreement_in_force, member_active, member_signed, member_role,
    deployment_ready: by the person; by a steward only on paper or for vital interests.
    subject_known, subject_unhindered, grant_known, confirmable: a pending grant whose
    notice was delivered, before its end.
    age_of_consent, act_of_the_person, grant_unblocked, request_behind, photo_accepted: the
    person's own act, or two members who vouch for it; in a request of the person, the photo
    accepted as theirs.

ENROL, to keep references (GDPR 9(2))
    doer, organisation_known, agreement_in_force, member_active, member_signed, member_role,
    deployment_ready, subject_known, grant_known, grant_live, age_of_consent,
    member_and_another, witnessed, fpir_for_searching, request_behind, photo_accepted: under
    a live grant, by the person, or by a steward and a second signer.

AUTHORISE, to open a source (GDPR 5(1)(a), 5(1)(b), 14)
    doer, organisation_known, agreement_in_force, member_active, member_signed, member_role,
    two_signers: a steward and a second signer.
    source_known, unmarked, may_be_authorised, origin_stated, bystander_condition,
    authority_proved, authority_in_force, retention_stated: control, origin, and for how long.

CEASE, to stop a source for good
    doer, organisation_known, member_active, member_signed, member_role, source_known: by a
    steward, agreement or no agreement.

UPLOAD, to hand a photo or video in to a source that keeps copies (GDPR 5(1)(b), 5(1)(e))
    doer, organisation_always, member_active, member_signed, member_role, deployment_ready,
    source_known, unmarked, source_authorised, origin_stated, bystander_condition,
    authority_proved, authority_in_force, collecting_unblocked, some_purpose_fits,
    takes_uploads, retention_stated: by a steward, where copies are kept for a stated time.

COLLECT, to compare a source's faces with references (GDPR 5(1)(b), 9(2))
    doer, organisation_always, member_active, member_signed, member_role, deployment_ready:
    by a steward or the worker, under the organisation's agreement.
    source_known, unmarked, source_authorised, origin_stated, bystander_condition,
    authority_proved, authority_in_force, collecting_unblocked, some_purpose_fits: from a
    source that is authorised now, for purposes compatible with it.
    audited, fpir_for_collecting: within the ceilings.

BACKFILL, to compare a source's faces with one grant's references
    doer, organisation_always, member_active, member_signed, member_role, deployment_ready,
    source_known, unmarked, source_authorised, origin_stated, bystander_condition,
    authority_proved, authority_in_force, collecting_unblocked: as collecting.
    subject_known, grant_of_source, grant_live, grants_purpose_fits: for a live grant that
    reaches this source and whose purpose its origin is compatible with.
    fpir_for_collecting: within the ceiling.

ACCEPT, to keep an appearance that a person looked at
    doer, organisation_always, member_active, member_signed, member_role, deployment_ready,
    source_known, unmarked, source_authorised, origin_stated, bystander_condition,
    authority_proved, authority_in_force, collecting_unblocked, subject_known,
    grant_of_source, grant_live, grants_purpose_fits, fpir_for_collecting: as backfill, by
    the person, a verifier or a steward.

SEARCH, to look for a person in the gallery (GDPR 5(1)(b)-(d), 25(2))
    doer, organisation_known, agreement_in_force, member_active, member_signed, member_role,
    deployment_ready, papers_filed: an investigator of an organisation whose agreement is in
    force, and which filed its own papers.
    purpose_known, case_open, purpose_of_case, own_grant: in an open case for this very
    purpose, which organisations may search under; the person with a live grant of their
    own; for a two-sided purpose both.
    approved, probe_is_evidence, within_ceilings, fpir_for_searching, nothing_blocked:
    approved by others, with evidence of the case, within the ceilings.

REVIEW, to verify a candidate (GDPR 22(3))
    doer, organisation_known, agreement_in_force, member_active, member_signed, member_role,
    not_the_searcher: a verifier who did not search.
    case_open, purpose_of_case, subject_known, grant_known, purpose_of_grant, grant_live,
    approved, nothing_blocked: in the approved case, on a live grant.

SHOW, to show a picture of a person (GDPR 5(1)(a), 5(1)(b), 15)
    doer, organisation_known, agreement_in_force, member_active, member_signed, member_role,
    case_open, purpose_of_case, subject_known, grant_known, purpose_of_grant, grant_live,
    approved, nothing_blocked, found_in_case: to the person at once; to a member in the
    approved case that found the person, a day later (the scope says since when).
    source_known, source_authorised, authority_proved, authority_in_force,
    showing_unblocked: read again from a source whose authority is live, for anybody.

WITHDRAW, to end a grant (GDPR 7(3))
    doer, organisation_known, member_active, member_signed, member_role, subject_known,
    grant_known, grant_kept: by the person always while it is kept, and by a steward on the
    person's behalf, agreement or no agreement.

ERASE, to destroy what is kept of a person (GDPR 17)
    doer, organisation_known, member_active, member_signed, member_role, subject_known,
    not_erased, on_behalf: by the person always, by a steward on the person's behalf.

RECEIVE, to take a person's request (GDPR 12(2), 15-21, 77)
    doer, organisation_known, member_active, member_signed, member_role, of_controller: from
    anybody who writes; by a member of the controller who files a letter.

ANSWER, to answer a request, extend its time, ask or accept who somebody is (GDPR 12(3)-(6))
    doer, organisation_known, member_active, member_signed, member_role, of_controller: by a
    member of the controller, by the person who proves their contact, or by the worker.

SCAN, to look for a person who asks about themselves in a source's items (GDPR 15(1))
    doer, organisation_always, source_known, unmarked, source_authorised, origin_stated,
    bystander_condition, authority_proved, authority_in_force, fpir_for_collecting: by the
    worker, from a source that is authorised now. A block of collecting does not keep a
    person from their answer.

RESTRICT, to stop every use of a grant at once (GDPR 18(1), 21)
    doer, organisation_known, member_active, member_signed, member_role, subject_known,
    grant_reached, grant_kept: by the person always, by the controller or the organisation.

RELEASE, to allow the use of a restricted grant again (GDPR 18(3))
    doer, organisation_known, member_active, member_signed, member_role, subject_known,
    subject_unhindered, grant_reached, grant_restricted, member_and_another, nothing_holds,
    officer_looked, person_told: by the person, or by two members who told the person
    before, and while nothing else keeps it still.

RECTIFY, to say that a face is not this person (GDPR 16)
    doer, organisation_known, member_active, member_signed, member_role, subject_known,
    grant_reached, grant_kept: as restricting, and by a verifier.

CORRECT, to correct who a person is and how they are reached (GDPR 16)
    doer, organisation_known, member_active, member_signed, member_role, subject_known,
    subject_unhindered, of_controller, member_and_another, officer_corrects: by the person,
    or by two members of the controller, one of them the officer.

CONFIRM_APPEARANCE, to keep an appearance that somebody looked at (GDPR 5(1)(d))
    doer, organisation_known, agreement_in_force, member_active, member_signed, member_role,
    subject_known, grant_known, grant_live: by the person, or by a verifier.

SAY, to answer what one is asked under one's own grant (GDPR 7(1))
    doer, subject_known, grant_known, grant_live: by the person alone, on a live grant.

HOLD, to keep named grants' rows for a legal claim, or to end that (GDPR 17(3)(e))
    doer, organisation_known, member_active, member_signed, member_role, of_controller,
    two_signers, officer_signed, subject_known, paper_named: two members of the controller,
    one of them the officer, on a paper.

AUDIT, to read who searched a person who was erased (GDPR 5(2))
    doer, organisation_known, member_active, member_signed, member_role, of_controller,
    two_signers, auditor_signed: the officer and an auditor together.

LIST, to read a register (GDPR 5(1)(f))
    doer, organisation_known, member_active, member_signed, member_role, register_read,
    case_reached: by a member whose work it is, or by the person about themselves; who may
    be shown, in an open and approved case of that purpose.

CLOSE_CASE, to end a case
    doer, organisation_known, member_active, member_signed, member_role, case_open: by a
    member of its organisation, agreement or no agreement.

CLOSE_DEPLOYMENT, to end all of it (GDPR 5(1)(e), 17)
    doer, organisation_known, member_active, member_signed, member_role, of_controller,
    two_signers, officer_signed: two members of the controller, one of them the officer.

REGISTER_ORDER, to write down an authority's order and stop what it stops (GDPR 58(2))
    doer, organisation_known, member_active, member_signed, member_role, of_controller: by
    one member of the controller; nothing stands in the way of stopping.

CONFIRM_ORDER, to let an order be carried out (GDPR 58(2))
    doer, organisation_known, member_active, member_signed, member_role, of_controller,
    two_signers, officer_signed, order_known, order_binds: two members of the controller, one
    of them the officer, for an order that binds.

CARRY_OUT, to erase whom a confirmed order reaches (GDPR 58(2)(g), 15(1))
    doer, order_known, order_binds, order_confirmed, nobody_waits: by the worker, after
    everybody in its scope who asked for their data was answered.

SEND_ORDER, to record that the pack of an order was sent (GDPR 31)
    doer, organisation_known, member_active, member_signed, member_role, of_controller,
    order_known, order_proved, paper_named: by a member of the controller, once what was done
    is in the ledger.

CLOSE_ORDER, to end an order (GDPR 31)
    doer, organisation_known, member_active, member_signed, member_role, of_controller,
    order_known, order_sent: by a member of the controller, after its pack was sent.

PLACE_BLOCK, to stop collecting or use at once (GDPR 18, 58(2)(f))
    doer, organisation_known, member_active, member_signed, member_role, of_controller: by
    one member of the controller, or by the worker on an order.

LIFT_BLOCK, to end a block (GDPR 58(2)(f))
    doer, organisation_known, member_active, member_signed, member_role, of_controller,
    two_signers, officer_signed, block_holds, release_named: two members of the controller,
    one of them the officer, on the release document.

CORRESPOND, to keep the register of letters with authorities (GDPR 31)
    doer, organisation_known, member_active, member_signed, member_role, of_controller: by a
    member of the controller.

BREACH, to keep the register of breaches (GDPR 33, 34)
    doer, organisation_known, member_active, member_signed, member_role, of_controller: by a
    member of the controller, or by the worker when an alarm goes off.

END_BREACH, to dismiss a suspicion, end a breach or find less risk (GDPR 33(5))
    doer, organisation_known, member_active, member_signed, member_role, of_controller,
    two_signers, officer_signed: two members of the controller, one of them the officer; so a
    canary is taken away too.

FILE, to file a paper of one's organisation (GDPR 5(2), 24, 35; AI Act 26)
    doer, organisation_known, member_active, member_signed, member_role, paper_named: by a
    steward of the organisation, agreement or no agreement.

PREPARE, to state what real grants need (GDPR 27, 35; AI Act 6)
    doer, organisation_known, member_active, member_signed, member_role, of_controller,
    two_signers, officer_signed, paper_named: two members of the controller, one of them the
    officer, on a paper.

TRANSFER, to state where stores lie and what goes to other territories (GDPR 30(1)(e), 44)
    doer, organisation_known, member_active, member_signed, member_role, of_controller,
    two_signers, place_covered: two members of the controller; a store lies where data may.

REPORT, to count what happened (GDPR 5(2), 30, 35)
    doer, organisation_known, member_active, member_signed, member_role: by a member whose
    work it is, about what they may see; by the worker.

AUDIT_SOURCE, to look at a random sample of a source (GDPR 5(2), 24(1))
    doer, organisation_known, agreement_in_force, member_active, member_signed, member_role,
    source_known, may_be_audited, authority_proved, authority_in_force, another_audits,
    showing_unblocked: by a verifier or officer who did not open it.

RELEASE_SOURCE, to let a source on hold be read again (GDPR 5(1)(b), 5(2), 24(1))
    doer, organisation_known, agreement_in_force, member_active, member_signed, member_role,
    two_signers, source_known, may_be_released, another_releases, unmarked, authority_proved,
    authority_in_force, collecting_unblocked, paper_named: by the officer and a member who
    did not open it, on a written reason, while nothing of what held it is found any more.
"""

from datetime import datetime

from licet.consent.permits import permit_for
from licet.consent.refusals import refuse
from licet.consent.rules import (
    Rule,
    asking,
    cases,
    governance,
    governed,
    grants,
    kept,
    orders,
    rights,
    sourcing,
)
from licet.terms.permit import Action, Ask, Facts, Permit, Refusal

_WHO: tuple[Rule, ...] = (governed.member_active, governed.member_signed, governed.member_role)
_MEMBER: tuple[Rule, ...] = (
    governed.doer,
    governed.organisation_known,
    governed.agreement_in_force,
    *_WHO,
)

_IN_FORCE: tuple[Rule, ...] = (sourcing.authority_proved, sourcing.authority_in_force)
_STATED: tuple[Rule, ...] = (sourcing.origin_stated, sourcing.bystander_condition, *_IN_FORCE)
_OPEN: tuple[Rule, ...] = (
    sourcing.source_known,
    sourcing.unmarked,
    sourcing.source_authorised,
    *_STATED,
)
_SCANNER: tuple[Rule, ...] = (governed.doer, governed.organisation_always, *_OPEN)

_COLLECTOR: tuple[Rule, ...] = (
    governed.doer,
    governed.organisation_always,
    *_WHO,
    governed.deployment_ready,
    *_OPEN,
    sourcing.collecting_unblocked,
)

_COLLECTED: tuple[Rule, ...] = (
    kept.subject_known,
    sourcing.grant_of_source,
    kept.grant_live,
    sourcing.grants_purpose_fits,
    sourcing.fpir_for_collecting,
)

_STOPPING: tuple[Rule, ...] = (governed.doer, governed.organisation_known, *_WHO)

_LIVE: tuple[Rule, ...] = (kept.subject_known, kept.grant_known, kept.grant_live)
_LEAVING: tuple[Rule, ...] = (*_STOPPING, kept.subject_known)
_CONTROLLER: tuple[Rule, ...] = (*_STOPPING, rights.of_controller)

_WITH_OFFICER: tuple[Rule, ...] = (*_CONTROLLER, governed.two_signers, rights.officer_signed)

_CASE: tuple[Rule, ...] = (
    cases.case_open,
    cases.purpose_of_case,
    kept.subject_known,
    kept.grant_known,
    cases.purpose_of_grant,
    kept.grant_live,
    cases.approved,
    governed.nothing_blocked,
)

ORDER: dict[Action, tuple[Rule, ...]] = {
    Action.GOVERN: (*_MEMBER, governance.controllers, governed.two_signers),
    Action.OPEN_CASE: (
        *_MEMBER,
        governed.deployment_ready,
        grants.purpose_known,
        governance.searched_by_organisations,
    ),
    Action.APPROVE: (*_MEMBER, cases.case_open),
    Action.CEASE: (*_STOPPING, sourcing.source_known),
    Action.GRANT: (
        governed.doer,
        grants.purpose_known,
        grants.purpose_asked_by,
        *_MEMBER[1:],
        governed.deployment_ready,
        kept.subject_known,
        kept.subject_unhindered,
        grants.draft,
        grants.basis_is_the_purposes,
        grants.relationship_free,
        grants.age_of_consent,
        grants.guardian_signed,
        grants.territory_open,
        grants.window,
        grants.notice_named,
        grants.contact_free,
        grants.vital,
        governed.witnessed,
        grants.source_of_organisation,
        kept.grant_unblocked,
        asking.request_behind,
    ),
    Action.CONFIRM: (
        *_MEMBER,
        governed.deployment_ready,
        kept.subject_known,
        kept.subject_unhindered,
        kept.grant_known,
        kept.confirmable,
        grants.age_of_consent,
        kept.act_of_the_person,
        kept.grant_unblocked,
        asking.request_behind,
        asking.photo_accepted,
    ),
    Action.ENROL: (
        *_MEMBER,
        governed.deployment_ready,
        *_LIVE,
        grants.age_of_consent,
        governed.member_and_another,
        governed.witnessed,
        cases.fpir_for_searching,
        asking.request_behind,
        asking.photo_accepted,
    ),
    Action.AUTHORISE: (
        *_MEMBER,
        governed.two_signers,
        sourcing.source_known,
        sourcing.unmarked,
        sourcing.may_be_authorised,
        *_STATED,
        sourcing.retention_stated,
    ),
    Action.UPLOAD: (*_COLLECTOR, *sourcing.HANDED_IN),
    Action.COLLECT: (
        *_COLLECTOR,
        sourcing.some_purpose_fits,
        sourcing.audited,
        sourcing.fpir_for_collecting,
    ),
    Action.BACKFILL: (*_COLLECTOR, *_COLLECTED),
    Action.ACCEPT: (*_COLLECTOR, *_COLLECTED),
    Action.SEARCH: (
        *_MEMBER,
        governed.deployment_ready,
        orders.papers_filed,
        grants.purpose_known,
        cases.case_open,
        cases.purpose_of_case,
        cases.own_grant,
        cases.approved,
        cases.probe_is_evidence,
        cases.within_ceilings,
        cases.fpir_for_searching,
        governed.nothing_blocked,
    ),
    Action.REVIEW: (*_MEMBER, cases.not_the_searcher, *_CASE),
    Action.SHOW: (
        *_MEMBER,
        *_CASE,
        cases.found_in_case,
        sourcing.source_known,
        sourcing.source_authorised,
        *_IN_FORCE,
        sourcing.showing_unblocked,
    ),
    Action.WITHDRAW: (*_LEAVING, kept.grant_known, kept.grant_kept),
    Action.ERASE: (*_LEAVING, kept.not_erased, kept.on_behalf),
    Action.RECEIVE: _CONTROLLER,
    Action.ANSWER: _CONTROLLER,
    Action.SCAN: (*_SCANNER, sourcing.fpir_for_collecting),
    Action.RESTRICT: (*_LEAVING, rights.grant_reached, kept.grant_kept),
    Action.RELEASE: (
        *_LEAVING,
        kept.subject_unhindered,
        rights.grant_reached,
        rights.grant_restricted,
        governed.member_and_another,
        rights.nothing_holds,
        rights.officer_looked,
        rights.person_told,
    ),
    Action.RECTIFY: (*_LEAVING, rights.grant_reached, kept.grant_kept),
    Action.CORRECT: (
        *_LEAVING,
        kept.subject_unhindered,
        rights.of_controller,
        governed.member_and_another,
        rights.officer_corrects,
    ),
    Action.CONFIRM_APPEARANCE: (*_MEMBER, *_LIVE),
    Action.SAY: (governed.doer, *_LIVE),
    Action.HOLD: (*_WITH_OFFICER, kept.subject_known, rights.paper_named),
    Action.AUDIT: (*_CONTROLLER, governed.two_signers, rights.auditor_signed),
    Action.LIST: (*_STOPPING, rights.register_read, rights.case_reached),
    Action.CLOSE_CASE: (*_STOPPING, cases.case_open),
    Action.CLOSE_DEPLOYMENT: _WITH_OFFICER,
    Action.REGISTER_ORDER: _CONTROLLER,
    Action.CONFIRM_ORDER: (*_WITH_OFFICER, orders.order_known, orders.order_binds),
    Action.CARRY_OUT: (
        governed.doer,
        orders.order_known,
        orders.order_binds,
        orders.order_confirmed,
        orders.nobody_waits,
    ),
    Action.SEND_ORDER: (*_CONTROLLER, orders.order_known, orders.order_proved, rights.paper_named),
    Action.CLOSE_ORDER: (*_CONTROLLER, orders.order_known, orders.order_sent),
    Action.PLACE_BLOCK: _CONTROLLER,
    Action.LIFT_BLOCK: (*_WITH_OFFICER, orders.block_holds, orders.release_named),
    Action.CORRESPOND: _CONTROLLER,
    Action.END_BREACH: _WITH_OFFICER,
    Action.BREACH: _CONTROLLER,
    Action.FILE: (*_STOPPING, rights.paper_named),
    Action.PREPARE: (*_WITH_OFFICER, rights.paper_named),
    Action.TRANSFER: (*_CONTROLLER, governed.two_signers, orders.place_covered),
    Action.REPORT: _STOPPING,
    Action.AUDIT_SOURCE: (*_MEMBER, *sourcing.LOOKED_AT),
    Action.RELEASE_SOURCE: (*_MEMBER, governed.two_signers, *sourcing.FREED, rights.paper_named),
}


def decide(ask: Ask, facts: Facts, now: datetime) -> Permit | Refusal:
    """Return a permit for this one use now, or the refusal with its reason.

    ``facts`` are what the store says in the unit of work in which the use happens;
    ``now`` is the deployment's moment, in UTC. Never raises over facts: a missing or
    foreign one is a refusal. A moment without a time zone raises ``ValueError`` or
    ``TypeError``, because nothing can be decided about it.
    """
    for rule in ORDER[ask.action]:
        reason = rule(ask, facts, now)
        if reason is not None:
            return refuse(ask.action, reason)
    return permit_for(ask, facts, now)
