"""What a site's files, headers and tags reserve."""

import fnmatch
import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.sources.reserved import (
    ReservedPaths,
    may_follow,
    pattern_holds,
    reserved_by_fields,
    reserved_by_tags,
    reserved_paths,
)

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ORIGIN = "https://www.album.example"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("noai", "noai"),
        ("NoAI, NoImageAI", "noai"),
        ("noimageai", "noimageai"),
        ("noindex", "noindex"),
        ("noimageindex", "noimageindex"),
        ("none", "none"),
        ("licet: noindex", "noindex"),
        ("googlebot: nofollow, licet: noai", "noai"),
        ("*: noai", "noai"),
        ("max-snippet: 20, noai", "noai"),
        ("unavailable_after: 3 May 2026 12:00:00 GMT", "unavailable_after"),
        ("unavailable_after: Sunday, 03-May-26 12:00:00 GMT", "unavailable_after"),
        ("unavailable_after: 2026-05-03", "unavailable_after"),
        ("unavailable_after: one fine day", "unavailable_after"),
        (f"unavailable_after: 1 Jan {'9' * 20} 12:00:00 GMT", "unavailable_after"),
        ("nosnippet, noai, unavailable_after: 2099-01-01", "noai"),
        ("unavailable_after: 5 May 2026 12:00:00 GMT", ""),
        ("unavailable_after: 2026-05-05T00:00:00+00:00", ""),
        ("googlebot: noindex", ""),
        ("googlebot: noindex, nofollow", ""),
        ("all", ""),
        ("index, follow, max-image-preview:large", ""),
        ("nosnippet, noarchive, max-image-preview: none", ""),
        ("noaim", ""),
        ("nofollow", ""),
        ("", ""),
    ],
)
def test_what_robots_words_reserve(value: str, says: str) -> None:
    by_field = reserved_by_fields([("x-robots-tag", value)], NOW)
    assert by_field == (f"a robots header says {says}" if says else "")
    by_tag = reserved_by_tags([("robots", value)], NOW)
    assert by_tag == (f"a robots tag says {says}" if says else "")


@pytest.mark.parametrize(
    ("value", "reserved"),
    [("1", True), (" 1 ", True), ("0", False), (" 0", False), ("", True), ("yes", True)],
)
def test_the_tdm_protocol_reserves(value: str, *, reserved: bool) -> None:
    assert bool(reserved_by_fields([("tdm-reservation", value)], NOW)) is reserved
    assert bool(reserved_by_tags([("tdm-reservation", value)], NOW)) is reserved


@pytest.mark.parametrize(
    ("name", "value", "reserved"),
    [
        ("content-usage", "train-ai=n", True),
        ("content-usage", "search=y, train-ai=n", True),
        ("content-usage", "train-ai=?0", True),
        ("content-usage", "x" * 5000, True),
        ("content-signal", "ai-train=no", True),
        ("content-signal", 'search="yes"', False),
        ("content-usage", "train-ai=Y;exception", False),
        ("content-usage", "", False),
        ("content-language", "train-ai=n", False),
    ],
)
def test_preferences_for_machines_reserve(name: str, value: str, *, reserved: bool) -> None:
    assert bool(reserved_by_fields([(name, value)], NOW)) == reserved


def test_the_strictest_word_holds() -> None:
    both = [("x-robots-tag", "all"), ("x-robots-tag", "noai"), ("tdm-reservation", "0")]
    assert reserved_by_fields(both, NOW)
    assert reserved_by_fields(list(reversed(both)), NOW)
    assert reserved_by_tags([("licet", "noai"), ("robots", "all")], NOW)


def test_what_names_another_thing_reserves_nothing() -> None:
    assert not reserved_by_fields([("x-robots", "noai"), ("tdm-policy", "https://x")], NOW)
    assert not reserved_by_tags([("description", "noai"), ("googlebot", "noindex")], NOW)
    assert not reserved_by_fields([], NOW)


def test_links_are_not_followed_where_a_site_says_so() -> None:
    assert may_follow([], [])
    assert may_follow([("x-robots-tag", "googlebot: nofollow")], [("robots", "noindex")])
    assert not may_follow([("x-robots-tag", "nofollow")], [])
    assert not may_follow([], [("robots", "none")])
    assert not may_follow([], [("licet", "noindex, nofollow")])


def paths(rules: object) -> ReservedPaths:
    return reserved_paths(json.dumps(rules).encode(), ORIGIN, lambda one: one)


def test_a_file_reserves_paths() -> None:
    found = paths(
        [
            {"location": "/club/", "tdm-reservation": 1, "tdm-policy": "https://x/p.json"},
            {"location": "*.png$", "tdm-reservation": "1"},
            {"location": f"{ORIGIN}/whole", "tdm-reservation": 1},
            {"location": "bare", "tdm-reservation": 1},
            {"location": "/open/", "tdm-reservation": 0},
        ]
    )
    for path in ("/club/", "/club/a.jpg", "/x/a.png", "/whole/a", "/bare"):
        assert found.of(path), path
    for path in ("/", "/clubs", "/open/a.jpg", "/a.png?x"):
        assert not found.of(path), path


def test_an_open_rule_opens_nothing_that_another_reserves() -> None:
    rules = [
        {"location": "/", "tdm-reservation": 1},
        {"location": "/open/", "tdm-reservation": 0},
    ]
    assert paths(rules).of("/open/a.jpg")
    assert paths(rules[::-1]).of("/open/a.jpg")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"1",
        b'"/"',
        b"[1]",
        b'[{"tdm-reservation": 1}]',
        b'[{"location": 3}]',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_file_that_cannot_be_understood_reserves_everything(data: bytes) -> None:
    assert reserved_paths(data, ORIGIN, lambda one: one).of("/x")


def test_a_file_may_be_one_rule_and_may_lack_its_value() -> None:
    assert paths({"location": "/a"}).of("/a")
    assert paths({"location": "/a", "tdm-reservation": False}).of("/a")
    assert not paths([]).of("/a")


alphabet = st.text("ab/*", max_size=12)


@given(alphabet, st.text("ab/", max_size=16), st.booleans())
def test_patterns_are_those_of_robots(pattern: str, path: str, ends: bool) -> None:
    text = pattern + ("$" if ends else "")
    oracle = fnmatch.translate(pattern if ends else f"{pattern}*")
    assert pattern_holds(text, path) == (re.match(oracle, path) is not None)


def test_no_pattern_takes_long() -> None:
    assert not pattern_holds("a*" * 500 + "b$", "a" * 2000)


def test_a_tag_of_a_hundred_thousand_dates_is_not_read_date_by_date() -> None:
    """Each would be read with all that follows it: gigabytes for a page that means no good."""
    many = "unavailable_after: 5 May 2026 12:00:00 GMT," * 110_000
    assert "longer than any" in reserved_by_tags([("robots", many)], NOW)
    assert "longer than any" in reserved_by_fields([("x-robots-tag", many)], NOW)
