"""The one door to the network: where it leads, and where it never does."""

import ast
import contextlib
import gzip
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from licet.sources.site import door as room
from licet.sources.site import line as line_room
from licet.sources.site.door import Answer, Door, Wish
from licet.sources.site.line import Line
from licet.sources.site.memory import Validators
from licet.sources.site.place import site_of
from licet.sources.site.trace import Rule, Stop
from licet.terms.errors import Busy, Setup
from tests.gates.tree import package
from tests.sources.site.servers import (
    HERE,
    HOST,
    Clock,
    Reply,
    Web,
    local_door,
    local_line,
    pace,
    serve,
)


def wish(web: Web, path: str, most: int = 1000, **more: object) -> Wish:
    return Wish(web.at(path), most, site_of(web.at("/")).outside, **more)  # type: ignore[arg-type]


def get(web: Web, path: str = "/", door: Door | None = None, **more: object) -> Answer | Stop:
    with door or local_door() as opened:
        return opened.get(wish(web, path, **more))  # type: ignore[arg-type]


def stopped(found: Answer | Stop, rule: Rule, words: str = "") -> None:
    assert isinstance(found, Stop), found
    assert found.rule is rule
    assert words in found.because


def answered(found: Answer | Stop) -> Answer:
    assert isinstance(found, Answer), found
    return found


# What is sent and what comes back


def test_an_answer_comes_back_with_its_fields(web: Web) -> None:
    headers = {"ETag": '"1"', "X-Robots-Tag": "noai"}
    web.pages["/"] = Reply("hello", type="Text/HTML; charset=x", headers=headers)
    found = answered(get(web))
    assert (found.address, found.status, found.data) == (web.at("/"), 200, b"hello")
    assert found.media_type == "text/html"
    assert found.field("x-robots-tag") == "noai"
    assert found.validators == Validators('"1"', "")


def test_licet_names_itself_and_whom_to_write_to(web: Web) -> None:
    web.page("/", "x")
    get(web)
    (sent,) = web.headers
    assert sent["user-agent"].startswith("licet/")
    assert sent["user-agent"].endswith("(+ask@album.example)")
    assert sent["host"] == f"{HOST}:{web.port}"
    assert sent["accept-encoding"] == "identity"
    assert not {"cookie", "referer", "authorization"} & sent.keys()


@pytest.mark.parametrize("contact", ["", " ", "a\r\nX: y", "ä@b.example", "a) b", "<a@b.example>"])
def test_nobody_is_read_without_saying_by_whom(contact: str) -> None:
    with pytest.raises(Setup):
        Door(local_line(), pace(), contact, lambda: True)


def test_no_cookie_is_kept(web: Web) -> None:
    web.page("/", "x", Set_Cookie="a=b; Path=/")
    with local_door() as door:
        door.get(wish(web, "/"))
        door.get(wish(web, "/"))
    assert "cookie" not in web.headers[1]


def test_no_proxy_is_used(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    web.page("/", "x")
    assert answered(get(web)).data == b"x"


def test_what_is_not_found_is_an_answer_that_is_not_read(web: Web) -> None:
    found = answered(get(web, "/none"))
    assert (found.status, found.data) == (404, b"")


def test_it_is_asked_whether_something_changed(web: Web) -> None:
    web.pages["/"] = Reply(status=304)
    found = answered(get(web, since=Validators('"1"', "Mon, 04 May 2026 12:00:00 GMT")))
    assert found.status == 304
    assert web.headers[0]["if-none-match"] == '"1"'
    assert web.headers[0]["if-modified-since"] == "Mon, 04 May 2026 12:00:00 GMT"


# Permission


def test_nothing_is_sent_without_permission(web: Web) -> None:
    looked: list[str] = []

    def names(host: str, _port: int) -> list[str]:
        looked.append(host)
        return [HERE]

    with Door(Line(names, lambda _one: None), pace(), "a@b.example", lambda: False) as door:
        stopped(door.get(wish(web, "/")), Rule.PERMISSION)
    assert (looked, web.asked) == ([], [])


def test_permission_is_asked_again_after_the_pause_and_at_each_hop(web: Web) -> None:
    web.pages["/"] = Reply(status=302, headers={"Location": "/b"})
    web.page("/b", "x")
    answers = iter([True, True, False])
    with Door(local_line(), pace(), "a@b.example", lambda: next(answers)) as door:
        stopped(door.get(wish(web, "/")), Rule.PERMISSION)
    assert web.asked == ["/"]
    answers = iter([True, False])
    with Door(local_line(), pace(), "a@b.example", lambda: next(answers)) as door:
        stopped(door.get(wish(web, "/")), Rule.PERMISSION)
    assert web.asked == ["/"]


# Where a name leads


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.2"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        [HERE, "192.168.0.1"],
        ["fe80::1%lo"],
    ],
)
def test_a_name_that_leads_home_is_not_followed(web: Web, addresses: list[str]) -> None:
    found = get(web, door=local_door(local_line({HOST: addresses})))
    stopped(found, Rule.NETWORK, HOST)
    assert web.asked == []


