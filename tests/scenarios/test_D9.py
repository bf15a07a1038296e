"""D9: templates only, or photos only: an authority's clause chooses, and the rest stays.

Each kind of data alone is destroyed of everybody in scope, and counted before and after;
what the clause does not name is as it was.
"""

import pytest

from licet.collect import collect
from licet.effects.sealed import grant_key
from licet.terms.grant import GrantState, SubjectState
from licet.terms.ids import GrantId
from licet.terms.order import DataKind, OrderScope, OrderState
from licet.terms.search import SearchResult
from tests.fakes.deployment import World
from tests.fakes.vision import photo
from tests.worker.ordering import (
    FRANCE,
    grant_state,
    kinds_told,
    order_of,
    order_wish,
    ordered,
    searched,
    state_of,
    work,
)


@pytest.mark.parametrize("kind", [DataKind.TEMPLATES, DataKind.PHOTOS, DataKind.PROBES])
def test_each_kind_of_data_alone(world: World, kind: DataKind) -> None:
    anna, a = world.enrolled("anna", residence=FRANCE)
    world.enrolled("cleo", residence="DE")
    photos = {"one": photo("anna", shot=5), "two": photo("anna", "cleo")}
    source = world.source(world.folder("regatta", **photos), territory="DE")
    collect(world.app, world.who("steward"), source.id)
    found = searched(world, "anna")
    before = _kept(world, anna, found)
    order = ordered(world, order_wish(world, kind))
    work(world)
    after = _kept(world, anna, found)
    assert order_of(world, order).state is OrderState.PROVED
    assert state_of(world, a) is SubjectState.KNOWN
    references, appearances, items, probe = before
    assert before == (1, 2, 2, True)
    assert after == {
        DataKind.TEMPLATES: (0, 0, items, probe),
        DataKind.PHOTOS: (references, 1, 1, probe),
        DataKind.PROBES: (references, appearances, items, False),
    }[kind] or (kind is DataKind.TEMPLATES and after[:3] == (0, 0, items))
    ended = kind is DataKind.TEMPLATES
    assert (grant_state(world, anna) is GrantState.ENDED) == ended
    assert bool(world.app.keyring.absent({grant_key(anna)})) == ended
    work(world)
    assert kinds_told(world).count("order.proved") == 1


def _kept(world: World, grant: GrantId, found: SearchResult) -> tuple[int, int, int, bool]:
    with world.app.store.read() as reader:
        templates = reader.templates.of_grant(grant)
        made = reader.searches.get(found.id)
        items = sum(len(reader.items.of_source(s.id, None, 99)) for s in reader.sources.all())
    references = sum(one.kind.value == "reference" for one in templates)
    assert made is not None
    probe = made.sealed_probe is not None
    return references, len(templates) - references, items, probe


def test_photos_of_a_source_in_scope_go_and_it_ceases(world: World) -> None:
    anna, a = world.enrolled("anna", residence="DE")
    source = world.source(world.folder("regatta", a=photo("anna"), b=photo("bea")))
    collect(world.app, world.who("steward"), source.id)
    scope = OrderScope(sources=(source.id,))
    order = ordered(world, order_wish(world, DataKind.PHOTOS, scope=scope))
    work(world)
    assert order_of(world, order).state is OrderState.PROVED
    with world.app.store.read() as reader:
        assert reader.items.of_source(source.id, None, 9) == ()
        assert len(reader.templates.of_grant(anna)) == 1
        assert reader.sources.get(source.id).state.value == "purged"  # type: ignore[union-attr]
    assert state_of(world, a) is SubjectState.KNOWN
