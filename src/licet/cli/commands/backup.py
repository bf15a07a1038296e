"""``licet backup``: write a backup of the store."""

from pathlib import Path
from typing import Annotated

import typer

from licet.cli.call import Call, deed, single
from licet.cli.output import Answer

app = single()


@deed(app, "backup")
def backup(
    call: Call, file: Annotated[Path, typer.Argument(help="A file that is not there yet.")]
) -> Answer:
    """Write a backup of the store.

    It holds sealed rows and never a key. Keep the mirror of the ledger beside it: a restore
    needs both.
    """
    from licet.recovery import back_up

    with call.app() as licet:
        done = back_up(licet, file)
    said = f"Wrote {file}: {done.rows} rows, as of {done.size} entries of the ledger."
    return Answer(done, (said,))
