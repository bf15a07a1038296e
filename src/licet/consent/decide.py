"""The single decision: facts in, a Permit or a Refusal out. Pure.

The rules of each action, in the order in which they are asked. The first that finds
something against the act refuses it; a permit means that all of them found nothing.
Rules about a member are silent when nobody acts as one. A fact that is missing speaks
against the act. Each rule is written out under its name in ``rules/``.

GOVERN, to add an organisation or a member (GDPR 24, 28(3), 32(4))
    doer, organisation_known, agreement_in_force, member_active, member_signed, member_role,
    controllers, two_signers: two members of the controller.

EQUIP, to change what one comes in with oneself (GDPR 32(1)(b))
    doer, organisation_known, member_active, member_signed, member_role: by the member, with
    what they sign with already, agreement or no agreement.

RECALL, to take back leave to come in that nobody used yet (GDPR 32(1)(b))
    doer, organisation_known, member_active, member_signed, member_role, of_controller: by
    one member of the controller, because a code in wrong hands cannot wait for a second.

OPEN_CASE, to open a case (GDPR 5(1)(b))
    doer, organisation_known, agreement_in_force, member_active, member_signed, member_role,
    agreement_behind: nobody asks through another organisation without an agreement of their own.
    deployment_ready, purpose_known, searched_by_organisations: for a purpose on the list
    that organisations search under.

APPROVE, to say yes to a case
    doer, organisation_known, agreement_in_force, member_active, member_signed, member_role,
    case_open: by an approver with a key of their own.

WELCOME, to let people ask for a grant by a link to one source, and see who comes (GDPR 7)
    doer, organisation_known, agreement_in_force, member_active, member_signed, member_role,
    deployment_ready, source_known, unmarked, source_authorised, origin_stated,
    bystander_condition, authority_proved, authority_in_force, link_in_bounds: by a steward.

GRANT, to propose a grant to a person (GDPR 6, 7, 8, 9, 13)
    doer, purpose_known, purpose_asked_by, by_link: the purpose is on the closed list, and is
    asked for by a member; by the person if it has no organisation, or if a member opened a link
    for it that is open to them.
    organisation_known, agreement_in_force, member_active, member_signed, member_role,
    deployment_ready: a steward of an organisation whose agreement is in force, where real
    people may be held.
    subject_known, subject_unhindered, draft: a pending draft for a known person.
    basis_is_the_purposes, relationship_free, age_of_consent, guardian_signed,
    territory_open, window, notice_named: a grant that the person can give freely.
    contact_free, vital, witnessed: within the ceilings.
    source_of_organisation, grant_unblocked, request_behind: and nothing is in its way.

CONFIRM, the act that makes a grant active (GDPR 4(11), 7(1))
    doer, organisation_known, agreement_in_force, member_active, member_signed, member_role,
    deployment_ready: by the person; by a steward only on paper or for vital interests.
    subject_known, subject_unhindered, grant_known, confirmable: a pending grant whose
    notice was delivered, before its end.
    age_of_consent, act_of_the_person, grant_unblocked, request_behind, photo_accepted: the
    person's own act, or two members who vouch; in a request, the photo accepted as theirs.

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
    agreement_behind, deployment_ready, papers_filed: an investigator of an organisation whose
    agreement is in force, and which filed its own papers; so did one on whose behalf it asks.
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

from licet.consent.order import ORDER
from licet.consent.permits import permit_for
from licet.consent.refusals import refuse
from licet.terms.permit import Ask, Facts, Permit, Refusal


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
