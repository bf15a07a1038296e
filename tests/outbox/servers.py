"""Mail servers on this machine: a real one, and one that misbehaves by a script."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_string
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        return int(taken.getsockname()[1])


@dataclass
class Got:
    """One letter as the server took it."""

    sender: str
    to: list[str]
    encrypted: bool
    login: bool
    data: bytes

    @property
    def mail(self) -> EmailMessage:
        """The mail, its headers read as UTF-8 (RFC 6532)."""
        return message_from_string(self.data.decode(), policy=default)  # type: ignore[return-value]

    @property
    def text(self) -> str:
        """What it says in plain text."""
        body = self.mail.get_body(("plain",))
        return str(body.get_content()).replace("\r\n", "\n") if body is not None else ""


@dataclass
class Desk:
    """What the server does with letters: keeps them, or says what it is told to say."""

    got: list[Got] = field(default_factory=list)
    says: str = "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.says.startswith("2"):
            self.got.append(
                Got(
                    str(envelope.mail_from),
                    [str(one) for one in envelope.rcpt_tos],
                    session.ssl is not None,
                    bool(session.authenticated),
                    bytes(envelope.content or b""),
                )
            )
        return self.says


def let_in(
    _server: object, _session: object, _envelope: object, _how: str, data: object
) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"licet", b"quay")
    return AuthResult(success=right, handled=False)


@contextlib.contextmanager
def mail_server(desk: Desk, tls: ssl.SSLContext | None = None, **options: object) -> Iterator[int]:
    """A real mail server, which demands STARTTLS where it has a certificate; yields its port."""
    port = free_port()
    if tls is not None:
        options = {"tls_context": tls, "require_starttls": True, **options}
    controller = Controller(desk, hostname=HOST, port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


STAGES = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "end", "QUIT")
USUAL = {
    "greeting": "220 harbour",
    "EHLO": "250 harbour",
    "HELO": "250 harbour",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "DATA": "354 go on",
    "end": "250 taken",
    "RSET": "250 OK",
    "QUIT": "221 bye",
}
CUT, HANG = "cut", "hang"


@dataclass
class Script:
    """A server that goes by the book but for what ``odd`` says of a stage.

    ``letters`` are the texts of what it holds in its hands: a line that it cuts after a
    letter leaves the letter with it, and the sender in doubt.
    """

    odd: dict[str, str]
    taken: int = 0
    letters: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def serve(self, listening: socket.socket) -> None:
        while not self.over.is_set():
            try:
                line, _ = listening.accept()
            except TimeoutError:
                continue
            with line, contextlib.suppress(OSError):
                line.settimeout(5)
                self._talk(line)
                line.shutdown(socket.SHUT_RDWR)

    def _talk(self, line: socket.socket) -> None:
        reader = line.makefile("rb")
        if not self._say(line, "greeting"):
            return
        while said := reader.readline():
            stage = said.split()[0].decode().upper() if said.strip() else ""
            if not self._say(line, stage):
                return
            if stage == "DATA" and self._answer("DATA").startswith("354"):
                data = b"".join(iter(reader.readline, b".\r\n"))
                self.taken += self._answer("end").startswith("2")
                if self._answer("end").startswith(("2", CUT)):
                    self.letters.append(Got("", [], False, False, data).text)
                if not self._say(line, "end"):
                    return

    def _answer(self, stage: str) -> str:
        return self.odd.get(stage, USUAL.get(stage, "502 what?"))

    def _say(self, line: socket.socket, stage: str) -> bool:
        answer = self._answer(stage)
        if answer == HANG:
            line.recv(1)  # Until the other side gives up: who calls next is served at once.
        if answer in (CUT, HANG):
            return False
        line.sendall(answer.encode() + b"\r\n")
        return not answer.startswith("421")


@contextlib.contextmanager
def odd_server(**odd: str) -> Iterator[tuple[int, Script]]:
    """A server that misbehaves; yields its port and what it did."""
    script = Script(odd)
    with socket.create_server((HOST, 0)) as listening:
        listening.settimeout(0.05)
        thread = threading.Thread(target=script.serve, args=(listening,), daemon=True)
        thread.start()
        try:
            yield int(listening.getsockname()[1]), script
        finally:
            script.over.set()
            thread.join(5)
