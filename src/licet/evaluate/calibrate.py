"""Writing a model card calibrated on an archive: aggregates only."""

import itertools

from licet.evaluate.report import Report
from licet.terms.errors import BadInput
from licet.vision.card import ModelCard, read_card

FEWEST_PEOPLE = 20
"""Fewer people say nothing about strangers, and too much about themselves."""


def calibrated(report: Report, card: ModelCard) -> str:
    """Return the card as TOML with this report's thresholds instead of its own.

    Raises :class:`BadInput` with fewer than 20 people enrolled or not enrolled, another
    model, or thresholds that do not rise as errors become rarer.
    """
    if report.model != card.model_id:
        raise BadInput(f"this report is of {report.model}", f"measure {card.model_id}")
    if min(report.mated_people, report.non_mated_people) < FEWEST_PEOPLE:
        raise BadInput(
            f"{report.mated_people} people enrolled and {report.non_mated_people} not",
            f"a calibration needs at least {FEWEST_PEOPLE} of each",
        )
    for photos in {point.photos for point in report.points} | {1}:
        cosines = [point.cosine for point in report.points if point.photos == photos]
        if len(cosines) < 2 or any(b <= a for a, b in itertools.pairwise(cosines)):
            raise BadInput(
                f"too few searches to calibrate with {photos} photos a person",
                "add people who are not enrolled, at least 300 photos in all",
            )
    text = _text(report, card)
    read_card(text)
    return text


def _text(report: Report, card: ModelCard) -> str:
    """Return the TOML."""
    file, form = card.file, card.form
    lines = [f"{key} = {_string(getattr(card, key))}" for key in _WORDS]
    lines += [f"dimension = {card.dimension}", "", "[file]"]
    lines += [f"{key} = {_string(getattr(file, key))}" for key in file.__slots__]
    lines += ["", "[form]", f"width = {form.width}", f"height = {form.height}"]
    lines += [f"colour = {_string(form.colour)}", f"low = {form.low}", f"high = {form.high}"]
    lines += [f"normalisation = {_string(form.normalisation)}", "", "[calibration]"]
    where = f"an archive of {report.people} people, {report.photos} photos"
    lines += [f"measured_on = {_string(where)}", "anchors = ["]
    lines += [
        f"  {{ subjects = {point.subjects}, rate = {point.rate}, "
        f"cosine = {point.cosine:.4f}, photos = {point.photos} }},"
        for point in report.points
    ]
    return "\n".join([*lines, "]", ""])


_WORDS = ("name", "title", "job", "licence", "allows", "credit", "training", "alignment")


def _string(words: str) -> str:
    """Return a TOML basic string."""
    escaped = words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
