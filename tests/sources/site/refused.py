"""Which addresses are refused, one of each class, and the page that shows them.

``python -m tests.sources.site.refused`` from the root writes the page; a test compares.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from licet.sources.site.networks import why_refused
from licet.sources.site.place import site_of, spell
from licet.sources.site.trace import Stop
from licet.terms.errors import BadInput

PAGE = Path(__file__).resolve().parents[3] / "docs/reference/refused-addresses.md"
PLACE = "https://www.album.example/club/"

Rows = tuple[tuple[str, str], ...]
"""A class of addresses, and one of them."""

Says = Callable[[str], str]
"""Returns why an address is refused, "" for one that is not."""

NETWORKS_REFUSED: Rows = (
    ("this machine", "127.0.0.1"),
    ("this machine, another of its addresses", "127.255.255.254"),
    ("this machine, IPv6", "::1"),
    ("no address", "0.0.0.0"),  # noqa: S104 - nothing is bound here
    ("no address, IPv6", "::"),
    ("private network", "10.1.2.3"),
    ("private network", "172.16.0.1"),
    ("private network", "192.168.1.1"),
    ("private network, IPv6", "fd00:ec2::254"),
    ("private network, IPv6, as it was once", "fec0::1"),
    ("a carrier's network", "100.64.0.1"),
    ("the link", "169.254.1.1"),
    ("the link, IPv6", "fe80::1"),
    ("with a zone", "2600::1%eth0"),
    ("a cloud's metadata", "169.254.169.254"),
    ("a cloud's metadata, elsewhere", "100.100.100.200"),
    ("a cloud's own service", "168.63.129.16"),
    ("IPv4 mapped into IPv6", "::ffff:127.0.0.1"),
    ("IPv4 mapped into IPv6, though public", "::ffff:8.8.8.8"),
    ("IPv4 compatible", "::127.0.0.1"),
    ("IPv4 translated", "::ffff:0:127.0.0.1"),
    ("NAT64", "64:ff9b::7f00:1"),
    ("NAT64, a network's own prefix", "64:ff9b:1::1"),
    ("6to4", "2002:7f00:1::"),
    ("6to4 relay", "192.88.99.1"),
    ("Teredo", "2001:0:7f00:1::"),
    ("ISATAP", "2600::5efe:10.0.0.1"),
    ("ISATAP, marked as global", "2600::200:5efe:10.0.0.1"),
    ("protocols", "192.0.0.192"),
    ("documentation", "192.0.2.1"),
    ("documentation, IPv6", "2001:db8::1"),
    ("measurements", "198.18.0.1"),
    ("many receivers", "239.255.255.255"),
    ("many receivers, IPv6", "ff02::1"),
    ("everybody on the link", "255.255.255.255"),
    ("discarded", "100::1"),
    ("not in use", "240.0.0.1"),
    ("not in use, IPv6", "4000::1"),
)

NETWORKS_READ: Rows = (
    ("a public address", "8.8.8.8"),
    ("next to a carrier's network", "100.128.0.1"),
    ("next to a private network", "172.32.0.1"),
    ("a public address, IPv6", "2a00:1450::1"),
)

PLACES_REFUSED: Rows = (
    ("another scheme", "ftp://album.example/"),
    ("a file", "file:///etc/passwd"),
    ("no name with a dot", "https://album/"),
    ("this machine's name", "https://localhost/"),
    ("this machine's name, with the dot of the root", "https://localhost./"),
    ("below this machine's name", "https://a.localhost/"),
    ("a network's own name", "https://router.local/"),
    ("a network's own name", "https://db.internal./"),
    ("past the DNS", "https://x.onion/"),
    ("a number for a host", "https://127.0.0.1/"),
    ("in short", "https://127.1/"),
    ("decimal", "https://2130706433/"),
    ("octal", "https://0177.0.0.1/"),
    ("hexadecimal", "https://0x7f000001/"),
    ("a name that ends as a hexadecimal number", "https://a.0x7f/"),
    ("IPv6", "https://[::1]/"),
    ("IPv4 mapped into IPv6", "https://[::ffff:127.0.0.1]/"),
    ("letters that become digits", "https://\uff11\uff12\uff17.0.0.1/"),
    ("letters that become a dot", "https://127\u30020\u30020\u30021/"),
    (
        "letters that become a name",
        "https://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3/",
    ),
    ("an escaped host", "https://%31%32%37.0.0.1/"),
    ("a name and password", "https://me:secret@album.example/"),
    ("another host before the at sign", "https://album.example@evil.example/"),
    ("a backslash", "https://album.example\\@evil.example/"),
    ("a system's port", "https://album.example:22/"),
    ("no port", "https://album.example:99999/"),
    ("a question", "https://album.example/?all"),
    ("a hidden way up", "https://album.example/..%2fx"),
    ("another place inside", "https://album.example/fetch/https://other.example"),
)

PLACES_READ: Rows = (
    ("a host", "https://www.album.example/"),
    ("a path on it", "https://album.example/club/photos/"),
    ("a port above the system's", "http://album.example:8080/"),
    ("a name in other letters", "https://b\u00fccher.example/"),
)

LINKS_REFUSED: Rows = (
    ("another host", "https://evil.example/club/a.jpg"),
    ("another host, same scheme", "//evil.example/club/a.jpg"),
    ("a host that begins alike", "https://www.album.example.evil.example/club/a.jpg"),
    ("the host above", "https://album.example/club/a.jpg"),
    ("another scheme", "http://www.album.example/club/a.jpg"),
    ("another port", "https://www.album.example:8443/club/a.jpg"),
    ("another path", "/staff/a.jpg"),
    ("a path that begins alike", "/clubs/a.jpg"),
    ("a way up", "../a.jpg"),
    ("an escaped way up", "/club/%2e%2e/a.jpg"),
    ("a way up that unpacks", "/club/..%2fa.jpg"),
    ("a way up that unpacks twice", "/club/%252e%252e%252fa.jpg"),
    ("a way up behind a semicolon", "/club/..;/a.jpg"),
    ("a service that fetches for others", "/club/resize?url=https%3A%2F%2Fother.example%2Fa.jpg"),
    ("a name and password", "https://me@www.album.example/club/a.jpg"),
    ("a number for a host", "https://169.254.169.254/latest/meta-data/"),
    ("data in the link", "data:image/png;base64,AAAA"),
    ("a script", "javascript:alert(1)"),
    ("a file", "file:///etc/passwd"),
    ("a network share", "\\\\evil.example\\a.jpg"),
    ("longer than any server takes", f"a{'.' * 9_000}jpg"),
)

LINKS_READ: Rows = (
    ("next to the page", "a.jpg"),
    ("the host written anew", "//WWW.ALBUM.example:443/club/a.jpg"),
    ("a question", "?page=2"),
)


def place_says(place: str) -> str:
    """Return why a place is no site, "" for one that is."""
    try:
        site_of(place)
    except BadInput as refused:
        return refused.what
    return ""


def link_says(link: str) -> str:
    """Return why a link or redirect is not followed, "" for one that is."""
    found = spell(link, PLACE)
    stop = found if isinstance(found, Stop) else site_of(PLACE).outside(found)
    return stop.because if stop else ""


def network_says(address: str) -> str:
    """Return what an address is reserved for, "" for one that may be a site's."""
    why = why_refused(address)
    return f"reserved for {why}" if why else ""


SECTIONS: tuple[tuple[str, Says, Rows, Rows], ...] = (
    ("Where the name of a host leads", network_says, NETWORKS_REFUSED, NETWORKS_READ),
    ("What is opened as a source", place_says, PLACES_REFUSED, PLACES_READ),
    (f"Links and redirects on `{PLACE}`", link_says, LINKS_REFUSED, LINKS_READ),
)


def page() -> str:
    """Return the page, with the words of the code."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Refused addresses"
    yield ""
    yield (
        "Where licet never goes for a website, one address of each class, and what it says. "
        "All addresses of a name are looked at, the connection goes to the one that was looked "
        "at, and each redirect is looked at anew: [how licet reads a website](websites.md). "
        "This page is made from the data of the tests by "
        "`python -m tests.sources.site.refused`; a test compares them."
    )
    for title, says, refused, read in SECTIONS:
        yield from ("", f"## {title}", "", "| what | for example | |", "|---|---|---|")
        for what, example in (*refused, *read):
            yield f"| {what} | `{_shown(example)}` | {says(example) or 'read'} |"


def _shown(example: str) -> str:
    return example if len(example) < 80 else f"{example[:5]}... ({len(example)} letters)"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
