"""Decoding in a process apart: the same pixels, and nothing that breaks it breaks us."""

import gc
import io
import mmap
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from licet.terms.errors import Setup
from licet.vision import apart
from licet.vision.apart import Children
from licet.vision.decode import FORMATS, MAX_BYTES, UnreadableError, decode
from licet.vision.wire import PIXELS_FROM, Limits

FAKE = ("-I", "-B", str(Path(__file__).parents[1] / "fakes" / "decoding.py"))


@pytest.fixture(scope="module")
def children() -> Children:
    """Give the real process."""
    return Children(1)


@pytest.fixture(scope="module")
def hostile() -> Children:
    """Give a process whose decoder does what the bytes say, and may not do it for long."""
    return Children(2, Limits(wall=5, memory=64 << 20), FAKE)


def _saved(kind: str, mode: str = "RGB", size: tuple[int, int] = (96, 64)) -> bytes:
    values = np.random.default_rng(7).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    more = {"exif": exif} if kind == "JPEG" else {}
    Image.fromarray(values).convert(mode).save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize("kind", [one for one in FORMATS if one != "HEIF"])
def test_pixels_are_the_same_as_here(children: Children, kind: str) -> None:
    """What is imported late would not be found there: each format is read once."""
    content = _saved(kind)
    for side in (None, 20):
        here, there = decode(content, side), children(content, side)
        assert (there.width, there.height) == (here.width, here.height)
        assert np.array_equal(here.pixels, there.pixels)


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "I;16"), ("TIFF", "F"), ("JPEG", "CMYK")])
def test_other_kinds_of_pixels_are_the_same(children: Children, kind: str, mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (40, 30)).save(out, kind)
    assert np.array_equal(decode(out.getvalue()).pixels, children(out.getvalue()).pixels)


def test_codecs_that_are_loaded_late_are_there(children: Children) -> None:
    image = Image.effect_noise((64, 48), 60).convert("RGB")
    heic, packed, profiled = io.BytesIO(), io.BytesIO(), io.BytesIO()
    pillow_heif.from_pillow(image).save(heic, quality=90)
    image.save(packed, "TIFF", compression="tiff_lzw")
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ"))
    image.save(profiled, "PNG", icc_profile=lab.tobytes())
    for content in (heic.getvalue(), packed.getvalue(), profiled.getvalue()):
        assert np.array_equal(decode(content).pixels, children(content).pixels)


def test_what_cannot_be_read_is_told_in_the_same_words(children: Children) -> None:
    for content in (b"", b"no photo", _saved("JPEG")[:200]):
        with pytest.raises(UnreadableError) as here:
            decode(content)
        with pytest.raises(UnreadableError) as there:
            children(content)
        assert there.value.value == here.value.value
        assert not there.value.value.harmful
    with pytest.raises(UnreadableError, match="MB"):
        children(bytes(MAX_BYTES + 1))


@pytest.mark.parametrize(
    ("does", "because"),
    [
        ("!crash", f"signal {int(signal.SIGSEGV)}"),
        ("!eat", "more memory"),
        ("!lie", "wrong answer"),
    ],
)
def test_a_photo_that_harms_is_told_so_and_the_next_is_read(
    hostile: Children, does: str, because: str
) -> None:
    with pytest.raises(UnreadableError, match=because) as told:
        hostile(does.encode())
    assert told.value.value.harmful
    assert hostile(_saved("PNG")).pixels.shape == (64, 96, 3)


def test_a_photo_that_met_a_tired_process_is_tried_once_more(hostile: Children) -> None:
    """A process may be killed by the machine: that says nothing of the photo."""
    hostile(_saved("PNG"))
    assert hostile(b"{!tired").width == 1


def test_a_photo_that_takes_its_time_is_told_so() -> None:
    with pytest.raises(UnreadableError, match="took longer") as told:
        Children(1, Limits(wall=0.1), FAKE)(b"!sleep")
    assert told.value.value.harmful


@pytest.mark.soak
def test_how_a_process_ended_is_said(hostile: Children) -> None:
    with pytest.raises(UnreadableError, match="exit code 3"):
        hostile(b"!exit")


@pytest.mark.soak
def test_time_of_the_processor_is_limited_too() -> None:
    children = Children(1, Limits(cpu=0, wall=30), FAKE)
    with pytest.raises(UnreadableError, match="took longer"):
        children(b"!spin")


def test_nothing_can_be_opened_there(hostile: Children) -> None:
    with pytest.raises(UnreadableError, match=r"^opened: $"):
        hostile(b"!open")


def test_a_stopped_visit_ends_what_runs_and_harms_nobody_elses(hostile: Children) -> None:
    visit = Children(2, Limits(), FAKE).visit()
    ended = threading.Event()

    def look() -> None:
        with pytest.raises(UnreadableError):
            visit(b"!sleep")
        ended.set()

    thread = threading.Thread(target=look)
    thread.start()
    time.sleep(0.05)
    visit.stop()
    assert ended.wait(5)
    thread.join()
    assert hostile(_saved("PNG")).width == 96


def test_threads_share_few_processes(hostile: Children) -> None:
    found: list[int] = []
    photos = [_saved("PNG", size=(10 + n, 8)) for n in range(12)]

    def look(part: list[bytes]) -> None:
        found.extend(hostile(one).width for one in part)

    threads = [threading.Thread(target=look, args=(photos[n::4],)) for n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(found) == list(range(10, 22))


def test_processes_end_with_their_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    """And are told nothing of the deployment, whose settings may hold a password."""
    monkeypatch.setenv("LICET_DATABASE_URL", "postgresql://licet:secret@localhost/licet")
    children = Children(1)
    children(_saved("PNG"))
    (child,) = children._idle
    own = Path("/proc", str(child._process.pid))
    assert b"LICET" not in Path(own, "environ").read_bytes()
    del children, child
    gc.collect()
    assert not own.exists()


def test_a_process_that_does_not_start_is_a_setup() -> None:
    with pytest.raises(Setup, match="does not start"):
        Children(1, command=("-c", "pass"))(_saved("PNG"))


def test_shared_memory_that_a_large_photo_took_is_given_back(
    children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    children(_saved("PNG"))
    (child,) = children._idle
    end = PIXELS_FROM + 96 * 64 * 3
    assert any(child._shared[PIXELS_FROM + mmap.PAGESIZE : end])
    monkeypatch.setattr(apart, "KEPT", mmap.PAGESIZE)
    children(_saved("PNG"))
    assert any(child._shared[PIXELS_FROM : PIXELS_FROM + mmap.PAGESIZE])
    assert not any(child._shared[PIXELS_FROM + mmap.PAGESIZE : end])
