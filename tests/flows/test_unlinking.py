"""Never these two, and undoing what a look decided, on both databases (GDPR 5(1)(d), 16)."""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from licet.appearances import confirm_appearance, list_appearances, unconfirm_appearance
from licet.backfill import backfill
from licet.collect import collect
from licet.consent.reasons import Reason
from licet.effects.sealed import appearances_of, unlinked_of
from licet.enrol import enrol
from licet.ledger.leaf import decode
from licet.listing import list_suggestions
from licet.recovery import back_up, restore
from licet.rectifying import unlink
from licet.sourcing import cease_source
from licet.suggesting import accept, reject
from licet.terms.acting import SUBJECT, Who
from licet.terms.collecting import Accepted
from licet.terms.errors import Conflict, NotFound
from licet.terms.gallery import TemplateKind
from licet.terms.ids import (
    FaceId,
    GrantId,
    ItemId,
    SourceId,
    SubjectId,
    SuggestionId,
    TemplateId,
)
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Refusal
from licet.terms.rectifying import Never, Relinked, Unconfirmed
from licet.unlinking import list_unlinked, never, relink
from licet.worker import run_once
from tests.fakes.deployment import World, settings_of
from tests.fakes.vision import photo

NOISE = 2.8
"""At this likeness a face of the fake vision is worth a look, and is not kept by itself."""


@dataclass(frozen=True)
class Scene:
    """Anna, of whom one photo holds a sure face and another a face to look at."""

    world: World
    grant: GrantId
    subject: SubjectId
    source: SourceId


def _met(world: World) -> tuple[GrantId, SubjectId, SourceId]:
    grant, subject = world.enrolled("anna")
    sure, maybe = photo("anna", "x", shot=7), photo("anna", shot=10, noise=NOISE)
    source = world.source(world.folder(gala=sure, march=maybe))
    collect(world.app, world.who("steward"), source.id)
    return grant, subject, source.id


BEGINS = {"scene": _met}


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world, *world.left)


def waiting(world: World, grant: GrantId) -> list[SuggestionId]:
    with world.app.store.read() as reader:
        return [one.id for one in reader.suggestions.of_grant(grant)]


def kept(world: World, grant: GrantId) -> list[TemplateId]:
    with world.app.store.read() as reader:
        found = reader.templates.of_grant(grant)
    return [one.id for one in found if one.kind is TemplateKind.APPEARANCE]


def entries(world: World, kind: EntryKind) -> list[Entry]:
    with world.app.store.read() as reader:
        found = [decode(leaf.data) for leaf in reader.leaves.iterate(0)]
    return [one for one in found if one.kind is kind]


def look_again(scene: Scene) -> None:
    """Collect, scan again and enrol anew: nothing of it may bring back what is refused."""
    world = scene.world
    backfill(world.app, scene.grant, scene.source)
    collect(world.app, world.who("steward"), scene.source)
    shots = tuple(photo("anna", shot=n) for n in range(11, 14))
    enrol(world.app, world.who("steward", "officer"), scene.grant, shots, 1)
    run_once(world.app)


def refused(scene: Scene, who: Who = SUBJECT) -> Never:
    (one,) = waiting(scene.world, scene.grant)
    done = never(scene.world.app, who, one)
    assert isinstance(done, Never), done
    return done


def test_a_face_that_is_never_hers_is_not_suggested_again(scene: Scene) -> None:
    world = scene.world
    (one,) = waiting(world, scene.grant)
    reject(world.app, one)
    look_again(scene)
    assert len(waiting(world, scene.grant)) == 1, "a rejected one may come again"
    done = refused(scene)
    assert waiting(world, scene.grant) == []
    look_again(scene)
    assert waiting(world, scene.grant) == []
    assert len(kept(world, scene.grant)) == 1
    (line,) = listed(scene)
    assert (line.tag, line.by, line.there) == (done.tag, "subject", True)


def listed(scene: Scene, who: Who = SUBJECT) -> tuple:
    subject = scene.subject if who is SUBJECT else None
    found = list_unlinked(scene.world.app, who, subject)
    assert not isinstance(found, Refusal), found
    return found


def test_the_note_tells_nobody_who_is_in_the_photo(scene: Scene) -> None:
    """It holds no features, and which face it is lies sealed under the grant's key."""
    refused(scene)
    with scene.world.app.store.read() as reader:
        (row,) = reader.unlinked.rows_of(scene.grant)
        opened = dict(unlinked_of(scene.world.app, [row]))[row]
    assert opened is not None
    assert opened.face.encode() not in (row.sealed or b"") + row.tag
    assert {"face", "item", "source", "score", "by"} == set(opened.__slots__)
    for entry in entries(scene.world, EntryKind.TEMPLATE_DROPPED):
        assert opened.face not in dict(entry.objects).values()


