"""Never these two, under a person's several grants and for several organisations (GDPR 16)."""

from dataclasses import replace

import pytest

from licet.collect import collect
from licet.effects.sealed import grant_key, unlinked_of
from licet.effects.unlinking import unlink_within
from licet.granting import withdraw
from licet.rectifying import unlink
from licet.terms.acting import SUBJECT
from licet.terms.errors import Conflict
from licet.terms.permit import By, Refusal
from licet.terms.rectifying import Never, Relinked
from licet.unlinking import never, relink
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.fakes.recipient import add_recipient
from tests.fakes.vision import photo
from tests.flows import test_unlinking
from tests.flows.test_unlinking import NOISE, Scene, kept, listed, refused, waiting

BEGINS = test_unlinking.BEGINS


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world, *world.left)


def test_it_holds_under_a_grant_that_she_gives_later(scene: Scene) -> None:
    world = scene.world
    (mine,) = kept(world, scene.grant)
    unlink(world.app, SUBJECT, mine)
    other, _ = world.enrolled("anna", subject=scene.subject)
    run_once(world.app)
    assert kept(world, other) == []
    assert len(waiting(world, other)) == 1, "of the other photo nobody said anything"


def test_what_she_said_under_one_grant_nobody_takes_back_under_another(scene: Scene) -> None:
    """A member marks what is suggested under her other grant, and would unmark both."""
    world = scene.world
    tag = refused(scene).tag
    with world.app.store.read() as reader:
        (mine,) = reader.unlinked.rows_of(scene.grant)
    ((_, said),) = unlinked_of(world.app, [mine])
    assert said is not None
    other, _ = world.enrolled("anna", subject=scene.subject)
    with world.app.store.unit() as unit:
        unlink_within(world.app, unit, other, (), None, (), (replace(said, by=By.MEMBER.value),))
        (theirs,) = {one.hex() for one in unit.unlinked.of_grant(other)}
    world.clock.go(days=2)
    with pytest.raises(Conflict, match="themselves"):
        relink(world.app, world.who("verifier"), theirs)
    assert {one.tag for one in listed(scene)} == {tag, theirs}
    assert isinstance(relink(world.app, SUBJECT, theirs), Relinked)
    assert listed(scene) == ()


def test_a_grant_that_is_ending_stops_no_word_about_another(scene: Scene) -> None:
    """Its key goes before its row does."""
    world = scene.world
    other, _ = world.enrolled("anna", subject=scene.subject)
    run_once(world.app)
    withdraw(world.app, SUBJECT, scene.grant)
    world.app.keyring.shred(grant_key(scene.grant))
    (one, *_) = waiting(world, other)
    assert isinstance(done := never(world.app, SUBJECT, one), Never)
    assert isinstance(relink(world.app, SUBJECT, done.tag), Relinked)


def test_the_controller_says_it_for_whom_another_organisation_enrolled(scene: Scene) -> None:
    """As it takes off an appearance; another organisation's member does not."""
    world = scene.world
    club, choir = add_recipient(world), add_recipient(world, "The Choir")
    grant, _ = club.enrolled("anna")
    source = club.source(world.folder("club", march=photo("anna", shot=10, noise=NOISE)))
    collect(world.app, club.who("steward"), source.id)
    world.clock.go(days=2)
    (one,) = waiting(world, grant)
    assert isinstance(never(world.app, choir.who("verifier"), one), Refusal)
    assert isinstance(never(world.app, world.who("officer"), one), Never)
    assert waiting(world, grant) == []