def test_the_ordinary_line_leads_to_no_machine_of_ours(web: Web) -> None:
    """The real resolver, the real list: the name of this very machine is refused."""
    line = Line()
    line.until = time.monotonic() + 5
    for host in ("localhost", "127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1"):
        with pytest.raises(line_room.Cut) as cut:
            line.connect_tcp(host, web.port)
        assert cut.value.stop.rule in {Rule.NETWORK, Rule.UNREACHABLE}
    assert web.asked == []


def test_no_file_of_this_machine_is_a_site() -> None:
    with pytest.raises(line_room.Cut):
        Line().connect_unix_socket("/run/x.sock")


def test_a_name_without_address_is_not_reached(web: Web) -> None:
    stopped(get(web, door=local_door(local_line({}))), Rule.UNREACHABLE, "no address")
    stopped(get(web, door=local_door(local_line({HOST: []}))), Rule.UNREACHABLE, "no address")


@pytest.mark.allow_hosts(["127.0.0.0/8"])
def test_a_name_that_leads_elsewhere_later_is_not_followed_there(web: Web) -> None:
    """DNS rebinding: the address that was looked at is the one that is used."""
    web.page("/", "x", Connection="close")
    answers = iter([[HERE], ["127.0.0.2"], ["127.0.0.2"]])
    line = Line(lambda _host, _port: next(answers), lambda one: None if one == HERE else "home")
    with local_door(line) as door, serve(Web(pages=web.pages), "127.0.0.2") as inner:
        for _ in range(3):
            assert answered(door.get(wish(web, "/"))).data == b"x"
    assert web.count("/") == 3
    assert inner.asked == []


