"""Measure how well the model finds people on folders of photos (ISO/IEC 19795-1)."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from licet.evaluate.folders import Person, read_groups, read_pairs, read_people
from licet.evaluate.pairs import measure_pairs
from licet.evaluate.report import (
    CalibrationPoint,
    DetPoint,
    GroupResult,
    Realised,
    Report,
    Result,
)
from licet.evaluate.samples import Progress, Tally, probes_of, references_of
from licet.evaluate.statistics import (
    fnir_interval,
    mean_interval,
    rate_interval,
    threshold_at,
)
from licet.evaluate.trials import Trials, run_trials, splits_of
from licet.terms.errors import BadInput
from licet.terms.face import ONE
from licet.vision.contract import Vision

RATES = (1e-1, 1e-2, 1e-3)
GROUP_RATE = 1e-2
DET_RATES = tuple(float(rate) for rate in np.logspace(-3, 0, 31))
HELD_OUT_SHARE = 0.25


def _silent(_done: int, _total: int) -> None:
    """Tell nobody."""


def evaluate(
    folder: Path,
    vision: Vision,
    *,
    ks: Sequence[int] = (1, 3),
    held_out_share: float = HELD_OUT_SHARE,
    seed: int = 0,
    pairs: Path | None = None,
    progress: Progress = _silent,
) -> Report:
    """Return FNIR, FPIR and more on ``folder`` (one folder of photos per person).

    1. Read who is there. 2. Make a template of every photo, and one as enrolment does of
    each person's first photos. 3. Split into enrolled and not enrolled. 4. Search every
    probe. 5. Report rates with intervals; templates go out of scope here.

    Raises :class:`BadInput` when the folder cannot be measured.
    """
    _check(ks, held_out_share)
    # 1
    people = read_people(folder)
    groups = read_groups(folder)
    listed = read_pairs(pairs, folder) if pairs is not None else ()
    # 2
    tally = Tally()
    places = [place for person in people for place in person.photos]
    probes = probes_of(vision, places, progress, tally)
    references = references_of(vision, _first_photos(people, ks))
    # 3
    splits = splits_of(people, held_out_share, seed)
    singles = any(len(person.photos) == 1 for person in people)
    # 4
    found = [run_trials(splits, k, references, probes, vision.combine) for k in ks]
    trials = [one for one in found if one is not None]
    if not trials:
        raise BadInput(
            f"nobody can be both enrolled and searched in {folder}",
            f"give several people more than {min(ks)} photos each, and some people besides",
        )
    # 5
    first = trials[0]
    return Report(
        model=vision.model,
        people=len(people),
        photos=len(places),
        unreadable=tally.unreadable,
        no_face=tally.no_face,
        failures_to_enrol=max(one.failed for one in trials),
        mated_people=len(set(first.mated_people.tolist())),
        non_mated_people=len(set(first.non_mated_people.tolist())),
        non_mated_probes=len(first.non_mated),
        held_out_share=0.0 if singles else held_out_share,
        seed=seed,
        results=tuple(result for one in trials for result in _results(one, seed)),
        realised=tuple(result for one in trials for result in _realised(one, vision)),
        det=tuple(point for one in trials for point in _det(one)),
        groups=tuple(row for one in trials for row in _groups(one, vision, groups, seed)),
        pairs=measure_pairs(listed, probes, vision.same_person_threshold()) if listed else None,
        points=tuple(point for one in trials for point in _points(one)),
    )


def _check(ks: Sequence[int], share: float) -> None:
    """Refuse choices that mean nothing."""
    if not ks or min(ks) < 1:
        raise BadInput(f"enrolling with {list(ks)} photos", "give one or more numbers from 1 on")
    if not 0 < share <= 0.5:
        raise BadInput(f"holding out {share} of the people", "give a share above 0, at most 0.5")


def _first_photos(people: Sequence[Person], ks: Sequence[int]) -> list[Path]:
    """Return the photos that some k enrols."""
    return [
        place
        for person in people
        if len(person.photos) > min(ks)
        for place in person.photos[: max(ks)]
    ]


def _results(trials: Trials, seed: int) -> Iterator[Result]:
    """Yield FNIR at each rate, at the threshold these photos give."""
    for rate in RATES:
        cut = threshold_at(trials.non_mated, rate)
        fnir = fnir_interval(
            trials.mated,
            trials.mated_people,
            trials.non_mated,
            trials.non_mated_people,
            rate,
            seed,
        )
        resolved = len(trials.non_mated) * rate >= 1
        yield Result(trials.k, trials.enrolled, rate, cut / ONE, fnir, resolved)


def _realised(trials: Trials, vision: Vision) -> Iterator[Realised]:
    """Yield what happens at the thresholds that the card sets in advance."""
    for rate in RATES:
        score = vision.threshold(rate, trials.enrolled, trials.k)
        fpir = rate_interval(trials.non_mated >= score, trials.non_mated_people)
        fnir = float(np.mean(trials.mated < score))
        yield Realised(trials.k, trials.enrolled, rate, score / ONE, fpir, fnir)


def _det(trials: Trials) -> Iterator[DetPoint]:
    """Yield the DET curve where there are probes enough to tell."""
    for rate in DET_RATES:
        if len(trials.non_mated) * rate >= 1:
            cut = threshold_at(trials.non_mated, rate)
            yield DetPoint(trials.k, rate, float(np.mean(trials.mated < cut)))


def _groups(
    trials: Trials, vision: Vision, groups: dict[str, str], seed: int
) -> Iterator[GroupResult]:
    """Yield each group's rates at the one threshold that the card sets for everybody."""
    score = vision.threshold(GROUP_RATE, trials.enrolled, trials.k)
    for group in sorted(set(groups.values())):
        members = [n for n, name in enumerate(trials.names) if groups.get(name) == group]
        mates = np.isin(trials.mated_people, members)
        others = np.isin(trials.non_mated_people, members)
        if not mates.any() or not others.any():
            continue
        missed = trials.mated[mates] < score
        fnir = mean_interval(missed, trials.mated_people[mates], seed)
        given = trials.non_mated[others] >= score
        fpir = rate_interval(given, trials.non_mated_people[others])
        yield GroupResult(group, trials.k, len(members), GROUP_RATE, fnir, fpir)


def _points(trials: Trials) -> Iterator[CalibrationPoint]:
    """Yield the thresholds measured here, where three probes or more stand behind one."""
    for rate in RATES:
        if len(trials.non_mated) * rate >= 3:
            cut = threshold_at(trials.non_mated, rate)
            yield CalibrationPoint(trials.enrolled, rate, cut / ONE, trials.k)
