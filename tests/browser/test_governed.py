"""Governed use in a real browser: a photo is searched with, and two verifiers look."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, expect

from licet.collect import collect
from licet.store import migrate
from licet.web.door import opened
from licet.web.serving import Serving
from tests.browser.browsing import WIDTHS, Visit, serving, visiting
from tests.browser.test_passkeys import device
from tests.fakes.deployment import World, new_world
from tests.fakes.members import invited
from tests.fakes.vision import FakeVision, photo
from tests.redteam.real import RealWorld, new_real_world

PROBE = photo("bert", "anna", shot=9)


class PaintingVision(FakeVision):
    """Makes of every fake photo a picture that a browser can show: coloured heads."""

    def redact(self, photo: bytes, *about: object, **more: object) -> bytes:
        faces = self.faces(photo)
        image = Image.new("RGB", (100 * len(faces), 100), "#cfdcd7")
        draw = ImageDraw.Draw(image)
        for n, face in enumerate(faces):
            box = face.box
            draw.ellipse(
                (box.x + 10, box.y, box.x + box.w - 10, box.y + box.h), ["#8d5a3b", "#c68a5e"][n]
            )
        out = BytesIO()
        image.save(out, "JPEG")
        return out.getvalue()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A sandbox in which Anna is enrolled and was seen once, with a case."""
    folder = tmp_path_factory.mktemp("governed")
    url = f"sqlite:///{folder / 'licet.db'}"
    migrate(url)
    made = new_world(folder / "home", url)
    made.app.close()
    made.vision = PaintingVision()
    made.app = made.reopen()
    made.enrolled("anna")
    source = made.source(made.folder(a=photo("anna", "carl", shot=3)), "Summer party")
    collect(made.app, made.who("steward"), source.id)
    made.case(PROBE)
    yield made
    made.app.close()


@contextmanager
def served(world: World) -> Iterator[str]:
    def made(port: int) -> object:
        return opened(world.app, Serving("127.0.0.1", port, f"http://localhost:{port}"))

    with serving(made) as address:
        yield address


def come(visit: Visit, world: World, name: str) -> None:
    """Sign in by name, as a sandbox lets one."""
    visit.go("/")
    visit.page.request.post(
        f"{visit.base}/sign-in/name",
        form={"member": world.people[name]},
        headers={"origin": visit.base},
        max_redirects=0,
    )


def bring(visit: Visit) -> None:
    probe = {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": PROBE}
    visit.page.locator("input[type=file]").set_input_files(probe)


def whole(visit: Visit, name: str) -> None:
    """Look at a page at both widths: nothing of it is wrong, nor wider than its window."""
    for kind, (width, height) in WIDTHS.items():
        visit.page.set_viewport_size({"width": width, "height": height})
        visit.shot(f"governed-{name}-{kind}")
        assert visit.too_wide() == 0
    assert visit.axe() == []
    visit.page.set_viewport_size(dict(zip(("width", "height"), WIDTHS["desktop"], strict=True)))


@pytest.mark.soak
def test_from_a_photo_to_a_lead(browser: Browser, world: World) -> None:
    with served(world) as address:
        with visiting(browser, address, reduced_motion="reduce") as visit:
            come(visit, world, "investigator")
            visit.go("/console")
            whole(visit, "overview")
            visit.page.get_by_role("link", name="Search").first.click()
            bring(visit)
            visit.page.get_by_role("button", name="Find the faces").click()
            expect(visit.page.get_by_role("heading", level=1)).to_have_text("Whom do you look for?")
            whole(visit, "face")
            visit.page.get_by_role("radio", name="Face 2").check()
            visit.page.get_by_role("button", name="Search now").click()
            expect(visit.page.get_by_role("heading", level=1)).to_have_text("1 candidate")
            whole(visit, "result")
            assert visit.found_wrong() == []
        for name in ("verifier", "second"):
            with visiting(browser, address, reduced_motion="reduce") as visit:
                come(visit, world, name)
                visit.go("/console/verify")
                visit.page.get_by_role("link", name="2026-17").click()
                bring(visit)
                visit.page.get_by_role("button", name="Look").click()
                expect(visit.page.get_by_role("heading", level=1)).to_have_text(
                    "Is this the same person?"
                )
                whole(visit, f"compare-{name}")
                visit.page.keyboard.press("1")
                expect(visit.page.get_by_role("radio", name="The same person")).to_be_checked()
                visit.page.keyboard.press("Enter")
                said = "A lead: two verifiers" if name == "second" else "Your finding is kept"
                expect(visit.page.get_by_role("status").first).to_contain_text(said)
                assert visit.found_wrong() == []


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealWorld]:
    folder = tmp_path_factory.mktemp("cases")
    url = f"sqlite:///{folder / 'licet.db'}"
    migrate(url)
    made = new_real_world(folder / "home", url)
    yield made
    made.app.close()


@pytest.mark.soak
def test_a_case_is_opened_by_a_passkey_and_its_evidence_stays_here(
    browser: Browser, real: RealWorld
) -> None:
    code = invited(real, "investigator").code
    with (
        served(real) as address,
        visiting(browser, address, reduced_motion="reduce") as visit,
        device(visit.page),
    ):
        visit.go(f"/invitation#{code}")
        visit.page.get_by_role("button", name="Make a passkey").click()
        visit.page.wait_for_url("**/sign-in")
        visit.page.get_by_role("button", name="Sign in with a passkey").click()
        visit.page.wait_for_url("**/console")
        visit.go("/console/cases/new")
        visit.page.get_by_label("Your reference").fill("2026-41")
        visit.page.get_by_label("Purpose").select_option("archive_rights_clearance@1")
        bring(visit)
        sent: list[bytes] = []
        visit.page.on("request", lambda one: sent.append(one.post_data_buffer or b""))
        visit.page.get_by_role("button", name="Open with my passkey").click()
        visit.page.wait_for_url("**/console/cases/*?done=opened")
        expect(visit.page.get_by_role("status").first).to_contain_text("The case is open.")
        assert any(b"2026-41" in one for one in sent)
        assert not any(PROBE in one for one in sent), "of evidence the hashes alone are sent"
        whole(visit, "case")
        # The first answer says what to sign; the browser writes that down as an error.
        assert [one for one in visit.found_wrong() if "403" not in one] == []
