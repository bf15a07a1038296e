"""Amounts of money: whole minor units of one currency, so that nothing is ever rounded away."""

from dataclasses import dataclass
from decimal import Decimal


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

    def __str__(self) -> str:
        digits = MINOR_DIGITS.get(self.currency, 2)
        return f"{Decimal(self.minor).scaleb(-digits):,.{digits}f} {self.currency}"

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")


MINOR_DIGITS = {"JPY": 0, "KRW": 0, "ISK": 0}
"""Currencies whose minor unit is no hundredth (ISO 4217); every other one has two digits."""
