"""``licet collect``: collect a source, or go on where it was stopped."""

from typing import Annotated

import typer

from licet.cli import names, signing
from licet.cli.call import Call, Takes, deed, single
from licet.cli.collected import Places, lines, place_for, told, write_places
from licet.cli.output import Answer
from licet.cli.progress import progress
from licet.terms.permit import Action, Refusal

app = single()


@deed(app, "collect", Takes.ACTOR)
def collect(
    call: Call,
    *,
    source: str,
    again: Annotated[
        bool, typer.Option("--again", help="Try once more what is quarantined.")
    ] = False,
    unreadable: Places = None,
) -> Answer | Refusal:
    """Collect a source, or go on where it was stopped.

    Each photo is looked at once. Faces of nobody who is enrolled are compared in memory and
    forgotten. Ctrl-C is safe: the same command goes on. Where a photo is, is never printed:
    its name can name somebody. A photo that harms the process that decodes it is quarantined:
    it is not decoded again until its bytes change, or --again says so.
    """
    from licet.collect import collect as walk

    with call.app() as licet, place_for(unreadable) as file:
        with licet.store.read() as reader:
            found = names.source(reader, source)
        who = signing.who(call, licet, signing.on_source(Action.COLLECT, found))
        with progress(call.as_json, f"collecting {found.name}") as moving:
            done = walk(licet, who, found.id, moving, again=again)
        if isinstance(done, Refusal):
            return done
        write_places(file, [done])
    return Answer(told(done), lines(done))
