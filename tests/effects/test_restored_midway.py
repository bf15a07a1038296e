"""A backup from the middle of an order comes to the same proof, of the same people."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from licet.effects.carrying import planning
from licet.effects.carrying.again import is_part
from licet.effects.carrying.parts import whose
from licet.effects.ordering.counting import settle_orders
from licet.effects.proving.packing import write_pack
from licet.effects.record import record_machine
from licet.effects.sealed import contact_tag, seal_identity, subject_key
from licet.ledger.leaf import decode
from licet.recovery import back_up
from licet.rights.hold import place
from licet.rights.proving import require_pack
from licet.terms.errors import BadInput, KeyAbsent
from licet.terms.grant import GrantState, Identity, Subject, SubjectState
from licet.terms.ids import OrderId, SubjectId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.order import DataKind, OrderState
from licet.terms.plan import WorkState
from licet.terms.rights import HoldWish
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.worker.ordering import (
    FRANCE,
    grant_state,
    order_of,
    order_wish,
    ordered,
    searched,
    state_of,
    work,
)

GoBack = Callable[[Path], None]
NEVER = "never"


class Killed(BaseException):
    """A process that ends here."""


def _worked(world: World, file: Path, backed_up_at: str, killed_at: str) -> None:
    """Let a worker run that is killed at a boundary; before, a backup is made at another."""
    met: set[str] = set()

    def at(point: str) -> None:
        if point == backed_up_at and point not in met:
            met.add(point)
            back_up(world.app, file)
        if point == killed_at and backed_up_at in met:
            raise Killed

    dying = world.reopen(at)
    try:
        run_once(dying)
    except Killed:
        assert killed_at != NEVER
    else:
        assert killed_at == NEVER
    finally:
        dying.close()
    world.clock.go(minutes=2)


def _is_proved(world: World, order: OrderId, people: int) -> None:
    """Hold the pack against its own verifier, and the rows against what it says."""
    assert order_of(world, order).state is OrderState.PROVED
    pack = write_pack(world.app, order)
    assert require_pack(world.app, order, pack.data) == pack.sha256
    assert pack.statement.people == people
    with world.app.store.read() as reader:
        parts = reader.orders.parts(order)
        plans = [reader.plans.get(one.plan) for one in parts]
    assert {part.plan for part in pack.statement.record.parts} == {one.plan for one in parts}
    assert sum(one.people for one in parts) == people
    assert all(plan is not None and plan.state is WorkState.DONE for plan in plans)


def _all_erased(world: World, people: list[SubjectId]) -> None:
    assert {state_of(world, one) for one in people} == {SubjectState.ERASED}
    keys = {subject_key(one) for one in people}
    assert world.app.keyring.absent(keys) == keys


FIRST = "effect.deliver_history.start"


@pytest.mark.parametrize(
    ("backed_up_at", "killed_at"),
    [
        ("order.keys", "effect.shred_keys.done"),
        ("effect.delete_rows.done", "effect.forget_plan.done"),
        ("order.keys", "effect.delete_rows.done"),
        pytest.param("order.keys", FIRST, marks=pytest.mark.soak),
        pytest.param("order.keys", "effect.check_keys.done", marks=pytest.mark.soak),
        pytest.param("order.keys", NEVER, marks=pytest.mark.soak),
        pytest.param("order.planned", "effect.shred_keys.done", marks=pytest.mark.soak),
        pytest.param("order.planned", NEVER, marks=pytest.mark.soak),
        pytest.param("effect.shred_keys.done", NEVER, marks=pytest.mark.soak),
    ],
)
def test_an_order_is_proved_after_a_restore_from_its_middle(
    world: World,
    tmp_path: Path,
    go_back: GoBack,
    monkeypatch: pytest.MonkeyPatch,
    backed_up_at: str,
    killed_at: str,
) -> None:
    """Three people in three parts, some done, some not; nobody is told twice who searched them."""
    monkeypatch.setattr(planning, "PEOPLE", 1)
    people = [world.enrolled(name, residence=FRANCE)[1] for name in ("anna", "bea", "cleo")]
    searched(world, "anna")
    world.outbox.letters.clear()
    order = ordered(world, order_wish(world))
    file = tmp_path / "midway.licet"
    _worked(world, file, backed_up_at, killed_at)
    go_back(file)
    work(world)
    _all_erased(world, people)
    _is_proved(world, order, 3)
    histories = [one.to for one in world.outbox.letters if one.subject == "Who searched you"]
    assert histories == ["anna@example.org"]
    with world.app.store.read() as reader:
        assert len(reader.accounts.all()) == 1


def _without_grants(world: World, name: str) -> SubjectId:
    """Somebody who is known and gave no grant: no entry names them."""
    subject = SubjectId(new_id())
    world.app.keyring.create(subject_key(subject))
    contact = f"{name}@example.org"
    identity = Identity(name, contact, "1980-05-17")
    with world.app.store.unit() as unit:
        record_machine(unit, EntryKind.RESIDENCE_STATED)
        sealed, tag = seal_identity(world.app, subject, identity), contact_tag(world.app, contact)
        unit.subjects.add(Subject(subject, FRANCE, tag, False, sealed, SubjectState.KNOWN))
    return subject


BEFORE_THE_ENTRY = "keyring.shred.committed"


@pytest.mark.parametrize(
    ("backed_up_at", "killed_at"),
    [
        ("order.keys", BEFORE_THE_ENTRY),
        ("order.keys", "effect.shred_keys.done"),
        ("order.keys", FIRST),
        pytest.param("order.planned", BEFORE_THE_ENTRY, marks=pytest.mark.soak),
        pytest.param("order.keys", "effect.check_keys.start", marks=pytest.mark.soak),
        pytest.param("order.keys", "effect.check_keys.done", marks=pytest.mark.soak),
        pytest.param("order.keys", "effect.scan_bytes.done", marks=pytest.mark.soak),
        pytest.param("order.keys", NEVER, marks=pytest.mark.soak),
        pytest.param("order.planned", FIRST, marks=pytest.mark.soak),
        pytest.param("order.planned", "effect.shred_keys.done", marks=pytest.mark.soak),
        pytest.param("order.planned", "effect.check_keys.done", marks=pytest.mark.soak),
        pytest.param("effect.delete_rows.done", BEFORE_THE_ENTRY, marks=pytest.mark.soak),
        pytest.param("effect.shred_keys.done", "effect.check_keys.done", marks=pytest.mark.soak),
    ],
)
def test_who_gave_no_grant_counts_once_after_a_restore(
    world: World, tmp_path: Path, go_back: GoBack, backed_up_at: str, killed_at: str
) -> None:
    """Only their plan's entry tells whose key to look for, and only while the plan has a key."""
    bea = _without_grants(world, "bea")
    order = ordered(world, order_wish(world))
    _worked(world, file := tmp_path / "midway.licet", backed_up_at, killed_at)
    world.app.publish()  # As any other act does that comes by.
    go_back(file)
    world.outbox.letters.clear()
    work(world)
    _all_erased(world, [bea])
    _is_proved(world, order, 1)
    if killed_at == FIRST:  # Nothing of theirs was destroyed, so they can be told that it was.
        assert "bea@example.org" in {one.to for one in world.outbox.letters}


