"""An appearance in a video that shows two people is taken apart at a moment."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from licet import splitting
from licet.appearances import confirm_appearance
from licet.backfill import backfill
from licet.collect import collect
from licet.effects import films
from licet.effects.blocking import place
from licet.effects.keeping import UNCONFIRMED_DAYS
from licet.effects.sealed import appearances_of
from licet.granting import withdraw
from licet.ledger.leaf import decode
from licet.rectifying import unlink
from licet.splitting import split
from licet.suggesting import accept
from licet.terms.acting import SUBJECT, Who
from licet.terms.clip import TellWatched, Watched
from licet.terms.collecting import Accepted
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.gallery import TemplateKind
from licet.terms.ids import GrantId, SourceId, SubjectId, TemplateId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.payload import AppearancePayload
from licet.terms.permit import Block, Refusal
from licet.terms.rectifying import Relinked, Split
from licet.terms.stored import StoredTemplate
from licet.unlinking import list_unlinked, relink
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.fakes.vision import photo, video

TWO = "Ada>3000>Ben"


@dataclass(frozen=True)
class Scene:
    """Ada, in a video whose one track goes over from her to Ben, and in a photo."""

    world: World
    grant: GrantId
    subject: SubjectId
    source: SourceId


def _met(world: World) -> tuple[GrantId, SubjectId, SourceId]:
    grant, subject = world.enrolled("Ada")
    clip = video((TWO, 0, 6000), ("stranger", 0, 6000))
    source = world.source(world.folder(clip=clip, portrait=photo("Ada")))
    collect(world.app, world.who("steward"), source.id)
    world.clock.go(days=2)
    return grant, subject, source.id


BEGINS = {"scene": _met}


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world, *world.left)


Kept = dict[tuple[int, int] | None, tuple[StoredTemplate, AppearancePayload]]


def kept(world: World, grant: GrantId) -> Kept:
    """The appearances under a grant by when they are seen; None for the photo."""
    with world.app.store.read() as reader:
        rows = reader.templates.of_grant(grant)
        seen = [one for one in rows if one.kind is TemplateKind.APPEARANCE]
        found = list(appearances_of(world.app, seen))
        spans = [reader.items.face(payload.face) for _, payload in found]
    assert len(found) == len({face.span if face else None for face in spans})
    return {face.span: one for face, one in zip(spans, found, strict=True) if face}


def whole(scene: Scene) -> TemplateId:
    row, _ = kept(scene.world, scene.grant)[0, 6000]
    return row.id


def done(scene: Scene, at: int = 3000, who: Who = SUBJECT) -> Split:
    found = split(scene.world.app, who, whole(scene), at)
    assert isinstance(found, Split), found
    return found


def entries(world: World, kind: EntryKind) -> Iterator[Entry]:
    with world.app.store.read() as reader:
        found = [decode(leaf.data) for leaf in reader.leaves.iterate(0)]
    return (one for one in found if one.kind is kind)


def test_what_is_her_stays_with_its_own_span_and_the_rest_is_forgotten(scene: Scene) -> None:
    world = scene.world
    before, seen = kept(world, scene.grant)[0, 6000]
    found = done(scene)
    assert [(one.begins, one.ends, one.template is None) for one in found.parts] == [
        (0, 3000, False),
        (3000, 6000, True),
    ]
    there = kept(world, scene.grant)
    assert set(there) == {None, (0, 3000)}
    row, part = there[0, 3000]
    assert row.id == found.parts[0].template
    assert row.lapses_at == before.lapses_at, "a look does not put off that it lapses"
    assert part.values != seen.values, "it has the features of its own frames"
    assert part.score > seen.score
    assert (part.at, part.item, part.first_seen) == (1500, seen.item, seen.first_seen)
    (entry,) = entries(world, EntryKind.TEMPLATE_DROPPED)
    said = dict(entry.facts)
    assert (said["split"], said["parts"], said["by"]) == (True, 1, "subject")
    assert ("template", before.id) in entry.objects


def test_the_face_as_it_was_is_never_hers_again(scene: Scene) -> None:
    world = scene.world
    done(scene)
    backfill(world.app, scene.grant, scene.source)
    collect(world.app, world.who("steward"), scene.source)
    assert set(kept(world, scene.grant)) == {None, (0, 3000)}
    with world.app.store.read() as reader:
        assert reader.suggestions.of_grant(scene.grant) == ()


def test_what_is_her_in_neither_part_is_unlinked(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two halves that are both somebody else: only their mean was near enough."""
    world = scene.world
    clip = video(("x>3000>y", 0, 6000))
    watch = world.vision.watch

    def mean(film: object, **how: object) -> object:
        made = watch(film, **how)
        [track] = made.tracks
        own = world.vision.inspect(photo("Ada", shot=9)).faces[0]
        seen = replace(track.seen, template=own.template)
        return replace(made, tracks=(replace(track, seen=seen),))

    monkeypatch.setattr(world.vision, "watch", mean)
    source = world.source(world.folder(other=clip), "another")
    collect(world.app, world.who("steward"), source.id)
    [row] = [r for span, (r, p) in kept_of(world, scene.grant, source.id)]
    found = split(world.app, SUBJECT, row.id, 3000)
    assert isinstance(found, Split)
    assert [one.template for one in found.parts] == [None, None]
    assert kept_of(world, scene.grant, source.id) == []


