"""A package reaches its person once, whoever is killed, and nobody else."""

from contextlib import AbstractContextManager, closing
from dataclasses import replace
from functools import partial

import pytest

from licet.app import App
from licet.collect import collect
from licet.effects.answering import close_request
from licet.effects.packing import (
    build_package,
    deliver_package,
    drop_package,
    steps,
    sweep_packages,
)
from licet.effects.packing import volumes as volumes_module
from licet.effects.packing.volumes import Volumes
from licet.effects.plans import drive
from licet.effects.record import record_machine
from licet.terms.errors import Busy
from licet.terms.granting import Message
from licet.terms.ids import RequestId, SubjectId
from licet.terms.ledger import EntryKind
from licet.terms.plan import EffectKind, Plan
from licet.terms.rights import RequestState, RightKind
from tests.effects.packing import asked, request_of, unpack
from tests.fakes.deployment import FakeOutbox, World
from tests.fakes.vision import photo

OUTSIDE = {
    EffectKind.BUILD_PACKAGE: build_package,
    EffectKind.DELIVER_PACKAGE: deliver_package,
}


class Killed(BaseException):
    """The process is gone."""


def _anna(world: World) -> SubjectId:
    """Enrol somebody who is in three photos."""
    _, subject = world.enrolled("anna")
    place = world.folder(**{f"p{n}": photo("anna", shot=n) for n in range(3)})
    collect(world.app, world.who("steward"), world.source(place).id)
    world.outbox.letters.clear()
    return subject


BEGINS = {"anna": _anna}


@pytest.fixture
def anna(world: World) -> SubjectId:
    """Give somebody who is in three photos."""
    return SubjectId(world.left)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a volume hold the texts, or one picture."""
    monkeypatch.setattr(steps, "Volumes", partial(Volumes, largest=60))


def answered(world: World, plan: Plan, app=None) -> bool:
    """Carry the plan as far as it goes."""
    return drive(app or world.app, plan.id, OUTSIDE, {})


def names(letters: list[Message]) -> list[str]:
    return [one.name for letter in letters for one in letter.attachments]


def folder(world: World) -> list[str]:
    place = world.app.settings.place(world.app.settings.packages)
    return sorted(p.name for p in place.iterdir() if not p.name.startswith(".lock"))


def test_it_comes_in_one_letter_and_what_opens_it_in_another(world: World, anna: SubjectId) -> None:
    plan = asked(world.app, anna)
    assert answered(world, plan)
    package, secret = world.outbox.letters
    assert {letter.to for letter in (package, secret)} == {"anna@example.org"}
    assert names([package]) == ["package-1.zip"]
    assert names([secret]) == []
    told = unpack(world.app, plan, [package.attachments[0].data])
    assert told.secret in secret.text
    assert told.secret not in package.text
    assert told.verdict(world.app.ledger_key.vkey).ok
    with world.app.store.read() as reader:
        effects = reader.plans.effects(plan.id)
    built = dict(effects[0].found)
    assert built["volumes"] == 1
    assert built["bytes"] == len(package.attachments[0].data)
    assert dict(effects[1].found) == {"delivered": True, "volumes": 1, "letters": 2}


def test_nothing_of_it_is_left_when_it_is_delivered(world: World, anna: SubjectId) -> None:
    plan = asked(world.app, anna)
    answered(world, plan)
    assert folder(world) == [f".{request_of(world.app, plan).id}.delivered"]
    with world.app.store.unit() as unit:
        request = unit.requests.of_plan(plan.id)
        unit.requests.put(replace(request, state=RequestState.DELIVERED, closed_at=unit.now))
        record_machine(unit, EntryKind.REQUEST_DELIVERED, (("request", request.id),))
    assert sweep_packages(world.app) == 0
    assert folder(world) == []


def test_what_nobody_waits_for_any_more_is_removed(world: World, anna: SubjectId) -> None:
    """A human refused after all: what was built is not sent, and does not lie about."""
    kept, refused = asked(world.app, anna), asked(world.app, anna)
    build_package(world.app, kept)
    build_package(world.app, refused)
    with world.app.store.unit() as unit:
        request = unit.requests.of_plan(refused.id)
        unit.requests.put(replace(request, state=RequestState.REFUSED, closed_at=unit.now))
        record_machine(unit, EntryKind.REQUEST_REFUSED, (("request", request.id),))
    assert sweep_packages(world.app) == 1
    assert folder(world) == [request_of(world.app, kept).id]


@pytest.mark.usefixtures("tiny")
def test_a_large_one_comes_in_volumes_that_open_alone(world: World, anna: SubjectId) -> None:
    plan = asked(world.app, anna)
    assert answered(world, plan)
    *packages, secret = world.outbox.letters
    assert names(packages) == [f"package-{n}.zip" for n in range(1, 5)]
    assert all(len(letter.attachments) == 1 for letter in packages)
    told = unpack(world.app, plan, [letter.attachments[0].data for letter in packages])
    first, *others = told.volumes
    assert "package.json" in first
    assert [len(volume) for volume in others] == [1, 1, 1]
    assert told.verdict().ok
    alone = told.verdict(files=first)
    assert alone.ok
    assert "3 files in other volumes, which were not looked at" in alone.rests_on_word
    assert told.secret in secret.text


def test_no_volume_is_larger_than_a_mailbox_takes() -> None:
    """A third more on its way, and 25 MB is what common mailboxes take."""
    assert volumes_module.LARGEST * 4 / 3 < 25 * 2**20 * 0.9


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize(
    "boundary", ["package.built", "package.volume.sent", "package.secret.sent"]
)
@pytest.mark.parametrize("time", [1, 2])
def test_whoever_is_killed_it_arrives_and_says_when_it_may_be_there_already(
    world: World, anna: SubjectId, boundary: str, time: int
) -> None:
    plan = asked(world.app, anna)
    passed = 0

    def at(name: str) -> None:
        nonlocal passed
        passed += name == boundary
        if name == boundary and passed == time:
            raise Killed

    app = world.reopen(at)
    try:
        assert answered(world, plan, app) == (time == 2 and boundary != "package.volume.sent")
    except Killed:
        app.close()
        world.clock.go(minutes=2)
        app = world.reopen()
        assert answered(world, plan, app)
    first: dict[str, Message] = {}
    for letter in world.outbox.letters:
        for name in names([letter]):
            again = "came to you before" in letter.text
            assert again or name not in first, "the same volume again without a word"
            first.setdefault(name, letter)
    volumes = [first[name].attachments[0].data for name in sorted(first)]
    assert unpack(world.app, plan, volumes).verdict().ok
    secrets = [one for one in world.outbox.letters if not one.attachments]
    assert 1 <= len(secrets) <= 2
    assert len({one.text for one in secrets}) == 1
    app.close()


def test_a_mailbox_that_is_shut_is_tried_again(world: World, anna: SubjectId) -> None:
    plan = asked(world.app, anna)

    class Shut(FakeOutbox):
        def send(self, message: Message) -> None:
            raise Busy("the mail server did not take the letter")

    open_box, shut = world.outbox, Shut()
    world.outbox = shut
    app = world.reopen()
    with pytest.raises(Busy):
        answered(world, plan, app)
    app.close()
    lying = [file for file in folder(world) if not file.startswith(".")]
    assert lying == [request_of(world.app, plan).id]
    world.outbox = open_box
    assert answered(world, plan)
    assert names(open_box.letters) == ["package-1.zip"]


def test_one_that_was_lost_with_its_disk_is_built_again(world: World, anna: SubjectId) -> None:
    plan = asked(world.app, anna)
    assert drive(world.app, plan.id, OUTSIDE, {}, EffectKind.DELIVER_PACKAGE) is False
    assert drop_package(world.app, request_of(world.app, plan).id)
    assert answered(world, plan)
    assert names(world.outbox.letters) == ["package-1.zip"]


def test_two_do_not_build_one_package(world: World, anna: SubjectId) -> None:
    """While one builds, the other waits."""
    plan = asked(world.app, anna)
    seen = []

    def at(name: str) -> None:
        if name == "package.built":
            other = world.reopen()
            seen.append((build_package(other, plan), deliver_package(other, plan)))
            other.close()

    app = world.reopen(at)
    assert dict(build_package(app, plan))["built"]
    assert seen == [(None, None)]
    app.close()


def test_one_who_was_late_delivers_nothing_again(
    world: World, anna: SubjectId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another delivers, closes the request and sweeps its mark, right before one is alone."""
    plan = asked(world.app, anna)
    assert drive(world.app, plan.id, OUTSIDE, {}, EffectKind.DELIVER_PACKAGE) is False
    alone = steps._alone

    def late(app: App, request: RequestId) -> AbstractContextManager[bool]:
        monkeypatch.setattr(steps, "_alone", alone)
        with closing(world.reopen()) as other:
            assert drive(other, plan.id, OUTSIDE, {})
            with other.store.unit() as unit:
                close_request(other, unit, plan)
            sweep_packages(other)
        return alone(app, request)

    monkeypatch.setattr(steps, "_alone", late)
    assert dict(deliver_package(world.app, plan) or ()) == {"delivered": False}
    assert len(world.outbox.letters) == 2
    assert folder(world) == []


