"""What is covered between, before and after the looks at a face: places and times alone."""

from hypothesis import given
from hypothesis import strategies as st

from licet.terms.covering import Region
from licet.terms.face import Box, Face
from licet.vision.checking import MOST, Why, moments_of
from licet.vision.following import GLIMPSE, HOLD, LINK, Follower, hull


def face(x: int, y: int = 100, size: int = 50, strength: float = 0.9) -> Face:
    return Face(Box(x, y, size, size), ((0.0, 0.0),) * 5, strength)


def followed(*looks: tuple[int, list[Face]]) -> Follower:
    follower = Follower()
    for at, faces in looks:
        follower.add(at, faces)
    return follower


def covers(follower: Follower, at: int, x: float, y: float) -> bool:
    regions = [one for trail in follower.trails() for one in trail.regions()]
    return any(_holds(one, at, x, y) for one in regions)


def _holds(region: Region, at: int, x: float, y: float) -> bool:
    box = region.box
    there = box.x <= x <= box.x + box.w and box.y <= y <= box.y + box.h
    return there and region.begins <= at <= region.ends


def test_a_face_is_covered_on_its_whole_way_between_two_looks() -> None:
    walk = followed((0, [face(100)]), (500, [face(200)]), (1000, [face(300)]))
    assert len(walk.trails()) == 1
    assert all(covers(walk, at, 125 + at / 5, 125) for at in range(0, 1001, 40))


def test_a_face_that_nobody_saw_for_a_while_is_covered_meanwhile() -> None:
    gone = followed((0, [face(100)]), (LINK - 100, [face(160)]))
    assert len(gone.trails()) == 1
    assert all(covers(gone, at, 125 + at / 32, 125) for at in range(0, LINK - 100, 40))


def test_a_face_is_covered_before_the_first_and_after_the_last_look() -> None:
    """It was there before it was found: turned away, or half behind somebody."""
    seen = followed((5000, [face(100)]), (5040, [face(100)]))
    assert covers(seen, 5000 - HOLD, 125, 125)
    assert covers(seen, 5040 + HOLD, 125, 125)
    assert not covers(seen, 5040 + HOLD + 1, 125, 125)
    doubtful = followed((5000, [face(100, strength=0.4)]))
    assert covers(doubtful, 5000 + GLIMPSE, 125, 125)
    assert not covers(doubtful, 5000 + GLIMPSE + 1, 125, 125)


def test_a_face_is_covered_where_it_was_heading() -> None:
    walk = followed((0, [face(500)]), (100, [face(520)]), (200, [face(540)]))
    assert covers(walk, 500, 540 + 25 + 60, 125)
    assert covers(walk, -300, 500 + 25 - 60, 125)


def test_two_who_pass_each_other_are_both_covered() -> None:
    looks = [(at, [face(100 + at // 4), face(400 - at // 4)]) for at in range(0, 1201, 40)]
    both = followed(*looks)
    for at, faces in looks:
        for one in faces:
            assert covers(both, at, one.box.x + 25, one.box.y + 25)


def test_somebody_far_away_or_of_another_size_is_somebody_else() -> None:
    assert len(followed((0, [face(0)]), (40, [face(900)])).trails()) == 2
    assert len(followed((0, [face(0)]), (40, [face(0, size=150)])).trails()) == 2


def test_somebody_who_stands_for_an_hour_takes_little_memory() -> None:
    sway = followed(*((at, [face(100 + at // 40 % 3)]) for at in range(0, 3_600_000, 400)))
    [trail] = sway.trails()
    assert len(trail.places) <= 1800
    assert max(one.ends - one.begins for one in trail.places) <= 2000


@given(
    st.lists(st.tuples(st.integers(1, 900), st.lists(st.integers(0, 40), max_size=3)), max_size=20)
)
def test_what_was_found_is_covered_whatever_was_found(steps: list[tuple[int, list[int]]]) -> None:
    """Whoever is taken for whom: at the moment of a look every face is covered whole."""
    at, looks = 0, []
    for step, places in steps:
        at += step
        looks.append((at, [face(30 * place) for place in places]))
    follower = followed(*looks)
    for moment, faces in looks:
        for one in faces:
            assert covers(follower, moment, one.box.x, one.box.y)
            assert covers(follower, moment, one.box.x + 50, one.box.y + 50)


def test_what_is_between_grows_no_further_than_both_places() -> None:
    """Places that become one do not creep: a face that walks on leaves its cover behind."""
    walk = followed(*((at, [face(100 + at // 2)]) for at in range(0, 2001, 40)))
    [trail] = walk.trails()
    assert max(one.box.w for one in trail.places) < 120
    assert hull(Box(0, 0, 10, 10), Box(20, 5, 10, 10)) == Box(0, 0, 30, 15)


def test_a_person_is_shown_where_covers_begin_and_end_and_doubts_and_some_more() -> None:
    trails = followed(
        (8000, [face(100)]), (8040, [face(100, strength=0.4)]), (8080, [face(100)])
    ).trails()
    moments, left = moments_of(trails, 20_000)
    assert left == 0
    doubtful = {(one.why, one.at) for one in moments if one.why is not Why.SAMPLE}
    assert doubtful == {
        (Why.BEFORE, 8000 - HOLD - 40),
        (Why.WEAK, 8040),
        (Why.AFTER, 8080 + HOLD + 40),
    }
    assert [one.at for one in moments if one.why is Why.SAMPLE] == list(range(0, 20_000, 2000))


def test_no_video_has_more_stills_than_anybody_looks_through() -> None:
    crowd = followed(*((at, [face(at % 7000)]) for at in range(0, 10_000_000, 4000))).trails()
    moments, left = moments_of(crowd, 10_000_000)
    assert len(moments) <= MOST
    assert left > 1000
    assert max(one.at for one in moments) > 9_000_000
