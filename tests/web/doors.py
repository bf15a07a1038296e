"""The web door of a world, and a browser that speaks to it without a network."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI
from starlette.testclient import TestClient

from licet.app import App
from licet.web.door import opened
from licet.web.serving import Serving

ORIGIN = "https://licet.example"
SERVING = Serving(host="127.0.0.1", port=8080, origin=ORIGIN)


def door_of(app: App) -> FastAPI:
    """Return the door of a deployment that browsers reach by TLS."""
    return opened(app, SERVING)


@contextmanager
def browser(door: FastAPI) -> Iterator[TestClient]:
    """Give a browser of its own: nobody's cookies, and our own pages' origin."""
    headers = {"origin": ORIGIN}
    with TestClient(
        door, ORIGIN, headers=headers, follow_redirects=False, client=("127.0.0.1", 50000)
    ) as made:
        yield made
