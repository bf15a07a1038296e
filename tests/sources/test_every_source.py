"""What every source does, whatever kind it is: one suite over all of them.

Each holds the same three photos, or the one video that it is, and something that is none.
"""

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pytest

from licet.sources.bucket import BucketSource
from licet.sources.contract import Address, HoldsVideos, ItemSource, Remembers, read_whole
from licet.sources.folder import FolderSource
from licet.sources.immich import proof
from licet.sources.immich.proof import open_library
from licet.sources.immich.source import Reader
from licet.sources.upload import UploadSource
from licet.sources.video import VideoSource
from licet.terms.errors import BadInput
from licet.terms.face import Unreadable
from tests.fakes.vision import photo, video
from tests.sources import s3
from tests.sources.immich import server as immich
from tests.sources.site import servers as sites

PHOTOS = {f"{name}.jpg": photo(name) for name in ("anna", "bert", "carl")}
FILM = video(("x", 0, 1000))


@dataclass
class Kind:
    """A source of one kind: how it is opened anew, and the photos that it gives."""

    open: Callable[[], ItemSource]
    photos: int = 3


Made = Callable[[ExitStack, pytest.MonkeyPatch, Path], Kind]


def _folder(_stack: ExitStack, _patch: pytest.MonkeyPatch, place: Path) -> Kind:
    for name, data in {**PHOTOS, "notes.txt": b"no photo", "anna.jpg.xmp": b"<x/>"}.items():
        (place / name).write_bytes(data)
    return Kind(lambda: FolderSource(place))


def _video(_stack: ExitStack, _patch: pytest.MonkeyPatch, place: Path) -> Kind:
    (place / "clip.mp4").write_bytes(FILM)
    return Kind(lambda: VideoSource(place / "clip.mp4"), photos=0)


def _bucket(stack: ExitStack, patch: pytest.MonkeyPatch, _place: Path) -> Kind:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    address = stack.enter_context(s3.serving())
    for name, value in s3.environment(address).items():
        patch.setenv(name, value)
    bucket = s3.bucket(address, "every-source", {**PHOTOS, "notes.txt": b"no photo"})
    return Kind(lambda: BucketSource(bucket))


def _library(stack: ExitStack, patch: pytest.MonkeyPatch, _place: Path) -> Kind:
    patch.setattr(proof, "PAUSE", 0.0)
    library = stack.enter_context(immich.serve(immich.Library()))
    patch.setenv("IMMICH_INSTANCE_URL", library.origin)
    patch.setenv("IMMICH_API_KEY", immich.SECRET)
    for name, data in {**PHOTOS, "notes.jpg": b"no photo"}.items():
        library.put(name, data)

    def opened() -> ItemSource:
        found = open_library(library.place, lambda: True, Reader())
        stack.callback(found.close)
        return found

    return Kind(opened)


def _site(stack: ExitStack, _patch: pytest.MonkeyPatch, _place: Path) -> Kind:
    web = stack.enter_context(sites.serve(sites.Web()))
    stack.callback(lambda: [door.close() for door in sites.OPEN] and sites.OPEN.clear())
    names = [*PHOTOS, "notes.jpg"]
    web.page("/", "".join(f'<img src="{name}">' for name in names))
    for name, data in {**PHOTOS, "notes.jpg": b"no photo"}.items():
        web.pages[f"/{name}"] = sites.Reply(data, type="image/jpeg")
    return Kind(lambda: sites.source(web))


class Kept:
    """Copies in memory: what lies sealed is for the flow's own tests."""

    def __init__(self, copies: dict[str, tuple[str, bytes]]) -> None:
        self._copies = copies

    def listed(self, after: str) -> Iterator[tuple[str, str]]:
        return ((copy, self._copies[copy][0]) for copy in sorted(self._copies) if copy > after)

    def open(self, copy: str) -> BinaryIO | None:
        return io.BytesIO(self._copies[copy][1]) if copy in self._copies else None

    def count(self) -> int:
        return len(self._copies)


def _upload(_stack: ExitStack, _patch: pytest.MonkeyPatch, _place: Path) -> Kind:
    given = [*PHOTOS.items(), ("notes.txt", b"no photo")]
    kept = Kept({f"{number:032x}": one for number, one in enumerate(given)})
    return Kind(lambda: UploadSource(kept))


KINDS: dict[str, Made] = {
    "folder": _folder,
    "video": _video,
    "bucket": _bucket,
    "library": _library,
    "site": _site,
    "upload": _upload,
}


@pytest.fixture(params=sorted(KINDS), scope="module")
def kind(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kind]:
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        yield KINDS[request.param](stack, patch, tmp_path_factory.mktemp(request.param))


def test_the_order_is_the_same_each_time_and_all_are_counted(kind: Kind) -> None:
    first, again = kind.open(), kind.open()
    walked = list(first.walk())
    assert walked == list(again.walk()) == list(first.walk())
    assert len(walked) == len(set(walked)) == first.count() == again.count()
    assert all(one.encode("utf-8").decode() == one and one.isprintable() for one in walked)


def test_a_walk_resumes_after_each_address_in_another_process(kind: Kind) -> None:
    walked = list(kind.open().walk())
    for place, address in enumerate(walked):
        assert list(kind.open().walk(address)) == walked[place + 1 :]


def test_each_photo_is_given_as_it_is_and_the_rest_says_why(kind: Kind) -> None:
    place = kind.open()
    found = {address: place.read(address) for address in place.walk()}
    given = [one for one in found.values() if isinstance(one, bytes)]
    assert sorted(given) == sorted(PHOTOS.values())[: kind.photos]
    refused = [one for one in found.values() if isinstance(one, Unreadable)]
    assert len(refused) == 1
    assert all(one.reason and one.remedy for one in refused)
    assert {address: read_whole(kind.open(), address) for address in found} == found
    assert not isinstance(place, Remembers) or place.read_again(next(iter(found)))


def test_no_other_address_is_read(kind: Kind) -> None:
    """Neither what it never gave, nor a way out of it."""
    place = kind.open()
    for address in ("../etc/passwd", "/etc/passwd", "a/../b", "http://elsewhere.example/a"):
        with suppress(BadInput):
            assert isinstance(place.read(Address(address)), Unreadable), address


def test_what_is_no_video_is_not_opened_as_one(kind: Kind) -> None:
    place = kind.open()
    assert isinstance(place, HoldsVideos) or kind.photos
    for address in place.walk() if isinstance(place, HoldsVideos) else ():
        film = place.open_video(address)
        assert (film is None) == bool(kind.photos)
        if film is not None:
            with film:
                assert film.read() == FILM
