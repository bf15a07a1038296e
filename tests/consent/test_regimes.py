"""Terms that the law sets, held against known dates and against numpy's calendar."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.consent import regimes
from licet.consent.regimes import (
    FILES,
    GDPR,
    add_months,
    answering_regime,
    due_on,
    end_of,
    extended_on,
    kept_until,
    notice_until,
    ordered_on,
    regime_of,
    terms_on,
    working_day,
)
from licet.terms.errors import BadInput
from licet.terms.ids import Territory

NOW = terms_on(GDPR, date(2026, 3, 2))
WEEKEND = frozenset({5, 6})
days = st.dates(date(1990, 1, 1), date(2120, 12, 31))
few_months = st.integers(0, 100)


def _months_by_numpy(day: date, months: int) -> date:
    """The same in another calendar: months and days as numpy counts them."""
    month = np.datetime64(day, "M") + np.timedelta64(months, "M")
    last = (month + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    same = month.astype("datetime64[D]") + np.timedelta64(day.day - 1, "D")
    return min(same, last).item()


def _working_by_numpy(day: date, mask: str = "1111100") -> date:
    return np.busday_offset(np.datetime64(day), 0, roll="forward", weekmask=mask).item()


@given(day=days, months=few_months)
def test_months_are_calendar_months(day: date, months: int) -> None:
    assert add_months(day, months) == _months_by_numpy(day, months)


@given(day=days, off=st.frozensets(st.integers(0, 6), max_size=6))
def test_a_day_off_goes_on_to_the_next_working_day(day: date, off: frozenset[int]) -> None:
    mask = "".join("0" if weekday in off else "1" for weekday in range(7))
    assert working_day(day, off) == _working_by_numpy(day, mask)


@given(day=days)
def test_both_together(day: date) -> None:
    """An answer is due in a month, at the latest in three; never on a weekend, never early."""
    assert due_on(NOW, day) == _working_by_numpy(_months_by_numpy(day, 1))
    assert extended_on(NOW, day) == _working_by_numpy(_months_by_numpy(day, 3))
    assert notice_until(NOW, day) == _months_by_numpy(day, 1)
    assert kept_until(NOW, day) == _months_by_numpy(day, 36)


@given(day=days)
def test_the_order_of_the_days(day: date) -> None:
    """Told inside the month, answered after no more than it and a weekend."""
    assert day < notice_until(NOW, day) <= due_on(NOW, day) < extended_on(NOW, day)
    assert due_on(NOW, day).weekday() not in WEEKEND
    assert due_on(NOW, day) - day <= timedelta(days=31 + 2)
    assert due_on(NOW, day) <= due_on(NOW, day + timedelta(days=1)), "a later letter, no earlier"


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 3, 2), date(2026, 4, 2)),
        (date(2026, 1, 31), date(2026, 3, 2)),  # 28 February is a Saturday
        (date(2025, 1, 31), date(2025, 2, 28)),  # no 31 February: its last day
        (date(2024, 1, 31), date(2024, 2, 29)),  # a leap year
        (date(2024, 1, 30), date(2024, 2, 29)),
        (date(2025, 12, 31), date(2026, 2, 2)),  # 31 January is a Saturday
        (date(2026, 5, 8), date(2026, 6, 8)),
        (date(2026, 5, 7), date(2026, 6, 8)),  # a Sunday: a holiday would not make it later
    ],
)
def test_known_days(received: date, due: date) -> None:
    assert due_on(NOW, received) == due


@pytest.mark.parametrize(
    ("notified", "months", "last"),
    [
        (date(2022, 10, 17), 2, date(2022, 12, 19)),  # 17 December is a Saturday
        (date(2024, 10, 17), 2, date(2024, 12, 17)),
        (date(2023, 12, 31), 2, date(2024, 2, 29)),
        (date(2022, 10, 17), 0, date(2022, 10, 17)),
    ],
)
def test_the_terms_of_an_order(notified: date, months: int, last: date) -> None:
    assert ordered_on(GDPR, notified, months) == last


@given(day=days)
def test_thirty_days_are_counted_one_by_one(day: date) -> None:
    """No month: what came on 31 January is due on 2 March, in a leap year on the 1st."""
    terms = terms_on("au_privacy", day)
    last = np.datetime64(day) + np.timedelta64(30, "D")
    assert due_on(terms, day) == _working_by_numpy(last.item())
    assert extended_on(terms, day) == due_on(terms, day), "it knows no more time"


@pytest.mark.parametrize("regime", FILES)
def test_each_file_says_something_that_can_be_counted(regime: str) -> None:
    terms = terms_on(regime, date(2026, 1, 1))
    assert terms.regime == regime
    assert terms.kept_months > 0
    assert bool(terms.notice_months) == bool(terms.extension_months), "told within, or no more time"
    assert not (terms.months and terms.days), "one way to count"
    assert terms.days_off, "each says which days are off"


def test_the_regime_follows_the_territory() -> None:
    """Unknown and unnamed are inside; a regime without a time to answer leaves the GDPR's."""
    places = (None, *map(Territory, ("FR", "GB", "US", "AU")))
    found = [regime_of(place) for place in places]
    assert found == ["gdpr", "gdpr", "uk_gdpr", "bipa", "au_privacy"]
    assert answering_regime(Territory("AU")) == "au_privacy"
    assert answering_regime(Territory("GB")) == "uk_gdpr"
    assert answering_regime(Territory("US")) == "gdpr"
    assert answering_regime(None) == "gdpr"


def test_three_years_after_the_last_interaction() -> None:
    """740 ILCS 14/15(a)."""
    assert terms_on("bipa", date(2026, 1, 1)).last_interaction_months == 36


def test_a_regime_that_nobody_knows() -> None:
    with pytest.raises(BadInput, match="no regime moon"):
        terms_on("moon", date(2026, 1, 1))


def test_the_row_of_the_day_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Data is dated: a change of the law is a row, and what began before it keeps its own."""
    rows = tuple(
        regimes._row(GDPR, {"valid_from": since, "kept_months": 1, "months": months})
        for since, months in ((date(2018, 5, 25), 1), (date(2030, 1, 1), 2))
    )
    monkeypatch.setattr(regimes, "_rows", lambda _name: rows)
    asked = (date(2017, 1, 1), date(2018, 5, 25), date(2029, 12, 31), date(2030, 1, 1))
    assert [terms_on(GDPR, day).months for day in asked] == [1, 1, 1, 2]


def test_a_week_without_a_working_day_is_no_week() -> None:
    """Else a due day would be looked for for ever."""
    every = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    with pytest.raises(ValueError, match="working day"):
        regimes._row(GDPR, {"valid_from": date(2018, 5, 25), "kept_months": 1, "days_off": every})


def test_a_day_ends_before_midnight() -> None:
    assert end_of(date(2026, 4, 2)) == datetime(2026, 4, 2, 23, 59, 59, tzinfo=UTC)
