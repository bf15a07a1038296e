"""An order in a real browser: from the form to the pack, with two members' passkeys."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from licet.cli.entry import run
from licet.store import migrate
from licet.terms.order import OrderState
from licet.worker import run_once
from tests.browser.browsing import Visit, visiting
from tests.browser.test_governed import served
from tests.browser.test_passkeys import device
from tests.fakes.members import invited
from tests.redteam.real import RealWorld, new_real_world

PAPER = {"name": "order.pdf", "mimeType": "application/pdf", "buffer": b"the authority's paper"}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealWorld]:
    """A deployment for real people, in which Anna is enrolled."""
    folder = tmp_path_factory.mktemp("orders")
    url = f"sqlite:///{folder / 'licet.db'}"
    migrate(url)
    made = new_real_world(folder / "home", url)
    made.enrolled("anna")
    yield made
    made.app.close()


def signed_in(visit: Visit, real: RealWorld, name: str) -> None:
    """Come by an invitation: make a passkey, and sign in with it."""
    visit.go(f"/invitation#{invited(real, name).code}")
    visit.page.get_by_role("button", name="Make a passkey").click()
    visit.page.wait_for_url("**/sign-in")
    visit.page.get_by_role("button", name="Sign in with a passkey").click()
    visit.page.wait_for_url("**/console")


def written(page: Page) -> None:
    """Fill the form with what the paper says."""
    page.get_by_label("Authority", exact=True).fill("CNIL")
    page.get_by_label("Its reference").fill("SAN-2026-001")
    page.get_by_label("Decided on").fill("2026-02-20")
    page.get_by_label("Reached us on").fill("2026-02-27")
    page.get_by_label("Where the pack goes").fill("orders@authority.example")
    page.get_by_label("Territories").fill("FR")
    page.get_by_label("Stop collecting", exact=True).check()
    page.get_by_label("Erase", exact=True).check()
    page.locator("#field-months-3").fill("2")


@pytest.mark.every_page
def test_an_order_from_its_form_to_its_pack(
    browser: Browser, real: RealWorld, tmp_path: Path
) -> None:
    """Two members in two browsers; the worker between them; the pack checked as anybody would."""
    with (
        served(real) as address,
        visiting(browser, address, reduced_motion="reduce") as officer,
        visiting(browser, address, reduced_motion="reduce") as steward,
        device(officer.page),
        device(steward.page),
    ):
        signed_in(officer, real, "officer")
        officer.go("/console/orders/new")
        written(officer.page)
        officer.page.get_by_role("button", name="Show what it would hit").last.click()
        expect(officer.page.get_by_text("Nothing happened yet")).to_be_visible()
        with real.app.store.read() as reader:
            assert reader.orders.all() == ()
        officer.page.locator("input[type=file]").set_input_files(PAPER)
        officer.page.get_by_role("button", name="Write it down with my passkey").click()
        officer.page.wait_for_url("**/console/orders/*?done=registered")
        order = officer.page.url.partition("?")[0]
        officer.page.get_by_role("button", name="Sign with my passkey").click()
        officer.page.wait_for_url("**?done=begun")
        signed_in(steward, real, "steward")
        steward.go("/console/acts")
        steward.page.get_by_role("button", name="Sign with my passkey").click()
        steward.page.wait_for_url("**/console/acts?done=carried")
        officer.page.goto(order)
        expect(officer.page.get_by_text("The worker carries it out")).to_be_visible()
        for _ in range(5):
            run_once(real.app)
        assert state(real) is OrderState.PROVED
        # The page renews itself: nobody loads it again.
        expect(officer.page.get_by_text("Send the proof to the authority")).to_be_visible()
        with officer.page.expect_download() as taken:
            officer.page.get_by_role("button", name="Download the pack").click()
        pack = tmp_path / taken.value.suggested_filename
        taken.value.save_as(pack)
        assert run(["verify", str(pack), "--vkey", real.app.ledger_key.vkey]) == 0
        officer.page.locator("input[type=file]").set_input_files(pack)
        officer.page.get_by_role("button", name="It was sent: sign with my passkey").click()
        officer.page.wait_for_url("**?done=sent")
        officer.page.get_by_role("button", name="Close it with my passkey").click()
        officer.page.wait_for_url("**?done=closed")
        assert state(real) is OrderState.CLOSED
        # The first answer says what to sign; the browser writes that down as an error.
        for visit in (officer, steward):
            assert [one for one in visit.found_wrong() if "403" not in one] == []


def state(real: RealWorld) -> OrderState:
    """How the only order stands."""
    with real.app.store.read() as reader:
        (order,) = reader.orders.all()
    return order.state
