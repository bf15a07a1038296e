"""``licet backup``: write a backup of the store."""

from pathlib import Path
from typing import Annotated

import typer

from licet.cli.call import Call, deed, single
from licet.cli.output import Answer
from licet.cli.progress import progress

app = single()


@deed(app, "backup")
def backup(
    call: Call,
    file: Annotated[Path, typer.Argument(help="A file that is not there yet.")],
    *,
    copies: Annotated[
        Path | None, typer.Option(help="A folder for kept copies, one for all backups.")
    ] = None,
) -> Answer:
    """Write a backup of the store.

    It holds sealed rows and never a key. Keep the mirror of the ledger beside it: a restore
    needs both. What was handed in and is kept goes, sealed, to a folder of its own: only what
    is new there is written, and what has ended since is removed.
    """
    from licet.recovery import back_up

    with call.app() as licet, progress(call.as_json, "writing kept copies") as moving:
        done = back_up(licet, file, copies, moving)
    said = [f"Wrote {file}: {done.rows} rows, as of {done.size} entries of the ledger."]
    if done.spared is not None:
        said.append(
            f"  kept copies in {copies}: {done.spared.copies}, {done.spared.new} of them new"
        )
    elif done.copies:
        said.append(f"  kept copies: {done.copies}, left out; name a folder for them with --copies")
    return Answer(done, tuple(said))
