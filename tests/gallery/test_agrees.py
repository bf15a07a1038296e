"""The exact gallery answers as plain integers do, in the same order, whatever happens.

Small segments (16 rows) make many pieces of few rows; the walk over a history of
puts and drops also looks for bytes left behind after every step.
"""

from collections.abc import Callable, Iterator, Sequence

import hypothesis.strategies as st
import pytest
from hypothesis import event, given, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from licet.gallery import kernel
from licet.gallery.brute import BruteGallery
from licet.gallery.contract import Gallery
from licet.gallery.exact import ExactGallery
from licet.terms.errors import Conflict
from licet.terms.face import Score, Template
from licet.terms.gallery import Row, Scope, Slot
from licet.terms.ids import GrantId, TemplateId
from licet.terms.permit import Action
from tests.exploring import examples
from tests.gallery import looking, strategies
from tests.gallery.batches import row_batch, slot_batch
from tests.gallery.making import (
    DIMENSION,
    MODEL,
    NOW,
    columns,
    key,
    row,
    scope,
    searching,
    slot,
    template,
)
from tests.permits import permit

Pair = tuple[ExactGallery, BruteGallery]
Way = Callable[[Gallery, list[Row]], None]
WAYS: tuple[Way, ...] = (
    lambda gallery, rows: gallery.put(rows),
    lambda gallery, rows: gallery.put_arrays(columns(rows)),
    lambda gallery, rows: gallery.put_batch(row_batch(rows)),
)
"""How rows come into a gallery."""


def pair(slots: Sequence[Slot], rows: Sequence[Row]) -> Pair:
    """Both galleries with the same grants and rows; rows of other grants are left out."""
    exact = ExactGallery(MODEL, DIMENSION, lambda: NOW, threads=1, segment_rows=16)
    brute = BruteGallery(MODEL, DIMENSION, lambda: NOW)
    here = {one.grant for one in slots}
    for gallery in (exact, brute):
        gallery.put_grants(slots)
        gallery.put([one for one in rows if one.grant in here])
    return exact, brute


def agree(both: Pair, within: Scope, probes: Sequence[Template], threshold: int, limit: int) -> int:
    """Ask both and compare; return how many candidates there were."""
    exact, brute = both
    allowed = permit(within, NOW, Action.BACKFILL)
    truth = brute.candidates(allowed, probes, Score(threshold), limit)
    assert exact.candidates(allowed, probes, Score(threshold), limit) == truth
    assert exact.subjects(allowed) == brute.subjects(allowed)
    return sum(map(len, truth))


@st.composite
def thresholds(draw: st.DrawFn, probe: Template, rows: Sequence[Row]) -> int:
    """A threshold beside the score of some row, or anywhere."""
    if rows and draw(st.booleans()):
        near = draw(st.sampled_from(rows))
        return probe.compare(near.template) + draw(st.integers(-1, 1))
    return draw(st.integers(-(2**34), 2**34) | st.integers(-(10**7), 10**7))


