"""A source that ceases leaves nothing behind; what has a term goes when it is over."""

import json
from datetime import timedelta

import pytest

from licet.app import App
from licet.backfill import backfill
from licet.collect import collect
from licet.effects.purging import over_before, purge, purge_certificate
from licet.effects.sealed import source_key
from licet.effects.shelf import fresh_gallery
from licet.ledger.verify import verify_file
from licet.search import search
from licet.sourcing import cease_source
from licet.terms.collecting import Collected
from licet.terms.errors import NotFound
from licet.terms.gallery import TemplateKind
from licet.terms.ids import SourceId, SuggestionId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.payload import SuggestionPayload, to_bytes
from licet.terms.permit import Refusal
from licet.terms.search import SearchResult, SearchState
from licet.terms.source import Source, SourceState
from licet.terms.stored import StoredSuggestion
from licet.vault.seal import seal
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo


class _Killed(BaseException):
    """A process that ends here."""


def _collected(world: World, name: str, *people: str, **parts: object) -> Source:
    photos = {f"{name}{n}": photo(one) for n, one in enumerate(people)}
    source = world.source(world.folder(name, **photos), name, **parts)
    done = collect(world.app, world.who("steward"), source.id)
    assert isinstance(done, Collected), done
    return source


def _kept(app: App, source: SourceId) -> tuple[int, int]:
    with app.store.read() as reader:
        appearances = list(reader.templates.all(TemplateKind.APPEARANCE))
        return reader.items.count(source), len(appearances)


def _entries(app: App, kind: EntryKind) -> list[dict[str, object]]:
    with app.store.read() as reader:
        found = [json.loads(leaf.data) for leaf in reader.leaves.get(0, reader.head.size)]
    return [one for one in found if one["kind"] == kind.value]


def test_a_source_that_ceases_leaves_nothing_behind(world: World) -> None:
    """Items, boxes, addresses, appearances, the key: all gone; another source keeps its own."""
    world.enrolled("anna")
    ours = _collected(world, "regatta", "anna", "a stranger")
    other = _collected(world, "gala", "anna")
    assert _kept(world.app, ours.id) == (2, 2)
    done = cease_source(world.app, world.who("steward"), ours.id)
    assert isinstance(done, Source), done
    assert done.state is SourceState.PURGED
    assert _kept(world.app, ours.id) == (0, 1)
    assert _kept(world.app, other.id) == (1, 1)
    assert world.app.keyring.absent({source_key(ours.id), source_key(other.id)}) == {
        source_key(ours.id)
    }
    assert fresh_gallery(world.app).size() == 2, "her reference and what the other source shows"
    again = world.reopen()
    assert fresh_gallery(again).size() == 2
    again.close()
    (dropped,) = _entries(world.app, EntryKind.TEMPLATE_DROPPED)
    assert ["source", ours.id] in dropped["objects"]


def test_the_certificate_of_a_purge_is_checked_by_anybody(world: World) -> None:
    """Its counts are what the entry committed to; written again it says the same."""
    world.enrolled("anna")
    source = _collected(world, "regatta", "anna", "a stranger")
    with pytest.raises(NotFound):
        purge_certificate(world.app, source.id)
    cease_source(world.app, world.who("steward"), source.id)
    certificate = purge_certificate(world.app, source.id)
    verdict = verify_file(certificate, world.app.ledger_key.vkey)
    assert verdict.ok, verdict.problems
    assert verdict.kind == "source-certificate"
    counts = {c["store"]: c["before"] for c in json.loads(certificate)["statement"]["counts"]}
    assert counts["items"] == 2
    assert counts["faces"] == 2
    assert counts["appearances"] == 1
    world.clock.go(days=90)
    again = json.loads(purge_certificate(world.app, source.id))
    assert again["statement"] == json.loads(certificate)["statement"]


def test_lists_name_nobody_by_a_source_that_ceased(world: World) -> None:
    """A candidate that stood on an appearance from there is off the list, and its probe gone."""
    world.enrolled("anna")
    source = _collected(world, "regatta", "anna")
    probe = photo("anna")
    case = world.case(probe)
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult), found
    assert found.candidates[0].kind is TemplateKind.APPEARANCE, "the very photo is the best"
    cease_source(world.app, world.who("steward"), source.id)
    with world.app.store.read() as reader:
        assert reader.searches.candidates(found.id) == ()
        left = reader.searches.get(found.id)
    assert left is not None
    assert (left.state, left.sealed_probe) == (SearchState.CLOSED, None)


def test_suggestions_go_with_their_source(world: World) -> None:
    anna, _ = world.enrolled("anna")
    source = _collected(world, "regatta", "anna")
    other = _collected(world, "gala", "bea")
    for one in (source, other):
        _suggest(world, anna, one)
    cease_source(world.app, world.who("steward"), source.id)
    with world.app.store.read() as reader:
        assert reader.suggestions.count() == 1


