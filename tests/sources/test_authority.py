"""What speaks for a source and what against it."""

import hashlib
import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.sources.authority import (
    TOKEN_FILE,
    NotProved,
    Proof,
    licence_digest,
    markers,
    marks_of_name,
    marks_of_photo,
    prove_folder,
)
from licet.sources.contract import Address
from licet.sources.intake import SPANS_KEPT, Arrival, are_of_feed, joined, spans_of
from licet.sources.sniff import photo_format
from licet.terms.errors import BadInput
from licet.terms.source import Control, Marker

TOKEN = "licet 6f1c0b1e"
PLATFORM, IDENTITY = Marker.PLATFORM, Marker.IDENTITY_PHOTOS


def test_a_folder_of_this_account_is_its_own(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    found = prove_folder(tmp_path, TOKEN)
    assert found == Proof(Control.OWN_STORAGE, "the folder belongs to this account")


def test_a_folder_that_everybody_writes_to_needs_a_token(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    found = prove_folder(tmp_path, TOKEN)
    assert isinstance(found, NotProved)
    assert TOKEN_FILE in found.remedy
    (tmp_path / TOKEN_FILE).write_text(f"{TOKEN}\n")
    proved = prove_folder(tmp_path, TOKEN)
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    assert proved == Proof(Control.OWN_STORAGE, f"token sha256 {digest}")
    assert TOKEN not in proved.text


def test_a_folder_of_another_account_needs_a_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 1)
    assert isinstance(prove_folder(tmp_path, TOKEN), NotProved)
    (tmp_path / TOKEN_FILE).write_text(TOKEN)
    assert isinstance(prove_folder(tmp_path, TOKEN), Proof)


@pytest.mark.parametrize("content", ["", "another token", TOKEN + "x", TOKEN[:-1], "x" * 5000])
def test_a_wrong_token_proves_nothing_even_at_home(tmp_path: Path, content: str) -> None:
    (tmp_path / TOKEN_FILE).write_text(content)
    assert isinstance(prove_folder(tmp_path, TOKEN), NotProved)


def test_an_empty_token_is_never_expected(tmp_path: Path) -> None:
    (tmp_path / TOKEN_FILE).write_text("")
    assert isinstance(prove_folder(tmp_path, ""), NotProved)


def test_a_token_that_is_a_link_or_a_pipe_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "other").write_text(TOKEN)
    (tmp_path / TOKEN_FILE).symlink_to(tmp_path / "other")
    assert isinstance(prove_folder(tmp_path, TOKEN), NotProved)
    (tmp_path / TOKEN_FILE).unlink()
    os.mkfifo(tmp_path / TOKEN_FILE)
    assert isinstance(prove_folder(tmp_path, TOKEN), NotProved)


def test_a_folder_that_is_gone_proves_nothing(tmp_path: Path) -> None:
    assert isinstance(prove_folder(tmp_path / "gone", TOKEN), NotProved)


def test_the_licence_is_a_document() -> None:
    assert licence_digest(b"You may.") == hashlib.sha256(b"You may.").hexdigest()
    for blank in (b"", b" \n"):
        with pytest.raises(BadInput):
            licence_digest(blank)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("FB_IMG_1612345678901.jpg", {PLATFORM}),
        ("12345678_1015432198765_8765432109876_n.jpg", {PLATFORM}),
        ("IMG-20210704-WA0012.jpg", {PLATFORM}),
        ("WhatsApp Image 2021-07-04 at 12.00.00.jpeg", {PLATFORM}),
        ("received_1234567890123.jpeg", {PLATFORM}),
        ("photo_2021-07-04_12-00-00.jpg", {PLATFORM}),
        ("tumblr_abcdef12345_1280.jpg", {PLATFORM}),
        ("Instagram", {PLATFORM}),
        ("my twitter downloads", {PLATFORM}),
        ("LinkedIn_profiles", {PLATFORM}),
        ("scraped", {PLATFORM}),
        ("Badge photos 2023", {IDENTITY}),
        ("ID-cards", {IDENTITY}),
        ("id_photo_0012.jpg", {IDENTITY}),
        ("passport.jpg", {IDENTITY}),
        ("Personalausweise", {IDENTITY}),
        ("Führerschein.jpg", {IDENTITY}),
        ("Carte d'identité.png", {IDENTITY}),
        ("Driver's Licence", {IDENTITY}),
        ("mugshots", {IDENTITY}),
        ("facebook badges", {PLATFORM, IDENTITY}),
        ("DSC_0042.JPG", set()),
        ("IMG_20210704_120000.jpg", set()),
        ("Summer party 2023", set()),
        ("20210704-ceremony_0012_n.jpg", set()),
        ("candid cards", set()),
        ("badger.jpg", set()),
        ("idcardinal", set()),
        ("", set()),
    ],
)
def test_what_names_say(name: str, found: set[Marker]) -> None:
    assert marks_of_name(name) == found


def test_what_first_bytes_say() -> None:
    address = Address("party/a.jpg")
    assert marks_of_photo(address, b"\xff\xd8\xff\xed Photoshop FBMD01000a9e") == {PLATFORM}
    assert marks_of_photo(address, b"\xff\xd8\xff\xe1 Software Instagram") == {PLATFORM}
    assert marks_of_photo(address, b"\xff\xd8\xff\xe1 Exif Canon") == set()
    assert marks_of_photo(Address("badges/a.jpg"), b"") == {IDENTITY}


