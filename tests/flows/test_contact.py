"""Without a live authority no place of any kind is contacted, by whichever flow reads it.

Each flow that reads a place has one way to it; here that way raises at the first step.
"""

import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from licet.auditing import draw_sample
from licet.backfill import backfill
from licet.collect import collect
from licet.effects import renewing
from licet.effects.blocking import place as place_block
from licet.effects.sealed import source_key
from licet.sourcing import cease_source
from licet.terms.ids import AuthorityId, GrantId, SourceId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Block, Refusal
from licet.terms.source import Control, Source, SourceKind, SourceState
from tests.fakes.deployment import World
from tests.fakes.vision import photo

WAYS = {
    "licet.collect": ("open_to_walk", "prove_now"),
    "licet.backfill": ("open_source",),
    "licet.auditing": ("open_source",),
}
PLACES = {
    SourceKind.FOLDER: "/srv/album",
    SourceKind.VIDEO: "/srv/film.mp4",
    SourceKind.BUCKET: "s3://album/2025",
    SourceKind.SITE: "https://www.album.example/",
    SourceKind.LIBRARY: "immich+https://photos.example/",
    SourceKind.UPLOAD: "upload",
}


class _ContactError(BaseException):
    """A place was about to be contacted."""


def _contact(*_args: object, **_named: object) -> None:
    raise _ContactError


@pytest.fixture
def guarded(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[World, GrantId, Source]:
    """Give a source that may be collected, somebody enrolled, and no way to any place."""
    source = world.source(world.folder(a=photo("anna")))
    grant, _ = world.enrolled("anna")
    collect(world.app, world.who("steward"), source.id)
    for module, names in WAYS.items():
        for name in names:
            monkeypatch.setattr(sys.modules[module], name, _contact)
    monkeypatch.setattr(renewing, "control_of", _contact)
    return world, grant, source


def _of_kind(world: World, like: Source, kind: SourceKind) -> Source:
    """Add a source of a kind with the same authority, as it stands in the store."""
    made = replace(like, id=SourceId(kind.value), name=kind.value, kind=kind, place=PLACES[kind])
    world.app.keyring.create(source_key(made.id))
    with world.app.store.unit() as unit:
        authority = unit.sources.authority_at(like.id, unit.now)
        assert authority is not None
        unit.sources.add(made)
        proof = Control.WELL_KNOWN_TOKEN if kind is SourceKind.SITE else authority.control
        again = AuthorityId(f"of-{kind.value}")
        unit.sources.add_authority(replace(authority, id=again, source=made.id, control=proof))
        unit.record(Entry(EntryKind.SOURCE_AUTHORISED, unit.now))
    return made


def _set(state: SourceState) -> Callable[[World, Source], object]:
    def act(world: World, source: Source) -> None:
        with world.app.store.unit() as unit:
            unit.sources.set_state(source.id, state)
            unit.record(Entry(EntryKind.SOURCE_HELD, unit.now))

    return act


def _blocked(world: World, source: Source) -> None:
    with world.app.store.unit() as unit:
        place_block(unit, Block(source=source.id), "order")


ENDS: dict[str, Callable[[World, Source], object]] = {
    "declared": _set(SourceState.DECLARED),
    "lapsed": _set(SourceState.LAPSED),
    "on hold": _set(SourceState.ON_HOLD),
    "ceased": lambda world, source: cease_source(world.app, world.who("steward"), source.id),
    "licence over": lambda world, _source: world.clock.go(days=4000),
    "blocked": _blocked,
}


@pytest.mark.parametrize("kind", PLACES)
def test_with_a_live_authority_its_place_is_asked(
    guarded: tuple[World, GrantId, Source], kind: SourceKind
) -> None:
    """So that what follows could fail."""
    world, grant, like = guarded
    source = _of_kind(world, like, kind)
    with pytest.raises(_ContactError):
        collect(world.app, world.who("steward"), source.id)
    with pytest.raises(_ContactError):
        backfill(world.app, grant, source.id)


@pytest.mark.parametrize("end", ENDS)
def test_without_one_no_place_of_any_kind_is(
    guarded: tuple[World, GrantId, Source], end: str
) -> None:
    world, grant, like = guarded
    sources = [_of_kind(world, like, kind) for kind in PLACES]
    for source in sources:
        ENDS[end](world, source)
    for source in sources:
        assert isinstance(collect(world.app, world.who("steward"), source.id), Refusal)
        assert isinstance(backfill(world.app, grant, source.id), Refusal)
        if end != "on hold":  # An officer may look at what is on hold: that is how it ends.
            assert isinstance(draw_sample(world.app, world.who("verifier"), source.id), Refusal)


def test_every_kind_of_source_is_among_them() -> None:
    assert set(PLACES) == set(SourceKind)
