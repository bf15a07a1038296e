"""``licet redact``: cover everybody in a folder of photos and videos."""

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
    videos: int
    kept: int
    faces: int
    followed: int
    marked: int
    without_face: int
    unsure: int
    in_part: int
    left_out: int
    reasons: tuple[Unread, ...]
    pictures: Path
    page: Path


@deed(app, "redact", Takes.NOTHING)
def redact(
    call: Call,
    *,
    folder: Annotated[Path, typer.Argument(help="The folder. It is only read.")],
    out: Annotated[Path, typer.Option(help="A new folder for what is covered.")],
    missed: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Marks saved on the check page.")
    ] = None,
    quick: Annotated[bool, typer.Option(help="Look less: faster, and misses far more.")] = False,
    sound: Annotated[
        bool, typer.Option(help="Keep what is heard in videos: voices are known, too.")
    ] = False,
    models: Annotated[Path | None, typer.Option(help="A folder of model files.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of the detector.")] = 2,
) -> Answer:
    """Cover everybody in a folder of photos and videos.

    Only faces are found: nobody is told from anybody, and nothing about a face is kept but
    where it was. What comes out are new files without metadata, and videos without sound.
    Look through the check page before you hand them out: no software finds every face.

    The same call again goes on after a stop, and takes new photos.
    """
    import platformdirs

    from licet.redacting import How, redact_folder
    from licet.redacting.page import read_marks

    marks = read_marks(_text(missed)) if missed else {}
    cache = platformdirs.user_cache_path("licet") / "models"
    vision = call.outside.covering(models, cache, threads)
    with progress(call.as_json, "covering") as tell:
        how = How(not quick, sound)
        done = redact_folder(folder, out, vision, how, missed=marks, tell=tell)
    told = _told(done)
    return Answer(told, _lines(told), Exit.TO_MEND if told.left_out else Exit.DONE)


def _text(missed: Path) -> str:
    return files.read(missed, "the file of marks").decode("utf-8", "replace")


def _told(done: Redacted) -> Told:
    reasons = Counter(reason for _, reason in done.left_out)
    return Told(
        done.photos,
        done.videos,
        done.kept,
        done.faces,
        done.followed,
        done.marked,
        done.without_face,
        done.unsure,
        done.in_part,
        len(done.left_out),
        tuple(Unread(reason, number) for reason, number in sorted(reasons.items())),
        done.pictures,
        done.page,
    )


def _lines(told: Told) -> tuple[str, ...]:
    """Return what was done, in sentences."""
    marked = f", {count(told.marked, 'marked region')}" if told.marked else ""
    videos = f" and {count(told.videos, 'video')}" if told.videos else ""
    followed = f", {count(told.followed, 'face')} followed in videos" if told.videos else ""
    there = f"{count(told.photos, 'picture')}{videos} in {told.pictures.parent}"
    said = [
        f"{there}, {told.kept} from before.",
        f"  covered: {count(told.faces, 'face')}{followed}{marked}",
        f"  look first: {told.without_face} without a face, {told.unsure} with a doubtful one",
    ]
    if told.in_part:
        said.append(f"  {count(told.in_part, 'video')} not whole: the check page says what lacks")
    if told.left_out:
        said.append(f"  {count(told.left_out, 'file')} left out:")
        said += [f"    {one.photos}: {one.reason}" for one in told.reasons]
    said.append(f"Check everything before you hand it out: {told.page}")
    return tuple(said)
