"""A1: many kinds of authorised source feed one gallery, and one search finds who is in each.

A folder, a bucket on a real S3 server, a website on a real web server, a library on a server
made from Immich's published interface, a video and what was handed in: each opened by its own
right, collected end to end, and found together.
"""

import hashlib
import io
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from licet.collect import collect
from licet.demo.stage import Stage, allowed
from licet.effects.record import record_machine
from licet.effects.scanning import scan_for
from licet.effects.sourcing import token_for
from licet.search import search
from licet.show import Shown, show
from licet.sources.authority import TOKEN_FILE
from licet.sources.immich import proof
from licet.sourcing import add_source
from licet.terms.acting import SUBJECT
from licet.terms.collecting import Collected
from licet.terms.ledger import EntryKind
from licet.terms.permit import Refusal
from licet.terms.search import SearchResult
from licet.terms.source import BystanderCondition, Source, SourceKind
from licet.terms.uploading import Handed, Uploaded
from licet.uploading import upload
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo, video
from tests.films import film, people, portrait
from tests.scenarios.acts import be_enrolled
from tests.scenarios.websites import album, opened
from tests.sources import s3
from tests.sources.immich.server import SECRET, Library, serve
from tests.sources.site.servers import Web

PLACE = b"48.8583 N"


@pytest.fixture(scope="module")
def objects() -> Iterator[str]:
    """Give the address of an S3 server."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with s3.serving() as address:
        yield address


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """Give a site with one photo of anna."""
    with album(monkeypatch, '<img src="a.jpg">', a=photo("anna", "carl", shot=1)) as site:
        yield site


@pytest.fixture
def bucket(objects: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give a bucket with one photo of anna."""
    for name, value in s3.environment(objects).items():
        monkeypatch.setenv(name, value)
    return s3.bucket(objects, "a1-photos", {"2025/a.jpg": photo("anna", shot=2)})


