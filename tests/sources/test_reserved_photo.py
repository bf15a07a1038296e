"""What a photo states about itself is read from its bytes, whatever the container."""

import io
import json
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from licet.sources.reserved_photo import PhotoReservation, Reserved, reserved_by_photo

VOCABULARY = "http://ns.useplus.org/ldf/vocab/"
FORMS = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF")


def xmp(body: str) -> bytes:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" '
        'xmlns:tdm="http://www.w3.org/ns/tdmrep/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'{body}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def saved(form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    chance = Image.effect_noise((64, 48), 60).convert("RGB")
    if form == "PNG" and "xmp" in options:
        options["pnginfo"] = texts = PngImagePlugin.PngInfo()
        texts.add_itxt("XML:com.adobe.xmp", options.pop("xmp").decode())
    if form == "TIFF" and "xmp" in options:
        options["tiffinfo"] = {700: options.pop("xmp")}
    chance.save(out, form, **options)
    return out.getvalue()


def mining(value: str) -> bytes:
    return xmp(f"<plus:DataMining>{VOCABULARY}{value}</plus:DataMining>")


@pytest.mark.parametrize("form", FORMS)
def test_the_data_mining_property_is_obeyed_in_every_format(form: str) -> None:
    photo = saved(form, xmp=mining("DMI-PROHIBITED-AIMLTRAINING"))
    expected = PhotoReservation(Reserved.PLUS, "DMI-PROHIBITED-AIMLTRAINING")
    assert reserved_by_photo(photo) == expected
    assert reserved_by_photo(saved(form, xmp=mining("DMI-ALLOWED"))) is None
    assert reserved_by_photo(saved(form, xmp=mining("DMI-UNSPECIFIED"))) is None
    assert reserved_by_photo(saved(form)) is None


@pytest.mark.parametrize(
    "more",
    [
        "", "-AIMLTRAINING", "-GENAIMLTRAINING", "-EXCEPTSEARCHENGINEINDEXING",
        "-SEECONSTRAINT", "-SEEEMBEDDEDRIGHTSEXPR", "-SEELINKEDRIGHTSEXPR",
    ],
)  # fmt: skip
def test_every_value_that_prohibits_does(more: str) -> None:
    found = reserved_by_photo(saved("JPEG", xmp=mining(f"DMI-PROHIBITED{more}")))
    assert found == PhotoReservation(Reserved.PLUS, f"DMI-PROHIBITED{more}")


def test_it_is_read_as_attribute_and_in_two_bytes_a_letter() -> None:
    resource = f'<plus:DataMining rdf:resource="{VOCABULARY}DMI-PROHIBITED"/>'
    assert reserved_by_photo(saved("JPEG", xmp=xmp(resource)))
    for order in ("utf-16-le", "utf-16-be"):
        wide = xmp(resource).decode().encode(order)
        assert reserved_by_photo(saved("JPEG", xmp=wide)), order


@pytest.mark.parametrize(
    ("body", "reserved"),
    [
        ("<tdm:reservation>1</tdm:reservation>", True),
        ("<tdm:reservation>yes</tdm:reservation>", True),
        ("<tdm:reservation></tdm:reservation>", True),
        ("<tdm:reservation> 0 </tdm:reservation>", False),
    ],
)
def test_the_tdm_property_is_obeyed(body: str, reserved: bool) -> None:
    found = reserved_by_photo(saved("PNG", xmp=xmp(body)))
    assert (found is not None and found.by is Reserved.TDM) is reserved
    attribute = body.replace("<tdm:reservation>", ' <b tdm:reservation="')
    attribute = attribute.replace("</tdm:reservation>", '"/>')
    assert bool(reserved_by_photo(saved("PNG", xmp=xmp(attribute)))) is reserved


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def cbor(value: object) -> bytes:
    """Return maps and short texts as CBOR (RFC 8949)."""
    if isinstance(value, dict):
        inner = b"".join(cbor(k) + cbor(v) for k, v in value.items())
        return bytes([0xA0 + len(value)]) + inner
    text = str(value).encode()
    return (bytes([0x60 + len(text)]) if len(text) < 24 else bytes([0x78, len(text)])) + text


def manifest(label: str, uses: dict[str, str], form: str = "cbor") -> bytes:
    """Return a manifest store with one training and data mining assertion, after C2PA 2.1."""
    content = {"entries": {name: {"use": use} for name, use in uses.items()}}
    data = cbor(content) if form == "cbor" else json.dumps(content).encode()
    kind = form.encode() + bytes.fromhex("00110010800000aa00389b71")
    assertion = box(b"jumd", kind + b"\x03" + label.encode() + b"\0") + box(form.encode(), data)
    store = box(b"jumd", b"c2as" + bytes(12) + b"\x03c2pa.assertions\0")
    filling = box(b"jumd", b"json" + bytes(12) + b"\x03other\0") + box(
        b"json", b"{}" + b" " * 70_000
    )
    return box(b"jumb", store + box(b"jumb", filling) + box(b"jumb", assertion))


def with_manifest(form: str, boxes: bytes) -> bytes:
    """Put JUMBF boxes where each format holds them (C2PA 2.1, A.3)."""
    photo = saved(form)
    if form == "JPEG":
        header, parts = (
            boxes[:8],
            [boxes[8:][at : at + 60_000] for at in range(0, len(boxes), 60_000)],
        )
        segments = b""
        for number, part in enumerate(parts, start=1):
            data = b"JP\0\1" + struct.pack(">I", number) + header + part
            segments += b"\xff\xeb" + struct.pack(">H", len(data) + 2) + data
        return photo[:2] + segments + photo[2:]
    if form == "PNG":
        chunk = struct.pack(">I", len(boxes)) + b"caBX" + boxes
        chunk += struct.pack(">I", zlib.crc32(b"caBX" + boxes))
        return photo[:33] + chunk + photo[33:]
    if form == "WEBP":
        return photo + b"C2PA" + struct.pack("<I", len(boxes)) + boxes
    identity = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
    return photo + box(b"uuid", identity + b"\0\0\0\0manifest\0" + bytes(8) + boxes)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("c2pa.training-mining", "c2pa.data_mining"),
        ("cawg.training-mining", "cawg.ai_generative_training"),
        ("cawg.training-mining__2", "cawg.ai_inference"),
    ],
)
def test_a_training_and_mining_assertion_is_obeyed(form: str, label: str, name: str) -> None:
    for use, reserved in (("notAllowed", True), ("constrained", True), ("allowed", False)):
        uses = {"cawg.ai_training": "allowed", name: use}
        for written in ("cbor", "json"):
            found = reserved_by_photo(with_manifest(form, manifest(label, uses, written)))
            assert (found is not None and found.by is Reserved.C2PA) is reserved, (use, written)


