"""``licet restrict``: set a grant aside."""

from pathlib import Path
from typing import Annotated

import typer

from licet.cli import files, handed, signing
from licet.cli.call import Call, Takes, deed, single
from licet.cli.output import Answer
from licet.cli.person import AsPerson, Proof, acting
from licet.terms.permit import Action, Refusal

app = single()


@deed(app, "restrict", Takes.ACTOR)
def restrict(
    call: Call,
    *,
    grant: str,
    proof: Proof = None,
    as_person: AsPerson = False,
    out: Annotated[Path | None, typer.Option(help="Where the person's receipt goes.")] = None,
) -> Answer | Refusal:
    """Set a grant aside: kept, and nobody's to use.

    What is kept stays kept, and nobody finds the person under it from this moment on.

    The person does it with the receipt of their confirmation; a steward or the data
    protection officer on their behalf, and then the person is told.
    """
    from licet.standing import restrict as set_aside

    with call.app() as licet, files.handout(handed.place(out, "restriction", grant)) as file:
        kept = signing.grant_of(licet, grant)
        about = signing.on_standing(Action.RESTRICT, kept)
        who = acting(call, licet, (proof, as_person), kept.subject, about)
        done = set_aside(licet, who, kept.id)
        if isinstance(done, Refusal):
            return done
        said = f"The grant {kept.id} is set aside. Nobody finds the person under it."
        return handed.receipt(file, done, said)
