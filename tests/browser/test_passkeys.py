"""A member comes by an invitation and signs in, with the authenticator of a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from licet.store import migrate
from licet.web.door import opened
from licet.web.serving import Serving
from tests.browser.browsing import serving, visiting
from tests.fakes.members import invited
from tests.redteam.real import RealWorld, new_real_world

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A device with a passkey of its own that recognises whoever holds it (WebDriver WebAuthn)."""


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealWorld]:
    folder = tmp_path_factory.mktemp("passkeys")
    url = f"sqlite:///{folder / 'licet.db'}"
    migrate(url)
    made = new_real_world(folder / "home", url)
    yield made
    made.app.close()


@contextmanager
def device(page: Page) -> Iterator[None]:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield
    session.detach()


def test_an_invitation_becomes_a_passkey_and_the_passkey_a_session(
    browser: Browser, real: RealWorld
) -> None:
    code = invited(real, "investigator").code

    def made(port: int) -> object:
        return opened(real.app, Serving("127.0.0.1", port, f"http://localhost:{port}"))

    with (
        serving(made) as address,
        visiting(browser, address, reduced_motion="reduce") as visit,
        device(visit.page),
    ):
        visit.go(f"/invitation#{code}")
        assert visit.axe() == []
        visit.page.get_by_role("button", name="Make a passkey").click()
        visit.page.wait_for_url("**/sign-in")
        visit.page.get_by_role("button", name="Sign in with a passkey").click()
        visit.page.wait_for_url(f"{address}/console")
        visit.page.get_by_role("button", name="Sign out").click()
        visit.page.wait_for_url("**/sign-in")
        assert visit.found_wrong() == []
        visit.go(f"/invitation#{code}")
        visit.page.get_by_role("button", name="Make a passkey").click()
        alert = visit.page.get_by_role("alert").filter(has_text="An invitation is good once")
        expect(alert).to_be_visible()
        expect(visit.page.get_by_role("button", name="Make a passkey")).to_be_enabled()
        # The browser itself writes that the server said no; nothing else is wrong.
        assert [one for one in visit.found_wrong() if "404" not in one] == []


def test_a_device_without_a_passkey_is_told_one_sentence(browser: Browser, real: RealWorld) -> None:
    def made(port: int) -> object:
        return opened(real.app, Serving("127.0.0.1", port, f"http://localhost:{port}"))

    with serving(made) as address, visiting(browser, address) as visit, device(visit.page):
        visit.go("/sign-in")
        visit.page.get_by_role("button", name="Sign in with a passkey").click()
        expect(visit.page.get_by_role("alert")).to_contain_text("That did not work")
        assert visit.page.url == f"{address}/sign-in"
