"""The ledger: its signed head, its entries, proofs over them, and the tiles as C2SP lays them.

It holds no personal data and is made to be published. Who reads it here is known all the same:
when something happened can tell who waits for what more than what happened does.
"""

from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi import Path as InPath
from pydantic import BaseModel
from starlette.requests import Request

from licet.app import App
from licet.terms.errors import BadInput, NotFound
from licet.terms.ledger import Checkpoint
from licet.web.api.paging import MOST
from licet.web.comers import Known, TheApp

router = APIRouter()

TEXT = "text/plain"
OCTETS = "application/octet-stream"
FOREVER = "private, max-age=31536000, immutable"

Index = Annotated[int, Query(ge=0, lt=2**53)]


class LedgerEntry(BaseModel):
    """One entry: its bytes as they are hashed (base64), and their RFC 6962 hash (hex)."""

    index: int
    data: str
    hash: str


class Entries(BaseModel):
    """Entries ``[start, start + len(entries))`` of a ledger of ``size``."""

    size: int
    start: int
    entries: list[LedgerEntry]


class Inclusion(BaseModel):
    """That entry ``index`` is in the ledger of ``size`` entries with this root (RFC 6962)."""

    index: int
    size: int
    root: str
    hashes: list[str]
    checkpoint: str


class Consistency(BaseModel):
    """That the ledger of ``old`` entries became the one of ``new``, nothing taken away."""

    old: int
    new: int
    hashes: list[str]


def _file(data: bytes, kind: str, headers: dict[str, str]) -> Response:
    return Response(data, 200, headers, media_type=kind)


def _shown(kind: str) -> dict[int | str, dict[str, object]]:
    return {
        200: {"content": {kind: {"schema": {"type": "string"}}}},
        304: {"description": "As you have it"},
    }


def _unless(request: Request, tag: str, data: bytes, kind: str) -> Response:
    """Answer 304 to who has it (RFC 9110, 13.1.2)."""
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    said = request.headers.get("if-none-match", "").split(",")
    known = {one.strip().removeprefix("W/") for one in said}
    return Response(None, 304, headers) if tag in known else _file(data, kind, headers)


@router.get(
    "/ledger/checkpoint",
    operation_id="checkpoint",
    response_class=Response,
    responses=_shown(TEXT),
)
def checkpoint(app: TheApp, _comer: Known, request: Request) -> Response:
    """Return the last signed checkpoint (C2SP tlog-checkpoint), with its witnesses' lines."""
    latest = _latest(app)
    tag = f'"{latest.size}-{len(latest.note)}"'
    return _unless(request, tag, latest.note.encode(), f"{TEXT}; charset=utf-8")


@router.get(
    "/ledger/key", operation_id="ledger_key", response_class=Response, responses=_shown(TEXT)
)
def key(app: TheApp, _comer: Known, request: Request) -> Response:
    """Return the ledger's public key as one line (C2SP signed-note)."""
    line = app.ledger_key.vkey
    return _unless(request, f'"{line.split("+")[1]}"', line.encode(), f"{TEXT}; charset=utf-8")


@router.get("/ledger/entries", operation_id="list_entries")
def entries(
    app: TheApp,
    _comer: Known,
    start: Index = 0,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> Entries:
    """Return published entries from ``start`` on. Past the last one there are none yet."""
    size = _latest(app).size
    end = min(start + limit, size)
    found = [
        LedgerEntry(index=one.index, data=b64encode(one.data).decode(), hash=one.hash.hex())
        for one in (app.tiles.leaves(start, end) if start < end else ())
    ]
    return Entries(size=size, start=start, entries=found)


@router.get("/ledger/inclusion", operation_id="prove_inclusion")
def inclusion(app: TheApp, _comer: Known, index: Index) -> Inclusion:
    """Prove that an entry is in the published ledger."""
    proof, against = app.tiles.prove(index)
    return Inclusion(
        index=proof.index,
        size=proof.size,
        root=against.root.hex(),
        hashes=[one.hex() for one in proof.path],
        checkpoint=against.note,
    )


@router.get("/ledger/consistency", operation_id="prove_consistency")
def consistency(
    app: TheApp, _comer: Known, old: Annotated[int, Query(ge=1, lt=2**53)], new: Index = 0
) -> Consistency:
    """Prove that an earlier ledger is the beginning of a later one; ``new`` 0: of today's."""
    size = _latest(app).size
    later = new or size
    if not old <= later <= size:
        raise BadInput(f"from {old} to {later} is not within {size} entries", "Name other sizes.")
    proof = app.tiles.consistency(old, later)
    return Consistency(old=old, new=later, hashes=[one.hex() for one in proof.path])


@router.get(
    "/ledger/tile/{path:path}",
    operation_id="tile",
    response_class=Response,
    responses={200: {"content": {OCTETS: {"schema": {"type": "string", "format": "binary"}}}}},
)
def tile(
    app: TheApp,
    _comer: Known,
    path: Annotated[
        str,
        InPath(
            max_length=100,
            pattern=r"^(entries|[0-9]|[1-5][0-9]|6[0-3])/(x[0-9]{3}/){0,5}[0-9]{3}(\.p/[1-9][0-9]{0,2})?$",
            description="Level, index and width as c2sp.org/tlog-tiles writes them.",
        ),
    ],
) -> Response:
    """Return a tile of hashes, or of entries (``entries/...``), as C2SP tlog-tiles lays them."""
    data = app.tiles.file(f"tile/{path}")
    if data is None:
        raise NotFound("there is no such tile")
    return _file(data, OCTETS, {"cache-control": FOREVER})


def _latest(app: App) -> Checkpoint:
    """Return the published checkpoint. Raises ``NotFound`` before the first."""
    latest = app.tiles.latest()
    if latest is None:
        raise NotFound("nothing is published yet")
    return latest
