"""What is done about a source in the browser: handed in, released, ended for good."""

import json
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from licet.collect import collect
from licet.effects.record import record_machine
from licet.terms.governing import NoticeFrom
from licet.terms.ledger import EntryKind
from licet.terms.source import Source, SourceKind, SourceState
from licet.web.reading import Readings
from tests.fakes.deployment import START, World
from tests.fakes.members import equipped
from tests.fakes.vision import photo
from tests.redteam.real import RealWorld, new_real_world
from tests.web.coming import by_name, sign_in, signature, word_of
from tests.web.doors import SERVING, browser, door_of

NOTICE = ("notice.pdf", b"Please stop.", "application/pdf")


def comes(world: World, name: str) -> Iterator[TestClient]:
    with browser(door_of(world.app)) as made:
        by_name(made, world.people[name])
        yield made


@pytest.fixture(scope="module")
def steward(shared: World) -> Iterator[TestClient]:
    yield from comes(shared, "steward")


@pytest.fixture(scope="module")
def officer(shared: World) -> Iterator[TestClient]:
    yield from comes(shared, "officer")


@pytest.fixture(scope="module")
def verifier(shared: World) -> Iterator[TestClient]:
    yield from comes(shared, "verifier")


def word(here: TestClient) -> dict[str, str]:
    return {"csrf": word_of(here.cookies[SERVING.cookie])}


def state(world: World, source: Source) -> SourceState:
    with world.app.store.read() as reader:
        found = reader.sources.get(source.id)
    assert found is not None
    return found.state


@pytest.fixture(scope="module")
def shelf(shared: World) -> Source:
    wish = {"kind": SourceKind.UPLOAD, "retention_days": 30}
    return shared.source(Path("upload:"), "handed in", **wish)


def test_photos_are_handed_in_and_what_is_none_is_told(
    steward: TestClient, shared: World, shelf: Source
) -> None:
    path = f"/console/sources/{shelf.id}"
    assert "Hand photos in" in steward.get(path).text
    assert "handing.js" in steward.get(path).text
    two = [
        ("photo", ("a.jpg", photo("ada"), "image/jpeg")),
        ("photo", ("notes.txt", b"no photo", "text/plain")),
    ]
    told = steward.post(f"{path}/photos", data=word(steward), files=two).text
    assert "1 photo is kept." in told
    assert "notes.txt" in told
    as_json = {"accept": "application/json"}
    again = steward.post(f"{path}/photos", data=word(steward), files=two[:1], headers=as_json)
    assert again.json() == {"kept": 0, "known": 1, "not": []}
    nothing = steward.post(f"{path}/photos", data=word(steward), headers=as_json)
    assert nothing.json()["kept"] == 0
    assert steward.post(f"{path}/photos", data=word(steward)).status_code == 400
    copies = [one.read_bytes() for one in (shared.home / "copies").rglob("*") if one.is_file()]
    assert len(copies) == 1
    assert photo("ada") not in copies[0]


def test_only_whose_work_it_is_finds_and_may_do_these_acts(
    verifier: TestClient, door: TestClient, shelf: Source
) -> None:
    path = f"/console/sources/{shelf.id}"
    text = verifier.get(path).text
    assert not any(act in text for act in ("data-hand", "End it for good", "/release"))
    files = {"photo": ("a.jpg", photo("bea"), "image/jpeg")}
    assert verifier.post(f"{path}/photos", data=word(verifier), files=files).status_code == 403
    assert verifier.post(f"{path}/cease", data=word(verifier), files={}).status_code == 403
    assert door.post(f"{path}/cease", data={"csrf": "x"}).status_code == 401
    missing = verifier.post("/console/sources/none/cease", data=word(verifier))
    assert missing.status_code == 404


