"""Real servers on this machine, and a line that may lead to them: only tests make one."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from dns.resolver import Resolver

from licet.sources.authority import NotProved, Proof
from licet.sources.site.door import Door
from licet.sources.site.line import Line
from licet.sources.site.memory import Memory, ShortMemory
from licet.sources.site.networks import why_refused
from licet.sources.site.pace import Budget, Pace, Turn
from licet.sources.site.place import site_of
from licet.sources.site.proof import prove_by_file, prove_by_record
from licet.sources.site.source import SiteSource, Visitor
from licet.sources.site.trace import Rule, Trace
from licet.terms.collecting import ReportProgress
from licet.terms.source import Control

HOST = "www.album.example"
HERE = "127.0.0.1"
VIDEO = b"\0\0\0\x14ftypisom\0\0\2\0isom" + b"video" * 40
PHOTO = b"\xff\xd8\xff\xe0" + b"photo" * 20
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@dataclass
class Reply:
    """What a path answers."""

    body: bytes | str = b""
    status: int = 200
    type: str = "text/html"
    headers: Mapping[str, str] = field(default_factory=dict)
    endless: bool = False


Answering = Callable[[Mapping[str, str]], Reply]


@dataclass
class Web:
    """A website: what each path answers, and what was asked."""

    pages: dict[str, Reply | Answering] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    port: int = 0
    scheme: str = "http"

    def photo(self, *paths: str, **headers: str) -> None:
        """Put a photo at each path; its bytes are its own."""
        for path in paths:
            self.pages[path] = Reply(PHOTO + path.encode(), type="image/jpeg", headers=headers)

    def page(self, path: str, html: str, **headers: str) -> None:
        """Put a page at a path."""
        self.pages[path] = Reply(html, headers=headers)

    def at(self, path: str) -> str:
        """Return the whole address of a path."""
        return f"{self.scheme}://{HOST}:{self.port}{path}"

    def count(self, path: str) -> int:
        """Return how often a path was asked for."""
        return self.asked.count(path)


@contextlib.contextmanager
def serve(web: Web, address: str = HERE, tls: ssl.SSLContext | None = None) -> Iterator[Web]:
    """Serve a website at an address of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits 40 ms for the one before

        def do_GET(self) -> None:
            web.asked.append(self.path)
            asked = {name.lower(): value for name, value in self.headers.items()}
            web.headers.append(asked)
            found = web.pages.get(self.path, Reply("none such", 404))
            reply = found(asked) if callable(found) else found
            body = reply.body.encode() if isinstance(reply.body, str) else reply.body
            empty = reply.status == 304
            with contextlib.suppress(ConnectionError):
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name.replace("_", "-"), value)
                if not empty:
                    self.send_header("Content-Type", reply.type)
                    if not reply.endless:
                        self.send_header("Content-Length", str(len(body)))
                    else:
                        self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(b"" if empty else body)
            self.close_connection = self.close_connection or reply.endless

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((address, 0), Handler)
    server.daemon_threads = True
    # Who asked may hang up in the middle, and often does so here.
    server.handle_error = lambda *_args: None  # type: ignore[method-assign]
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        web.scheme = "https"
    web.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def local_line(
    names: Mapping[str, list[str]] | None = None, tls: ssl.SSLContext | None = None
) -> Line:
    """Return a line that knows these names alone, and may lead to 127.0.0.1 and no further."""
    known = {HOST: [HERE]} if names is None else names

    def look_up(host: str, _port: int) -> list[str]:
        if host not in known:
            raise socket.gaierror(host)
        return known[host]

    return Line(look_up, lambda one: None if one == HERE else why_refused(one), tls)


@dataclass
class Clock:
    """Time that passes only while somebody sleeps."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def pace(
    budget: Budget | None = None, clock: Clock | None = None, turn: Turn = lambda _pause: 0.0
) -> Pace:
    """Return a pace that waits for nothing."""
    time = clock or Clock()
    return Pace(HOST, budget or Budget(), time, time.sleep, turn)


OPEN: list[Door] = []
"""Every door that was made, so that each test's are closed at its end."""


def _noted(door: Door) -> Door:
    OPEN.append(door)
    return door


def local_door(line: Line | None = None, clock: Clock | None = None) -> Door:
    """Return a door to this machine that may go through."""
    door = Door(line or local_line(), pace(clock=clock), "ask@album.example", lambda: True)
    return _noted(door)