@pytest.mark.parametrize(
    "killed_at",
    ["effect.shred_keys.done", FIRST, pytest.param(BEFORE_THE_ENTRY, marks=pytest.mark.soak)],
)
def test_who_gave_no_grant_and_came_after_the_backup_is_erased_and_proved(
    world: World, tmp_path: Path, go_back: GoBack, killed_at: str
) -> None:
    """Their row is lost. Their key is found by their plan's entry, and goes or is looked for."""
    world.enrolled("anna", residence="DE")
    early = back_up(world.app, tmp_path / "early.licet").file
    bea = _without_grants(world, "bea")
    order = ordered(world, wish := order_wish(world))
    _worked(world, tmp_path / "other.licet", "order.keys", killed_at)
    world.app.publish()
    go_back(early)
    ordered(world, wish, confirmed=False)
    work(world)
    assert not world.app.keyring.has(subject_key(bea))
    _is_proved(world, order, 1)


def test_once_the_plan_is_done_nothing_tells_who_was_in_it(world: World) -> None:
    """Their entry names them under a key that goes with the plan's last step."""
    bea = _without_grants(world, "bea")
    order = ordered(world, order_wish(world))
    settle_orders(world.app)
    assert planning.plan_people(world.app) == 1
    with world.app.store.read() as reader:
        entries = [decode(leaf.data) for leaf in reader.leaves.iterate(0)]
        (plan,) = (one.plan for one in reader.orders.parts(order))
    (entry,) = (one for one in entries if is_part(one))
    assert bea not in str(entry)
    assert whose(world.app, plan, entry) == bea
    work(world)
    with pytest.raises(KeyAbsent):
        whose(world.app, plan, entry)


