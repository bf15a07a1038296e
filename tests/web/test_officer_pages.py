"""Letters, blocks and breaches in the browser: begun, answered, ended, and nobody else's."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from licet.web.pages.breaches import BreachRow
from tests.browser.officer_samples import LATE_BREACH, SUSPECTED, TOLD
from tests.fakes.deployment import CLEARANCE, World
from tests.web.coming import by_name, word_of
from tests.web.doors import SERVING, browser, door_of

DIGEST = "ab" * 32
FOUND = {
    "what": "A list was copied.",
    "consequences": "Somebody may know who is here.",
    "measures": "It was brought back.",
    "people": "3",
    "risk": "high",
}


@pytest.fixture
def here(shared: World) -> Iterator[TestClient]:
    with browser(door_of(shared.app)) as made:
        by_name(made, shared.people["officer"])
        yield made


@pytest.fixture
def steward(shared: World) -> Iterator[TestClient]:
    with browser(door_of(shared.app)) as made:
        by_name(made, shared.people["steward"])
        yield made


def post(here: TestClient, path: str, **more: object) -> Response:
    """Send a form of our own page, with a file of it or none."""
    csrf = word_of(here.cookies[SERVING.cookie])
    files = more.pop("files", {"file": ("", b"", "application/octet-stream")})
    return here.post(f"/console/{path}", data={"csrf": csrf, **more}, files=files)  # type: ignore[arg-type]


def went(answer: Response) -> str:
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def second_signs(other: TestClient) -> None:
    """Let another member sign whatever waits."""
    act = re.search(r"/(console/acts/[0-9a-f-]+/signature)", other.get("/console/acts").text)
    assert act is not None
    assert post(other, act[1].removeprefix("console/")).status_code == 303


def test_a_letter_is_filed_given_to_another_and_answered(shared: World, here: TestClient) -> None:
    assert "No letter waits for an answer" in here.get("/console/letters").text
    form = here.get("/console/letters/new").text
    assert shared.people["steward"] in form
    until = (shared.clock() + timedelta(days=2)).date().isoformat()
    wish = {"authority": "CNIL", "says": "Questions", "answer_by": until}
    assert post(here, "letters", **wish, digest=DIGEST).status_code == 400, "nobody sees to it"
    assert post(here, "letters", **wish).status_code == 400, "no file"
    owner = shared.people["officer"]
    file = {"file": ("a.pdf", b"a letter", "application/pdf")}
    at = went(post(here, "letters", **wish, owner=owner, files=file)).partition("?")[0]
    letter = at.removeprefix("/console/")
    assert at in here.get("/console").text, "its clock stands on the overview"
    assert "2 days left" in here.get(f"{at}?done=filed").text
    assert went(post(here, f"{letter}/owner", owner=shared.people["steward"])).endswith("assigned")
    assert "steward" in here.get("/console/letters").text
    assert went(post(here, f"{letter}/answer", digest=DIGEST, note="sent")).endswith("answered")
    assert "Say how it was answered" not in here.get(at).text
    assert at not in here.get("/console/letters").text
    assert at in here.get("/console/letters?all=true").text
    assert here.get("/console/letters/none").status_code == 404


def test_a_block_is_placed_by_one_and_lifted_by_two(
    shared: World, here: TestClient, steward: TestClient
) -> None:
    assert "Nothing is blocked" in here.get("/console/blocks").text
    assert post(here, "blocks", covers="territory", use="true").status_code == 400
    assert post(here, "blocks", covers="territory", territory="fr").status_code == 400
    told = post(here, "blocks", covers="territory", territory="fr", collecting="true", use="true")
    assert went(told) == "/console/blocks?done=placed"
    with shared.app.store.read() as reader:
        (block,) = reader.blocks.active()
    assert block.territory == "FR"
    at = re.search(r'href="(/console/blocks/[0-9a-f-]+)"', here.get("/console/blocks").text)
    assert at is not None
    assert "Sign as the first of two" in here.get(at[1]).text
    release = f"{at[1].removeprefix('/console/')}/release"
    assert post(here, release).status_code == 400, "no release, no lifting"
    assert went(post(here, release, digest=DIGEST)).endswith("done=begun")
    with shared.app.store.read() as reader:
        assert reader.blocks.active() != (), "it holds until the second member signs"
    second_signs(steward)
    assert "It is lifted already" in here.get(at[1]).text
    assert here.get("/console/blocks/none").status_code == 404


def test_a_breach_is_reported_told_and_ended_by_two(
    shared: World, here: TestClient, steward: TestClient
) -> None:
    assert "No breach" in here.get("/console/breaches").text
    assert "The 72 hours run from there." in here.get("/console/breaches/new").text
    aware = shared.clock().strftime("%Y-%m-%dT%H:%M")
    assert post(here, "breaches", what="A laptop is gone.", aware="soon").status_code == 400
    at = went(post(here, "breaches", what="A laptop is gone.", aware=aware, people="3"))
    at = at.partition("?")[0]
    breach = at.removeprefix("/console/")
    assert at in here.get("/console").text
    assert "72 hours left" in here.get(at).text
    assert (
        post(here, f"{breach}/authority", authority="CNIL", contact="a@cnil.example").status_code
        == 409
    )
    assert went(post(here, f"{breach}/findings", **FOUND)).endswith("done=found")
    page = here.get(at).text
    assert "Tell the authority" in page
    assert "Tell the people" in page
    assert "A list was copied." in page
    assert post(here, f"{breach}/authority", authority="CNIL").status_code == 400
    told = post(here, f"{breach}/authority", authority="CNIL", contact="a@cnil.example")
    assert went(told).endswith("done=authority")
    assert went(post(here, f"{breach}/people")).endswith("done=people")
    less = {**FOUND, "risk": "unlikely", "why": "It was sealed."}
    named = {**less, "subjects": "somebody"}
    assert post(here, f"{breach}/findings", **named).status_code == 400
    assert went(post(here, f"{breach}/findings", **less)).endswith("done=begun")
    second_signs(steward)
    assert "It was sealed." in here.get(at).text
    assert went(post(here, f"{breach}/end", words="Lock the office.")).endswith("done=begun")
    second_signs(steward)
    page = here.get(at).text
    assert "How it ended" in page
    assert "Ended" in here.get("/console/breaches").text
    assert here.get("/console/breaches/none").status_code == 404


def test_a_suspicion_that_was_none_is_dismissed_by_two(
    shared: World, here: TestClient, steward: TestClient
) -> None:
    aware = shared.clock().strftime("%Y-%m-%dT%H:%M")
    at = went(post(here, "breaches", what="A key is gone.", aware=aware)).partition("?")[0]
    end = f"{at.removeprefix('/console/')}/end"
    assert went(post(here, end, words="It was in the drawer.", none="true")).endswith("begun")
    second_signs(steward)
    page = here.get(at).text
    assert "It was none" in page
    assert "It was in the drawer." in page


def test_canaries_are_placed_by_one_and_taken_away_by_two(
    shared: World, here: TestClient, steward: TestClient
) -> None:
    page = here.get("/console/breaches/canaries").text
    assert "No canary yet" in page
    wish = {"organisation": shared.organisation, "purpose": CLEARANCE, "count": "1"}
    assert post(here, "breaches/canaries", **wish, domain="no where").status_code == 400
    assert went(post(here, "breaches/canaries", **wish, domain="mail.example")).endswith("placed")
    page = here.get("/console/breaches/canaries?done=placed").text
    canary = re.search(r"(breaches/canaries/[0-9a-f-]+/end)", page)
    assert canary is not None
    assert "on the way" in page
    assert went(post(here, canary[1])).endswith("done=begun")
    second_signs(steward)
    assert "No canary yet" in here.get("/console/breaches/canaries").text


@pytest.mark.parametrize("place", ["letters", "blocks", "breaches"])
def test_for_everybody_else_these_pages_are_not_there(shared: World, place: str) -> None:
    with browser(door_of(shared.app)) as made:
        assert made.get(f"/console/{place}").status_code == 401
        by_name(made, shared.people["verifier"])
        for path in (place, f"{place}/new", f"{place}/x"):
            assert made.get(f"/console/{path}").status_code == 404
        assert post(made, place, what="x").status_code == 404
        assert f'href="/console/{place}"' not in made.get("/console").text


def test_a_clock_of_hours_is_late_near_or_good() -> None:
    late, near, good = (BreachRow(one) for one in (LATE_BREACH, TOLD, SUSPECTED))
    assert (late.tone, near.tone, good.tone) == ("bad", "warn", "good")
    assert (late.runs, near.runs, good.runs) == (True, False, True)
