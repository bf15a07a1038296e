"""Random histories on both databases; every invariant is held after every step."""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.invariants.house import Builder
from tests.invariants.machine import History

DEEP = os.environ.get("LICET_DEEP") == "1"

HISTORIES = settings(
    max_examples=400 if DEEP else 10,
    stateful_step_count=60 if DEEP else 40,
    derandomize=not DEEP,
    deadline=None,
    print_blob=DEEP,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink) if DEEP else (Phase.generate,),
)


def test_every_history_holds(builder: Builder) -> None:
    machine = type("History", (History,), {"builder": builder})
    run_state_machine_as_test(machine, settings=HISTORIES)
