"""The real door in a real browser: its headers and guards, and the pages, fit each other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from licet.store import migrate
from licet.web.door import opened
from licet.web.serving import Serving
from tests.browser.browsing import serving, visiting
from tests.fakes.deployment import new_world


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A sandbox that is served as ``licet serve`` serves it."""
    folder = tmp_path_factory.mktemp("door")
    url = f"sqlite:///{folder / 'licet.db'}"
    migrate(url)
    world = new_world(folder / "home", url)
    world.source(Path(folder), "Summer party")

    def made(port: int) -> object:
        return opened(world.app, Serving("127.0.0.1", port, f"http://localhost:{port}"))

    with serving(made) as served:
        yield served
    world.app.close()


def test_everybody_may_read_what_it_does_in_their_language(browser: Browser, address: str) -> None:
    with visiting(browser, address, locale="fr-FR", reduced_motion="reduce") as visit:
        visit.go("/")
        heading = visit.page.get_by_role("heading", level=1)
        expect(heading).to_have_text("Personne n\u2019est trouvé ici sans son propre oui")
        expect(visit.page.get_by_role("table", name="Sources")).to_contain_text("Summer party")
        assert visit.axe() == []
        visit.page.get_by_role("link", name="Deutsch").click()
        expect(heading).to_have_text("Niemand wird hier ohne eigenes Ja gefunden")
        assert visit.found_wrong() == []


def test_a_form_of_a_page_of_ours_is_from_our_own_pages(browser: Browser, address: str) -> None:
    """A browser that was told to say nothing of where it comes from says ``Origin: null``."""
    with visiting(browser, address) as visit:
        visit.go("/")
        with visit.page.expect_response("**/nowhere") as answered:
            visit.page.evaluate(
                """() => {
                  const form = document.createElement("form");
                  Object.assign(form, {method: "post", action: "/nowhere"});
                  document.body.append(form);
                  form.submit();
                }"""
            )
        assert answered.value.status == 404
