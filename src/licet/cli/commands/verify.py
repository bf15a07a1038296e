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
from licet.cli.unpacking import is_pack, is_package, on_disk
from licet.terms.errors import BadInput

if TYPE_CHECKING:
    from licet.ledger.stamp import Authorities
    from licet.ledger.verify import Verdict

app = single()

Files = Annotated[
    list[Path],
    typer.Argument(
        help="A receipt, certificate, report or checkpoint (- for stdin), a pack about an order, "
        "or a package: its volumes, or the folder that they were unpacked into."
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
    typer.Option(
        help="A copy of the published ledger: it tells who saw the file's entries since, and a "
        "report or a pack is counted again over it."
    ),
]
Stampers = Annotated[
    Path | None,
    typer.Option(
        "--timestamp-authority",
        help="Certificates (PEM) of timestamp authorities you trust.",
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

    says = ", UNWITNESSED: nobody you named has seen this ledger since"
    return says if UNWITNESSED in verdict.rests_on_word else ""


def _verdict(named: Sequence[Path], trust: Trust, secret: str) -> "Verdict":
    from licet.ledger.verify import verify_file
    from licet.ledger.verify_checkpoint import is_checkpoint
    from licet.ledger.verify_pack import verify_pack
    from licet.ledger.verify_package import verify_package
    from licet.ledger.verify_report import is_report, verify_report

    stampers = _stampers(trust)
    if is_package(named[0]):
        with on_disk(named, _secret(secret)) as found:
            check = verify_pack if is_pack(found) else verify_package
            return check(
                found.names, found.open, trust.vkey, trust.witnesses, stampers, trust.mirror
            )
    if len(named) > 1:
        raise BadInput("only the volumes of a package are checked together", "Name one file.")
    data = files.read(named[0], "the file")
    if is_checkpoint(data):
        return _checkpoint(named[0], data, trust)
    if is_report(data):
        return verify_report(data, trust.vkey, trust.witnesses, stampers, trust.mirror)
    return verify_file(data, trust.vkey, trust.witnesses, stampers, trust.mirror)


def _checkpoint(path: Path, data: bytes, trust: Trust) -> "Verdict":
    """Check a checkpoint, with the timestamp that lies beside it under its name and .tsr."""
    from licet.ledger.beside import Beside
    from licet.ledger.note import VerifierKey
    from licet.ledger.verify_checkpoint import verify_checkpoint

    keys = tuple(VerifierKey.read(line) for line in trust.witnesses)
    beside = path.with_name(f"{path.name}.tsr")
    token = files.read(beside, "the timestamp") if beside.is_file() else None
    by = Beside(keys, _stampers(trust), trust.mirror)
    return verify_checkpoint(data, trust.vkey, by, token)


def _stampers(trust: Trust) -> "Authorities":
    from licet.ledger.stamp import read_authorities

    if trust.stampers is None:
        return ()
    return read_authorities(files.read(trust.stampers, "the certificates"))


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
