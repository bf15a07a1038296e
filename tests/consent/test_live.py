"""What of a grant may be used, as a word for rules and as a slot for the gallery."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.consent.live import live, slot, standing
from licet.consent.territory import (
    collecting_blocked,
    everything_blocked,
    grant_blocked,
    person_inside,
    showing_blocked,
    source_inside,
    ties,
)
from licet.terms.gallery import Slot
from licet.terms.grant import GrantState, SubjectState
from licet.terms.ids import SourceId, SubjectId, Territory
from licet.terms.permit import Block
from tests.consent.world import GRANT, NOW, SOURCE, SUBJECT

FR, DE, JP = Territory("FR"), Territory("DE"), Territory("JP")


def test_a_slot_says_what_the_gallery_must_know() -> None:
    assert slot(GRANT, SUBJECT, ()) == Slot(
        grant=GRANT.id,
        subject=SUBJECT.id,
        organisation=GRANT.organisation,
        purpose=GRANT.purpose,
        source=None,
        territories=frozenset({FR, DE}),
        usable=True,
        not_before=GRANT.not_before,
        expires=GRANT.expires,
    )


def test_the_window_is_half_open() -> None:
    tick = timedelta(milliseconds=1)
    assert not live(GRANT, SUBJECT, (), GRANT.not_before - tick)
    assert live(GRANT, SUBJECT, (), GRANT.not_before)
    assert live(GRANT, SUBJECT, (), GRANT.expires - tick)
    assert not live(GRANT, SUBJECT, (), GRANT.expires)


grants = st.builds(
    replace,
    st.just(GRANT),
    state=st.sampled_from(GrantState),
    notice_delivered_at=st.sampled_from([None, NOW]),
    confirmed_at=st.sampled_from([None, NOW]),
    source=st.sampled_from([None, SOURCE.id]),
    territories=st.sets(st.sampled_from([FR, DE, JP])).map(frozenset),
    subject=st.sampled_from([SUBJECT.id, SubjectId("other")]),
)
subjects = st.builds(
    replace,
    st.just(SUBJECT),
    state=st.sampled_from(SubjectState),
    residence=st.sampled_from([None, FR, JP]),
)
blocks = st.lists(
    st.builds(
        Block,
        territory=st.sampled_from([None, FR, JP]),
        subject=st.sampled_from([None, SUBJECT.id, SubjectId("other")]),
        source=st.sampled_from([None, SOURCE.id]),
        collecting=st.booleans(),
        use=st.booleans(),
    ),
    max_size=2,
)


@given(grants, subjects, blocks, st.integers(-3, 40))
def test_live_is_a_usable_slot_within_its_window(grant, subject, held, days) -> None:  # type: ignore[no-untyped-def]  # strategies give the types
    now = NOW + timedelta(days=days)
    one = slot(grant, subject, held)
    in_window = one.not_before <= now < one.expires
    assert live(grant, subject, held, now) == (one.usable and in_window)
    assert live(grant, subject, held, now) == (standing(grant, subject, held, now) is None)


@given(grants, subjects, blocks, blocks)
def test_one_more_block_never_frees(grant, subject, held, more) -> None:  # type: ignore[no-untyped-def]  # strategies give the types
    if slot(grant, subject, [*held, *more]).usable:
        assert slot(grant, subject, held).usable


@pytest.mark.parametrize(
    ("block", "covered"),
    [
        (Block(), True),
        (Block(collecting=False), True),
        (Block(use=False), True),
        (Block(use=False, collecting=False), False),
        (Block(subject=SUBJECT.id), True),
        (Block(subject=SubjectId("other")), False),
        (Block(territory=FR), True),
        (Block(territory=DE, use=False), True),
        (Block(territory=JP), False),
        (Block(source=SOURCE.id), True),
        (Block(source=SOURCE.id, use=False), False),
        (Block(source=SourceId("other")), False),
        (Block(territory=JP, subject=SUBJECT.id), True),
    ],
)
def test_which_blocks_cover_a_grant(block: Block, covered: bool) -> None:
    assert grant_blocked(replace(GRANT, source=SOURCE.id), SUBJECT, (block,)) is covered


def test_a_block_on_a_source_leaves_grants_for_all_sources() -> None:
    assert not grant_blocked(GRANT, SUBJECT, (Block(source=SOURCE.id),))


def test_unknown_is_inside() -> None:
    nowhere = replace(SUBJECT, residence=None)
    assert person_inside(JP, GRANT, nowhere)
    assert ties(GRANT, nowhere) == {DE}
    assert not person_inside(JP, GRANT, SUBJECT)
    assert source_inside(JP, replace(SOURCE, territory=None))
    assert not source_inside(JP, SOURCE)


@pytest.mark.parametrize(
    ("block", "collecting", "showing"),
    [
        (Block(), True, True),
        (Block(use=False), True, False),
        (Block(collecting=False), False, True),
        (Block(source=SOURCE.id), True, True),
        (Block(source=SourceId("other")), False, False),
        (Block(territory=FR, use=False), True, False),
        (Block(territory=JP), False, False),
        (Block(subject=SUBJECT.id), False, False),
    ],
)
def test_which_blocks_cover_a_source(block: Block, collecting: bool, showing: bool) -> None:
    assert collecting_blocked(SOURCE, (block,)) is collecting
    assert showing_blocked(SOURCE, (block,)) is showing


def test_only_a_block_without_parts_covers_everything() -> None:
    assert everything_blocked((Block(),))
    assert not everything_blocked((Block(use=False), Block(territory=FR), Block(source=SOURCE.id)))
    assert not everything_blocked(())
