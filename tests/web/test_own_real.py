"""A person's own page where people are real: the session proves them, and nothing else does."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from licet.cli import signing
from licet.granting import ask_grant, confirm_signed_in, withdraw
from licet.own import see_own
from licet.rights.intake import receive
from licet.terms.acting import SUBJECT, Who
from licet.terms.errors import NotFound
from licet.terms.grant import GrantState
from licet.terms.granting import Asked
from licet.terms.permit import By, Refusal
from licet.terms.rights import Received, RequestWish, RightKind
from tests.fakes.vision import photo
from tests.redteam.real import RealWorld, new_real_world
from tests.web.doors import SERVING, browser, door_of
from tests.web.own import comes_by_code

ANNA = "anna@example.org"


@pytest.fixture
def real(tmp_path: Path, new_database: Callable[[str], str]) -> Iterator[RealWorld]:
    made = new_real_world(tmp_path / "home", new_database("sqlite"))
    yield made
    made.app.close()


@pytest.fixture
def here(real: RealWorld) -> Iterator[TestClient]:
    with browser(door_of(real.app)) as made:
        yield made


def session_of(here: TestClient) -> Who:
    """As whom somebody acts who holds a browser's session."""
    from hashlib import sha256

    token = here.cookies[SERVING.own_cookie]
    return Who(By.SUBJECT, bearer=sha256(token.encode()).digest())


def test_a_person_does_everything_by_their_session(real: RealWorld, here: TestClient) -> None:
    grant, subject = real.enrolled("anna")
    source = real.source(real.folder(party=photo("anna", "bob")))
    real.collected(source)
    word = {"csrf": comes_by_code(here, real, ANNA)}
    place = f"/me/grants/{grant}"
    shown = here.get(place).text
    picture = shown.split('src="/me/grants/')[1].split('"')[0]
    assert here.get(f"/me/grants/{picture}").headers["content-type"] == "image/jpeg"
    assert here.get(f"{place}/receipt").status_code == 200
    for act in ("restrict", "release", "object", "withdraw"):
        assert here.post(f"{place}/{act}", data=word).status_code == 303, act
    assert here.post("/me/package", data={**word, "person": subject}).status_code == 303
    assert here.post(f"/me/people/{subject}/erase", data=word).status_code == 303


def test_a_pending_yes_is_said_on_the_page(real: RealWorld, here: TestClient) -> None:
    wish = real.wish("anna")
    asked = ask_grant(real.app, real.signed(signing.asking_grant(wish), "steward"), wish)
    assert isinstance(asked, Asked)
    word = {"csrf": comes_by_code(here, real, ANNA)}
    assert here.post(f"/me/grants/{asked.grant}/confirm", data=word).status_code == 303
    assert real.grant(asked.grant).state is GrantState.ACTIVE


def test_somebody_elses_session_proves_nothing(real: RealWorld, here: TestClient) -> None:
    """At the flows themselves, past every page: bob's session, an unknown one, and none."""
    grant, subject = real.granted("anna")
    real.granted("bob")
    wish = real.wish("dora")
    asked = ask_grant(real.app, real.signed(signing.asking_grant(wish), "steward"), wish)
    assert isinstance(asked, Asked)
    with real.app.store.read() as reader:
        anna = reader.subjects.get(subject)
    assert anna is not None
    comes_by_code(here, real, "bob@example.org")
    made_up = Who(By.SUBJECT, bearer=b"\1" * 32)
    for who in (session_of(here), made_up, SUBJECT):
        assert isinstance(see_own(real.app, who, anna), Refusal)
        assert isinstance(withdraw(real.app, who, grant), Refusal)
        with pytest.raises(NotFound):
            confirm_signed_in(real.app, who, asked.grant)
        done = receive(real.app, who, RequestWish(RightKind.ERASURE, ANNA))
        assert isinstance(done, Received)
        assert not done.proved
    assert real.grant(grant).state is GrantState.ACTIVE


def test_a_session_ends_where_the_contact_moves(real: RealWorld, here: TestClient) -> None:
    """Who was signed in at the old address sees nothing from then on."""
    _, subject = real.granted("anna")
    word = {"csrf": comes_by_code(here, real, ANNA)}
    with browser(door_of(real.app)) as other:
        comes_by_code(other, real, ANNA)
        fields = {**word, "person": subject, "contact": "new@example.org"}
        asked = here.post("/me/contact", data=fields).text
        place = asked.split(f'action="/me/contact/{subject}/')[1].split('"')[0]
        given = {**word, "code": real.outbox.code()}
        assert here.post(f"/me/contact/{subject}/{place}", data=given).status_code == 303
        assert "We keep nothing of you" in other.get("/me").text
