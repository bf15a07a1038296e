"""What is written beside a photo, or in it, leaves it out; names in it are never read out."""

import logging
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.sources.contract import Address, HoldsSidecars
from licet.sources.folder import FolderSource
from licet.sources.reserved_photo import reserved_by_photo
from licet.sources.video import VideoSource
from licet.sources.xmp import (
    MOST_XMP,
    UNREAD,
    _Reader,
    left_out_beside,
    left_out_within,
    tags_of_wish,
)
from licet.terms.errors import BadInput
from tests.fakes.vision import photo, video
from tests.sources.xmps import CANARY, MINING, PLAIN, REGIONS, bag, jpeg_segment, xmp

REJECTED = frozenset({"rejected"})
TAGS = frozenset({"private", "rejected"})


def rule(*sidecars: bytes | None, leave_out: frozenset[str] = TAGS) -> str:
    left = left_out_beside(sidecars, leave_out)
    assert CANARY not in repr(left)
    return left.rule if left else ""


@pytest.mark.parametrize(
    "body",
    [
        MINING,
        '<plus:DataMining rdf:resource="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING"/>',
        "<plus:DataMining>http://ns.useplus.org/ldf/vocab/DMI&#45;PROHIBITED</plus:DataMining>",
        "<t:reservation>1</t:reservation>",
        "<t:reservation>who knows</t:reservation>",
        bag("dc:subject", "noai"),
        "<xmpRights:UsageTerms>No training. NoImageAI.</xmpRights:UsageTerms>",
        "<dc:rights>n&#111;ai</dc:rights>",
        "<photoshop:Instructions>&lt;/rdf:RDF> noai</photoshop:Instructions>",
    ],
)
def test_what_a_sidecar_reserves_is_reserved(body: str) -> None:
    assert rule(xmp(body), leave_out=frozenset()) == "reserved"
    assert rule(xmp(body, encoding="utf-16"), leave_out=frozenset()) == "reserved"


def test_a_reservation_as_an_attribute_counts_too() -> None:
    value = "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"
    assert rule(xmp(attributes=f'plus:DataMining="{value}"')) == "reserved"
    assert rule(xmp(attributes='t:reservation="1"')) == "reserved"
    assert rule(xmp(attributes='t:reservation="0"')) == ""


@pytest.mark.parametrize(
    ("body", "attributes"),
    [
        ("", 'xmp:Rating="-1"'),
        ("<xmp:Rating>-1</xmp:Rating>", ""),
        ("", 'digiKam:PickLabel="1"'),
        ("<digiKam:PickLabel>1</digiKam:PickLabel>", ""),
        ("", 'xmpDM:pick="-1"'),
        ("", 'xmpDM:good="False"'),
        (bag("dc:subject", "club", "Rejected"), ""),
    ],
)
def test_what_is_rejected_is_left_out_where_the_source_says_so(body: str, attributes: str) -> None:
    said = xmp(body, attributes)
    assert rule(said, leave_out=REJECTED) == "tagged"
    assert rule(said, leave_out=frozenset()) == "", "it is for the source to say"
    assert rule(said, leave_out=frozenset({"private"})) == ""


@pytest.mark.parametrize(
    "body",
    [
        bag("dc:subject", "PRIVATE"),
        bag("digiKam:TagsList", "People/Anna", "family/private"),
        bag("lr:hierarchicalSubject", "private|garden"),
        bag("MicrosoftPhoto:LastKeywordXMP", "private"),
        "<xmp:Label> Private </xmp:Label>",
        "<dc:subject><rdf:Bag><rdf:li>priv<!-- x -->ate</rdf:li></rdf:Bag></dc:subject>",
        '<dc:subject><rdf:Bag><rdf:li rdf:value="private"/></rdf:Bag></dc:subject>',
    ],
)
def test_a_tag_that_the_source_names_leaves_a_photo_out(body: str) -> None:
    assert rule(xmp(body)) == "tagged"
    assert rule(xmp(body), leave_out=REJECTED) == ""


def test_what_only_mentions_a_word_is_no_tag() -> None:
    body = "<dc:description>private and rejected, -1</dc:description>" + bag(
        "dc:subject", "privates"
    )
    assert rule(xmp(body, 'xmp:Rating="3" digiKam:PickLabel="3" xmpDM:pick="1"')) == ""


def test_who_is_pictured_is_passed_over_whatever_they_are_called() -> None:
    """A region named like a tag is none: it is not read at all."""
    assert rule(xmp(REGIONS.replace(CANARY, "private"))) == ""
    within = bag("dc:subject", "private")
    assert rule(xmp(f"<mwg-rs:Regions>{within}</mwg-rs:Regions>")) == ""
    assert rule(xmp(f"<mwg-rs:Regions/>{within}")) == "tagged"
    for read in (xmp(REGIONS), xmp(attributes=f'mwg-rs:Name="{CANARY}"')):
        assert CANARY not in repr(_Reader(TAGS).read(read))
    assert rule(PLAIN) == ""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not xml",
        xmp(bag("dc:subject", "x"))[:-60],
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><x>&b;</x>',
        b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b'<?xml version="1.0" encoding="klingon"?><x/>',
        b'<?xml version="1.0" encoding="shift_jis"?><x/>',
        b"<x>&undefined;</x>",
        b" " * (MOST_XMP + 1),
        b"<x>" * 300_000,
        b"<x xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>" + b"<r:li>x" * 300_000,
        None,
    ],
)
def test_what_is_there_and_cannot_be_read_leaves_out(data: bytes | None) -> None:
    assert left_out_beside([data]) == UNREAD


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    for end in (b"", b"</x:xmpmeta>"):
        left_out_beside([data + end, b'<x:xmpmeta xmlns:x="a">' + data + end], TAGS)
        left_out_within(b"\xff\xd8" + jpeg_segment(data) + data + end, TAGS)


