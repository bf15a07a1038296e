"""What stands before every route: each guard turns away what it is for, and nothing else."""

import asyncio
import json
from typing import Any

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from licet.web.figures import Figures
from licet.web.guards.bodies import Bodies
from licet.web.guards.defects import Defects
from licet.web.guards.headers import Headers, allow_camera
from licet.web.guards.paces import COMING_IN, KNOWN, REMEMBERED, UNKNOWN, Paces
from tests.fakes.deployment import World
from tests.web.doors import ORIGIN, browser, door_of

PROBLEM = "application/problem+json"


def test_every_answer_says_what_a_browser_may_do(door: TestClient) -> None:
    for path in ("/healthz", "/nowhere", "/api/v1/nowhere"):
        told = door.get(path).headers
        policy = told["content-security-policy"]
        assert "script-src 'nonce-" in policy
        assert "unsafe" not in policy
        assert "require-trusted-types-for 'script'" in policy
        assert "frame-ancestors 'none'" in policy
        assert told["strict-transport-security"].startswith("max-age=31536000")
        assert told["referrer-policy"] == "no-referrer"
        assert "camera=()" in told["permissions-policy"]
        assert told["cross-origin-opener-policy"] == "same-origin"
        assert told["cross-origin-resource-policy"] == "same-origin"
        assert told["cache-control"] == "no-store"
        assert told["x-content-type-options"] == "nosniff"


def test_a_nonce_is_of_one_answer_and_stands_in_its_page(door: TestClient) -> None:
    first, second = door.get("/nowhere"), door.get("/nowhere")
    nonces = [
        one.headers["content-security-policy"].split("'nonce-")[1].split("'")[0]
        for one in (first, second)
    ]
    assert nonces[0] != nonces[1]
    assert f'nonce="{nonces[0]}"' in first.text


def test_what_is_the_same_for_everybody_may_be_kept(door: TestClient) -> None:
    page = door.get("/nowhere").text
    address = page.split('href="/static/')[1].split('"')[0]
    kept = door.get(f"/static/{address}")
    assert kept.status_code == 200
    assert "immutable" in kept.headers["cache-control"]
    assert door.get("/static/0000000000000000/licet.css").status_code == 404


def test_without_tls_nothing_claims_it() -> None:
    told = _spoken(Headers(_camera, secure=False))
    assert b"strict-transport-security" not in dict(told[0]["headers"])
    assert b"camera=(self)" in dict(told[0]["headers"])[b"permissions-policy"]


async def _camera(scope: Any, _receive: Any, send: Any) -> None:
    allow_camera(scope)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize("host", ["evil.example", "licet.example.evil.example", ""])
def test_another_host_is_not_answered_for(door: TestClient, host: str) -> None:
    told = door.get("/healthz", headers={"host": host})
    assert told.status_code == 421
    assert told.headers["content-type"] == PROBLEM


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "https://licet.example.evil.example"},
        {"origin": "", "sec-fetch-site": "cross-site"},
        {"origin": "", "sec-fetch-site": "same-site"},
        {"origin": "", "cookie": "__Host-licet=stolen"},
    ],
)
def test_what_changes_something_comes_from_our_own_pages(
    door: TestClient, headers: dict[str, str]
) -> None:
    told = door.post("/api/v1/nowhere", headers=headers)
    assert told.status_code == 403
    assert told.json()["type"] == "urn:licet:error:origin"


@pytest.mark.parametrize("headers", [{"origin": ORIGIN}, {"origin": ""}])
def test_our_own_pages_and_programs_come_through(door: TestClient, headers: dict[str, str]) -> None:
    assert door.post("/api/v1/nowhere", headers=headers).status_code == 404


# --- how much, how slowly ---


def test_too_much_is_refused_before_it_is_read(door: TestClient) -> None:
    said = {"content-length": str(64 * 2**20)}
    told = door.post("/api/v1/nowhere", content=b"", headers=said)
    assert told.status_code == 413
    assert told.json()["title"] == "A request has at most 32 MB."


def test_too_much_is_refused_whatever_was_said_before() -> None:
    told = _spoken(Bodies(_reads, Figures(), most=10), [b"12345", b"67890", b"1"])
    assert told[0]["status"] == 413


