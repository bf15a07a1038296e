"""Addresses: one for each path, and none that leads elsewhere."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.sources.address import to_address, to_parts
from licet.sources.contract import Address
from licet.sources.folder import FolderSource
from licet.terms.errors import BadInput

names = st.binary(min_size=1, max_size=40).filter(
    lambda name: b"/" not in name and b"\0" not in name and name not in {b".", b".."}
)
paths = st.lists(names, min_size=1, max_size=4).map(tuple)


@given(paths)
def test_every_path_has_one_address_and_back(parts: tuple[bytes, ...]) -> None:
    address = to_address(parts)
    address.encode("utf-8")
    assert "\n" not in address
    assert to_parts(address) == parts


@given(st.text(max_size=30))
def test_any_text_is_an_address_or_bad_input(text: str) -> None:
    try:
        parts = to_parts(text)
    except BadInput:
        return
    assert to_address(parts) == text
    assert all(part not in {b"", b".", b".."} and b"/" not in part for part in parts)


@pytest.mark.parametrize(
    "address",
    [
        "..",
        "../a",
        "a/../../b",
        "/etc/passwd",
        "a//b",
        "./a",
        "a/",
        "%2E%2E/a",
        "a%2Fb",
        "%00",
        "%",
        "%zz",
        "a\nb",
        "\udcff",
    ],
)
def test_an_address_that_leads_elsewhere_is_bad_input(tmp_path: Path, address: str) -> None:
    source = FolderSource(tmp_path)
    with pytest.raises(BadInput):
        source.read(Address(address))
    with pytest.raises(BadInput):
        list(source.walk(address))
