"""Asking by HTTP: one answer, or one of three words for why there is none."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import trustme

from licet.post import Answer, HttpPost, Question, host_of
from licet.terms.errors import Busy, Corrupt, Setup
from tests.fakes.web import Said, http_server


def ask(address: str, most: int = 1000, seconds: float = 5) -> Answer:
    return HttpPost(seconds).ask(Question(address, b"what?", "text/plain", most))


def test_an_answer_comes_back_whatever_its_status() -> None:
    got: list[tuple[str, bytes]] = []

    def answer(path: str, body: bytes) -> Said:
        got.append((path, body))
        return 409, "Text/X.tlog.size; charset=utf-8", b"7\n"

    with http_server(answer) as url:
        assert ask(f"{url}/a/b") == Answer(409, "text/x.tlog.size", b"7\n")
    assert got == [("/a/b", b"what?")]


def test_no_redirect_is_followed() -> None:
    paths: list[str] = []

    def answer(path: str, _body: bytes) -> Said:
        paths.append(path)
        return 307, "text/plain", b"/elsewhere"

    with http_server(answer) as url:
        assert ask(f"{url}/here").status == 307
    assert paths == ["/here"]


def test_too_much_is_not_read_to_its_end() -> None:
    with http_server(lambda _path, _body: (200, "text/plain", b"x" * 1001)) as url:
        with pytest.raises(Corrupt, match="more than 1000 bytes"):
            ask(url)
        assert len(ask(url, most=1001).data) == 1001


@contextmanager
def _line(*sent: bytes, pause: float = 0, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server of one connection that sends these bytes, slowly, and hangs up."""
    over = threading.Event()

    def serve(listening: socket.socket) -> None:
        with suppress(OSError):
            line, _ = listening.accept()
            with tls.wrap_socket(line, server_side=True) if tls else line as one:
                one.recv(10_000)
                for part in sent:
                    one.sendall(part)
                    over.wait(pause)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        thread.start()
        scheme = "https" if tls else "http"
        yield f"{scheme}://127.0.0.1:{listening.getsockname()[1]}"
        over.set()
        thread.join(5)


def test_one_who_drips_is_left_after_the_time_for_the_whole() -> None:
    """Each drop comes in time, and the whole never ends."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"
    began = time.monotonic()
    with _line(head, *[b"x"] * 200, pause=0.02) as url, pytest.raises(Busy, match="in time"):
        ask(url, seconds=0.2)
    assert time.monotonic() - began < 2


def test_who_is_silent_cuts_the_line_or_is_not_there_is_busy() -> None:
    with _line(b"", pause=5) as url, pytest.raises(Busy, match="in time"):
        ask(url, seconds=0.1)
    for sent in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", b"nonsense\r\n\r\n"):
        with _line(sent) as url, pytest.raises(Busy, match="no whole answer"):
            ask(url)
    with pytest.raises(Busy, match="cannot be reached"):
        ask("http://127.0.0.1:9")


def test_a_certificate_that_nobody_vouches_for_is_for_the_operator() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with _line(tls=context) as url, pytest.raises(Setup, match="nobody vouches for"):
        ask(url)


@pytest.mark.parametrize(
    "address",
    ["", "nonsense", "file:///etc/passwd", "ftp://h/x", "http://", "http://a:b@h/", "http://[::1"],
)
def test_what_is_no_address_is_named(address: str) -> None:
    with pytest.raises(Setup, match="address"):
        ask(address)


def test_messages_name_the_host_alone() -> None:
    assert host_of("https://w.example:8443/a/b?c=d") == "w.example"
