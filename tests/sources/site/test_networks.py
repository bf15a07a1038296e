"""Which network addresses a site may never have."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.sources.site.networks import why_refused

REFUSED = [
    "0.0.0.0",  # noqa: S104 - nothing is bound here
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2600::1%eth0",
    "fec0::1",
    "ff02::1",
    "",
    "a.example",
    "0x7f000001",
    "2130706433",
    "127.1",
    "0177.0.0.1",
]


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_no_place_on_the_internet_is_refused(address: str) -> None:
    assert why_refused(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "100.128.0.1", "172.32.0.1", "192.0.1.1", "2600::1", "2a00:1450::1"],
)
def test_what_is_on_the_internet_is_not(address: str) -> None:
    assert why_refused(address) is None


@given(st.ip_addresses(v=4))
def test_nothing_that_the_library_calls_special_passes(address: IPv4Address) -> None:
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert why_refused(str(address))


@given(st.ip_addresses(v=6))
def test_only_routed_addresses_pass(address: IPv6Address) -> None:
    if why_refused(str(address)) is None:
        assert address in ip_network("2000::/3")
        assert address.sixtofour is None
        assert address.teredo is None


@given(st.ip_addresses(v=4))
def test_no_address_hides_inside_another(inner: IPv4Address) -> None:
    number = int(inner)
    for prefix, shift in (("::ffff:0:0", 0), ("::", 0), ("64:ff9b::", 0), ("2002::", 80)):
        assert why_refused(str(IPv6Address(int(IPv6Address(prefix)) | number << shift)))
