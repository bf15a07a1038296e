"""``licet confirm``: the code that says yes to a grant."""

from pathlib import Path
from typing import Annotated

import typer

from licet.cli import files, handed, signing
from licet.cli.call import Call, Takes, deed, single
from licet.cli.exits import Exit
from licet.cli.output import Answer
from licet.terms.errors import BadInput
from licet.terms.granting import WrongCode
from licet.terms.permit import Refusal

app = single()


@deed(app, "confirm", Takes.ACTOR)
def confirm(
    call: Call,
    *,
    grant: str,
    code: Annotated[
        list[str] | None, typer.Argument(help="From the person's letter, in one word or two.")
    ] = None,
    paper: Annotated[
        Path | None, typer.Option(help="In place of a code: a paper signed by the person.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the person's receipt goes.")] = None,
) -> Answer | Refusal:
    """Give back the code that says yes to a grant.

    The code is the person's own act. A paper that they signed takes two members instead.
    The receipt is the person's: hand it over.
    """
    from licet.granting import confirm as confirm_by_code
    from licet.granting import confirm_on_paper

    if bool(code) == bool(paper):
        raise BadInput("neither a code nor a paper, or both", "Give the code from the letter.")
    with call.app() as licet, files.handout(handed.place(out, "confirmation", grant)) as file:
        kept = signing.grant_of(licet, grant)
        if paper is not None:
            digest = files.digest(paper, "the paper")
            who = signing.who(call, licet, signing.confirming(kept, digest))
            done = confirm_on_paper(licet, who, kept.id, digest)
        else:
            answered = confirm_by_code(licet, kept.id, "".join(code or ()))
            if isinstance(answered, WrongCode):
                return _wrong(answered)
            done = answered
        if isinstance(done, Refusal):
            return done
        said = f"The grant {kept.id} is active. The person can take it back at any time."
        return handed.receipt(file, done, said)


def _wrong(wrong: WrongCode) -> Answer:
    said = f"The code is not the one sent; tries left: {wrong.tries_left}."
    return Answer(wrong, (said,), Exit.WRONG_CODE)
