"""The whole evaluation on a vision whose scores are known exactly."""

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from licet.evaluate import evaluate
from licet.evaluate.calibrate import calibrated
from licet.evaluate.samples import main_face
from licet.terms.errors import BadInput
from licet.terms.face import (
    ONE,
    STEP,
    Box,
    Face,
    Inspection,
    Quality,
    Score,
    SeenFace,
    Template,
    Unreadable,
    score_of,
)
from licet.terms.ids import ModelId
from licet.vision.calibration import Calibration
from licet.vision.card import read_card, shipped_card

CARD = shipped_card("sface-2021dec")
QUALITY = Quality(60, 200, 130, 50, 0, 0)


class Numbers:
    """A photo is "person noise"; a template is a random direction of the person, with noise."""

    def __init__(self) -> None:
        self._calibration = Calibration(CARD)
        self.model = CARD.model_id
        self.flipped: list[bytes] = []

    def threshold(self, fpir: float, subjects: int, photos: int = 3) -> Score:
        return self._calibration.threshold(fpir, subjects, photos)

    def same_person_threshold(self) -> Score:
        return self._calibration.same_person()

    def combine(self, templates: Sequence[Template]) -> Template:
        return template(np.mean([np.frombuffer(t.values, "<i2") for t in templates], axis=0))

    def inspect(
        self, photo: bytes, *, flips: bool = False, thorough: bool = False
    ) -> Inspection | Unreadable:
        if flips:
            self.flipped.append(photo)
        words = photo.decode().split()
        if not words:
            return Unreadable("empty", "fetch it again")
        if words[0] == "nobody":
            return Inspection(100, 100, ())
        person, noise, shot = int(words[0]), float(words[1]), int(words[2])
        own = np.random.default_rng(person).normal(size=128)
        other = np.random.default_rng([person, shot]).normal(size=128)
        return Inspection(100, 100, (seen(own + noise * other),))

    def inspect_many(
        self, photos: Iterable[bytes], *, thorough: bool = False
    ) -> Iterator[Inspection | Unreadable]:
        return (self.inspect(photo) for photo in photos)


def template(vector: np.ndarray) -> Template:
    values = np.rint(vector / np.linalg.norm(vector) * STEP).astype("<i2")
    return Template(CARD.model_id, values.tobytes())


MIDDLE = Box(20, 20, 60, 60)


def seen(vector: np.ndarray, box: Box = MIDDLE) -> SeenFace:
    return SeenFace(Face(box, ((0.0, 0.0),) * 5, 0.9), QUALITY, template(vector))


def people(folder: Path, count: int, photos: int, noise: float = 0.5, first: int = 0) -> None:
    for person in range(first, first + count):
        place = folder / f"p{person:03d}"
        place.mkdir(parents=True)
        for shot in range(photos):
            (place / f"{place.name}_{shot + 1:04d}.jpg").write_text(f"{person} {noise} {shot + 1}")


def test_single_photos_are_the_not_enrolled(tmp_path: Path) -> None:
    people(tmp_path, 30, 5)
    people(tmp_path, 50, 1, first=100)
    people(tmp_path, 4, 2, first=300)
    report = evaluate(tmp_path, Numbers())
    assert (report.people, report.photos, report.held_out_share) == (84, 208, 0)
    assert (report.non_mated_people, report.non_mated_probes) == (50, 50)
    assert {(r.k, r.enrolled) for r in report.results} == {(1, 34), (3, 30)}
    assert [r.fpir for r in report.results if r.k == 1] == [1e-1, 1e-2, 1e-3]
    assert all(r.fnir.value == 0 and r.fnir.high > 0 for r in report.results)
    assert [r.resolved for r in report.results if r.k == 1] == [True, False, False]


def test_the_answer_equals_one_worked_out_by_hand(tmp_path: Path) -> None:
    people(tmp_path, 25, 4, noise=2.5)
    people(tmp_path, 200, 1, first=100)
    vision = Numbers()
    report = evaluate(tmp_path, vision, ks=(3,))

    def of(person: int, shot: int, noise: float) -> Template:
        found = vision.inspect(f"{person} {noise} {shot}".encode())
        assert isinstance(found, Inspection)
        return found.faces[0].template

    gallery = [vision.combine([of(p, s, 2.5) for s in (1, 2, 3)]) for p in range(25)]
    mated = [gallery[p].compare(of(p, 4, 2.5)) for p in range(25)]
    highest = sorted(
        (max(g.compare(of(p, 1, 0.5)) for g in gallery) for p in range(100, 300)), reverse=True
    )
    for result, allowed in zip(report.results, (20, 2, 0), strict=True):
        cut = highest[allowed] + 1
        assert result.threshold == pytest.approx(cut / ONE, abs=1e-8)
        assert result.fnir.value == sum(score < cut for score in mated) / 25
    score = vision.threshold(1e-2, 25, 3)
    realised = report.realised[1]
    assert realised.fpir.value == sum(one >= score for one in highest) / 200
    assert realised.fnir == sum(one < score for one in mated) / 25


def test_without_single_photos_a_share_is_held_out_in_turn(tmp_path: Path) -> None:
    people(tmp_path, 12, 6)
    report = evaluate(tmp_path, Numbers(), held_out_share=0.25, seed=4)
    assert report.held_out_share == 0.25
    assert (report.mated_people, report.non_mated_people) == (12, 12)
    assert report.non_mated_probes == 72
    assert {r.enrolled for r in report.results} == {9}
    assert report == evaluate(tmp_path, Numbers(), held_out_share=0.25, seed=4)


