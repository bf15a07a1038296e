"""The command line: one more door to the flows. Decides nothing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from licet.cli.outside import Outside


def main(args: Sequence[str] | None = None, outside: "Outside | None" = None) -> int:
    """Run one command and return its exit code (docs/reference/exit-codes.md).

    ``args`` None are the process's own. ``outside`` is where deployments, time and
    passphrases come from; the installed command always takes the real ones.
    """
    from licet.cli.entry import run

    return run(args, outside)
