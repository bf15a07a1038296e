"""Amounts of money: whole minor units of one currency, so that nothing is ever rounded away."""

import re
from dataclasses import dataclass
from decimal import Decimal

from licet.terms.errors import BadInput

_WRITTEN = re.compile(r"(?P<whole>[0-9]{1,12})(?:\.(?P<part>[0-9]+))? (?P<currency>[A-Z]{3})")
_HOW = "Write it as 100000 EUR or 100000.50 EUR: a point before the cents, nothing between digits."


@dataclass(frozen=True, slots=True)
class Money:
    """``minor`` units (cents) of ``currency`` (ISO 4217, upper case).

    Amounts of two currencies never add up: that raises ``ValueError``.
    """

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def times(self, count: int) -> "Money":
        """Return so many times this amount."""
        return Money(self.minor * count, self.currency)

    def at_most(self, other: "Money") -> "Money":
        """Return the smaller of two amounts."""
        self._same(other)
        return min(self, other, key=lambda one: one.minor)

    def at_least(self, other: "Money") -> "Money":
        """Return the larger of two amounts."""
        self._same(other)
        return max(self, other, key=lambda one: one.minor)

    def percent(self, rate: int) -> "Money":
        """Return so many hundredths of this amount, a broken minor unit left out.

        It serves for what is owed at most, and nobody owes a part of a cent.
        """
        return Money(self.minor * rate // 100, self.currency)

    def __str__(self) -> str:
        digits = MINOR_DIGITS.get(self.currency, 2)
        return f"{Decimal(self.minor).scaleb(-digits):,.{digits}f} {self.currency}"

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")


def read_money(text: str) -> Money:
    """Return the amount that a text such as ``100000.50 EUR`` names. Raises ``BadInput``.

    Nothing may stand between the digits: 1,000 is a thousand in one language and one in another.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise BadInput("that is no amount of money", _HOW)
    currency, part = found["currency"], found["part"] or ""
    digits = MINOR_DIGITS.get(currency, 2)
    if len(part) not in {0, digits}:
        raise BadInput(f"{currency} has {digits} digits after the point, or none written", _HOW)
    return Money(int(found["whole"] + part.ljust(digits, "0")), currency)


_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
MINOR_DIGITS = {
    **dict.fromkeys(_WHOLE.split(), 0),
    **dict.fromkeys(_THOUSANDTHS.split(), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""Currencies whose minor unit is no hundredth (ISO 4217); every other one has two digits."""
