"""Drills: they go the whole way, touch nothing of ours, and fail when something does not go."""

from pathlib import Path

import pytest

from licet.drill import breach as breaches
from licet.drill import order as orders
from licet.drill.breach import drill_breach
from licet.drill.order import drill_order
from licet.drill.stage import Stage, allowed, must, populate, stage
from licet.effects.shelf import fresh_gallery
from licet.terms.errors import LicetError
from licet.terms.ids import Territory
from licet.terms.permit import Action, Refusal
from licet.worker import Done

FRANCE = Territory("FR")


def test_an_order_is_tried_from_its_registration_to_its_pack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Block, answer, erase, prove, pack, verify, send, close; the others are left."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    done = drill_order(FRANCE, 12, 1)
    assert (done.people, done.in_scope, done.asking) == (12, 1, 1)
    assert done.letters >= 3, "the package, what opens it, and that an order erased them"
    assert done.pack_bytes > 1_000
    names = [step.name for step in done.steps]
    assert names.index("registered, and counted") < names.index("the pack")
    assert all(step.seconds >= 0 for step in done.steps)
    assert list(tmp_path.glob("licet-drill-*")) == [], "nothing is left behind"


def test_a_drill_fails_where_nobody_is_warned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaches, "run_once", lambda _app: Done())
    with pytest.raises(LicetError, match="nobody was warned"):
        drill_breach(1)


def test_a_drill_fails_where_an_order_is_not_carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "run_once", lambda _app: Done())
    with pytest.raises(LicetError, match="the order is executing"):
        drill_order(FRANCE, 10, 0)


def test_people_of_a_stage_are_found_and_nobody_elses() -> None:
    with stage() as made:
        populate(made, 3, FRANCE)
        assert fresh_gallery(made.app).size() == 3
        home = made.app.settings.home
        assert isinstance(made, Stage)
        assert home.exists()
    assert not home.exists()


def test_a_refusal_and_a_fault_stop_a_drill() -> None:
    refusal = Refusal(Action.BREACH, "wrong_role", "GDPR 29", "It is not their work.", "Ask.")
    with pytest.raises(LicetError, match="not their work"):
        allowed(refusal)
    assert allowed(7) == 7
    with pytest.raises(LicetError, match="a fault"):
        must(False, "a fault")
    must(True, "nothing")
