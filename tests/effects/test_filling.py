"""A gallery that is filled by the batch holds what one filled grant by grant would hold."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import given

from licet.consent.live import slot
from licet.effects.blocking import place
from licet.effects.filling import put_every_grant
from licet.effects.sealed import grant_key
from licet.effects.shelf import fresh_gallery
from licet.gallery.brute import BruteGallery
from licet.granting import withdraw
from licet.store.store import Store
from licet.store.unit import Unit
from licet.terms import features
from licet.terms.acting import SUBJECT
from licet.terms.basis import Condition, LegalBasis, Relationship
from licet.terms.errors import Corrupt
from licet.terms.face import Box, Score
from licet.terms.features import features_of
from licet.terms.gallery import TemplateKind
from licet.terms.grant import Grant, GrantState, Subject, SubjectState
from licet.terms.ids import FaceId, ItemId, ModelId, PurposeId, SourceId, Territory, new_id
from licet.terms.payload import AppearancePayload, ReferencePayload, from_bytes, to_bytes
from licet.terms.permit import Block, By
from licet.terms.when import to_ms
from tests.fakes.deployment import World
from tests.store import things

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ids = st.uuids(version=4).map(str)
moments = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds UTC
references = st.builds(
    ReferencePayload, st.binary(max_size=40), st.integers(-3, 400), st.integers(0, 1)
)
appearances = st.builds(
    AppearancePayload,
    st.binary(max_size=40),
    ids.map(FaceId),
    ids.map(ItemId),
    ids.map(SourceId) | st.text(max_size=9).map(SourceId),
    moments.map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)),
    st.integers(-(2**40), 2**40).map(Score),
    st.builds(Box, *[st.integers(-9, 99_999)] * 4),
    st.integers(-1, 2**40),
    st.sampled_from(["", *By]),
)


# --- what is inside a template ---


def slowly(kind: TemplateKind, data: bytes) -> object:
    """Read a payload whole, the general way."""
    if kind is TemplateKind.REFERENCE:
        return from_bytes(ReferencePayload, data).values, None
    seen = from_bytes(AppearancePayload, data)
    return seen.values, to_ms(seen.first_seen)


def outcome(
    read: Callable[[TemplateKind, bytes], object], kind: TemplateKind, data: bytes
) -> object:
    """What reading gives, or that the bytes are none of the kind."""
    try:
        return read(kind, data)
    except (Corrupt, AttributeError, OverflowError) as error:
        return type(error)


@given(references | appearances, st.sampled_from(TemplateKind))
def test_features_are_those_of_the_payload(
    payload: ReferencePayload | AppearancePayload, kind: TemplateKind
) -> None:
    data = to_bytes(payload)
    assert outcome(features_of, kind, data) == outcome(slowly, kind, data)
    own = (
        TemplateKind.REFERENCE if isinstance(payload, ReferencePayload) else TemplateKind.APPEARANCE
    )
    assert features_of(own, data)[0] == payload.values


def test_what_is_written_today_goes_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A payload that gains a part would be read as before, but a gallery would open slowly."""
    monkeypatch.setattr(features, "_slowly", None)
    id_ = new_id()
    seen = AppearancePayload(
        b"\x01\xff" * 128,
        FaceId(id_),
        ItemId(id_),
        SourceId(id_),
        NOON,
        Score(-7),
        Box(-1, 0, 9, 40),
    )
    for said in ("", *(by.value for by in By)):
        data = to_bytes(replace(seen, said=said))
        assert features_of(TemplateKind.APPEARANCE, data) == (seen.values, to_ms(NOON))
    for reference in (ReferencePayload(b"\x01\xff" * 128, 3), ReferencePayload(b"\0\0", 1, 1)):
        found = features_of(TemplateKind.REFERENCE, to_bytes(reference))
        assert found == (reference.values, None)


@given(
    references | appearances,
    st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=2), st.integers(0, 2)), max_size=2),
)
def test_whatever_is_spoilt_is_read_as_the_general_way_reads_it(
    payload: ReferencePayload | AppearancePayload, spoils: list[tuple[int, bytes, int]]
) -> None:
    data = to_bytes(payload)
    for where, new, gone in spoils:
        at = where % (len(data) + 1)
        data = data[:at] + new + data[at + gone :]
    for kind in TemplateKind:
        assert outcome(features_of, kind, data) == outcome(slowly, kind, data)


# --- which grants may be used ---


