"""Opens the place that a source stands for, and asks it what speaks for and against it."""

from pathlib import Path

from licet.sources.authority import NotProved, markers, prove_folder
from licet.sources.contract import ItemSource
from licet.sources.folder import FolderSource
from licet.terms.errors import BadInput, Setup
from licet.terms.source import Marker, Source, SourceKind


def open_source(source: Source) -> ItemSource:
    """Return the place behind a source. Raises ``Setup`` for a kind not built in."""
    if source.kind is SourceKind.FOLDER:
        return FolderSource(Path(source.place))
    raise Setup(f"sources of kind {source.kind.value} are not built in", "Use a folder.")


def control_of(source: Source) -> str:
    """Return the proof that the place is the operator's own. Raises ``BadInput`` without one."""
    proof = prove_folder(Path(source.place), source.id)
    if isinstance(proof, NotProved):
        raise BadInput(f"control of the place is not proved: {proof.reason}", proof.remedy)
    return proof.text


def markers_of(source: Source) -> tuple[Marker, ...]:
    """Return what the names in a source say against its stated origin."""
    return markers(source.name, open_source(source).walk())