def test_a_source_ends_for_good_and_its_certificate_names_the_notice(
    steward: TestClient, shared: World
) -> None:
    source = shared.source(shared.folder("ended", a=photo("anna", shot=2)), "Ended album")
    collect(shared.app, shared.who("steward"), source.id)
    path = f"/console/sources/{source.id}"
    assert "End this source for good?" in steward.get(path).text
    assert steward.get(f"{path}/certificate").status_code == 404
    data = {**word(steward), "sender": NoticeFrom.PICTURED.value}
    done = steward.post(f"{path}/cease", data=data, files={"file": NOTICE})
    assert done.headers["location"] == f"{path}?done=ceased"
    assert state(shared, source) is SourceState.PURGED
    told = steward.get(f"{path}?done=ceased").text
    assert "the certificate counts it" in told
    assert "End it for good" not in told
    certificate = steward.get(f"{path}/certificate")
    assert certificate.headers["content-disposition"].startswith("attachment")
    assert sha256(NOTICE[1]).hexdigest().encode() in certificate.content


def test_a_hold_is_ended_by_the_officer_and_another_who_finds_it_among_the_acts(
    officer: TestClient, verifier: TestClient, steward: TestClient, shared: World
) -> None:
    source = shared.source(shared.folder("held", a=photo("anna", shot=2)), "Held album")
    with shared.app.store.unit() as unit:
        unit.sources.set_state(source.id, SourceState.ON_HOLD)
        record_machine(unit, EntryKind.SOURCE_HELD, (("source", source.id),))
    path = f"/console/sources/{source.id}"
    assert f'action="{path}/release"' not in steward.get(path).text
    assert f'action="{path}/release"' in officer.get(path).text
    assert officer.post(f"{path}/release", data=word(officer)).status_code == 400
    done = officer.post(f"{path}/release", data=word(officer), files={"file": NOTICE})
    assert done.headers["location"] == f"{path}?done=waits"
    assert "Your signature is kept." in officer.get(f"{path}?done=waits").text
    assert state(shared, source) is SourceState.ON_HOLD
    acts = verifier.get("/console/acts").text
    act = acts.split('action="/console/acts/')[1].split("/")[0]
    signed = verifier.post(f"/console/acts/{act}/signature", data=word(verifier))
    assert signed.status_code == 303, signed.text
    assert state(shared, source) is SourceState.AUTHORISED
    assert "no longer on hold" in officer.get(f"{path}?done=released").text


def test_the_speed_is_that_of_the_last_while_and_starts_anew() -> None:
    readings, second = Readings(), timedelta(seconds=1)
    assert readings.speed("a", 10, START) is None  # type: ignore[arg-type]
    assert readings.speed("a", 10, START + second) is None  # type: ignore[arg-type]
    assert readings.speed("a", 30, START + 2 * second) == 10  # type: ignore[arg-type]
    assert readings.speed("a", 30, START + 200 * second) is None  # type: ignore[arg-type]
    assert readings.speed("a", 5, START + 201 * second) is None, "it was emptied"  # type: ignore[arg-type]
    readings.forget("a")  # type: ignore[arg-type]
    assert readings.speed("a", 9, START + 202 * second) is None  # type: ignore[arg-type]


def test_among_real_people_one_signature_carries_each_photo_by_itself(
    home: Path, new_database: object
) -> None:
    real: RealWorld = new_real_world(home, new_database("sqlite"))  # type: ignore[operator]
    wish = {"kind": SourceKind.UPLOAD, "retention_days": 30}
    source = real.source(Path("upload:"), "handed in", **wish)
    with browser(door_of(real.app)) as here:
        device, _ = equipped(real, "steward")
        sign_in(here, device)
        here.headers["accept"] = "application/json"
        path, csrf = f"/console/sources/{source.id}/photos", {"csrf": here.headers["x-csrf-token"]}
        told = here.post(path, data=csrf)
        assert told.status_code == 403
        header = signature(told.json()["sign"], device)
        for shot in (1, 2):
            files = {"photo": ("a.jpg", photo("ada", shot=shot), "image/jpeg")}
            done = here.post(path, data=csrf, files=files, headers=header)
            assert json.loads(done.text)["kept"] == 1, done.text
        unsigned = here.post(
            path, data=csrf, files={"photo": ("a.jpg", photo("eve"), "image/jpeg")}
        )
        assert unsigned.status_code == 403
    real.app.close()
