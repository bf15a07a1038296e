"""2. Nothing is read without a live authority, nothing compared without a condition."""

import contextlib

import pytest

from licet.collect import collect
from licet.show import show
from licet.sourcing import add_source
from licet.suggesting import accept
from licet.terms.collecting import Collected
from licet.terms.errors import Conflict, NotFound
from licet.terms.ids import GrantId, ItemId, SourceId, SuggestionId
from licet.terms.permit import Refusal
from tests.fakes.vision import photo
from tests.invariants import checks
from tests.invariants.acts import FAINT, Cut
from tests.invariants.daily import daily
from tests.invariants.house import ARCHIVE, Crash
from tests.invariants.raw import Database
from tests.invariants.scenes import ANNA, BELA, Scene

STOPPING = ("cease", "lapse", "block")
WALKS = [(how, where) for how in STOPPING for where in ("gallery.looked", "collect.committed")]
CUTS = [(stop, n) for stop in ("unit.locked", "unit.effects", "unit.commit") for n in range(2, 7)]


@pytest.fixture
def scene(with_anna: Scene) -> Scene:
    """A house in which Anna is enrolled already."""
    return with_anna


def stop(scene: Scene, folder: str, how: str) -> None:
    """End the right to read a source, in the other process."""
    if how == "cease":
        scene.acts.cease(folder, ARCHIVE, app=scene.house.other)
    elif how == "lapse":
        scene.house.clock.go(days=4)
    else:
        scene.acts.block(None, scene.acts.sources[folder], app=scene.house.other)


@pytest.mark.parametrize("how", daily(STOPPING, STOPPING, ["block"]))
def test_a_source_that_ended_is_not_read(scene: Scene, how: str) -> None:
    scene.enrolled(ANNA)
    day = scene.house.clock.now.replace(day=5)
    source = scene.source("regatta", ANNA, BELA, valid_to=day)
    stop(scene, "regatta", how)
    done = scene.acts.collect("regatta", ARCHIVE)
    assert isinstance(done, Refusal), done
    assert (scene.house.reads, scene.picture["item"]) == (0, [])
    assert not scene.house.seen
    assert source


