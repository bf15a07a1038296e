"""Links are found by their token's hash, close once, and count who came by the day."""

from dataclasses import replace

from licet.store.store import Store
from licet.terms.errors import Conflict, NotFound
from licet.terms.ids import LinkId, OrganisationId
from tests.store import comers, things
from tests.store.things import DAY, NOON, change, refused


def test_a_link_is_found_by_its_token_and_its_organisation(store: Store) -> None:
    house = things.furnished(store)
    link, later = comers.a_link(house), comers.a_link(house, opened_at=NOON + DAY)
    change(store, lambda unit: unit.links.open(later), lambda unit: unit.links.open(link))
    with store.read() as reader:
        assert reader.links.get(link.id) == link
        assert reader.links.get(LinkId("none")) is None
        assert reader.links.with_token(later.digest) == later
        assert reader.links.with_token(b"none") is None
        assert reader.links.of_organisation(house.organisation.id) == (link, later)
        assert reader.links.of_organisation(OrganisationId("x")) == ()


def test_a_link_closes_once(store: Store) -> None:
    house = things.furnished(store)
    link = comers.a_link(house)
    change(store, lambda unit: unit.links.open(link))
    change(store, lambda unit: unit.links.close(link.id, NOON))
    with store.read() as reader:
        assert reader.links.get(link.id) == replace(link, closed_at=NOON)
    refused(store, Conflict, lambda unit: unit.links.close(link.id, NOON))
    refused(store, NotFound, lambda unit: unit.links.close(LinkId("none"), NOON))


def test_all_links_close_at_once(store: Store) -> None:
    house = things.furnished(store)
    links = comers.a_link(house), comers.a_link(house, closed_at=NOON)
    change(store, *(lambda unit, one=one: unit.links.open(one) for one in links))
    change(store, lambda unit: unit.links.close_all(NOON + DAY))
    with store.read() as reader:
        closed = [reader.links.get(one.id).closed_at for one in links]
    assert closed == [NOON + DAY, NOON]


def test_who_comes_is_counted_of_all_and_by_the_day(store: Store) -> None:
    house = things.furnished(store)
    link = comers.a_link(house)
    change(store, lambda unit: unit.links.open(link))
    for at in (NOON, NOON, NOON + DAY):
        change(store, lambda unit, at=at: unit.links.count(unit.links.get(link.id), at))
    with store.read() as reader:
        found = reader.links.get(link.id)
    assert (found.joined, found.today) == (3, 1)
    assert found.joined_on((NOON + DAY).date()) == 1
    assert found.joined_on(NOON.date()) == 0
