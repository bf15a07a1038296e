"""An order to destroy photos leaves the copies that a claim needs, and takes them later."""

from datetime import timedelta
from pathlib import Path

import pytest

from licet.app import App
from licet.collect import collect
from licet.effects.carrying import people
from licet.effects.proving.packing import write_pack
from licet.recovery import back_up, restore
from licet.rights.hold import place
from licet.rights.proving import require_pack
from licet.terms.collecting import Collected
from licet.terms.ids import CopyId, GrantId, OrderId, SubjectId
from licet.terms.order import DataKind, OrderScope, OrderState
from licet.terms.plan import Plan
from licet.terms.rights import HoldWish
from licet.terms.source import SourceKind
from licet.terms.uploading import Handed, Uploaded
from licet.uploading import upload
from tests.fakes.deployment import World, settings_of
from tests.fakes.vision import photo
from tests.worker.ordering import order_of, order_wish, ordered, work

TERM = 90
KINDS = [(DataKind.PHOTOS,), (DataKind.PHOTOS, DataKind.PEOPLE)]


class Scene:
    """Ada is to go. Ben is in a photo with her, and in one without her."""

    def __init__(self, world: World) -> None:
        self.world = world
        _, self.ada = world.enrolled("ada", residence="DE")
        self.grant, self.ben = world.enrolled("ben", residence="DE")
        wish = {"kind": SourceKind.UPLOAD, "retention_days": 400}
        self.source = world.source(Path("upload:"), "handed in", **wish)
        self.needed = self.kept("ada", "ben", shot=1)
        self.others = self.kept("ada", "cleo", shot=2)
        self.alone = self.kept("ben", shot=3)
        assert isinstance(collect(world.app, world.who("steward"), self.source.id), Collected)

    def kept(self, *people: str, shot: int) -> CopyId:
        handed = Handed(f"{shot}.jpg", photo(*people, shot=shot))
        done = upload(self.world.app, self.world.who("steward"), self.source.id, handed)
        assert isinstance(done, Uploaded), done
        return done.copy

    def hold(self, subject: SubjectId, grant: GrantId, days: int = TERM) -> str:
        wish = HoldWish(subject, (grant,), "ef" * 32, self.world.clock() + timedelta(days=days))
        hold = place(self.world.app, self.world.who("steward", "officer"), wish)
        assert isinstance(hold, str), hold
        return hold

    def order(self, *data: DataKind) -> OrderId:
        scope = OrderScope(subjects=(self.ada,))
        return ordered(self.world, order_wish(self.world, *data, scope=scope))

    def rows(self) -> set[str]:
        with self.world.app.store.read() as reader:
            return {copy.id for copy in reader.copies.of_source(self.source.id, "", 99)}


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def _is_proved(scene: Scene, order: OrderId, left: int, holds: list[str]) -> None:
    world = scene.world
    assert order_of(world, order).state is OrderState.PROVED
    pack = write_pack(world.app, order)
    assert require_pack(world.app, order, pack.data) == pack.sha256
    assert dict(pack.statement.left).get("copies", 0) == left
    assert [one.hold for one in pack.statement.held] == holds


@pytest.mark.parametrize("data", KINDS)
def test_what_a_claim_needs_stays_is_named_and_goes_with_the_hold(
    scene: Scene, data: tuple[DataKind, ...]
) -> None:
    hold = scene.hold(scene.ben, scene.grant)
    order = scene.order(*data)
    work(scene.world)
    assert scene.rows() == {scene.needed, scene.alone}
    _is_proved(scene, order, 1, [hold])
    scene.world.clock.go(days=TERM + 1)
    work(scene.world)
    assert scene.rows() == {scene.alone}
    with scene.world.app.store.read() as reader:
        assert reader.people.open_plans() == ()


def test_without_a_hold_they_go_whoever_else_is_in_them(scene: Scene) -> None:
    """Also where the order wants the people erased besides."""
    order = scene.order(DataKind.PHOTOS, DataKind.PEOPLE)
    work(scene.world)
    assert scene.rows() == {scene.alone}
    _is_proved(scene, order, 0, [])


def test_a_copy_that_one_hold_needs_no_more_and_another_does_not_goes_alone(scene: Scene) -> None:
    """Two holds end at two times: each copy goes with the last that needs it."""
    grant, cleo = scene.world.enrolled("dora", residence="DE")
    both = scene.kept("ada", "dora", shot=4)
    assert isinstance(
        collect(scene.world.app, scene.world.who("steward"), scene.source.id), Collected
    )
    holds = [scene.hold(scene.ben, scene.grant, 30), scene.hold(cleo, grant, TERM)]
    order = scene.order(DataKind.PHOTOS)
    work(scene.world)
    _is_proved(scene, order, 2, sorted(holds))
    scene.world.clock.go(days=31)
    work(scene.world)
    assert scene.rows() == {both, scene.alone}
    scene.world.clock.go(days=TERM)
    work(scene.world)
    assert scene.rows() == {scene.alone}


def test_a_hold_that_comes_while_the_order_is_carried_out_keeps_them(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is decided again inside the unit that would end them."""
    order = scene.order(DataKind.PHOTOS)
    looked = people.make_owed_key
    held: list[str] = []

    def look(app: App, plan: Plan) -> None:
        looked(app, plan)
        if not held:
            held.append(scene.hold(scene.ben, scene.grant))

    monkeypatch.setattr(people, "make_owed_key", look)
    work(scene.world)
    assert scene.rows() == {scene.needed, scene.alone}
    _is_proved(scene, order, 1, held)


def test_a_restore_owes_them_again(scene: Scene, fresh_url: str, tmp_path: Path) -> None:
    """The backup is from before the order, and the copy goes with the hold all the same."""
    world = scene.world
    scene.hold(scene.ben, scene.grant)
    backed = back_up(world.app, tmp_path / "before.licet").file
    scene.order(DataKind.PHOTOS)
    work(world)
    world.app.close()
    restore(settings_of(world.home, fresh_url), backed, world.clock)
    world.url = fresh_url
    world.app = world.reopen()
    assert scene.rows() == {scene.needed, scene.alone}
    world.clock.go(days=TERM + 1)
    work(world)
    assert scene.rows() == {scene.alone}
