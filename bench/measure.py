"""How a bench measures: cases take turns, medians are compared, the machine is named.

A machine that others share is fast now and slow then. Cases that take turns meet the
same weather, so their ratio is worth more than either number.
"""

import gc
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TypedDict


class Result(TypedDict):
    """One line of results.json.

    ``against`` names the anchor and its own value ("" for none); ``ratio`` is how many
    times better than the anchor this is (more is better), None without one; ``n`` is how
    many measurements the median stands on.
    """

    name: str
    value: float
    unit: str
    against: str
    ratio: float | None
    n: int
    machine: str


@cache
def machine() -> str:
    """Name the machine: CPU, how many of them, Python."""
    cpu = platform.processor() or platform.machine()
    table = Path("/proc/cpuinfo")
    if table.exists():
        names = [line for line in table.read_text().splitlines() if line.startswith("model name")]
        cpu = names[0].split(":", 1)[1].strip() if names else cpu
    return f"{cpu} x{os.cpu_count()}, Python {platform.python_version()}"


def result(
    name: str, value: float, unit: str, *, n: int, against: str = "", ratio: float | None = None
) -> Result:
    """Return one line, rounded to what was measured."""
    return Result(
        name=name,
        value=float(f"{value:.4g}"),
        unit=unit,
        against=against,
        ratio=None if ratio is None else float(f"{ratio:.3g}"),
        n=n,
        machine=machine(),
    )


def taking_turns(cases: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each case; in every round each has its turn.

    A case runs twice and the second time counts: the threads of the case before it
    (OpenMP's spin for a while) have gone to sleep by then and its own are awake.
    """
    times: dict[str, list[float]] = {name: [] for name in cases}
    gc.collect()
    for _ in range(rounds):
        for name, case in cases.items():
            case()
            start = time.perf_counter()
            case()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(found) for name, found in times.items()}
