"""Identification trials: who is enrolled, who is searched, and the scores (19795-1, 1:N)."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from licet.evaluate.folders import Person
from licet.terms.face import Template

Scores = NDArray[np.float64]

MISSED = -np.inf
"""The score of a probe in which no face was found."""


@dataclass(frozen=True, slots=True)
class Split:
    """Who may be enrolled and who is searched without being enrolled."""

    mated: tuple[Person, ...]
    non_mated: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Trials:
    """Scores of one k.

    ``mated`` is each probe's score with its own person's reference, ``non_mated`` the
    highest score with anybody; ``*_people`` number the person of each. ``enrolled`` is N
    of one search; ``failed`` counts failures to enrol.
    """

    k: int
    enrolled: int
    failed: int
    mated: Scores
    mated_people: NDArray[np.int64]
    non_mated: Scores
    non_mated_people: NDArray[np.int64]
    names: tuple[str, ...]


def splits_of(people: Sequence[Person], share: float, seed: int) -> tuple[Split, ...]:
    """Return how people are split.

    People with a single photo are the non-mated ones. When nobody has a single photo, a
    ``share`` of the people is held out, each person once, in rounds drawn by ``seed``.
    """
    single = tuple(person for person in people if len(person.photos) == 1)
    if single:
        several = tuple(person for person in people if len(person.photos) > 1)
        return (Split(several, single),)
    order = list(people)
    random.Random(seed).shuffle(order)  # noqa: S311 - a reproducible draw, not a secret
    rounds = max(2, round(1 / share))
    parts = [order[at::rounds] for at in range(rounds)]
    return tuple(
        Split(tuple(p for p in order if p not in part), tuple(part)) for part in parts if part
    )


def run_trials(
    splits: Sequence[Split],
    k: int,
    references: Mapping[Path, Template],
    probes: Mapping[Path, Template],
    combine: Callable[[Sequence[Template]], Template],
) -> Trials | None:
    """Return the trials of all splits together; None when nobody has more than k photos."""
    numbers: dict[str, int] = {}
    mated: list[tuple[float, int]] = []
    non_mated: list[tuple[float, int]] = []
    sizes: list[int] = []
    failed: set[str] = set()
    for split in splits:
        enrolled: list[tuple[Person, Template]] = []
        for person in split.mated:
            if len(person.photos) <= k:
                continue
            usable = [references[place] for place in person.photos[:k] if place in references]
            if usable:
                enrolled.append((person, combine(usable)))
            else:
                failed.add(person.name)
        if not enrolled:
            continue
        sizes.append(len(enrolled))
        gallery = _matrix([template for _, template in enrolled])
        mated += _mated(enrolled, gallery, k, probes, numbers)
        non_mated += _non_mated(split.non_mated, gallery, probes, numbers)
    if not mated or not non_mated:
        return None
    return Trials(
        k=k,
        enrolled=round(sum(sizes) / len(sizes)),
        failed=len(failed),
        mated=np.array([score for score, _ in mated]),
        mated_people=np.array([number for _, number in mated]),
        non_mated=np.array([score for score, _ in non_mated]),
        non_mated_people=np.array([number for _, number in non_mated]),
        names=tuple(numbers),
    )


def _mated(
    enrolled: Sequence[tuple[Person, Template]],
    gallery: Scores,
    k: int,
    probes: Mapping[Path, Template],
    numbers: dict[str, int],
) -> list[tuple[float, int]]:
    """Return each later photo's score with its own person's reference."""
    found: list[tuple[float, int]] = []
    for at, (person, _) in enumerate(enrolled):
        number = numbers.setdefault(person.name, len(numbers))
        for place in person.photos[k:]:
            template = probes.get(place)
            score = MISSED if template is None else float(_row(template) @ gallery[at])
            found.append((score, number))
    return found


def _non_mated(
    people: Sequence[Person],
    gallery: Scores,
    probes: Mapping[Path, Template],
    numbers: dict[str, int],
) -> list[tuple[float, int]]:
    """Return the highest score of each photo of people who are not enrolled."""
    found: list[tuple[float, int]] = []
    for person in people:
        number = numbers.setdefault(person.name, len(numbers))
        for place in person.photos:
            template = probes.get(place)
            score = MISSED if template is None else float((gallery @ _row(template)).max())
            found.append((score, number))
    return found


def _row(template: Template) -> Scores:
    """Return a template's integers as floats: products and sums stay below 2^53, so exact."""
    return np.frombuffer(template.values, "<i2").astype(np.float64)


def _matrix(templates: Sequence[Template]) -> Scores:
    """Return templates as rows."""
    return np.stack([_row(template) for template in templates])