def albums(*names: str, plain: int = 0) -> list[Address]:
    return [Address(name) for name in names] + [Address(f"a/{n}.jpg") for n in range(plain)]


def test_one_in_a_hundred_holds_a_source() -> None:
    one = "IMG-20210704-WA0012.jpg"
    assert markers("Party", albums(one, plain=99)) == (PLATFORM,)
    assert markers("Party", albums(one, plain=100)) == ()
    assert markers("Party", albums(plain=10)) == ()
    assert markers("Party", []) == ()


def test_one_folder_or_the_name_holds_a_source() -> None:
    assert markers("Party", albums("Facebook/a.jpg", plain=1000)) == (PLATFORM,)
    assert markers("Staff badges", albums(plain=1)) == (IDENTITY,)
    assert markers("x", albums("a/passports/b/c.jpg", "twitter/1", plain=9)) == (IDENTITY, PLATFORM)


def test_many_hosts_hold_a_source() -> None:
    crawl = ["one.example/a", "two.example/b", "x/three.example.org/c"]
    assert markers("Archive", albums(*crawl)) == (Marker.MANY_ORIGINS,)
    assert markers("Archive", albums(*crawl[:2], "one.example/c")) == ()
    assert markers("Archive", albums("v1.2/a", "2020.01/b", "no.1/c", "...")) == ()


@given(st.text(max_size=80))
def test_any_name_is_looked_at(name: str) -> None:
    assert marks_of_name(name) <= {PLATFORM, IDENTITY}


@given(st.lists(st.sampled_from(["a.jpg", "FB_IMG_123456789.jpg", "badge/1.jpg"]), max_size=30))
def test_the_order_of_items_does_not_matter(names: list[str]) -> None:
    assert markers("x", albums(*names)) == markers("x", albums(*reversed(names)))


# Feeds

START = datetime(2026, 5, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def arrivals(made: list[float], seen_at: float | None = None) -> list[Arrival]:
    """Return items made at these minutes, seen a minute later or all at one minute."""
    return [
        Arrival(START + MINUTE * at, START + MINUTE * (at + 1 if seen_at is None else seen_at))
        for at in made
    ]


def looks_like_feed(found: Iterable[Arrival]) -> bool:
    return are_of_feed(spans_of(found))


def test_a_frame_a_minute_is_a_feed_within_half_an_hour() -> None:
    every_minute = arrivals([float(at) for at in range(60)])
    assert looks_like_feed(every_minute)
    assert looks_like_feed(reversed(every_minute))
    assert looks_like_feed(every_minute[:30])
    assert not looks_like_feed(every_minute[:20])


def test_a_feed_that_is_collected_once_an_hour_is_still_one() -> None:
    assert looks_like_feed(arrivals([float(at) for at in range(60)], seen_at=60))


def test_an_album_is_no_feed() -> None:
    evening = arrivals([at / 2 for at in range(600)], seen_at=12 * 60)
    assert not looks_like_feed(evening)
    copied_in = arrivals([at / 1000 for at in range(10_000)])
    assert not looks_like_feed(copied_in)
    assert not looks_like_feed([])


def test_pauses_end_a_feed() -> None:
    with_pauses = [float(at) for at in range(600) if at % 30 < 15]
    assert not looks_like_feed(arrivals(with_pauses))


def test_a_clock_ahead_does_not_hide_a_feed() -> None:
    ahead = [Arrival(item.made + timedelta(days=1), item.seen) for item in arrivals([*range(40)])]
    assert looks_like_feed(ahead)


@given(st.lists(st.floats(0, 600), max_size=60), st.lists(st.floats(0, 600), max_size=10))
def test_more_items_never_hide_a_feed(made: list[float], more: list[float]) -> None:
    if looks_like_feed(arrivals(made)):
        assert looks_like_feed(arrivals(made + more))


def test_a_feed_that_comes_in_parts_is_found_by_the_spans_that_are_kept() -> None:
    parts = [spans_of(arrivals([float(at), at + 1.0])) for at in range(0, 40, 5)]
    kept: tuple[int, ...] = ()
    for n, part in enumerate(parts, start=1):
        kept = joined(kept, part)
        assert are_of_feed(kept) is (n >= 6)
    assert joined(kept, parts[0]) == kept, "a span is noted once"


def test_a_day_of_spans_is_kept_and_the_newest_of_them() -> None:
    kept = joined((), range(1000, 0, -2))
    assert len(kept) == SPANS_KEPT == 288
    assert joined(kept, [5])[-1] == 5, "what a clock says of it makes no span go"


# First bytes


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xff\xd8\xff\xe0\0\0", "jpeg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"GIF89a", "gif"),
        (b"GIF87a", "gif"),
        (b"BM....", "bmp"),
        (b"II*\0", "tiff"),
        (b"MM\0*", "tiff"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "webp"),
        (b"RIFF\x10\0\0\0AVI LIST", None),
        (b"\0\0\0\x20ftypheic", "heif"),
        (b"\0\0\0\x20ftypavif", "avif"),
        (b"\0\0\0\x20ftypmp42", None),
        (b"\0\0\0\x20ftypisom", None),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "jpeg2000"),
        (b"#!/bin/sh", None),
        (b"PK\x03\x04", None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_photos_are_told_by_their_first_bytes(head: bytes, name: str | None) -> None:
    assert photo_format(head) == name


@given(st.binary(max_size=64))
def test_any_bytes_are_told(head: bytes) -> None:
    assert photo_format(head) is None or photo_format(head + b"more") == photo_format(head)