def source(
    web: Web,
    path: str = "/",
    *,
    memory: Memory | None = None,
    budget: Budget | None = None,
    clock: Clock | None = None,
    may: Callable[[], bool] = lambda: True,
    line: Line | None = None,
    tell: ReportProgress = lambda _done, _known: None,
    now: datetime = NOW,
) -> SiteSource:
    """Return the source of a served site."""
    site = site_of(web.at(path))
    visitor = Visitor(
        "ask@album.example", may, lambda: now, memory or ShortMemory(), budget or Budget(), tell
    )
    door = Door(line or local_line(), pace(visitor.budget, clock), visitor.contact, may)
    return SiteSource(site, _noted(door), visitor)


def opener(
    line: Callable[[], Line] = local_line, clock: Clock | None = None
) -> Callable[[str, Visitor], SiteSource]:
    """Return what stands in for ``open_site`` where a whole deployment reads a served site."""

    def open_local(place: str, visitor: Visitor) -> SiteSource:
        ours = pace(visitor.budget, clock, visitor.turn)
        door = Door(line(), ours, visitor.contact, visitor.may)
        return SiteSource(site_of(place), _noted(door), visitor)

    return open_local


def prover(
    line: Callable[[], Line] = local_line, dns_port: int = 0
) -> Callable[[str, str, Control, str], Proof | NotProved]:
    """Return what stands in for ``prove_site``, by a served file or by ``dns_server``."""

    def prove(place: str, expected: str, control: Control, contact: str) -> Proof | NotProved:
        site = site_of(place)
        if control is Control.DNS_RECORD:
            return prove_by_record(site, expected, local_resolver(dns_port))
        with Door(line(), pace(), contact, lambda: True) as door:
            return prove_by_file(site, expected, door)

    return prove


def local_resolver(port: int) -> Resolver:
    """Return a resolver that asks the DNS server at a port of this machine."""
    found = Resolver(configure=False)
    found.nameservers = [HERE]
    found.port = port
    return found


@contextlib.contextmanager
def dns_server(records: Mapping[str, list[str]], rcode: int = dns.rcode.NOERROR) -> Iterator[int]:
    """A DNS server that knows these TXT records; yields its port."""
    over = threading.Event()

    def answer(listening: socket.socket) -> None:
        while not over.is_set():
            try:
                data, who = listening.recvfrom(4096)
            except TimeoutError:
                continue
            asked = dns.message.from_wire(data)
            (wanted,) = asked.question
            reply = dns.message.make_response(asked)
            reply.flags |= dns.flags.RA
            texts = records.get(wanted.name.to_text())
            if rcode != dns.rcode.NOERROR:
                reply.set_rcode(dns.rcode.Rcode(rcode))
            elif texts is None:
                reply.set_rcode(dns.rcode.NXDOMAIN)
            elif texts:
                reply.answer.append(dns.rrset.from_text(wanted.name, 60, "IN", "TXT", *texts))
            listening.sendto(reply.to_wire(), who)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind((HERE, 0))
        listening.settimeout(0.05)
        thread = threading.Thread(target=answer, args=(listening,), daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            thread.join(5)


def walked(web: Web, place: SiteSource, after: str = "") -> list[str]:
    return [one.removeprefix(web.at("")) for one in place.walk(after)]


def why(place: SiteSource) -> dict[str, Trace]:
    """Return the last decision on each path."""
    return {one.address.partition(HOST)[2].partition("/")[2]: one for one in place.traces()}


def all_read(place: SiteSource) -> bool:
    """Say whether all pages were read in this go; asks for the decisions made since."""
    return not any(one.rule is Rule.BUDGET for one in place.traces())


def album(web: Web) -> None:
    """Three pages under /club/ with four photos, and things beside them."""
    web.page("/club/", '<a href="2023/">2023</a><a href="2024/">2024</a><a href="/staff/">x</a>')
    web.page("/club/2023/", '<img src="a.jpg"><img src="b.jpg"><a href="../">up</a>')
    web.page("/club/2024/", '<img src="z.jpg"><img src="/club/2023/a.jpg"><img src="/staff/s.jpg">')
    web.page("/staff/", '<img src="s.jpg">')
    web.photo("/club/2023/a.jpg", "/club/2023/b.jpg", "/club/2024/z.jpg", "/staff/s.jpg")


PHOTOS = ["/club/2023/a.jpg", "/club/2023/b.jpg", "/club/2024/z.jpg"]