@pytest.fixture
def library(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """Give an Immich library with one photo of anna."""
    monkeypatch.setattr(proof, "PAUSE", 0.0)
    token = token_for(world.app.deployment.id, world.organisation)
    with serve(Library(name=token)) as found:
        monkeypatch.setenv("IMMICH_INSTANCE_URL", found.origin)
        monkeypatch.setenv("IMMICH_API_KEY", SECRET)
        found.put("a.jpg", photo("anna", "fred", shot=5))
        yield found


def _sources(world: World, web: Web, bucket: str, library: Library) -> dict[SourceKind, Source]:
    """Open one source of each kind, each by the proof that its kind needs."""
    token = token_for(world.app.deployment.id, world.organisation)
    s3.put(bucket, {TOKEN_FILE: token.encode()})
    place = replace(world.source_wish(Path(), "bucket", kind=SourceKind.BUCKET), place=bucket)
    shelves = replace(place, kind=SourceKind.LIBRARY, place=library.place, name="library")
    two = world.who("steward", "officer")
    clip = world.folder("clips") / "clip.mp4"
    clip.write_bytes(video(("anna", 200, 900), ("dora", 0, 2000)))
    shelf = {"kind": SourceKind.UPLOAD, "retention_days": 30}
    return {
        SourceKind.SITE: opened(world, web),
        SourceKind.BUCKET: allowed(add_source(world.app, two, place)),
        SourceKind.LIBRARY: allowed(add_source(world.app, two, shelves)),
        SourceKind.FOLDER: world.source(world.folder(a=photo("bert", "anna", shot=3))),
        SourceKind.VIDEO: world.source(clip, "clip", kind=SourceKind.VIDEO),
        SourceKind.UPLOAD: world.source(Path("upload:"), "handed in", **shelf),
    }


def test_one_search_finds_who_is_in_every_kind_of_source(
    world: World, web: Web, bucket: str, library: Library
) -> None:
    grant, _ = world.enrolled("anna")
    sources = _sources(world, web, bucket, library)
    assert set(sources) == set(SourceKind)
    steward = world.who("steward")
    handed = Handed("party.jpg", photo("anna", "emil", shot=4))
    assert isinstance(upload(world.app, steward, sources[SourceKind.UPLOAD].id, handed), Uploaded)
    for kind, source in sources.items():
        done = collect(world.app, steward, source.id)
        assert isinstance(done, Collected), (kind, done)
        assert (done.items, done.appearances) == (1, 1), kind
    probe = photo("anna", shot=9)
    found = search(world.app, world.who("investigator"), world.case(probe), CLEARANCE, probe)
    assert isinstance(found, SearchResult), found
    [candidate] = found.candidates
    assert candidate.grant == grant
    assert {seen.source for seen in candidate.appearances} == {s.id for s in sources.values()}
    for seen in candidate.appearances:
        shown = show(world.app, SUBJECT, seen.item, grant)
        assert isinstance(shown, Shown)
        assert len(shown.visible) == 1


def test_without_its_own_right_none_of_them_is_opened(
    world: World, web: Web, bucket: str, library: Library
) -> None:
    """The same places, but nobody says on what basis the others in them may be compared."""
    sources = _sources(world, web, bucket, library)
    two = world.who("steward", "officer")
    for kind, source in sources.items():
        wish = world.source_wish(
            Path(), f"again, {kind.value}", kind=kind, bystander_condition=None, retention_days=9
        )
        with world.app.store.read() as reader:
            authority = reader.sources.authority_at(source.id, reader.now)
        assert authority is not None
        wish = replace(wish, place=source.place, control=authority.control)
        refused = add_source(world.app, two, wish)
        assert isinstance(refused, Refusal), kind
        assert refused.reason == "no_bystander_condition"


def _with_place(photo: bytes) -> bytes:
    """Return a photo that says where and by whom it was taken."""
    exif = Image.Exif()
    exif[0x013B] = "Jacinda's neighbour"
    exif.get_ifd(0x8825)[29] = PLACE.decode()
    out = io.BytesIO()
    with Image.open(io.BytesIO(photo)) as image:
        image.save(out, "JPEG", quality=95, exif=exif, comment=PLACE)
    return out.getvalue()


@pytest.mark.soak
def test_a_real_photo_and_a_real_video_are_handed_in(stage: Stage) -> None:
    """With the real models: found in both, and nothing of where they were taken is kept."""
    grant, _ = be_enrolled(stage, "Jacinda Ardern", "ardern-2018")
    her = portrait(stage.photos["ardern-2022"], 240)
    clip = film(people([(1, [her])], (640, 480)), sound=True)
    told = _with_place(stage.photo("ardern-2022"))
    assert PLACE in told
    with stage.app.store.unit() as unit:
        for made in (clip, told):
            unit.deployment.add_generated(hashlib.sha256(made).hexdigest())
        record_machine(unit, EntryKind.BACKED_UP)
    wish = stage.source_wish(BystanderCondition.ALL_PICTURED_CONSENTED)
    wish = replace(wish, kind=SourceKind.UPLOAD, place="upload:", retention_days=30)
    source = allowed(add_source(stage.app, stage.who("steward", "officer"), wish))
    for name, content in (("her.jpg", told), ("clip.mp4", clip)):
        handed = Handed(name, io.BytesIO(content))
        done = allowed(upload(stage.app, stage.who("steward"), source.id, handed))
        assert isinstance(done, Uploaded), done
    found = allowed(collect(stage.app, stage.who("steward"), source.id))
    assert (found.items, found.appearances, found.unreadable_count) == (2, 2, 0)
    assert scan_for(stage.app, [PLACE, b"Jacinda's neighbour", told[2000:2060]]).places == ()
    with stage.app.store.read() as reader:
        copies = reader.copies.of_source(source.id, "", 9)
        items = reader.items.of_source(source.id, None, 9)
    assert len(copies) == len(items) == 2
    for item in items:
        shown = allowed(show(stage.app, SUBJECT, item.id, grant))
        assert isinstance(shown, Shown)
        assert len(shown.visible) == 1