def a_grant(chance: random.Random, house: things.House, subject: Subject) -> Grant:
    """A grant that differs from others in any column at all."""
    some: Callable[..., object] = lambda *values: chance.choice(values)  # noqa: E731 - short, and used on the next lines
    return things.a_grant(
        subject.id,
        some(None, house.organisation.id),
        id=str(UUID(int=chance.getrandbits(128), version=4)),
        purpose=PurposeId(str(some("find_my_photos@1", "missing_person@1"))),
        basis=some(*LegalBasis),
        condition=some(*Condition),
        relationship=some(*Relationship),
        source=some(None, house.source.id),
        territories=frozenset(map(Territory, str(some("", "FR", "FR DE")).split())),
        notice=str(some("ab", "cd")) * 32,
        notice_delivered_at=some(None, NOON, NOON + timedelta(days=1)),
        confirmed_at=some(None, NOON, NOON + timedelta(days=2)),
        confirmed_by=some("", "code", "paper"),
        guardian=some(True, False),
        captured=some(True, False),
        not_before=NOON + timedelta(milliseconds=chance.randrange(10**9)),
        expires=NOON + timedelta(milliseconds=chance.randrange(10**10)),
        state=some(*GrantState, *[GrantState.ACTIVE] * 6),
        leaf=chance.randrange(9),
        instrument=some("", "ef" * 32),
    )


def many(chance: random.Random, unit: Unit) -> things.House:
    """Two hundred grants of sixty people in every state."""
    house = things.furnish(unit)
    for residence, state, _ in product((None, "FR", "DE"), SubjectState, range(5)):
        place_ = None if residence is None else Territory(residence)
        subject = things.a_subject(
            id=str(UUID(int=chance.getrandbits(128), version=4)), residence=place_, state=state
        )
        unit.subjects.add(subject)
        unit.grants.add_many(a_grant(chance, house, subject) for _ in range(4))
    return house


def test_a_slot_in_a_batch_is_the_slot_that_consent_decides(store: Store) -> None:
    """Whatever consent comes to look at must be in the likeness of grants, or this fails."""
    chance = random.Random(7)
    with store.unit() as unit:
        house = many(chance, unit)
        unit.record(things.entry())
    with store.read() as reader:
        kept = [g for g in reader.grants.kept() if g.state is not GrantState.ENDING]
        people = reader.subjects.many({grant.subject for grant in kept})
        blocks = (
            Block(territory=Territory("DE")),
            Block(source=house.source.id),
            Block(source=house.source.id, use=False),
            Block(subject=kept[7].subject),
            Block(territory=Territory("FR"), collecting=False),
            Block(),
        )
        usable = set()
        for held in ((), blocks[:1], blocks[1:2], blocks[2:3], blocks[3:4], blocks[:4], blocks):
            gallery = BruteGallery(ModelId("any"), 4, lambda: NOON)
            put_every_grant(reader, gallery, held)
            truth = {grant.id: slot(grant, people[grant.subject], held) for grant in kept}
            assert gallery._slots == truth
            usable.add(sum(one.usable for one in truth.values()))
        assert len(usable) > 4, "the blocks of this test stop nobody"


# --- which templates are opened ---


def test_what_has_no_key_or_another_model_is_not_opened(world: World) -> None:
    """A crash between the key and the row leaves a row that nobody can read (DESIGN 6)."""
    keyless, _ = world.enrolled("anna")
    kept, _ = world.enrolled("bea")
    world.app.keyring.shred(grant_key(keyless))
    with world.app.store.unit() as unit:
        (row,) = unit.templates.of_grant(kept)
        unit.templates.add(things.a_template(kept, model=ModelId("another@0")))
        unit.record(things.entry(at=world.clock()))
    again = world.reopen()
    gallery = fresh_gallery(again)
    assert gallery.rows_of(keyless) == 0
    assert gallery.rows_of(row.grant) == gallery.size() == 1
    again.close()


def test_a_row_that_was_moved_to_another_grant_stops_the_opening(world: World) -> None:
    """Sealed bytes are bound to their place; others in it are damage, not a template."""
    one, _ = world.enrolled("anna")
    other, _ = world.enrolled("bea")
    with world.app.store.unit() as unit:
        (row,) = unit.templates.of_grant(other)
        unit.templates.add(things.a_template(one, model=row.model, sealed=row.sealed))
        unit.record(things.entry(at=world.clock()))
    again = world.reopen()
    with pytest.raises(Corrupt):
        fresh_gallery(again)
    again.close()


def test_who_opens_a_gallery_is_told_how_far_it_is(world: World) -> None:
    """All templates are counted, and the watch ends with the opening."""
    for name in ("anna", "bea", "carla"):
        world.enrolled(name)
    heard: list[int] = []

    @contextmanager
    def watch(total: int) -> Iterator[Callable[[int], object]]:
        heard.append(total)
        yield heard.append
        heard.append(-1)

    again = world.reopen()
    again.shelf.watch = watch
    fresh_gallery(again)
    fresh_gallery(again)
    assert heard == [3, 3, -1]
    again.close()


# --- following ---


def test_a_grant_that_ends_beside_a_block_is_gone_too(world: World) -> None:
    """Between two looks both happen: all slots are read again, and who left has none."""
    leaves, _ = world.enrolled("anna")
    stays, subject = world.enrolled("bea")
    other = world.reopen()
    assert fresh_gallery(other).size() == 2
    withdraw(world.app, SUBJECT, leaves)
    with world.app.store.unit() as unit:
        place(unit, Block(subject=subject), "order")
    gallery = fresh_gallery(other)
    assert gallery.rows_of(leaves) == 0
    assert gallery.rows_of(stays) == 1
    other.close()
