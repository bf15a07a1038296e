"""People in the console: counts to those whose work it is, pictures within a case alone."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from licet.collect import collect
from licet.people import list_people, may_be_shown, see_person, see_photos
from licet.search import Choice, search
from licet.store import migrate
from licet.terms.errors import NotFound
from licet.terms.ids import CaseId, GrantId, PurposeId, SubjectId
from licet.terms.people import People, PeopleWish, PersonDetails, PersonPhotos
from licet.terms.permit import Refusal, Register
from licet.terms.search import SearchResult
from tests.fakes.deployment import CLEARANCE, World, new_world
from tests.fakes.vision import photo, video
from tests.web.coming import by_name, word_of
from tests.web.doors import SERVING, browser, door_of

PROBE = photo("anna", shot=9)
FIND = PurposeId("find_my_photos@1")
ALL = PeopleWish()


class Found:
    """A world in which Anna was found in a photo and a video, and Bert searches alone."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.grant, self.subject = world.enrolled("anna")
        self.own, self.bert = world.enrolled("bert", purpose=FIND)
        place = world.folder(a=photo("anna", "carl", shot=3))
        (place / "film.mp4").write_bytes(video(("anna", 1_000, 9_000)))
        (place / "b.jpg").write_bytes(photo("bert", shot=4))
        source = world.source(place, "Summer party")
        collect(world.app, world.who("steward"), source.id)
        self.case = world.case(PROBE)
        done = search(world.app, world.who("investigator"), self.case, CLEARANCE, PROBE, Choice())
        assert isinstance(done, SearchResult)

    def photos(self, who: str = "verifier") -> PersonPhotos | Refusal:
        return see_photos(self.world.app, self.world.who(who), self.grant, self.case)

    @property
    def path(self) -> str:
        return f"/console/people/{self.subject}?case={self.case}"


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Found]:
    """What the checks share that change nothing."""
    folder = tmp_path_factory.mktemp("people")
    url = f"sqlite:///{folder / 'licet.db'}"
    migrate(url)
    made = new_world(folder / "home", url)
    yield Found(made)
    made.app.close()


def coming(world: World, name: str) -> Iterator[TestClient]:
    with browser(door_of(world.app)) as made:
        by_name(made, world.people[name])
        yield made


@pytest.fixture(scope="module")
def verifier(still: Found) -> Iterator[TestClient]:
    yield from coming(still.world, "verifier")


@pytest.fixture(scope="module")
def steward(still: Found) -> Iterator[TestClient]:
    yield from coming(still.world, "steward")


def people(found: Found, who: str, register: Register, wish: PeopleWish = ALL) -> People:
    told = list_people(found.world.app, found.world.who(who), register, wish)
    assert isinstance(told, People), told
    return told


def test_a_steward_reads_counts_of_everybody_and_a_verifier_of_whom_a_face_waits(
    still: Found,
) -> None:
    told = people(still, "steward", Register.GRANTS)
    assert told.total == 2
    grants = {line.subject: line.grants[0] for line in told.lines}
    assert (grants[still.subject].appearances, grants[still.subject].photos) == (2, (3,))
    assert grants[still.bert].appearances == 1, "a count, of a purpose that is theirs alone too"
    seen = people(still, "verifier", Register.APPEARANCES)
    assert all(
        one.expires is None and one.appearances is None for p in seen.lines for one in p.grants
    )
    assert {line.subject for line in seen.lines} == {still.subject, still.bert}
    only = people(still, "steward", Register.GRANTS, PeopleWish(FIND, waiting=True))
    assert [line.subject for line in only.lines] == [still.bert]
    assert people(still, "steward", Register.GRANTS, PeopleWish(page=2)).lines == ()


@pytest.mark.parametrize(
    ("who", "register"),
    [
        ("investigator", Register.GRANTS),
        ("investigator", Register.APPEARANCES),
        ("verifier", Register.GRANTS),
        ("steward", Register.APPEARANCES),
    ],
)
def test_nobody_reads_people_by_a_register_that_is_not_theirs(
    still: Found, who: str, register: Register
) -> None:
    app, members = still.world.app, still.world.who(who)
    assert isinstance(list_people(app, members, register, ALL), Refusal)
    assert isinstance(see_person(app, members, register, still.subject), Refusal)


def test_pictures_are_told_within_a_case_that_found_the_person_and_nowhere_else(
    still: Found,
) -> None:
    world, app = still.world, still.world.app
    photos = still.photos()
    assert isinstance(photos, PersonPhotos)
    assert [one.span for one in photos.faces if one.span] == [(1_000, 9_000)]
    for who in ("steward", "officer", "approver"):
        assert isinstance(still.photos(who), Refusal), who
    verifier = world.who("verifier")
    refused = see_photos(app, verifier, still.own, still.case)
    assert isinstance(refused, Refusal), "a purpose of the person alone"
    other = world.case(photo("dora"), reference="2026-18")
    refused = see_photos(app, verifier, still.grant, other)
    assert isinstance(refused, Refusal)
    assert refused.reason == "not_a_candidate"
    with pytest.raises(NotFound):
        see_photos(app, verifier, GrantId("none"), CaseId("none"))


def test_of_somebody_found_nowhere_nothing_is_told_without_a_permit(still: Found) -> None:
    world = still.world
    grant, subject = world.enrolled("nora")
    refused = see_photos(world.app, world.who("verifier"), grant, still.case)
    assert isinstance(refused, Refusal)
    seen = see_person(world.app, world.who("verifier"), Register.APPEARANCES, subject)
    assert isinstance(seen, PersonDetails)
    assert seen.cases == ()
    with pytest.raises(NotFound):
        see_person(world.app, world.who("verifier"), Register.APPEARANCES, SubjectId("none"))


