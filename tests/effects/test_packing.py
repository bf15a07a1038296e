"""A package holds everything, says so honestly, and nobody but its person can open it."""

import json
import re
import tomllib
from io import BytesIO
from pathlib import Path

import jsonschema
import pypdf
import pytest

from licet.collect import collect
from licet.consent.purposes import table
from licet.effects.packing import build_package, deliver_package
from licet.effects.packing.stores import NOBODY, PEOPLE
from licet.effects.paper import UNSHOWN
from licet.effects.record import record_machine
from licet.effects.scanning import forms_of
from licet.effects.sealed import grant_key, subject_key
from licet.granting import withdraw
from licet.ledger.verify import verify_file
from licet.store.schema import METADATA
from licet.terms.acting import SUBJECT
from licet.terms.errors import BadInput
from licet.terms.grant import Identity
from licet.terms.ids import SubjectId
from licet.terms.ledger import EntryKind
from licet.terms.rights import RightKind
from licet.terms.source import Source, SourceState
from licet.vault.locked import ALPHABET, Opened
from tests.effects.package_schema import DOCUMENTED, SHIPPED, text
from tests.effects.packing import Unpacked, asked, request_of, unpack
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo
from tests.gates.tree import ROOT

PACKING = ROOT / "src/licet/effects/packing"
WORDS = sorted(PACKING.glob("words/*.toml"))
PURPOSES = table()
OTHERS = {"keyring", "gallery", "mirror", "outbox", "copies", "packages"}
OTHERS |= {"backup", "logs"}
"""Places where something is kept that are no tables."""


def _anna(world: World) -> SubjectId:
    """Enrol two people and collect three photos: anna is in two of them, once with others."""
    _, subject = world.enrolled("anna")
    world.enrolled("bob")
    place = world.folder(
        a=photo("anna", "bob", "carl", shot=7), b=photo("anna", shot=8), c=photo("bob", shot=9)
    )
    collect(world.app, world.who("steward"), world.source(place).id)
    return subject


def _told(world: World) -> Unpacked:
    return packed(world, _anna(world))


BEGINS = {"anna": _anna, "told": _told}


@pytest.fixture
def anna(world: World) -> SubjectId:
    """Give anna, who is in two photos."""
    return SubjectId(world.left)


@pytest.fixture
def told(world: World) -> Unpacked:
    """Give what is in her package."""
    assert isinstance(world.left, Unpacked)
    return world.left


def packed(world: World, subject: SubjectId, kind: RightKind = RightKind.ACCESS) -> Unpacked:
    """Let somebody ask, build, and open what lies there."""
    plan = asked(world.app, subject, kind)
    assert dict(build_package(world.app, plan))["built"]
    return unpack(world.app, plan)


def source_of(world: World) -> Source:
    with world.app.store.read() as reader:
        return reader.sources.all()[0]


# --- whole (invariant 9) ---


def test_every_table_is_told_of_or_holds_nothing_of_anybody() -> None:
    """A new table is listed, with its count or its reason, before it can be built."""
    tables = set(METADATA.tables)
    assert PEOPLE.keys() | NOBODY.keys() == tables
    assert PEOPLE.keys() & NOBODY.keys() == set()
    assert all(len(reason) > 20 for reason in NOBODY.values())


def test_a_table_that_holds_nothing_of_anybody_points_at_nobody() -> None:
    """What names a person or hangs on a grant may not be given a reason instead of a count."""
    personal = {"subject", "grant", "candidate", "search", "request", "face", "template"}
    for name in NOBODY.keys() - {"canary"}:  # whom a canary points at does not exist
        table = METADATA.tables[name]
        points_at = {key.column.table.name for key in table.foreign_keys}
        assert points_at & personal == set(), name
        assert "subject" not in table.columns, name


def test_the_manifest_tells_every_store_zeros_included(told: Unpacked) -> None:
    assert told.counts.keys() >= set(METADATA.tables)
    assert told.counts.keys() == set(METADATA.tables) | OTHERS
    assert told.counts["template"] == 3
    assert told.counts["hold"] == told.counts["suggestion"] == 0


