"""``licet ledger``: its head, its key, its public copy."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli.call import Call, deed, group
from licet.cli.exits import Exit
from licet.cli.files import remedy_of
from licet.cli.output import Answer
from licet.terms.errors import BadInput, Conflict, NotFound

if TYPE_CHECKING:
    from licet.effects.witnessing import Seen
    from licet.ledger.stamp import Stamp

app = group("The ledger's head, key, witnesses and copy.")


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """The last signed checkpoint: origin, entries, root hash (hex), and the note itself."""

    origin: str
    size: int
    root: str
    note: str


@dataclass(frozen=True, slots=True)
class Witnessed:
    """How many entries there are, and what each witness saw of them."""

    entries: int
    witnesses: "tuple[Seen, ...]"


@dataclass(frozen=True, slots=True)
class Stamped:
    """How many entries were stamped, when, and by whom."""

    entries: int
    stamp: "Stamp"


@dataclass(frozen=True, slots=True)
class LedgerVkey:
    """The ledger's public key as one line, to be published."""

    vkey: str


@dataclass(frozen=True, slots=True)
class Exported:
    """A copy of the published ledger."""

    folder: Path
    entries: int


@deed(app, "head")
def head(call: Call) -> Answer:
    """Print the last signed checkpoint (C2SP), made anew if entries came since."""
    with call.app() as licet:
        checkpoint = licet.publish()
    if checkpoint is None:
        raise NotFound("the ledger is empty", "Nothing happened yet.")
    found = LedgerHead(checkpoint.origin, checkpoint.size, checkpoint.root.hex(), checkpoint.note)
    return Answer(found, checkpoint.note.rstrip("\n").split("\n"))


@deed(app, "witness")
def witness(call: Call) -> Answer:
    """Show the ledger to the witnesses in licet.toml, now; a worker does it by itself."""
    from licet.effects.witnessing import show_to_witnesses

    with call.app() as licet:
        licet.publish()
        seen = show_to_witnesses(licet)
        size = licet.store.head().size
    lines = [
        f"{one.witness}: {'nothing' if one.size is None else f'{one.size} of {size} entries'}"
        + (f" - {one.problem}" if one.problem else "")
        for one in seen
    ]
    ends = Exit.BUSY if any(one.problem for one in seen) else Exit.DONE
    ends = Exit.TO_MEND if any(one.alarm for one in seen) else ends
    return Answer(Witnessed(size, seen), lines, ends)


@deed(app, "timestamp")
def timestamp(call: Call) -> Answer:
    """Have the ledger stamped by the timestamp authority in licet.toml, now (RFC 3161)."""
    from licet.effects.stamping import stamp_ledger

    with call.app() as licet:
        checkpoint = licet.publish()
        stamp = stamp_ledger(licet)
    size = checkpoint.size if checkpoint else 0
    at = stamp.at.isoformat(timespec="seconds")
    return Answer(Stamped(size, stamp), (f"{size} entries, stamped at {at} by {stamp.authority}.",))


@deed(app, "key")
def key(call: Call) -> Answer:
    """Print the ledger's public key, by which anybody checks receipts."""
    with call.app() as licet:
        vkey = licet.ledger_key.vkey
    return Answer(LedgerVkey(vkey), (vkey,))


@deed(app, "export")
def export(
    call: Call, folder: Annotated[Path, typer.Argument(help="A folder that is not there yet.")]
) -> Answer:
    """Copy the published ledger (C2SP tiles), which holds no personal data."""
    with call.app() as licet:
        licet.publish()
        findings = licet.tiles.check()
        if findings:
            raise Conflict(f"the mirror is damaged: {findings[0]}", "Run `licet doctor`.")
        latest = licet.tiles.latest()
        mirror = licet.settings.place(licet.settings.tiles)
        if folder.exists():
            raise Conflict(f"{folder} exists", "Choose another name.")
        try:
            shutil.copytree(mirror, folder, ignore=shutil.ignore_patterns(".*", "*.lock", "*.new"))
        except OSError as error:
            raise BadInput(f"{folder} cannot be written: {error}", remedy_of(error)) from error
    size = latest.size if latest else 0
    return Answer(Exported(folder, size), (f"Copied {size} entries to {folder}.",))
