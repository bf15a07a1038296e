"""Short questions by HTTP: to a witness, to a timestamp authority.

What asking may come to, and nothing else:

1. an answer, whatever its status: ``ask`` returns it;
2. ``Busy``: nobody could be reached, or the answer did not come in time: who asks, asks again;
3. ``Setup``: only the operator can mend it: an address that is none, a certificate that
   nobody vouches for;
4. ``Corrupt``: more came than any true answer holds.

No redirect is followed: an address in the settings means that address and no other.
"""

import time
from dataclasses import dataclass
from typing import Protocol

from licet.terms.errors import Busy, Corrupt, Setup

SECONDS = 5.0
"""For one answer, all of it: who is silent must not hold up what has to end in a minute."""


@dataclass(frozen=True, slots=True)
class Question:
    """Bytes for an address; ``most`` is how long an answer may be."""

    address: str
    data: bytes
    media_type: str
    most: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, media type without parameters, bytes."""

    status: int
    media_type: str
    data: bytes


class Post(Protocol):
    """How questions reach others over the network."""

    def ask(self, question: Question) -> Answer:
        """Return the answer. Raises ``Busy``, ``Setup``, ``Corrupt``."""
        ...


class HttpPost:
    """Asks by HTTP, with certificates checked against the machine's own authorities."""

    def __init__(self, seconds: float = SECONDS) -> None:
        """Wait ``seconds`` for an answer."""
        self._seconds = seconds

    def ask(self, question: Question) -> Answer:
        """POST the question and read the answer, up to its length and its time."""
        import httpx2

        where = host_of(question.address)
        until = time.monotonic() + self._seconds
        headers = {
            "Content-Type": question.media_type,
            # Packed, a short answer could be a very long one.
            "Accept-Encoding": "identity",
        }
        try:
            with (
                httpx2.Client(timeout=self._seconds, follow_redirects=False) as line,
                line.stream(
                    "POST", question.address, content=question.data, headers=headers
                ) as answer,
            ):
                data = b""
                for part in answer.iter_raw():
                    data += part
                    if len(data) > question.most:
                        raise Corrupt(f"{where} answered with more than {question.most} bytes")
                    if time.monotonic() > until:
                        raise Busy(f"{where} did not answer in time", _LATER)
                said = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
                return Answer(answer.status_code, said, data)
        except httpx2.TimeoutException as error:
            raise Busy(f"{where} did not answer in time", _LATER) from error
        except httpx2.ConnectError as error:
            if "certificate" in str(error).lower():
                says = f"{where} shows a certificate that nobody vouches for"
                raise Setup(says, "Mend its address in licet.toml, or ask its operator.") from error
            raise Busy(f"{where} cannot be reached", _LATER) from error
        except httpx2.HTTPError as error:
            raise Busy(f"{where} gave no whole answer", _LATER) from error


def host_of(address: str) -> str:
    """Return the host of an address, for messages. Raises ``Setup`` when it is none."""
    import httpx2

    try:
        url = httpx2.URL(address)
    except (httpx2.InvalidURL, TypeError) as error:
        raise Setup(f"{address!r} is not an address", _ADDRESS) from error
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo:
        raise Setup(f"{address!r} is not an address to ask at", _ADDRESS)
    return url.host


_LATER = "Nothing is lost: it is asked again."
_ADDRESS = "Write https://host/path in licet.toml, without a name or password."
