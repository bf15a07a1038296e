"""Money: exact, of one currency, and read from one spelling alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.terms.errors import BadInput
from licet.terms.money import MINOR_DIGITS, Money, read_money

amounts = st.builds(
    Money, st.integers(0, 10**12 - 1), st.sampled_from(["EUR", "JPY", "KWD", "CLF"])
)


@given(amounts)
def test_an_amount_is_read_as_it_is_written(amount: Money) -> None:
    assert read_money(str(amount).replace(",", "")) == amount


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("100000 EUR", 10_000_000),
        (" 100000.05 EUR ", 10_000_005),
        ("17500000 GBP", 1_750_000_000),
        ("500 JPY", 500),
        ("1.250 KWD", 1_250),
    ],
)
def test_known_amounts(text: str, minor: int) -> None:
    assert read_money(text).minor == minor


@pytest.mark.parametrize(
    "text",
    [
        "100000",
        "EUR 100000",
        "100,000 EUR",
        "1.000,50 EUR",
        "100000 eur",
        "-1 EUR",
        "1.5 EUR",
        "1.000 EUR",
        "1.00 JPY",
        "1e6 EUR",
        "\u0661\u0660 EUR",
        "",
        "9" * 13 + " EUR",
    ],
)
def test_what_could_be_read_in_two_ways_is_not_read(text: str) -> None:
    with pytest.raises(BadInput):
        read_money(text)


def test_it_is_said_with_its_own_digits() -> None:
    said = [str(Money(520_000_000, "EUR")), str(Money(500, "JPY")), str(Money(1_250, "KWD"))]
    assert said == ["5,200,000.00 EUR", "500 JPY", "1.250 KWD"]
    assert set(MINOR_DIGITS.values()) == {0, 3, 4}


@given(amounts, amounts)
def test_two_currencies_never_mix(one: Money, other: Money) -> None:
    if one.currency == other.currency:
        assert (one + other).minor == one.minor + other.minor
        assert one.at_most(other).minor <= one.at_least(other).minor
        return
    for mix in (Money.__add__, Money.at_most, Money.at_least):
        with pytest.raises(ValueError, match="do not add up"):
            mix(one, other)


@given(amounts, st.integers(0, 100), st.integers(0, 5000))
def test_counts_and_shares_are_whole(amount: Money, rate: int, count: int) -> None:
    assert amount.times(count).minor == amount.minor * count
    share = amount.percent(rate)
    assert 0 <= amount.minor * rate - share.minor * 100 < 100
