"""Progress on stderr, for people at a terminal only: counts and the time left."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[[float, int], None]
"""Called with how many are done and how many there are."""


def _silent(_done: float, _total: int) -> None:
    """Tell nobody: a pipe or a program reads along."""


def wanted(as_json: bool) -> bool:
    """Say whether somebody sits at a terminal and waits."""
    return not as_json and sys.stderr.isatty()


@contextmanager
def progress(as_json: bool, what: str) -> Iterator[Tell]:
    """Give a callback that draws a bar while the block runs, if somebody waits."""
    if not wanted(as_json):
        yield _silent
        return
    with bar(what) as tell:
        yield tell


@contextmanager
def bar(what: str) -> Iterator[Tell]:
    """Give a callback that draws a bar on stderr while the block runs."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(file=sys.stderr)
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        one = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(one, completed=done, total=total)