def kept_of(world: World, grant: GrantId, source: SourceId) -> list:
    with world.app.store.read() as reader:
        rows = [r for r in reader.templates.of_grant(grant) if r.kind is TemplateKind.APPEARANCE]
        return [
            (reader.items.face(p.face), (r, p))
            for r, p in appearances_of(world.app, rows)
            if p.source == source
        ]


def test_parts_that_are_both_her_are_two_appearances(scene: Scene) -> None:
    found = done(scene, at=1000)
    assert [one.template is None for one in found.parts] == [False, False]
    assert set(kept(scene.world, scene.grant)) == {None, (0, 1000), (1000, 6000)}


def test_it_is_done_under_her_other_grants_here_too(scene: Scene) -> None:
    world = scene.world
    other, _ = world.enrolled("Ada", subject=scene.subject)
    run_once(world.app)
    assert (0, 6000) in kept(world, other)
    done(scene)
    assert set(kept(world, other)) == set(kept(world, scene.grant)) == {None, (0, 3000)}
    backfill(world.app, other, scene.source)
    assert set(kept(world, other)) == {None, (0, 3000)}


def test_a_confirmed_one_waits_for_a_look_at_each_part(scene: Scene) -> None:
    world = scene.world
    confirm_appearance(world.app, SUBJECT, whole(scene))
    done(scene)
    row, part = kept(world, scene.grant)[0, 3000]
    assert row.lapses_at == world.clock() + UNCONFIRMED_DAYS
    assert part.said == ""


def test_it_is_undone_by_taking_the_parts_off_and_the_whole_back(scene: Scene) -> None:
    world = scene.world
    done(scene)
    lines = list_unlinked(world.app, SUBJECT, scene.subject)
    assert not isinstance(lines, Refusal)
    (line,) = lines
    again = relink(world.app, SUBJECT, line.tag)
    assert isinstance(again, Relinked)
    assert again.suggestion is not None
    with pytest.raises(Conflict, match="with another face"):
        accept(world.app, SUBJECT, again.suggestion)
    row, _ = kept(world, scene.grant)[0, 3000]
    unlink(world.app, SUBJECT, row.id)
    assert isinstance(accept(world.app, SUBJECT, again.suggestion), Accepted)
    assert set(kept(world, scene.grant)) == {None, (0, 6000)}


def test_a_part_is_not_taken_for_the_whole_face(scene: Scene) -> None:
    """Taken off and back, a part is not found again: what is found there is the whole face."""
    world = scene.world
    found = done(scene, at=4000)
    part = found.parts[0].template
    assert part is not None
    with pytest.raises(Conflict, match="not found again"):
        split(world.app, SUBJECT, part, 2000)
    unlink(world.app, SUBJECT, part)
    lines = list_unlinked(world.app, SUBJECT, scene.subject)
    assert not isinstance(lines, Refusal)
    for line in lines:
        again = relink(world.app, SUBJECT, line.tag)
        assert isinstance(again, Relinked)
        assert again.suggestion is not None
        try:
            accept(world.app, SUBJECT, again.suggestion)
        except Conflict:
            continue
    assert set(kept(world, scene.grant)) == {None, (0, 6000)}


