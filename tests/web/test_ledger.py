"""The ledger in the browser: entries for those who oversee, proofs for anybody."""

import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from licet.evidence import EntriesWish, ledger_state, list_entries, prove_entry
from licet.governance import add_organisation
from licet.ledger.tlog_proof import write_tlog_proof
from licet.terms.errors import NotFound
from licet.terms.governing import OrganisationWish
from licet.terms.ids import OrganisationId
from licet.terms.ledger import EntryKind
from licet.terms.organisation import OrganisationKind
from licet.web.pages.kinds import GROUPS, KINDS, called
from tests.fakes.deployment import World
from tests.web.coming import by_name
from tests.web.doors import browser, door_of


def coming(world: World, name: str) -> Iterator[TestClient]:
    with browser(door_of(world.app)) as made:
        by_name(made, world.people[name])
        yield made


@pytest.fixture(scope="module")
def steward(shared: World) -> Iterator[TestClient]:
    shared.enrolled("anna")
    yield from coming(shared, "steward")


@pytest.fixture(scope="module")
def verifier(shared: World) -> Iterator[TestClient]:
    yield from coming(shared, "verifier")


def test_entries_stand_newest_first_and_are_narrowed_by_what_and_when(
    steward: TestClient, shared: World
) -> None:
    app = shared.app
    found = list_entries(app, None, EntriesWish())
    assert [one.index for one in found.lines] == sorted(
        (o.index for o in found.lines), reverse=True
    )
    people = list_entries(app, None, EntriesWish(kinds=GROUPS["people"][1]))
    assert EntryKind.ENROLLED in {one.kind for one in people.lines}
    assert {one.kind for one in people.lines} < {one.kind for one in found.lines}
    today = shared.clock().date()
    assert list_entries(app, None, EntriesWish(day=today)).lines == found.lines
    assert list_entries(app, None, EntriesWish(day=date(2020, 1, 1))).lines == ()
    before = list_entries(app, None, EntriesWish(before=5))
    assert [one.index for one in before.lines] == [4, 3, 2, 1, 0]
    assert before.older is None
    text = steward.get("/console/ledger?group=people").text
    assert "Person enrolled" in text
    assert "Signed in" not in text.split("<table")[1]
    assert "No entry like this" in steward.get("/console/ledger?day=2020-01-01").text
    assert steward.get("/console/ledger?day=yesterday").status_code == 200


def test_an_organisation_sees_its_own_entries_and_no_others(shared: World) -> None:
    now = shared.clock()
    wish = OrganisationWish(
        "Elsewhere", OrganisationKind.RECIPIENT, "ab" * 32, now, now.replace(year=2030)
    )
    other = add_organisation(shared.app, shared.who("steward", "officer"), wish)
    assert isinstance(other, str), other
    theirs = list_entries(shared.app, OrganisationId(other), EntriesWish())
    assert all(one.organisation == "Elsewhere" for one in theirs.lines)
    ours = next(
        one
        for one in list_entries(shared.app, None, EntriesWish()).lines
        if one.organisation not in {"", "Elsewhere"}
    )
    with pytest.raises(NotFound):
        prove_entry(shared.app, OrganisationId(other), ours.index)


@pytest.mark.parametrize(
    "path", ["/console/ledger", "/console/ledger/0", "/console/ledger/0/proof"]
)
def test_who_does_not_oversee_is_refused(verifier: TestClient, door: TestClient, path: str) -> None:
    assert verifier.get(path).status_code == 403
    assert 'href="/console/ledger"' not in verifier.get("/console/sources").text
    assert door.get(path).status_code == 401


def test_a_proof_is_followed_by_the_lines_that_anybody_may_take(
    steward: TestClient, door: TestClient, tmp_path: Path
) -> None:
    program, entry, proof = (tmp_path / name for name in ("follow.py", "entry", "proof"))
    program.write_bytes(door.get("/check/program").content)
    size = int(steward.get("/console/ledger/checkpoint").text.splitlines()[1])
    for index in (0, 1, size // 2, size - 1):
        entry.write_bytes(steward.get(f"/console/ledger/{index}/entry").content)
        proof.write_bytes(steward.get(f"/console/ledger/{index}/proof").content)
        said = subprocess.run(
            [sys.executable, program, entry, proof], capture_output=True, text=True, check=True
        )
        assert said.stdout == "in the ledger\n"
    entry.write_bytes(entry.read_bytes() + b" ")
    said = subprocess.run(
        [sys.executable, program, entry, proof], capture_output=True, text=True, check=True
    )
    assert said.stdout == "NOT in the ledger\n"


def test_a_proof_has_the_form_that_others_read(shared: World) -> None:
    proof, checkpoint = shared.app.tiles.prove(1)
    lines = write_tlog_proof(proof, checkpoint).decode().split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 1"]
    assert lines[2] == b64encode(proof.path[0]).decode()
    assert lines[lines.index("") + 1] == checkpoint.origin


def test_an_entry_has_a_page_with_what_it_says_and_its_neighbours(steward: TestClient) -> None:
    text = steward.get("/console/ledger/1").text
    assert 'href="/console/ledger/0"' in text
    assert 'href="/console/ledger/2"' in text
    assert "nobody else saw it" in text
    assert re.search(r"&#34;kind&#34;: &#34;[a-z_.]+&#34;", text)
    assert steward.get("/console/ledger/99999").status_code == 404


def test_an_unwitnessed_ledger_says_so_to_everybody(
    door: TestClient, steward: TestClient, shared: World
) -> None:
    for told in (door.get("/check"), steward.get("/console/ledger")):
        assert told.status_code == 200
        assert "Nobody else ever saw this ledger." in told.text
    key = door.get("/check/key").text.strip()
    assert key == ledger_state(shared.app).vkey
    assert door.get("/check/checkpoint").text.startswith(shared.app.deployment.origin)


def test_what_is_not_signed_yet_has_no_proof(
    shared: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(shared.app.tiles), "latest", lambda _self: None)
    assert prove_entry(shared.app, None, 0).proof == b""
    state = ledger_state(shared.app)
    assert (state.note, state.size) == ("", 0)
    assert replace(state, size=1).root == ""


def test_each_kind_that_has_a_name_is_one_and_another_is_called_by_its_word() -> None:
    assert set(KINDS) <= {kind.value for kind in EntryKind}
    prefixes = tuple(one for _, kinds in GROUPS.values() for one in kinds)
    assert [kind for kind in KINDS if not kind.startswith(prefixes)] == []
    assert called("nothing.known") == ""
