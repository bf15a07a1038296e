"""B13: whoever pays gets nothing more, and nothing is resold.

It cannot be said anywhere: no ask, fact, permit, setting, option or column carries a payment,
a price or a trial. An organisation that paid is refused what every other one is refused.
"""

import re

import pytest

from licet.consent.decide import decide
from licet.terms.permit import Refusal
from tests.consent.acts import ACTS
from tests.consent.test_decide import ROWS
from tests.consent.world import NOW
from tests.scenarios.sayable import sayable

PAYING = re.compile(
    r"premium|subscri|invoice|billing|payment|paid|price|tariff|licen[cs]e_fee|trial|discount"
    r"|resell|resale|customer"
)


@pytest.mark.parametrize("where", sayable())
def test_nothing_carries_a_payment(where: str) -> None:
    names = sayable()[where]
    assert len(names) > 2
    assert [name for name in names if PAYING.search(name)] == []


def test_who_paid_is_refused_what_others_are_refused() -> None:
    """Where people may write that somebody paid, what they write decides nothing."""
    seen = 0
    for _, acts, change, reason in ROWS:
        for act in (change(ACTS[name]) for name in acts):
            if act.facts.organisation is not None:
                paid = act.but("organisation", name="Paid in full, premium customer")
                refusal = decide(paid.ask, paid.facts, NOW)
                assert isinstance(refusal, Refusal)
                assert refusal.reason == reason
                seen += 1
    assert seen > 1000
