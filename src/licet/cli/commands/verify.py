"""``licet verify``: check a file that licet handed out, offline."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import files
from licet.cli.call import Call, Takes, deed, single
from licet.cli.exits import Exit
from licet.cli.output import Answer
from licet.cli.unpacking import OnDisk, is_pack, is_package, on_disk
from licet.terms.errors import BadInput

if TYPE_CHECKING:
    from licet.ledger.verify import Verdict

app = single()

Files = Annotated[
    list[Path],
    typer.Argument(
        help="A receipt, certificate or report (- for stdin), a pack about an order, or a "
        "package: its volumes, or the folder that they were unpacked into."
    ),
]
Trusted = Annotated[
    str, typer.Option("--vkey", help="The ledger's published key, or a file with it.")
]
Witnesses = Annotated[
    list[str] | None, typer.Option("--witness", help="A witness you trust. Repeatable.")
]
Secret = Annotated[
    str,
    typer.Option(
        "--secret",
        envvar="LICET_SECRET",
        help="What opens a package, as its own letter says it, or a file with it.",
    ),
]
Mirror = Annotated[
    Path | None,
    typer.Option(help="A copy of the published ledger: a report is counted again over it."),
]


Stampers = Annotated[
    Path | None,
    typer.Option(
        "--timestamp-authority",
        help="Certificates (PEM) of timestamp authorities you trust, for a pack.",
    ),
]


@dataclass(frozen=True, slots=True)
class Trust:
    """What the reader trusts: the ledger's key, witnesses, certificates, a copy of the ledger."""

    vkey: str | None
    witnesses: Sequence[str]
    stampers: Path | None
    mirror: Path | None


@deed(app, "verify", Takes.NOTHING)
def verify(
    call: Call,
    *,
    file: Files,
    vkey: Trusted = "",
    witness: Witnesses = None,
    secret: Secret = "",
    mirror: Mirror = None,
    stampers: Stampers = None,
) -> Answer:
    """Check a file that licet handed out, offline.

    No deployment is needed. It says what is proved, and what still rests on the operator's word.
    """
    del call
    trust = Trust(_line(vkey) or None, [_line(one) for one in witness or ()], stampers, mirror)
    verdict = _verdict(file, trust, secret)
    lines = [f"{verdict.kind}: {'holds' if verdict.ok else 'DOES NOT HOLD'}{_unseen(verdict)}"]
    lines += [f"  proved: {one}" for one in verdict.proved]
    lines += [f"  on the operator's word: {one}" for one in verdict.rests_on_word]
    lines += [f"  wrong: {one}" for one in verdict.problems]
    return Answer(verdict, lines, Exit.DONE if verdict.ok else Exit.NOT_PROVED)


def _unseen(verdict: "Verdict") -> str:
    """Return what an authority must not overlook: nobody outside saw that ledger."""
    from licet.ledger.verify_pack import UNWITNESSED

    return ", UNWITNESSED: see the first line below" * (UNWITNESSED in verdict.rests_on_word)


def _verdict(named: Sequence[Path], trust: Trust, secret: str) -> "Verdict":
    from licet.ledger.verify import verify_file
    from licet.ledger.verify_package import verify_package
    from licet.ledger.verify_report import is_report, verify_report

    if is_package(named[0]):
        with on_disk(named, _secret(secret)) as found:
            if is_pack(found):
                return _pack(found, trust)
            return verify_package(found.names, found.open, trust.vkey, trust.witnesses)
    if len(named) > 1:
        raise BadInput("only the volumes of a package are checked together", "Name one file.")
    data = files.read(named[0], "the file")
    if is_report(data):
        return verify_report(data, trust.vkey, trust.witnesses, trust.mirror)
    if trust.mirror is not None:
        raise BadInput("--mirror counts a report again, and this is none", "Leave it out.")
    return verify_file(data, trust.vkey, trust.witnesses)


def _pack(found: OnDisk, trust: Trust) -> "Verdict":
    from licet.ledger.stamp import read_authorities
    from licet.ledger.verify_pack import verify_pack

    pem = files.read(trust.stampers, "the certificates") if trust.stampers else b""
    stampers = read_authorities(pem) if pem else ()
    return verify_pack(found.names, found.open, trust.vkey, trust.witnesses, stampers)


def _secret(word: str) -> str:
    """Return a secret as it was given, or what the file that was named holds."""
    if word and Path(word).is_file():
        return files.read(Path(word), "the secret").decode(errors="replace").strip()
    return word


def _line(word: str) -> str:
    """Return a key line as it was given, or the first line of the file that was named."""
    if word and "+" not in word:
        text = files.read(Path(word), "the key").decode(errors="replace")
        return text.splitlines()[0] if text.splitlines() else ""
    return word