def test_enrolment_photos_are_flipped_and_probes_are_not(tmp_path: Path) -> None:
    people(tmp_path, 8, 5)
    vision = Numbers()
    evaluate(tmp_path, vision, ks=(2,))
    assert sorted(vision.flipped) == sorted(
        f"{person} 0.5 {shot}".encode() for person in range(8) for shot in (1, 2)
    )


def test_failures_are_counted_and_a_probe_without_a_face_is_a_miss(tmp_path: Path) -> None:
    people(tmp_path, 10, 4)
    people(tmp_path, 20, 1, first=100)
    (tmp_path / "p000" / "p000_0001.jpg").write_text("nobody")
    (tmp_path / "p001" / "p001_0004.jpg").write_text("")
    (tmp_path / "p002" / "p002_0004.jpg").unlink()
    (tmp_path / "p002" / "p002_0004.jpg").symlink_to(tmp_path / "p002" / "gone.jpg")
    calls: list[tuple[int, int]] = []
    report = evaluate(
        tmp_path, Numbers(), ks=(1,), progress=lambda done, total: calls.append((done, total))
    )
    assert (report.failures_to_enrol, report.no_face, report.unreadable) == (1, 1, 1)
    assert report.results[0].fnir.value == pytest.approx(1 / 26)
    assert calls[-1] == (report.photos, report.photos)


def test_the_json_is_as_documented(tmp_path: Path) -> None:
    people(tmp_path, 10, 4)
    people(tmp_path, 20, 1, first=100)
    lines = [f"p{n:03d}\t1\t2" for n in range(10)]
    lines += [f"p{n:03d}\t1\tp{(n + 1) % 10:03d}\t1" for n in range(10)]
    (tmp_path / "pairs.txt").write_text("\n".join(["10\t1", *lines]), "utf-8")
    groups = [f"p{n:03d},{'even' if n % 2 == 0 else 'odd'}" for n in [*range(10), *range(100, 120)]]
    (tmp_path / "groups.csv").write_text("\n".join(groups), "utf-8")
    report = evaluate(tmp_path, Numbers(), pairs=tmp_path / "pairs.txt")
    data = json.loads(json.dumps(report.to_json()))
    assert {"people", "photos", "failures_to_enrol", "results", "pairs", "realised"} <= set(data)
    keys = {"k", "enrolled", "fpir", "threshold", "fnir", "low", "high", "resolved"}
    assert set(data["results"][0]) == keys
    assert set(data["realised"][0]) == keys - {"resolved"} | {"nominal", "kept"}
    assert data["pairs"]["accuracy"] == 1
    assert (data["pairs"]["fmr"], data["pairs"]["fnmr"]) == (0, 0)
    assert {(g["group"], g["people"]) for g in data["groups"]} == {("even", 15), ("odd", 15)}
    assert "p000" not in json.dumps(data)


def test_pairs_without_a_face_are_taken_for_different_people(tmp_path: Path) -> None:
    people(tmp_path, 6, 4)
    people(tmp_path, 3, 1, first=100)
    (tmp_path / "p000" / "p000_0004.jpg").write_text("nobody")
    (tmp_path / "pairs.txt").write_text("p000\t1\t4\np001\t1\tp002\t1\n", "utf-8")
    report = evaluate(tmp_path, Numbers(), pairs=tmp_path / "pairs.txt")
    assert report.pairs is not None
    assert report.pairs.fnmr == 1
    assert report.groups == ()


def test_what_cannot_be_measured_is_refused(tmp_path: Path) -> None:
    people(tmp_path, 3, 1)
    for options in ({}, {"ks": ()}, {"ks": (0,)}, {"held_out_share": 0.7}, {"held_out_share": 0}):
        with pytest.raises(BadInput):
            evaluate(tmp_path, Numbers(), **options)


def test_the_main_face_is_large_and_in_the_middle() -> None:
    middle = seen(np.ones(128), Box(35, 35, 30, 30))
    aside = seen(np.ones(128), Box(0, 0, 32, 32))
    assert main_face(Inspection(100, 100, (aside, middle))) == middle
    assert main_face(Inspection(100, 100, ())) is None


def test_a_calibration_keeps_its_promise_on_people_it_has_not_seen(tmp_path: Path) -> None:
    people(tmp_path / "seen", 40, 5, noise=1.0)
    people(tmp_path / "seen", 700, 1, first=1000)
    people(tmp_path / "unseen", 40, 5, noise=1.0, first=5000)
    people(tmp_path / "unseen", 700, 1, first=7000)
    card = read_card(calibrated(evaluate(tmp_path / "seen", Numbers()), CARD))
    assert card.model_id == CARD.model_id
    assert "740 people" in card.measured_on
    vision = Numbers()
    vision._calibration = Calibration(card)
    for realised in evaluate(tmp_path / "unseen", vision).realised[:2]:
        assert realised.fpir.low <= realised.nominal <= realised.fpir.high


def test_a_calibration_on_too_few_people_is_refused(tmp_path: Path) -> None:
    people(tmp_path, 19, 5)
    people(tmp_path, 400, 1, first=100)
    report = evaluate(tmp_path, Numbers())
    with pytest.raises(BadInput, match="at least 20"):
        calibrated(report, CARD)
    other = dataclasses.replace(report, model=ModelId("other@00000000"))
    with pytest.raises(BadInput, match="other@00000000"):
        calibrated(other, CARD)
    few = dataclasses.replace(report, mated_people=20, points=())
    with pytest.raises(BadInput, match="too few searches"):
        calibrated(few, CARD)


def test_scores_are_whole_numbers() -> None:
    assert score_of(0.37) == int(score_of(0.37))
