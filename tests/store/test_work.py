"""Sources, items, searches and work read back what was written, and say no where they must."""

from dataclasses import replace
from datetime import timedelta

import pytest

from licet.store.store import Store
from licet.terms.errors import Conflict, NotFound
from licet.terms.ids import (
    AuditId,
    AuthorityId,
    BlockId,
    CandidateId,
    FaceId,
    ItemId,
    PlanId,
    RunId,
    SearchId,
    SourceId,
    SubjectId,
    Territory,
)
from licet.terms.permit import Block
from licet.terms.plan import RunKind, WorkState
from licet.terms.search import SearchState, Verification
from licet.terms.source import MARKER, AuditFinding, Control, Fate, SourceState
from tests.store import things
from tests.store.things import DAY, NOON, change, entry, refused

MOMENT = timedelta(milliseconds=1)

# --- sources and items ---


def test_sources(store: Store) -> None:
    house = things.furnished(store)
    bare = things.a_source(house.organisation.id, "aaa", bystander_condition=None, territory=None)
    proof = things.an_authority(bare.id, valid_from=NOON, valid_to=NOON + DAY)
    change(
        store,
        lambda unit: unit.sources.add(bare),
        lambda unit: unit.sources.add_authority(proof),
    )
    with store.read() as reader:
        it = reader.sources
        assert it.get(house.source.id) == house.source
        assert it.get(SourceId("none")) is None
        assert it.named(house.organisation.id, "aaa") == bare
        assert it.named(house.organisation.id, "none") is None
        assert it.of_organisation(house.organisation.id) == (bare, house.source)
        assert it.all() == (bare, house.source)
        assert it.authority_at(bare.id, NOON) == proof
        assert it.authority_at(bare.id, NOON + DAY) is None
    later = NOON + timedelta(hours=1)
    paper = (Control.SIGNED_AGREEMENT, "paper", later)
    change(store, lambda unit: unit.sources.set_proved(proof.id, *paper))
    with store.read() as reader:
        again = replace(
            proof,
            control=Control.SIGNED_AGREEMENT,
            proof="paper",
            proved_at=later,
            tried_at=later,
        )
        assert reader.sources.authority_at(bare.id, NOON) == again
    with store.unit(bookkeeping=True) as unit:
        unit.sources.set_tried(proof.id, later + DAY)
    with store.read() as reader:
        tried = replace(again, tried_at=later + DAY)
        assert reader.sources.authority_at(bare.id, NOON) == tried
    gone = AuthorityId("none")
    refused(
        store,
        NotFound,
        lambda unit: unit.sources.set_proved(gone, *paper),
    )
    change(store, lambda unit: unit.sources.set_state(bare.id, SourceState.PURGED))
    refused(store, Conflict, lambda unit: unit.sources.set_state(bare.id, SourceState.AUTHORISED))
    nowhere = SourceId("none")
    refused(store, NotFound, lambda unit: unit.sources.set_state(nowhere, SourceState.PURGED))
    refused(store, Conflict, lambda unit: unit.sources.add_authority(things.an_authority(nowhere)))


def test_audits(store: Store) -> None:
    """The first one first; what is found is written into the same row."""
    house = things.furnished(store)
    source = house.source.id
    with store.read() as reader:
        (first,) = reader.sources.audits(source)
    found = replace(first, finding=AuditFinding.OK, found_at=NOON, note=b"sealed")
    change(store, lambda unit: unit.sources.set_audit(found))
    change(store, lambda unit: unit.sources.note_collected(source, 7))
    with store.read() as reader:
        assert reader.sources.audits(source) == (found,)
        kept = reader.sources.get(source)
    assert kept is not None
    assert kept.collected == house.source.collected + 7
    other = replace(first, id=AuditId("none"))
    refused(store, NotFound, lambda unit: unit.sources.set_audit(other))
    nowhere = things.an_audit(SourceId("none"))
    refused(store, Conflict, lambda unit: unit.sources.add_audit(nowhere))


def test_traces(store: Store) -> None:
    """One for each address: what was said of it before gives way."""
    house = things.furnished(store)
    source = house.source.id
    kept = things.a_trace(source, tag=b"u" * 32, fate=Fate.COLLECTED, rule="first_met")
    again = things.a_trace(source, rule="marker", sealed=b"other")
    with store.unit(bookkeeping=True) as unit:
        unit.sources.note_traces(source, [kept, again])
    with store.read() as reader:
        assert reader.sources.traces(source) == (again, kept)
        assert reader.sources.traces(source, Fate.COLLECTED) == (kept,)
        assert reader.sources.traces(SourceId("none")) == ()
        assert reader.sources.trace(source, kept.tag) == kept
        assert reader.sources.trace(source, b"none") is None
    with store.unit(bookkeeping=True) as unit:
        assert unit.sources.forget_traces(source) == 2
        assert unit.sources.traces(source) == ()


