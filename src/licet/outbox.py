"""Letters to people: to a folder in a sandbox, by SMTP otherwise.

A folder that members can read would let them confirm a grant in the person's
place, so a real deployment sends to the person's own contact or not at all
(GDPR 7(1): the controller must be able to show that the person consented).
"""

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol

from licet.settings import Settings
from licet.terms.errors import Busy, Setup
from licet.terms.granting import Message
from licet.terms.ids import new_id

SMTP_SECONDS = 20

SANDBOX_ADDRESS = "licet@sandbox.invalid"
"""Where a sandbox's letters come from; nobody reads it."""


class Outbox(Protocol):
    """How a letter reaches a person's own contact."""

    def send(self, message: Message) -> None:
        """Deliver, or raise ``Busy`` or ``Setup``; returning means accepted for delivery."""
        ...


class FolderOutbox:
    """Writes each letter as an ``.eml`` file; for sandboxes and tests."""

    def __init__(self, folder: Path) -> None:
        """Write into ``folder``, which is made when the first letter comes."""
        self._folder = folder

    def send(self, message: Message) -> None:
        """Write the letter and return when it is on disk."""
        self._folder.mkdir(parents=True, exist_ok=True)
        partial = self._folder / f".{new_id()}"
        partial.write_bytes(_letter(message, SANDBOX_ADDRESS).as_bytes(policy=SMTP))
        partial.rename(self._folder / f"{new_id()}.eml")


class SmtpOutbox:
    """Sends each letter by SMTP with STARTTLS unless the operator turned that off."""

    def __init__(self, host: str, port: int, sender: str, *, starttls: bool) -> None:
        """Send through ``host:port`` as ``sender``."""
        self._host, self._port, self._sender, self._starttls = host, port, sender, starttls

    def send(self, message: Message) -> None:
        """Send the letter. Raises ``Busy`` when the server cannot take it now."""
        try:
            with smtplib.SMTP(self._host, self._port, timeout=SMTP_SECONDS) as server:
                if self._starttls:
                    server.starttls(context=ssl.create_default_context())
                server.send_message(_letter(message, self._sender))
        except (OSError, smtplib.SMTPException) as error:
            raise Busy(
                f"the mail server {self._host}:{self._port} did not take the letter",
                "Nothing is lost: send it again with `licet grant resend`.",
            ) from error


class NoOutbox:
    """Says what is missing when a real deployment has no mail server."""

    def send(self, message: Message) -> None:
        """Raise ``Setup``: there is no way to the person's own contact."""
        raise Setup(
            "no mail server is configured, so the person cannot be reached",
            "Set smtp_host and smtp_sender in licet.toml.",
        )


def open_outbox(settings: Settings, *, sandbox: bool) -> Outbox:
    """Return the way to people that this deployment may use."""
    if sandbox:
        return FolderOutbox(settings.place(settings.outbox))
    if not settings.smtp_host or not settings.smtp_sender:
        return NoOutbox()
    return SmtpOutbox(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_sender,
        starttls=settings.smtp_starttls,
    )


def _letter(message: Message, sender: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = sender
    letter["To"] = message.to
    letter["Subject"] = message.subject
    letter["Message-ID"] = f"<{new_id()}@licet.invalid>"
    letter.set_content(message.text)
    return letter
