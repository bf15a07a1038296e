"""Leaves: one spelling, no direct identifier, nothing but leaves decodes."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from licet.ledger import canonical, leaf
from licet.ledger.maker import Leaves
from licet.terms.errors import BadInput, Corrupt
from licet.terms.ids import OrganisationId, new_id
from licet.terms.ledger import Commitment, Entry, EntryKind
from licet.terms.when import from_ms, to_ms
from tests.ledger.making import NOW, entry_for, grant_statement

words = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
ids = st.builds(new_id) | st.from_regex(r"[A-Za-z0-9._:-]{1,64}", fullmatch=True)
values = (
    st.booleans()
    | st.integers(-canonical.LARGEST, canonical.LARGEST)
    | st.from_regex(r"[a-z][a-zA-Z0-9_./=-]{0,63}", fullmatch=True)
    | st.sampled_from(["find_my_photos@1", "sface@fb143eea", "", "a" * 64])
)
commitments = st.builds(
    Commitment, st.binary(min_size=16, max_size=16), st.binary(min_size=32, max_size=32)
)
moments = st.integers(0, to_ms(datetime(2200, 1, 1, tzinfo=UTC))).map(from_ms)
entries = st.builds(
    Entry,
    kind=st.sampled_from(EntryKind),
    at=moments,
    organisation=st.none() | ids.map(OrganisationId),
    actor=st.none() | commitments,
    subject=st.none() | commitments,
    objects=st.lists(st.tuples(words, ids), max_size=4).map(tuple),
    facts=st.dictionaries(words, values, max_size=5).map(lambda d: tuple(d.items())),
)
EXAMPLE = entry_for(EntryKind.GRANT_ASKED, grant_statement())


@given(entries)
def test_what_is_encoded_decodes_sorted(entry: Entry) -> None:
    data = leaf.encode(entry)
    read = leaf.decode(data)
    plain = replace(
        entry, objects=tuple(sorted(set(entry.objects))), facts=tuple(sorted(entry.facts))
    )
    assert read == plain
    assert [type(v) for _, v in read.facts] == [type(v) for _, v in plain.facts]
    assert leaf.encode(read) == data == Leaves().encode(entry)


@given(entries)
def test_bytes_are_rfc_8785(entry: Entry) -> None:
    data = leaf.encode(entry)
    assert rfc8785.dumps(json.loads(data)) == data


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-canonical.LARGEST, canonical.LARGEST)
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_canonical_json_agrees_with_rfc8785(value: canonical.Json) -> None:
    data = canonical.dumps(value)
    assert data == rfc8785.dumps(value)  # type: ignore[arg-type]
    assert canonical.loads(data) == value


@pytest.mark.parametrize(
    "value", [1.0, 2**53, -(2**53), {"A": 1}, {"": 1}, {1: 1}, "\ud800", b"x", [float("nan")]]
)
def test_what_json_cannot_hold_exactly_is_refused(value: object) -> None:
    with pytest.raises(BadInput):
        canonical.dumps(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'{"a":1,"a":2}', "stands twice"),
        (b'{"a":1.0}', "not a whole number"),
        (b'{"a":1e3}', "not a whole number"),
        (b'{"a":NaN}', "not a whole number"),
        (b'{"a":-Infinity}', "not a whole number"),
        (b'{"a":9007199254740992}', "does not fit"),
        (b'{"b":1,"a":2}', "canonical"),
        (b'{"a": 1}', "canonical"),
        (b'{"a":"\\u0041"}', "canonical"),
        (b'{"a":"\\ud800"}', "surrogate"),
        (b'{"a":-0}', "canonical"),
        (b"\xff", "not JSON text"),
        (b"", "not JSON text"),
        (b"{", "not JSON text"),
        (b"[" * 100_000, "not JSON text"),
        (b'{"a":' + b"9" * 5000 + b"}", "integer string conversion"),
    ],
)
def test_other_spellings_are_corrupt(data: bytes, says: str) -> None:
    with pytest.raises(Corrupt, match=says):
        canonical.loads(data)


@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_other_bytes_are_corrupt_never_a_crash(data: bytes) -> None:
    with pytest.raises(Corrupt):
        leaf.decode(data)


def test_every_changed_byte_gives_another_entry_or_corrupt() -> None:
    data = leaf.encode(EXAMPLE)
    for at in range(len(data)):
        for bit in (1, 32):
            changed = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
            try:
                assert leaf.decode(changed) != EXAMPLE
            except Corrupt:
                continue


def _changed(**parts: object) -> bytes:
    held = json.loads(leaf.encode(EXAMPLE))
    for name, value in parts.items():
        held.pop(name) if value is None else held.__setitem__(name, value)
    return rfc8785.dumps(held)


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"kind": "grant.sold"}, "kind this licet does not know"),
        ({"kind": 3}, "kind is not text"),
        ({"kind": None}, "lacks kind"),
        ({"extra": 1}, "unknown parts: extra"),
        ({"v": 2}, "version 2"),
        ({"v": True}, "version True"),
        ({"at": "2026-01-31"}, "not a moment"),
        ({"at": "2026-01-31T09:00:00.1Z"}, "licet's spelling"),
        ({"organisation": "Stadtarchiv im Park"}, "may not hold"),
        ({"organisation": 5}, "organisation is not text"),
        ({"subject": {"nonce": "AA==", "value": "AA=="}}, "16 bytes"),
        ({"subject": {"nonce": "AAAAAAAAAAAAAAAAAAAAAB==", "value": "AA=="}}, "base64"),
        ({"subject": {"nonce": "AA=="}}, "lacks value"),
        ({"subject": "x"}, "not an object"),
        ({"objects": [["grant"]]}, "not a role and an id"),
        ({"objects": ["ab"]}, "not a list"),
        ({"objects": [["b", "1"], ["a", "1"]]}, "not spelled as licet"),
        ({"objects": [["a", "1"], ["a", "1"]]}, "not spelled as licet"),
        ({"objects": []}, "not spelled as licet"),
        ({"facts": {}}, "not spelled as licet"),
        ({"facts": []}, "facts are not an object"),
        ({"facts": {"x": [1]}}, "neither text"),
        ({"facts": {"x": "two words"}}, "may not hold"),
    ],
)
def test_each_damage_has_its_message(parts: dict[str, object], says: str) -> None:
    with pytest.raises(Corrupt, match=says):
        leaf.decode(_changed(**parts))


@pytest.mark.parametrize(
    "identifier",
    [
        "ada@example.org", "bob@1234567890", "Ada Lovelace", "Ada\u00a0Lovelace", "línea",
        "+4915112345678", "0049-151-1234567", "a" * 65, "tab\there", "nul\0", "line\n", "@",
        "user@host.12345678",
    ],
)  # fmt: skip
def test_direct_identifiers_do_not_get_in(identifier: str) -> None:
    with pytest.raises(BadInput):
        leaf.encode(Entry(EntryKind.REFUSED, NOW, facts=(("reason", identifier),)))
    with pytest.raises(BadInput, match="not an id"):
        leaf.encode(Entry(EntryKind.REFUSED, NOW, objects=(("subject", identifier),)))
    with pytest.raises(BadInput, match="not an id"):
        leaf.encode(Entry(EntryKind.REFUSED, NOW, organisation=OrganisationId(identifier)))
    with pytest.raises(BadInput, match="short lower-case word"):
        leaf.encode(Entry(EntryKind.REFUSED, NOW, facts=((identifier, 1),)))


@pytest.mark.parametrize(
    "word", ["find_my_photos@12", "sface@fb143eea", "9(2)(a)", "6f1c:33", "GDPR-7(3)", "00", "+1"]
)
def test_words_of_the_trade_get_in(word: str) -> None:
    entry = Entry(EntryKind.REFUSED, NOW, facts=(("reason", word),))
    assert leaf.decode(leaf.encode(entry)) == entry


@pytest.mark.parametrize(
    "entry",
    [
        Entry(EntryKind.REFUSED, datetime(2026, 1, 1)),  # noqa: DTZ001 - that is the point
        Entry(EntryKind.REFUSED, NOW, facts=(("a", 1), ("a", 2))),
        Entry(EntryKind.REFUSED, NOW, facts=(("a", 1.5),)),  # type: ignore[arg-type]
        Entry(EntryKind.REFUSED, NOW, facts=(("a", 2**53),)),
        Entry(EntryKind.REFUSED, NOW, actor=Commitment(b"short", bytes(32))),
        Entry(EntryKind.REFUSED, NOW, subject=Commitment(bytes(16), b"short")),
        Entry(EntryKind.REFUSED, NOW, objects=tuple(("g", f"{n:060d}") for n in range(2000))),
    ],
)
def test_entries_that_cannot_be_leaves(entry: Entry) -> None:
    with pytest.raises(BadInput):
        leaf.encode(entry)


def test_a_leaf_too_long_is_corrupt() -> None:
    with pytest.raises(Corrupt, match="longer than a leaf"):
        leaf.decode(b" " * 65_536)


def test_moments_are_written_in_utc() -> None:
    there = timezone(timedelta(hours=2))
    entry = Entry(EntryKind.REFUSED, NOW.astimezone(there))
    assert leaf.encode(entry) == leaf.encode(Entry(EntryKind.REFUSED, NOW))