def test_visits(store: Store) -> None:
    """A site's pages are remembered sealed, each once."""
    house = things.furnished(store)
    source = house.source.id
    with store.unit(bookkeeping=True) as unit:
        unit.sources.forget_noted(source)
        for tag, sealed in ((b"a" * 32, b"one"), (b"b" * 32, b"two"), (b"a" * 32, b"three")):
            unit.sources.note_visit(source, tag, sealed, NOON)
        assert unit.sources.visits(source) == (b"three", b"two")
        assert unit.sources.visit(source, b"a" * 32) == b"three"
        assert unit.sources.visit(source, b"c" * 32) is None
        assert unit.sources.forget_visits(NOON) == 0
        unit.sources.forget_visit(source, b"a" * 32)
        assert unit.sources.visits(source) == (b"two",)
    with store.unit(bookkeeping=True) as unit:
        unit.sources.forget_noted(source)
    with store.read() as reader:
        assert reader.sources.visits(source) == ()


def test_pages_and_addresses_that_nobody_met_are_forgotten(store: Store) -> None:
    """Why something was taken stays with it; why something was not has its term."""
    house = things.furnished(store)
    source = house.source.id
    later = NOON + DAY
    taken = things.a_trace(source, tag=b"t" * 32, fate=Fate.COLLECTED)
    met = things.a_trace(source, tag=b"m" * 32, at=later)
    old = things.a_trace(source, tag=b"o" * 32)
    with store.unit(bookkeeping=True) as unit:
        unit.sources.forget_noted(source)
        unit.sources.note_traces(source, [taken, met, old])
        for tag, at in ((b"a" * 32, NOON), (b"b" * 32, later)):
            unit.sources.note_visit(source, tag, tag, at)
        assert unit.sources.forget_visits(later) == 1
        assert unit.sources.forget_not_taken(later) == 1
        assert unit.sources.visits(source) == (b"b" * 32,)
        assert unit.sources.traces(source) == (met, taken)


def test_marks_count_until_somebody_looked(store: Store) -> None:
    """A source that comes back from its hold begins anew; one whose proof lapsed does not."""
    house = things.furnished(store)
    source = house.source.id
    mark = things.a_trace(source, tag=b"m" * 32, fate=Fate.LEFT_OUT, rule=MARKER)
    with store.unit(bookkeeping=True) as unit:
        unit.sources.note_traces(source, [mark])
        assert unit.sources.marked(source, mark.at) == (mark,)
        assert unit.sources.marked(source, mark.at + DAY) == ()
    for before, left in ((SourceState.LAPSED, (mark,)), (SourceState.ON_HOLD, ())):
        with store.unit() as unit:
            unit.sources.set_state(source, before)
            unit.sources.set_state(source, SourceState.AUTHORISED)
            assert unit.sources.marked(source, mark.at) == left
            unit.record(entry())


def test_turns_to_ask_a_host_are_a_pause_apart(store: Store) -> None:
    """Whoever asks, and for whichever of the sources that lie there."""
    house = things.furnished(store)
    mine = house.source.id
    other = replace(house.source, id=SourceId("other"), name="other")
    pause = timedelta(seconds=2)
    with store.unit() as unit:
        unit.sources.add(other)
        unit.record(entry())
    host = (mine, other.id)
    turns = []
    for source in (mine, other.id, mine):
        with store.unit(bookkeeping=True) as unit:
            turns.append(unit.sources.take_turn(source, host, NOON, pause))
    assert turns == [NOON, NOON + pause, NOON + 2 * pause]
    with store.unit(bookkeeping=True) as unit:
        assert unit.sources.take_turn(mine, host, NOON - DAY, pause) == NOON - DAY


def test_items(store: Store) -> None:
    house = things.furnished(store)
    item, source = house.item, house.source.id
    with store.read() as reader:
        it = reader.items
        assert it.get(item.id) == item
        assert it.get(ItemId("none")) is None
        assert it.find(source, item.sha256) == item
        assert it.find(source, "none") is None
        assert it.face(house.face.id) == house.face
        assert it.face(FaceId("none")) is None
        faces = it.faces(item.id)
        assert house.face in faces
        assert sorted(face.span is None for face in faces) == [False, True]
        assert it.known_address(source, b"a" * 32) == item
        assert it.known_address(source, b"b" * 32) is None
        assert it.addresses(item.id) == (b"sealed address",)
        assert it.count() == it.count(source) == 1
        assert it.count(SourceId("none")) == 0
    change(store, lambda unit: unit.items.add_address(item.id, b"b" * 32, b"elsewhere"))
    with store.read() as reader:
        assert reader.items.addresses(item.id) == (b"sealed address", b"elsewhere")
    same = replace(item, id=ItemId("another"))
    refused(store, Conflict, lambda unit: unit.items.add(same, []))
    refused(store, Conflict, lambda unit: unit.items.add_address(item.id, b"b" * 32, b""))
    refused(store, NotFound, lambda unit: unit.items.add_address(ItemId("none"), b"", b""))