def test_a_pack_claims_no_look_for_a_key_that_nothing_names_any_more(
    world: World, tmp_path: Path, go_back: GoBack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry of an earlier version does not name them: the pack says what nobody looked for."""
    monkeypatch.setattr(planning, "whose_facts", lambda *_: ())
    _without_grants(world, "bea")
    order = ordered(world, order_wish(world))
    _worked(world, file := tmp_path / "midway.licet", "order.keys", "effect.shred_keys.done")
    world.app.publish()
    go_back(file)
    work(world)
    pack = write_pack(world.app, order)
    with pytest.raises(BadInput, match="counts 1 people as erased, and looked for 0 keys"):
        require_pack(world.app, order, pack.data)


def test_who_gave_no_grant_is_planned_once_by_two_at_a_time(world: World) -> None:
    """The one who comes second leaves the plan's key alone."""
    _without_grants(world, "bea")
    order = ordered(world, order_wish(world))
    settle_orders(world.app)

    def at(point: str) -> None:
        if point == "order.keys":
            assert planning.plan_people(world.app) == 1

    slow = world.reopen(at)
    try:
        assert planning.plan_people(slow) == 0
    finally:
        slow.close()
    work(world)
    _is_proved(world, order, 1)


@pytest.mark.parametrize(
    "data",
    [
        DataKind.TEMPLATES,
        pytest.param(DataKind.PROBES, marks=pytest.mark.soak),
        pytest.param(DataKind.PHOTOS, marks=pytest.mark.soak),
    ],
)
def test_each_kind_of_data_alone_is_proved_after_a_restore(
    world: World, tmp_path: Path, go_back: GoBack, data: DataKind
) -> None:
    """Nobody is planned twice, so nobody counts twice."""
    grant, a = world.enrolled("anna", residence=FRANCE)
    searched(world, "anna")
    order = ordered(world, order_wish(world, data))
    file = tmp_path / "midway.licet"
    _worked(world, file, "order.keys", "effect.shred_keys.done")
    go_back(file)
    work(world)
    assert state_of(world, a) is SubjectState.KNOWN
    ended = data is DataKind.TEMPLATES
    assert (grant_state(world, grant) is GrantState.ENDED) is ended
    _is_proved(world, order, 1)


def test_people_who_came_after_the_backup_are_proved_too(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """Their rows are lost; that their keys are gone is looked for, for each of them."""
    _, a = world.enrolled("anna", residence=FRANCE)
    file = back_up(world.app, tmp_path / "early.licet").file
    grant, _ = world.enrolled("bea", residence=FRANCE)
    order = ordered(world, wish := order_wish(world))
    _worked(world, tmp_path / "other.licet", "order.keys", "effect.seal_account.done")
    world.app.publish()
    go_back(file)
    ordered(world, wish, confirmed=False)
    work(world)
    assert state_of(world, a) is SubjectState.ERASED
    keys = {subject_key(a), f"grant:{grant}"}
    assert world.app.keyring.absent(keys) == keys  # type: ignore[arg-type]
    _is_proved(world, order, 2)


@pytest.mark.parametrize(
    "backed_up_at",
    [
        "order.planned",
        pytest.param("order.keys", marks=pytest.mark.soak),
        pytest.param("order.split.keys", marks=pytest.mark.soak),
    ],
)
def test_who_was_taken_out_of_a_part_stays_out_of_it(
    world: World, tmp_path: Path, go_back: GoBack, backed_up_at: str
) -> None:
    """A hold came after the plan; the restore knows both, and keeps whom it keeps."""
    grant, a = world.enrolled("anna", residence=FRANCE)
    _, b = world.enrolled("bea", residence=FRANCE)
    order = ordered(world, order_wish(world))
    file, other = tmp_path / "midway.licet", tmp_path / "other.licet"
    later = backed_up_at == "order.split.keys"
    _worked(world, other if later else file, "order.planned" if later else backed_up_at, FIRST)
    wish = HoldWish(a, (grant,), "ef" * 32, world.clock() + timedelta(days=90))
    assert isinstance(place(world.app, world.who("steward", "officer"), wish), str)
    # Killed while the others' keys are gone and their part is not done.
    _worked(world, file if later else other, "order.split.keys", "effect.shred_keys.done")
    go_back(file)
    work(world)
    assert state_of(world, a) is SubjectState.ERASING
    assert world.app.keyring.has(subject_key(a))
    assert state_of(world, b) is SubjectState.ERASED
    pack = write_pack(world.app, order)
    assert require_pack(world.app, order, pack.data) == pack.sha256
    assert (pack.statement.people, len(pack.statement.held)) == (2, 1)
    assert [one.people for one in pack.statement.record.parts] == [1, 1]
    world.clock.go(days=91)
    work(world)
    _all_erased(world, [a, b])
