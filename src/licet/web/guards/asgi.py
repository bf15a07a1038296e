"""The shapes of ASGI that the guards share, and how they read and write headers."""

import json
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = [
    "ASGIApp",
    "Message",
    "Receive",
    "Scope",
    "Send",
    "answer",
    "header",
    "is_http",
    "shared",
]


def is_http(scope: Scope) -> bool:
    """Say whether this is a request; the others are the server's own starting and stopping."""
    return bool(scope["type"] == "http")


def header(scope: Scope, name: str) -> str:
    """Return a request's header, empty without it; what stands there twice is joined."""
    wanted = name.lower().encode()
    found = [value for key, value in scope["headers"] if key == wanted]
    return b", ".join(found).decode("latin-1")


def shared(scope: Scope) -> dict[str, Any]:
    """Return what guards and routes tell each other of one request (``request.state``)."""
    state: dict[str, Any] = scope.setdefault("state", {})
    return state


async def answer(send: Send, status: int, problem: dict[str, object], again_in: int = 0) -> None:
    """Answer with problem+json (RFC 9457) before any route: what a guard refuses."""
    body = json.dumps(problem).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        # What is left of the request is not read, so the line cannot be used again.
        (b"connection", b"close"),
    ]
    if again_in:
        headers.append((b"retry-after", str(again_in).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