def test_what_was_taken_back_is_suggested_and_may_be_kept(scene: Scene) -> None:
    world = scene.world
    done = relink(world.app, SUBJECT, refused(scene).tag)
    assert isinstance(done, Relinked)
    assert [done.suggestion] == waiting(world, scene.grant)
    assert listed(scene) == ()
    assert done.suggestion is not None
    assert isinstance(accept(world.app, SUBJECT, done.suggestion), Accepted)
    assert len(kept(world, scene.grant)) == 2
    (entry,) = entries(world, EntryKind.UNLINKED_ENDED)
    assert dict(entry.facts)["cause"] == "undone"


def test_an_appearance_that_was_taken_off_comes_back_by_the_photo(scene: Scene) -> None:
    world = scene.world
    (gone,) = kept(world, scene.grant)
    unlink(world.app, SUBJECT, gone)
    (line,) = listed(scene)
    done = relink(world.app, SUBJECT, line.tag)
    assert isinstance(done, Relinked)
    assert done.suggestion is not None
    assert kept(world, scene.grant) == []
    accept(world.app, SUBJECT, done.suggestion)
    (again,) = kept(world, scene.grant)
    assert again != gone
    with pytest.raises(NotFound):
        relink(world.app, SUBJECT, line.tag)


def test_what_she_said_herself_nobody_else_takes_back(scene: Scene) -> None:
    world = scene.world
    world.clock.go(days=2)
    tag = refused(scene).tag
    assert listed(scene, world.who("verifier")) == ()
    with pytest.raises(Conflict, match="themselves"):
        relink(world.app, world.who("verifier"), tag)
    assert isinstance(relink(world.app, SUBJECT, tag), Relinked)
    tag = refused(scene, world.who("verifier")).tag
    assert [one.tag for one in listed(scene, world.who("second"))] == [tag]
    assert isinstance(relink(world.app, world.who("second"), tag), Relinked)


@pytest.mark.parametrize("who", ["investigator", "approver"])
def test_others_neither_mark_nor_take_back(scene: Scene, who: str) -> None:
    world = scene.world
    (one,) = waiting(world, scene.grant)
    assert isinstance(never(world.app, world.who(who), one), Refusal)
    tag = refused(scene, world.who("verifier")).tag
    for other in (who, "steward"):
        no = relink(world.app, world.who(other), tag)
        assert isinstance(no, Refusal)
        assert no.reason == Reason.WRONG_ROLE


def test_a_restricted_grant_lets_nothing_be_taken_back(scene: Scene) -> None:
    from licet.standing import restrict

    tag = refused(scene).tag
    restrict(scene.world.app, SUBJECT, scene.grant)
    assert isinstance(relink(scene.world.app, SUBJECT, tag), Refusal)


def test_it_holds_under_her_other_grants_here_too(scene: Scene) -> None:
    world = scene.world
    other, _ = world.enrolled("anna", subject=scene.subject)
    run_once(world.app)
    assert len(kept(world, other)) == 1
    (mine,) = kept(world, scene.grant)
    unlink(world.app, SUBJECT, mine)
    assert kept(world, other) == []
    look_again(scene)
    run_once(world.app)
    assert kept(world, other) == []
    (line, _) = listed(scene)
    assert isinstance(relink(world.app, SUBJECT, line.tag), Relinked)
    assert listed(scene) == ()


def test_it_ends_with_the_items(scene: Scene) -> None:
    world = scene.world
    refused(scene)
    cease_source(world.app, world.who("steward"), scene.source)
    run_once(world.app)
    with world.app.store.read() as reader:
        assert tuple(reader.unlinked.all()) == ()


