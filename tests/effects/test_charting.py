"""The picture of what orders cost: what it says, for how long a time, in how many currencies."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from licet.consent.penalties import clock
from licet.effects.charting import MONTHS, chart
from licet.terms.clock import Clock
from licet.terms.money import Money
from licet.terms.order import PenaltyTerms
from tests.consent.test_penalties import DUE, on, ordered


def labels(drawn: str) -> list[str]:
    """Return every word in the picture, line by line."""
    return [line.split(">")[1].split("<")[0] for line in drawn.splitlines() if "<text" in line]


def days(drawn: str) -> list[date]:
    """Return the days that are named below."""
    found = [line for line in drawn.splitlines() if 'class="m"' in line]
    return [date.fromisoformat(line.split(">")[1].split("<")[0]) for line in found]


def test_nothing_owed_is_said_in_words() -> None:
    drawn = chart(Clock(date(2026, 3, 2), date(2026, 3, 2), (), (), (), ()))
    assert labels(drawn) == ["Owed on 2026-03-02: nothing."]
    assert "polyline" not in drawn


def test_a_currency_has_a_picture_of_its_own() -> None:
    pounds = ordered(penalties=PenaltyTerms(fine=Money(750_000_000, "GBP")), authority="ICO")
    drawn = chart(on(date(2023, 2, 9), ordered((DUE, None)), pounds))
    said = labels(drawn)
    assert "25,200,000.00 EUR on 2023-02-09" in said
    assert "7,500,000.00 GBP on 2023-02-09" in said
    assert drawn.count("<polyline") == 2
    assert "<title" in drawn


@pytest.mark.parametrize("length", [0, 1, 20, 52, 400, 4000])
def test_a_few_days_are_named_however_long_it_takes(length: int) -> None:
    asked = DUE + timedelta(days=length)
    named = days(chart(on(asked, ordered((DUE, None)))))
    assert named == sorted(set(named))
    assert named[-1] == asked
    assert len(named) <= MONTHS + 3


def test_today_is_marked_where_it_is_in_the_picture() -> None:
    every = [ordered((DUE, None))]
    inside = clock(every, DUE, DUE + timedelta(days=9))
    outside = clock(every, date(2026, 3, 2), DUE)
    assert ('class="n"' in chart(inside), 'class="n"' in chart(outside)) == (True, False)


@pytest.mark.parametrize("minor", [0, 1, 7, 99, 100_000, 999_999_999_99])
def test_the_lines_are_at_round_amounts_and_reach_over_the_last(minor: int) -> None:
    fine = ordered(penalties=PenaltyTerms(fine=Money(minor, "EUR")))
    drawn = chart(on(date(2023, 2, 9), fine))
    levels = [line for line in drawn.splitlines() if 'class="e"' in line]
    assert 2 <= len(levels) <= 8
    assert all(float(line.split('y="')[1].split('"')[0]) >= 46 for line in levels)


def test_names_from_outside_stay_words() -> None:
    """A currency is three letters; a total is escaped all the same."""
    odd = replace(on(date(2023, 2, 9), ordered((DUE, None))), total=(Money(5, "<b>"),))
    assert "<b>" not in chart(odd)
