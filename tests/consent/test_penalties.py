"""The clock of orders: known figures, and a second reckoning that goes day by day."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.consent.penalties import Ordered, clock, together
from licet.consent.regimes import end_of, most, ordered_on, penalties_on
from licet.terms.clock import Clock
from licet.terms.ids import OrderId
from licet.terms.money import Money
from licet.terms.order import (
    Clause,
    ClauseKind,
    Order,
    OrderScope,
    OrderState,
    PenaltyTerms,
)

DAY = timedelta(days=1)
DECIDED = date(2022, 10, 17)
DUE = date(2022, 12, 19)


def eur(whole: int) -> Money:
    """Return so many euros."""
    return Money(whole * 100, "EUR")


FRENCH = PenaltyTerms(fine=eur(20_000_000), per_day=eur(100_000))


def ordered(
    *clauses: tuple[date, date | None],
    penalties: PenaltyTerms = FRENCH,
    state: OrderState = OrderState.FINAL,
    authority: str = "CNIL",
    notified: date = DECIDED,
    reference: str = "SAN-2022-019",
    closed: date | None = None,
) -> Ordered:
    """Return an order whose clauses are due, and were met, on these days."""
    order = Order(
        id=OrderId("o1"),
        authority=authority,
        reference=reference,
        version=1,
        state=state,
        decided=notified,
        notified=notified,
        published=None,
        regime="gdpr",
        language="fr",
        document="ab" * 32,
        scope=OrderScope(),
        penalties=penalties,
        registered_at=datetime(2022, 10, 18, tzinfo=UTC),
        confirmed_at=None,
        checkpoint="",
        found=(),
        proof_leaf=None,
        pack="",
        sent_at=None,
        closed_at=None if closed is None else _noon(closed),
        sealed=b"",
        leaf=0,
    )
    parts = (
        Clause(order.id, n, ClauseKind.ERASE, frozenset(), end_of(due), done and _noon(done))
        for n, (due, done) in enumerate(clauses)
    )
    return Ordered(order, tuple(parts))


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def on(day: date, *orders: Ordered) -> Clock:
    """Return the clock of these orders on a day."""
    return clock(orders, day, day)


@pytest.mark.parametrize(
    ("days", "sum_"), [(0, 0), (1, 100), (51, 5_100), (52, 5_200), (53, 5_300)]
)
def test_a_sum_for_each_day(days: int, sum_: int) -> None:
    (line,) = on(DUE + days * DAY, ordered((DUE, None))).orders
    assert (line.days, line.accrued) == (days, eur(sum_ * 1000))
    assert line.late == (days > 0)


def test_two_months_from_a_monday_in_october() -> None:
    """The 17th of December was a Saturday; from the 20th to the 9th of February are 52 days."""
    due = ordered_on("gdpr", DECIDED, 2)
    assert due == DUE
    found = on(date(2023, 2, 9), ordered((due, None)))
    assert found.orders[0].days == 52
    assert found.total == (eur(25_200_000),)
    assert [(one.authority, one.amounts) for one in found.authorities] == [
        ("CNIL", (eur(25_200_000),))
    ]


def test_the_day_on_which_it_was_met_counts() -> None:
    """Late by a minute is late by a day; met on the last day is not late at all."""
    asked = date(2023, 6, 1)
    assert on(asked, ordered((DUE, DUE))).orders[0].days == 0
    assert on(asked, ordered((DUE, DUE + DAY))).orders[0].days == 1
    assert on(asked, ordered((DUE, date(2023, 2, 9)))).orders[0].days == 52


def test_two_clauses_late_on_one_day_cost_it_once() -> None:
    first, second = (DUE, DUE + 3 * DAY), (DUE + DAY, DUE + 5 * DAY)
    apart = (DUE + 10 * DAY, DUE + 12 * DAY)
    (line,) = on(DUE + 40 * DAY, ordered(first, second, apart)).orders
    assert [clause.days for clause in line.clauses] == [3, 4, 2]
    assert line.days == 7


def test_a_cap_is_on_the_daily_sums_alone() -> None:
    capped = replace(FRENCH, cap=eur(1_000_000))
    nine, ten, many = (
        on(DUE + days * DAY, ordered((DUE, None), penalties=capped)) for days in (9, 10, 90)
    )
    assert [one.orders[0].accrued for one in (nine, ten, many)] == [
        eur(900_000),
        eur(1_000_000),
        eur(1_000_000),
    ]
    assert [one.orders[0].at_cap for one in (nine, ten, many)] == [False, True, True]
    assert many.total == (eur(21_000_000),)


@pytest.mark.parametrize("state", [OrderState.PROPOSED, OrderState.SUPERSEDED])
def test_what_does_not_bind_owes_nothing(state: OrderState) -> None:
    found = on(date(2023, 6, 1), ordered((DUE, None), state=state))
    assert (found.total, found.authorities) == ((), ())
    (line,) = found.orders
    assert (line.counts, line.days, line.accrued, line.owed) == (False, 0, eur(0), ())
    assert not line.late


@pytest.mark.parametrize("state", [OrderState.APPEALED, OrderState.CLOSED, OrderState.SENT])
def test_what_binds_or_bound_is_owed(state: OrderState) -> None:
    found = on(date(2023, 2, 9), ordered((DUE, None), state=state))
    assert found.total == (eur(25_200_000),)


def test_what_nobody_met_ran_until_the_order_was_closed() -> None:
    closed = ordered((DUE, None), state=OrderState.CLOSED, closed=DUE + 4 * DAY)
    assert on(date(2023, 6, 1), closed).orders[0].days == 4


def test_before_it_was_notified_there_is_no_order() -> None:
    assert on(DECIDED - DAY, ordered((DUE, None))).total == ()
    assert on(DECIDED, ordered((DUE, None))).total == (eur(20_000_000),)


def test_two_currencies_stay_apart() -> None:
    """Nobody owes pounds in euros."""
    british = PenaltyTerms(fine=Money(750_000_000, "GBP"))
    french = ordered((DUE, None))
    ico = ordered((DUE, None), penalties=british, authority="ICO")
    found = on(date(2023, 2, 9), french, ico)
    assert found.total == (eur(25_200_000), Money(750_000_000, "GBP"))
    assert [one.authority for one in found.authorities] == ["CNIL", "ICO"]


def test_one_authority_adds_up_over_its_orders() -> None:
    fine = ordered(penalties=PenaltyTerms(fine=eur(20_000_000)))
    terms = PenaltyTerms(per_day=eur(100_000))
    daily = ordered((DUE, None), penalties=terms, reference="SAN-2023-004")
    (owed,) = on(date(2023, 2, 9), fine, daily).authorities
    assert (owed.orders, owed.amounts) == (2, (eur(25_200_000),))


def test_a_milder_version_makes_nothing_cheaper() -> None:
    """Both bind until two members confirm the newer; the fine is owed once, and the higher."""
    dear = ordered((DUE, None))
    mild = ordered((DUE + 90 * DAY, None), penalties=PenaltyTerms(fine=eur(1)))
    for both in ((dear, mild), (mild, dear)):
        found = on(date(2023, 2, 9), *both)
        assert found.total == (eur(25_200_000),)
        assert [one.orders for one in found.authorities] == [1]
    pounds = ordered(penalties=PenaltyTerms(fine=Money(5, "GBP")))
    found = on(date(2023, 2, 9), dear, pounds)
    assert found.total == (eur(25_200_000), Money(5, "GBP")), "what cannot be compared is not"


@pytest.mark.parametrize(
    ("turnover", "highest"),
    [
        (0, 20_000_000),
        (499_999_999, 20_000_000),
        (500_000_000, 20_000_000),
        (500_000_100, 20_000_004),
    ],
)
def test_twenty_million_or_four_percent(turnover: int, highest: int) -> None:
    """GDPR 83(6): whichever is higher."""
    threatened = penalties_on("gdpr", DECIDED)["order"]
    assert most(threatened, (eur(turnover),)) == eur(highest)
    (line,) = clock([ordered((DUE, None))], DECIDED, DECIDED, (eur(turnover),)).orders
    assert line.most == eur(highest)


def test_a_turnover_in_another_currency_says_nothing() -> None:
    threatened = penalties_on("gdpr", DECIDED)["order"]
    assert most(threatened, (Money(10**15, "USD"),)) == eur(20_000_000)


def test_a_sum_for_each_person() -> None:
    reckless = penalties_on("bipa", date(2026, 1, 1))["reckless"]
    assert most(reckless, times=1_000) == Money(500_000_000, "USD")


# A second reckoning: day by day, each asked by itself, in floats of nothing.

_days = st.dates(date(2022, 10, 17), date(2023, 3, 31))
_clause = st.tuples(_days, st.none() | _days)
_terms = st.builds(
    PenaltyTerms,
    fine=st.none() | st.integers(0, 10**6).map(eur),
    per_day=st.none() | st.integers(0, 10**6).map(eur),
    cap=st.none() | st.integers(0, 10**7).map(eur),
)
_orders = st.lists(
    st.builds(
        lambda clauses, terms, state, authority, notified, number: ordered(
            *clauses,
            penalties=terms,
            state=state,
            authority=authority,
            notified=notified,
            reference=number,
        ),
        st.lists(_clause, max_size=4),
        _terms,
        st.sampled_from(OrderState),
        st.sampled_from(["CNIL", "ICO"]),
        _days,
        st.sampled_from("abcdefgh"),
    ),
    max_size=3,
    unique_by=lambda one: (one.order.authority, one.order.reference),
)


def _overdue(one: Ordered, day: date) -> bool:
    """Whether a clause was overdue on this very day."""
    return any(
        day > clause.due.date() and (clause.done_at is None or day <= clause.done_at.date())
        for clause in one.clauses
    )


def _by_days(every: Iterable[Ordered], asked: date) -> int:
    """Return what is owed in cents, walking from the first day to the one asked for."""
    total = 0
    for one in every:
        terms, state = one.order.penalties, one.order.state
        if state in {OrderState.PROPOSED, OrderState.SUPERSEDED} or one.order.notified > asked:
            continue
        sums, day = 0, date(2022, 1, 1)
        while day <= asked:
            if _overdue(one, day) and terms.per_day:
                sums += terms.per_day.minor
                if terms.cap:
                    sums = min(sums, terms.cap.minor)
            day += DAY
        total += sums + (terms.fine.minor if terms.fine else 0)
    return total


@given(_orders, st.dates(date(2022, 10, 1), date(2023, 6, 30)))
def test_the_same_by_going_day_by_day(every: list[Ordered], asked: date) -> None:
    found = on(asked, *every)
    assert sum(one.minor for one in found.total) == _by_days(every, asked)
    of_each = together(amount for one in found.authorities for amount in one.amounts)
    assert of_each == found.total


@given(_orders, st.dates(date(2022, 10, 1), date(2023, 6, 30)))
def test_between_two_turns_it_grows_evenly(every: list[Ordered], asked: date) -> None:
    """So a line from point to point is the true course, on every day between."""
    course = on(asked, *every).course
    assert course[-1].on == asked
    points = [(one.on, sum(amount.minor for amount in one.amounts)) for one in course]
    for (start, low), (end, high) in pairwise(points):
        middle = start + (end - start) // 2
        share, length = (middle - start).days, (end - start).days
        assert _by_days(every, middle) * length == low * length + (high - low) * share
