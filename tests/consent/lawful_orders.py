"""Orders, blocks and the registers beside them, a second time, written from the design."""

from datetime import timedelta

from licet.terms.duties import FilingKind, Safeguard, StoreName
from licet.terms.order import OrderState
from licet.terms.organisation import OrganisationKind, Role
from licet.terms.permit import Action as A
from licet.terms.permit import Ask, By, Facts, Readiness
from tests.consent.lawful_who import OFFICE, sha256, signed, two
from tests.consent.world import NOW

WATCH = {Role.AUDITOR, *OFFICE}
ROLES = {
    **dict.fromkeys((A.REGISTER_ORDER, A.CONFIRM_ORDER, A.SEND_ORDER, A.CLOSE_ORDER), OFFICE),
    **dict.fromkeys((A.LIFT_BLOCK, A.CORRESPOND, A.PREPARE, A.TRANSFER), OFFICE),
    **dict.fromkeys((A.PLACE_BLOCK, A.BREACH, A.END_BREACH, A.REPORT), WATCH),
    A.FILE: {Role.STEWARD},
    A.EQUIP: set(Role),
    A.RECALL: OFFICE,
    A.CARRY_OUT: set[Role](),
}
DUTIES = frozenset(ROLES)
WORKERS = {A.CARRY_OUT, A.PLACE_BLOCK, A.BREACH, A.REPORT}

_ANYBODYS = {A.FILE, A.REPORT, A.EQUIP}
"""What is not the controller's alone."""

_WITH_OFFICER = {A.CONFIRM_ORDER, A.LIFT_BLOCK, A.END_BREACH, A.PREPARE}
_ON_PAPER = {A.SEND_ORDER, A.LIFT_BLOCK, A.FILE, A.PREPARE}
_STATES = {
    A.CONFIRM_ORDER: {
        OrderState.FINAL,
        OrderState.EXECUTING,
        OrderState.PROVED,
        OrderState.SENT,
    },
    A.CARRY_OUT: {OrderState.FINAL, OrderState.EXECUTING, OrderState.PROVED, OrderState.SENT},
    A.SEND_ORDER: {OrderState.PROVED, OrderState.SENT},
    A.CLOSE_ORDER: {OrderState.SENT},
}


def ordered(ask: Ask, facts: Facts) -> bool:
    """Say whether a duty towards an authority may be done this way."""
    return (
        (ask.by is By.WORKER or _by_member(ask, facts))
        and (ask.action not in _ON_PAPER or sha256(ask.evidence))
        and (ask.action not in _STATES or _order(ask, facts))
        and (ask.action is not A.LIFT_BLOCK or _block(facts))
        and (
            ask.action is not A.TRANSFER
            or ask.territory is None
            or lies(ask.territory, facts.readiness)
        )
    )


def papered(ask: Ask, facts: Facts) -> bool:
    """Say whether the organisation that searches filed all three papers."""
    if facts.readiness.sandbox:
        return True
    two_years = timedelta(days=730)
    behind = ask.on_behalf_of or (facts.case.on_behalf_of if facts.case else None)
    return all(
        any(
            one.kind is kind
            and one.organisation == whose
            and sha256(one.digest)
            and one.filed_at <= NOW < min(one.valid_to, one.filed_at + two_years)
            for one in facts.filings
        )
        for kind in FilingKind
        for whose in (ask.organisation, behind)
        if whose is not None
    )


def prepared(ready: Readiness) -> bool:
    """Say whether the notice and the roles are filed and each store lies where it may."""
    placed = {one.store for one in ready.residences}
    needed = {StoreName.RECORDS, StoreName.KEYS, StoreName.LEDGER}
    return (
        sha256(ready.source_notice)
        and sha256(ready.role_agreement)
        and needed <= placed
        and all(lies(one.territory, ready) for one in ready.residences)
    )


def lies(place: str, ready: Readiness) -> bool:
    """Say whether data may lie there; the pools name only these territories."""
    if place in {"FR", "DE"}:
        return True
    return any(
        one.territory == place
        and one.ended_at is None
        and sha256(one.digest)
        and (one.safeguard is not Safeguard.ADEQUACY or place in {"JP", "US"})
        for one in ready.transfers
    )


def _by_member(ask: Ask, facts: Facts) -> bool:
    kind = facts.organisation.kind if facts.organisation else None
    ours = kind is OrganisationKind.CONTROLLER or ask.action in _ANYBODYS
    officers = [m for m in signed(ask, facts) if Role.DATA_PROTECTION_OFFICER in m.roles]
    pair = ask.action not in _WITH_OFFICER | {A.TRANSFER} or two(ask, facts)
    return ours and pair and (ask.action not in _WITH_OFFICER or bool(officers))


def _order(ask: Ask, facts: Facts) -> bool:
    order = facts.order
    if order is None or order.id != ask.order or order.state not in _STATES[ask.action]:
        return False
    if ask.action is not A.CARRY_OUT:
        return True
    return order.confirmed_at is not None and facts.waiting == 0


def _block(facts: Facts) -> bool:
    return facts.block is not None and facts.block.lifted_at is None
