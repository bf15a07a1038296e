"""B9: nobody is searchable before notice and their own act; each person sees who searched them.

The first half is a state machine: random histories of asking, mail that does or does not
arrive, codes, enrolling, setting aside and taking back. After every step a search finds the
person exactly when the notice was delivered, they acted, were enrolled, and it still holds.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.effects.packing import build_package
from licet.enrol import enrol
from licet.granting import ask_grant, confirm, resend, withdraw
from licet.reviewing import review
from licet.rights.erase import erase
from licet.search import search
from licet.standing import release, restrict
from licet.terms.acting import SUBJECT
from licet.terms.errors import Busy, LicetError
from licet.terms.granting import Enrolled, Message
from licet.terms.ids import GrantId
from licet.terms.permit import Refusal
from licet.terms.search import Finding, SearchResult
from tests.effects.packing import asked, unpack
from tests.exploring import examples
from tests.fakes.deployment import CLEARANCE, World, new_world
from tests.fakes.vision import photo
from tests.web.doors import browser, door_of
from tests.web.own import comes_by_code

PHOTOS = tuple(photo("anna", shot=n) for n in range(3))
PROBE = photo("anna", shot=9)


def looked(world: World, reference: str) -> SearchResult:
    """Let an investigator search a case of its own with a photo of Anna."""
    case = world.case(PROBE, reference=reference)
    found = search(world.app, world.who("investigator"), case, CLEARANCE, PROBE)
    assert isinstance(found, SearchResult), found
    return found


@dataclass
class Life:
    """One grant's history, and what must be true of it by the rules alone."""

    world: World
    mail: bool = True
    grant: GrantId | None = None
    told: bool = False
    acted: bool = False
    enrolled: bool = False
    aside: bool = False
    ended: bool = False
    steps: int = 0
    codes: list[str] = field(default_factory=list)

    @property
    def searchable(self) -> bool:
        """What the rules say: told, acted, enrolled, and nothing taken back."""
        return self.told and self.acted and self.enrolled and not (self.aside or self.ended)

    def ask(self) -> None:
        if self.grant is None:
            with suppress(Busy):
                ask_grant(self.world.app, self.world.who("steward"), self.world.wish("anna"))
            with self.world.app.store.read() as reader:
                (kept,) = reader.grants.kept()
            self.grant, self.told = kept.id, kept.notice_delivered_at is not None
            assert self.told is self.mail

    def send_again(self) -> None:
        if self.grant is not None:
            self.world.clock.go(hours=25)
            try:
                sent = resend(self.world.app, self.world.who("steward"), self.grant)
            except LicetError:
                return
            self.told = self.told or not isinstance(sent, Refusal)

    def act(self) -> None:
        if self.grant is not None and self.codes:
            try:
                done = confirm(self.world.app, self.grant, self.codes[-1])
            except LicetError:
                return
            if hasattr(done, "receipt"):
                assert self.told, "who was not told has said nothing"
                self.acted = True

    def keep(self) -> None:
        if self.grant is not None:
            two = self.world.who("steward", "officer")
            done = enrol(self.world.app, two, self.grant, PHOTOS, 1)
            if isinstance(done, Enrolled):
                assert self.told
                assert self.acted, "nothing is kept of who has not acted"
                self.enrolled = True

    def set_aside(self) -> None:
        if self.grant is not None and not isinstance(
            restrict(self.world.app, SUBJECT, self.grant), Refusal
        ):
            self.aside = True

    def free(self) -> None:
        if self.grant is not None and not isinstance(
            release(self.world.app, SUBJECT, self.grant, ""), Refusal
        ):
            self.aside = False

    def take_back(self) -> None:
        if self.grant is not None and not isinstance(
            withdraw(self.world.app, SUBJECT, self.grant), Refusal
        ):
            self.ended = True

    def mail_fails(self) -> None:
        self.mail = False

    def mail_works(self) -> None:
        self.mail = True

    def send(self, message: Message) -> None:
        """Stand in for the mail server."""
        if not self.mail:
            raise Busy("the mail server is away", "Wait.")
        self.world.outbox.letters.append(message)
        if "Nobody else has it" in message.text:
            self.codes.append(self.world.outbox.code())

    def check(self) -> None:
        self.steps += 1
        found = looked(self.world, f"matter-{self.steps}")
        assert bool(found.candidates) is self.searchable


