"""What every gallery must do. Erasing and scope come first.

A test class per gallery inherits these and gives the ``gallery`` fixture; its clock
stands at NOW. ``left_of`` looks into the gallery's own memory.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from licet.gallery.contract import Columns, Erasure, Gallery, PermitError
from licet.terms.errors import BadInput, Conflict, LicetError
from licet.terms.face import Score
from licet.terms.ids import GrantId, PurposeId, SubjectId, TemplateId
from licet.terms.permit import Action, Permit
from tests.gallery.making import (
    APPEARANCE,
    DIMENSION,
    EAST,
    HOUR,
    MODEL,
    NOW,
    OTHER_MODEL,
    REFERENCE,
    RELIEF,
    TRACING,
    WEST,
    columns,
    key,
    row,
    scope,
    searching,
    slot,
    template,
)
from tests.permits import permit

ONE = template(1000)
ALL = Score(-(1 << 62))
SECOND = timedelta(microseconds=1)


def found(gallery: Gallery, allowed: Permit, threshold: int = ALL, limit: int = 100) -> list[str]:
    """The template ids found for a probe along the first axis."""
    (answer,) = gallery.candidates(allowed, [ONE], Score(threshold), limit)
    return [candidate.template for candidate in answer]


class GalleryContract:
    """The rules of ``licet.gallery.contract``, one by one."""

    # --- erasing ------------------------------------------------------------

    def test_dropping_a_grant_leaves_nothing_to_find(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1), slot(2)])
        gallery.put([row(11, 1, 900), row(12, 1, 800, seen=NOW), row(21, 2, 700)])
        assert gallery.drop_grants([GrantId(key(1))]) == 2
        assert found(gallery, searching()) == [key(21)]
        assert gallery.subjects(searching()) == 1
        assert gallery.size() == 1
        assert gallery.rows_of(GrantId(key(1))) == 0
        assert gallery.stats.grants == 1
        assert gallery.stats.subjects == 1

    def test_dropped_bytes_are_overwritten(
        self, gallery: Gallery, left_over: Callable[[Gallery], int]
    ) -> None:
        gallery.put_grants([slot(1), slot(2)])
        gallery.put([row(11, 1, 900, -1, 77), row(12, 1, -32768, seen=NOW), row(21, 2, 700)])
        gallery.drop([TemplateId(key(11))])
        gallery.drop_grants([GrantId(key(1)), GrantId(key(2))])
        assert left_over(gallery) == 0

    def test_a_replaced_template_is_overwritten(
        self, gallery: Gallery, left_over: Callable[[Gallery], int]
    ) -> None:
        gallery.put_grants([slot(1)])
        gallery.put([row(11, 1, 900, 31, 32)])
        gallery.put([row(11, 1, 500)])
        assert left_over(gallery) == 0
        (answer,) = gallery.candidates(searching(), [ONE], ALL, 5)
        assert [candidate.score for candidate in answer] == [500_000]

    def test_erasure_is_physical_once_dropped(self, gallery: Gallery) -> None:
        grant = GrantId(key(1))
        assert gallery.erasure_status(grant) is Erasure.PHYSICAL
        gallery.put_grants([slot(1)])
        gallery.put([row(11, 1, 900)])
        assert gallery.erasure_status(grant) is Erasure.HELD
        gallery.drop_grants([grant])
        assert gallery.erasure_status(grant) is Erasure.PHYSICAL

    def test_dropping_twice_is_harmless(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1)])
        gallery.put([row(11, 1, 900), row(12, 1, 800)])
        one = [TemplateId(key(11)), TemplateId(key(11)), TemplateId(key(99))]
        assert gallery.drop(one) == 1
        assert gallery.drop(one) == 0
        assert gallery.drop([]) == 0
        assert gallery.drop_grants([GrantId(key(1)), GrantId(key(1)), GrantId(key(9))]) == 1
        assert gallery.drop_grants([GrantId(key(1))]) == 0
        assert gallery.size() == 0

    def test_what_was_dropped_may_come_again(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1)])
        gallery.put([row(11, 1, 900)])
        gallery.drop_grants([GrantId(key(1))])
        with pytest.raises(Conflict):
            gallery.put([row(11, 1, 900)])
        gallery.put_grants([slot(1)])
        assert found(gallery, searching()) == []
        gallery.put([row(11, 1, 900)])
        assert found(gallery, searching()) == [key(11)]

    def test_a_subject_with_another_grant_stays(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1, subject=7), slot(2, subject=7)])
        gallery.put([row(11, 1, 900), row(21, 2, 800)])
        assert gallery.subjects(searching()) == 1
        gallery.drop_grants([GrantId(key(1))])
        (answer,) = gallery.candidates(searching(), [ONE], ALL, 5)
        assert [candidate.subject for candidate in answer] == [slot(2, subject=7).subject]

    # --- scope --------------------------------------------------------------

    @pytest.mark.parametrize(
        "outside",
        [
            {"usable": False},
            {"not_before": NOW + SECOND},
            {"expires": NOW},
            {"organisation": RELIEF},
            {"organisation": None},
            {"purpose": TRACING},
        ],
    )
    def test_outside_the_scope_is_nothing(
        self, gallery: Gallery, outside: dict[str, object]
    ) -> None:
        gallery.put_grants([slot(1, **outside)])
        gallery.put([row(11, 1, 1000), row(12, 1, 1000, seen=NOW - HOUR)])
        assert found(gallery, searching()) == []
        assert gallery.subjects(searching()) == 0
        assert gallery.size() == 2
        gallery.put_grants([slot(1)])  # the same grant, inside again
        assert found(gallery, searching()) == [key(11), key(12)]
        gallery.put_grants([slot(1, **outside)])
        assert found(gallery, searching()) == []

    @pytest.mark.parametrize(
        ("window", "inside"),
        [
            ((NOW, NOW + SECOND), True),
            ((NOW - SECOND, NOW), False),
            ((NOW + SECOND, NOW + HOUR), False),
        ],
    )
    def test_windows_are_half_open(
        self, gallery: Gallery, window: tuple[object, object], inside: bool
    ) -> None:
        gallery.put_grants([slot(1, not_before=window[0], expires=window[1])])
        gallery.put([row(11, 1, 1000)])
        assert bool(found(gallery, searching())) is inside

    def test_scope_of_a_source_keeps_its_grants_and_those_for_all(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1), slot(2, source=EAST), slot(3, source=WEST)])
        gallery.put([row(11, 1, 3), row(21, 2, 2), row(31, 3, 1)])
        assert found(gallery, searching(source=EAST)) == [key(11), key(21)]
        assert found(gallery, searching(source=WEST)) == [key(11), key(31)]
        assert found(gallery, searching()) == [key(11), key(21), key(31)]
        assert gallery.subjects(searching(source=EAST)) == 2

    def test_scope_of_kinds(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1), slot(2)])
        gallery.put([row(11, 1, 3), row(12, 1, 2, seen=NOW), row(21, 2, 1, seen=NOW)])
        only = searching(kinds=frozenset({REFERENCE}))
        assert found(gallery, only) == [key(11)]
        assert gallery.subjects(only) == 1
        seen = searching(kinds=frozenset({APPEARANCE}))
        assert found(gallery, seen) == [key(12), key(21)]
        assert gallery.subjects(seen) == 2
        assert found(gallery, searching(kinds=frozenset())) == []
        assert gallery.subjects(searching(kinds=frozenset())) == 0

    def test_the_floor_hides_late_appearances_alone(self, gallery: Gallery) -> None:
        day = NOW - timedelta(days=1)
        gallery.put_grants([slot(1), slot(2)])
        gallery.put(
            [
                row(11, 1, 4),
                row(12, 1, 3, seen=day),
                row(13, 1, 2, seen=day + SECOND),
                row(21, 2, 1, seen=day + SECOND),
            ]
        )
        floor = searching(seen_before=day)
        assert found(gallery, floor) == [key(11), key(12)]
        assert gallery.subjects(floor) == 1
        assert gallery.subjects(searching()) == 2

    def test_the_first_moment_is_found_again_after_a_drop(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1)])
        gallery.put([row(11, 1, 4, seen=NOW - HOUR), row(12, 1, 3, seen=NOW)])
        floor = searching(seen_before=NOW - HOUR, kinds=frozenset({APPEARANCE}))
        assert gallery.subjects(floor) == 1
        gallery.drop([TemplateId(key(11))])
        assert gallery.subjects(floor) == 0
        assert gallery.subjects(searching(seen_before=NOW)) == 1

    def test_scope_of_named_grants(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1), slot(2), slot(3, organisation=RELIEF)])
        gallery.put([row(11, 1, 3), row(21, 2, 2), row(31, 3, 1)])
        named = frozenset({GrantId(key(2)), GrantId(key(3)), GrantId(key(77))})
        assert found(gallery, searching(grants=named)) == [key(21)]
        assert found(gallery, searching(grants=frozenset())) == []

    def test_scope_without_a_subject(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1, subject=7), slot(2, subject=7), slot(3)])
        gallery.put([row(11, 1, 3), row(21, 2, 2), row(31, 3, 1)])
        without = searching(without=SubjectId(key(1_000_007)))
        assert found(gallery, without) == [key(31)]
        assert gallery.subjects(without) == 1
        stranger = searching(without=SubjectId(key(5)))
        assert len(found(gallery, stranger)) == 3

    def test_scope_of_purposes(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1), slot(2, purpose=TRACING)])
        gallery.put([row(11, 1, 3), row(21, 2, 2)])
        several = frozenset({scope().purposes}.pop() | {TRACING, PurposeId("none@1")})
        assert found(gallery, searching(purposes=several)) == [key(11), key(21)]
        assert found(gallery, searching(purposes=frozenset())) == []

    @pytest.mark.parametrize("action", [Action.ENROL, Action.ERASE])
    def test_two_checks_see_all_organisations_but_no_rights_request(
        self, gallery: Gallery, action: Action
    ) -> None:
        gallery.put_grants([slot(1), slot(2, organisation=RELIEF), slot(3, organisation=None)])
        gallery.put([row(11, 1, 3), row(21, 2, 2), row(31, 3, 1)])
        check = searching(action, any_organisation=True, organisation=None)
        assert found(gallery, check) == [key(11), key(21)]

    def test_a_rights_request_is_seen_where_its_grant_is_named(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1), slot(3, organisation=None)])
        gallery.put([row(11, 1, 3), row(31, 3, 1)])
        named = {"grants": frozenset({GrantId(key(3))}), "organisation": None}
        across = searching(Action.BACKFILL, any_organisation=True, **named)
        assert found(gallery, across) == [key(31)]
        assert found(gallery, searching(Action.BACKFILL, **named)) == [key(31)]
        assert found(gallery, searching(Action.COLLECT, organisation=None)) == [key(31)]

    def test_a_scan_sees_grants_without_organisation_and_no_other(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1), slot(2, organisation=RELIEF), slot(3, organisation=None)])
        gallery.put([row(11, 1, 3), row(21, 2, 2), row(31, 3, 1)])
        assert found(gallery, searching(Action.SCAN, organisation=None)) == [key(31)]
        with pytest.raises(PermitError):
            found(gallery, searching(Action.SCAN, any_organisation=True, organisation=None))

    def test_subjects_without_rows_are_not_counted(self, gallery: Gallery) -> None:
        assert gallery.subjects(searching()) == 0
        gallery.put_grants([slot(1), slot(2)])
        assert gallery.subjects(searching()) == 0
        gallery.put([row(21, 2, 1)])
        assert gallery.subjects(searching()) == 1
        assert gallery.stats.subjects == 2

    # --- permits ------------------------------------------------------------

    @pytest.mark.parametrize("action", sorted(Action))
    def test_only_seven_actions_may_look(self, gallery: Gallery, action: Action) -> None:
        may = {Action.COLLECT, Action.BACKFILL, Action.SCAN}
        may |= {Action.SEARCH, Action.ENROL, Action.ACCEPT}
        may.add(Action.ERASE)  # its last check looks for what should be gone
        gallery.put_grants([slot(1)])
        gallery.put([row(11, 1, 3)])
        if action in may:
            assert found(gallery, searching(action)) == [key(11)]
            assert gallery.subjects(searching(action)) == 1
            return
        self.refused(gallery, searching(action))

    @pytest.mark.parametrize(
        "bad",
        [
            permit(None, NOW),
            permit(scope(), NOW - HOUR, term=HOUR - SECOND),
            permit(scope(), NOW, term=-SECOND),
            searching(any_organisation=True),
            searching(Action.COLLECT, any_organisation=True),
            searching(organisation=None),
        ],
        ids=["no scope", "over", "ends before it begins", "across", "collects across", "nobody's"],
    )
    def test_a_permit_that_does_not_allow_looking(self, gallery: Gallery, bad: Permit) -> None:
        self.refused(gallery, bad)

    def refused(self, gallery: Gallery, bad: Permit) -> None:
        with pytest.raises(PermitError) as searched:
            gallery.candidates(bad, [ONE], ALL, 1)
        assert isinstance(searched.value, LicetError)
        with pytest.raises(PermitError):
            gallery.subjects(bad)

    def test_a_permit_holds_to_its_last_moment(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1)])
        gallery.put([row(11, 1, 3)])
        last = permit(scope(), NOW - HOUR, term=HOUR)
        assert found(gallery, last) == [key(11)]

    # --- answers ------------------------------------------------------------

    def test_the_order_is_score_then_id(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1), slot(2)])
        gallery.put([row(30, 1, 5), row(10, 2, 5), row(20, 1, 5, seen=NOW), row(5, 1, 4)])
        assert found(gallery, searching()) == [key(10), key(20), key(30), key(5)]
        assert found(gallery, searching(), limit=2) == [key(10), key(20)]
        assert found(gallery, searching(), limit=3) == [key(10), key(20), key(30)]

    def test_a_candidate_says_what_it_is(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1)])
        gallery.put([row(11, 1, -32768, 32767, seen=NOW)])
        probe = template(-32768, 32767)
        ((candidate,),) = gallery.candidates(searching(), [probe], ALL, 5)
        assert candidate.template == key(11)
        assert candidate.grant == key(1)
        assert candidate.subject == key(1_000_001)
        assert candidate.kind is APPEARANCE
        assert candidate.score == 32768**2 + 32767**2

    def test_the_threshold_is_reached_by_equality(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1)])
        gallery.put([row(11, 1, 500), row(12, 1, 501)])
        assert found(gallery, searching(), 500_000) == [key(12), key(11)]
        assert found(gallery, searching(), 500_001) == [key(12)]
        assert found(gallery, searching(), 501_001) == []
        assert found(gallery, searching(), 1 << 70) == []
        assert found(gallery, searching(), -(1 << 70)) == [key(12), key(11)]

    def test_probes_are_answered_in_their_order(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1)])
        gallery.put([row(number, 1, *([0] * (number % 8)), 9) for number in range(1, 9)])
        probes = [template(*([0] * (n % 8)), 1) for n in range(40)]
        answers = gallery.candidates(searching(), probes, Score(1), 10)
        assert [len(answer) for answer in answers] == [1] * 40
        assert [answer[0].template for answer in answers] == [key(n % 8 or 8) for n in range(40)]
        assert gallery.candidates(searching(), [], ALL, 10) == []

    def test_an_empty_gallery_answers_nobody(self, gallery: Gallery) -> None:
        assert gallery.candidates(searching(), [ONE, ONE], ALL, 10) == [(), ()]
        assert gallery.size() == 0

    @pytest.mark.parametrize("limit", [0, -1])
    def test_a_list_has_room_for_one(self, gallery: Gallery, limit: int) -> None:
        with pytest.raises(BadInput):
            gallery.candidates(searching(), [ONE], ALL, limit)

    def test_models_do_not_mix(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1)])
        with pytest.raises(TypeError):
            gallery.put([row(11, 1, 900, model=OTHER_MODEL)])
        with pytest.raises(TypeError):
            gallery.candidates(searching(), [template(1, model=OTHER_MODEL)], ALL, 1)
        with pytest.raises(TypeError):
            gallery.candidates(searching(), [replace(ONE, values=b"\0\0")], ALL, 1)
        with pytest.raises(TypeError):
            gallery.candidates(searching(model=OTHER_MODEL), [ONE], ALL, 1)
        with pytest.raises(TypeError):
            gallery.subjects(searching(model=OTHER_MODEL))
        assert gallery.size() == 0

    # --- putting ------------------------------------------------------------

    def test_putting_twice_is_putting_once(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1), slot(1)])
        gallery.put_grants([slot(1)])
        gallery.put([row(11, 1, 900)])
        gallery.put([row(11, 1, 900), row(11, 1, 900)])
        assert gallery.size() == 1
        assert gallery.rows_of(GrantId(key(1))) == 1
        assert gallery.stats.grants == 1
        gallery.put([])
        gallery.put_grants([])
        assert found(gallery, searching()) == [key(11)]

    def test_a_row_may_change_its_kind(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1)])
        gallery.put([row(11, 1, 900, seen=NOW)])
        gallery.put([row(11, 1, 800)])
        assert found(gallery, searching(kinds=frozenset({APPEARANCE}))) == []
        assert found(gallery, searching(kinds=frozenset({REFERENCE}))) == [key(11)]
        assert gallery.subjects(searching(kinds=frozenset({APPEARANCE}))) == 0

    def test_a_grant_may_pass_to_another_subject(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1, subject=7), slot(2, subject=7)])
        gallery.put([row(11, 1, 900), row(21, 2, 800)])
        gallery.put_grants([slot(1, subject=8)])
        assert gallery.subjects(searching()) == 2
        gallery.put_grants([slot(2, subject=8)])
        assert gallery.subjects(searching()) == 1
        assert gallery.stats.subjects == 1

    def test_a_row_hangs_on_a_grant_that_is_here(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1), slot(2)])
        with pytest.raises(Conflict):
            gallery.put([row(11, 1, 900), row(12, 9, 900)])
        assert gallery.size() == 0
        gallery.put([row(11, 1, 900)])
        with pytest.raises(Conflict):
            gallery.put([row(12, 1, 900), row(11, 2, 900)])
        assert found(gallery, searching()) == [key(11)]

    def test_appearances_have_a_moment_and_references_none(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1)])
        bad = [
            replace(row(11, 1, 900), kind=APPEARANCE),
            replace(row(11, 1, 900, seen=NOW), kind=REFERENCE),
            replace(row(11, 1, 900, seen=NOW), source=None),
            replace(row(11, 1, 900), source=EAST),
        ]
        for one in bad:
            with pytest.raises(BadInput):
                gallery.put([one])
        assert gallery.size() == 0

    @pytest.mark.parametrize(
        "name", ["", "1", key(1).upper().replace("0", "A"), key(1).replace("-", "0"), "é" * 36]
    )
    def test_ids_are_canonical(self, gallery: Gallery, name: str) -> None:
        gallery.put_grants([slot(1)])
        with pytest.raises(BadInput):
            gallery.put_grants([replace(slot(2), grant=GrantId(name))])
        with pytest.raises(BadInput):
            gallery.put_grants([replace(slot(2), subject=SubjectId(name))])
        with pytest.raises(BadInput):
            gallery.put([replace(row(11, 1, 900), id=TemplateId(name))])
        with pytest.raises(BadInput):
            gallery.drop([TemplateId(name)])
        assert gallery.size() == 0
        assert gallery.stats.grants == 1

    def test_naive_moments_are_refused(self, gallery: Gallery) -> None:
        naive = NOW.replace(tzinfo=None)
        with pytest.raises(ValueError, match="time zone"):
            gallery.put_grants([slot(1, not_before=naive)])
        with pytest.raises(ValueError, match="time zone"):
            gallery.put_grants([slot(1, expires=naive)])
        gallery.put_grants([slot(1)])
        with pytest.raises(ValueError, match="time zone"):
            gallery.put([row(11, 1, 900, seen=naive)])
        assert gallery.size() == 0

    # --- columns ------------------------------------------------------------

    def test_columns_are_rows(self, gallery: Gallery) -> None:
        rows = [row(11, 1, 9), row(12, 2, 8, seen=NOW - HOUR), row(13, 1, -7, seen=NOW)]
        gallery.put_grants([slot(1), slot(2)])
        gallery.put_arrays(columns(rows))
        gallery.put_arrays(columns([]))
        assert found(gallery, searching()) == [key(11), key(12), key(13)]
        assert found(gallery, searching(seen_before=NOW - HOUR)) == [key(11), key(12)]
        gallery.put_arrays(columns([row(11, 1, 1)]))
        assert found(gallery, searching()) == [key(12), key(11), key(13)]

    def test_columns_that_do_not_fit(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1)])
        good = columns([row(11, 1, 9), row(12, 1, 8)])
        short = [
            replace(good, grants=good.grants[:1]),
            replace(good, appearance=good.appearance[:1]),
            replace(good, values=good.values[:1]),
            replace(good, first_seen=good.first_seen[:1]),
            replace(good, ids=[good.ids[0], good.ids[0]]),
        ]
        for one in short:
            self.unfit(gallery, one, BadInput)
        self.unfit(gallery, replace(good, values=good.values[:, :3]), TypeError)
        wide: object = good.values.astype(np.int32)
        self.unfit(gallery, replace(good, values=wide), TypeError)
        self.unfit(gallery, replace(good, grants=[GrantId(key(1)), GrantId(key(5))]), Conflict)

    def unfit(self, gallery: Gallery, bad: Columns, error: type[Exception]) -> None:
        with pytest.raises(error):
            gallery.put_arrays(bad)
        assert gallery.size() == 0

    # --- itself -------------------------------------------------------------

    def test_it_says_what_it_is(self, gallery: Gallery) -> None:
        assert gallery.model == MODEL
        assert gallery.dimension == DIMENSION
        gallery.put_grants([slot(1)])
        gallery.put([row(11, 1, 9)])
        assert gallery.stats.rows == 1
        assert gallery.stats.bytes == gallery.memory() >= 2 * DIMENSION
