"""A2: being accessible is no authority; a host without a live one is never contacted.

The site here is up, its robots.txt allows everything, and its photos show somebody who is
enrolled. A spy on this process's sockets sees whether anybody goes there all the same.
"""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from licet.backfill import backfill
from licet.collect import collect
from licet.consent.purposes import table
from licet.consent.reasons import Reason
from licet.effects.blocking import place as place_block
from licet.sources.site.proof import TOKEN_PATH
from licet.sourcing import cease_source
from licet.terms.basis import Condition, LegalBasis
from licet.terms.collecting import Collected
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Block, Refusal
from licet.terms.source import BystanderCondition, Control, Source, SourceKind, SourceState
from tests.fakes.deployment import World
from tests.fakes.vision import photo
from tests.scenarios.websites import album, opened, spy
from tests.sources.site.servers import HERE, Web

WORDS = ("public", "accessible", "available", "legitimate", "open", "web", "social", "crawl")


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """Give a site that anybody can read."""
    with album(monkeypatch, '<img src="a.jpg">', a=photo("anna", shot=5)) as site:
        yield site


def test_no_value_says_public() -> None:
    """Neither a basis, nor a condition, nor an authority, nor a kind of source, nor a purpose."""
    kinds = (LegalBasis, Condition, BystanderCondition, Control, SourceKind)
    values = {one.value for kind in kinds for one in kind} | set(table().by_id)
    values |= table().source_purposes()
    assert len(values) > 20
    assert [(one, word) for one in values for word in WORDS if word in one.split("_")] == []


def _state(world: World, source: Source, state: SourceState) -> None:
    with world.app.store.unit() as unit:
        unit.sources.set_state(source.id, state)
        unit.record(Entry(EntryKind.SOURCE_HELD, unit.now))


def _block(world: World, source: Source) -> None:
    with world.app.store.unit() as unit:
        place_block(unit, Block(source=source.id), "order")


ENDS: dict[Reason, Callable[[World, Source], object]] = {
    Reason.SOURCE_NOT_AUTHORISED: lambda world, source: _state(world, source, SourceState.DECLARED),
    Reason.SOURCE_LAPSED: lambda world, source: _state(world, source, SourceState.LAPSED),
    Reason.SOURCE_ON_HOLD: lambda world, source: _state(world, source, SourceState.ON_HOLD),
    Reason.SOURCE_CEASED: lambda world, source: cease_source(
        world.app, world.who("steward"), source.id
    ),
    Reason.NO_AUTHORITY: lambda world, _source: world.clock.go(days=21),
    Reason.BLOCKED: _block,
}
"""How an authority ends, by the reason that is given then."""


@pytest.mark.parametrize("reason", ENDS)
def test_without_a_live_authority_nobody_goes_there(
    world: World, web: Web, monkeypatch: pytest.MonkeyPatch, reason: Reason
) -> None:
    source = opened(world, web, valid_to=world.clock() + timedelta(days=20))
    grant, _ = world.enrolled("anna")
    ENDS[reason](world, source)
    with spy(monkeypatch) as seen:
        refused = collect(world.app, world.who("steward"), source.id)
        again = backfill(world.app, grant, source.id)
    assert isinstance(refused, Refusal)
    assert isinstance(again, Refusal)
    assert refused.reason == reason
    assert (seen, web.asked) == ([], [])
    with world.app.store.read() as reader:
        entries = [json.loads(leaf.data) for leaf in reader.leaves.iterate(0)]
    told = [one["facts"] for one in entries if one["kind"] == EntryKind.REFUSED.value]
    assert {"action": "collect", "reason": reason.value} in told


def test_with_one_the_proved_host_alone_is_contacted(
    world: World, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The spy sees what goes out, and other hosts that the page names are not among it."""
    web.page("/album/", '<img src="a.jpg"><img src="https://elsewhere.example/b.jpg">')
    source = opened(world, web)
    world.enrolled("anna")
    with spy(monkeypatch) as seen:
        found = collect(world.app, world.who("steward"), source.id)
    assert isinstance(found, Collected)
    assert found.appearances == 1
    assert set(seen) - {HERE} == {(HERE, web.port)}


def test_a_proof_that_is_gone_is_asked_for_and_nothing_more(world: World, web: Web) -> None:
    source = opened(world, web)
    world.clock.go(days=31)
    del web.pages[TOKEN_PATH]
    assert isinstance(collect(world.app, world.who("steward"), source.id), Refusal)
    assert set(web.asked) == {TOKEN_PATH}
