"""The page of measurements says what was measured, and the results keep every comparison."""

import json

from bench.measure import Result
from bench.page import PAGE, page
from bench.run import HERE, merged


def test_the_page_is_the_results() -> None:
    results = json.loads((HERE / "results.json").read_text("utf-8"))
    assert PAGE.read_text("utf-8") == page(results)


def line(against: str, value: float) -> Result:
    return Result(
        name="photos", value=value, unit="photos/s", against=against, ratio=1.0, n=1, machine="one"
    )


def test_one_figure_keeps_its_comparisons_and_a_new_run_replaces_them() -> None:
    before = [line("models: 3", 1.0), line("peer: 2", 1.0)]
    assert merged(before, [line("peer: 4", 5.0)]) == [line("models: 3", 1.0), line("peer: 4", 5.0)]
