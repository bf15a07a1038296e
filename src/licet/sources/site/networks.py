"""Which network addresses a site may never have.

A name that leads to this machine, to its network or to the machines beside it is no
website, whatever was proved: following it would turn licet into a way in (server-side
request forgery). The lists are IANA's special-purpose registries, written out, because
what the standard library calls global differs from one Python to the next.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_V4 = {
    "0.0.0.0/8": "this network",
    "10.0.0.0/8": "a private network",
    "100.64.0.0/10": "a carrier's own network",
    "127.0.0.0/8": "this machine",
    "168.63.129.16/32": "a cloud's own service",
    "169.254.0.0/16": "the link",
    "172.16.0.0/12": "a private network",
    "192.0.0.0/24": "protocols",
    "192.0.2.0/24": "documentation",
    "192.31.196.0/24": "a special purpose",
    "192.52.193.0/24": "a special purpose",
    "192.88.99.0/24": "a relay between address families",
    "192.168.0.0/16": "a private network",
    "192.175.48.0/24": "a special purpose",
    "198.18.0.0/15": "measurements",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "many receivers",
    "240.0.0.0/4": "no use yet",
}

_V6 = {
    "2001::/23": "protocols and tunnels",
    "2001:db8::/32": "documentation",
    "2002::/16": "an address inside an address",
    "2620:4f:8000::/48": "a special purpose",
    "3fff::/20": "documentation",
}
"""What is special inside the one range that is routed, 2000::/3."""

_ROUTED = IPv6Network("2000::/3")
_V6_OTHER = {
    "::/128": "no address",
    "::1/128": "this machine",
    "::ffff:0:0/96": "an address inside an address",
    "64:ff9b::/96": "an address inside an address",
    "64:ff9b:1::/48": "an address inside an address",
    "fc00::/7": "a private network",
    "fe80::/10": "the link",
    "fec0::/10": "a private network",
    "ff00::/8": "many receivers",
}

_ISATAP, _ISATAP_MASK = 0x5EFE, 0xFDFFFFFF
"""The middle of an address that carries an IPv4 address at its end (RFC 5214, 6.1)."""

_FOUR = [(IPv4Network(net), what) for net, what in _V4.items()]
_SIX = [(IPv6Network(net), what) for net, what in {**_V6, **_V6_OTHER}.items()]


def why_refused(address: str) -> str | None:
    """Return what an address is for if no connection may go there, None if one may."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "no known address"
    if isinstance(parsed, IPv4Address):
        return next((what for net, what in _FOUR if parsed in net), None)
    return _why_six(parsed)


def _why_six(address: IPv6Address) -> str | None:
    if address.scope_id is not None:
        return "the link"
    for net, what in _SIX:
        if address in net:
            return what
    if (int(address) >> 32) & _ISATAP_MASK == _ISATAP:
        return "an address inside an address"
    return None if address in _ROUTED else "no use yet"
