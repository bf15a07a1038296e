"""``licet withdraw``: end a grant, at once and for good."""

from pathlib import Path
from typing import Annotated

import typer

from licet.cli import files, handed, signing
from licet.cli.call import Call, Takes, deed, single
from licet.cli.output import Answer
from licet.cli.person import AsPerson, Proof, acting
from licet.terms.permit import Action, Refusal

app = single()


@deed(app, "withdraw", Takes.ACTOR)
def withdraw(
    call: Call,
    *,
    grant: str,
    proof: Proof = None,
    as_person: AsPerson = False,
    out: Annotated[Path | None, typer.Option(help="Where the person's receipt goes.")] = None,
) -> Answer | Refusal:
    """End a grant, at once and for good.

    Nobody asks why. The person does it with the receipt of their confirmation; a steward on
    their behalf.
    """
    from licet.granting import withdraw as end

    with call.app() as licet, files.handout(handed.place(out, "withdrawal", grant)) as file:
        kept = signing.grant_of(licet, grant)
        about = signing.on_grant(Action.WITHDRAW, kept)
        who = acting(call, licet, (proof, as_person), kept.subject, about)
        done = end(licet, who, kept.id)
        if isinstance(done, Refusal):
            return done
        said = f"The grant {kept.id} has ended. Nobody finds the person under it any more."
        return handed.receipt(file, done, said)
