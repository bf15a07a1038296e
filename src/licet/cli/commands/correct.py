"""``licet correct``: correct who a person is, or how they are reached."""

from typing import Annotated

import typer

from licet.cli import signing
from licet.cli.call import Call, Takes, deed, single
from licet.cli.output import Answer
from licet.cli.person import AsPerson, Proof, acting
from licet.terms.ids import RequestId, SubjectId
from licet.terms.permit import Refusal
from licet.terms.rectifying import Correction

app = single()


@deed(app, "correct", Takes.ACTOR)
def correct(
    call: Call,
    *,
    subject: Annotated[str, typer.Argument(help="The person, by id (see `grant list`).")],
    name: Annotated[str, typer.Option(help="The right name.")] = "",
    request: Annotated[
        str, typer.Option(help="The request for rectification that proved the new contact.")
    ] = "",
    proof: Proof = None,
    as_person: AsPerson = False,
) -> Answer | Refusal:
    """Correct a person's name or contact.

    A new contact is never typed in: it is the one that a request for rectification came
    from, once its code came back. Both contacts are told. The person does it with the
    receipt of their confirmation, or two members, one of them the data protection officer.
    """
    from licet.rectifying import correct as put_right

    wish = Correction(
        SubjectId(subject.strip()), name, RequestId(request.strip()) if request else None
    )
    with call.app() as licet:
        about = signing.correcting(wish)
        who = acting(call, licet, (proof, as_person), wish.subject, about)
        done = put_right(licet, who, wish)
    if isinstance(done, Refusal):
        return done
    return Answer(done, (f"Corrected (entry {done.leaf}). Every contact of theirs is told.",))
