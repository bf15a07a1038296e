"""What is written of clearance beside a photo: every other byte stays, and nobody is named."""

from pathlib import Path
from xml.dom import minidom

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.sources.clearing import (
    LIMITED,
    NONE,
    THEIRS,
    UNREAD,
    Statement,
    Unwritten,
    says_something,
    written,
)
from licet.sources.contract import Address
from licet.sources.folder import FolderSource
from licet.sources.xmp import left_out_beside
from licet.terms.errors import Conflict

YES = Statement(LIMITED, 'May be shown until 2027-03-01: 2 of 2 "agreed" & <so>.')
NO = Statement(NONE, "May not be shown: 1 of 2 faces not cleared.")
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
PLUS = 'xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"'
IPTC = 'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
OURS = 'xmlns:licet="urn:licet:clearance:1.0/"'


def packet(within: str, before_end: str = "\n ") -> bytes:
    """Return a sidecar as another program writes it."""
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        f" <rdf:RDF {RDF}>\n{within}{before_end}</rdf:RDF>\n</x:xmpmeta>\n"
    )
    return text.encode()


def described(within: str, more: str = "") -> bytes:
    return packet(f'  <rdf:Description rdf:about="" {more}>{within}</rdf:Description>')


def value_or_attribute(data: bytes) -> tuple[str, str]:
    """Return status and information of a description that holds other things too."""
    (found,) = minidom.parseString(data).getElementsByTagName("rdf:Description")  # noqa: S318 - our own
    names = ("plus:ModelReleaseStatus", "Iptc4xmpExt:AddlModelInfo")
    if found.getElementsByTagName(names[0]):
        return value(data, names[0]), value(data, names[1])
    return found.getAttribute(names[0]), found.getAttribute(names[1])


TAGGED = described("<dc:title>Ünter</dc:title>", 'xmlns:dc="http://purl.org/dc/elements/1.1/"')


def value(data: bytes, name: str) -> str:
    """Return the text of one property, read by another parser than ours."""
    (found,) = minidom.parseString(data).getElementsByTagName(name)  # noqa: S318 - our own bytes
    return str(found.firstChild.data) if found.firstChild else ""


def test_a_new_sidecar_says_it_in_standard_terms_and_can_be_taken_away() -> None:
    made = written(None, YES)
    assert isinstance(made, bytes)
    assert value(made, "plus:ModelReleaseStatus") == LIMITED
    assert value(made, "Iptc4xmpExt:AddlModelInfo") == YES.says
    assert left_out_beside([made]) is None, "a later walk takes it for a reservation"
    assert written(made, None) == b""
    assert written(None, None) == b""


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40),
    st.sampled_from(["\n ", "", "  ", "\n\n\t"]),
)
def test_every_other_byte_stays(says: str, before_end: str) -> None:
    text = says.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    theirs = packet(f"  <!-- {text.replace('-', '')} --><rdf:Description/>", before_end)
    one = written(theirs, YES)
    assert isinstance(one, bytes)
    start = one.index(b"  <rdf:Description rdf:about")
    end = one.index(b"</rdf:Description>\n", start) + len(b"</rdf:Description>\n")
    assert one[:start] + one[end:] == theirs
    other = written(one, NO)
    assert isinstance(other, bytes)
    assert (other[:start], other[-len(one[end:]) :]) == (one[:start], one[end:])
    assert value(other, "plus:ModelReleaseStatus") == NONE
    assert written(other, YES) == one
    assert written(one, None) == theirs
    assert written(theirs, None) == theirs


@pytest.mark.parametrize(
    "theirs",
    [
        described(f"<plus:ModelReleaseStatus>{LIMITED}</plus:ModelReleaseStatus>", PLUS),
        described("", f'{PLUS} plus:ModelReleaseStatus="{NONE}"'),
        described("<Iptc4xmpExt:AddlModelInfo>Ask Ann</Iptc4xmpExt:AddlModelInfo>", IPTC),
    ],
)
def test_somebody_elses_word_is_left_alone(theirs: bytes) -> None:
    assert written(theirs, YES) is THEIRS
    assert written(theirs, None) is THEIRS
    assert says_something([theirs])
    assert not says_something([TAGGED])
    assert says_something([None])


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"not xml",
        TAGGED.decode().encode("utf-16"),
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + TAGGED[39:],
        f"<rdf:RDF {RDF}/>".encode(),
        f"<a><rdf:RDF {RDF}></rdf:RDF><rdf:RDF {RDF}></rdf:RDF></a>".encode(),
        b"<a>" * 300 + b"</a>" * 300,
    ],
)
def test_what_cannot_be_read_is_not_written(hostile: bytes) -> None:
    assert written(hostile, YES) is UNREAD
    assert says_something([hostile])


@pytest.mark.parametrize("form", ["attributes", "quotes", "elements"])
def test_what_another_program_took_in_is_replaced_where_it_stands(form: str) -> None:
    spaces = f"{OURS} {PLUS} {IPTC}"
    if form == "elements":
        theirs = described(
            "<licet:by>licet</licet:by><plus:ModelReleaseStatus>a</plus:ModelReleaseStatus>"
            "<Iptc4xmpExt:AddlModelInfo>b</Iptc4xmpExt:AddlModelInfo><plus:Version>1</plus:Version>",
            spaces,
        )
    else:
        held = 'licet:by="licet" plus:ModelReleaseStatus="a" Iptc4xmpExt:AddlModelInfo="b"'
        held = held.replace('"', "'") if form == "quotes" else held
        theirs = described("<plus:Version>1</plus:Version>", f"{spaces} {held}")
    assert not says_something([theirs])
    made = written(theirs, NO)
    assert isinstance(made, bytes)
    assert value_or_attribute(made) == (NONE, NO.says)
    assert b"<plus:Version>1</plus:Version>" in made
    again = written(made, None)
    assert isinstance(again, bytes)
    assert NO.says.encode() not in again, "what is taken away says no release"


def test_what_stands_twice_is_left_alone() -> None:
    held = "<plus:ModelReleaseStatus>a</plus:ModelReleaseStatus>" * 2
    theirs = described(f"<licet:by>licet</licet:by>{held}", f"{OURS} {PLUS} {IPTC}")
    assert isinstance(written(theirs, NO), Unwritten)


def test_a_folder_puts_it_in_place_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    photo = tmp_path / "in" / "harbour.jpg"
    photo.write_bytes(b"photo")
    place, address = FolderSource(tmp_path), Address("in/harbour.jpg")
    assert place.write_beside(address, lambda _before: b"one")
    beside = photo.with_name("harbour.jpg.xmp")
    assert beside.read_bytes() == b"one"
    assert not place.write_beside(address, lambda _before: None)
    assert not place.write_beside(address, lambda before: before)
    assert list(place.walk()) == [address]

    def meanwhile(_before: bytes | None) -> bytes:
        beside.write_bytes(b"somebody")
        return b"two"

    with pytest.raises(Conflict):
        place.write_beside(address, meanwhile)
    assert beside.read_bytes() == b"somebody"
    assert place.write_beside(address, lambda _before: b"")
    assert [one.name for one in photo.parent.iterdir()] == ["harbour.jpg"]
    assert photo.read_bytes() == b"photo"


def test_a_link_beside_a_photo_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"photo")
    outside = tmp_path / "outside"
    outside.write_bytes(b"somebody's")
    (tmp_path / "a.jpg.xmp").symlink_to(outside)
    with pytest.raises(Conflict):
        FolderSource(tmp_path).write_beside(Address("a.jpg"), lambda _before: b"x")
    assert outside.read_bytes() == b"somebody's"