def _suggest(world: World, grant: str, source: Source) -> None:
    new = SuggestionId(new_id())
    with world.app.store.read() as reader:
        (item,) = reader.items.of_source(source.id, None, 1)
        (face,) = reader.items.faces(item.id)
    key = world.app.keyring.get(f"grant:{grant}")  # type: ignore[arg-type]  # a key's name
    payload = to_bytes(SuggestionPayload(face.id, item.id, source.id, 0))  # type: ignore[arg-type]
    with world.app.store.unit() as unit:
        leaf = unit.head.size
        sealed = seal(key, payload, f"suggestion:{new}")
        expires = unit.now + timedelta(days=30)
        unit.suggestions.add(StoredSuggestion(new, grant, sealed, expires, leaf))  # type: ignore[arg-type]
        from licet.effects.record import record_machine

        record_machine(unit, EntryKind.COLLECTED)


@pytest.mark.parametrize(
    "where",
    ["cease.committed", "purge.items", "purge.appearances", "purge.key", "purge.finished"],
)
def test_a_purge_that_is_killed_goes_on_with_the_worker(world: World, where: str) -> None:
    world.enrolled("anna")
    source = _collected(world, "regatta", "anna", "a stranger")

    def stop(name: str) -> None:
        if name == where:
            raise _Killed

    app = world.reopen(stop)
    with pytest.raises(_Killed):
        cease_source(app, world.who("steward"), source.id)
    app.close()
    world.clock.go(minutes=3)
    done = run_once(world.app)
    assert done.problems == ()
    with world.app.store.read() as reader:
        found = reader.sources.get(source.id)
        assert reader.runs.open() == ()
    assert found is not None
    assert found.state is SourceState.PURGED
    assert _kept(world.app, source.id) == (0, 0)
    (purged,) = _entries(world.app, EntryKind.SOURCE_PURGED)
    facts = purged["facts"]
    assert isinstance(facts, dict)
    assert (facts["items"], facts["appearances"]) == (2, 1), "counted once, whoever was killed"


def test_ceasing_again_changes_nothing(world: World) -> None:
    source = _collected(world, "regatta", "anna")
    cease_source(world.app, world.who("steward"), source.id)
    again = cease_source(world.app, world.who("steward"), source.id)
    assert isinstance(again, Source), again
    assert again.state is SourceState.PURGED
    assert len(_entries(world.app, EntryKind.SOURCE_PURGED)) == 1
    with pytest.raises(NotFound):
        purge(world.app, SourceId("none"))


def test_what_has_a_term_is_forgotten_when_it_is_over(world: World) -> None:
    """Days are counted whole, the day of meeting too; the source goes on."""
    world.enrolled("anna")
    source = _collected(world, "regatta", "anna", "a stranger", retention_days=30)
    kept = _collected(world, "gala", "anna")
    world.clock.go(days=29)
    assert run_once(world.app).forgotten == 0
    assert _kept(world.app, source.id) == (2, 2)
    world.clock.go(days=1)
    assert run_once(world.app).forgotten == 2
    assert _kept(world.app, source.id) == (0, 1)
    assert _kept(world.app, kept.id) == (1, 1)
    with world.app.store.read() as reader:
        found = reader.sources.get(source.id)
        assert reader.runs.open() == ()
    assert found is not None
    assert found.state is SourceState.AUTHORISED
    assert not world.app.keyring.absent({source_key(source.id)})
    assert run_once(world.app).forgotten == 0


def test_a_scan_goes_on_when_its_place_was_forgotten(world: World) -> None:
    """The item at which a backfill stopped is gone: it goes on with what is left."""
    photos = {f"p{n:03}": photo("anna", shot=n) for n in range(3)}
    source = world.source(world.folder("regatta", **photos), "regatta", retention_days=30)
    collect(world.app, world.who("steward"), source.id)
    anna, _ = world.enrolled("anna")

    def stop(name: str) -> None:
        if name == "backfill.committed":
            raise _Killed

    app = world.reopen(stop)
    with pytest.raises(_Killed):
        backfill(app, anna, source.id)
    app.close()
    world.clock.go(days=31)
    done = run_once(world.app)
    assert (done.forgotten, done.problems) == (3, ())
    with world.app.store.read() as reader:
        assert reader.runs.open() == ()
    assert _kept(world.app, source.id) == (0, 0)


def test_terms_are_counted_in_whole_days(world: World) -> None:
    source = world.source(world.folder("a", a=photo("anna")), "a", retention_days=1)
    bare = world.source(world.folder("b", b=photo("anna")), "b")
    noon = world.clock().replace(hour=12)
    assert over_before(source, noon) == noon.replace(hour=0, minute=0)
    assert over_before(bare, noon) is None


def test_a_source_of_nobodys_is_not_ceased(world: World) -> None:
    source = _collected(world, "regatta", "anna")
    refused = cease_source(world.app, world.who("verifier"), source.id)
    assert isinstance(refused, Refusal)
    assert _kept(world.app, source.id)[0] == 1