STEPS: list[Callable[[Life], None]] = [
    Life.ask,
    Life.send_again,
    Life.act,
    Life.keep,
    Life.set_aside,
    Life.free,
    Life.take_back,
    Life.mail_fails,
    Life.mail_works,
]
WAY = [Life.ask, Life.act, Life.keep]


@settings(max_examples=examples(4), deadline=None)
@given(st.integers(0, 3), st.lists(st.sampled_from(STEPS), max_size=6))
def test_nobody_is_searchable_before_notice_and_their_own_act(
    tmp_path_factory: pytest.TempPathFactory, head: int, rest: list[Callable[[Life], None]]
) -> None:
    place = tmp_path_factory.mktemp("life")
    life = Life(new_world(place / "home", f"sqlite:///{place}/life.db"))
    life.world.outbox.send = life.send  # type: ignore[method-assign]  # a server that may be away
    for step in (*WAY[:head], *rest):
        step(life)
        life.check()
    life.world.app.close()


def test_the_whole_way_makes_somebody_searchable_and_each_step_is_needed(tmp_path: Path) -> None:
    """The machine can say yes: so its no means something."""
    life = Life(new_world(tmp_path / "home", f"sqlite:///{tmp_path}/life.db"))
    life.world.outbox.send = life.send  # type: ignore[method-assign]  # a server that may be away
    seen = []
    for step in (Life.mail_fails, Life.ask, Life.act, Life.keep, Life.mail_works):
        step(life)
        life.check()
    for step in (Life.send_again, Life.act, Life.keep, Life.set_aside, Life.free, Life.take_back):
        step(life)
        life.check()
        seen.append(life.searchable)
    assert seen == [False, False, True, False, True, False]
    life.world.app.close()


def test_each_person_sees_at_once_who_searched_them_for_what_and_what_came_of_it(
    world: World,
) -> None:
    """In the package that answers them, and in the last letter before they are erased."""
    _, subject = world.enrolled("anna")
    _, other = world.enrolled("bruno")
    found = looked(world, "2026-17")
    (candidate,) = found.candidates
    for who in ("verifier", "second"):
        review(world.app, world.who(who), candidate.id, Finding.SAME)

    def searches(person: object) -> list[dict[str, object]]:
        plan = asked(world.app, person)  # type: ignore[arg-type]  # a data subject's id
        assert dict(build_package(world.app, plan))["built"]
        listed = unpack(world.app, plan).data["searches"]
        assert isinstance(listed, list)
        return listed

    (seen,) = searches(subject)
    assert seen["organisation"] == "The Harbour Archive"
    assert seen["purpose"] == CLEARANCE
    assert str(seen["at"]).startswith("2026-03-02")
    assert seen["outcome"] == "lead"
    assert seen["findings"] == ["same", "same"]
    assert searches(other) == [], "who was not on the list sees no search"
    erase(world.app, SUBJECT, subject)
    (letter,) = [one for one in world.outbox.letters if "searched you" in one.subject]
    assert "The Harbour Archive" in letter.text


def test_each_person_sees_on_their_own_page_who_searched_them(
    tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    """At once, with what for and what came of it; whoever was not found sees nothing of it."""
    world = new_world(tmp_path / "home", new_database("sqlite"))
    world.enrolled("anna")
    world.enrolled("bob")
    with browser(door_of(world.app)) as hers, browser(door_of(world.app)) as his:
        comes_by_code(hers, world, "anna@example.org")
        comes_by_code(his, world, "bob@example.org")
        looked(world, "2026-17")
        page = hers.get("/me").text.split('id="searches-1"')[1]
        for said in ("The Harbour Archive", "2 Mar 2026", "Ask the people pictured", "Candidates"):
            assert said in page
        assert "Nobody searched you" in his.get("/me").text
    world.app.close()
