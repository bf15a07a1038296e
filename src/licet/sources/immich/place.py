"""The place that a library stands for: a server, all of it or one album, and its address.

1. ``immich+https://host/`` is all that the key's owner has there; ``/albums/<id>`` is one
   album, written as Immich itself writes its address.
2. A name leads where the DNS says, and never to a private network: as for a website, all of
   its addresses are looked at. A server at home or in the office is named by its address as
   well, ``?at=192.168.1.20``. Two members sign for it, and no DNS is asked: nothing leads
   anywhere else.
3. An address of the link, of a cloud's own services or of this network is none in any case.
4. The key is sent with each request. It goes in clear to nobody but an address that was
   named so: elsewhere the server shows a certificate for its name.
"""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlsplit

from licet.sources.site.networks import why_refused
from licet.terms.errors import BadInput

SCHEME = "immich+"
API = "/api"

_OWN = frozenset({"a private network", "this machine"})
"""The networks in which an address may be named."""

_PORTS = {"https": 443, "http": 80}
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ALBUM = re.compile(r"/albums/([^/]+)/?")
_REMEDY = "Write immich+https://host/, or immich+https://host/albums/ID; ?at=ADDRESS at home."


@dataclass(frozen=True, slots=True)
class Place:
    """A server, the address that is named for it ("" where the DNS says), and an album or ""."""

    scheme: str
    host: str
    port: int
    at: str
    album: str

    @property
    def origin(self) -> str:
        """Scheme, host and port, as a key is kept for them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (
            "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        )

    def __str__(self) -> str:
        """Return it in the one way in which it is written."""
        path = f"/albums/{self.album}" if self.album else "/"
        named = f"?at={self.at}" if self.at and self.at != self.host else ""
        return f"{SCHEME}{self.origin}{path}{named}"


def read_place(text: str) -> Place:
    """Return the library that a text names. Raises ``BadInput``."""
    try:
        parts = urlsplit(text.strip().removeprefix(SCHEME))
        port = parts.port
        questions = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as problem:
        raise BadInput("this is no library", _REMEDY) from problem
    if parts.scheme not in _PORTS or "@" in parts.netloc or parts.fragment:
        raise BadInput("this is no library", _REMEDY)
    host, named = (parts.hostname or "").lower().removesuffix("."), dict(questions)
    if not _is_host(host) or len(questions) > 1 or not set(named) <= {"at"}:
        raise BadInput("this is no library", _REMEDY)
    own = host if _address(host) else ""
    at = _own_address(named.get("at", own), public=bool(own) and "at" not in named)
    if own and at != own:
        raise BadInput("this names two addresses", _REMEDY)
    if parts.scheme == "http" and (not at or why_refused(at) is None):
        raise BadInput(
            "a key does not go over the internet in clear",
            "Write immich+https://, or name the server's own address with ?at=.",
        )
    return Place(parts.scheme, host, port or _PORTS[parts.scheme], at, _album(parts.path))


def is_uuid(text: str) -> bool:
    """Say whether a text is an id as Immich gives them."""
    return _UUID.fullmatch(text) is not None


def _album(path: str) -> str:
    if path in {"", "/", API, f"{API}/"}:
        return ""
    found = _ALBUM.fullmatch(path)
    if found is None or not is_uuid(found[1].lower()):
        raise BadInput("this is no album", _REMEDY)
    return found[1].lower()


def _is_host(host: str) -> bool:
    if _address(host):
        return True
    labels = host.split(".")
    # A last name that begins like a number would be one to whoever looks it up.
    return all(map(_LABEL.fullmatch, labels)) and labels[-1][:1].isalpha()


def _address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _own_address(text: str, *, public: bool) -> str:
    """Return an address that may be named, in its one spelling. Raises ``BadInput``."""
    if not text:
        return ""
    why = why_refused(text)
    if (why is None and public) or why in _OWN:
        return str(ip_address(text))
    reserved = f"{text} is reserved for {why}" if why else f"{text} is not in a private network"
    raise BadInput(
        f"{reserved}, and is named for no library",
        "Name the server's own address in your network, or leave ?at= out.",
    )
