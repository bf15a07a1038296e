"""One video as a source of its own."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from licet.sources.contract import NO_PHOTO, Address, HoldsVideos, TellsChange
from licet.sources.video import VideoSource
from licet.terms.errors import BadInput
from tests.fakes.vision import photo, video

CLIP = video(("x", 0, 1000))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "other.mp4").write_bytes(video(("y", 0, 1000)))
    (tmp_path / "fest ü.mp4").write_bytes(CLIP)
    return tmp_path / "fest ü.mp4"


def test_it_holds_one_video_and_nothing_beside_it(place: Path) -> None:
    source = VideoSource(place)
    assert isinstance(source, HoldsVideos)
    [address] = source.walk()
    assert list(source.walk(after=address)) == []
    assert source.count() == 1
    assert source.read(address) == NO_PHOTO
    film = source.open_video(address)
    assert film is not None
    with film:
        assert film.read() == CLIP
    assert isinstance(source, TellsChange)
    assert source.changed_at(address) == datetime.fromtimestamp(
        int(place.stat().st_mtime_ns // 1_000_000) / 1000, tz=UTC
    )
    for act in (source.read, source.open_video, source.changed_at):
        with pytest.raises(BadInput):
            act(Address("other.mp4"))


def test_what_is_no_video_is_no_such_source(place: Path) -> None:
    (place.parent / "photo.mp4").write_bytes(photo("x"))
    (place.parent / "link.mp4").symlink_to(place)
    for name in ("photo.mp4", "link.mp4", "gone.mp4"):
        with pytest.raises(BadInput):
            VideoSource(place.parent / name)
    source = VideoSource(place)
    place.unlink()
    assert source.open_video(next(source.walk())) is None
