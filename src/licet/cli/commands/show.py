"""``licet show``: write a photo with everybody else covered."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from licet.cli import files, names, signing
from licet.cli.call import Call, Takes, deed, single
from licet.cli.output import Answer
from licet.cli.person import AsPerson
from licet.terms.clip import moment_of
from licet.terms.errors import BadInput
from licet.terms.face import Box
from licet.terms.ids import ItemId
from licet.terms.permit import Refusal

app = single()


@dataclass(frozen=True, slots=True)
class Written:
    """A picture that was written: whom it shows, and how many faces are covered."""

    picture: Path
    visible: tuple[Box, ...]
    covered: int
    leaf: int


@deed(app, "show", Takes.ACTOR)
def show(
    call: Call,
    *,
    item: Annotated[str, typer.Argument(help="The photo, by its id from a search.")],
    grant: Annotated[str, typer.Option(help="The grant of the person who is shown.")],
    out: Annotated[Path, typer.Option(help="Where the picture goes (JPEG); - for stdout.")],
    case: Annotated[str, typer.Option(help="The case, for a member.")] = "",
    at: Annotated[str, typer.Option(help="The moment of a video, as 1:23.")] = "",
    as_person: AsPerson = False,
) -> Answer | Refusal:
    """Write a photo with everybody else covered.

    Only the one person whom the permit names can be seen in it. Of a video a frame is written.
    """
    from licet.show import show as look

    with call.app() as licet, files.handout(out) as file:
        kept = signing.grant_of(licet, grant)
        with licet.store.read() as reader:
            matter = names.case(reader, case) if case else None
        if as_person and not licet.deployment.sandbox:
            raise BadInput(
                "--as-person proves nothing, and this deployment is real",
                "The person looks at their photos in the portal.",
            )
        wanted = ItemId(item.strip())
        about = signing.showing(kept, matter, wanted)
        who = signing.SUBJECT if as_person else signing.who(call, licet, about)
        moment = moment_of(at) if at else None
        shown = look(licet, who, wanted, kept.id, matter.id if matter else None, moment)
        if isinstance(shown, Refusal):
            return shown
        file.write(shown.picture)
    written = Written(out, shown.visible, shown.covered, shown.leaf)
    if out == files.STANDARD:
        return Answer(written)
    said = f"Wrote {out}: {len(shown.visible)} visible, {shown.covered} covered."
    return Answer(written, (said,))
