"""A small Immich server on this machine: it answers, and checks, what its description says."""

import base64
import contextlib
import hashlib
import json
import re
import threading
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema

from tests.sources.xmps import CANARY

API = json.loads(Path(__file__).with_name("api.json").read_text("utf-8"))
SECRET = "kV4rY-secret-0123456789-abcdefgh"
OWNER = "11111111-1111-4111-8111-111111111111"
SOMEBODY = "22222222-2222-4222-8222-222222222222"
READING = ("asset.read", "asset.download", "user.read")
DAY = "2024-05-04T12:00:00.000Z"

Said = tuple[int, dict[str, str], bytes]


@cache
def _validator(schema: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**API, **json.loads(schema)})


def check(value: object, media: Mapping[str, Any]) -> None:
    """Raise where a body is not what the description says."""
    schema = media["content"]["application/json"]["schema"]
    _validator(json.dumps(schema)).validate(value)


def asset_id(name: str) -> str:
    """Return the id that a photo of this name has here."""
    return str(uuid.UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=4))


@dataclass
class Asset:
    """A photo of the library: its file, in which albums it is, and what is said of it."""

    data: bytes
    says: dict[str, Any]
    albums: tuple[str, ...] = ()


@dataclass
class Library:
    """What the server holds, what it was asked, and what it answers instead, by path."""

    name: str = "a key"
    permissions: tuple[str, ...] = READING
    assets: dict[str, Asset] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    instead: dict[str, Said] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    whole_only: bool = False
    port: int = 0

    def put(self, name: str, data: bytes, *albums: str, **says: Any) -> str:
        """Put a photo into the library; returns its id."""
        found = asset_id(name)
        told = {
            "id": found,
            "type": "IMAGE",
            "ownerId": OWNER,
            "owner": {"id": OWNER, "name": CANARY, "email": "owner@example.org"},
            "originalPath": f"/photos/{CANARY}/{name}",
            "originalFileName": name,
            "fileCreatedAt": DAY,
            "fileModifiedAt": DAY,
            "isArchived": False,
            "isTrashed": False,
            "isOffline": False,
            "visibility": "timeline",
            "checksum": base64.b64encode(hashlib.sha1(data).digest()).decode(),  # noqa: S324 - Immich's own
            "people": [{"id": SOMEBODY, "name": CANARY, "faces": []}],
            "tags": [{"id": SOMEBODY, "value": f"People/{CANARY}"}],
            "exifInfo": {"description": CANARY},
        }
        self.assets[found] = Asset(data, {**told, **says}, albums)
        return found

    @property
    def origin(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def place(self) -> str:
        """The place of the whole library."""
        return f"immich+{self.origin}/"

    def album(self, album: str) -> str:
        """Return the place of one album."""
        return f"immich+{self.origin}/albums/{album}"

    def paths(self) -> list[str]:
        """Return the paths that were asked, without the ids in them."""
        return [re.sub(r"/assets/[^/]+/", "/assets/{id}/", path) for _, path in self.asked]

    def answer(self, method: str, path: str, body: bytes, sent: dict[str, str]) -> Said:
        """Answer as Immich does, after the request was checked."""
        route = re.sub(r"/assets/[^/]+/", "/assets/{id}/", path)
        if path in self.instead:
            return self.instead[path]
        known = API["paths"].get(route, {}).get(method.lower())
        if known is None:
            self.wrong.append(f"{method} {path}")
            return _said(404, {"message": "no such route"})
        if sent.get("x-api-key") != SECRET:
            return _said(401, {"message": "Invalid API key"})
        if known.get("permission", "") not in {*self.permissions, ""}:
            return _said(403, {"message": f"Missing required permission: {known['permission']}"})
        asked = json.loads(body) if body else {}
        if "requestBody" in known:
            check(asked, known["requestBody"])
            self.bodies.append(asked)
        if route.endswith("/original"):
            return self._file(path.split("/")[3], sent.get("range", ""))
        found = self._found(route, asked)
        check(found, known["responses"]["200"])
        return _said(200, found)

    def _found(self, route: str, asked: dict[str, Any]) -> dict[str, Any]:
        if route == "/api/api-keys/me":
            times = {"createdAt": DAY, "updatedAt": DAY}
            return {"id": OWNER, "name": self.name, "permissions": list(self.permissions), **times}
        if route == "/api/users/me":
            return {"id": OWNER, "name": CANARY, "email": "owner@example.org"}
        fitting = [one.says for one in self.assets.values() if _fits(one, asked)]
        size, page = asked.get("size", 250), asked.get("page", 1)
        items = fitting[(page - 1) * size : page * size]
        more = str(page + 1) if page * size < len(fitting) else None
        told = {"total": len(items), "count": len(items), "facets": []}
        return {
            "albums": {**told, "items": []},
            "assets": {**told, "items": items, "nextPage": more},
        }

    def _file(self, found: str, wanted: str) -> Said:
        asset = self.assets.get(found)
        if asset is None:
            return _said(400, {"message": "Not found or no asset.download access"})
        tag = {"Content-Type": "image/jpeg", "ETag": f'"{asset.says["checksum"]}"'}
        if not wanted or self.whole_only:
            return 200, tag, asset.data
        first, last = (int(one) for one in wanted.removeprefix("bytes=").split("-"))
        part = asset.data[first : last + 1]
        place = f"bytes {first}-{first + len(part) - 1}/{len(asset.data)}"
        return 206, {**tag, "Content-Range": place}, part


def _fits(asset: Asset, asked: dict[str, Any]) -> bool:
    says = asset.says
    return (
        asked.get("visibility") in {None, says["visibility"]}
        and (asked.get("withDeleted", False) or not says["isTrashed"])
        and asked.get("id") in {None, says["id"]}
        and set(asked.get("albumIds", asset.albums)) <= set(asset.albums)
    )


def _said(status: int, body: dict[str, Any]) -> Said:
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()


@contextlib.contextmanager
def serve(library: Library) -> Iterator[Library]:
    """Serve a library at 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits 40 ms for the one before

        def _do(self) -> None:
            sent = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(sent.get("content-length", "0")))
            library.asked.append((self.command, self.path))
            library.headers.append(sent)
            try:
                status, headers, data = library.answer(self.command, self.path, body, sent)
            except jsonschema.ValidationError as wrong:
                library.wrong.append(f"{self.path}: {wrong.message}")
                status, headers, data = _said(400, {"message": wrong.message})
            with contextlib.suppress(ConnectionError):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = _do

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    # Who asked may hang up in the middle, and does so where a file is none.
    server.handle_error = lambda *_args: None  # type: ignore[method-assign]
    library.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True)
    thread.start()
    try:
        yield library
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
