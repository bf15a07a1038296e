"""Alarms: one letter for each step of a term, planned with what it tells of, naming nobody."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.effects.alerting import LATE, alert, alerts_to, step_passed
from licet.ledger.leaf import decode
from licet.outbox import SANDBOX_ADDRESS
from licet.terms.letters import AlertKind
from licet.worker import run_once
from tests.fakes.deployment import START, World

DAY = timedelta(days=1)
STEPS = (7 * DAY, 2 * DAY)
DUE = START + timedelta(days=30)
TIMES = st.integers(-100, 100).map(lambda hours: DUE + timedelta(hours=hours * 3))


@pytest.mark.parametrize(
    ("now", "alerted", "passed"),
    [
        (DUE - 8 * DAY, None, None),
        (DUE - 7 * DAY, None, None),
        (DUE - 6 * DAY, None, 7 * DAY),
        (DUE - 6 * DAY, DUE - 8 * DAY, 7 * DAY),
        (DUE - 5 * DAY, DUE - 6 * DAY, None),
        (DUE - DAY, DUE - 6 * DAY, 2 * DAY),
        (DUE - DAY, None, 2 * DAY),
        (DUE, DUE - DAY, None),
        (DUE + DAY, DUE - DAY, LATE),
        (DUE + 9 * DAY, DUE + DAY, None),
        (DUE + 9 * DAY, None, LATE),
    ],
)
def test_each_step_of_a_term_is_passed_once(
    now: datetime, alerted: datetime | None, passed: timedelta | None
) -> None:
    assert step_passed(DUE, alerted, now, STEPS) == passed


@given(st.lists(TIMES, min_size=1).map(sorted))
def test_whenever_one_looks_nobody_is_warned_twice_of_one_step(looks: list[datetime]) -> None:
    """However often, and with whatever gaps; and who looks after the term warns that it is over."""
    alerted, said = None, []
    for now in looks:
        step = step_passed(DUE, alerted, now, STEPS)
        if step is not None:
            said.append(step)
            alerted = now
    assert said == sorted(set(said), reverse=True)
    assert (LATE in said) is (looks[-1] > DUE)


def test_a_warning_goes_to_whom_the_settings_name(world: World) -> None:
    """In the language that is named; a name that is no address gets no letter."""
    app = world.app
    assert alerts_to(app) == SANDBOX_ADDRESS
    named = app.settings.model_copy(
        update={"alerts_to": "night@harbour.example", "alerts_language": "de"}
    )
    watched = replace(app, settings=named)
    silent = replace(app, settings=named.model_copy(update={"alerts_to": "by night"}))
    with app.store.unit() as unit:
        assert alert(watched, unit, AlertKind.BREACH_SUSPECTED, "B-1", unit.now)
        assert alert(silent, unit, AlertKind.ORDER_LATE, "B-2") is None
    with app.store.read() as reader:
        entries = [decode(leaf.data) for leaf in reader.leaves.get(0, reader.head.size)]
    assert [(one.objects, dict(one.facts)["mailed"]) for one in entries[-2:]] == [
        ((("breach", "B-1"),), True),
        ((("order", "B-2"),), False),
    ]
    run_once(app)
    (letter,) = world.outbox.letters
    assert letter.to == "night@harbour.example"
    assert "B-1" in letter.text
    assert "licet breach show" in letter.text
    assert letter.subject.startswith("Alarm: jemand hat vielleicht")
