"""Letters to people: to a folder in a sandbox, by SMTP otherwise.

A folder that members can read would let them confirm a grant in the person's
place, so a real deployment sends to the person's own contact or not at all
(GDPR 7(1): the controller must be able to show that the person consented).

What sending may come to, and nothing else:

1. the server accepted the letter: ``send`` returns;
2. ``Busy``: it could not be reached, cut the line, kept silent, or would not take the
   letter for this address: nothing is lost, and who sends tries again;
3. ``Setup``: only the operator can mend it: no encryption, a certificate that nobody
   vouches for, a login that is wanted or wrong, a sender or a letter refused for good.
"""

import smtplib
import ssl
import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol

from licet.settings import Settings
from licet.terms.contact import mailbox
from licet.terms.errors import BadInput, Busy, LicetError, Setup
from licet.terms.granting import Message
from licet.terms.ids import new_id
from licet.terms.lines import one_line

SMTP_SECONDS = 20
WIDTH = 76
"""No line of a letter's text is longer, so that any mail program shows it whole."""

SANDBOX_ADDRESS = "licet@sandbox.invalid"
"""Where a sandbox's letters come from; nobody reads it."""

SEVEN_BITS = SMTP.clone(cte_type="7bit")
"""What every mail server takes; eight bits need a promise that not all of them make."""


class Outbox(Protocol):
    """How a letter reaches a person's own contact."""

    def send(self, message: Message) -> None:
        """Deliver, or raise ``Busy`` or ``Setup``; returning means accepted for delivery."""
        ...


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who letters come from: an address, the controller's name, where answers go if elsewhere."""

    address: str
    name: str = ""
    answer_to: str = ""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed in.

    ``authorities`` is a file of certificate authorities to trust in place of the
    machine's own; ``login`` and ``password_file`` are empty where none is asked for.
    """

    host: str
    port: int
    starttls: bool = True
    authorities: Path | None = None
    login: str = ""
    password_file: Path | None = None
    seconds: float = SMTP_SECONDS

    @property
    def place(self) -> str:
        """Its address, for messages."""
        return f"{self.host}:{self.port}"


class FolderOutbox:
    """Writes each letter as an ``.eml`` file; for sandboxes and tests."""

    def __init__(self, folder: Path, head: Letterhead) -> None:
        """Write into ``folder``, which is made when the first letter comes."""
        self._folder, self._head = folder, head

    def send(self, message: Message) -> None:
        """Write the letter and return when it is on disk."""
        self._folder.mkdir(parents=True, exist_ok=True)
        partial = self._folder / f".{new_id()}"
        partial.write_bytes(as_mail(message, self._head, SMTP).as_bytes())
        partial.rename(self._folder / f"{new_id()}.eml")


class SmtpOutbox:
    """Sends each letter by SMTP, with STARTTLS unless the operator turned that off."""

    def __init__(self, server: MailServer, head: Letterhead) -> None:
        """Send through ``server`` as ``head``."""
        self._server, self._head = server, head

    def send(self, message: Message) -> None:
        """Send the letter.

        1. Make the mail; a contact that is not one address is nobody's.
        2. Open the line, encrypt it, log in.
        3. Hand the letter in. From the server's yes on nothing can undo it.
        """
        letter = as_mail(message, self._head, SEVEN_BITS)  # 1
        to = _address(message.to)
        accepted = False
        try:
            with self._open() as line:  # 2
                line.send_message(letter, self._head.address, [to.addr_spec])  # 3
                accepted = True
        except (OSError, smtplib.SMTPException) as error:
            if not accepted:
                raise _problem(self._server, error) from error

    def _open(self) -> smtplib.SMTP:
        server = self._server
        if server.login and not server.starttls:
            raise Setup("a mail login without encryption", "Set smtp_starttls in licet.toml.")
        line = smtplib.SMTP(server.host, server.port, timeout=server.seconds)
        try:
            if server.starttls:
                # Whoever holds the line could read the code and confirm in the person's place.
                line.starttls(context=ssl.create_default_context(cafile=server.authorities))
            if server.login:
                line.login(server.login, _password(server))
        except BaseException:
            line.close()
            raise
        return line


class NoOutbox:
    """Says what is missing when a real deployment has no mail server."""

    def send(self, message: Message) -> None:
        """Raise ``Setup``: there is no way to the person's own contact."""
        raise Setup(
            "no mail server is configured, so the person cannot be reached",
            "Set smtp_host and smtp_sender in licet.toml.",
        )