def test_the_list_says_pseudonyms_and_leads_to_a_page_each(
    still: Found, steward: TestClient, verifier: TestClient
) -> None:
    text = steward.get("/console/people").text
    assert f'href="/console/people/{still.subject}"' in text
    assert "anna" not in text
    assert 'aria-current="page"' in text.split("People</span>")[0].rpartition("<a")[2]
    assert "Nobody like this" in steward.get("/console/people?purpose=family_tracing@1").text
    own = verifier.get(f"/console/people/{still.bert}").text
    assert "No picture may be shown" in own
    assert "/pictures/" not in own
    assert "Look within case" not in steward.get(f"/console/people/{still.subject}").text
    assert verifier.get("/console/people/none").status_code == 404


def test_a_verifier_looks_within_the_case_and_everybody_else_is_covered(
    still: Found, verifier: TestClient
) -> None:
    whole = verifier.get(f"/console/people/{still.subject}").text
    assert "Look within case 2026-17" in whole
    text = verifier.get(still.path).text
    pictures = [one.replace("&amp;", "&") for one in re.findall(r'src="(/console/[^"]+)"', text)]
    assert len(pictures) == 2
    drawn = verifier.get(pictures[0])
    assert drawn.headers["content-type"] == "image/jpeg"
    assert drawn.headers["cache-control"] == "no-store"
    covered = max(len(verifier.get(one).json()["covered"]) for one in pictures)
    assert covered == 1, "Carl, who is beside Anna"
    swapped = pictures[0].replace(str(still.subject), str(still.bert))
    assert verifier.get(swapped).status_code == 404


def test_a_photo_has_a_page_with_boxes_that_can_be_hidden_and_its_times(
    still: Found, verifier: TestClient
) -> None:
    text = verifier.get(still.path).text
    links = [one.replace("&amp;", "&") for one in re.findall(r'href="([^"]+/photos/[^"]+)"', text)]
    pages = [verifier.get(one).text for one in links]
    assert all("boxes=0" in page and 'role="switch"' in page for page in pages)
    assert sum("0:01-0:09" in page for page in pages) == 1
    assert sum('rel="next"' in page for page in pages) == 1
    assert verifier.get(links[0].replace("/photos/", "/photos/x")).status_code == 404
    refused = verifier.get(links[0].replace(str(still.case), "none"))
    assert refused.status_code == 404


@pytest.fixture
def fresh(home: object, new_database: object) -> Iterator[Found]:
    made = new_world(home, new_database("sqlite"))  # type: ignore[arg-type, operator]
    yield Found(made)
    made.app.close()


def posted(here: TestClient, path: str, **more: str) -> str:
    data = {"csrf": word_of(here.cookies[SERVING.cookie]), **more}
    done = here.post(path, data=data)
    assert done.status_code == 303, done.text
    return done.headers["location"]


def acts(text: str, what: str) -> list[str]:
    return [
        one.replace("&amp;", "&")
        for one in re.findall(rf'action="([^"]+/{what}(?:[?][^"]*)?)"', text)
    ]


def test_a_face_is_confirmed_taken_off_and_each_is_undone(fresh: Found) -> None:
    for here in coming(fresh.world, "verifier"):
        first, _ = acts(here.get(fresh.path).text, "confirm")
        back = posted(here, first)
        assert "done=confirmed" in back
        told = here.get(back).text
        assert "The face is confirmed." in told
        (taken,) = acts(told, "unconfirm")
        assert "done=unconfirmed" in posted(here, taken)
        off = acts(here.get(fresh.path).text, "unlink")
        told = here.get(posted(here, off[0])).text
        assert "The face is taken off this person" in told
        assert len(acts(told, "unlink")) == 1
        (undo,) = acts(told, "undo")
        assert "done=relinked" in posted(here, undo)
        assert acts(here.get(fresh.path).text, "undo") == []
        assert here.post(off[0], data={"csrf": "x"}).status_code == 401


def test_a_video_is_taken_apart_at_a_moment_and_other_peoples_faces_are_not_reached(
    fresh: Found,
) -> None:
    photos = fresh.photos()
    assert isinstance(photos, PersonPhotos)
    film = next(one for one in photos.faces if one.span)
    for here in coming(fresh.world, "verifier"):
        path = f"/console/people/{fresh.subject}/faces/{film.id}/split?case={fresh.case}"
        csrf = word_of(here.cookies[SERVING.cookie])
        wrong = here.post(path, data={"csrf": csrf, "moment": "never"})
        assert wrong.status_code == 400
        other = path.replace(str(fresh.subject), str(fresh.bert))
        assert here.post(other, data={"csrf": csrf, "moment": "0:05"}).status_code == 404
        assert here.post(path, data={"csrf": csrf, "moment": "0:59"}).status_code == 400


@pytest.mark.parametrize(
    ("purpose", "shown"),
    [("find_my_photos@1", False), ("family_tracing@1", False), (str(CLEARANCE), True)],
)
def test_a_purpose_of_the_person_alone_or_of_two_sides_shows_no_picture(
    still: Found, purpose: str, shown: bool
) -> None:
    with still.world.app.store.read() as reader:
        grant = reader.grants.get(still.grant)
    assert grant is not None
    assert may_be_shown(replace(grant, purpose=PurposeId(purpose))) is shown


def test_nothing_of_the_first_day_is_counted_to_members(
    still: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("licet.people.on_first_day", lambda *_about: True)
    told = people(still, "steward", Register.GRANTS)
    assert all(
        one.appearances == 0 and one.unconfirmed == 0 for p in told.lines for one in p.grants
    )
    assert people(still, "verifier", Register.APPEARANCES).lines == ()
