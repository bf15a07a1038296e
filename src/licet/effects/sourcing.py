"""Opens the place that a source stands for, and asks it what speaks for and against it."""

from pathlib import Path

from licet.app import App
from licet.effects.libraries import open_visited
from licet.effects.running import Hold
from licet.effects.shelving import open_uploads
from licet.effects.visiting import Asking, VisitedSite
from licet.sources.authority import (
    TOKEN_FILE,
    NotProved,
    Proof,
    markers,
    marks_of_name,
    prove_agreement,
    prove_folder,
)
from licet.sources.bucket import BucketSource, prove_bucket, read_place
from licet.sources.contract import ItemSource
from licet.sources.folder import FolderSource
from licet.sources.immich.place import read_place as library_of
from licet.sources.immich.proof import prove_library
from licet.sources.site.place import site_of
from licet.sources.site.proof import RECORD, TOKEN_PATH, prove_site
from licet.sources.video import VideoSource
from licet.terms.collecting import ReportProgress
from licet.terms.errors import BadInput, Conflict
from licet.terms.ids import OrganisationId
from licet.terms.permit import Ask
from licet.terms.source import Control, Marker, Source, SourceKind

TOKEN_PLACES = (
    f"in a folder: the file {TOKEN_FILE}, which a folder of this account's own does not need",
    f"in a bucket: the object {TOKEN_FILE} below the prefix",
    "in an Immich library: the name of the key that reads it",
    f"on a website: {TOKEN_PATH}, or a TXT record {RECORD}.<host>",
)
"""Where the token of an organisation is written, so that it proves control."""

HANDED_IN = "upload:"
"""What the place of a source is called to which photos are handed in."""

_ON_DISK = (SourceKind.FOLDER, SourceKind.VIDEO)
_WAYS = {
    SourceKind.FOLDER: (Control.OWN_STORAGE, Control.SIGNED_AGREEMENT),
    SourceKind.UPLOAD: (Control.OWN_STORAGE, Control.SIGNED_AGREEMENT),
    SourceKind.VIDEO: (Control.OWN_STORAGE, Control.SIGNED_AGREEMENT),
    SourceKind.BUCKET: (Control.OWN_STORAGE, Control.SIGNED_AGREEMENT),
    SourceKind.LIBRARY: (Control.OWN_STORAGE,),
    SourceKind.SITE: (Control.WELL_KNOWN_TOKEN, Control.DNS_RECORD),
}
"""How control of a place may be proved here."""


def open_source(app: App, source: Source) -> ItemSource:
    """Return the place behind a source, of which something is read now.

    Raises ``Setup`` for credentials that cannot be used, ``Conflict`` for a place that was
    changed for another, ``BadInput`` for one that cannot be read.
    """
    if source.kind is SourceKind.FOLDER:
        return FolderSource(_same_place(source))
    if source.kind is SourceKind.VIDEO:
        return VideoSource(_same_place(source))
    if source.kind is SourceKind.BUCKET:
        return BucketSource(source.place)
    if source.kind is SourceKind.LIBRARY:
        return open_visited(app, source)
    if source.kind is SourceKind.SITE:
        return VisitedSite(app, source)
    return open_uploads(app, source)


def open_to_walk(
    app: App, source: Source, ask: Ask, hold: Hold, tell: ReportProgress
) -> ItemSource:
    """Return the place behind a source that is walked through, which can take hours.

    Before a site is asked for anything ``ask`` is decided anew, and the run is held for
    longer; ``tell`` hears how far it is with the pages before the first photo. Raises as
    :func:`open_source` does.
    """
    if source.kind is SourceKind.SITE:
        return VisitedSite(app, source, Asking(ask, hold), tell)
    if source.kind is SourceKind.LIBRARY:
        return open_visited(app, source, Asking(ask, hold))
    return open_source(app, source)


