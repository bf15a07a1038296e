"""A bucket from opening to ceasing: as a folder is, by whoever wrote the token there."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from licet.backfill import backfill
from licet.collect import collect
from licet.effects.sourcing import token_for
from licet.sources.authority import TOKEN_FILE
from licet.sourcing import add_source, cease_source
from licet.terms.collecting import Collected
from licet.terms.errors import BadInput
from licet.terms.governing import SourceWish
from licet.terms.permit import Refusal
from licet.terms.source import Control, Source, SourceKind, SourceState
from tests.fakes.deployment import World
from tests.fakes.vision import photo
from tests.sources import s3

_numbers = count(1)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with s3.serving() as found:
        yield found


@pytest.fixture
def place(address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in s3.environment(address).items():
        monkeypatch.setenv(name, value)
    photos = {"2025/a.jpg": photo("anna"), "2025/b.jpg": photo("bert"), "c.jpg": photo("carl")}
    return s3.bucket(address, f"flows-{next(_numbers)}", photos)


def _wish(world: World, place: str, **parts: object) -> SourceWish:
    bucket = {"kind": SourceKind.BUCKET, **parts}
    return replace(world.source_wish(Path(), "bucket", **bucket), place=place)


def _opened(world: World, place: str) -> Source:
    token = token_for(world.app.deployment.id, world.organisation)
    s3.put(place, {TOKEN_FILE: token.encode()})
    opened = add_source(world.app, world.who("steward", "officer"), _wish(world, place))
    assert isinstance(opened, Source), opened
    return opened


def test_it_is_collected_searched_again_and_ceases(world: World, place: str) -> None:
    world.enrolled("anna")
    source = _opened(world, place)
    found = collect(world.app, world.who("steward"), source.id)
    assert isinstance(found, Collected)
    assert (found.items, found.appearances) == (3, 1)
    later, _ = world.enrolled("bert")
    again = backfill(world.app, later, source.id)
    assert isinstance(again, Collected)
    assert again.appearances == 1
    ceased = cease_source(world.app, world.who("steward"), source.id)
    assert isinstance(ceased, Source)
    assert ceased.state is SourceState.PURGED
    with world.app.store.read() as reader:
        assert reader.items.count(source.id) == 0


def test_who_can_only_read_it_opens_nothing(world: World, place: str) -> None:
    """A bucket that everybody may read is no source: the token is written by its owner."""
    with pytest.raises(BadInput, match="there is no token in it"):
        add_source(world.app, world.who("steward", "officer"), _wish(world, place))
    with world.app.store.read() as reader:
        assert reader.sources.all() == ()


def test_a_proof_for_websites_does_not_fit(world: World, place: str) -> None:
    wish = _wish(world, place, control=Control.WELL_KNOWN_TOKEN)
    with pytest.raises(BadInput, match="not proved by well_known_token"):
        add_source(world.app, world.who("steward", "officer"), wish)


def test_a_bucket_named_after_a_platform_waits_for_a_person(
    world: World, address: str, place: str
) -> None:
    copied = s3.bucket(address, "instagram-scrape", {"a.jpg": photo("anna")})
    token = token_for(world.app.deployment.id, world.organisation)
    s3.put(copied, {TOKEN_FILE: token.encode()})
    refused = add_source(world.app, world.who("steward", "officer"), _wish(world, copied))
    assert isinstance(refused, Refusal)
    assert refused.reason == "platform_items"