def open_outbox(settings: Settings, controller: str, *, sandbox: bool) -> Outbox:
    """Return the way to people that this deployment may use."""
    if sandbox:
        head = Letterhead(SANDBOX_ADDRESS, controller, settings.answer_to)
        return FolderOutbox(settings.place(settings.outbox), head)
    if not settings.smtp_host or not settings.smtp_sender:
        return NoOutbox()
    authorities, password = settings.smtp_authorities, settings.smtp_password_file
    server = MailServer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_starttls,
        settings.place(authorities) if authorities else None,
        settings.smtp_login,
        settings.place(password) if password else None,
    )
    return SmtpOutbox(server, Letterhead(settings.smtp_sender, controller, settings.answer_to))


def as_mail(message: Message, head: Letterhead, policy: "EmailPolicy[Any]") -> EmailMessage:
    """Return the mail: text and HTML as two forms of the same, then the attachments.

    No header holds a line's end, whatever anybody is called: names, subjects and file
    names are put on one line, and addresses are taken apart and put together again.
    """
    sender = _address(head.address)
    letter = EmailMessage(policy)
    letter["From"] = Address(one_line(head.name), sender.username, sender.domain)
    letter["To"] = _address(message.to)
    letter["Subject"] = one_line(message.subject)
    letter["Date"] = format_datetime(datetime.now(UTC))
    letter["Message-ID"] = f"<{new_id()}@{sender.domain}>"
    # Machines that answer by themselves leave such letters alone (RFC 3834).
    letter["Auto-Submitted"] = "auto-generated"
    if head.answer_to and head.answer_to != head.address:
        letter["Reply-To"] = _address(head.answer_to)
    letter.set_content(_wrapped(message.text))
    if message.html:
        letter.add_alternative(message.html, subtype="html")
    for attached in message.attachments:
        main, _, sub = attached.media_type.partition("/")
        name = one_line(attached.name)
        letter.add_attachment(attached.data, maintype=main, subtype=sub, filename=name)
    return letter


def _address(contact: str) -> Address:
    found = mailbox(contact)
    if found is None:
        raise BadInput("a contact is not one mail address", "Ask the person for theirs.")
    return found


def _wrapped(text: str) -> str:
    lines = []
    for line in text.splitlines():
        if line.startswith("    ") or len(line) <= WIDTH:
            lines.append(line)
            continue
        after = "  " if line.startswith("- ") else ""
        lines += textwrap.wrap(
            line, WIDTH, subsequent_indent=after, break_long_words=False, break_on_hyphens=False
        )
    return "\n".join(lines) + "\n"


def _password(server: MailServer) -> str:
    if server.password_file is None:
        raise Setup("a mail login without a password", "Set smtp_password_file in licet.toml.")
    try:
        return server.password_file.read_text("utf-8").strip()
    except OSError as error:
        raise Setup(
            f"the mail password's file cannot be read: {error.strerror}",
            "Mend smtp_password_file in licet.toml.",
        ) from error


def _problem(server: MailServer, error: Exception) -> LicetError:
    """Return what an error on the line means for who sends, with the server's own words."""
    where = f"the mail server {server.place}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        ((code, words),) = error.recipients.values()
        says = f"{where} did not take a letter for this address: {code} {_words(words)}"
        later = "It may be tried again, or the address is wrong: ask the person."
        return Busy(says, "Nothing is lost: it is tried again." if code < 500 else later)
    if isinstance(error, ssl.SSLCertVerificationError):
        says = f"{where} shows a certificate that nobody vouches for: {error.verify_message}"
        return Setup(says, "Mend its certificate, or set smtp_authorities in licet.toml.")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Setup(f"{where} cannot do what is needed: {error}", "Use another mail server.")
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500:
        says = f"{where} refused: {error.smtp_code} {_words(error.smtp_error)}"
        return Setup(says, "Mend the smtp settings in licet.toml, or the mail server's.")
    return Busy(
        f"{where} did not take the letter",
        "Nothing is lost: a worker tries again, a notice goes out by `licet grant resend`.",
    )


def _words(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return one_line(text)[:200]
