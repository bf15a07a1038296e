"""The place that a site source stands for, and how addresses on it are spelled.

1. A place is scheme, host, port and a path; what lies below that path on exactly that
   host is inside, and nothing else is.
2. The host is a name with a dot. Numbers, in whatever notation, are no names: control
   of a site is proved for a name.
3. Every address has one spelling: lower-case host, no default port, no fragment, dots
   resolved, percent signs only where they must be. Two spellings of one page would be
   fetched twice, and a second spelling could pass a check that the first does not.
4. What unpacks to a way up (``%2e%2e%2f``), or carries the address of another host
   inside itself, as services that fetch for others take it, is outside.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from licet.sources.site.trace import Rule, Stop
from licet.terms.errors import BadInput

PORTS = {"https": 443, "http": 80}

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LAST = re.compile(r"[a-z](?:[a-z0-9-]*[a-z0-9])?")
_OWN_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "onion")
"""Last labels of names that lead to the machine itself, its network, or past the DNS."""

_LONGEST = 8_000
"""Letters of a link: no server takes more, and looking at a million takes long."""

_SPACE = "\t\n\r"
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_KEPT = _PLAIN | frozenset("!$&'()*+,;=:@/?%")
_ELSEWHERE = re.compile(r"(?:https?|ftp):/|[=]//", re.IGNORECASE)
_FOLLOWING = re.compile(r"(?:utm_[a-z]+|fbclid|gclid|phpsessid|jsessionid)=", re.IGNORECASE)
"""Parameters that follow a reader around and change nothing about the page."""

_OUTSIDE = Stop(Rule.OUTSIDE, "it is not within the host and path whose control was proved")
_NO_ADDRESS = Stop(Rule.OUTSIDE, "it is no address of a page or photo")
_OTHER_SCHEME = Stop(Rule.OUTSIDE, "it is not read by the web's own protocol")
_NAMED = Stop(Rule.OUTSIDE, "it carries a name or password")
_FETCHES = Stop(Rule.OUTSIDE, "it carries the address of another place")
_WAY_UP = Stop(Rule.OUTSIDE, "it hides a way up out of its folder")

_PLACE = "Write https://host/path, with the name of the host as it stands in the DNS."


@dataclass(frozen=True, slots=True)
class Site:
    """A host and a path on it. ``path`` begins and ends with a slash."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """Scheme, host and port, as addresses on the site begin."""
        return f"{self.scheme}://{_with_port(self.scheme, self.host, self.port)}"

    @property
    def start(self) -> str:
        """The address of the place itself."""
        return self.origin + self.path

    def at_root(self, path: str) -> str:
        """Return the address of a file that speaks for the whole host, as robots.txt does."""
        return self.origin + path

    def same_host(self, address: str) -> Stop | None:
        """Say why an address in its one spelling is not on this host, or None."""
        return None if address.startswith(f"{self.origin}/") else _OUTSIDE

    def outside(self, address: str) -> Stop | None:
        """Say why an address in its one spelling is not within the place, or None."""
        if not f"{address.partition('?')[0]}/".startswith(self.start):
            return _OUTSIDE
        inner = address.removeprefix(self.origin)
        for _ in range(3):
            if _climbs(inner):
                return _WAY_UP
            if _ELSEWHERE.search(inner):
                return _FETCHES
            inner = unquote(inner)
        return None


def site_of(place: str) -> Site:
    """Return the site that a place names. Raises ``BadInput`` for what cannot be one."""
    found = spell(place.strip())
    if isinstance(found, Stop):
        raise BadInput(f"this is no site: {found.because}", _PLACE)
    parts = urlsplit(found)
    if parts.query or "#" in place:
        raise BadInput("a site is a host and a path, without ? and #", _PLACE)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    if not _is_name(host):
        raise BadInput("a site needs the public name of its host", _PLACE)
    if port < 1024 and port not in PORTS.values():
        raise BadInput(f"no site is read at port {port}", _PLACE)
    site = Site(parts.scheme, host, port, parts.path.rstrip("/") + "/")
    if site.outside(site.start) is not None:
        raise BadInput("this path leads elsewhere", _PLACE)
    return site


def spell(link: str, base: str = "") -> str | Stop:
    """Return the one spelling of a link on the page ``base``, or why it is none to follow."""
    text = link.strip(" \t\n\r\f").translate({ord(one): None for one in _SPACE})
    if not text or len(text) > _LONGEST or _CONTROL.search(text.replace(" ", "")):
        return _NO_ADDRESS
    try:
        parts = urlsplit(urljoin(base, text))
        host, port = parts.hostname, parts.port
    except ValueError:
        return _NO_ADDRESS
    if parts.scheme not in PORTS:
        return _OTHER_SCHEME if parts.scheme else _NO_ADDRESS
    if "@" in parts.netloc:
        return _NAMED
    name = _host(host or "")
    if not name:
        return _NO_ADDRESS
    path = _resolved(_escaped(parts.path) or "/")
    question = _question(parts.query)
    where = _with_port(parts.scheme, name, port)
    return f"{parts.scheme}://{where}{path}{question}"


def path_of(address: str) -> str:
    """Return path and question of an address, as patterns of robots.txt and TDM see it."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _with_port(scheme: str, host: str, port: int | None) -> str:
    return host if port in {None, PORTS[scheme]} else f"{host}:{port}"


def _host(host: str) -> str:
    """Return a host as the DNS spells it, or "" for none."""
    try:
        plain = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    name = plain.lower().removesuffix(".")
    return name if all(_LABEL.fullmatch(one) for one in name.split(".")) else ""


def _is_name(host: str) -> bool:
    labels = host.split(".")
    return (
        len(labels) > 1
        and len(host) <= 253
        and _LAST.fullmatch(labels[-1]) is not None
        and not labels[-1].startswith("0x")
        and labels[-1] not in _OWN_NAMES
    )


def _escaped(text: str) -> str:
    """Return text with each character escaped if it must be, and only then."""
    data = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
    plain = _ESCAPE.sub(_unescape, data)
    return "".join(
        one if one in _KEPT else "".join(f"%{byte:02X}" for byte in one.encode("utf-8", "replace"))
        for one in plain
    )


def _unescape(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character in _PLAIN else f"%{found[1].upper()}"


def _resolved(path: str) -> str:
    """Return a path without ``.``, ``..`` and names that are empty."""
    out: list[str] = []
    names = path.split("/")[1:]
    for place, name in enumerate(names):
        last = place == len(names) - 1
        if name in {".", ".."}:
            if name == ".." and out:
                out.pop()
            if last:
                out.append("")
        elif name or last:
            out.append(name)
    return "/" + "/".join(out)


def _question(text: str) -> str:
    kept = [one for one in text.split("&") if one and not _FOLLOWING.match(one)]
    return f"?{_escaped('&'.join(kept))}" if kept else ""


def _climbs(text: str) -> bool:
    return "\\" in text or any(one in {".", ".."} for one in re.split(r"[/?=&;]", text))
