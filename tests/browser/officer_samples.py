"""The pages of orders, letters, blocks and breaches with something to show, and with nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from licet.consent.penalties import Ordered, clock
from licet.effects.ordering.counting import in_tens
from licet.effects.ordering.reading import spell_order
from licet.rights.blocking import BlockLine
from licet.rights.viewing import ClauseLine, OrderLine, OrderPage, PersonReached, Why
from licet.terms.breaching import BreachDetails, BreachLine, CanaryLine
from licet.terms.clock import Clock
from licet.terms.corresponding import LetterLine
from licet.terms.duties import BreachState
from licet.terms.ids import (
    BlockId,
    BreachId,
    CanaryId,
    CorrespondenceId,
    MemberId,
    OrderId,
    OrganisationId,
    RequestId,
    SourceId,
    SubjectId,
    Territory,
)
from licet.terms.money import Money
from licet.terms.order import (
    Clause,
    ClauseKind,
    DataKind,
    Order,
    OrderScope,
    OrderState,
    PenaltyTerms,
    Reached,
)
from licet.web.pages.around import Page
from licet.web.pages.blocks import BlockList, BlockRow, OneBlock
from licet.web.pages.breaches import BreachList, BreachRow, Canaries, NewBreach, OneBreach
from licet.web.pages.exposure import charts
from licet.web.pages.letters import LetterList, NewLetter, OneLetter
from licet.web.pages.orders import (
    ClauseWords,
    NewOrder,
    OneOrder,
    OrderList,
    OrderPreview,
    OrderWords,
    WaitsFor,
    counts,
)
from tests.fakes.deployment import CLEARANCE
from tests.fakes.ordering import an_order

TODAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, 4, tzinfo=UTC)
REGIMES = ("gdpr", "uk_gdpr", "bipa", "au_privacy", "ai_act")


def _day(month: int, day: int, year: int = 2026) -> datetime:
    return datetime(year, month, day, 22, 59, tzinfo=UTC)


def _id(number: int) -> OrderId:
    return OrderId(f"0d0c7a3e-0000-4000-8000-00000000000{number}")


def _order(number: int, authority: str, reference: str, state: OrderState, **more: object) -> Order:
    made = Order(
        id=_id(number),
        authority=authority,
        reference=reference,
        version=1,
        state=state,
        decided=date(2025, 10, 10),
        notified=date(2025, 10, 17),
        published=None,
        regime="gdpr",
        language="fr",
        document="9f2c41d07a66c0ff" * 4,
        scope=OrderScope((Territory("FR"),), (SourceId("album"),)),
        penalties=PenaltyTerms(Money(20_000_000_00, "EUR"), Money(100_000_00, "EUR")),
        registered_at=NOON,
        confirmed_at=None,
        checkpoint="",
        found=(),
        proof_leaf=None,
        pack="",
        sent_at=None,
        closed_at=None,
        sealed=b"",
        leaf=4,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def _clauses(order: Order, late: bool) -> tuple[Clause, ...]:
    due = _day(1, 9) if late else _day(4, 20)
    met = NOON if order.state in {OrderState.PROVED, OrderState.SENT, OrderState.CLOSED} else None
    everything = frozenset({DataKind.PEOPLE, DataKind.PHOTOS})
    return (
        Clause(
            order.id,
            1,
            ClauseKind.STOP_COLLECTING,
            frozenset(),
            _day(10, 17, 2025),
            _day(10, 17, 2025),
        ),
        Clause(order.id, 2, ClauseKind.ANSWER_ACCESS, frozenset(), _day(3, 6), met),
        Clause(order.id, 3, ClauseKind.ERASE, everything, due, met),
        Clause(order.id, 4, ClauseKind.PROVE, frozenset(), due, NOON if order.pack else None),
    )


CNIL = _order(1, "CNIL", "SAN-2025-019", OrderState.FINAL)
RUNS = _order(2, "Commission nationale", "2025-77", OrderState.EXECUTING)
PROVED = _order(3, "Garante", "n. 50", OrderState.PROVED)
SENT = _order(4, "Garante", "n. 51", OrderState.SENT, pack="ab" * 32, sent_at=NOON)
DRAFT = _order(5, "ICO", "ENF0601", OrderState.PROPOSED, regime="uk_gdpr")
ALL = (CNIL, RUNS, PROVED, SENT, DRAFT)
LATE = {CNIL.id}


def _clock(*orders: Order, on: date = TODAY) -> Clock:
    ordered = [Ordered(one, _clauses(one, one.id in LATE)) for one in orders]
    return clock(ordered, TODAY, on, (Money(900_000_000_00, "EUR"),))


FOUND = Reached(1_240, 1_604, 4_912, 37, 88_020, 3, 2, 14, 2)
LEFT = Reached(0, 0, 0, 0, 0, 0, 2, 0, 2)


def _page(order: Order, **more: object) -> OneOrder:
    clauses = tuple(
        ClauseLine(one.n, one.kind, tuple(sorted(one.data)), one.due, one.done_at, False)
        for one in _clauses(order, order.id in LATE)
    )
    line = OrderLine(
        order.id,
        order.authority,
        order.reference,
        1,
        order.state,
        order.notified,
        None,
        None,
        False,
    )
    wish = an_order(authority=order.authority, reference=order.reference)
    shown = OrderPage(
        line=line,
        contact="formation-restreinte@authority.example",
        document=order.document,
        text=spell_order(wish),
        scope=order.scope,
        clauses=clauses,
        exact=True,
        found=tuple((one.store, one.number) for one in counts(FOUND, exact=True)),
        waiting=14,
        held=2,
        plans=(),
        pack=order.pack,
        sent_at=order.sent_at,
        closed_at=None,
        asking=tuple(RequestId(f"6d0c7a3e-0000-4000-8000-00000000000{n}") for n in range(3)),
        steps_done=31,
        steps=96,
    )
    made = _clock(order)
    page = OneOrder(
        shown,
        made.orders[0],
        now=counts(LEFT if order.state is OrderState.PROVED else FOUND, exact=True),
        charts=charts(made),
        blocks=BLOCKS,
        may_act=True,
    )
    return replace(page, **more)  # type: ignore[arg-type]


def _block(number: int, **more: object) -> BlockLine:
    made = BlockLine(
        BlockId(f"b10c7a3e-0000-4000-8000-00000000000{number}"),
        Territory("FR"),
        None,
        None,
        True,
        True,
        "by_hand",
        NOON,
        None,
    )
    return replace(made, **more)  # type: ignore[arg-type]


BLOCKS = (
    _block(1),
    _block(2, territory=None, source=SourceId("50c07a3e-0000-4000-8000-000000000001"), use=False),
    _block(
        3, territory=None, subject=SubjectId("9e0c7a3e-0000-4000-8000-000000000001"), lifted_at=NOON
    ),
)

WORDS = OrderWords(
    authority="CNIL",
    reference="SAN-2025-019",
    decided="2025-10-10",
    notified="2025-10-17",
    contact="formation-restreinte@authority.example",
    territories="FR",
    clauses=(
        ClauseWords(ClauseKind.STOP_COLLECTING, True),
        ClauseWords(ClauseKind.STOP_USE),
        ClauseWords(ClauseKind.ANSWER_ACCESS, True, "1"),
        ClauseWords(ClauseKind.ERASE, True, "2", "", frozenset({DataKind.PEOPLE})),
        ClauseWords(ClauseKind.ERASE),
        ClauseWords(ClauseKind.PROVE, True, "", "2026-12-31"),
    ),
    per_day="100000.00 EUR",
)
PREVIEW = OrderPreview(
    an_order(document=""),
    spell_order(an_order(document="")),
    counts(in_tens(FOUND), exact=False),
    ((ClauseKind.STOP_COLLECTING, _day(3, 2)), (ClauseKind.ERASE, _day(4, 27))),
    TODAY,
    may_list=True,
    may_register=True,
)
SEEN = (
    PersonReached(
        SubjectId("9e0c7a3e-0000-4000-8000-000000000001"), Territory("FR"), Why.RESIDENCE
    ),
    PersonReached(SubjectId("9e0c7a3e-0000-4000-8000-000000000002"), None, Why.RESIDENCE_UNKNOWN),
)


def _letter(number: int, authority: str, left: int, **more: object) -> LetterLine:
    made = LetterLine(
        id=CorrespondenceId(f"1e0c7a3e-0000-4000-8000-00000000000{number}"),
        authority=authority,
        outgoing=False,
        on=date(2026, 2, 20),
        says="Questions about the sources of 2024",
        answer_by=TODAY + timedelta(days=left),
        left=left,
        waits=True,
        late=left < 0,
        owner="Ana Duval",
        answered_on=None,
        answer="",
        order=None,
        digest="9f2c41d07a66c0ff" * 4,
    )
    return replace(made, **more)  # type: ignore[arg-type]


LETTERS = (
    _letter(1, "CNIL", -3, owner=""),
    _letter(2, "Garante", 2, order=_id(3)),
    _letter(3, "ICO", 25),
    _letter(4, "CNIL", 0, waits=False, answered_on=TODAY, answer="ab" * 32),
    _letter(5, "CNIL", 0, waits=False, outgoing=True, answer_by=None, owner=""),
)
OWNERS = ((MemberId("m1"), "Ana Duval"), (MemberId("m2"), "Ben Osei"))

ROWS = (
    BlockRow(BLOCKS[0], "/console/orders/1"),
    BlockRow(BLOCKS[1], source="Club summer party"),
    BlockRow(BLOCKS[2]),
)
SOURCES = ((SourceId("50c07a3e-0000-4000-8000-000000000001"), "Club summer party"),)


def _breach(number: int, state: BreachState, left: int, **more: object) -> BreachLine:
    made = BreachLine(
        id=BreachId(f"e10c7a3e-0000-4000-8000-00000000000{number}"),
        state=state.value,
        aware_at=NOON + timedelta(hours=left - 72),
        notify_by=NOON + timedelta(hours=left),
        left=left,
        late=left < 0,
        people=120,
        risk_high=False,
        authority_told_at=None,
        people_told_at=None,
        cause="reported",
    )
    return replace(made, **more)  # type: ignore[arg-type]


LATE_BREACH = _breach(1, BreachState.CONFIRMED, -5, risk_high=True, cause="alarm")
SUSPECTED = _breach(2, BreachState.SUSPECTED, 71)
TOLD = _breach(3, BreachState.TOLD, 12, authority_told_at=NOON)
DISMISSED = _breach(4, BreachState.DISMISSED, -900, late=False)


def _canary(number: int, **more: object) -> CanaryLine:
    made = CanaryLine(
        CanaryId(f"ca0c7a3e-0000-4000-8000-00000000000{number}"), NOON, None, True, True
    )
    return replace(made, **more)  # type: ignore[arg-type]


CANARIES = (_canary(1, touched_at=NOON), _canary(2, settled=False), _canary(3, proved=False))


def _known(line: BreachLine, risk: str = "", **more: object) -> BreachDetails:
    made = BreachDetails(
        breach=line,
        what="A list of permissions was copied.",
        consequences="Somebody may know that these people are in the archive." if risk else "",
        measures="The copy was brought back; the office has another lock." if risk else "",
        risk=risk,
        why="",
        authority="",
        why_late="",
        end="",
        act=None,
    )
    return replace(made, **more)  # type: ignore[arg-type]


OFFICER_PAGES: dict[str, tuple[str, Page]] = {
    "orders": ("/console/orders", OrderList(_clock(*ALL), True)),
    "orders-by": (
        "/console/orders",
        OrderList(_clock(*ALL, on=date(2026, 12, 31)), True, "900000000 EUR"),
    ),
    "orders-none": ("/console/orders", OrderList(_clock(), True)),
    "order-new": ("/console/orders/new", NewOrder(OrderWords(), REGIMES, TODAY)),
    "order-wrong": (
        "/console/orders/new",
        NewOrder(WORDS, REGIMES, TODAY, ("the order's state says final", "Look."), "SAN-2025-019"),
    ),
    "order-preview": ("/console/orders/preview", PREVIEW),
    "order-people": ("/console/orders/preview", replace(PREVIEW, people=SEEN, may_register=False)),
    "order-final": ("/console/orders/1", _page(CNIL, done="registered")),
    "order-begun": (
        "/console/orders/1",
        _page(CNIL, act=WaitsFor("Ben Osei", NOON, False), done="begun"),
    ),
    "order-executing": ("/console/orders/2", _page(RUNS)),
    "order-proved": ("/console/orders/3", _page(PROVED)),
    "order-sent": ("/console/orders/4", _page(SENT, done="sent")),
    "order-proposed": ("/console/orders/5", _page(DRAFT, blocks=())),
    "letters": ("/console/letters", LetterList(LETTERS, True, True)),
    "letters-none": ("/console/letters", LetterList((), False, True, alarms=False)),
    "letter-new": (
        "/console/letters/new",
        NewLetter(OWNERS, ((_id(1), "SAN-2025-019 (CNIL)"),), TODAY),
    ),
    "letter": ("/console/letters/1", OneLetter(LETTERS[0], OWNERS, True, "filed")),
    "letter-answered": ("/console/letters/4", OneLetter(LETTERS[3], (), True)),
    "blocks": ("/console/blocks", BlockList(ROWS, SOURCES, True, True, "placed")),
    "blocks-none": ("/console/blocks", BlockList((), (), False)),
    "block": ("/console/blocks/1", OneBlock(ROWS[0], True)),
    "block-lifted": ("/console/blocks/3", OneBlock(ROWS[2], True)),
    "breaches": (
        "/console/breaches",
        BreachList(
            tuple(map(BreachRow, (LATE_BREACH, SUSPECTED, TOLD, DISMISSED))), CANARIES, True
        ),
    ),
    "breaches-none": ("/console/breaches", BreachList((), (), True, alarms=False)),
    "breach-new": ("/console/breaches/new", NewBreach(NOON)),
    "breach-late": (
        "/console/breaches/1",
        OneBreach(_known(LATE_BREACH, "high", act=(4711, "show", "Cercle")), True, "found"),
    ),
    "breach-suspected": ("/console/breaches/2", OneBreach(_known(SUSPECTED), True, "reported")),
    "breach-over": (
        "/console/breaches/4",
        OneBreach(_known(DISMISSED, end="It was in the other room."), True),
    ),
    "canaries": (
        "/console/breaches/canaries",
        Canaries(CANARIES, ((OrganisationId("o"), "Archives de Valcourt"),), (CLEARANCE,), True),
    ),
    "canaries-none": ("/console/breaches/canaries", Canaries((), (), (), False)),
}
"""Every such page by a name, with the place where it stands."""
