"""Whether the server runs, whether it may serve, and its figures."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from licet.app import App, check_mirror, signed_size
from licet.terms.errors import LicetError
from licet.web.figures import MEDIA_TYPE, Figures
from licet.web.serving import LOOPBACK

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def alive() -> PlainTextResponse:
    """Say that the process answers; nothing is read for it."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def ready(request: Request) -> Response:
    """Say whether it may serve: the store answers and is not behind its signed ledger."""
    app: App = request.app.state.licet
    try:
        signed = signed_size(app.tiles, app.mark)
        with app.store.read() as reader:
            check_mirror(signed, reader.head)
            deployment = reader.deployment.get()
    except LicetError as error:
        return JSONResponse({"ready": False, "why": type(error).__name__.lower()}, 503)
    if deployment is None or deployment.closed_at is not None:
        return JSONResponse({"ready": False, "why": "ended"}, 503)
    return JSONResponse({"ready": True, "sandbox": deployment.sandbox})


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Return the figures, to who asks from this machine; a proxy hands them to nobody."""
    address = request.client.host if request.client else ""
    if address not in LOOPBACK:
        return PlainTextResponse("", 404)
    figures: Figures = request.app.state.figures
    return Response(figures.written(), media_type=MEDIA_TYPE)
