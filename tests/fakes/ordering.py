"""An authority's order, valid unless a test says otherwise."""

from dataclasses import replace
from datetime import date

from licet.terms.ids import Territory
from licet.terms.money import Money
from licet.terms.order import (
    ClauseKind,
    ClauseWish,
    DataKind,
    OrderScope,
    OrderState,
    OrderWish,
    PenaltyTerms,
)

PAPER = "cd" * 32


def an_order(**changed: object) -> OrderWish:
    """Return an order of a made-up authority: stop and erase everybody in France."""
    made = OrderWish(
        authority="Data Protection Office",
        reference="2026-014",
        version=1,
        state=OrderState.FINAL,
        decided=date(2026, 2, 20),
        notified=date(2026, 2, 27),
        published=None,
        regime="gdpr",
        language="fr",
        contact="orders@authority.example",
        document=PAPER,
        scope=OrderScope(territories=(Territory("FR"),)),
        clauses=(
            ClauseWish(ClauseKind.STOP_COLLECTING),
            ClauseWish(ClauseKind.ERASE, months=2, data=frozenset(DataKind)),
        ),
        penalties=PenaltyTerms(fine=Money(20_000_000_00, "EUR"), per_day=Money(100_000_00, "EUR")),
    )
    return replace(made, **changed)  # type: ignore[arg-type]
