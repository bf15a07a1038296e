"""Nobody becomes searchable before notice was delivered, whatever the mail server does.

A real mail server on this machine that works, refuses, cuts the line, keeps silent, or
takes a letter and dies; people who guess, members who press on, time that passes. What is
believed is what the server really took, never what the code under test says it sent.
"""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from licet.effects.keeping import live_grants
from licet.effects.record import record_machine
from licet.granting import ask_grant, confirm, confirm_on_paper, resend, withdraw
from licet.outbox import Letterhead, MailServer, SmtpOutbox
from licet.terms.acting import SUBJECT
from licet.terms.errors import Busy, Conflict, Setup
from licet.terms.grant import GrantState
from licet.terms.granting import Asked
from licet.terms.ids import GrantId
from licet.terms.ledger import EntryKind
from tests.fakes.deployment import _CODE, World, new_world
from tests.outbox.servers import CUT, HANG, HOST, odd_server

MOODS = {
    "works": {},
    "busy": {"RCPT": "451 later"},
    "full": {"end": "452 no room"},
    "no such mailbox": {"RCPT": "550 nobody here"},
    "refuses us": {"MAIL": "554 not you"},
    "cuts": {"DATA": CUT},
    "cuts after the letter": {"end": CUT},
    "silent": {"MAIL": HANG},
    "dies when done": {"QUIT": CUT},
}
TAKES = {"works", "dies when done"}
"""The moods in which the server takes a letter and says so."""

ANSWERING, SILENT = 30.0, 0.1
"""Seconds to wait for an answer: a server that answers is heard on a slow machine too."""


@dataclass
class Asking:
    """A grant that somebody was asked for, and what only the person can know."""

    grant: GrantId
    codes: list[str]
    told: bool = False


class Notices(RuleBasedStateMachine):
    """Histories of asking over a mail server that fails."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="licet-notices-"))
        self.world: World = new_world(self.home / "home", f"sqlite:///{self.home / 'licet.db'}")
        self.server = odd_server()
        self.port, self.script = self.server.__enter__()
        self._wait_for(ANSWERING)
        self.mood = "works"
        self.asked: list[Asking] = []

    def teardown(self) -> None:
        self.world.app.close()
        self.server.__exit__(None, None, None)
        shutil.rmtree(self.home)

    @rule(mood=st.sampled_from(sorted(MOODS)))
    def the_server_turns(self, mood: str) -> None:
        self.mood = mood
        self.script.odd.clear()
        self.script.odd.update(MOODS[mood])
        self._wait_for(SILENT if mood == "silent" else ANSWERING)

    @rule()
    def somebody_is_asked(self) -> None:
        name = f"person{len(self.asked)}"
        before = self._kept()
        try:
            done = ask_grant(self.world.app, self.world.who("steward"), self.world.wish(name))
        except (Busy, Setup):
            assert self.mood not in TAKES
        else:
            assert self.mood in TAKES
            assert isinstance(done, Asked)
        (new,) = self._kept() - before
        self.asked.append(Asking(new, []))
        self._believe(self.asked[-1])

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def the_notice_is_sent_again(self, data: st.DataObject) -> None:
        asking = data.draw(st.sampled_from(self.asked))
        try:
            resend(self.world.app, self.world.who("steward"), asking.grant)
        except (Busy, Setup):
            assert self.mood not in TAKES
        except Conflict:
            assert asking.told, "only who was told within a day is left in peace"
        self._believe(asking)

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), guess=st.booleans())
    def somebody_says_yes(self, data: st.DataObject, guess: bool) -> None:
        asking = data.draw(st.sampled_from(self.asked))
        code = "AAAAA BBBBB" if guess or not asking.codes else asking.codes[-1]
        try:
            confirm(self.world.app, asking.grant, code)
        except Conflict:
            return

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def members_file_a_paper(self, data: st.DataObject) -> None:
        asking = data.draw(st.sampled_from(self.asked))
        two = self.world.who("steward", "officer")
        confirm_on_paper(self.world.app, two, asking.grant, f"{len(asking.codes):064x}")

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def somebody_leaves(self, data: st.DataObject) -> None:
        withdraw(self.world.app, SUBJECT, data.draw(st.sampled_from(self.asked)).grant)

    @rule(hours=st.sampled_from([1, 25, 24 * 15]))
    def time_passes(self, hours: int) -> None:
        self.world.clock.go(hours=hours)

    @invariant()
    def nobody_is_live_who_was_not_told(self) -> None:
        told = {one.grant for one in self.asked if one.told}
        with self.world.app.store.read() as reader:
            live = live_grants(reader, [one.grant for one in self.asked]).keys()
            active = {one.id for one in reader.grants.kept() if one.state is GrantState.ACTIVE}
            noted = {one.id for one in reader.grants.kept() if one.notice_delivered_at}
        assert live <= told
        assert active <= told
        assert noted <= told

    @invariant()
    def what_was_not_sent_can_be_sent_again(self) -> None:
        """Nothing is lost: the grant waits, and its next letter brings a code that works."""
        with self.world.app.store.read() as reader:
            for asking in self.asked:
                kept = reader.grants.get(asking.grant)
                assert kept is not None
                if not asking.told and kept.state is GrantState.PENDING:
                    assert reader.confirmations.get(asking.grant) is not None

    def _wait_for(self, seconds: float) -> None:
        """Open the deployment with a line that waits so long for each answer."""
        mail = MailServer(HOST, self.port, starttls=False, seconds=seconds)
        outbox = SmtpOutbox(mail, Letterhead("licet@harbour.example", "The Harbour Archive"))
        self.world.outbox = outbox  # type: ignore[assignment]
        self.world.app.close()
        self.world.app = self.world.reopen()

    def _kept(self) -> frozenset[GrantId]:
        with self.world.app.store.read() as reader:
            return frozenset(
                one.id for state in GrantState for one in reader.grants.in_state(state)
            )

    def _believe(self, asking: Asking) -> None:
        """Believe the server alone: the letters it took, as they came over the line."""
        for text in self.script.letters:
            if asking.grant in text:
                asking.codes = [*asking.codes, _CODE.findall(text)[0]]
                asking.told = True
        self.script.letters.clear()


TestNotices = Notices.TestCase
TestNotices.settings = settings(
    max_examples=8,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_the_model_sees_what_the_server_took(tmp_path: Path) -> None:
    """A model that never sees a letter would agree with everything."""
    machine = Notices()
    try:
        machine.somebody_is_asked()
        assert machine.asked[0].told
        machine.the_server_turns("cuts")
        machine.somebody_is_asked()
        assert [one.told for one in machine.asked] == [True, False]
        confirm(machine.world.app, machine.asked[0].grant, machine.asked[0].codes[-1])
        machine.nobody_is_live_who_was_not_told()
        with machine.world.app.store.unit() as unit:
            unit.grants.confirm(machine.asked[1].grant, unit.now, "code", unit.head.size)
            record_machine(unit, EntryKind.GRANT_CONFIRMED, (("grant", machine.asked[1].grant),))
        with pytest.raises(AssertionError):
            machine.nobody_is_live_who_was_not_told()
    finally:
        machine.teardown()
