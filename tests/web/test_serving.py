"""Where a server stands, whom it serves, and a real one that starts, answers and stops."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest
import structlog
from starlette.testclient import TestClient

from licet.cli import main
from licet.settings import Settings
from licet.terms.errors import BadInput, Setup
from licet.web.server import require_ready, serve
from licet.web.serving import Serving
from tests.fakes.deployment import World
from tests.redteam.real import new_real_world
from tests.store.things import entry
from tests.web.doors import browser, door_of


def told(**parts: object) -> Serving:
    return Serving.of(Settings(home=Path("/srv/licet"), **parts))


def test_by_itself_it_is_reached_from_this_machine_alone() -> None:
    here = told()
    assert (here.host, here.port, here.origin) == ("127.0.0.1", 8080, "http://localhost:8080")
    assert here.hosts == {"localhost:8080", "localhost", "127.0.0.1:8080"}
    assert (here.secure, here.cookie, here.relying_party) == (False, "licet", "localhost")


def test_behind_a_proxy_it_is_known_by_the_proxys_name() -> None:
    there = told(web_origin="https://Licet.Example.org/", web_proxies=("10.0.0.2",))
    assert there.origin == "https://licet.example.org"
    assert there.hosts >= {"licet.example.org"}
    assert (there.secure, there.cookie) == (True, "__Host-licet")


def test_with_a_certificate_it_speaks_tls_itself() -> None:
    own = told(web_host="::", web_certificate="tls/own.crt", web_key="tls/own.key")
    assert own.certificate == Path("/srv/licet/tls/own.crt")
    assert own.origin == "https://[::]:8080"


@pytest.mark.parametrize(
    "parts",
    [
        {"web_host": "192.0.2.1"},
        {"web_host": "192.0.2.1", "web_origin": "https://licet.example.org"},
        {"web_origin": "http://licet.example.org", "web_proxies": ("10.0.0.2",)},
        {"web_origin": "licet.example.org"},
        {"web_origin": "https://licet.example.org/archive"},
        {"web_certificate": "own.crt"},
        {"web_key": "own.key"},
    ],
)
def test_nobody_is_served_in_the_clear(parts: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        told(**parts)


def test_what_is_not_ready_is_not_served(
    tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    real = new_real_world(tmp_path / "home", new_database("sqlite"))
    require_ready(real.app)
    with real.app.store.unit() as unit:
        deployment = unit.deployment.get()
        assert deployment is not None
        unit.deployment.put(replace(deployment, dpia_digest="", source_notice=""))
        unit.record(entry())
    with pytest.raises(Setup, match=r"not ready for real people: .*GDPR 35"):
        serve(real.app, told(), print)
    real.app.close()


def test_a_sandbox_is_served_and_says_so(shared: World, door: TestClient) -> None:
    require_ready(shared.app)
    assert "This is a sandbox" in door.get("/nowhere").text
    assert door.get("/readyz").json() == {"ready": True, "sandbox": True}


def test_what_is_behind_its_ledger_serves_nobody(shared: World) -> None:
    behind = SimpleNamespace(**{name: getattr(shared.app, name) for name in _READ})
    behind.mark = SimpleNamespace(read=lambda: 10**9)
    door = door_of(shared.app)
    door.state.licet = behind
    with browser(door) as watcher:
        answer = watcher.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "why": "quarantine"})


_READ = ("tiles", "store", "clock", "deployment")


def test_a_place_that_is_taken_is_told(shared: World) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Setup, match="cannot listen"):
            serve(shared.app, told(web_port=port), print)


def test_a_server_answers_and_stops(shared: World, capsys: pytest.CaptureFixture[str]) -> None:
    serving = told(web_port=free_port())
    answers: list[httpx2.Response] = []

    def ask(origin: str) -> None:
        def asking() -> None:
            answers.append(_answer(f"{origin}/healthz?who=anna"))
            os.kill(os.getpid(), signal.SIGTERM)

        threading.Thread(target=asking).start()

    try:
        serve(shared.app, serving, ask)
    finally:
        structlog.reset_defaults()
    log = capsys.readouterr().err
    assert [one.text for one in answers] == ["ok\n"]
    assert [json.loads(line)["route"] for line in log.splitlines()] == ["/healthz"]
    assert "anna" not in log


@pytest.mark.soak
def test_a_real_server_answers_logs_nobody_and_stops(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert main(["init", "--home", str(home), "--sandbox", "--controller", "Museum"]) == 0
    port = free_port()
    command = [sys.executable, "-c", _LICET, "serve", "--home", str(home), "--port", str(port)]
    with subprocess.Popen(command, stdout=-1, stderr=-1, env=dict(os.environ)) as server:
        try:
            answer = _answer(f"http://localhost:{port}/healthz?who=anna")
            server.send_signal(signal.SIGTERM)
            out, log = server.communicate(timeout=60)
        finally:
            server.kill()
    assert answer.text == "ok\n"
    assert server.returncode == 0
    assert b"Stopped" in out
    assert b"This is a sandbox" in log
    lines = [json.loads(line) for line in log.splitlines() if line.startswith(b"{")]
    assert [line["route"] for line in lines] == ["/healthz"]
    assert b"anna" not in log
    assert b"127.0.0.1" not in log


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


_LICET = "from licet.cli import main; raise SystemExit(main())"


def _answer(address: str) -> httpx2.Response:
    until = time.monotonic() + 60
    while True:
        try:
            return httpx2.get(address)
        except httpx2.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
