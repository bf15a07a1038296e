"""The files that pages load, each under an address that changes with its bytes."""

from fastapi import APIRouter, Response

from licet.terms.errors import NotFound
from licet.web.pages.assets import CACHE, find

router = APIRouter(include_in_schema=False)


@router.get("/static/{mark}/{name}")
def asset(mark: str, name: str) -> Response:
    """Return an asset; it is the same for everybody, and may be kept."""
    found = find(mark, name)
    if found is None:
        raise NotFound("there is no such file")
    return Response(found.body, media_type=found.media_type, headers={"cache-control": CACHE})
