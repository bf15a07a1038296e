"""1, 7. No grant, no template; what is not live is invisible at once, in every process."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from licet.collect import collect
from licet.granting import withdraw
from licet.recovery import restore
from licet.terms.acting import SUBJECT
from licet.terms.collecting import Collected
from licet.terms.search import SearchResult
from tests.fakes.deployment import CLEARANCE
from tests.invariants import checks
from tests.invariants.house import ARCHIVE, CLUB
from tests.invariants.scenes import ANNA, BELA, Scene

KEEP = {
    "template": (
        'INSERT INTO template (id, "grant", kind, model, sealed, leaf) '
        "VALUES ('t', :grant, 'reference', 'm', :sealed, 0)"
    ),
    "suggestion": (
        'INSERT INTO suggestion (id, "grant", sealed, expires, leaf) '
        "VALUES ('s', :grant, :sealed, 0, 0)"
    ),
}


@pytest.mark.parametrize("table", sorted(KEEP))
def test_the_database_itself_keeps_nothing_under_an_ended_grant(scene: Scene, table: str) -> None:
    """Composite key: kept is part of what a row refers to."""
    grant, _ = scene.granted(ANNA)
    scene.acts.withdraw(grant)
    engine = create_engine(scene.house.world.url)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.execute(text("PRAGMA foreign_keys = ON"))
            with pytest.raises(IntegrityError):
                connection.execute(text(KEEP[table]), {"grant": grant, "sealed": b"x"})
    finally:
        engine.dispose()


def test_the_database_itself_ends_no_grant_that_keeps_something(scene: Scene) -> None:
    grant, _ = scene.enrolled(ANNA)
    engine = create_engine(scene.house.world.url)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.execute(text("PRAGMA foreign_keys = ON"))
            with pytest.raises(IntegrityError):
                connection.execute(
                    text("UPDATE \"grant\" SET state = 'ended' WHERE id = :grant"), {"grant": grant}
                )
    finally:
        engine.dispose()


def test_who_takes_a_grant_back_is_gone_everywhere_at_once(scene: Scene) -> None:
    """Two processes and a third that is opened after; nobody finds the person any more."""
    anna, _ = scene.enrolled(ANNA)
    bela, _ = scene.enrolled(BELA)
    house = scene.house
    assert scene.found(ANNA) == {anna}
    assert scene.found(ANNA, app=house.other) == {anna}
    scene.acts.withdraw(anna)
    picture = scene.settle()
    assert scene.found(ANNA) == scene.found(ANNA, app=house.other) == set()
    checks.findable(house, scene.acts.known, picture, fresh=True)
    assert scene.found(BELA) == {bela}


@pytest.mark.parametrize("stop", ["withdraw.committed", "effect.delete_rows.start"])
def test_who_is_leaving_is_gone_before_the_plan_is_carried_out(scene: Scene, stop: str) -> None:
    """From the commit on, not from the end of the plan on."""
    anna, _ = scene.enrolled(ANNA)
    assert scene.found(ANNA, app=scene.house.other) == {anna}
    scene.cut(stop, lambda: withdraw(scene.house.app, SUBJECT, anna))
    assert scene.picture.grants[anna]["state"] == "ending"
    assert scene.found(ANNA) == scene.found(ANNA, app=scene.house.other) == set()


def test_a_withdrawal_between_the_gallery_and_the_release_wins(scene: Scene) -> None:
    anna, _ = scene.enrolled(ANNA)
    scene.meanwhile("search.found", lambda: scene.acts.withdraw(anna, app=scene.house.other))
    done = scene.search(ANNA)
    assert scene.house.boundaries.meanwhile is None, "the search never passed the gallery"
    assert isinstance(done, SearchResult)
    assert done.candidates == ()
    assert scene.picture["candidate"] == []


def test_a_withdrawal_between_comparing_and_keeping_wins(scene: Scene) -> None:
    """Nothing is kept of a face whose grant ended since it was compared."""
    anna, _ = scene.enrolled(ANNA)
    source = scene.source("regatta", ANNA)
    scene.meanwhile("gallery.looked", lambda: scene.acts.withdraw(anna, app=scene.house.other))
    done = collect(scene.house.app, scene.house.at(ARCHIVE).who("steward"), source)
    assert isinstance(done, Collected), done
    assert (done.items, done.appearances, done.suggestions) == (1, 0, 0)
    assert scene.picture["template"] == []


def test_time_alone_ends_what_may_be_found(scene: Scene) -> None:
    """No process needs to hear of it, and the worker ends the grant."""
    asked = scene.acts.ask(ANNA, ARCHIVE, CLEARANCE, 2, None)
    scene.settle()
    scene.acts.yes(asked.grant, True)  # type: ignore[union-attr]
    scene.acts.enrol(asked.grant, ANNA, "good")  # type: ignore[union-attr]
    grant = asked.grant  # type: ignore[union-attr]
    assert scene.found(ANNA) == {grant}
    scene.house.clock.go(days=2)
    assert scene.found(ANNA) == scene.found(ANNA, app=scene.house.other) == set()
    scene.worker()
    picture = scene.picture
    assert picture.grants[grant]["state"] == "ended"
    checks.finished(picture)
    checks.shredded(scene.house, picture)


def test_another_organisation_finds_nobody_of_ours(scene: Scene) -> None:
    """Two organisations of one deployment, the same purpose, the same face."""
    anna, _ = scene.enrolled(ANNA)
    assert scene.found(ANNA, CLUB) == set()
    assert scene.found(ANNA, ARCHIVE) == {anna}


@pytest.mark.parametrize("how", ["person", "everything"])
def test_a_block_holds_in_every_process(scene: Scene, how: str) -> None:
    """7. Placed in one process, it holds in the other; lifted, all is as before."""
    anna, subject = scene.enrolled(ANNA)
    assert scene.found(ANNA, app=scene.house.other) == {anna}
    name = scene.acts.block(subject if how == "person" else None, None)
    done = scene.search(ANNA, app=scene.house.other)
    assert not isinstance(done, SearchResult) or done.candidates == ()
    checks.findable(scene.house, scene.acts.known, scene.settle(), fresh=True)
    scene.acts.lift(name)
    assert scene.found(ANNA, app=scene.house.other) == {anna}


def test_a_restored_backup_brings_nobody_back_who_left_since(scene: Scene) -> None:
    """1. The ledger that was mirrored since is applied before the store serves."""
    anna, _ = scene.enrolled(ANNA)
    bela, _ = scene.enrolled(BELA)
    copy = scene.house.copy_store()
    scene.acts.withdraw(anna)
    scene.house.put_store(copy)
    assert scene.house.refuses_to_open()
    restored = restore(scene.settings(), None, scene.house.clock)
    scene.house.serve()
    assert restored.imported > 0
    assert scene.picture.grants[anna]["state"] in ("ending", "ended")
    assert scene.found(ANNA) == set()
    assert scene.found(BELA) == {bela}


def test_a_grant_that_ended_but_not_its_plan_stays_ended_after_a_restore(scene: Scene) -> None:
    """1. The key is still there, so only the replayed entry keeps the person invisible."""
    anna, _ = scene.enrolled(ANNA)
    copy = scene.house.copy_store()
    scene.cut("effect.shred_keys.start", lambda: withdraw(scene.house.app, SUBJECT, anna))
    scene.house.app.publish()
    scene.house.put_store(copy)
    restore(scene.settings(), None, scene.house.clock)
    scene.house.serve()
    assert scene.found(ANNA) == set()
    scene.worker()
    picture = scene.picture
    assert picture.grants[anna]["state"] == "ended"
    assert picture["template"] == []
    checks.shredded(scene.house, picture)
