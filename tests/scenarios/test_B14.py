"""B14: what is urgent skips no gate.

There is no flag for it in any ask, fact, permit, setting, option or column; and a case that
says how urgent it is, is refused what every other case is refused.
"""

import re

import pytest

from licet.consent.decide import decide
from licet.terms.permit import Refusal
from tests.consent.acts import ACTS
from tests.consent.test_decide import ROWS
from tests.consent.world import NOW
from tests.scenarios.sayable import sayable

PRESSING = re.compile(r"urgen|priorit|emergenc|exigent|fast_?track|expedit|override|bypass|force")


@pytest.mark.parametrize("where", sayable())
def test_nothing_carries_urgency(where: str) -> None:
    assert [name for name in sayable()[where] if PRESSING.search(name)] == []


def test_an_urgent_case_is_refused_what_others_are_refused() -> None:
    seen = 0
    for _, acts, change, reason in ROWS:
        for act in (change(ACTS[name]) for name in acts):
            if act.facts.case is not None:
                urgent = act.but("case", reference="URGENT: a life is at stake, today")
                refusal = decide(urgent.ask, urgent.facts, NOW)
                assert isinstance(refusal, Refusal)
                assert refusal.reason == reason
                seen += 1
    assert seen > 100
