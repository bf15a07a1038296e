"""The rules of each action, in the order in which they are asked: what ``decide`` says in prose."""

from licet.consent.rules import (
    Rule,
    asking,
    cases,
    governance,
    governed,
    grants,
    kept,
    links,
    orders,
    rights,
    sourcing,
)
from licet.terms.permit import Action

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
    Action.EQUIP: _STOPPING,
    Action.RECALL: _CONTROLLER,
    Action.OPEN_CASE: (
        *_MEMBER,
        governed.agreement_behind,
        governed.deployment_ready,
        grants.purpose_known,
        governance.searched_by_organisations,
    ),
    Action.APPROVE: (*_MEMBER, cases.case_open),
    Action.CEASE: (*_STOPPING, sourcing.source_known),
    Action.WELCOME: (*_MEMBER, governed.deployment_ready, *_OPEN, links.link_in_bounds),
    Action.GRANT: (
        governed.doer,
        grants.purpose_known,
        grants.purpose_asked_by,
        links.by_link,
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
        governed.agreement_behind,
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