def test_a_restore_knows_the_note_and_that_it_was_taken_back(scene: Scene, fresh_url: str) -> None:
    world = scene.world
    back_up(world.app, file := world.home.parent / "before.licet")
    kept_tag = refused(scene).tag
    (appearance,) = kept(world, scene.grant)
    confirm_appearance(world.app, SUBJECT, appearance)
    unlink(world.app, SUBJECT, appearance)
    undone = next(one.tag for one in listed(scene) if one.tag != kept_tag)
    relink(world.app, SUBJECT, undone)
    world.app.close()
    restore(settings_of(world.home, fresh_url), file, world.clock)
    world.url = fresh_url
    world.app = world.reopen()
    (line,) = listed(scene)
    assert (line.tag, line.by, line.there) == (kept_tag, "unknown", False)
    look_again(scene)
    assert kept_tag in {one.tag for one in listed(scene)}
    with pytest.raises(Conflict):
        relink(world.app, world.who("verifier"), kept_tag)
    done = relink(world.app, SUBJECT, kept_tag)
    assert isinstance(done, Relinked)
    assert done.suggestion is None
    assert listed(scene) == ()


def test_a_confirmation_is_taken_back(scene: Scene) -> None:
    world = scene.world
    (one,) = kept(world, scene.grant)
    with pytest.raises(Conflict, match="not confirmed"):
        unconfirm_appearance(world.app, SUBJECT, one)
    before = _lapses(world, one)
    confirm_appearance(world.app, SUBJECT, one)
    world.clock.go(days=3)
    done = unconfirm_appearance(world.app, SUBJECT, one)
    assert isinstance(done, Unconfirmed)
    assert done.lapses_at == before == _lapses(world, one)
    confirm_appearance(world.app, SUBJECT, one)
    world.clock.go(days=88)
    late = unconfirm_appearance(world.app, SUBJECT, one)
    assert isinstance(late, Unconfirmed)
    assert late.lapses_at == world.clock() + timedelta(days=7)
    world.clock.go(days=8)
    run_once(world.app)
    assert kept(world, scene.grant) == []


def test_what_she_confirmed_herself_nobody_else_takes_back(scene: Scene) -> None:
    """By the appearance she confirmed, and by the suggestion she accepted."""
    world = scene.world
    world.clock.go(days=2)
    (sure,), (maybe,) = kept(world, scene.grant), waiting(world, scene.grant)
    confirm_appearance(world.app, SUBJECT, sure)
    accepted = accept(world.app, SUBJECT, maybe)
    assert isinstance(accepted, Accepted)
    for one in (sure, accepted.template):
        with pytest.raises(Conflict, match="themselves"):
            unconfirm_appearance(world.app, world.who("verifier"), one)
        assert _lapses(world, one) is None
        assert isinstance(unconfirm_appearance(world.app, SUBJECT, one), Unconfirmed)
        confirm_appearance(world.app, world.who("verifier"), one)
        done = unconfirm_appearance(world.app, world.who("second"), one)
        assert isinstance(done, Unconfirmed), done


def _lapses(world: World, template: TemplateId) -> object:
    with world.app.store.read() as reader:
        found = reader.templates.get(template)
    assert found is not None
    return found.lapses_at


def test_an_accepted_one_is_taken_back_to_a_look(scene: Scene) -> None:
    world = scene.world
    (one,) = waiting(world, scene.grant)
    accepted = accept(world.app, SUBJECT, one)
    assert isinstance(accepted, Accepted)
    done = unconfirm_appearance(world.app, SUBJECT, accepted.template)
    assert isinstance(done, Unconfirmed)
    found = list_appearances(world.app, SUBJECT, scene.subject)
    assert not isinstance(found, Refusal)
    assert all(one.lapses_at is not None for one in found)


def test_in_one_photo_she_appears_once(world: World) -> None:
    """A second face in the same photo is not accepted while she appears with another one."""
    grant, _ = world.enrolled("anna")
    source = world.source(world.folder(pair=photo("anna", "anna", shot=3)))
    collect(world.app, world.who("steward"), source.id)
    (first,) = kept(world, grant)
    (second,) = waiting(world, grant)
    with pytest.raises(Conflict, match="with another face"):
        accept(world.app, SUBJECT, second)
    unlink(world.app, SUBJECT, first)
    (second,) = waiting(world, grant)
    assert isinstance(accept(world.app, SUBJECT, second), Accepted)
    backfill(world.app, grant, source.id)
    assert len(kept(world, grant)) == 1


def test_a_second_look_puts_no_second_face_of_one_photo_on_her(world: World) -> None:
    """The better face, found while she appears with another one, waits for a look."""
    grant, subject = world.enrolled("anna")
    source = world.source(world.folder(pair=photo("anna", "anna", shot=3)))
    collect(world.app, world.who("steward"), source.id)
    (better,), (other,) = kept(world, grant), waiting(world, grant)
    unlink(world.app, SUBJECT, better)
    accept(world.app, SUBJECT, other)
    (line,) = listed(Scene(world, grant, subject, source.id))
    again = relink(world.app, SUBJECT, line.tag)
    assert isinstance(again, Relinked)
    assert again.suggestion is not None
    reject(world.app, again.suggestion)
    backfill(world.app, grant, source.id)
    assert len(kept(world, grant)) == 1
    assert len(waiting(world, grant)) == 1


