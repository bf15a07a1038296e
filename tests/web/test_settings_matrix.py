"""Every role at every form of the members' pages, of one's own organisation and another.

What is expected is read from the tables that decide (``consent.rules.governed``,
``consent.registers``), never written here.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient

from licet.admitting import invite
from licet.consent.registers import READERS
from licet.consent.rules.governed import ROLES
from licet.governance import add_member, add_organisation
from licet.store import migrate
from licet.terms.admission import Invited
from licet.terms.governing import MemberWish, OrganisationWish
from licet.terms.ids import MemberId, OrganisationId
from licet.terms.organisation import OrganisationKind, Role
from licet.terms.permit import Action, Register
from licet.web.routes import members, settings
from tests.fakes.deployment import CLEARANCE, World, new_world
from tests.store.things import DAY
from tests.web.coming import by_name
from tests.web.doors import browser, door_of

pytestmark = pytest.mark.longer

EVERYBODY = frozenset(Role)
GOVERNS = ROLES[Action.GOVERN]
PAPER = hashlib.sha256(b"a paper").hexdigest()


@dataclass(frozen=True)
class Row:
    """A form: what it sends, and which roles of the controller may."""

    may: frozenset[Role]
    data: dict[str, str]
    controllers: bool = True


FORMS: dict[str, Row] = {
    "/console/members/{member}/invitation": Row(GOVERNS, {}),
    "/console/members/{member}/end": Row(GOVERNS, {}),
    "/console/members/{member}/roles": Row(GOVERNS, {"roles": "auditor"}),
    "/console/members/{member}/keys": Row(GOVERNS, {"purpose": CLEARANCE, "until": "2026-06-01"}),
    "/console/members/invitations/{invitation}/end": Row(ROLES[Action.RECALL], {}),
    "/console/members/organisations/{organisation}/agreement": Row(
        GOVERNS, {"begins": "2026-03-02", "until": "2027-03-02", "digest": PAPER}
    ),
    "/console/members/papers": Row(
        ROLES[Action.FILE],
        {"kind": "training_record", "until": "2026-06-01", "digest": PAPER},
        controllers=False,
    ),
    "/console/settings/passkeys": Row(ROLES[Action.EQUIP], {}, controllers=False),
    "/console/settings/passkeys/{passkey}/name": Row(EVERYBODY, {"name": "x"}, controllers=False),
    "/console/settings/passkeys/{passkey}/end": Row(EVERYBODY, {}, controllers=False),
    "/console/settings/identities/{identity}/end": Row(EVERYBODY, {}, controllers=False),
    "/console/settings/sessions/end": Row(EVERYBODY, {}, controllers=False),
    "/console/settings/sessions/{session}/end": Row(EVERYBODY, {}, controllers=False),
    "/console/settings/keys/{key}/end": Row(EVERYBODY, {}, controllers=False),
}
"""Every form by its address."""

PAGES: dict[str, frozenset[Role]] = {
    "/console/settings": READERS[Register.MEMBERS],
    "/console/members": READERS[Register.MEMBERS],
}


DAILY = {Role.STEWARD, Role.INVESTIGATOR}
ROLES_DAILY_OR_NOT = [
    pytest.param(role, marks=() if role in DAILY else pytest.mark.soak) for role in Role
]
"""Who governs and who does not, every day; the others with `make soak`."""


@dataclass
class Manned:
    """A sandbox with a member of each role in the controller and in another organisation."""

    world: World
    other: OrganisationId
    ours: dict[Role, MemberId]
    theirs: dict[Role, MemberId]

    def leave(self) -> str:
        """Leave that nobody used, for a member of the controller."""
        two = self.world.who("steward", "officer")
        made = invite(self.world.app, two, self.world.people["verifier"])
        assert isinstance(made, Invited)
        return made.invitation


@pytest.fixture(scope="module")
def manned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manned]:
    folder = tmp_path_factory.mktemp("settings-matrix")
    url = f"sqlite:///{folder / 'licet.db'}"
    migrate(url)
    world = new_world(folder / "home", url)
    two, now = world.who("steward", "officer"), world.clock()
    wish = OrganisationWish("The Gazette", OrganisationKind.RECIPIENT, "cd" * 32, now, now + DAY)
    other = OrganisationId(str(add_organisation(world.app, two, wish)))
    found: list[dict[Role, MemberId]] = [{}, {}]
    for n, organisation in enumerate((world.organisation, other)):
        for m, role in enumerate(Role):
            key = bytes([60 + 10 * n + m]) * 32
            added = MemberWish(organisation, f"the {role.value}", frozenset({role}), key)
            found[n][role] = MemberId(str(add_member(world.app, two, added)))
    yield Manned(world, other, *found)
    world.app.close()


def sent(here: TestClient, manned: Manned, form: str, member: MemberId) -> tuple[int, str]:
    """Send a form about things of the controller; the status, and where it led."""
    things = {
        "member": member,
        "invitation": manned.leave() if "{invitation}" in form else "",
        "organisation": manned.world.organisation,
        **dict.fromkeys(("passkey", "identity", "session", "key"), "somebody-elses"),
    }
    body = {"csrf": here.headers["x-csrf-token"], **FORMS[form].data}
    answer = here.post(form.format(**things), data=body)
    return answer.status_code, answer.headers.get("location", answer.text)


def test_each_form_and_page_has_its_row() -> None:
    routes = [*members.router.routes, *settings.router.routes]
    found = {
        (method, route.path)  # type: ignore[attr-defined]
        for route in routes
        for method in route.methods  # type: ignore[attr-defined]
    }
    assert found == {("POST", form) for form in FORMS} | {("GET", page) for page in PAGES}


@pytest.mark.parametrize("role", ROLES_DAILY_OR_NOT)
def test_a_role_may_what_the_tables_say_and_nothing_more(manned: Manned, role: Role) -> None:
    about = manned.world.people["second"]
    with browser(door_of(manned.world.app)) as here:
        by_name(here, manned.ours[role])
        for page, may in PAGES.items():
            assert here.get(page).status_code == (200 if role in may else 403)
        for form, row in FORMS.items():
            status, told = sent(here, manned, form, about)
            if role not in row.may:
                assert status == 403, (form, told)
            elif (
                "{passkey}" in form
                or "{identity}" in form
                or "{session}" in form
                or "{key}" in form
            ):
                assert status == 404, (form, told)
            else:
                assert status == 303, (form, told)
        # What was begun waits for another; whoever began it takes it back.
        listed = here.get("/api/v1/acts").json()
        for act in listed if isinstance(listed, list) else listed["items"]:
            if act["yours"]:
                body = {"csrf": here.headers["x-csrf-token"]}
                assert here.post(f"/console/acts/{act['id']}/end", data=body).status_code == 303


@pytest.mark.parametrize("role", ROLES_DAILY_OR_NOT)
def test_another_organisation_sees_and_reaches_nothing_of_it(manned: Manned, role: Role) -> None:
    """Its members and its own agreement look like missing ones; papers are each one's own."""
    about = manned.world.people["second"]
    with browser(door_of(manned.world.app)) as here:
        by_name(here, manned.theirs[role])
        page = here.get("/console/members").text
        assert manned.world.organisation not in page
        assert not any(member in page for member in manned.world.people.values())
        for form, row in FORMS.items():
            if not row.controllers:
                continue
            status, told = sent(here, manned, form, about)
            if "{member}" in form or "{organisation}" in form:
                assert status == 404, (form, told)
            else:
                assert status == 403, (form, told)
        missing = sent(here, manned, "/console/members/{member}/end", MemberId("none"))
        assert missing[0] == 404
        # Nor does it govern its own members: two of the controller do.
        own = manned.theirs[Role.VERIFIER]
        status, told = sent(here, manned, "/console/members/{member}/invitation", own)
        assert status == 403, told
