"""Orders and what an operator keeps beside people's data, one of each."""

from dataclasses import replace
from datetime import date

from licet.store.unit import Unit
from licet.terms.duties import (
    Breach,
    BreachState,
    Canary,
    Correspondence,
    Filing,
    FilingKind,
    Residence,
    Safeguard,
    StoreName,
    Transfer,
)
from licet.terms.ids import (
    BreachId,
    CanaryId,
    CorrespondenceId,
    FilingId,
    OrderId,
    Territory,
    TransferId,
    new_id,
)
from licet.terms.money import Money
from licet.terms.order import (
    Clause,
    ClauseKind,
    DataKind,
    Order,
    OrderPart,
    OrderScope,
    OrderState,
    PenaltyTerms,
)
from tests.store.things import DAY, NOON, House

SHA = "ab" * 32


def an_order(name: str = "order", **parts: object) -> Order:
    made = Order(
        id=OrderId(name),
        authority="An authority",
        reference="R/1",
        version=1,
        state=OrderState.FINAL,
        decided=date(2026, 2, 1),
        notified=date(2026, 2, 2),
        published=date(2026, 2, 3),
        regime="gdpr",
        language="fr",
        document=SHA,
        scope=OrderScope((Territory("FR"),)),
        penalties=PenaltyTerms(Money(20_000_000_00, "EUR"), Money(100_000_00, "EUR"), None),
        registered_at=NOON,
        confirmed_at=None,
        checkpoint="",
        found=(("people", 3), ("waiting", 0)),
        proof_leaf=None,
        pack="",
        sent_at=None,
        closed_at=None,
        sealed=b"sealed",
        leaf=3,
    )
    return replace(made, **parts)  # type: ignore[arg-type]


def clauses(order: Order) -> tuple[Clause, ...]:
    """Return two clauses of an order."""
    data = frozenset({DataKind.PEOPLE, DataKind.PROBES})
    return (
        Clause(order.id, 0, ClauseKind.STOP_USE, frozenset(), NOON + DAY, NOON),
        Clause(order.id, 1, ClauseKind.ERASE, data, NOON + 60 * DAY, None),
    )


def a_letter(name: str = "letter", **parts: object) -> Correspondence:
    made = Correspondence(
        id=CorrespondenceId(name),
        order=None,
        authority="An authority",
        outgoing=False,
        digest=SHA,
        at=NOON,
        answer_by=NOON + 14 * DAY,
        owner=None,
        answered_at=None,
        answer="",
        alerted_at=None,
        sealed=b"sealed",
        leaf=3,
    )
    return replace(made, **parts)  # type: ignore[arg-type]


def a_breach(name: str = "breach", **parts: object) -> Breach:
    made = Breach(
        id=BreachId(name),
        aware_at=NOON,
        notify_by=NOON + 3 * DAY,
        state=BreachState.SUSPECTED,
        people=7,
        risk_high=True,
        authority_told_at=None,
        people_told_at=None,
        alerted_at=NOON,
        closed_at=None,
        sealed=b"sealed",
        leaf=3,
    )
    return replace(made, **parts)  # type: ignore[arg-type]


def a_filing(house: House, kind: FilingKind = FilingKind.LEGAL_INSTRUMENT) -> Filing:
    return Filing(FilingId(new_id()), house.organisation.id, kind, SHA, NOON, NOON + DAY)


def a_transfer(name: str = "transfer") -> Transfer:
    clauses_ = Safeguard.STANDARD_CLAUSES
    return Transfer(TransferId(name), "A host", Territory("US"), clauses_, SHA, NOON, None)


def charge(unit: Unit, house: House) -> None:
    """Write one of each thing that an operator keeps for authorities."""
    order = an_order(new_id(), reference=new_id())
    unit.orders.add(order, clauses(order))
    unit.orders.add_part(OrderPart(order.id, house.plan.id, 3))
    unit.correspondence.add(a_letter(new_id(), order=order.id, owner=house.member.id))
    unit.breaches.add(a_breach(new_id()))
    unit.breaches.add_canary(Canary(CanaryId(new_id()), house.subject.id, NOON, None))
    unit.papers.file(a_filing(house))
    unit.papers.put_residence(Residence(StoreName.RECORDS, Territory("FR"), "us", NOON))
    unit.papers.add_transfer(a_transfer(new_id()))
