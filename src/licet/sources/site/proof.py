"""Proof that whoever opens a source controls the site.

1. A file ``/.well-known/licet-authority`` at the root of the host, never below a path:
   whoever may only write below a path does not control the host. No redirect is
   followed, for a page that redirects wherever it is told to would prove anything.
2. Or a TXT record ``_licet.<host>``, the host being exactly that of the place, and the
   place being read by https: whoever has a name may point it at anybody's server, and only
   the certificate shows that the server answers for that name.

Either holds the token of the organisation and nothing else. The proof keeps its SHA-256.
"""

import hashlib
import hmac
from collections.abc import Iterable
from typing import TYPE_CHECKING

from licet.sources.authority import NotProved, Proof
from licet.sources.site.pace import Budget, Pace
from licet.sources.site.place import Site, site_of
from licet.sources.site.trace import Stop
from licet.terms.source import Control

if TYPE_CHECKING:
    from dns.resolver import Resolver

    from licet.sources.site.door import Door

TOKEN_PATH = "/.well-known/licet-authority"  # noqa: S105 - a path, not a secret
RECORD = "_licet"
_TOKEN_BYTES = 1024
_DNS_SECONDS = 10.0


def prove_site(place: str, expected: str, control: Control, contact: str) -> Proof | NotProved:
    """Return the proof of control of a site by its file or its record, or why there is none.

    ``expected`` is the token of the organisation that opens it. Raises ``BadInput`` for
    what is no site, ``Setup`` without a contact.
    """
    site = site_of(place)
    if control is Control.DNS_RECORD:
        from dns.resolver import Resolver

        return prove_by_record(site, expected, Resolver())
    if control is not Control.WELL_KNOWN_TOKEN:
        return NotProved(f"{control.value} proves no site", _remedy(site))
    from licet.sources.site.door import Door
    from licet.sources.site.line import Line

    pace = Pace(site.host, Budget())
    with Door(Line(), pace, contact, lambda: True) as door:
        return prove_by_file(site, expected, door)


def prove_by_file(site: Site, expected: str, door: "Door") -> Proof | NotProved:
    """Return the proof by the token file."""
    from licet.sources.site.door import Wish

    address = site.at_root(TOKEN_PATH)
    answer = door.get(Wish(address, _TOKEN_BYTES, site.same_host, redirects=0))
    if isinstance(answer, Stop):
        return NotProved(f"the token cannot be read: {answer.because}", _remedy(site))
    if answer.status != 200:
        return NotProved(f"the site answers {answer.status} for {TOKEN_PATH}", _remedy(site))
    return _compare(site, [answer.data.strip()], expected, Control.WELL_KNOWN_TOKEN, address)


def prove_by_record(site: Site, expected: str, resolver: "Resolver") -> Proof | NotProved:
    """Return the proof by the DNS record."""
    import dns.exception
    import dns.rdatatype

    if site.scheme != "https":
        # The owner of a name may point it at anybody's server; a certificate shows whose it is.
        says = "a DNS record proves who has the name, and not that the server is theirs"
        return NotProved(says, f"Name the place with https, or: {_remedy(site)}")
    name = f"{RECORD}.{site.host}."
    try:
        found = resolver.resolve(name, "TXT", lifetime=_DNS_SECONDS, search=False)
    except dns.exception.Timeout:
        return NotProved("the DNS did not answer in time", "Try again later.")
    except dns.exception.DNSException as problem:
        return NotProved(f"there is no record to read at {name[:-1]}", _says(site, problem))
    texts = [b"".join(one.strings) for one in found if one.rdtype == dns.rdatatype.TXT]
    return _compare(site, texts, expected, Control.DNS_RECORD, f"TXT {name[:-1]}")


def _compare(
    site: Site, found: Iterable[bytes], expected: str, control: Control, where: str
) -> Proof | NotProved:
    """Compare every token found, each in constant time."""
    wanted = expected.encode()
    held = [hmac.compare_digest(one.strip(), wanted) for one in found]
    if not expected or not any(held):
        return NotProved("the token on the site is not this organisation's", _remedy(site))
    digest = hashlib.sha256(wanted).hexdigest()
    return Proof(control, f"token sha256 {digest} at {where}")


def _remedy(site: Site) -> str:
    return (
        f"Write the token of your organisation into {site.at_root(TOKEN_PATH)},"
        f" or into a TXT record {RECORD}.{site.host}."
    )


def _says(site: Site, problem: Exception) -> str:
    return f"{_remedy(site)} The DNS says: {type(problem).__name__}."