def test_a_host_that_moved_is_looked_at_again(web: Web) -> None:
    """What answers no more may have another address now, and it is judged as the first was."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    line = Line(lambda _host, _port: next(answers), lambda one: None if one == HERE else "home")
    with local_door(line) as door:
        gone = Wish(f"http://{HOST}:9/", 10, lambda _address: None)
        stopped(door.get(gone), Rule.UNREACHABLE, "cannot be reached")
        stopped(door.get(gone), Rule.NETWORK, "home")


def test_a_connection_that_ends_elsewhere_is_cut(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    line = local_line()
    sockets = line._sockets
    real = sockets.connect_tcp

    def elsewhere(_host: str, port: int, *rest: object) -> object:
        return real(HERE, port, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(sockets, "connect_tcp", elsewhere)
    line._refuses = lambda _one: None
    line._names = lambda _host, _port: ["8.8.8.8"]
    stopped(get(web, door=local_door(line)), Rule.NETWORK, "elsewhere")
    assert web.asked == []


def test_only_tests_make_a_line_that_leads_home() -> None:
    """For sites a line is made without arguments: there is no switch to forget.

    A library may be named with its address at home; what it may be is its own place's rule.
    """
    made = [
        node
        for code in package()
        if "Line(" in code.text and not code.module.startswith("licet.sources.immich")
        for node in ast.walk(code.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name | ast.Attribute)
        and (node.func.id if isinstance(node.func, ast.Name) else node.func.attr) == "Line"
    ]
    assert made
    assert all(not node.args and not node.keywords for node in made)


def test_sites_are_reached_through_the_door_alone() -> None:
    """No other file of the room opens a socket, or names a library that does."""
    folder = Path(room.__file__).parent
    for file in folder.glob("*.py"):
        if file.name not in {"door.py", "line.py"}:
            text = file.read_text(encoding="utf-8")
            assert "httpcore2" not in text, file
            assert "import socket" not in text, file
            assert "urlopen" not in text, file


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def tls_pair(ca: trustme.CA, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name).configure_cert(server)
    trusting = ssl.create_default_context()
    ca.configure_trust(trusting)
    return server, trusting


def test_a_certificate_is_checked_against_the_name(authority: trustme.CA) -> None:
    server, trusting = tls_pair(authority, HOST)
    with serve(Web(), tls=server) as web:
        web.page("/", "x")
        assert answered(get(web, door=local_door(local_line(tls=trusting)))).data == b"x"


def test_a_certificate_of_another_name_is_not_taken(authority: trustme.CA) -> None:
    server, trusting = tls_pair(authority, "other.example")
    with serve(Web(), tls=server) as web:
        found = get(web, door=local_door(local_line(tls=trusting)))
        stopped(found, Rule.UNREACHABLE, "certificate")
        assert web.asked == []


def test_a_certificate_of_the_address_alone_is_not_taken(authority: trustme.CA) -> None:
    server, trusting = tls_pair(authority, HERE)
    with serve(Web(), tls=server) as web:
        found = get(web, door=local_door(local_line(tls=trusting)))
        stopped(found, Rule.UNREACHABLE, "certificate")


def test_a_certificate_that_nobody_vouches_for_is_not_taken(authority: trustme.CA) -> None:
    server, _ = tls_pair(authority, HOST)
    with serve(Web(), tls=server) as web:
        stopped(get(web, door=local_door(local_line())), Rule.UNREACHABLE, "nobody vouches")


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_within_the_place_is_followed(web: Web, status: int) -> None:
    web.pages["/"] = Reply(status=status, headers={"Location": "b?x#y"})
    web.page("/b?x", "there")
    found = answered(get(web))
    assert (found.address, found.data) == (web.at("/b?x"), b"there")


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "http://127.0.0.1/",
        "https://www.album.example/",
        "http://evil.example/",
        "//evil.example/",
        "ftp://www.album.example/",
        "file:///etc/passwd",
        "http://me@www.album.example/",
        "javascript:x",
        "",
        "http://[::1",
        "/fetch?url=http://evil.example/",
    ],
)
def test_a_redirect_that_leads_out_is_not_followed(web: Web, location: str) -> None:
    web.pages["/"] = Reply(status=302, headers={"Location": location})
    found = get(web)
    stopped(found, Rule.OUTSIDE, "redirected")
    assert web.asked == ["/"]


def test_a_redirect_out_of_the_path_is_not_followed(web: Web) -> None:
    web.pages["/club/a"] = Reply(status=302, headers={"Location": "/staff/a"})
    with local_door() as door:
        found = door.get(Wish(web.at("/club/a"), 10, site_of(web.at("/club/")).outside))
    stopped(found, Rule.OUTSIDE)
    assert web.asked == ["/club/a"]


def test_redirects_end(web: Web) -> None:
    web.pages["/"] = Reply(status=302, headers={"Location": "/"})
    stopped(get(web), Rule.ANSWER, "more than 5")
    assert web.count("/") == 6
    stopped(get(web, redirects=0), Rule.ANSWER, "more than 0")
    assert web.count("/") == 7


# Bounds


def test_more_than_wanted_is_not_read(web: Web) -> None:
    web.page("/", "x" * 1001)
    stopped(get(web), Rule.SIZE)
    assert len(answered(get(web, most=1001)).data) == 1001


@contextlib.contextmanager
def raw_server(*sent: bytes, pause: float = 0) -> Iterator[Web]:
    """A server of one connection that sends these bytes, slowly, and hangs up."""
    over = threading.Event()

    def talk(listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            one, _ = listening.accept()
            with one:
                one.recv(10_000)
                for part in sent:
                    one.sendall(part)
                    over.wait(pause)

    with socket.create_server((HERE, 0)) as listening:
        thread = threading.Thread(target=talk, args=(listening,), daemon=True)
        thread.start()
        try:
            yield Web(port=listening.getsockname()[1])
        finally:
            over.set()
            thread.join(5)


HEAD = b"HTTP/1.1 200 OK\r\n"


def test_an_announced_length_is_believed_before_it_is_read() -> None:
    with raw_server(HEAD + b"Content-Length: 999999999999\r\n\r\n", pause=5) as web:
        began = time.monotonic()
        stopped(get(web), Rule.SIZE)
        assert time.monotonic() - began < 2


def test_an_endless_answer_is_left() -> None:
    with raw_server(HEAD + b"\r\n", *[b"x" * 10_000] * 100) as web:
        stopped(get(web), Rule.SIZE)


@pytest.mark.parametrize("head", [HEAD + b"Content-Length: 900\r\n\r\n", HEAD + b"X: "])
def test_one_who_drips_is_left_after_the_time_for_the_whole(
    monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    """Body or fields: each drop comes in time, and the whole never ends."""
    monkeypatch.setattr(room, "SECONDS", 0.15)
    began = time.monotonic()
    with raw_server(head, *[b"x"] * 500, pause=0.01) as web:
        stopped(get(web), Rule.UNREACHABLE, "in time")
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"nonsense\r\n\r\n",
        HEAD + b"Content-Length: 9\r\n\r\nx",
        HEAD + b"X: " + b"x" * 200_000,
    ],
)
def test_half_an_answer_is_none(sent: bytes) -> None:
    with raw_server(sent) as web:
        stopped(get(web), Rule.UNREACHABLE, "no whole answer")


def test_packed_bytes_stay_packed(web: Web) -> None:
    """A bomb that came unasked is so many bytes, and no more."""
    bomb = gzip.compress(b"\0" * 10_000_000)
    web.pages["/"] = Reply(bomb, headers={"Content-Encoding": "gzip"})
    assert answered(get(web, most=len(bomb))).data == bomb


def test_who_looks_may_leave_the_rest_unread() -> None:
    seen: list[int] = []

    def look(answer: Answer) -> Stop:
        seen.append(len(answer.data))
        return Stop(Rule.KIND, "enough")

    with raw_server(HEAD + b"\r\n" + b"x" * 100, b"y" * 100, pause=0.2) as web:
        stopped(get(web, look=look), Rule.KIND, "enough")
    assert seen == [100]


def test_a_budget_ends_a_go(web: Web) -> None:
    web.page("/", "x" * 500)
    with local_door() as door:
        door.pace.data = door.pace.budget.data - 1
        assert answered(door.get(wish(web, "/")))
        stopped(door.get(wish(web, "/")), Rule.BUDGET)
    assert web.count("/") == 1


# Manners


def test_requests_come_one_after_the_other_with_a_pause(web: Web) -> None:
    web.page("/", "x")
    clock = Clock()
    with local_door(clock=clock) as door:
        for _ in range(3):
            door.get(wish(web, "/"))
    assert clock.slept == [1.0, 1.0]


def test_a_site_that_is_overloaded_is_given_time(web: Web) -> None:
    web.pages["/"] = Reply(status=429, headers={"Retry-After": "20"})
    clock = Clock()
    with local_door(clock=clock) as door:
        assert answered(door.get(wish(web, "/"))).status == 429
        door.get(wish(web, "/"))
        assert clock.slept == [20.0]
        web.pages["/"] = Reply(status=503, headers={"Retry-After": "600"})
        door.get(wish(web, "/"))
        with pytest.raises(Busy, match="600 seconds"):
            door.get(wish(web, "/"))
    assert web.count("/") == 3


def test_a_site_that_does_not_answer_is_left_alone(web: Web) -> None:
    web.pages["/"] = Reply(status=503)
    with local_door() as door:
        for _ in range(3):
            door.get(wish(web, "/"))
        with pytest.raises(Busy):
            door.get(wish(web, "/"))
