"""``licet upload``: hand photos and videos in to a source that keeps copies."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import files, names, signing
from licet.cli.call import Call, Takes, deed, single
from licet.cli.collected import Unread, place_for
from licet.cli.exits import Exit
from licet.cli.output import Answer, count, plain
from licet.cli.progress import progress
from licet.terms.ids import SourceId
from licet.terms.permit import Action, Refusal
from licet.terms.uploading import Handed, KeptNot, NotKept, Uploaded
from licet.terms.when import from_ms

if TYPE_CHECKING:
    from licet.app import App
    from licet.terms.acting import Who
    from licet.terms.source import Source

app = single()


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What became of the files that were handed in, as it is told: never how they are called."""

    source: SourceId
    name: str
    kept: int
    known: int
    not_kept: int
    reasons: tuple[Unread, ...]


@deed(app, "upload", Takes.ACTOR)
def upload(
    call: Call,
    *,
    source: Annotated[str, typer.Argument(help="The source: its name or id.")],
    file: Annotated[list[Path], typer.Argument(help="Photos and videos. Repeatable.")],
    not_kept: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to write which files were not kept, and why."),
    ] = None,
) -> Answer | Refusal:
    """Hand photos and videos in to a source.

    Of each file the pictures alone are kept, sealed, for as long as the source says: no place,
    no time, no sound. A photo that reserves itself, or bears the marks of a platform, is not
    kept. The same file twice is one copy. Ctrl-C is safe: the same command goes on. Your own
    files are only read.
    """
    with call.app() as licet, place_for(not_kept) as out:
        with licet.store.read() as reader:
            found = names.source(reader, source)
        sign = signing.signer_of(call, licet)
        about = signing.on_source(Action.UPLOAD, found)
        done: list[tuple[Path, Uploaded | NotKept]] = []
        with progress(call.as_json, f"handing in to {found.name}") as moving:
            for number, one in enumerate(file, 1):
                became = _handed_in(licet, sign(about), found, one)
                if isinstance(became, Refusal):
                    return became
                done.append((one, became))
                moving(number, len(file))
        if out is not None:
            left = ((one, b.reason) for one, b in done if isinstance(b, NotKept))
            out.write("".join(f"{plain(str(one))}\t{why}\n" for one, why in left).encode())
    told = _told(found, [became for _, became in done])
    return Answer(told, _lines(told), Exit.TO_MEND if told.not_kept else Exit.DONE)


def _handed_in(
    licet: "App", who: "Who", source: "Source", file: Path
) -> Uploaded | NotKept | Refusal:
    from licet.uploading import upload as hand_in

    try:
        with file.open("rb") as stream:
            made = from_ms(int(file.stat().st_mtime * 1000))
            return hand_in(licet, who, source.id, Handed(file.name, stream, made))
    except OSError as error:
        why = f"the file cannot be read: {error.strerror}"
        return NotKept(KeptNot.UNREADABLE, why, files.remedy_of(error))


def _told(source: "Source", done: Iterable[Uploaded | NotKept]) -> HandedIn:
    became = list(done)
    kept = [one for one in became if isinstance(one, Uploaded)]
    reasons = Counter(one.reason for one in became if isinstance(one, NotKept))
    return HandedIn(
        source.id,
        source.name,
        sum(not one.known for one in kept),
        sum(one.known for one in kept),
        len(became) - len(kept),
        tuple(Unread(reason, number) for reason, number in sorted(reasons.items())),
    )


def _lines(told: HandedIn) -> tuple[str, ...]:
    said = [f"Handed in to {told.name}: {count(told.kept, 'new file')}, {told.known} known before."]
    if told.not_kept:
        said.append(f"  {count(told.not_kept, 'file')} not kept, and nothing of them is:")
        said += [f"    {one.photos}: {one.reason}" for one in told.reasons]
    if told.kept:
        said.append(f"Next: `licet collect {told.name}`.")
    return tuple(said)