@settings(max_examples=examples(40), deadline=None)
@given(st.data())
@pytest.mark.parametrize("tiles", [True, False])
def test_answers_and_order_are_those_of_plain_integers(tiles: bool, data: st.DataObject) -> None:
    slots = data.draw(st.lists(strategies.slots(), max_size=8))
    rows = data.draw(st.lists(strategies.rows(), max_size=60, unique_by=lambda one: one.id))
    probes = data.draw(st.lists(strategies.templates, min_size=1, max_size=3))
    probes += data.draw(st.sampled_from([[], probes * 3, probes * 8]))
    threshold = data.draw(thresholds(probes[0], rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "has_tiles", lambda: tiles)  # either kind of CPU
        found = agree(
            pair(slots, rows),
            data.draw(strategies.scopes()),
            probes,
            threshold,
            data.draw(st.integers(1, 5) | st.just(1000)),
        )
    event(f"candidates: {min(found, 3)}")


@settings(max_examples=examples(50), deadline=None)
@given(st.lists(strategies.values(), min_size=1, max_size=40), strategies.templates, st.data())
def test_near_ties_stand_in_their_order(
    found: list[tuple[int, ...]], probe: Template, data: st.DataObject
) -> None:
    rows = [row(200 - number, 1, *features) for number, features in enumerate(found)]
    rows += [row(300 + number, 2, *features) for number, features in enumerate(found)]
    both = pair([slot(1), slot(2)], rows)
    threshold = data.draw(thresholds(probe, rows))
    agree(both, scope(), [probe], threshold, data.draw(st.integers(1, 90)))


def test_every_row_one_step_from_the_threshold_is_told_apart() -> None:
    rows = [row(100 + n, 1, *(9000 + (n >> bit & 1) for bit in range(8))) for n in range(256)]
    both = pair([slot(1)], rows)
    probe = template(*[9000] * 8)
    base = 8 * 9000 * 9000
    for ones in range(10):
        count = agree(both, scope(), [probe], base + 9000 * ones, 1000)
        assert count == sum(bin(n).count("1") >= ones for n in range(256))
        agree(both, scope(), [probe], base + 9000 * ones + 1, 1000)


class History(RuleBasedStateMachine):
    """Puts and drops in any order, both galleries side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.exact, self.brute = pair([], [])
        self.rows: dict[TemplateId, Row] = {}

    @property
    def galleries(self) -> Pair:
        return self.exact, self.brute

    @initialize(slots=st.lists(strategies.slots(), min_size=3, max_size=8))
    def start(self, slots: list[Slot]) -> None:
        self.put_grants(slots)

    @rule(slots=st.lists(strategies.slots(), max_size=4), bulk=st.booleans())
    def put_grants(self, slots: list[Slot], bulk: bool = False) -> None:
        once = list({one.grant: one for one in slots}.values())
        for gallery in self.galleries:
            gallery.put_grant_batch(slot_batch(once)) if bulk else gallery.put_grants(slots)

    @rule(rows=st.lists(strategies.rows(), max_size=12), how=st.sampled_from(WAYS))
    def put(self, rows: list[Row], how: Way) -> None:
        rows = list({one.id: one for one in rows}.values())
        outcomes = set()
        for gallery in self.galleries:
            try:
                how(gallery, rows)
                outcomes.add("put")
            except Conflict:
                outcomes.add("conflict")
        assert len(outcomes) == 1
        if outcomes == {"put"}:
            self.rows |= {one.id: one for one in rows}

    @rule(numbers=st.lists(st.sampled_from(strategies.ROWS), max_size=12))
    def drop(self, numbers: list[int]) -> None:
        ids = [TemplateId(key(number)) for number in numbers]
        assert self.exact.drop(ids) == self.brute.drop(ids)

    @rule(grants=st.lists(strategies.grant_ids, max_size=2))
    def drop_grants(self, grants: list[GrantId]) -> None:
        assert self.exact.drop_grants(grants) == self.brute.drop_grants(grants)

    @rule(within=strategies.scopes(), probe=strategies.templates, data=st.data())
    def search(self, within: Scope, probe: Template, data: st.DataObject) -> None:
        threshold = data.draw(thresholds(probe, list(self.rows.values())))
        agree(self.galleries, within, [probe], threshold, data.draw(st.integers(1, 50)))

    @invariant()
    def same_size(self) -> None:
        assert self.exact.size() == self.brute.size()
        for number in strategies.GRANTS:
            grant = GrantId(key(number))
            assert self.exact.rows_of(grant) == self.brute.rows_of(grant)
            assert self.exact.erasure_status(grant) is self.brute.erasure_status(grant)
        exact, brute = self.exact.stats, self.brute.stats
        assert (exact.rows, exact.grants, exact.subjects) == (
            brute.rows,
            brute.grants,
            brute.subjects,
        )

    @invariant()
    def nothing_left(self) -> None:
        assert looking.left_over(self.exact) == 0


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=examples(15), stateful_step_count=25, deadline=None)


def whole_rows(count: int) -> Iterator[Row]:
    """Rows whose bytes are never all zero."""
    for number in range(count):
        yield row(1000 + number, 1 + number % 3, 700 + number, -5, 129)


def test_dropped_templates_are_gone_from_the_planes() -> None:
    exact, _ = pair([slot(1), slot(2), slot(3)], list(whole_rows(90)))
    assert looking.templates_in_exact(exact) == 90
    assert exact.drop_grants([GrantId(key(2))]) == 30
    assert looking.templates_in_exact(exact) == 60
    exact.drop([TemplateId(key(1000)), TemplateId(key(1001))])
    assert looking.templates_in_exact(exact) == 59
    assert looking.left_over(exact) == 0
    before = exact._rows.segments.nbytes
    exact.put_grants([slot(2)])
    exact.put([one for one in whole_rows(90) if one.grant == key(2)])
    assert exact._rows.segments.nbytes == before  # freed rows are used again
    assert looking.templates_in_exact(exact) == 89


def test_the_search_that_found_them_finds_them_no_more() -> None:
    exact, _ = pair([slot(1), slot(2)], list(whole_rows(4))[:2])
    probe = template(1)
    allowed = searching()
    assert len(exact.candidates(allowed, [probe], Score(0), 9)[0]) == 2
    exact.drop_grants([GrantId(key(1))])
    (left,) = exact.candidates(allowed, [probe], Score(-(2**40)), 9)
    assert [one.grant for one in left] == [key(2)]