@pytest.mark.parametrize(
    ("how", "where"), daily(WALKS, sqlite=WALKS, postgresql=[WALKS[0], WALKS[5]])
)
def test_a_walk_stops_when_the_right_to_read_ends(
    scene: Scene, how: str, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reading itself stops; what was kept before stays, unless the source ceased."""
    monkeypatch.setattr("licet.effects.walking.BATCH_PHOTOS", 1)
    scene.enrolled(ANNA)
    day = scene.house.clock.now.replace(day=5)
    scene.source("regatta", *[ANNA] * 4, valid_to=day)
    scene.meanwhile(where, lambda: stop(scene, "regatta", how))
    done = scene.acts.collect("regatta", ARCHIVE)
    assert isinstance(done, Refusal), done
    assert not scene.house.seen
    assert scene.house.reads <= 2
    kept = len(scene.picture["item"])
    assert kept == (1 if where == "collect.committed" and how != "cease" else 0)


@pytest.mark.parametrize("condition", [None, "no evidence"])
def test_no_source_without_a_bystander_condition(scene: Scene, condition: str | None) -> None:
    """A stranger's face may not be compared at all, so the source cannot be opened."""
    world = scene.house.at(ARCHIVE)
    place = scene.house.put_photo("open", "harbour-opening-900.jpg", photo("a stranger"))
    parts = {"bystander_condition": None} if condition is None else {"bystander_evidence": " "}
    wish = world.source_wish(place, name="open", **parts)
    done = add_source(scene.house.app, world.who("steward", "officer"), wish)
    assert isinstance(done, Refusal), done
    assert scene.picture["source"] == []


def test_a_condition_that_was_taken_away_stops_comparing(scene: Scene) -> None:
    """Even if only the row says so: the permit reads it each time."""
    scene.enrolled(ANNA)
    source = scene.source("regatta", ANNA)
    _write(scene, f"UPDATE source SET bystander_condition = NULL WHERE id = '{source}'")
    done = scene.acts.collect("regatta", ARCHIVE)
    assert isinstance(done, Refusal)
    assert not scene.house.seen
    assert scene.house.reads == 0


@pytest.mark.parametrize("how", daily(STOPPING, STOPPING, ["cease"]))
def test_a_suggestion_is_not_accepted_from_a_source_that_ended(scene: Scene, how: str) -> None:
    """Accepting reads the photo again, so it needs the same right."""
    scene.enrolled(ANNA)
    scene.source("regatta", valid_to=scene.house.clock.now.replace(day=5))
    suggestion = suggested(scene, "regatta")
    reads = scene.house.reads
    stop(scene, "regatta", how)
    who = scene.house.at(ARCHIVE).who("verifier")
    if how == "cease":  # the suggestion went with what came from there
        with pytest.raises(NotFound):
            accept(scene.house.app, who, SuggestionId(suggestion))
    else:
        done = accept(scene.house.app, who, SuggestionId(suggestion))
        assert isinstance(done, Refusal), done
    assert scene.house.reads == reads
    assert not scene.house.seen


@pytest.mark.parametrize("how", daily(STOPPING, STOPPING, ["lapse"]))
def test_a_picture_is_not_fetched_from_a_source_that_ended(scene: Scene, how: str) -> None:
    """Showing reads the photo again too."""
    anna, _ = scene.enrolled(ANNA)
    scene.source("regatta", ANNA, valid_to=scene.house.clock.now.replace(day=5))
    assert isinstance(scene.acts.collect("regatta", ARCHIVE), Collected)
    item = scene.picture["item"][0]["id"]
    probe = photo(ANNA, shot=99)
    case = scene.case(probe)
    reads = scene.house.reads
    stop(scene, "regatta", how)
    who = scene.house.at(ARCHIVE).who("investigator")
    if how == "cease":  # there is no such photo any more
        with pytest.raises(NotFound):
            show(scene.house.app, who, ItemId(item), GrantId(anna), case)
    else:
        done = show(scene.house.app, who, ItemId(item), GrantId(anna), case)
        assert isinstance(done, Refusal), done
    assert scene.house.reads == reads
    assert not scene.house.seen


def test_collecting_compares_with_references_only(scene: Scene) -> None:
    """An appearance pulls no other face after it, however alike they are."""
    anna, _ = scene.enrolled(ANNA)
    source = scene.source("regatta", ANNA)
    assert isinstance(scene.acts.collect("regatta", ARCHIVE), Collected)
    appearance = next(t for t in scene.picture["template"] if t["kind"] == "appearance")
    assert appearance["grant"] == anna
    # The reference goes, the appearance stays: now nothing is left to compare with.
    _write(scene, "DELETE FROM template WHERE kind = 'reference'")
    scene.house.let_go()
    scene.house.serve()
    scene.acts.new_photo("regatta", ANNA)
    who = scene.house.at(ARCHIVE).who("steward")
    done = collect(scene.house.app, who, SourceId(source))
    assert isinstance(done, Collected)
    assert (done.items, done.appearances, done.suggestions) == (1, 0, 0)
    assert not scene.house.seen


@pytest.mark.parametrize(
    ("stop_", "passing"), daily(CUTS, sqlite=CUTS[::2], postgresql=[CUTS[7], CUTS[13]])
)
def test_a_walk_that_was_cut_short_misses_nothing(
    scene: Scene, stop_: str, passing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the process dies: gone on with, every photo is an item, and each once."""
    monkeypatch.setattr("licet.effects.walking.BATCH_PHOTOS", 1)
    anna, _ = scene.enrolled(ANNA)
    scene.source("regatta", *[ANNA] * 3)
    left = passing

    def die(name: str) -> None:
        nonlocal left
        left -= name == stop_
        if left == 0:
            left = -1
            raise Crash(name)

    scene.house.boundaries.listen = die
    with contextlib.suppress(Crash):
        scene.acts.collect("regatta", ARCHIVE)
    scene.house.reopen()
    scene.house.clock.go(minutes=3)
    assert isinstance(scene.acts.collect("regatta", ARCHIVE), Collected)
    picture = scene.picture
    assert len(picture["item"]) == 3
    appearances = [row for row in picture["template"] if row["kind"] == "appearance"]
    assert [row["grant"] for row in appearances] == [anna] * 3


def test_the_spies_can_see(scene: Scene) -> None:
    """A read behind the flows' back is noticed, so their silence means something."""
    from licet.sources.contract import Address
    from licet.sources.folder import FolderSource

    scene.source("regatta", ANNA)
    scene.acts.cease("regatta", ARCHIVE)
    place = FolderSource(scene.house.root / "regatta")
    place.read(Address(next(iter(scene.acts.addresses))))
    assert scene.house.seen


def suggested(scene: Scene, folder: str) -> str:
    """Collect faint photos of Anna until one waits as a suggestion; returns its id."""
    for _ in range(16):
        scene.acts.new_photo(folder, ANNA, noise=FAINT)
    done = scene.acts.collect(folder, ARCHIVE)
    assert isinstance(done, Collected), done
    picture = scene.settle()
    checks.payloads(scene.house, scene.acts.known, picture)
    waiting = [row["id"] for row in picture["suggestion"]]
    assert waiting, "no photo lay between the two thresholds"
    return str(waiting[0])


def test_a_suggestion_keeps_a_pointer_and_a_score(scene: Scene) -> None:
    """No features, no crop: looked at as sealed, opened by the test itself."""
    scene.enrolled(ANNA)
    scene.source("regatta")
    suggested(scene, "regatta")
    picture = scene.picture
    sizes = {len(row["sealed"]) for row in picture["suggestion"]}
    assert max(sizes) < 256, "too long for a pointer and a score"


def test_an_accepted_suggestion_becomes_an_appearance_and_is_gone(scene: Scene) -> None:
    anna, _ = scene.enrolled(ANNA)
    scene.source("regatta")
    suggestion = suggested(scene, "regatta")
    before = {row["id"] for row in scene.picture["template"]}
    done = scene.acts.judge(suggestion, yes=True)
    assert not isinstance(done, Refusal | Cut | NotFound | Conflict | None)
    picture = scene.picture
    new = [row for row in picture["template"] if row["id"] not in before]
    assert [(row["grant"], row["kind"], row["lapses_at"]) for row in new] == [
        (anna, "appearance", None)
    ]
    assert suggestion not in picture.by_id("suggestion")


def _write(scene: Scene, statement: str) -> None:
    Database(scene.house.world.url).write(statement)