def test_somebody_of_whom_nothing_is_kept_is_told_so(world: World) -> None:
    """Whoever is known by a request alone gets a package too: zeros are an answer."""
    _, subject = world.granted("anna")
    told = packed(world, subject)
    assert told.data["references"] == told.data["appearances"] == told.data["items"] == []
    assert told.counts["template"] == told.counts["face"] == 0
    assert told.verdict().ok


def test_nothing_of_anybody_else_is_in_it(world: World, anna: SubjectId) -> None:
    """Bob is in one of the photos; neither he nor his features are in anna's package."""
    with world.app.store.read() as reader:
        bobs = [t.id for t in reader.templates.all()]
        bob = next(s for s in reader.subjects.ids() if s != anna)
        grants = [grant.id for grant in reader.grants.of_subject(bob)]
    told = packed(world, anna)
    hers = {one["id"] for one in told.data["references"] + told.data["appearances"]}
    others = [one for one in bobs if one not in hers]
    assert others
    whole = b"".join(told.files.values())
    for foreign in (bob, *grants, *others, "bob@example.org", *world.people.values()):
        assert str(foreign).encode() not in whole


# --- readable ---


def test_the_data_are_in_the_form_of_their_schema(told: Unpacked) -> None:
    schema = json.loads(told.files["package.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(told.data, schema, jsonschema.Draft202012Validator)
    broken = told.data
    broken["appearances"][0]["whose"] = "anna"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema, jsonschema.Draft202012Validator)


def test_the_schema_is_in_step_with_what_is_written() -> None:
    """Run: python -m tests.effects.package_schema."""
    assert SHIPPED.read_text(encoding="utf-8") == text()
    assert DOCUMENTED.read_text(encoding="utf-8") == text()


def test_features_can_be_used_without_us(told: Unpacked) -> None:
    """Numbers and their scale: the score of two appearances is what anybody computes."""
    reference = told.data["references"][0]["features"]
    for appearance in told.data["appearances"]:
        values = appearance["features"]["values"]
        score = sum(a * b for a, b in zip(reference["values"], values, strict=True))
        assert appearance["meaning"]["score"] == score
        assert appearance["meaning"]["cosine"] == pytest.approx(score / 32767**2, abs=1e-3)


@pytest.mark.parametrize("language", ["en", "fr", "de", "eo"])
def test_the_page_is_read_without_a_script_in_the_persons_language(
    world: World, anna: SubjectId, language: str
) -> None:
    plan = asked(world.app, anna, language=language)
    build_package(world.app, plan)
    page = unpack(world.app, plan).files["index.html"].decode()
    spoken = language if language != "eo" else "en"
    assert PURPOSES.get(CLEARANCE).told(spoken).title in page
    assert f'<html lang="{spoken}">' in page
    assert "<script" not in page
    assert 'name="viewport"' in page
    assert "@media print" in page
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", page)
    assert all(f'id="{link}"' in page for link in re.findall(r'href="#([a-z_]+)"', page))


def test_what_people_wrote_stays_text(world: World) -> None:
    """A name is never markup, neither of the page nor of the letter."""
    name = '<script>alert(1)</script> #pagebreak() *x* "]'
    subject = _named(world, name)
    told = packed(world, subject)
    page = told.files["index.html"].decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    letter = pypdf.PdfReader(BytesIO(told.files["letter.pdf"]))
    assert "<script>alert(1)</script> #pagebreak() *x*" in letter.pages[0].extract_text()


def test_the_letter_can_be_read_aloud(told: Unpacked) -> None:
    """PDF/UA: tagged, with a language, a title and headings; tables have headers."""
    letter = pypdf.PdfReader(BytesIO(told.files["letter.pdf"]))
    root = letter.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    about = root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in about
    assert "Everything we keep about you" in about
    tags = list(_tags(root["/StructTreeRoot"]))
    assert tags.count("/H1") == 1
    assert tags.count("/H2") > 5
    assert tags.count("/TH") == 2
    assert tags.count("/TD") == 2 * (tags.count("/TR") - 1)


@pytest.mark.parametrize("name", ["Ελένη Олег", "محمد", "李小龙 a", "\U0001f600\x07x"])
def test_a_letter_is_written_to_everybody(world: World, name: str) -> None:
    """Signs that no font here has are said to be missing; the page has them all."""
    told = packed(world, _named(world, name))
    letter = pypdf.PdfReader(BytesIO(told.files["letter.pdf"]))
    words = "".join(page.extract_text() for page in letter.pages)
    shown = name in words
    assert shown or UNSHOWN in words or "x" in words
    assert name.replace("\x07", "") in told.files["index.html"].decode().replace("\x07", "")
    assert told.data["person"]["name"] == name


def test_every_word_is_said() -> None:
    """What nobody says any more need not be translated."""
    english = tomllib.loads((PACKING / "words/en.toml").read_text("utf-8"))
    saying = "".join(
        one.read_text("utf-8") for one in (*PACKING.glob("*.py"), PACKING / "page.html")
    )
    words = [name for section in ("letter", "page") for name in english[section]]
    assert [name for name in words if f'"{name}"' not in saying] == []
    assert english["store"].keys() == PEOPLE.keys() | NOBODY.keys() | OTHERS


@pytest.mark.parametrize("file", WORDS, ids=lambda file: file.stem)
def test_every_language_says_everything(file: Path) -> None:
    english = tomllib.loads((file.parent / "en.toml").read_text("utf-8"))
    said = tomllib.loads(file.read_text("utf-8"))
    assert {k: v.keys() for k, v in said.items()} == {k: v.keys() for k, v in english.items()}
    for section, words in english.items():
        for name, text_ in words.items():
            parts = set(re.findall(r"\{(\w+)\}", text_))
            assert set(re.findall(r"\{(\w+)\}", said[section][name])) == parts, (section, name)


def test_what_a_machine_reads_is_taken_along_alone(world: World, anna: SubjectId) -> None:
    """Portability (GDPR 20): no page, no letter, no picture; everything else is the same."""
    told = packed(world, anna, RightKind.PORTABILITY)
    assert {"package.json", "package.schema.json", "files.json"} <= told.files.keys()
    assert not [n for n in told.files if n.endswith((".html", ".pdf", ".jpg"))]
    assert len(told.data["appearances"]) == 2
    assert {item["picture_says"] for item in told.data["items"]} == {"left_out"}
    assert told.verdict(world.app.ledger_key.vkey).ok


def test_receipts_are_made_again_for_who_lost_them(world: World, anna: SubjectId) -> None:
    """Of the yes and of the withdrawal: each is checked as the first one was."""
    with world.app.store.read() as reader:
        (grant,) = reader.grants.of_subject(anna)
    done = withdraw(world.app, SUBJECT, grant.id)
    told = packed(world, anna)
    (given,) = told.data["grants"]
    kinds = [json.loads(told.files[name])["kind"] for name in given["receipts"]]
    assert kinds == ["confirmation", "withdrawal"]
    for name in given["receipts"]:
        assert verify_file(told.files[name], world.app.ledger_key.vkey).ok
    again = json.loads(told.files[given["receipts"][1]])
    assert again["statement"] == json.loads(done.receipt)["statement"]


# --- pictures ---


def test_everybody_else_is_covered(told: Unpacked) -> None:
    """Of three people in a photo two are covered, bob among them, whom we know."""
    covered = [json.loads(v)["covered"] for n, v in told.files.items() if "pictures/" in n]
    assert sorted(map(len, covered)) == [0, 2]
    boxes = {tuple(one) for picture in covered for one in picture}
    own = [one["region"] for one in told.data["appearances"]]
    assert all((r["x"], r["y"], r["w"], r["h"]) not in boxes for r in own)


def test_a_source_that_may_not_be_read_is_not_read(world: World, anna: SubjectId) -> None:
    """Without a live authority there is no picture, and the package says so."""
    with world.app.store.unit() as unit:
        unit.sources.set_state(source_of(world).id, SourceState.LAPSED)
        record_machine(unit, EntryKind.SOURCE_LAPSED)
    world.vision.inspected = 0
    told = packed(world, anna)
    assert world.vision.inspected == 0
    assert {item["picture"] for item in told.data["items"]} <= {None}
    assert not [name for name in told.files if name.startswith("pictures/")]


def test_a_photo_that_is_another_one_now_is_not_shown(world: World, anna: SubjectId) -> None:
    place = Path(source_of(world).place)
    (place / "a.jpg").write_bytes(photo("carl", shot=3))
    (place / "b.jpg").unlink()
    said = {item["picture_says"] for item in packed(world, anna).data["items"]}
    assert said == {"changed", "gone"}


# --- after keys are gone ---


def test_what_cannot_be_read_any_more_is_counted_and_said(world: World, anna: SubjectId) -> None:
    """A shredded key before its rows are deleted: a crash away from an ended grant."""
    with world.app.store.read() as reader:
        (grant,) = reader.grants.of_subject(anna)
    world.app.keyring.shred(grant_key(grant.id), subject_key(anna))
    told = packed(world, anna)
    assert [one["features"] for one in told.data["references"]] == [None]
    assert told.data["person"]["name"] is None
    assert told.counts["template"] == 3
    assert told.verdict().ok


# --- locked ---


def test_nothing_of_it_lies_there_in_clear(world: World, anna: SubjectId) -> None:
    plan = asked(world.app, anna)
    build_package(world.app, plan)
    told = unpack(world.app, plan)
    folder = world.app.settings.place(world.app.settings.packages)
    files = [file for file in folder.rglob("*") if file.is_file()]
    whole = b"".join(file.read_bytes() for file in files)
    values = told.data["references"][0]["features"]["values"]
    needles = ["anna", "anna@example.org", told.secret, str(values)[1:60], "Harbour", "album"]
    for needle in needles:
        assert not any(form in whole for form in forms_of(needle.encode())), needle
    assert all(re.fullmatch(r"[a-z0-9./-]+", name) for name in told.files)


def test_the_secret_is_nowhere_but_in_its_letter(world: World, anna: SubjectId) -> None:
    plan = asked(world.app, anna)
    build_package(world.app, plan)
    secret = unpack(world.app, plan).secret
    deliver_package(world.app, plan)
    with world.app.store.read() as reader:
        assert not any(secret.encode() in leaf.data for leaf in reader.leaves.iterate())
    for file in world.home.rglob("*"):
        if file.is_file():
            assert secret.encode() not in file.read_bytes(), file
    letters = [letter for letter in world.outbox.letters if secret in letter.text]
    assert len(letters) == 1
    assert letters[0].attachments == ()


def test_a_secret_is_long_and_made_by_chance(world: World, anna: SubjectId) -> None:
    first, second = packed(world, anna).secret, packed(world, anna).secret
    assert first != second
    assert len(first.replace("-", "")) * 5 == 125
    assert set(first) <= {*ALPHABET, "-"}


@pytest.mark.parametrize("secret", ["", "wrong", "0" * 29])
def test_no_other_secret_opens_it(world: World, anna: SubjectId, secret: str) -> None:
    plan = asked(world.app, anna)
    build_package(world.app, plan)
    folder = world.app.settings.place(world.app.settings.packages) / request_of(world.app, plan).id
    with (folder / "package-1.zip").open("rb") as file, pytest.raises(BadInput):
        Opened(file, secret)


def _named(world: World, name: str) -> SubjectId:
    return world.granted("anna", identity=Identity(name, "anna@example.org", "1980-05-17"))[1]


def _tags(node: pypdf.generic.DictionaryObject):
    below = node.get("/K", [])
    for one in below if isinstance(below, list) else [below]:
        found = one.get_object()
        if isinstance(found, pypdf.generic.DictionaryObject) and "/S" in found:
            yield found["/S"]
            yield from _tags(found)
