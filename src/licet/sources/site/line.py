"""The only socket that a site is read through.

1. A name is resolved once and all of its addresses are looked at: one that is refused
   refuses the name, because a site on the internet has no address at home.
2. The connection goes to the address that was looked at, and to none that a second
   look-up would give (DNS rebinding); it is asked whom it reached before it is used.
3. TLS is checked against the name, whatever the address.
4. Every wait ends by the time given for the whole answer: who sends a byte now and then
   is left as well.

Only tests make a line with other arguments than none: theirs leads to this machine.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence

import httpcore2

from licet.sources.site.networks import why_refused
from licet.sources.site.trace import Rule, Stop

Resolve = Callable[[str, int], Sequence[str]]
"""From a name and a port to the addresses that the name has. Raises ``OSError`` for none."""

SECONDS = 45.0
"""For one whole answer. With the longest pause before it, less than a run's lease."""

CONNECT_SECONDS = 10.0


class Cut(Exception):
    """The line was not opened; ``stop`` says why. Never leaves this package."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop.because)
        self.stop = stop


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses that this machine's resolver knows for a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Line(httpcore2.NetworkBackend):
    """Connects to the checked address of a name. ``until`` is when the answer must be here."""

    def __init__(
        self,
        names: Resolve = resolve,
        refuses: Callable[[str], str | None] = why_refused,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Without arguments: this machine's resolver, all refused networks, its authorities."""
        self.tls = tls
        self.until = 0.0
        self._names = names
        self._refuses = refuses
        self._pinned: dict[tuple[str, int], str] = {}
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the pinned address. Raises ``Cut``, ``httpcore2.ConnectError``."""
        address = self._address(host, port)
        try:
            stream = self._sockets.connect_tcp(
                address, port, self.left(timeout), local_address, socket_options
            )
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
            # A host may move; where it moved to is looked at as the first time.
            self._pinned.pop((host, port), None)
            raise
        reached = str(stream.get_extra_info("server_addr")[0])
        if reached != address:
            stream.close()
            raise Cut(Stop(Rule.NETWORK, "the connection ended elsewhere than at the site"))
        return _Timed(stream, self)

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Never: a site is no file of this machine."""
        raise Cut(Stop(Rule.NETWORK, "a site is no file of this machine"))

    def left(self, timeout: float | None) -> float:
        """Return how long the next step may take. Raises ``httpcore2.ReadTimeout`` at the end."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the time for the whole answer is over")
        return left if timeout is None else min(left, timeout)

    def _address(self, host: str, port: int) -> str:
        pinned = self._pinned.get((host, port))
        if pinned is None:
            pinned = self._pinned[host, port] = self._looked_up(host, port)
        return pinned

    def _looked_up(self, host: str, port: int) -> str:
        try:
            found = self._names(host, port)
        except (OSError, UnicodeError) as problem:
            raise Cut(Stop(Rule.UNREACHABLE, f"{host} has no address now")) from problem
        if not found:
            raise Cut(Stop(Rule.UNREACHABLE, f"{host} has no address now"))
        for address in found:
            why = self._refuses(address)
            if why is not None:
                says = f"{host} leads to an address that is reserved for {why}"
                raise Cut(Stop(Rule.NETWORK, says))
        return found[0]


class _Timed(httpcore2.NetworkStream):
    """A stream whose every step ends by the line's time."""

    def __init__(self, inner: httpcore2.NetworkStream, line: Line) -> None:
        self._inner = inner
        self._line = line

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._line.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._line.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        left = self._line.left(timeout)
        return _Timed(self._inner.start_tls(ssl_context, server_hostname, left), self._line)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)
