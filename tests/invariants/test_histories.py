"""Random histories on both databases; every invariant is held after every step.

The same histories every time, so that a red run is red again. ``LICET_DEEP=1`` looks at
many more, others every time.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.invariants.house import Builder
from tests.invariants.machine_orders import OrdersHistory

DEEP = os.environ.get("LICET_DEEP") == "1"
SEEDS = (1, 2)
"""Two parts, so that two workers share them."""

FEW = {"sqlite": 7, "postgresql": 3}
"""A history takes three times as long on the server."""

HISTORIES = settings(
    stateful_step_count=60 if DEEP else 45,
    deadline=None,
    database=None,
    print_blob=DEEP,
    suppress_health_check=list(HealthCheck),
    # Histories shrink slowly and read well as they are.
    phases=(Phase.generate,),
)


@pytest.mark.slow
@pytest.mark.soak("-2")
@pytest.mark.parametrize("part", SEEDS)
def test_every_history_holds(builder: Builder, part: int) -> None:
    machine = type("History", (OrdersHistory,), {"builder": builder})
    if not DEEP:
        machine = seed(part)(machine)
    most = 200 if DEEP else FEW[builder.kind]
    run_state_machine_as_test(machine, settings=settings(HISTORIES, max_examples=most))
