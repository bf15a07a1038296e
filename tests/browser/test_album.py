"""A guest in a real browser: from a link by their own camera to their photos, and out again.

The camera is Chromium's own fake one, which plays a file: a colour stands for where the head
looks, and the vision of this test reads it.
"""

import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from licet.effects import capturing
from licet.store import migrate
from licet.terms.face import Inspection, Unreadable
from licet.web.door import opened
from licet.web.routes import album
from licet.web.serving import Serving
from tests.browser import browsing
from tests.browser.browsing import WIDTHS, serving, visiting
from tests.browser.test_governed import PaintingVision
from tests.fakes.deployment import World, new_world
from tests.fakes.vision import photo
from tests.web import guests

COLOURS = {0.0: (200, 40, 40), 25.0: (40, 200, 40), -25.0: (40, 40, 200)}
"""Yaw by the colour that stands for it: red looks ahead, green to the left, blue to the right."""

WIDTH, HEIGHT, EACH = 160, 120, 4
"""Pixels of the film, and for how many frames of a tenth of a second a colour stands."""


class ColourVision(PaintingVision):
    """Sees Anna in every frame of the camera, looking where its colour says."""

    def inspect(
        self, photo_: bytes, *, flips: bool = False, thorough: bool = False
    ) -> Inspection | Unreadable:
        seen = super().inspect(photo_, flips=flips, thorough=thorough)
        if not isinstance(seen, Unreadable):
            return seen
        pixel = Image.open(BytesIO(photo_)).convert("RGB").resize((1, 1)).getpixel((0, 0))
        strongest = max(range(3), key=lambda n: pixel[n])
        yaw = tuple(COLOURS)[strongest]
        made = photo("anna", yaw=yaw, shot=3000 + self.inspected)
        return super().inspect(made, flips=flips, thorough=thorough)


def film(place: Path) -> Path:
    """Write the film that the fake camera plays (YUV4MPEG2), again and again."""
    parts = [f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()]
    for colour in COLOURS.values():
        image = Image.new("RGB", (WIDTH, HEIGHT), colour).convert("YCbCr")
        luma, blue, red = image.split()
        half = (WIDTH // 2, HEIGHT // 2)
        planes = luma.tobytes() + blue.resize(half).tobytes() + red.resize(half).tobytes()
        parts += [b"FRAME\n" + planes] * EACH
    place.write_bytes(b"".join(parts))
    return place


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    url = f"sqlite:///{tmp_path / 'licet.db'}"
    migrate(url)
    made = new_world(tmp_path / "home", url)
    made.app.close()
    made.vision = ColourVision()
    made.app = made.reopen()
    yield made
    made.app.close()


@pytest.fixture
def filmed(browser: Browser, tmp_path: Path) -> Iterator[Browser]:
    """A browser whose camera plays the film."""
    flags = [
        *("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"),
        *("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"),
        f"--use-file-for-fake-video-capture={film(tmp_path / 'film.y4m')}",
    ]
    started = browser.browser_type.launch(executable_path=browsing.program(), args=flags)
    yield started
    started.close()


def code_of(world: World, letters: int) -> str:
    """Wait for the letter that goes out after the answer, and return its code."""
    end = time.monotonic() + 20
    while len(world.outbox.letters) <= letters:
        assert time.monotonic() < end
        time.sleep(0.02)
    return world.outbox.code()


@pytest.mark.every_page
def test_from_a_link_by_ones_own_camera_to_ones_photos(
    filmed: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(album, "ANSWERS_IN", 0.0)
    # The film turns by itself: on a loaded machine it would be taken for a recording, rightly.
    monkeypatch.setattr(capturing, "WRONG", 10_000)
    monkeypatch.setattr(capturing, "MOST_FRAMES", 10_000)
    _, place = guests.link_to(world, guests.party(world))

    def made(port: int) -> object:
        return opened(world.app, Serving("127.0.0.1", port, f"http://localhost:{port}"))

    about = {"size": WIDTHS["phone"], "reduced_motion": "reduce", "permissions": ["camera"]}
    with serving(made) as address, visiting(filmed, address, **about) as visit:
        page = visit.page
        visit.go(place)
        letters = len(world.outbox.letters)
        page.get_by_role("textbox", name="Your mail address").fill("anna@example.org")
        page.get_by_role("button", name="Send me a code").click()
        page.get_by_role("textbox", name="Code").fill(code_of(world, letters))
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("radio", name="Mine").check()
        page.get_by_role("textbox", name="Name").fill("Anna Example")
        page.get_by_label("Day of birth").fill("1980-05-17")
        page.get_by_label("What you are to them").select_option("guest")
        page.get_by_label("I have read this").check()
        page.get_by_role("button", name="I say yes").click()
        page.get_by_role("button", name="Open my camera").click()
        page.wait_for_url("**/me/grants/*")
        expect(page.get_by_alt_text("A photo in which only you can be seen")).to_have_count(2)
        visit.shot("album-story-phone")
        with page.expect_download() as saved:
            page.get_by_role("link", name="Save all of them").click()
        assert saved.value.suggested_filename == "photos.zip"
        page.get_by_role("button", name="Take my yes back").click()
        page.get_by_role("button", name="Take it back").click()
        expect(page.get_by_role("status").first).to_contain_text("Your yes is taken back")
        assert visit.found_wrong() == []
