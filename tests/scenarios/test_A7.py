"""A7: place and other metadata of a photo are kept nowhere.

No grant names them today, so the rule has no exception yet: what is collected is the content
hash, the address (sealed), the size in pixels and the boxes.
"""

import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from licet.collect import collect
from licet.demo.stage import Stage, allowed
from licet.effects.scanning import scan_for
from licet.rights.intake import prove, receive
from licet.rights.looking import accept_photo, attach_photo
from licet.show import Shown, show
from licet.terms.acting import SUBJECT
from licet.terms.collecting import Collected
from licet.terms.ids import RequestId
from licet.terms.looking import Attached
from licet.terms.rights import RequestWish, RightKind
from licet.terms.source import Item
from licet.worker import run_once
from tests.scenarios.acts import be_enrolled, open_album

MAKER, OWNER, WORDS = b"Hafenkamera 17", b"Jane Roe, Quay 3", b"the twins at the harbour gate"
GPS_WORD = b"WGS-84 QUAY"
NEEDLES = (MAKER, OWNER, WORDS, GPS_WORD)
LATITUDE = (IFDRational(48), IFDRational(51), IFDRational(30))


def _with_metadata(stage: Stage, photo: bytes) -> bytes:
    """Return a photo with a place, a camera, an owner and a caption in it."""
    picture = Image.open(BytesIO(photo)).convert("RGB")
    exif = Image.Exif()
    exif[0x010F], exif[0x013B] = MAKER.decode(), OWNER.decode()
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", LATITUDE, "E", LATITUDE
    place[18] = GPS_WORD.decode()
    written = BytesIO()
    picture.save(written, "JPEG", exif=exif, comment=WORDS, quality=95)
    data = written.getvalue()
    with stage.app.store.unit() as unit:
        unit.deployment.add_generated(hashlib.sha256(data).hexdigest())
        from licet.effects.record import record_machine
        from licet.terms.ledger import EntryKind

        record_machine(unit, EntryKind.BACKED_UP)
    return data


@pytest.fixture
def album(stage: Stage) -> Stage:
    """Give an album of one photo that says a lot about itself."""
    (group, *others) = sorted(stage.groups)
    for name in others:
        (stage.album / name).unlink()
    data = _with_metadata(stage, stage.groups[group])
    assert all(needle in data for needle in NEEDLES)
    (stage.album / group).write_bytes(data)
    return stage


def test_a_collected_item_has_no_metadata(album: Stage) -> None:
    """Neither in its row, which has no field for it, nor in any file of the deployment."""
    done = allowed(collect(album.app, album.who("steward"), open_album(album)))
    assert isinstance(done, Collected)
    assert done.items == 1
    with album.app.store.read() as reader:
        (source,) = reader.sources.all()
        (item,) = reader.items.of_source(source.id, None, 10)
    assert {name: type(getattr(item, name)) for name in Item.__slots__} == {
        "id": str,
        "source": str,
        "sha256": str,
        "sealed_address": bytes,
        "width": int,
        "height": int,
        "first_leaf": int,
        "first_seen": type(item.first_seen),
    }
    assert _found(album) == ()
    # When it was met is our own clock's word, never the camera's.
    assert abs((album.app.clock() - item.first_seen).total_seconds()) < 600


def test_a_picture_that_is_shown_has_no_metadata(album: Stage) -> None:
    """Not even to the person whom it shows."""
    grant, _ = be_enrolled(album, "Mary Collins", "collins")
    allowed(collect(album.app, album.who("steward"), open_album(album)))
    with album.app.store.read() as reader:
        (source,) = reader.sources.all()
        (item,) = reader.items.of_source(source.id, None, 10)
    shown = allowed(show(album.app, SUBJECT, item.id, grant))
    assert isinstance(shown, Shown)
    _bare(shown.picture)
    assert _found(album) == ()


def test_a_photo_that_goes_with_a_request_leaves_no_metadata(album: Stage) -> None:
    """Where and with what somebody took a photo of themselves is nobody's business."""
    sent = _with_metadata(album, album.photo("macron-2014"))
    wish = RequestWish(RightKind.ACCESS, "him@sandbox.invalid", photo_follows=True)
    request: RequestId = allowed(receive(album.app, album.who("steward"), wish)).request
    prove(album.app, request, album.code())
    done = attach_photo(album.app, album.who("steward"), request, (sent,))
    assert isinstance(done, Attached), done
    assert _found(album) == ()
    allowed(accept_photo(album.app, album.who("officer"), request, (sent,), "seen at the desk"))
    run_once(album.app)
    assert _found(album) == ()


def test_the_look_for_metadata_can_find_some(album: Stage) -> None:
    """The scan above can fail: one stray copy of the photo is found."""
    stray = album.settings.home / "stray.jpg"
    stray.write_bytes((album.album / sorted(album.groups)[0]).read_bytes())
    assert {Path(place).name for place in _found(album)} == {"stray.jpg"}


def _found(stage: Stage) -> tuple[str, ...]:
    return tuple(place for place, _, _ in scan_for(stage.app, list(NEEDLES)).places)


def _bare(picture: bytes) -> None:
    assert not any(needle in picture for needle in NEEDLES)
    opened = Image.open(BytesIO(picture))
    assert dict(opened.getexif()) == {}
    assert not {"exif", "comment", "xmp", "icc_profile"} & set(opened.info)
