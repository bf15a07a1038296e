"""Opens the place that a source stands for, and asks it what speaks for and against it."""

from pathlib import Path

from licet.sources.authority import NotProved, Proof, markers, marks_of_name, prove_folder
from licet.sources.bucket import BucketSource, prove_bucket, read_place
from licet.sources.contract import ItemSource
from licet.sources.folder import FolderSource
from licet.terms.errors import BadInput, Conflict, Setup
from licet.terms.ids import OrganisationId
from licet.terms.source import Control, Marker, Source, SourceKind


def open_source(source: Source) -> ItemSource:
    """Return the place behind a source.

    Raises ``Setup`` for a kind not built in, ``Conflict`` for a place that was changed for
    another, ``BadInput`` for one that cannot be read.
    """
    if source.kind is SourceKind.FOLDER:
        return FolderSource(_same_folder(source))
    if source.kind is SourceKind.BUCKET:
        return BucketSource(source.place)
    raise Setup(f"sources of kind {source.kind.value} are not built in", "Use a folder.")


def place_of_kind(kind: SourceKind, place: str) -> str:
    """Return a place in the one way in which it is written. Raises ``BadInput``."""
    if kind is SourceKind.BUCKET:
        return str(read_place(place))
    return str(Path(place).resolve())


def _same_folder(source: Source) -> Path:
    """Return the folder, if it is still the place that was proved and no link to another."""
    place = Path(source.place)
    if place.resolve() != place:
        raise Conflict(
            f"the folder of {source.name} is a link to another place now",
            "Open that place as a source of its own.",
        )
    return place


def token_for(deployment: str, organisation: OrganisationId) -> str:
    """Return the token that an organisation writes into a folder to prove control of it."""
    return f"licet {deployment} {organisation}"


def control_of(source: Source, control: Control, deployment: str) -> str:
    """Return the proof that the place is the operator's own. Raises ``BadInput`` without one."""
    proof = _prove(source, control, token_for(deployment, source.organisation))
    if isinstance(proof, NotProved):
        raise BadInput(f"control of the place is not proved: {proof.reason}", proof.remedy)
    return proof.text


def _prove(source: Source, control: Control, token: str) -> Proof | NotProved:
    if source.kind is SourceKind.FOLDER and control is Control.OWN_STORAGE:
        return prove_folder(Path(source.place), token)
    if source.kind is SourceKind.BUCKET and control is Control.OWN_STORAGE:
        return prove_bucket(read_place(source.place), token)
    return NotProved(
        f"control of a {source.kind.value} is not proved by {control.value}",
        "See `licet source add --help` for what proves it.",
    )


def markers_of(source: Source) -> tuple[Marker, ...]:
    """Return what its own name, its place's and the names in it say against its origin."""
    own = Path(source.place).name if source.kind is SourceKind.FOLDER else source.place
    within = markers(source.name, open_source(source).walk())
    return tuple(sorted({*within, *marks_of_name(own)}))
