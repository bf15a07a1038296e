"""Reports in the browser: made by those whose work it is, taken along, published or not."""

import json
import threading
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from licet.effects.reporting.kept import PLACE, kept_reports, read_kept
from licet.ledger.verify_report import verify_report
from licet.terms.errors import Busy, NotFound
from licet.terms.ids import MemberId
from licet.terms.reporting import ReportKind, ReportWish
from licet.web.making import Making, Makings
from tests.fakes.deployment import World
from tests.fakes.members import equipped
from tests.redteam.real import RealWorld, new_real_world
from tests.web.coming import by_name, sign_in, signature, word_of
from tests.web.doors import SERVING, browser, door_of

START = "/console/reports"


def coming(world: World, name: str) -> Iterator[TestClient]:
    with browser(door_of(world.app)) as made:
        by_name(made, world.people[name])
        yield made


@pytest.fixture(scope="module")
def steward(shared: World) -> Iterator[TestClient]:
    yield from coming(shared, "steward")


@pytest.fixture(scope="module")
def verifier(shared: World) -> Iterator[TestClient]:
    yield from coming(shared, "verifier")


def make(here: TestClient, **parts: str) -> object:
    data = {"csrf": word_of(here.cookies[SERVING.cookie]), **parts}
    return here.post(START, data=data)


def test_a_usage_report_is_made_taken_along_and_published(
    steward: TestClient, door: TestClient, shared: World
) -> None:
    assert "No report was made yet" in steward.get(START).text
    assert "No report yet" in door.get("/").text
    month = f"{shared.clock():%Y-%m}"
    done = make(steward, kind="usage", period=month, public="1")
    assert done.headers["location"] == f"{START}?done=made"  # type: ignore[attr-defined]
    (kept,) = kept_reports(shared.app)
    assert (kept.kind, kept.period, kept.public) == (ReportKind.USAGE, month, True)
    text = steward.get(f"{START}?done=made").text
    assert "An entry of the ledger commits to it." in text
    files = {form: steward.get(f"{START}/{kept.name}/{form}") for form in ("json", "html", "pdf")}
    assert files["pdf"].content.startswith(b"%PDF-")
    assert files["html"].headers["content-disposition"].startswith("attachment")
    checked = verify_report(files["json"].content, shared.app.ledger_key.vkey)
    assert checked.ok, checked.problems
    assert f"/reports/{kept.name}/json" in door.get("/").text
    assert door.get(f"/reports/{kept.name}/json").content == files["json"].content
    assert steward.get(f"/console/ledger/{kept.leaf}").status_code == 200


@pytest.mark.parametrize("kind", ["processing", "assessment", "sources"])
def test_how_things_stand_is_told_to_members_and_not_to_everybody(
    steward: TestClient, door: TestClient, shared: World, kind: str
) -> None:
    make(steward, kind=kind)
    kept = next(one for one in kept_reports(shared.app) if one.kind == kind)
    assert steward.get(f"{START}/{kept.name}/json").status_code == 200
    assert door.get(f"/reports/{kept.name}/json").status_code == 404
    assert door.get(f"{START}/{kept.name}/json").status_code == 401


def test_what_is_no_period_is_refused_in_words(steward: TestClient) -> None:
    assert make(steward, kind="annual", period="2026-03").status_code == 400  # type: ignore[attr-defined]
    assert make(steward, kind="everything").status_code == 422  # type: ignore[attr-defined]


def test_whose_work_no_report_is_neither_reads_nor_makes_one(
    verifier: TestClient, shared: World
) -> None:
    before = len(kept_reports(shared.app))
    assert verifier.get(START).status_code == 403
    assert make(verifier, kind="annual", period="2026").status_code == 403  # type: ignore[attr-defined]
    assert len(kept_reports(shared.app)) == before
    assert f'href="{START}"' not in verifier.get("/console/sources").text


def test_a_name_that_leads_elsewhere_or_a_damaged_file_is_no_report(shared: World) -> None:
    for name in ("../licet.toml", "usage-2026-03-1/../x", ".usage"):
        with pytest.raises(NotFound):
            read_kept(shared.app, name, "json")
    place = shared.app.settings.place(PLACE) / "usage-broken"
    place.mkdir(parents=True)
    (place / "about.json").write_text(json.dumps({"kind": "usage"}))
    assert "usage-broken" not in {one.name for one in kept_reports(shared.app)}
    with pytest.raises(NotFound):
        read_kept(shared.app, "usage-broken", "json")


WISH = Making(MemberId("m"), ReportWish(ReportKind.ANNUAL, "2026"))


def test_what_takes_long_goes_on_behind_the_page_and_is_not_begun_twice() -> None:
    makings, go = Makings(wait=0.01), threading.Event()
    assert makings.make(WISH, go.wait) is None
    assert makings.of(WISH.member) == (WISH,)
    with pytest.raises(Busy):
        makings.make(WISH, go.wait)
    go.set()
    for _ in range(500):
        if not makings.of(WISH.member):
            break
        threading.Event().wait(0.01)
    assert makings.of(WISH.member) == ()
    assert Makings().make(WISH, lambda: 7) == 7


def test_the_list_renews_itself_while_a_report_is_made(
    steward: TestClient, shared: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Makings, "of", lambda _self, _member: (WISH,))
    text = steward.get(START).text
    assert 'hx-get="/console/reports/live?after=4"' in text
    assert "is being made" in text
    assert 'hx-trigger="every 8s"' in steward.get(f"{START}/live?after=4").text


def test_among_real_people_a_report_is_signed_by_a_passkey(
    home: object, new_database: object
) -> None:
    real: RealWorld = new_real_world(home, new_database("sqlite"))  # type: ignore[arg-type, operator]
    with browser(door_of(real.app)) as here:
        device, _ = equipped(real, "steward")
        sign_in(here, device)
        here.headers["accept"] = "application/json"
        parts = {"csrf": here.headers["x-csrf-token"], "kind": "annual", "period": "2026"}
        told = here.post(START, data=parts)
        assert told.status_code == 403
        done = here.post(START, data=parts, headers=signature(told.json()["sign"], device))
        assert done.json() == {"to": f"{START}?done=made"}, done.text
    real.app.close()
