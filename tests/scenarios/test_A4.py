"""A4: videos give one appearance per person and time span, without duplicates.

A clip is encoded from fixture photos, read back by the real decoder and looked at by the
real models: two people who said yes, and one who never did.
"""

import hashlib
import struct
from io import BytesIO

import pytest
from PIL import Image

from licet.collect import collect
from licet.demo.stage import Stage, allowed
from licet.effects.record import record_machine
from licet.effects.scanning import scan_for
from licet.effects.sealed import open_appearance
from licet.show import Shown, show
from licet.terms.acting import SUBJECT
from licet.terms.clip import Clip
from licet.terms.collecting import Collected
from licet.terms.face import Inspection
from licet.terms.gallery import TemplateKind
from licet.terms.ids import GrantId, ItemId
from licet.terms.ledger import EntryKind
from tests.films import film, people, portrait
from tests.scenarios.acts import be_enrolled, open_album

SIZE = (640, 480)
WITHIN = 200
"""Milliseconds: two frames."""

Span = tuple[int, int]


@pytest.fixture
def clip(stage: Stage) -> bytes:
    """Give an album of one clip, met twice: her, both, him with a stranger, her again."""
    for name in stage.groups:
        (stage.album / name).unlink()
    her, him, stranger = (
        portrait(stage.photos[name], 240) for name in ("ardern-2022", "macron-2025", "obama")
    )
    shots = [(1.5, [her]), (1.5, [her, him]), (6, [him, stranger]), (1, [her])]
    made = film(people(shots, SIZE))
    for name in ("clip.mp4", "copy.mp4"):
        (stage.album / name).write_bytes(made)
    with stage.app.store.unit() as unit:
        unit.deployment.add_generated(hashlib.sha256(made).hexdigest())
        record_machine(unit, EntryKind.BACKED_UP)
    return made


def spans(stage: Stage, grant: GrantId) -> list[Span]:
    with stage.app.store.read() as reader:
        kept = [
            open_appearance(stage.app, one)
            for one in reader.templates.of_grant(grant)
            if one.kind is TemplateKind.APPEARANCE
        ]
        faces = [reader.items.face(one.face) for one in kept]
    return sorted(face.span for face in faces if face is not None and face.span is not None)


def about(found: list[Span], told: list[Span]) -> bool:
    pairs = [pair for one in zip(found, told, strict=True) for pair in zip(*one, strict=True)]
    return all(abs(is_ - should) <= WITHIN for is_, should in pairs)


def test_two_people_of_a_clip_appear_at_their_times(stage: Stage, clip: bytes) -> None:
    """The stranger's features are in no file, and each picture shows one person alone."""
    hers, _ = be_enrolled(stage, "Jacinda Ardern", "ardern-2018")
    his, _ = be_enrolled(stage, "Emmanuel Macron", "macron-2014")
    done = allowed(collect(stage.app, stage.who("steward"), open_album(stage)))
    assert isinstance(done, Collected)
    assert (done.items, done.known, done.faces, done.appearances) == (1, 1, 4, 3)
    assert about(spans(stage, hers), [(0, 3000), (9000, 10_000)])
    assert about(spans(stage, his), [(1500, 9000)])
    with stage.app.store.read() as reader:
        [source] = reader.sources.all()
        [item] = reader.items.of_source(source.id, None, 10)
    assert (item.width, item.height) == SIZE
    _no_stranger(stage, clip)
    _seen_alone(stage, item.id, {hers: 2000, his: 5000})
    again = allowed(collect(stage.app, stage.who("steward"), source.id))
    assert isinstance(again, Collected)
    assert (again.items, again.known) == (0, 2)


def _no_stranger(stage: Stage, clip: bytes) -> None:
    """Read every file for the features of the face that nobody enrolled."""
    seen = stage.app.vision.watch(BytesIO(clip))
    assert isinstance(seen, Clip)
    photo = stage.app.vision.inspect(stage.photo("obama"))
    assert isinstance(photo, Inspection)
    own = photo.faces[0].template
    stranger = max((track.seen.template for track in seen.tracks), key=own.compare)
    assert stranger.compare(own) > stage.app.vision.same_person_threshold()
    floats = struct.pack(f"<{stranger.dimension}f", *(v / 32767 for v in stranger.integers()))
    assert scan_for(stage.app, [stranger.values, floats]).places == ()


def _seen_alone(stage: Stage, item: ItemId, moments: dict[GrantId, int]) -> None:
    """Of the people in a frame, the one whose grant it is can be found in the picture."""
    for grant, at in moments.items():
        shown = allowed(show(stage.app, SUBJECT, item, grant, at=at))
        assert isinstance(shown, Shown)
        found = stage.app.vision.inspect(shown.picture)
        assert isinstance(found, Inspection)
        assert len(found.faces) == len(shown.visible) == 1
        assert Image.open(BytesIO(shown.picture)).size == SIZE
