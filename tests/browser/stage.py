"""A small server that shows every page with samples, as ``licet serve`` would send it.

It sends the content policy that the pages are made for, and keeps nothing. It exists for tests:
``python -m tests.browser.stage`` serves it to a developer's own browser.
"""

import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from licet.web.pages.assets import CACHE, find
from licet.web.pages.policy import content_policy
from licet.web.pages.render import environment, render, render_part
from tests.browser import drawn
from tests.browser.samples import SAMPLES, SHEET

SHEET_PAGE = (Path(__file__).parent / "sheet.html").read_text("utf-8")

LIVE = {
    "/console/sources/live": ("sources", "sources"),
    "/console/reports/live": ("reports", "reports"),
}
"""What renews itself: the page and its part. Everything else is one source."""

Send = Callable[[dict[str, Any]], Awaitable[None]]


def answer(path: str, asked: dict[str, list[str]]) -> tuple[int, dict[str, str], bytes]:
    """Return the status, headers and body for a path."""
    parts = path.strip("/").split("/")
    language = asked.get("language", ["en"])[0]
    if parts[0] == "static" and len(parts) == 3:
        asset = find(parts[1], parts[2])
        if asset is None:
            return 404, {"content-type": "text/plain"}, b""
        return 200, {"content-type": asset.media_type, "cache-control": CACHE}, asset.body
    if "photos" in parts or "pictures" in parts or parts[-1] == "code.svg":
        return 200, {"content-type": "image/svg+xml"}, drawn.group()
    if parts[0] == "photo":
        body = drawn.group() if parts[1] == "group.svg" else drawn.face(int(parts[2][:-4]))
        return 200, {"content-type": "image/svg+xml"}, body
    nonce = secrets.token_urlsafe(16)
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": content_policy(nonce),
        "cache-control": "no-store",
    }
    if path in LIVE or path.endswith("/live"):
        name, part = LIVE.get(path, ("source-upload", "source"))
        sample = SAMPLES[name]
        text = render_part(sample.page, sample.around(nonce, language), part)
        return 200, headers, text.encode()
    if path.startswith("/console/orders/") and path.endswith("/live"):
        sample = SAMPLES["order-executing"]
        text = render_part(sample.page, sample.around(nonce, language), "order")
        return 200, headers, text.encode()
    if parts[0] == "language":
        return 303, {"location": asked.get("back", ["/"])[0]}, b""
    if parts[0] == "sheet":
        around = SAMPLES["overview"].around(nonce, language)
        text = environment(language).from_string(SHEET_PAGE).render(around=around, **SHEET)
        return 200, headers, text.encode()
    sample = SAMPLES.get(parts[0], SAMPLES["not-found"])
    status = 200 if parts[0] in SAMPLES else 404
    return status, headers, render(sample.page, sample.around(nonce, language)).encode()


async def app(scope: dict[str, Any], receive: Any, send: Send) -> None:
    """Serve the stage (ASGI)."""
    if scope["type"] != "http":
        return
    asked = parse_qs(scope["query_string"].decode())
    status, headers, body = answer(scope["path"], asked)
    named = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": named})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8700, lifespan="off")
