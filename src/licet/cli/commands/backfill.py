"""``licet backfill``: scan earlier photos again for one grant."""

from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import names, signing
from licet.cli.call import Call, deed, single
from licet.cli.collected import Places, lines, place_for, told, write_places
from licet.cli.output import Answer
from licet.cli.progress import progress
from licet.terms.collecting import Collected
from licet.terms.ids import GrantId, SourceId
from licet.terms.permit import Refusal
from licet.terms.plan import RunKind

if TYPE_CHECKING:
    from licet.app import App

app = single()


@deed(app, "backfill")
def backfill(
    call: Call,
    grant: str,
    *,
    source: Annotated[str, typer.Argument(help="Only this source; else all that wait.")] = "",
    unreadable: Places = None,
) -> Answer | Refusal:
    """Scan earlier photos again for one grant.

    A scan that was stopped goes on where it was. Who enrols later was forgotten in earlier
    photos; this is the second look for them.
    """
    from licet.backfill import backfill as walk

    done: list[Collected] = []
    with call.app() as licet, place_for(unreadable) as file:
        kept = signing.grant_of(licet, grant)
        for place, name in _places(licet, kept.id, source):
            with progress(call.as_json, f"scanning {name}") as moving:
                one = walk(licet, kept.id, place, moving)
            if isinstance(one, Refusal):
                return one
            done.append(one)
        write_places(file, done)
    said = [line for one in done for line in lines(one)]
    return Answer(
        [told(one) for one in done], said or ("Nothing waits to be scanned for this grant.",)
    )


def _places(licet: "App", grant: GrantId, word: str) -> list[tuple[SourceId, str]]:
    """Return the source that was named, or those with a run that waits."""
    with licet.store.read() as reader:
        if word:
            named = names.source(reader, word)
            return [(named.id, named.name)]
        waiting = {run.source for run in reader.runs.open(RunKind.BACKFILL) if run.grant == grant}
        return [(one.id, one.name) for one in reader.sources.all() if one.id in waiting]