def test_a_list_of_suggestions_reads_the_items_at_once(scene: Scene) -> None:
    found = list_suggestions(scene.world.app, scene.world.who("verifier"))
    assert not isinstance(found, Refusal)
    assert [one.id for one in found] == waiting(scene.world, scene.grant)


def test_nothing_is_noted_under_a_made_up_word(scene: Scene) -> None:
    for word in ("zz", "ab" * 32):
        with pytest.raises(NotFound):
            relink(scene.world.app, SUBJECT, word)


def _faces(world: World, grants: tuple[GrantId, ...]) -> dict[ItemId, set[FaceId]]:
    """Return with which faces a person appears in each item, under all these grants."""
    found: dict[ItemId, set[FaceId]] = {}
    with world.app.store.read() as reader:
        rows = [one for grant in grants for one in reader.templates.of_grant(grant)]
        seen = [one for one in rows if one.kind is TemplateKind.APPEARANCE]
        for _, one in appearances_of(world.app, seen):
            found.setdefault(one.item, set()).add(one.face)
    return found


def _off(world: World, grants: tuple[GrantId, ...]) -> set[FaceId]:
    with world.app.store.read() as reader:
        rows = [one for grant in grants for one in reader.unlinked.rows_of(grant)]
    return {found.face for _, found in unlinked_of(world.app, rows) if found}


class Acts:
    """What people and the machine may do about Anna's faces, in any order."""

    def __init__(self, scene: Scene, chance: random.Random) -> None:
        self.world, self.chance, self.source = scene.world, chance, scene.source
        self.grants = (scene.grant, scene.world.enrolled("anna", subject=scene.subject)[0])
        self.acts = (
            self.scan,
            self.collect,
            self.enrol,
            self.accept,
            self.accept,
            self.take_off,
            self.never,
            self.take_back,
            self.take_back,
        )

    def one(self) -> None:
        """Do one of them; a lawful no is one too."""
        with suppress(Conflict):
            self.chance.choice(self.acts)()

    def scan(self) -> None:
        backfill(self.world.app, self.chance.choice(self.grants), self.source)

    def collect(self) -> None:
        collect(self.world.app, self.world.who("steward"), self.source)

    def enrol(self) -> None:
        first = self.chance.randrange(100, 200)
        shots = tuple(photo("anna", shot=n) for n in range(first, first + 3))
        both = self.world.who("steward", "officer")
        enrol(self.world.app, both, self.chance.choice(self.grants), shots, 1)

    def accept(self) -> None:
        for one in self._some(waiting):
            accept(self.world.app, SUBJECT, one)

    def take_off(self) -> None:
        for one in self._some(kept):
            unlink(self.world.app, SUBJECT, one)

    def never(self) -> None:
        for one in self._some(waiting):
            never(self.world.app, SUBJECT, one)

    def take_back(self) -> None:
        grant = self.chance.choice(self.grants)
        with self.world.app.store.read() as reader:
            rows = reader.unlinked.rows_of(grant)
        if rows:
            relink(self.world.app, SUBJECT, self.chance.choice(rows).tag.hex())

    def _some(self, read: Callable[[World, GrantId], list[Any]]) -> list[Any]:
        there = read(self.world, self.chance.choice(self.grants))
        return [self.chance.choice(there)] if there else []


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_done_she_appears_once_and_never_where_she_is_not(
    world: World, seed: int
) -> None:
    """In one photo once, under all her grants here; a refused face is nowhere kept."""
    grant, subject = world.enrolled("anna")
    twins = {f"p{n}": photo("anna", "anna", "x", shot=n, noise=1.6 + n / 3) for n in range(4)}
    source = world.source(world.folder(**twins))
    collect(world.app, world.who("steward"), source.id)
    acts = Acts(Scene(world, grant, subject, source.id), random.Random(seed))
    many = 0
    for _ in range(12):
        acts.one()
        appearing = _faces(world, acts.grants)
        assert all(len(faces) == 1 for faces in appearing.values())
        assert not _off(world, acts.grants) & {f for faces in appearing.values() for f in faces}
        many += bool(appearing)
    assert many, "nothing was ever kept, so nothing was tried"
