"""A member comes in by a real identity provider, and their passkey is asked for what acts."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from licet.store import migrate
from licet.web.door import opened
from licet.web.serving import Serving
from tests.browser.browsing import serving, visiting
from tests.browser.test_passkeys import device
from tests.fakes.members import invited
from tests.fakes.provider import RealProvider, real_provider
from tests.redteam.real import RealWorld, new_real_world


@pytest.fixture(scope="module")
def provider() -> Iterator[RealProvider]:
    with real_provider() as made:
        yield made


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, provider: RealProvider) -> Iterator[RealWorld]:
    folder = tmp_path_factory.mktemp("vouching")
    (folder / "secret").write_text("between us\n", "utf-8")
    url = f"sqlite:///{folder / 'licet.db'}"
    migrate(url)
    made = new_real_world(folder / "home", url)
    more = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": "licet",
        "oidc_client_secret_file": folder / "secret",
        "oidc_name": "Harbour Login",
    }
    made.app = replace(made.app, settings=made.app.settings.model_copy(update=more))
    yield made
    made.app.close()


@pytest.mark.every_page
def test_an_invitation_binds_a_login_and_settings_add_a_passkey(
    browser: Browser, real: RealWorld, provider: RealProvider
) -> None:
    now = int(real.clock().timestamp())
    provider.says("ben", iat=now, exp=now + 600, auth_time=now)
    codes = [invited(real, "investigator").code for _ in range(2)]

    def made(port: int) -> object:
        return opened(real.app, Serving("127.0.0.1", port, f"http://localhost:{port}"))

    with (
        serving(made) as address,
        visiting(browser, address, reduced_motion="reduce") as visit,
        device(visit.page),
    ):
        page = visit.page
        # Its own pages ask for a style sheet of somebody else.
        page.route(re.compile(r"^https://"), lambda route: route.abort())

        def at_the_provider() -> None:
            page.wait_for_url(f"{provider.issuer}/**", wait_until="commit")
            page.get_by_placeholder("sub").fill("ben")
            page.get_by_role("button", name="Authorize").first.click()

        visit.go(f"/invitation#{codes[0]}")
        page.get_by_role("button", name="Bind Harbour Login instead").click()
        at_the_provider()
        page.wait_for_url(f"{address}/sign-in?bound=true")
        page.get_by_role("link", name="Sign in with Harbour Login").click()
        at_the_provider()
        page.wait_for_url(f"{address}/console")
        # It reads; to search it asks for a passkey, which there is none of yet.
        visit.go("/console/search")
        expect(page.get_by_role("heading", name="Show once more that it is you")).to_be_visible()
        visit.go("/console/settings")
        expect(page.get_by_role("heading", name="No passkey yet")).to_be_visible()
        visit.go(f"/invitation#{codes[1]}")
        page.get_by_role("button", name="Make a passkey").click()
        page.wait_for_url("**/sign-in")
        visit.go("/console/settings")
        passkeys = page.get_by_role("region", name="Passkeys")
        passkeys.get_by_text("Change").click()
        page.get_by_label("What you call it").fill("This laptop")
        page.get_by_role("button", name="Name it").click()
        expect(page.get_by_role("status").first).to_contain_text("The passkey has its name.")
        expect(passkeys).to_contain_text("This laptop")
        assert visit.axe() == []
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("link", name="Sign out of Harbour Login too")).to_be_visible()
        assert [one for one in visit.found_wrong() if "Failed to load" not in one] == []
