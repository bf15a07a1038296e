"""``licet verify``: check a receipt or certificate, offline."""

from pathlib import Path
from typing import Annotated

import typer

from licet.cli import files
from licet.cli.call import Call, Takes, deed, single
from licet.cli.exits import Exit
from licet.cli.output import Answer

app = single()

Trusted = Annotated[
    str, typer.Option("--vkey", help="The ledger's published key, or a file with it.")
]
Witnesses = Annotated[
    list[str] | None, typer.Option("--witness", help="A witness you trust. Repeatable.")
]


@deed(app, "verify", Takes.NOTHING)
def verify(
    call: Call,
    file: Annotated[Path, typer.Argument(help="A receipt or certificate; - for stdin.")],
    vkey: Trusted = "",
    witness: Witnesses = None,
) -> Answer:
    """Check a receipt or certificate, offline.

    No deployment is needed. It says what is proved, and what still rests on the operator's word.
    """
    from licet.ledger.verify import verify_file

    del call
    verdict = verify_file(
        files.read(file, "the file"), _line(vkey) or None, [_line(one) for one in witness or ()]
    )
    lines = [f"{verdict.kind}: {'holds' if verdict.ok else 'DOES NOT HOLD'}"]
    lines += [f"  proved: {one}" for one in verdict.proved]
    lines += [f"  on the operator's word: {one}" for one in verdict.rests_on_word]
    lines += [f"  wrong: {one}" for one in verdict.problems]
    return Answer(verdict, lines, Exit.DONE if verdict.ok else Exit.NOT_PROVED)


def _line(word: str) -> str:
    """Return a key line as it was given, or the first line of the file that was named."""
    if word and "+" not in word:
        text = files.read(Path(word), "the key").decode(errors="replace")
        return text.splitlines()[0] if text.splitlines() else ""
    return word
