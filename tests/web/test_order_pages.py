"""Authorities' orders in the browser: from the form to the pack, and not there for others."""

import html
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from licet.consent.penalties import Ordered, clock
from licet.effects.ordering.reading import spell_order
from licet.ledger.verify_pack import verify_pack
from licet.rights import ordering
from licet.store import migrate
from licet.terms.ids import OrderId
from licet.terms.order import ClauseKind, ClauseWish, DataKind, OrderState
from licet.terms.rights import RightKind
from licet.vault.locked import Opened
from licet.web.pages.exposure import charts
from licet.web.routes.order_forms import words_of
from licet.worker import run_once
from tests.fakes.deployment import World, new_world
from tests.fakes.ordering import PAPER, an_order
from tests.flows.test_intake import asked
from tests.web.coming import by_name, word_of
from tests.web.doors import SERVING, browser, door_of

START = "/console/orders"
FORM = {
    "authority": "CNIL",
    "reference": "SAN-1",
    "version": "1",
    "state": "final",
    "decided": "2026-02-20",
    "notified": "2026-02-27",
    "regime": "gdpr",
    "language": "fr",
    "contact": "orders@authority.example",
    "territories": "fr, de",
    "ordered": ["0", "3"],
    "months": ["", "", "", "2", "", ""],
    "by": ["", "", "", "", "", ""],
    "data": ["3:people"],
    "per_day": "1000.00 EUR",
}
NO_FILE = {"file": ("", b"", "application/octet-stream")}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("orders")
    url = f"sqlite:///{folder / 'licet.db'}"
    migrate(url)
    made = new_world(folder / "home", url)
    made.enrolled("anna")
    yield made
    made.app.close()


@pytest.fixture
def here(world: World) -> Iterator[TestClient]:
    with browser(door_of(world.app)) as made:
        by_name(made, world.people["officer"])
        yield made


def post(here: TestClient, path: str, **more: object) -> Response:
    """Send a form of our own page, and follow to what was done."""
    files = more.pop("files", NO_FILE)
    csrf = word_of(here.cookies[SERVING.cookie])
    return here.post(path, data={"csrf": csrf, **more}, files=files)  # type: ignore[arg-type]


