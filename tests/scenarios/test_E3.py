"""E3: a data subject has a portal in a browser, on a telephone, without anybody's help.

One story at 390 pixels in a real browser, by pressing what a person sees: the code from the
mail, a yes that is read and said, a photo in which nobody else can be seen, a face taken off,
the yes taken back, everything asked for, and everything erased.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from licet.collect import collect
from licet.granting import ask_grant
from licet.store import migrate
from licet.terms.grant import GrantState, SubjectState
from licet.terms.granting import Asked
from licet.terms.ids import PurposeId
from licet.web.door import opened
from licet.web.serving import Serving
from licet.worker import run_once
from tests.browser.browsing import WIDTHS, Visit, serving, visiting
from tests.browser.conftest import browser
from tests.fakes.deployment import World, new_world
from tests.fakes.vision import photo
from tests.web.doors import browser as client
from tests.web.doors import door_of
from tests.web.own import comes_by_code

__all__ = ["browser"]

FIND = PurposeId("find_my_photos@1")
ANNA = "anna@example.org"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    url = f"sqlite:///{tmp_path / 'licet.db'}"
    migrate(url)
    made = new_world(tmp_path / "home", url)
    made.left, _ = made.enrolled("anna")
    source = made.source(made.folder(party=photo("anna", "bob"), pier=photo("anna", shot=7)))
    collect(made.app, made.who("steward"), source.id)
    yield made
    made.app.close()


@pytest.fixture
def address(world: World) -> Iterator[str]:
    def made(port: int) -> object:
        return opened(world.app, Serving("127.0.0.1", port, f"http://localhost:{port}"))

    with serving(made) as served:
        yield served


def comes(visit: Visit, world: World) -> None:
    """Come in from the public page by the code that went to the mail."""
    visit.go("/")
    visit.page.get_by_role("link", name="See what is kept of me").click()
    visit.page.get_by_role("textbox", name="Your mail address").fill(ANNA)
    before = len(world.outbox.letters)
    visit.page.get_by_role("button", name="Send me a code").click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Give the code from your mail")
    while len(world.outbox.letters) == before:  # it goes out after the answer
        visit.page.wait_for_timeout(20)
    visit.page.get_by_role("textbox", name="Code").fill(world.outbox.code())
    visit.page.get_by_role("button", name="Show me my page").click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Everything about you")


def sound(visit: Visit, name: str) -> None:
    """Nothing is wrong with a page: reachable by everybody, as wide as the telephone."""
    visit.shot(f"E3-{name}")
    assert visit.axe() == [], name
    assert visit.too_wide() == 0, name


def test_the_way_in_and_the_way_out_are_as_short(world: World) -> None:
    """From the public page on: a yes is one press after signing in, and so is taking it back."""
    asked = ask_grant(world.app, world.who("steward"), world.wish("anna", purpose=FIND))
    assert isinstance(asked, Asked)
    with client(door_of(world.app)) as here:
        word = {"csrf": comes_by_code(here, world, ANNA)}
        yes = here.get(f"/me/grants/{asked.grant}").text
        assert f'action="/me/grants/{asked.grant}/confirm"' in yes
        assert here.post(f"/me/grants/{asked.grant}/confirm", data=word).status_code == 303
        home = here.get("/me").text
        assert f'action="/me/grants/{asked.grant}/withdraw"' in home
        assert here.post(f"/me/grants/{asked.grant}/withdraw", data=word).status_code == 303
        assert "width=device-width" in home


@pytest.mark.soak
def test_a_person_looks_and_leaves_on_a_telephone(
    browser: Browser, address: str, world: World
) -> None:
    asked = ask_grant(world.app, world.who("steward"), world.wish("anna", purpose=FIND))
    assert isinstance(asked, Asked)
    with visiting(browser, address, size=WIDTHS["phone"], reduced_motion="reduce") as visit:
        page = visit.page
        comes(visit, world)
        sound(visit, "home")
        expect(page.get_by_role("definition").filter(has_text=re.compile("^2$"))).to_have_count(1)

        page.get_by_role("link", name="Read it and decide").click()
        sound(visit, "consent")
        assert page.get_by_role("checkbox").count() == 0
        page.get_by_role("button", name="I say yes to this").click()
        expect(page.get_by_text("You said yes.")).to_be_visible()

        page.locator(f'a[href="/me/grants/{world.left}"]').click()
        shown = page.get_by_role("img", name="A photo in which only you can be seen")
        expect(shown).to_have_count(2)
        sound(visit, "photos")
        page.get_by_role("button", name="This is not me").first.click()
        expect(page.get_by_text("The face is taken off you")).to_be_visible()
        expect(shown).to_have_count(1)

        page.get_by_role("button", name="Set it aside").click()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("It may be used again.")).to_be_visible()
        page.get_by_role("button", name="Take my yes back").click()
        page.get_by_role("button", name="Take it back").click()
        expect(page.get_by_text("Your yes is taken back.")).to_be_visible()

        page.get_by_role("button", name="Send me everything").click()
        expect(page.get_by_text("We have your request.")).to_be_visible()
        run_once(world.app)
        assert {one.to for one in world.outbox.letters[-2:]} == {ANNA}

        visit.go("/me")
        page.get_by_role("button", name="Erase me").first.click()
        page.get_by_role("dialog").get_by_role("button", name="Erase me").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your erasure has begun")
        sound(visit, "erased")
        assert visit.found_wrong() == []
    run_once(world.app)
    with world.app.store.read() as reader:
        subject = reader.subjects.get(asked.subject)
        states = {one.state for one in reader.grants.of_subject(asked.subject)}
    assert subject is not None
    assert subject.state is SubjectState.ERASED
    assert states == {GrantState.ENDED}
