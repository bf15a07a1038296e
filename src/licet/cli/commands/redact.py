"""``licet redact``: cover everybody in a folder of photos."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from licet.cli import files
from licet.cli.call import Call, Takes, deed, single
from licet.cli.collected import Unread
from licet.cli.exits import Exit
from licet.cli.output import Answer, count
from licet.cli.progress import progress
from licet.terms.covering import Redacted

app = single()


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a folder, as it is told: everything but the names of photos."""

    photos: int
    kept: int
    faces: int
    marked: int
    without_face: int
    unsure: int
    left_out: int
    reasons: tuple[Unread, ...]
    pictures: Path
    page: Path


@deed(app, "redact", Takes.NOTHING)
def redact(
    call: Call,
    *,
    folder: Annotated[Path, typer.Argument(help="The folder of photos. It is only read.")],
    out: Annotated[Path, typer.Option(help="A new folder for the pictures.")],
    missed: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Marks saved on the check page.")
    ] = None,
    quick: Annotated[
        bool, typer.Option(help="Look once at each photo: faster, and misses more.")
    ] = False,
    models: Annotated[Path | None, typer.Option(help="A folder of model files.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of the detector.")] = 2,
) -> Answer:
    """Cover everybody in a folder of photos.

    Only faces are found: nobody is told from anybody, and nothing about a face is kept but
    where it was. The pictures are new files without the photos' metadata. Look through the
    check page before you hand them out: no software finds every face. Videos are left out.

    The same call again goes on after a stop, and takes new photos.
    """
    import platformdirs

    from licet.redacting import redact_folder
    from licet.redacting.page import read_marks

    marks = read_marks(_text(missed)) if missed else {}
    cache = platformdirs.user_cache_path("licet") / "models"
    vision = call.outside.covering(models, cache, threads)
    with progress(call.as_json, "covering") as tell:
        done = redact_folder(folder, out, vision, thorough=not quick, missed=marks, tell=tell)
    told = _told(done)
    return Answer(told, _lines(told), Exit.TO_MEND if told.left_out else Exit.DONE)


def _text(missed: Path) -> str:
    return files.read(missed, "the file of marks").decode("utf-8", "replace")


def _told(done: Redacted) -> Told:
    reasons = Counter(reason for _, reason in done.left_out)
    return Told(
        done.photos,
        done.kept,
        done.faces,
        done.marked,
        done.without_face,
        done.unsure,
        len(done.left_out),
        tuple(Unread(reason, number) for reason, number in sorted(reasons.items())),
        done.pictures,
        done.page,
    )


def _lines(told: Told) -> tuple[str, ...]:
    """Return what was done, in sentences."""
    marked = f", {count(told.marked, 'marked region')}" if told.marked else ""
    said = [
        f"{count(told.photos, 'picture')} in {told.pictures}, {told.kept} from before.",
        f"  covered: {count(told.faces, 'face')}{marked}",
        f"  look first: {told.without_face} without a face, {told.unsure} with a doubtful one",
    ]
    if told.left_out:
        said.append(f"  {count(told.left_out, 'file')} left out, without a picture:")
        said += [f"    {one.photos}: {one.reason}" for one in told.reasons]
    said.append(f"Check every picture before you hand it out: {told.page}")
    return tuple(said)
