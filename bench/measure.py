"""How a bench measures: cases take turns, medians are compared, the machine is named.

A machine that others share is fast now and slow then. Cases that take turns meet the
same weather, so their ratio is worth more than either number.
"""

import gc
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NotRequired, TypedDict


class Result(TypedDict):
    """One line of results.json.

    ``against`` names the anchor and its own value ("" for none); ``ratio`` is how many
    times better than the anchor this is (more is better), None without one; ``n`` is how
    many measurements the median stands on; ``others`` is the share of the machine's
    processors (percent) that other programs had meanwhile, where that was looked at.
    """

    name: str
    value: float
    unit: str
    against: str
    ratio: float | None
    n: int
    machine: str
    others: NotRequired[int]


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


def started() -> Iterator[str]:
    """Yield the numbers of the processes that this one started and that still run."""
    for place in Path("/proc/self/task").glob("*/children"):
        yield from place.read_text("ascii").split()


def processor_seconds() -> float:
    """Return the seconds that the processors worked for this process and those it started."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    spent = sum(one.ru_utime + one.ru_stime for one in map(resource.getrusage, kinds))
    for process in started():
        with suppress(FileNotFoundError):  # it has ended by now, and is among the others
            told = Path(f"/proc/{process}/schedstat").read_text("ascii")
            spent += int(told.split()[0]) / 1e9
    return spent


class Others:
    """What other programs take of the machine's processors from now on."""

    def __init__(self) -> None:
        self._begun = time.perf_counter(), _busy_seconds(), processor_seconds()

    def percent(self) -> int:
        """Return their share so far."""
        wall, busy, own = (
            now - then
            for now, then in zip(
                (time.perf_counter(), _busy_seconds(), processor_seconds()),
                self._begun,
                strict=True,
            )
        )
        return max(0, round(100 * (busy - own) / (wall * (os.cpu_count() or 1))))


def _busy_seconds() -> float:
    """Return the seconds that all processors have worked since the machine began."""
    table = Path("/proc/stat")
    if not table.exists():
        return processor_seconds()
    user, nice, system, _, _, interrupts, soft, stolen, *_ = (
        int(one) for one in table.read_text("ascii").split("\n", 1)[0].split()[1:]
    )
    ticks = user + nice + system + interrupts + soft + stolen
    return ticks / os.sysconf("SC_CLK_TCK")


def taking_turns(
    cases: Mapping[str, Callable[[], object]],
    rounds: int,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Return the median seconds of each case; in every round each has its turn.

    ``clock`` may count what this thread worked alone, where cases work in one thread.

    A case runs twice and the second time counts: the threads of the case before it
    (OpenMP's spin for a while) have gone to sleep by then and its own are awake.
    """
    times: dict[str, list[float]] = {name: [] for name in cases}
    gc.collect()
    for _ in range(rounds):
        for name, case in cases.items():
            case()
            start = clock()
            case()
            times[name].append(clock() - start)
    return {name: statistics.median(found) for name, found in times.items()}
