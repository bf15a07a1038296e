"""A bucket by S3: listed in order, read in ranges of one version, by whoever may."""

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path

import obstore
import pytest

from licet.sources import bucket
from licet.sources.authority import TOKEN_FILE, NotProved, Proof
from licet.sources.bucket import BucketSource, open_bucket, prove_bucket, read_place
from licet.sources.contract import (
    MOST_BYTES,
    NO_PHOTO,
    Address,
    HoldsSidecars,
    HoldsVideos,
    TellsChange,
)
from licet.terms import ranged
from licet.terms.errors import BadInput, Setup
from licet.terms.face import Unreadable
from licet.vision.opening import opened
from tests.films import film, scenes
from tests.sources import s3

PHOTO = b"\xff\xd8\xff" + bytes(range(256)) * 8
TOKEN = "licet deployment organisation"
_numbers = count(1)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with s3.serving() as found:
        yield found


@pytest.fixture(autouse=True)
def _chain(address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in s3.environment(address).items():
        monkeypatch.setenv(name, value)


def _bucket(address: str, **objects: bytes) -> str:
    return s3.bucket(address, f"bucket-{next(_numbers)}", objects)


def _photos(address: str, *keys: str) -> str:
    return s3.bucket(address, f"bucket-{next(_numbers)}", dict.fromkeys(keys, PHOTO))


def test_a_walk_is_in_order_and_goes_on_after_any_key(address: str) -> None:
    keys = ["B.jpg", "a/1.jpg", "a/2.jpg", "b.jpg", "\u00e4/\u00fc %.jpg"]
    place = _photos(address, *reversed(keys), "a/.hidden/x.jpg", ".licet-authority", "Thumbs.db")
    source = BucketSource(place)
    assert list(source.walk()) == keys
    assert source.count() == len(keys)
    for n, key in enumerate(keys):
        assert list(source.walk(key)) == keys[n + 1 :]
    assert list(source.walk("a/1.jpg.gone")) == keys[2:]
    assert [source.read(Address(key)) for key in keys] == [PHOTO] * len(keys)


def test_nothing_beside_the_prefix_is_met(address: str) -> None:
    place = _photos(address, "in/1.jpg", "in/deep/2.jpg", "inside/3.jpg", "out/4.jpg")
    source = BucketSource(f"{place}/in/")
    assert list(source.walk()) == ["1.jpg", "deep/2.jpg"]
    assert list(source.walk("1.jpg")) == ["deep/2.jpg"]
    assert source.read(Address("deep/2.jpg")) == PHOTO
    for outside in ("../out/4.jpg", "deep/../../out/4.jpg", "", ".licet-authority"):
        with pytest.raises(BadInput, match="no address"):
            source.read(Address(outside))


def test_a_long_listing_has_many_pages(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [f"{n:03d}.jpg" for n in range(25)]
    monkeypatch.setattr(bucket, "PAGE", 4)
    source = BucketSource(_photos(address, *keys))
    assert list(source.walk()) == keys
    assert list(source.walk("011.jpg")) == keys[12:]


def test_what_cannot_be_read_says_why(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place = _bucket(address, empty=b"", text=b"no photo at all", photo=PHOTO)
    source = BucketSource(place)
    found = {key: source.read(Address(key)) for key in ("empty", "text", "gone")}
    reasons = {key: why.reason for key, why in found.items() if isinstance(why, Unreadable)}
    assert reasons == {
        "empty": "the object is empty",
        "text": "the file is not a photo in a known format",
        "gone": "the object is not there any more",
    }
    monkeypatch.setattr(bucket, "MOST_BYTES", len(PHOTO) - 1)
    large = source.read(Address("photo"))
    assert isinstance(large, Unreadable)
    assert large.reason == f"the object is larger than {MOST_BYTES // 1024 // 1024} MB"


def test_a_large_object_comes_in_ranges_of_one_version(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "RANGE_BYTES", 500)
    place = _bucket(address, photo=PHOTO)
    source = BucketSource(place)
    assert source.read(Address("photo")) == PHOTO
    real = bucket._asked

    def overwritten(*about: object) -> bytes:
        data = real(*about)
        if about[2] == 0:
            s3.put(place, {"photo": b"\xff\xd8\xff" + b"other" * 500})
        return data

    monkeypatch.setattr(bucket, "_asked", overwritten)
    changed = source.read(Address("photo"))
    assert isinstance(changed, Unreadable)
    assert changed.reason == "the object was changed while it was read"


def test_when_an_object_was_written_is_told(address: str) -> None:
    """Of what was read last without a further question; of what is gone nothing."""
    source = BucketSource(_bucket(address, a=PHOTO, b=PHOTO))
    assert isinstance(source, TellsChange)
    assert source.read(Address("a")) == PHOTO
    written = source.changed_at(Address("a"))
    assert written is not None
    assert abs(datetime.now(UTC) - written) < timedelta(minutes=5)
    assert source.changed_at(Address("b")) is not None
    assert source.changed_at(Address("gone")) is None


def test_a_video_is_read_where_it_lies(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranged, "BUFFER", 700)
    clip = film(scenes(1.5, 1))
    place = _bucket(address, clip=clip, photo=PHOTO, empty=b"")
    source = BucketSource(place)
    assert isinstance(source, HoldsVideos)
    assert source.read(Address("clip")) == NO_PHOTO
    assert all(source.open_video(Address(key)) is None for key in ("photo", "empty", "gone"))
    video = source.open_video(Address("clip"))
    assert video is not None
    with video, opened(video) as reel:
        assert [frame.at for frame in reel.frames()] == [0, 1000, 1500]
        video.seek(-10, 2)
        assert video.read(100) == clip[-10:]
        s3.put(place, {"clip": clip + b"more"})
        video.seek(0)
        with pytest.raises(OSError, match="cannot be read on"):
            video.read()
    monkeypatch.setattr(bucket, "MOST_BYTES", len(clip) - 1)
    assert source.read(Address("clip")) == NO_PHOTO


class _Breaking(BaseHTTPRequestHandler):
    """Gives objects in ranges, and breaks off the first tries of each in the middle."""

    breaks = 0
    keys = (b"a/1.jpg",)

    def do_HEAD(self) -> None:
        self._head(200, len(PHOTO))

    def do_GET(self) -> None:
        if "list-type" in self.path:
            named = (
                b"<Contents><Key>%b</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
                b"<ETag>e</ETag><Size>3</Size></Contents>" % key
                for key in self.keys
            )
            body = b"<ListBucketResult><Name>b</Name>%b</ListBucketResult>" % b"".join(named)
            self._head(200, len(body))
            self.wfile.write(body)
            return
        first, last = self.headers["Range"].removeprefix("bytes=").split("-")
        part = PHOTO[int(first) : int(last) + 1]
        self._head(206, len(part), f"bytes {first}-{last}/{len(PHOTO)}")
        if type(self).breaks > 0:
            type(self).breaks -= 1
            self.wfile.write(part[:10])
            self.close_connection = True
            return
        self.wfile.write(part)

    def _head(self, status: int, size: int, span: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(size))
        self.send_header("ETag", '"one"')
        self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        if span:
            self.send_header("Content-Range", span)
        self.end_headers()

    def log_message(self, *_about: object) -> None:
        pass


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[_Breaking]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Breaking)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    yield _Breaking
    _Breaking.breaks, _Breaking.keys = 0, (b"a/1.jpg",)
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_breaks_off_is_taken_up_again(
    breaking: type[_Breaking], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "RANGE_BYTES", 1000)
    monkeypatch.setattr(bucket, "_RETRIES", {"max_retries": 0})
    source = BucketSource("s3://bucket")
    breaking.breaks = 2
    assert source.read(Address("a/1.jpg")) == PHOTO
    breaking.breaks = 1000
    broken = source.read(Address("a/1.jpg"))
    assert isinstance(broken, Unreadable)
    assert broken.reason == "the connection to the bucket broke off"


def test_a_key_that_cannot_be_an_address_is_said(breaking: type[_Breaking]) -> None:
    breaking.keys = (b"a/1.jpg", b"a//2.jpg")
    with pytest.raises(BadInput, match="an empty or forbidden name"):
        list(BucketSource("s3://bucket").walk())


def test_control_is_proved_by_who_can_write(address: str) -> None:
    place = read_place(_photos(address, "1.jpg"))
    assert prove_bucket(place, TOKEN) == NotProved(
        "there is no token in it", f"Write this line into the object {place}/{TOKEN_FILE}: {TOKEN}"
    )
    s3.put(str(place), {TOKEN_FILE: b"another's\n"})
    other = prove_bucket(place, TOKEN)
    assert isinstance(other, NotProved)
    assert other.reason == "the token in it is not this organisation's"
    s3.put(str(place), {TOKEN_FILE: f"{TOKEN}\n".encode()})
    proof = prove_bucket(place, TOKEN)
    assert isinstance(proof, Proof)
    assert TOKEN not in proof.text
    below = prove_bucket(read_place(f"{place}/inner"), TOKEN)
    assert isinstance(below, NotProved), "a prefix has its own"


def test_no_bucket_and_no_server_are_said(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="no bucket s3://nothing-here"):
        list(BucketSource("s3://nothing-here").walk())
    monkeypatch.setattr(bucket, "_RETRIES", {"max_retries": 0})
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(BadInput, match="cannot be listed"):
        list(BucketSource("s3://nothing-here").walk())
    assert isinstance(BucketSource("s3://nothing-here").read(Address("a")), Unreadable)
    assert isinstance(prove_bucket(read_place("s3://nothing-here"), TOKEN), NotProved)


def test_the_shared_file_and_its_profile_are_read(
    address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = _photos(address, "1.jpg")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "AWS_REGION"):
        monkeypatch.delenv(name)
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(
        "[archive]\naws_access_key_id = key\naws_secret_access_key = sec%ret\n"
    )
    (tmp_path / ".aws/config").write_text(
        f"[profile archive]\nregion = eu-west-3\nendpoint_url = {address}\n"
    )
    monkeypatch.setenv("AWS_PROFILE", "archive")
    assert list(BucketSource(place).walk()) == ["1.jpg"]
    (tmp_path / ".aws/config").write_text("no section\n")
    with pytest.raises(Setup, match="cannot be read"):
        BucketSource(place)


@pytest.mark.parametrize(
    "text",
    ["", "bucket", "s3://", "s3://B", "http://bucket", "s3://a b", "s3://ab/x/../y", "s3://abc//x"],
)
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_place(text)


def test_a_place_is_written_in_one_way() -> None:
    assert {str(read_place(text)) for text in ("s3://abc/x", "s3://abc/x/")} == {"s3://abc/x"}
    assert {str(read_place(text)) for text in ("s3://abc", "s3://abc/")} == {"s3://abc"}


def test_what_is_written_beside_a_photo_is_found_by_the_listing(address: str) -> None:
    notes = {"in/a.jpg.xmp": b"1", "in/a.xmp": b"2", "in/b.XMP": b"3", "in/e.jpg.xmp": b""}
    photos = dict.fromkeys(("in/a.jpg", "in/b.jpg", "in/c.jpg", "in/e.jpg", "d.jpg"), PHOTO)
    place = s3.bucket(address, f"bucket-{next(_numbers)}", {**notes, **photos, "d.xmp": b"4"})
    source = BucketSource(f"{place}/in")
    assert isinstance(source, HoldsSidecars)
    assert source.sidecars(Address("a.jpg")) == (b"1", b"2")
    assert source.sidecars(Address("b.jpg")) == (b"3",)
    assert source.sidecars(Address("c.jpg")) == ()
    assert source.sidecars(Address("e.jpg")) == (None,)
    assert list(source.walk()) == ["a.jpg", "b.jpg", "c.jpg", "e.jpg"]
    assert BucketSource(place).sidecars(Address("d.jpg")) == (b"4",)


def test_a_note_that_went_or_is_too_large_cannot_be_read(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = _bucket(address, **{"a.jpg": PHOTO, "a.jpg.xmp": b"1", "b.jpg": PHOTO, "b.xmp": b"22"})
    source = BucketSource(place)
    assert source.count() == 2
    obstore.delete(open_bucket(read_place(place)), "a.jpg.xmp")
    monkeypatch.setattr(bucket, "MOST_XMP", 1)
    assert source.sidecars(Address("a.jpg")) == (None,)
    assert source.sidecars(Address("b.jpg")) == (None,)
