"""``licet evaluate``: measure how well people are found."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import files
from licet.cli.call import Call, Takes, deed, single
from licet.cli.output import Answer, Grid
from licet.cli.progress import progress

if TYPE_CHECKING:
    from licet.evaluate.report import Interval, Report

app = single()


@deed(app, "evaluate", Takes.NOTHING)
def evaluate(
    call: Call,
    *,
    folder: Annotated[Path, typer.Argument(help="One folder of photos for each person.")],
    pairs: Annotated[Path | None, typer.Option(help="An LFW pairs.txt for 1:1.")] = None,
    k: Annotated[list[int] | None, typer.Option(help="Photos that enrol. Repeatable.")] = None,
    seed: Annotated[int, typer.Option(help="Chooses who is held out.")] = 0,
    models: Annotated[Path | None, typer.Option(help="A folder of model files.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of the models.")] = 2,
    calibrate: Annotated[
        Path | None, typer.Option(help="Write a card calibrated on these photos.")
    ] = None,
) -> Answer:
    """Measure how well people are found, on your photos.

    After ISO/IEC 19795-1. Nothing is kept: no template, no name, no score of anybody.
    """
    import platformdirs

    from licet.evaluate.calibrate import calibrated
    from licet.evaluate.flow import evaluate as measure
    from licet.vision.card import shipped_card
    from licet.vision.engine import RECOGNISER

    cache = platformdirs.user_cache_path("licet") / "models"
    vision = call.outside.vision(models, cache, threads)
    with progress(call.as_json, "looking at photos") as told:
        report = measure(
            folder, vision, ks=tuple(k or (1, 3)), seed=seed, pairs=pairs, progress=told
        )
    lines = list(_lines(report))
    if calibrate is not None:
        files.write_new(calibrate, calibrated(report, shipped_card(RECOGNISER)).encode())
        lines.append(f"Wrote the card {calibrate}.")
    return Answer(report.to_json(), lines)


def _lines(report: "Report") -> tuple[str | Grid, ...]:
    missed = Grid(
        ("photos", "enrolled", "FPIR", "threshold", "FNIR", "95 % interval", ""),
        tuple(
            (
                str(one.k),
                str(one.enrolled),
                f"{one.fpir:g}",
                f"{one.threshold:.3f}",
                *_interval(one.fnir),
                "" if one.resolved else "too few probes to tell",
            )
            for one in report.results
        ),
        "Nothing was measured.",
    )
    kept = Grid(
        ("photos", "enrolled", "FPIR promised", "threshold", "FPIR realised", "95 % interval", ""),
        tuple(
            (
                str(one.k),
                str(one.enrolled),
                f"{one.nominal:g}",
                f"{one.threshold:.3f}",
                *_interval(one.fpir),
                "kept" if one.kept else "NOT KEPT",
            )
            for one in report.realised
        ),
        "",
    )
    said: list[str | Grid] = [
        (
            f"{report.people} people, {report.photos} photos, model {report.model}; "
            f"{report.failures_to_enrol} failures to enrol."
        ),
        "How many are missed, at the threshold that these photos give:",
        missed,
        "What happens at the threshold that licet sets in advance:",
        kept,
    ]
    if report.pairs is not None:
        accuracy = report.pairs.accuracy
        said.append(f"Pairs: {accuracy.value:.2%} of {report.pairs.pairs} told right.")
    return tuple(said)


def _interval(interval: "Interval") -> tuple[str, str]:
    return f"{interval.value:.2%}", f"{interval.low:.2%} to {interval.high:.2%}"