def test_without_a_proved_contact_nothing_leaves(world: World, anna: SubjectId) -> None:
    """The letter came from somewhere nobody proved: it is built, and waits."""
    plan = asked(world.app, anna, contact="stranger@example.org", proved=())
    assert answered(world, plan) is False
    assert world.outbox.letters == []


def test_a_plan_without_a_request_builds_nothing(world: World, anna: SubjectId) -> None:
    plan = replace(asked(world.app, anna), id="00000000-0000-4000-8000-000000000000")
    assert dict(build_package(world.app, plan)) == {"built": False}
    assert dict(deliver_package(world.app, plan)) == {"delivered": False}


def test_discarding_leaves_nothing(world: World, anna: SubjectId) -> None:
    plan = asked(world.app, anna, RightKind.PORTABILITY)
    build_package(world.app, plan)
    request = request_of(world.app, plan).id
    assert drop_package(world.app, request)
    assert folder(world) == []
    assert not drop_package(world.app, request)


def test_who_comes_late_builds_nothing_again(world: World, anna: SubjectId) -> None:
    """Two hold one plan after a lease ran out: what one delivered the other leaves alone."""
    plan = asked(world.app, anna)
    assert answered(world, plan)
    with world.app.store.read() as reader:
        built = reader.plans.effects(plan.id)[0]
    assert build_package(world.app, plan) == built.found
    assert dict(deliver_package(world.app, plan) or ()) == {
        "delivered": True,
        "volumes": 1,
        "letters": 2,
    }
    assert len(world.outbox.letters) == 2
    assert [name for name in folder(world) if not name.startswith(".")] == []
