"""The database counts whom and what an order reaches just as ``consent.territory`` judges it."""

from itertools import combinations, product

from licet.consent.territory import order_reaches, source_reached
from licet.store.store import Store
from licet.store.unit import Unit
from licet.terms.duties import Canary
from licet.terms.grant import Grant, GrantState, Subject, SubjectState
from licet.terms.ids import CanaryId, SubjectId, Territory
from licet.terms.order import OrderScope
from tests.store import things
from tests.store.things import NOON

FR, DE = Territory("FR"), Territory("DE")
PLACES = (None, FR, DE)


def _populate(unit: Unit) -> None:
    """Write one person of each kind: where they live, where the grant ties them, by which source.

    One kind in four is being erased, one is erased, one does not exist at all.
    """
    organisation = things.an_organisation()
    unit.governance.add_organisation(organisation)
    sources = {
        place: things.a_source(organisation.id, str(place), territory=place) for place in PLACES
    }
    for source in sources.values():
        unit.sources.add(source)
        unit.items.add(things.an_item(source.id), [])
    kinds = product(PLACES, (frozenset[Territory](), frozenset({FR, DE}), frozenset({DE})), PLACES)
    states = (SubjectState.KNOWN, SubjectState.BLOCKED, SubjectState.ERASING, SubjectState.ERASED)
    for n, (residence, places, source_at) in enumerate(kinds):
        subject = things.a_subject(
            residence=residence, contact_tag=bytes([n]) * 32, state=states[n % 4]
        )
        unit.subjects.add(subject)
        if n % 9 == 1:
            unit.breaches.add_canary(Canary(CanaryId(f"c{n}"), subject.id, NOON, None))
        named = sources[source_at].id if n % 2 else None
        ended = GrantState.ENDED if n % 5 == 4 else GrantState.ACTIVE
        grant = things.a_grant(
            subject.id, organisation.id, territories=places, source=named, state=ended
        )
        unit.grants.add(grant)
        if grant.kept:
            unit.templates.add(things.a_template(grant.id))
            unit.suggestions.add(things.a_suggestion(grant.id))
    unit.record(things.entry())


def test_what_is_counted_is_what_is_judged(store: Store) -> None:
    """Every scope of places, sources and people, against every kind of person."""
    with store.unit() as unit:
        _populate(unit)
    with store.read() as reader:
        canaries = {one.subject for one in reader.breaches.canaries()}
        everybody = [
            person
            for person in (reader.subjects.get(one) for one in reader.subjects.ids())
            if person is not None and person.id not in canaries
        ]
        sources = reader.sources.all()
        for places, named, people in product(
            [c for size in (0, 1, 2) for c in combinations((FR, DE), size)],
            [(), (sources[0].id,)],
            [(), (everybody[0].id, SubjectId("nobody"))],
        ):
            scope = OrderScope(places, named, people)
            inside = []
            for person in everybody:
                grants = reader.grants.of_subject(person.id)
                theirs = [s for s in sources if any(g.source == s.id for g in grants)]
                if order_reaches(scope, person, grants, theirs):
                    inside.append(person)
            there = [p for p in inside if p.state is not SubjectState.ERASED]
            kept = [g for p in there for g in reader.grants.of_subject(p.id) if g.kept]
            at = [s.id for s in sources if source_reached(scope, s)]
            assert reader.reach.count_people(scope) == len(there)
            assert reader.reach.count_grants(scope) == len(kept)
            assert reader.reach.count_templates(scope) == len(kept)
            assert reader.reach.count_suggestions(scope) == len(kept)
            assert reader.reach.sources(scope) == tuple(sorted(at))
            assert reader.reach.count_items(scope) == len(at)
            free = [p for p in there if p.state is not SubjectState.ERASING]
            first = reader.reach.people(scope, None, 2)
            rest = reader.reach.people(scope, first[-1].id if first else None, 100)
            assert [p.id for p in (*first, *rest)] == [p.id for p in free]


def _torn(unit: Unit) -> None:
    """Write people with two grants each, in every pair of places and sources."""
    organisation = things.an_organisation()
    unit.governance.add_organisation(organisation)
    sources = {one: things.a_source(organisation.id, str(one), territory=one) for one in PLACES}
    for source in sources.values():
        unit.sources.add(source)
    ties = ((frozenset[Territory](), None), (frozenset({FR}), None), (frozenset({DE}), DE))
    pairs = product(
        (None, DE, Territory("IT")), combinations((*ties, (frozenset({DE}), FR)), 2), range(3)
    )
    for n, (residence, grants, kind) in enumerate(pairs):
        state = SubjectState.ERASING if n % 7 == 6 else SubjectState.KNOWN
        subject = things.a_subject(residence=residence, contact_tag=bytes([n]) * 32, state=state)
        unit.subjects.add(subject)
        for at, (places, place) in enumerate(grants):
            ended = GrantState.ENDED if kind == 1 + at else GrantState.ACTIVE
            named = sources[place].id if place else None
            unit.grants.add(
                things.a_grant(
                    subject.id, organisation.id, territories=places, source=named, state=ended
                )
            )
    unit.record(things.entry())


def test_whom_one_grant_of_several_ties_is_who_is_judged_to_be(store: Store) -> None:
    """Of each such person something kept would be free under a block on places and sources."""
    with store.unit() as unit:
        _torn(unit)
    with store.read() as reader:
        everybody = [reader.subjects.get(one) for one in reader.subjects.ids()]
        sources = {source.id: source for source in reader.sources.all()}
        for places, named in product([(), (FR,), (FR, DE)], [(), tuple(sources)[:1]]):
            scope = OrderScope(places, named)
            found = set()
            for person in everybody:
                assert person is not None
                grants = reader.grants.of_subject(person.id)

                def tied(*some: Grant, who: Subject = person, on: OrderScope = scope) -> bool:
                    theirs = [sources[one.source] for one in some if one.source]
                    return order_reaches(on, who, some, theirs)

                usable = [one for one in grants if one.kept]
                whole, there = tied(), person.state is SubjectState.KNOWN
                if there and tied(*grants) and not whole and not all(map(tied, usable)):
                    found.add(person.id)
            assert set(reader.reach.half_tied(scope, "order:a", 100)) == found
            assert bool(found) is not scope.everything
            assert len(reader.reach.half_tied(scope, "order:a", 2)) == min(len(found), 2)
