"""``licet release``: let a grant that was set aside be used again."""

from pathlib import Path
from typing import Annotated

import typer

from licet.cli import files, handed, signing
from licet.cli.call import Call, Takes, deed, single
from licet.cli.output import Answer
from licet.cli.person import AsPerson, Proof, acting
from licet.terms.permit import Action, Refusal

app = single()


@deed(app, "release", Takes.ACTOR)
def release(
    call: Call,
    *,
    grant: str,
    reason: Annotated[str, typer.Option(help="Why. Members say it; the person reads it.")] = "",
    proof: Proof = None,
    as_person: AsPerson = False,
    out: Annotated[Path | None, typer.Option(help="Where the person's receipt goes.")] = None,
) -> Answer | Refusal:
    """Let a grant that was set aside be used again.

    The person frees what they set aside themselves. Two members may, with a reason that
    the person is told before; where a face was near another's, one of the two is the data
    protection officer.
    """
    from licet.standing import release as let_go

    with call.app() as licet, files.handout(handed.place(out, "release", grant)) as file:
        kept = signing.grant_of(licet, grant)
        about = signing.on_standing(Action.RELEASE, kept, reason.strip())
        who = acting(call, licet, (proof, as_person), kept.subject, about)
        done = let_go(licet, who, kept.id, reason)
        if isinstance(done, Refusal):
            return done
        said = f"The grant {kept.id} is set aside no more."
        return handed.receipt(file, done, said)
