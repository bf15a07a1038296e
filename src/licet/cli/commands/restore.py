"""``licet restore``: bring a backup back, without what was erased since."""

from pathlib import Path
from typing import Annotated

import typer

from licet.cli.call import Call, deed, single
from licet.cli.output import Answer, count
from licet.cli.progress import progress

app = single()


@deed(app, "restore")
def restore(
    call: Call,
    file: Annotated[
        Path | None, typer.Argument(help="A backup; without it the store as it stands.")
    ] = None,
    *,
    copies: Annotated[
        Path | None, typer.Option(help="The folder that backups wrote kept copies to.")
    ] = None,
) -> Answer:
    """Bring a backup back, without what was erased since.

    However old it is, what was withdrawn stays withdrawn. A store that is in place is moved
    aside, never overwritten.
    """
    from licet.recovery import restore as bring_back

    with progress(call.as_json, "bringing kept copies back") as moving:
        done = bring_back(call.settings, file, call.outside.now, copies, moving)
    gone = sum(count for _, count in done.deleted)
    said = [
        f"Restored {done.rows} rows; {done.imported} later entries were taken from the mirror.",
        (
            f"  {gone} rows without a key deleted, {done.ended} grants and "
            f"{done.ceased} sources ended since, {done.plans} plans taken up again"
        ),
    ]
    if done.requests:
        lost = count(done.requests, "request")
        said.append(f"  {lost} of people came after the backup and lost the letter: see")
        said.append("  `licet request list`, find each letter and file it again with its day")
    if copies is not None:
        said.append(f"  kept copies brought back: {done.copies}")
    if done.aside is not None:
        said.append(f"  the store that was in place is at {done.aside}")
    return Answer(done, said)
