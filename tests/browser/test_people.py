"""People in a real browser: a face is looked at, its box hidden, taken off and put back."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from licet.collect import collect
from licet.search import Choice, search
from licet.store import migrate
from licet.terms.ids import SubjectId
from licet.terms.search import SearchResult
from tests.browser.browsing import visiting
from tests.browser.test_governed import PaintingVision, come, served
from tests.fakes.deployment import CLEARANCE, World, new_world
from tests.fakes.vision import photo

PROBE = photo("anna", shot=9)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, SubjectId]]:
    """A sandbox in which Anna was found in one photo, beside Carl, within a case."""
    folder = tmp_path_factory.mktemp("people")
    url = f"sqlite:///{folder / 'licet.db'}"
    migrate(url)
    made = new_world(folder / "home", url)
    made.app.close()
    made.vision = PaintingVision()
    made.app = made.reopen()
    _, subject = made.enrolled("anna")
    source = made.source(made.folder(a=photo("anna", "carl", shot=3)), "Summer party")
    collect(made.app, made.who("steward"), source.id)
    case = made.case(PROBE)
    done = search(made.app, made.who("investigator"), case, CLEARANCE, PROBE, Choice())
    assert isinstance(done, SearchResult)
    yield made, subject
    made.app.close()


@pytest.mark.every_page
def test_a_face_is_looked_at_taken_off_and_put_back(
    browser: Browser, found: tuple[World, SubjectId]
) -> None:
    world, subject = found
    with served(world) as address, visiting(browser, address, reduced_motion="reduce") as visit:
        come(visit, world, "verifier")
        visit.go("/console/people")
        page = visit.page
        page.get_by_role("link", name=subject[:8]).click()
        page.get_by_role("link", name="Look within case 2026-17").click()
        page.get_by_role("link", name=re.compile("everybody else covered")).click()
        boxed, plain = page.locator("img.boxed"), page.locator("img.plain")
        expect(boxed).to_be_visible()
        toggle = page.get_by_role("switch", name="Show the boxes of faces")
        toggle.press("Space")
        expect(boxed).to_be_hidden()
        expect(plain).to_be_visible()
        expect(plain).to_have_js_property("complete", value=True)
        page.get_by_role("button", name="Not this person").click()
        expect(page.get_by_role("status").first).to_contain_text("taken off this person")
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("status").first).to_contain_text("It is undone.")
        expect(page.get_by_role("button", name="Undo")).to_have_count(0)
        assert visit.found_wrong() == []


@pytest.mark.every_page
def test_boxes_are_hidden_without_a_script(browser: Browser, stage: str) -> None:
    with visiting(browser, stage, java_script_enabled=False) as visit:
        visit.go("/person-photo")
        visit.page.get_by_role("switch", name="Show the boxes of faces").uncheck(force=True)
        expect(visit.page.locator("img.boxed")).to_be_hidden()
        expect(visit.page.locator("img.plain")).to_be_visible()
        assert visit.wrong == []