def test_every_sidecar_is_heard() -> None:
    assert rule(PLAIN, xmp(MINING)) == "reserved"
    assert rule() == ""


@pytest.mark.parametrize(
    "around",
    [
        lambda packet: b"\xff\xd8" + jpeg_segment(packet) + b"\xff\xda rest",
        lambda packet: b"RIFF\0\0\0\0WEBPXMP \0\0\0\0" + packet,
        lambda packet: b"II*\0" + packet + b"\0\0",
    ],
)
def test_tags_in_the_photo_itself_count_too(around) -> None:  # type: ignore[no-untyped-def]
    """Lightroom writes flags and tags of a JPEG into the JPEG."""
    tagged = around(xmp(bag("dc:subject", "private") + REGIONS))
    assert left_out_within(tagged, TAGS) is not None
    assert left_out_within(tagged, frozenset()) is None
    assert left_out_within(tagged, REJECTED) is None
    assert left_out_within(around(PLAIN), TAGS) is None
    found = left_out_within(around(xmp("<dc:subject>")), TAGS)
    assert found is not None
    assert "cannot be read" in found.because


@pytest.mark.parametrize(
    "word", [b"<rdf:RDF ", b"<x:xmpmeta ", b"<x:xmpmeta></rdf:RDF>", b"Exif\0\0"]
)
def test_no_photo_takes_long_to_be_looked_through(word: bytes) -> None:
    """What begins and never ends is looked through once, and not once for each begin."""
    for start in (b"II*\0", b"RIFF\0\0\0\0WEBP", b"\xff\xd8\xff\xe0\xff\xff"):
        photo_of_it = start + word * 10_000
        reserved_by_photo(photo_of_it)
        left_out_within(photo_of_it, TAGS)


def test_the_tags_of_a_wish_are_folded_and_few() -> None:
    assert tags_of_wish([" Privat ", "PRIVAT", "Café"]) == {"privat", "café"}
    for bad in ([""], ["x" * 65], ["people/anna"], ["a|b"], [str(n) for n in range(21)]):
        with pytest.raises(BadInput):
            tags_of_wish(bad)


def put(root: Path, **files: bytes) -> None:
    root.mkdir(exist_ok=True)
    for name, data in files.items():
        (root / name.replace("__", ".")).write_bytes(data)


def beside(root: Path, name: str) -> tuple[bytes | None, ...]:
    return FolderSource(root).sidecars(Address(name))


def test_both_ways_of_naming_a_sidecar_are_found_and_it_is_no_item(tmp_path: Path) -> None:
    root = tmp_path / "photos"
    put(root, a__jpg=photo("a"), a__jpg__xmp=b"1", a__xmp=b"2", b__jpg=photo("b"), b__XMP=b"3")
    put(root, orphan__xmp=b"4", c=photo("c"), c__xmp=b"5")
    assert isinstance(FolderSource(root), HoldsSidecars)
    assert list(FolderSource(root).walk()) == ["a.jpg", "b.jpg", "c"]
    assert beside(root, "a.jpg") == (b"1", b"2")
    assert beside(root, "b.jpg") == (b"3",)
    assert beside(root, "c") == (b"5",)
    assert beside(root, "gone.jpg") == ()
    assert beside(root, "no/such/place.jpg") == ()


def test_a_sidecar_that_is_none_is_not_read(tmp_path: Path) -> None:
    root = tmp_path / "photos"
    put(root, a__jpg=photo("a"), b__jpg=photo("b"), c__jpg=photo("c"), d__jpg=photo("d"))
    (tmp_path / "secret").write_bytes(b"outside")
    (root / "a.jpg.xmp").symlink_to(tmp_path / "secret")
    (root / "b.jpg.xmp").mkdir()
    os.mkfifo(root / "c.jpg.xmp")
    (root / "d.jpg.xmp").touch()
    assert beside(root, "a.jpg") == (None,), "a link is not followed, and something is there"
    assert beside(root, "b.jpg") == (), "a folder says nothing"
    assert beside(root, "c.jpg") == (None,)
    assert beside(root, "d.jpg") == (None,)


def test_a_video_has_sidecars_as_well(tmp_path: Path) -> None:
    put(tmp_path, clip__mp4=video(("x", 0, 1000)), clip__mp4__xmp=b"1", other__xmp=b"2")
    source = VideoSource(tmp_path / "clip.mp4")
    assert source.sidecars(Address("clip.mp4")) == (b"1",)
    with pytest.raises(BadInput):
        source.sidecars(Address("other.jpg"))


def test_catalogues_of_photo_programs_are_never_opened(tmp_path: Path) -> None:
    put(tmp_path, a__jpg=photo("a"), digikam4__db=b"1", recognition__db=b"2")
    put(tmp_path, Club__lrcat=b"3", thumbnails_digikam__db=b"4")
    (tmp_path / "thumbnails-digikam.db").write_bytes(b"4")
    (tmp_path / "digikam4.db-wal").write_bytes(b"4")
    put(tmp_path / "Club Previews.lrdata", preview__jpg=photo("b"))
    assert list(FolderSource(tmp_path).walk()) == ["a.jpg", "thumbnails_digikam.db"]


def test_nothing_of_it_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    put(tmp_path, a__jpg=photo("a"), a__jpg__xmp=PLAIN)
    with caplog.at_level(logging.DEBUG):
        assert left_out_beside(beside(tmp_path, "a.jpg"), TAGS) is None
    assert CANARY not in caplog.text