def test_what_fits_is_read_whole() -> None:
    told = _spoken(Bodies(_reads, Figures(), most=10), [b"12345", b"67890"])
    assert (told[0]["status"], told[1]["body"]) == (200, b"1234567890")


def test_too_slow_is_refused() -> None:
    told = _spoken(Bodies(_reads, Figures(), seconds=0.02), [b"12345"], stalls=True)
    assert told[0]["status"] == 408


async def _reads(_scope: Any, receive: Any, send: Any) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


# --- how often ---


def test_nobody_guesses_without_end(shared: World) -> None:
    with browser(door_of(shared.app)) as guesser:
        told = [guesser.post("/sign-in").status_code for _ in range(COMING_IN.burst + 1)]
        last = guesser.post("/sign-in")
    assert told[-1] == 429
    assert 429 not in told[:-1]
    assert int(last.headers["retry-after"]) > 0


def test_a_made_up_session_does_not_escape_its_network() -> None:
    paces = Paces(_camera, Figures(), "licet", lambda: 0.0)
    statuses = [
        _spoken(paces, more=[(b"authorization", f"Bearer {n}".encode())])[0]["status"]
        for n in range(KNOWN.burst + 1)
    ]
    assert statuses == [200] * KNOWN.burst + [429]


def test_the_pace_comes_back_with_time_and_forgets_the_longest_unseen() -> None:
    now = 0.0
    paces = Paces(_camera, Figures(), "licet", lambda: now)
    assert [paces._wait("one", UNKNOWN) for _ in range(UNKNOWN.burst)] == [0] * UNKNOWN.burst
    assert paces._wait("one", UNKNOWN) == 1
    now = 1.0
    assert paces._wait("one", UNKNOWN) == 0
    for n in range(REMEMBERED):
        paces._wait(f"other {n}", UNKNOWN)
    assert len(paces._left) == REMEMBERED


def test_the_health_of_the_server_is_always_told(shared: World) -> None:
    with browser(door_of(shared.app)) as watcher:
        assert {watcher.get("/healthz").status_code for _ in range(200)} == {200}


# --- defects, logs, figures ---


def test_a_defect_is_told_by_its_kind_alone() -> None:
    async def fails(_scope: Any, _receive: Any, _send: Any) -> None:
        raise ValueError("Anna Example, anna@example.org")

    with capture_logs() as lines:
        told = _spoken(Defects(fails))
    problem = json.loads(told[1]["body"])
    assert problem["status"] == told[0]["status"] == 500
    assert "Anna" not in str(told) + str(lines)
    assert lines[0]["kind"] == "ValueError"


def test_the_log_and_the_figures_hold_nobodys_data(shared: World) -> None:
    secret = "6f1c2d9e-anna"
    with capture_logs() as lines, browser(door_of(shared.app)) as comer:
        told = comer.get(f"/static/{secret}/{secret}?who={secret}", headers={"user-agent": secret})
        comer.request("ODD", f"/{secret}")
        comer.get(f"/api/v1/sources/{secret}")
        figures = comer.get("/metrics").text
    assert told.headers["x-request-id"] == lines[0]["id"]
    assert lines[0]["route"] == "/static/{mark}/{name}"
    assert lines[2]["route"] == "/api/v1/sources/{source}"
    assert secret not in str(lines) + figures
    assert "127.0.0.1" not in str(lines) + figures
    assert 'licet_web_requests_total{method="other",route="none",status="4xx"} 1.0' in figures
    assert "python_info" not in figures


def test_the_figures_are_this_machines_own(shared: World) -> None:
    door = door_of(shared.app)
    with TestClient(door, ORIGIN, client=("192.0.2.7", 1)) as outside:
        assert outside.get("/metrics").status_code == 404


def _spoken(
    app: Any,
    parts: list[bytes] | None = None,
    *,
    stalls: bool = False,
    more: list[tuple[bytes, bytes]] | None = None,
) -> list[Any]:
    """Send one request to an ASGI application; returns the messages that it answered with."""
    left = list(parts or [b""])
    said: list[Any] = []

    async def receive() -> dict[str, Any]:
        if stalls:
            await asyncio.sleep(60)
        body = left.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(left)}

    async def send(message: Any) -> None:
        said.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": more or [], "client": None}
    asyncio.run(app(scope, receive, send))
    return said