def test_items_of_a_source_come_in_pages(store: Store) -> None:
    house = things.furnished(store)
    items = [house.item] + [things.an_item(house.source.id, first_leaf=n // 3) for n in range(10)]
    with store.unit() as unit:
        for item in items[1:]:
            unit.items.add(item, [])
        unit.record(entry())
    expected = sorted(items, key=lambda item: (item.first_leaf, item.id))
    walked = []
    after: ItemId | None = None
    with store.read() as reader:
        while page := reader.items.of_source(house.source.id, after, 4):
            assert len(page) <= 4
            walked += page
            after = page[-1].id
        assert walked == expected
        with pytest.raises(NotFound):
            reader.items.of_source(house.source.id, ItemId("gone"), 4)


# --- searches ---


def test_searches(store: Store) -> None:
    house = things.furnished(store)
    search, case, member = house.search, house.case.id, house.member.id
    empty = things.a_search(
        case,
        member,
        at=NOON + DAY,
        sealed_probe=None,
        probe_until=None,
        state=SearchState.NONE,
        leaf=1,
    )
    change(store, lambda unit: unit.searches.add(empty))
    with store.read() as reader:
        it = reader.searches
        assert it.get(search.id) == search
        assert it.get(SearchId("none")) is None
        assert it.of_case(case) == (search, empty)
        assert it.candidate(house.candidate.id) == house.candidate
        assert it.candidate(CandidateId("none")) is None
        assert it.candidates(search.id) == (house.candidate,)
        assert it.candidates_tagged(b"s" * 32) == (house.candidate,)
        assert it.candidates_of_grant(b"g" * 32) == (house.candidate,)
        assert it.candidates_of_grant(b"s" * 32) == ()
        assert len(it.verifications(house.candidate.id)) == 1
        assert it.count_by_member(member, NOON) == 2
        assert it.count_by_member(member, NOON + DAY) == 1
        assert it.probe_uses(case, b"p" * 32) == 2
        assert it.subjects_in_case(case) == 1
        assert search.probe_until is not None
        assert it.with_probe_over(search.probe_until) == (search,)
        assert it.with_probe_over(search.probe_until - MOMENT) == ()
    change(
        store,
        lambda unit: unit.searches.drop_probe(search.id),
        lambda unit: unit.searches.seal_probe(empty.id, b"again", NOON + DAY),
        lambda unit: unit.searches.keep_probe_until(empty.id, NOON + 2 * DAY),
        lambda unit: unit.searches.set_state(search.id, SearchState.CLOSED),
    )
    with store.read() as reader:
        closed = replace(search, sealed_probe=None, probe_until=None, state=SearchState.CLOSED)
        assert reader.searches.get(search.id) == closed
        assert reader.searches.with_probe_over(NOON + 9 * DAY) == (
            replace(empty, sealed_probe=b"again", probe_until=NOON + 2 * DAY),
        )
        assert reader.searches.with_probe_over(NOON + 2 * DAY - MOMENT) == ()
    refused(store, Conflict, lambda unit: unit.searches.seal_probe(search.id, b"", NOON))
    refused(store, Conflict, lambda unit: unit.searches.keep_probe_until(search.id, NOON))
    refused(store, Conflict, lambda unit: unit.searches.set_state(search.id, SearchState.LEAD))
    refused(store, NotFound, lambda unit: unit.searches.drop_probe(SearchId("none")))
    again = Verification(house.candidate.id, member, b"different", NOON)
    refused(store, Conflict, lambda unit: unit.searches.add_verification(again))
    nowhere = things.a_candidate(SearchId("none"))
    refused(store, Conflict, lambda unit: unit.searches.add_candidate(nowhere))


@pytest.mark.parametrize("by", ["grant", "subject"])
def test_candidates_go_with_their_verifications(store: Store, by: str) -> None:
    house = things.furnished(store)
    stays = things.a_candidate(house.search.id, subject_tag=b"x" * 32, grant_tag=b"y" * 32)
    change(store, lambda unit: unit.searches.add_candidate(stays))
    with store.unit() as unit:
        if by == "grant":
            assert unit.searches.delete_candidates_of_grant(b"g" * 32) == 1
        else:
            assert unit.searches.forget_candidates_tagged(b"s" * 32) == 1
        unit.record(entry())
    with store.read() as reader:
        assert reader.searches.candidates(house.search.id) == (stays,)
        assert reader.searches.verifications(house.candidate.id) == ()


# --- plans, runs, blocks ---


def test_plans(store: Store) -> None:
    house = things.furnished(store)
    plan = house.plan.id
    with store.read() as reader:
        assert reader.plans.get(plan) == house.plan
        assert reader.plans.get(PlanId("none")) is None
        assert reader.plans.open() == (house.plan,)
        effects = reader.plans.effects(plan)
        assert [effect.n for effect in effects] == [0, 1]
    found = (("rows", 7), ("complete", True), ("where", "file"))
    done = [replace(e, state=WorkState.DONE, found=found) for e in effects]
    refused(store, Conflict, lambda unit: unit.plans.finish(plan))
    change(
        store,
        lambda unit: unit.plans.finish_effect(done[0]),
        lambda unit: unit.plans.set_sealed(plan, b"less"),
        lambda unit: unit.plans.finish_effect(done[1]),
    )
    with store.read() as reader:
        assert reader.plans.effects(plan) == tuple(done)
        kinds = [type(value) for _, value in reader.plans.effects(plan)[0].found]
        assert kinds == [int, bool, str]
    refused(store, Conflict, lambda unit: unit.plans.finish_effect(done[0]))
    refused(store, NotFound, lambda unit: unit.plans.finish_effect(things.an_effect(plan, 9)))
    with store.unit(bookkeeping=True) as unit:
        unit.plans.finish(plan)
    with store.read() as reader:
        assert reader.plans.open() == ()
        assert reader.plans.get(plan) == replace(house.plan, sealed=b"less", state=WorkState.DONE)
    refused(store, NotFound, lambda unit: unit.plans.finish(PlanId("none")))


def test_leases(store: Store) -> None:
    house = things.furnished(store)
    plan, run = house.plan.id, house.run.id
    with store.unit(bookkeeping=True) as unit:
        later, past = unit.now + DAY, unit.now
        assert unit.plans.claim(plan, later)
        assert not unit.plans.claim(plan, later)
        unit.plans.release(plan, later + DAY)
        assert not unit.plans.claim(plan, later), "nobody lets go of another one's plan"
        unit.plans.release(plan, later)
        assert unit.plans.claim(plan, past)
        assert unit.plans.claim(plan, later), "a lease that ran out is free"
        assert unit.runs.claim(run, later)
        assert not unit.runs.claim(run, later)
        unit.runs.set_cursor(run, "7", None)
        assert unit.runs.claim(run, later)
        unit.runs.finish(run)
        assert not unit.runs.claim(run, later), "nobody works on what is done"
        assert not unit.plans.claim(PlanId("none"), later)
        assert unit.runs.get(run) == replace(house.run, cursor="7", state=WorkState.DONE)
    refused(store, Conflict, lambda unit: unit.runs.set_cursor(run, "8", None))


def test_runs_by_kind(store: Store) -> None:
    house = things.furnished(store)
    back = things.a_run(house.source.id, kind=RunKind.BACKFILL, grant=house.grant.id)
    with store.unit(bookkeeping=True) as unit:
        unit.runs.add(back)
    with store.read() as reader:
        assert reader.runs.open(RunKind.BACKFILL) == (back,)
        assert set(reader.runs.open()) == {back, house.run}
        assert reader.runs.get(RunId("none")) is None


def test_blocks(store: Store) -> None:
    everything = Block()
    some = Block(territory=Territory("FR"), collecting=False)
    change(
        store,
        lambda unit: unit.blocks.add(BlockId("b"), some, "order", NOON + DAY),
        lambda unit: unit.blocks.add(BlockId("a"), everything, "order", NOON),
    )
    with store.read() as reader:
        assert reader.blocks.active() == (everything, some)
    change(store, lambda unit: unit.blocks.lift(BlockId("a"), NOON + DAY))
    with store.read() as reader:
        assert reader.blocks.active() == (some,)
    refused(store, Conflict, lambda unit: unit.blocks.lift(BlockId("a"), NOON))
    refused(store, NotFound, lambda unit: unit.blocks.lift(BlockId("none"), NOON))
    nobody = Block(subject=SubjectId("none"))
    refused(store, Conflict, lambda unit: unit.blocks.add(BlockId("c"), nobody, "order", NOON))
