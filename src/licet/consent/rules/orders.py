"""Orders of authorities, blocks, and the papers beside them (GDPR 31, 33, 35, 58(2)).

1. An order is registered, and a block placed, by one member of the controller: nothing
   stands in the way of stopping.
2. What cannot be undone takes two: an order that binds is confirmed by two members, one of
   them the data protection officer, before anybody is erased for it. So nobody can make
   people, and who searched them, disappear by writing an order alone.
3. An order is carried out by the worker once it was confirmed, and only while no access
   request of anybody in its scope is open: they are answered first.
4. A pack is sent when what was done is in the ledger, named by its SHA-256; an order is
   closed after that.
5. A block is lifted by two members, one of them the officer, on the release document. Who
   was blocked by an authority is not unblocked by appealing.
6. Letters, breaches, transfers and where stores lie are the controller's registers. No
   store is stated to lie outside the Union before the transfer is there that covers it. One member
   puts a breach on the register and writes down what makes it worse. What takes a duty away
   takes two, one of them the officer: to dismiss a suspicion, to end a breach, to find no
   risk or less of it, and to take a canary away (GDPR 33(5), 39(1)(b)).
7. An organisation that searches has filed its legal instrument, its impact assessment and
   its training record, each in force, and none for longer than papers count. A sandbox,
   which holds nobody, needs none.
"""

from datetime import datetime

from licet.consent import ceilings, places
from licet.consent.behalf import behind
from licet.consent.evidence import is_digest
from licet.consent.reasons import Reason
from licet.terms.duties import FilingKind
from licet.terms.order import OrderState
from licet.terms.permit import Ask, By, Facts

_BEFORE_SEARCHING = (
    (FilingKind.LEGAL_INSTRUMENT, Reason.NO_LEGAL_INSTRUMENT),
    (FilingKind.IMPACT_ASSESSMENT, Reason.NO_IMPACT_ASSESSMENT),
    (FilingKind.TRAINING_RECORD, Reason.NO_TRAINING_RECORD),
)


def order_known(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """2. The order that is asked about is here."""
    order = facts.order
    return None if order is not None and order.id == ask.order else Reason.NO_ORDER


def order_binds(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """2. The order binds."""
    if facts.order is None:
        return Reason.NO_ORDER
    return None if facts.order.binds else Reason.ORDER_NOT_FINAL


def order_confirmed(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """3. Two members let the order be carried out."""
    confirmed = facts.order is not None and facts.order.confirmed_at is not None
    return None if confirmed else Reason.ORDER_NOT_CONFIRMED


def nobody_waits(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """3. No access request of anybody in scope is open, and somebody counted."""
    return None if facts.waiting == 0 else Reason.ACCESS_OPEN


def order_proved(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """4. What was done is in the ledger."""
    done = {OrderState.PROVED, OrderState.SENT}
    proved = facts.order is not None and facts.order.state in done
    return None if proved else Reason.ORDER_NOT_PROVED


def order_sent(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """4. The pack was sent, and that was recorded."""
    sent = facts.order is not None and facts.order.state is OrderState.SENT
    return None if sent else Reason.ORDER_NOT_SENT


def block_holds(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """5. The block that is to be lifted is here and holds."""
    holds = facts.block is not None and facts.block.lifted_at is None
    return None if holds else Reason.NO_BLOCK


def release_named(ask: Ask, _facts: Facts, _now: datetime) -> Reason | None:
    """5. The release document is named by its SHA-256."""
    return None if is_digest(ask.evidence) else Reason.RELEASE_NOT_NAMED


def place_covered(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """6. The territory that is asked for is one where data may lie, if one is asked for."""
    if ask.territory is None:
        return None
    covered = places.covered(ask.territory, facts.readiness.transfers, now)
    return None if covered else Reason.STORE_ABROAD


def papers_filed(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """7. The organisation that a member searches for filed what it must, and one behind it too."""
    if ask.by is not By.MEMBER or facts.readiness.sandbox:
        return None
    other = behind(ask, facts)
    filed = {
        (one.organisation, one.kind)
        for one in facts.filings
        if is_digest(one.digest)
        and one.filed_at <= now < min(one.valid_to, one.filed_at + ceilings.PAPER_TERM)
    }
    missing = (
        reason
        for whose in (ask.organisation, *((other,) if other else ()))
        for kind, reason in _BEFORE_SEARCHING
        if (whose, kind) not in filed
    )
    return next(missing, None)
