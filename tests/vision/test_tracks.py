"""Faces followed from frame to frame, on vectors made for it."""

from collections.abc import Sequence

import pytest

from licet.terms.clip import Track
from licet.terms.face import Box, Face, Quality, SeenFace, overlap, score_of
from licet.vision import tracks
from licet.vision.tracks import LOST, Tracker, worth
from tests.fakes.vision import FakeVision, features, template

VISION = FakeVision()
SAME = score_of(0.37)
GOOD = Quality(60.0, 200.0, 128.0, 50.0, 0.0, 0.0)


def seen(
    who: str, x: int = 0, *, noise: float = 0.3, shot: object = 0, quality: Quality = GOOD
) -> SeenFace:
    box = Box(x, 10, 80, 100)
    made = template(features(who, noise, f"{who} {shot}"))
    return SeenFace(Face(box, ((0.0, 0.0),) * 5, 0.9), quality, made)


def followed(
    frames: Sequence[tuple[int, Sequence[SeenFace]]], end: int = 0, cuts: Sequence[int] = ()
) -> tuple[Track, ...]:
    tracker = Tracker(SAME, VISION.combine)
    for at, faces in frames:
        tracker.add(at, faces, changed=at in cuts)
    return tracker.tracks(end)


def test_two_people_are_two_tracks_however_they_cross() -> None:
    frames = [
        (at, [seen("Ada", 100 * step, shot=at), seen("Ben", 400 - 100 * step, shot=at)])
        for step, at in enumerate(range(0, 5000, 1000))
    ]
    found = followed(frames, 5000)
    assert [one.span for one in found] == [(0, 5000), (0, 5000)]
    for one, who in zip(found, ("Ada", "Ben"), strict=True):
        assert one.seen.template.compare(seen(who, noise=0).template) > score_of(0.95)


def parted(frames: Sequence[tuple[int, Sequence[SeenFace]]], cut: int) -> tuple[Track, ...]:
    tracker = Tracker(SAME, VISION.combine, cut)
    for at, faces in frames:
        tracker.add(at, faces, changed=False)
    return tracker.tracks(frames[-1][0] + 500)


def test_a_track_is_taken_apart_where_it_is_asked_for() -> None:
    """Each part has the features of its own frames; the track itself is as it was."""
    lookalike = [seen("Ada", noise=0.9, shot="other") for _ in range(3)]
    frames = [(at, [seen("Ada", shot=at)]) for at in range(0, 3000, 1000)]
    frames += [(3000 + 1000 * n, [face]) for n, face in enumerate(lookalike)]
    [whole] = followed(frames, 5500)
    for cut in (2001, 3000):
        [track] = parted(frames, cut)
        assert (track.seen, track.span) == (whole.seen, whole.span)
        before, after = track.parts
        assert (before.span, after.span) == ((0, cut), (cut, 5500))
        assert before.at < cut <= after.at
        assert after.seen.template == VISION.combine([lookalike[0].template] * 3)
        own = seen("Ada", noise=0).template
        assert before.seen.template.compare(own) > whole.seen.template.compare(own)
    for cut in (0, -1, 5001, 9000):
        [track] = parted(frames, cut)
        assert (track, track.parts) == (whole, ())


def test_a_span_ends_with_the_first_frame_that_does_not_show_them() -> None:
    frames = [(0, []), (900, [seen("Ada")]), (1800, [seen("Ada")]), (2600, []), (3000, [])]
    [ada] = followed(frames, 9000)
    assert ada.span == (900, 2600)
    assert ada.at == 900


def test_who_comes_back_soon_goes_on_and_who_comes_late_begins_anew() -> None:
    back = 1000 + LOST
    soon = [(0, [seen("Ada")]), (1000, []), (back - 1, [seen("Ada", 300)]), (back + 600, [])]
    [ada] = followed(soon, 9000)
    assert ada.span == (0, back + 600)
    late = [(0, [seen("Ada")]), (1000, []), (back, [seen("Ada")])]
    first, second = followed(late, back + 500)
    assert (first.span, second.span) == ((0, 1000), (back, back + 500))
    slides = [(at, [seen("Ada")]) for at in range(0, 60_000, 20_000)]
    assert [one.span for one in followed(slides, 60_000)] == [(0, 60_000)]


def test_the_same_place_makes_up_for_some_likeness_and_another_scene_does_not() -> None:
    def turned(shift: int, at: int, cuts: Sequence[int]) -> int:
        other = seen("Ada", shift, noise=1.35, shot="profile")
        first = seen("Ada", noise=1.35, shot="ahead")
        share = first.template.compare(other.template) / SAME
        assert tracks.NEAR_SHARE < share < 1
        return len(followed([(0, [first]), (at, [other])], at, cuts))

    assert turned(5, 1000, ()) == 1
    assert turned(300, 1000, ()) == 2
    assert turned(5, 2000, ()) == 2
    assert turned(5, 1000, (1000,)) == 2


def test_somebody_else_in_the_same_place_is_somebody_else() -> None:
    assert len(followed([(0, [seen("Ada")]), (500, [seen("Ben")])], 1000)) == 2


def test_nobody_goes_on_twice_in_one_frame() -> None:
    twins = [seen("Ada", 0, shot="left"), seen("Ada", 300, shot="mirror")]
    found = followed([(0, [seen("Ada")]), (500, twins), (1000, twins)], 1500)
    assert [one.span for one in found] == [(0, 1500), (500, 1500)]


def test_the_best_frames_make_the_template() -> None:
    poor = Quality(12.0, 20.0, 128.0, 50.0, 40.0, 0.0)
    frames = [(at, [seen("Ada", noise=0.9, shot=at, quality=poor)]) for at in range(0, 4000, 500)]
    frames += [(at, [seen("Ada", noise=0.2, shot=at)]) for at in range(4000, 7000, 500)]
    [ada] = followed(frames, 7000)
    assert ada.at == 4000
    assert ada.seen.quality == GOOD
    assert ada.seen.template.compare(seen("Ada", noise=0).template) > score_of(0.98)
    assert worth(seen("Ada")) > 5 * worth(seen("Ada", quality=poor))


def test_there_is_an_end_to_the_faces_of_one_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracks, "MOST_TRACKS", 3)
    tracker = Tracker(SAME, VISION.combine)
    tracker.add(0, [seen("Ada"), seen("Ben", 200)], changed=False)
    assert not tracker.full
    tracker.add(9000, [seen("Cem")], changed=True)
    assert tracker.full
    assert len(tracker.tracks(9000)) == 3


def test_overlap_is_none_for_boxes_side_by_side() -> None:
    assert overlap(Box(0, 0, 10, 10), Box(10, 0, 10, 10)) == 0
    assert overlap(Box(0, 0, 10, 10), Box(5, 0, 10, 10)) == pytest.approx(1 / 3)
