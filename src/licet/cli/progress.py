"""Progress on stderr, for people at a terminal only: counts and the time left."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from licet.cli.call import Call


def _silent(_done: int, _total: int) -> None:
    """Tell nobody: a pipe or a program reads along."""


@contextmanager
def progress(call: Call, what: str) -> Iterator[Callable[[int, int], None]]:
    """Give a callback of (done, in all) that draws a bar while the block runs."""
    if call.as_json or not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(file=sys.stderr)
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        bar = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)
