"""A served website that is proved and opened as a source, and a spy on every connection."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from licet.effects import sourcing as opening
from licet.effects import visiting
from licet.effects.sourcing import token_for
from licet.sources.site.proof import TOKEN_PATH
from licet.sourcing import add_source
from licet.terms.source import Control, Source, SourceKind
from tests.fakes.deployment import World
from tests.sources.site.servers import OPEN, Reply, Web, opener, prover, serve

MAY_READ = "User-agent: *\nAllow: /\n"


@contextmanager
def album(monkeypatch: pytest.MonkeyPatch, page: str, **photos: bytes) -> Iterator[Web]:
    """Serve a page below ``/album/`` with its photos; nothing else can be reached."""
    monkeypatch.setattr(visiting, "open_site", opener())
    monkeypatch.setattr(opening, "prove_site", prover())
    site = Web()
    site.pages["/robots.txt"] = Reply(MAY_READ, type="text/plain")
    site.page("/album/", page)
    for name, data in photos.items():
        site.pages[f"/album/{name}.jpg"] = Reply(data, type="image/jpeg")
    with serve(site):
        yield site
    while OPEN:
        OPEN.pop().close()


def opened(world: World, web: Web, **parts: object) -> Source:
    """Prove control of the site and open it."""
    settings = world.app.settings.model_copy(update={"answer_to": "office@archive.example"})
    world.app = replace(world.app, settings=settings)
    token = token_for(world.app.deployment.id, world.organisation)
    web.pages[TOKEN_PATH] = Reply(token + "\n", type="text/plain")
    kind = {"kind": SourceKind.SITE, "control": Control.WELL_KNOWN_TOKEN}
    wish = replace(world.source_wish(Path(), "site", **kind, **parts), place=web.at("/album/"))
    found = add_source(world.app, world.who("steward", "officer"), wish)
    assert isinstance(found, Source), found
    web.asked.clear()
    return found


@contextmanager
def spy(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Note every address that this process connects to or asks a name of."""
    seen: list[object] = []
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def connecting(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX:
            seen.append(address)
        connect(self, address)  # type: ignore[arg-type]  # as it was asked

    def asking(host: str, *more: object, **named: object) -> object:
        seen.append(host)
        return look_up(host, *more, **named)  # type: ignore[arg-type]  # as it was asked

    with monkeypatch.context() as patch:
        patch.setattr(socket.socket, "connect", connecting)
        patch.setattr(socket, "getaddrinfo", asking)
        yield seen