def place_of_kind(kind: SourceKind, place: str) -> str:
    """Return a place in the one way in which it is written. Raises ``BadInput``."""
    if kind is SourceKind.BUCKET:
        return str(read_place(place))
    if kind is SourceKind.LIBRARY:
        return str(library_of(place))
    if kind is SourceKind.SITE:
        return site_of(place).start
    if kind is SourceKind.UPLOAD:
        return HANDED_IN
    return str(Path(place).resolve())


def token_for(deployment: str, organisation: OrganisationId) -> str:
    """Return the token that an organisation writes into a place to prove control of it."""
    return f"licet {deployment} {organisation}"


def require_way(kind: SourceKind, control: Control) -> None:
    """Raise ``BadInput`` where control of such a place is never proved like that."""
    if control not in _WAYS.get(kind, ()):
        raise BadInput(
            "control of the place is not proved: "
            f"control of a {kind.value} is not proved by {control.value}",
            "See `licet source add --help` for what proves it.",
        )


def control_of(app: App, source: Source, control: Control, agreement: str = "") -> Proof:
    """Return the proof that photos may be taken from a place. Raises ``BadInput`` without one.

    Where a place may prove it in several ways, the one that is named is asked for first. An
    ``agreement`` (SHA-256, hex) with whom the place is of proves it while it runs; without
    one the agreement is meant on which the source was opened.
    """
    require_way(source.kind, control)
    if control is Control.SIGNED_AGREEMENT:
        agreed = prove_agreement(agreement or _agreed_on(app, source))
        if isinstance(agreed, Proof):
            return agreed
        raise BadInput(f"control of the place is not proved: {agreed.reason}", agreed.remedy)
    token = token_for(app.deployment.id, source.organisation)
    first = _prove(app, source, control, token)
    if isinstance(first, Proof):
        return first
    for other in _WAYS[source.kind]:
        if other is Control.SIGNED_AGREEMENT:
            continue
        found = first if other is control else _prove(app, source, other, token)
        if isinstance(found, Proof):
            return found
    raise BadInput(f"control of the place is not proved: {first.reason}", first.remedy)


def markers_of(app: App, source: Source) -> tuple[Marker, ...]:
    """Return what its own name, its place's and the names in it say against its origin.

    Nothing is asked of a site before it is authorised: its photos are looked at one by one.
    """
    if source.kind is SourceKind.SITE:
        return tuple(sorted({*marks_of_name(source.name), *marks_of_name(source.place)}))
    if source.kind is SourceKind.UPLOAD:
        return tuple(sorted(marks_of_name(source.name)))
    own = Path(source.place).name if source.kind in _ON_DISK else source.place
    within = markers(source.name, open_source(app, source).walk())
    return tuple(sorted({*within, *marks_of_name(own)}))


def _same_place(source: Source) -> Path:
    """Return the folder or file, if it is still what was proved and no link to another."""
    place = Path(source.place)
    if place.resolve() != place:
        raise Conflict(
            f"the place of {source.name} is a link to another place now",
            "Open that place as a source of its own.",
        )
    return place


def _agreed_on(app: App, source: Source) -> str:
    """Return the digest of the agreement on which a source was opened; empty for none."""
    with app.store.read() as reader:
        authority = reader.sources.authority_at(source.id, reader.now)
    return "" if authority is None else authority.proof.rpartition(" ")[2]


def _prove(app: App, source: Source, control: Control, token: str) -> Proof | NotProved:
    if source.kind is SourceKind.SITE:
        return prove_site(source.place, token, control, app.settings.answer_to)
    if source.kind is SourceKind.BUCKET:
        return prove_bucket(read_place(source.place), token)
    if source.kind is SourceKind.LIBRARY:
        return prove_library(source.place, token)
    if source.kind is SourceKind.UPLOAD:
        return Proof(Control.OWN_STORAGE, "handed in to the operator's own store")
    place = Path(source.place)
    return prove_folder(place.parent if source.kind is SourceKind.VIDEO else place, token)