def test_a_photo_has_nothing_to_split(scene: Scene) -> None:
    row, _ = kept(scene.world, scene.grant)[None]
    with pytest.raises(Conflict, match="nothing to split") as said:
        split(scene.world.app, SUBJECT, row.id, 3000)
    assert "unlink" in said.value.remedy


@pytest.mark.parametrize("at", [0, 6000, -5, 90_000])
def test_a_moment_outside_is_none(scene: Scene, at: int) -> None:
    with pytest.raises(BadInput, match="0:00 to 0:06"):
        split(scene.world.app, SUBJECT, whole(scene), at)
    with pytest.raises(NotFound):
        split(scene.world.app, SUBJECT, TemplateId("none"), 3000)


@pytest.mark.parametrize("who", ["investigator", "approver"])
def test_others_take_nothing_apart(scene: Scene, who: str) -> None:
    no = split(scene.world.app, scene.world.who(who), whole(scene), 3000)
    assert isinstance(no, Refusal)
    assert (0, 6000) in kept(scene.world, scene.grant)


def test_a_verifier_does_and_she_is_told(scene: Scene) -> None:
    world = scene.world
    world.outbox.letters.clear()
    done(scene, who=world.who("verifier"))
    assert [letter.to for letter in world.outbox.letters] == ["Ada@example.org"]


def test_it_is_refused_while_the_video_is_read(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked again meanwhile, and a block that falls then wins."""
    world = scene.world
    monkeypatch.setattr(films, "ASK_AGAIN_SECONDS", 0.0)
    reading, told = world.vision.watch, []

    def watch(film: object, *, tell: TellWatched, cut: int) -> object:
        def between(watched: Watched) -> None:
            told.append(watched.frames)
            if watched.frames == 2:
                with world.app.store.unit() as unit:
                    place(unit, Block(source=scene.source), "order")
            tell(watched)

        return reading(film, tell=between, cut=cut)

    monkeypatch.setattr(world.vision, "watch", watch)
    assert isinstance(split(world.app, SUBJECT, whole(scene), 3000), Refusal)
    assert told == [1, 2], "nothing was looked at any more"
    assert (0, 6000) in kept(world, scene.grant)


def test_a_withdrawal_right_before_the_unit_wins(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = scene.world
    comparing = splitting._compared

    def compared(*what: object) -> object:
        found = comparing(*what)
        withdraw(world.app, SUBJECT, scene.grant)
        return found

    monkeypatch.setattr(splitting, "_compared", compared)
    wanted = whole(scene)
    assert isinstance(split(world.app, SUBJECT, wanted, 3000), Refusal)
    with world.app.store.read() as reader:
        assert reader.templates.of_grant(scene.grant) == ()


class KilledError(BaseException):
    """What a killed process looks like from within."""


@pytest.mark.parametrize("where", ["unlink_within", "unlink_beside", "_keep", "_letter"])
def test_whoever_is_killed_leaves_nothing_half(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    world = scene.world
    doing = getattr(splitting, where)

    def killed(*what: object) -> object:
        doing(*what)
        raise KilledError

    monkeypatch.setattr(splitting, where, killed)
    before, faces = kept(world, scene.grant), _faces(world)
    with pytest.raises(KilledError):
        split(world.app, SUBJECT, whole(scene), 3000)
    assert kept(world, scene.grant) == before
    assert _faces(world) == faces
    assert list_unlinked(world.app, SUBJECT, scene.subject) == ()
    monkeypatch.undo()
    done(scene)


def _faces(world: World) -> int:
    with world.app.store.read() as reader:
        sources = [one.id for one in reader.sources.all()]
        items = [item.id for one in sources for item in reader.items.of_source(one, None, 9)]
        return sum(len(reader.items.faces(item)) for item in items)


def test_a_video_that_changed_is_not_taken_apart(scene: Scene) -> None:
    world = scene.world
    with world.app.store.read() as reader:
        source = reader.sources.get(scene.source)
    assert source is not None
    (Path(source.place) / "clip.jpg").write_bytes(video(("Ada", 0, 6000)))
    with pytest.raises(Conflict, match="changed or is gone"):
        split(world.app, SUBJECT, whole(scene), 3000)