def text_of(page: str) -> str:
    """The order's text as a browser would send it again: lines end otherwise."""
    found = re.search(r'<textarea name="text" hidden>\n(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return html.unescape(found[1]).replace("\n", "\r\n")


def placed(here: TestClient, **changed: object) -> str:
    """Preview an order by the form and write it down; returns where it stands."""
    page = post(here, f"{START}/preview", **{**FORM, **changed})
    assert page.status_code == 200, page.text
    done = post(here, START, text=text_of(page.text), digest=PAPER)
    assert done.status_code == 303, done.text
    return done.headers["location"].partition("?")[0]


def test_an_order_goes_from_its_form_to_its_pack(world: World, here: TestClient) -> None:
    page = post(here, f"{START}/preview", **FORM).text
    assert "Nothing happened yet" in page
    with world.app.store.read() as reader:
        assert reader.orders.all() == ()
        assert reader.blocks.active() == ()
    listed = post(here, f"{START}/preview", text=text_of(page), people="true").text
    assert "List whom it would reach" in page
    assert "where they live is not known" in listed
    at = placed(here)
    seen = here.get(f"{at}?done=registered").text
    assert "What it stops holds in every process; nobody was erased." in seen
    assert "Territory FR" in seen
    assert post(here, f"{at}/confirmation").headers["location"] == f"{at}?done=begun"
    assert "You signed. Another member signs" in here.get(at).text
    assert "SAN-1" in here.get("/console").text
    with browser(door_of(world.app)) as other:
        by_name(other, world.people["steward"])
        assert "officer signed. It waits for you" in other.get(at).text
        act = re.search(r"(/console/acts/[0-9a-f-]+/signature)", other.get("/console/acts").text)
        assert act is not None
        assert post(other, act[1]).status_code == 303
        assert "fewer than 10" in other.get(at).text
    running = here.get(f"{at}/live?after=4").text
    assert "<html" not in running
    assert f'hx-get="{at}/live?after=8" hx-trigger="every 8s"' in running
    assert post(here, f"{at}/pack").status_code == 409, "nothing is proved yet"
    carried_out(world)
    assert "Send the proof to the authority" in here.get(at).text
    assert "hx-get" not in here.get(f"{at}/live").text
    assert post(here, f"{at}/closing").status_code == 403, "no order closes before its pack went"
    pack = post(here, f"{at}/pack")
    assert pack.headers["content-type"] == "application/zip"
    file = Opened(BytesIO(pack.content))
    assert verify_pack(file.names, file.open, world.app.ledger_key.vkey).ok
    wrong = post(here, f"{at}/sent", files={"pack": ("p.zip", b"nothing", "application/zip")})
    assert wrong.status_code == 400
    sent = post(here, f"{at}/sent", files={"pack": ("p.zip", pack.content, "application/zip")})
    assert sent.headers["location"] == f"{at}?done=sent"
    assert "Close it with my passkey" in here.get(at).text
    assert post(here, f"{at}/closing").headers["location"] == f"{at}?done=closed"
    seen = here.get(f"{at}?done=closed").text
    assert "Lift it" in seen
    assert "everything met" not in seen


def carried_out(world: World) -> None:
    for _ in range(5):
        run_once(world.app)
        with world.app.store.read() as reader:
            if any(one.state is OrderState.PROVED for one in reader.orders.all()):
                return
    pytest.fail("the order was not carried out")


def test_who_waits_is_named_to_the_officer_and_counted_in_tens_to_others(
    world: World, here: TestClient
) -> None:
    waits = asked(world, RightKind.ACCESS).request
    at = placed(here, reference="waits")
    assert f'href="/console/requests/{waits}"' in here.get(at).text
    with browser(door_of(world.app)) as other:
        by_name(other, world.people["steward"])
        text = other.get(at).text
        assert "Who must be answered first" in text
        assert waits not in text


def test_what_is_no_order_is_said_and_nothing_that_was_written_is_lost(here: TestClient) -> None:
    for changed, says in (
        ({"notified": "2026-02-01"}, "is before it was decided"),
        ({"decided": "soon"}, "that is no day"),
        ({"decided": ""}, "a day is missing"),
        ({"version": "first"}, "the version is no number"),
        ({"state": "closed"}, "says closed"),
        ({"state": "other"}, "no such state"),
        ({"territories": ""}, "names parts and everything, or neither"),
        ({"per_day": "1,000 EUR"}, "no amount of money"),
        ({"months": ["", "", "", "two", "", ""]}, "no number"),
        ({"ordered": ["0"]}, "is not ticked"),
    ):
        told = post(here, f"{START}/preview", **{**FORM, **changed})
        assert told.status_code == 400, changed
        assert says in told.text, changed
        assert 'value="SAN-1"' in told.text
        assert "data-focus" in told.text


def test_a_file_is_dropped_and_an_order_larger_than_the_form_is_kept_whole(
    here: TestClient,
) -> None:
    wish = an_order(reference="2026-015")
    file = {"file": ("order.toml", spell_order(wish).encode(), "application/toml")}
    page = post(here, f"{START}/preview", files=file).text
    assert "2026-015" in page
    assert "Drop the paper" not in page, "its text names the paper"
    again = post(here, f"{START}/new", text=text_of(page)).text
    assert 'value="2026-015"' in again
    erase = ClauseWish(ClauseKind.ERASE, months=3, data=frozenset({DataKind.PROBES}))
    many = an_order(clauses=(*wish.clauses, erase, erase))
    page = post(here, f"{START}/preview", text=spell_order(many)).text
    assert "Change something" not in page
    assert post(here, f"{START}/new", text=text_of(page)).status_code == 400
    large = {"file": ("order.toml", b"x" * 100_001, "application/toml")}
    assert post(here, f"{START}/preview", files=large).status_code == 400


def test_words_of_a_form_and_an_order_are_one() -> None:
    wish = an_order(published=None, document="")
    assert spell_order(wish) == spell_order(_wish(words_of(wish)))


def _wish(words: object) -> object:
    from licet.web.routes.order_forms import wish_of

    return wish_of(words)  # type: ignore[arg-type]


def test_a_new_version_begins_with_what_the_one_before_says(here: TestClient) -> None:
    at = placed(here, reference="SAN-2", state="proposed")
    page = here.get(f"{START}/new?of={at.rpartition('/')[2]}").text
    assert "A new version of SAN-2" in page
    assert 'name="version" type="number" min="1" max="999" value="2"' in page
    assert "It binds nobody yet" in here.get(at).text
    placed(here, reference="SAN-2", state="final", version="2")
    assert "A later version took its place" in here.get(at).text


def test_what_is_due_and_owed_stands_on_the_list(world: World, here: TestClient) -> None:
    placed(here, reference="SAN-3", by=["", "", "", "2026-03-01", "", ""], months=[""] * 6)
    page = here.get(f"{START}?by=2027-12-31&turnover=900000000 EUR").text
    assert "Reckoned for 31 Dec 2027" in page
    assert "36,000,000.00\u00a0EUR" in page
    assert "<polyline" in page
    assert "late" in here.get(START).text
    assert here.get(f"{START}?by=tomorrow").status_code == 400
    with world.app.store.read() as reader:
        every = [Ordered(one, reader.orders.clauses(one.id)) for one in reader.orders.all()]
    (picture,) = charts(clock(every, world.clock().date(), world.clock().date()))
    assert picture.now == picture.right
    assert picture.rows[-1][1].currency == "EUR"


def test_for_everybody_else_it_is_a_page_that_is_not_there(world: World) -> None:
    done = ordering.register(world.app, world.who("steward"), an_order(reference="hidden"))
    assert isinstance(done, ordering.Registered)
    with browser(door_of(world.app)) as made:
        for path in ("", "/new", f"/{done.order}", f"/{done.order}/live"):
            assert made.get(START + path).status_code == 401, path
        by_name(made, world.people["investigator"])
        assert START not in made.get("/console").text
        missing = alike(made.get("/console/nothing"))
        with world.app.store.read() as reader:
            before = reader.head.size
        for path in ("", "/new", f"/{done.order}", f"/{done.order}/live", "/none"):
            found = made.get(START + path)
            assert found.status_code == 404, path
            assert alike(found) == missing, path
        for path in ("/preview", "", f"/{done.order}/confirmation", f"/{done.order}/pack"):
            assert post(made, START + path, text="x").status_code == 404, path
        with world.app.store.read() as reader:
            assert reader.head.size > before, "that they were refused is on record"


def alike(answer: Response) -> str:
    """A page without what differs between any two: its number, and where one is."""
    return re.sub(r'nonce="[^"]*"|<code>[^<]*</code>|back=[^"]*"', "", answer.text)


def test_who_may_only_read_is_offered_no_act(world: World, tmp_path: Path) -> None:
    from licet.governance import add_member
    from licet.terms.governing import MemberWish
    from licet.terms.ids import MemberId
    from licet.terms.organisation import Role

    wish = MemberWish(world.organisation, "auditor", frozenset({Role.AUDITOR}), b"\x0b" * 32)
    auditor = add_member(world.app, world.who("steward", "officer"), wish)
    done = ordering.register(world.app, world.who("steward"), an_order(reference="2026-016"))
    assert isinstance(done, ordering.Registered)
    at = f"{START}/{OrderId(done.order)}"
    with browser(door_of(world.app)) as made:
        by_name(made, MemberId(str(auditor)))
        assert "Write an order down" not in made.get(START).text
        page = made.get(at).text
        assert "A steward and the data protection officer sign it." in page
        assert "Sign with my passkey" not in page
        assert post(made, f"{at}/confirmation").status_code == 403
        shown = post(made, f"{START}/preview", **FORM).text
        assert "List whom it would reach" not in shown
        assert "writes it down." in shown
        assert made.get(f"{START}/none").status_code == 404
