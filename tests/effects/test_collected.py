"""What a walk reads, keeps and forgets, when people and places say no on the way."""

from dataclasses import replace

import pytest

from licet.collect import collect
from licet.effects import walking
from licet.effects.blocking import place
from licet.effects.comparing import same_face
from licet.effects.identify import identify
from licet.effects.keeping import KeptFaces
from licet.effects.sealed import grant_key, open_appearance, source_key
from licet.search import search
from licet.terms.collecting import Collected, Standing
from licet.terms.errors import BadInput
from licet.terms.face import Box, overlap, score_of
from licet.terms.gallery import Candidate, TemplateKind
from licet.terms.ids import FaceId, GrantId, ItemId, SubjectId, TemplateId
from licet.terms.permit import Block, Refusal
from licet.terms.search import SearchResult
from licet.terms.source import ItemFace, Source
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import START, photo

STRICT = score_of(0.6)


def _collected(world: World, source: Source) -> Collected:
    done = collect(world.app, world.who("steward"), source.id)
    assert isinstance(done, Collected), done
    return done


def _row(name: str, score: float, grant: str = "") -> Candidate:
    own = GrantId(grant or f"{name}-grant")
    kind = TemplateKind.REFERENCE
    return Candidate(TemplateId(f"{own}-t"), own, SubjectId(name), kind, score_of(score))


def test_a_block_on_the_way_stops_the_reading(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order that comes in the middle of a folder holds before its next photo."""
    monkeypatch.setattr(walking, "ASK_AGAIN_SECONDS", 0.0)
    photos = {f"p{n:02d}": photo("anna", shot=n) for n in range(20)}
    source = world.source(world.folder(**photos))
    read: list[int] = []

    def tell(done: int, _total: int) -> None:
        read.append(done)
        if done == 3:
            with world.app.store.unit() as unit:
                place(unit, Block(source=source.id), "order")

    stopped = collect(world.app, world.who("steward"), source.id, tell)
    assert isinstance(stopped, Refusal)
    assert max(read) == 3
    with world.app.store.read() as reader:
        assert len(reader.runs.open()) == 1, "the run is left for when the block is lifted"


def test_unreadable_photos_are_counted_and_a_hundred_are_named(world: World) -> None:
    """A folder of broken files does not fill the answer, nor is one of them lost count of."""
    broken = {f"b{n:03d}": START + b"%d no photo" % n for n in range(103)}
    done = _collected(world, world.source(world.folder(a=photo("anna"), **broken)))
    assert (done.items, done.unreadable_count, len(done.unreadable)) == (1, 103, 100)


def test_a_photo_of_a_platform_is_left_out(world: World) -> None:
    """Its bytes say where it was taken from, whatever its folder's papers say."""
    marked = photo("bea") + b"  Instagram"
    others = {f"a{n}": photo("anna", shot=n) for n in range(100)}
    done = _collected(world, world.source(world.folder(**others, b=marked)))
    assert (done.items, done.unreadable_count) == (100, 1)
    assert "marks of platform" in done.unreadable[0][1]


def test_a_sandbox_takes_only_its_fixtures(world: World) -> None:
    """Real photos are left out when collecting, and refused as a probe and to enrol."""
    source = world.source(world.folder(a=photo("anna")))
    case = world.case(photo("anna"))
    strict = replace(world.app, fixture_photos=frozenset())
    done = collect(strict, world.who("steward"), source.id)
    assert isinstance(done, Collected)
    assert (done.items, done.unreadable_count) == (0, 1)
    assert "sandbox" in done.unreadable[0][1]
    with pytest.raises(BadInput, match="sandbox"):
        search(strict, world.who("investigator"), case, CLEARANCE, photo("anna"))


def test_a_photo_that_licet_made_is_a_fixture_of_a_sandbox(world: World) -> None:
    """Photos made from fixtures may be used; they are known by their hash."""
    import hashlib

    made = photo("anna", shot=4)
    strict = replace(world.app, fixture_photos=frozenset())
    source = world.source(world.folder(a=made))
    with world.app.store.unit(bookkeeping=True) as unit:
        unit.deployment.add_generated(hashlib.sha256(made).hexdigest())
    done = collect(strict, world.who("steward"), source.id)
    assert isinstance(done, Collected)
    assert (done.items, done.unreadable_count) == (1, 0)


def test_a_purged_source_is_shown_to_nobody(world: World) -> None:
    """Its key is gone: a search still finds the person, and says nothing of the place."""
    world.enrolled("anna")
    one = world.source(world.folder("one", a=photo("anna")), "one")
    two = world.source(world.folder("two", b=photo("anna", shot=1)), "two")
    for source in (one, two):
        assert _collected(world, source).appearances == 1
    world.clock.go(hours=25)
    world.app.keyring.shred(source_key(one.id))
    probe = photo("anna", shot=9)
    case = world.case(probe)
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult)
    assert [seen.source for seen in found.candidates[0].appearances] == [two.id]


def test_a_face_of_two_people_is_nobodys_for_sure() -> None:
    """Twins: both wait for a person's look, neither is kept as an appearance."""
    found = identify([(_row("anna", 0.8), _row("bea", 0.7))], STRICT)
    assert [(i.grant, i.standing) for i in found] == [
        ("anna-grant", Standing.SUGGESTION),
        ("bea-grant", Standing.SUGGESTION),
    ]


def test_only_the_best_face_of_a_photo_is_the_persons_own() -> None:
    """The one in the mirror is less like: it waits, wherever in the photo it stands."""
    faces = [(_row("anna", 0.7),), (_row("anna", 0.9),), (_row("anna", 0.8),)]
    standings = [i.standing for i in identify(faces, STRICT)]
    assert standings == [Standing.SUGGESTION, Standing.APPEARANCE, Standing.SUGGESTION]


def test_another_persons_rows_do_not_raise_a_score() -> None:
    """Bea is near too, but below the strict threshold: the face is Anna's alone."""
    rows = (_row("anna", 0.8), _row("bea", 0.5), _row("anna", 0.7))
    (kept,) = identify([rows], STRICT)
    assert (kept.grant, kept.score) == ("anna-grant", score_of(0.8))
    assert identify([()], STRICT) == ()


def test_boxes_that_only_touch_are_two_faces() -> None:
    """A face found again is the one that it covers by half, else a new one."""
    box = Box(0, 0, 100, 100)
    kept = ItemFace(FaceId("f"), ItemId("i"), box)
    assert overlap(box, Box(100, 0, 100, 100)) == 0.0
    assert overlap(box, Box(0, 200, 100, 100)) == 0.0
    assert overlap(box, box) == 1.0
    assert same_face((kept,), Box(5, 5, 100, 100)) is kept
    assert same_face((kept,), Box(90, 90, 100, 100)) is None
    assert same_face((), box) is None


def test_of_a_grant_without_a_key_nothing_is_read(world: World) -> None:
    """It ended while its scan went on: no row of it is opened."""
    anna, _ = world.enrolled("anna")
    _collected(world, world.source(world.folder(a=photo("anna"))))
    kept = KeptFaces(frozenset({anna}))
    with world.app.store.read() as reader:
        kept.follow(world.app, reader)
        (template,) = reader.templates.all(TemplateKind.APPEARANCE)
        face = open_appearance(world.app, template).face
    assert kept.has(anna, face)
    world.app.keyring.shred(grant_key(anna))
    after = KeptFaces(frozenset({anna}))
    with world.app.store.read() as reader:
        after.follow(world.app, reader)
    assert not after.has(anna, face)