def test_an_assertion_that_cannot_be_understood_reserves_and_a_mere_name_does_not() -> None:
    boxes = manifest("c2pa.training-mining", {"c2pa.data_mining": "allowed"})
    assert reserved_by_photo(with_manifest("PNG", boxes.replace(b"allowed", b"perhaps")))
    bare = box(b"jumb", box(b"jumd", bytes(16) + b"\x03cawg.training-mining\0"))
    assert reserved_by_photo(with_manifest("PNG", bare))
    named = cbor({"url": "self#jumbf=c2pa.training-mining"}) + b"\0"
    assert reserved_by_photo(saved("JPEG") + named) is None


def exif(text: str) -> Image.Exif:
    made = Image.Exif()
    made[0x8298] = text
    return made


@pytest.mark.parametrize("word", ["noai", "NoAI", "noimageai"])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_the_words_are_obeyed_in_exif_and_keywords(form: str, word: str) -> None:
    keyword = xmp(f"<dc:subject><rdf:Bag><rdf:li>{word}</rdf:li></rdf:Bag></dc:subject>")
    for options in ({"exif": exif(f"(c) A, {word}")}, {"xmp": keyword}):
        found = reserved_by_photo(saved(form, **options))
        assert found == PhotoReservation(Reserved.NO_AI, word.lower())
    assert reserved_by_photo(saved(form, exif=exif("the noails of Hanoai"))) is None


def test_the_words_are_obeyed_in_comments_and_packed_texts() -> None:
    assert reserved_by_photo(saved("JPEG", comment=b"please: noai"))
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "noai", zip=True)
    assert reserved_by_photo(saved("PNG", pnginfo=texts))
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", mining("DMI-PROHIBITED").decode(), zip=True)
    assert reserved_by_photo(saved("PNG", pnginfo=texts))
    iptc = b"Photoshop 3.0\08BIM\x04\x04\0\0" + struct.pack(">I", 9) + b"\x1c\x02\x19\0\x04noai\0"
    segment = b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc
    photo = saved("JPEG")
    assert reserved_by_photo(photo[:2] + segment + photo[2:])


def test_xmp_that_goes_on_in_further_segments_is_read() -> None:
    text = b"<rdf:RDF>" + b" " * 40 + b"<plus:DataMining>DMI-PROHI" + b"BITED</plus:DataMining>"
    name = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32
    photo, segments = saved("JPEG"), b""
    for start, part in ((0, text[:75]), (75, text[75:])):
        data = name + struct.pack(">II", len(text), start) + part
        segments += b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data
    assert reserved_by_photo(photo[:2] + segments + photo[2:])


def test_pixels_are_not_read_for_words() -> None:
    photo = saved("JPEG")
    assert reserved_by_photo(photo[:-2] + b" noai \xff\xd9") is None


starts = st.sampled_from([b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"Exif\0\0"])
words = st.sampled_from([b"\xff\xe1\0", b"cawg.training-mining\0", b"cbor", b"iTXt", b"x\x9c", b""])


@given(starts, st.lists(st.tuples(words, st.binary(max_size=40)), max_size=6))
def test_any_bytes_give_an_answer(start: bytes, parts: list[tuple[bytes, bytes]]) -> None:
    photo = start + b"".join(word + noise for word, noise in parts)
    assert reserved_by_photo(photo) is None or reserved_by_photo(photo)
