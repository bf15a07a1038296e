"""The data subject at the command line: proved by the receipt they hold.

A confirmation receipt opens the person's commitment in the ledger, so whoever holds it
holds what was handed to the person. It is enough to end what is kept, and for nothing that
shows anything.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import files, signing
from licet.cli.call import Call
from licet.terms.acting import SUBJECT, Who
from licet.terms.errors import BadInput
from licet.terms.ids import SubjectId
from licet.terms.permit import By

if TYPE_CHECKING:
    from licet.app import App

Proof = Annotated[
    Path | None,
    typer.Option(metavar="RECEIPT", help="The person acts: the receipt of a confirmation."),
]
AsPerson = Annotated[bool, typer.Option("--as-person", help="The person acts: in a sandbox only.")]


def acting(
    call: Call,
    app: "App",
    person: tuple[Path | None, bool],
    subject: SubjectId,
    about: signing.About,
) -> Who:
    """Return the person who is proved to act, or else the members who do.

    Raises ``BadInput`` for a receipt that proves nothing about this person.
    """
    proof, as_person = person
    if as_person:
        if not app.deployment.sandbox:
            raise BadInput(
                "--as-person proves nothing, and this deployment is real",
                "Give the person's receipt with --proof FILE, or act as a steward.",
            )
        return SUBJECT
    if proof is not None:
        data = files.read(proof, "the receipt")
        _hold(app, data, subject)
        return Who(By.SUBJECT, proof=data)
    return signing.who(call, app, about)


def whose(proof: Path) -> SubjectId | None:
    """Return the person whose receipt it is, None where it opens nobody.

    It only says about whom to ask: :func:`acting` holds the receipt against the ledger.
    """
    from licet.ledger.receipt import decode

    opened = decode(files.read(proof, "the receipt")).openings
    return next((SubjectId(one.object) for one in opened if one.of == "subject"), None)


def _hold(app: "App", data: bytes, subject: SubjectId) -> None:
    from licet.ledger.receipt import decode
    from licet.ledger.verify import verify_file

    verdict = verify_file(data, app.ledger_key.vkey)
    if not verdict.ok:
        raise BadInput(f"the receipt does not hold: {verdict.problems[0]}", "Give the original.")
    if not any((one.of, one.object) == ("subject", subject) for one in decode(data).openings):
        raise BadInput("the receipt is not this person's", "Give the receipt of this very grant.")
