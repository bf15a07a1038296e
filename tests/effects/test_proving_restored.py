"""A backup from before an order takes no proof away: the pack says the same again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from licet.effects.proving.packing import write_pack
from licet.ledger import pack as packs
from licet.recovery import back_up
from licet.rights import ordering
from licet.rights.ordering import Confirmed, Registered
from licet.rights.proving import require_pack
from licet.terms.errors import Conflict
from licet.terms.ids import Territory
from licet.worker import run_once
from tests.effects.test_proving import Told
from tests.fakes.deployment import World
from tests.fakes.ordering import an_order

GoBack = Callable[[Path], None]


def test_a_pack_says_the_same_after_a_restore(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """All that is stated is drawn from entries, so no row of the order is needed but its text."""
    world.granted("anna", residence=Territory("FR"))
    file = back_up(world.app, tmp_path / "monday.licet").file
    done = ordering.register(world.app, world.who("steward"), an_order())
    assert isinstance(done, Registered)
    both = world.who("officer", "steward")
    assert isinstance(ordering.confirm(world.app, both, done.order), Confirmed)
    assert run_once(world.app).problems == ()
    before = write_pack(world.app, done.order)
    assert before.statement.people == 1
    go_back(file)
    with pytest.raises(Conflict, match="its text did not"):
        write_pack(world.app, done.order)
    again = ordering.register(world.app, world.who("steward"), an_order())
    assert isinstance(again, Registered)
    after = write_pack(world.app, done.order)
    assert after.statement == before.statement
    verdict = Told.of(after).verdict(world.app.ledger_key.vkey)
    assert verdict.problems == ()
    assert packs.TEXT in Told.of(after).files
    assert require_pack(world.app, done.order, after.data) == after.sha256
