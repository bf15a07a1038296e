"""B8: whoever reaches data without a reason is seen, and those whom it touches are told.

Reports say that the database was accessed without authorisation. Here somebody who does not
exist is among the people; an investigator who has every right to search does so with a
stolen template. In a deployment for real people, every act signed.
"""

from array import array
from dataclasses import replace
from pathlib import Path

import pytest

from licet.cli import signing
from licet.cli.signing import About
from licet.drill.breach import drill_breach
from licet.effects import inventing
from licet.effects.acting import digest_of_wish
from licet.recovery import back_up
from licet.rights.breaching import (
    BREACHES,
    close,
    confirm,
    ending_digest,
    finding_digest,
    list_breaches,
    people_digest,
    show_breach,
    showing,
    tell_authority,
    tell_those_touched,
    telling_digest,
)
from licet.rights.watching import place
from licet.search import search
from licet.terms.acting import Who
from licet.terms.breaching import (
    AuthorityTold,
    BreachFindings,
    BreachLine,
    CanaryWish,
    Risk,
)
from licet.terms.face import STEP
from licet.terms.ids import BreachId
from licet.terms.permit import Action, Refusal
from licet.terms.search import SearchResult
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE
from tests.fakes.vision import features, photo
from tests.redteam.real import RealWorld, new_real_world

FINDINGS = BreachFindings(
    "A template left the house.",
    "Anna may be recognised.",
    "The office was searched.",
    1,
    Risk.HIGH,
)


@pytest.fixture
def real(tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch):
    """Give a deployment for real people in which Anna is, and somebody who does not exist.

    Their face is that of a photo that can be made, so that a test can steal it.
    """
    values = array("h", (round(v * STEP) for v in features("ghost", 0, "x"))).tobytes()
    monkeypatch.setattr(inventing, "random_features", lambda: values)
    made = new_real_world(tmp_path / "home", store_url)
    named = made.app.settings.model_copy(update={"alerts_to": "night@harbour.example"})
    made.app = replace(made.app, settings=named)
    made.enrolled("anna")
    wish = CanaryWish(made.organisation, CLEARANCE, "harbour.example")
    about = About(Action.BREACH, digest=digest_of_wish(wish))
    placed = place(made.app, made.signed(about, "officer"), wish)
    assert not isinstance(placed, Refusal), placed
    for _ in range(5):
        made.clock.go(hours=24)
        inventing.settle_canaries(made.app)
    yield made
    made.app.close()


def _searched(real: RealWorld, who: str) -> SearchResult:
    probe = photo(who, shot=9)
    case = real.case(probe, reference=who)
    signed = real.signed(real.searching(case, probe), "investigator")
    found = search(real.app, signed, case, CLEARANCE, probe)
    assert isinstance(found, SearchResult), found
    return found


def _signed(real: RealWorld, digest: str) -> Who:
    return real.signed(About(Action.BREACH, digest=digest), "officer")


def _register(real: RealWorld) -> tuple[BreachLine, ...]:
    found = list_breaches(real.app, real.signed(signing.listing(BREACHES), "officer"))
    assert not isinstance(found, Refusal), found
    return found


def test_a_search_with_a_stolen_template_is_seen_told_and_brought_to_its_end(
    real: RealWorld, tmp_path: Path
) -> None:
    """Seen in the same unit of work; the searcher learns nothing from the answer."""
    honest = _searched(real, "anna")
    assert _register(real) == ()
    stolen = _searched(real, "ghost")
    assert len(honest.candidates) == len(stolen.candidates) == 1
    assert (honest.in_scope, honest.threshold) == (stolen.in_scope, stolen.threshold)
    (line,) = _register(real)
    assert (line.state, line.left, line.late) == ("suspected", 72, False)
    breach = BreachId(line.id)
    details = show_breach(
        real.app, real.signed(signing.listing(showing(breach)), "officer"), breach
    )
    assert not isinstance(details, Refusal)
    assert details.act == (stolen.leaf, "search.released", "The Harbour Archive")
    real.outbox.letters.clear()
    run_once(real.app)
    (alarm,) = real.outbox.letters
    assert (alarm.to, breach in alarm.text) == ("night@harbour.example", True)
    assert "anna" not in alarm.text.lower()
    _told_in_time(real, breach)
    copy = back_up(real.app, tmp_path / "b").file.read_bytes()
    assert b"The Harbour Archive" in copy
    assert [one for one in WORDS if one in copy] == []


WORDS = (b"A template left", b"Anna may", b"harbour.example", b"anna@example.org")
"""What no copy of the store may hold in clear."""


def _told_in_time(real: RealWorld, breach: BreachId) -> None:
    real.clock.go(hours=71)
    real.outbox.letters.clear()
    confirm(real.app, _signed(real, finding_digest(breach, FINDINGS)), breach, FINDINGS)
    told = AuthorityTold("CNIL", contact="notify@cnil.example", language="fr")
    done = tell_authority(real.app, _signed(real, telling_digest(breach, told)), breach, told)
    assert not isinstance(done, Refusal), done
    letters = tell_those_touched(real.app, _signed(real, people_digest(breach)), breach)
    assert not isinstance(letters, Refusal)
    assert letters.letters == 1, "somebody who does not exist is written nothing"
    run_once(real.app)
    sent = {one.to for one in real.outbox.letters}
    assert sent == {"notify@cnil.example", "anna@example.org"}
    words = "one office, one key"
    alone = close(real.app, _signed(real, ending_digest(breach, words)), breach, words)
    assert isinstance(alone, Refusal)
    end = About(Action.END_BREACH, digest=ending_digest(breach, words))
    ended = close(real.app, real.signed(end, "officer", "steward"), breach, words)
    assert not isinstance(ended, Refusal), ended
    real.clock.go(hours=100)
    assert run_once(real.app).late_breaches == 0


def test_without_anybody_seeing_to_it_the_term_turns_red(real: RealWorld) -> None:
    """A warning at once, a day and six hours before, and when it is over; then it stays red."""
    _searched(real, "ghost")
    real.outbox.letters.clear()
    late = 0
    for hour in range(80):
        if hour in (0, 49, 67, 73, 79):
            late = run_once(real.app).late_breaches
        real.clock.go(hours=1)
    assert len(real.outbox.letters) == 4
    assert late == 1
    (line,) = _register(real)
    assert line.late
    assert line.left == -8


def test_nobody_unsigned_keeps_the_register(real: RealWorld) -> None:
    """Outside a sandbox a name is nobody: each act takes the officer's own key."""
    _searched(real, "ghost")
    (line,) = _register(real)
    refused = confirm(real.app, real.who("officer"), BreachId(line.id), FINDINGS)
    assert isinstance(refused, Refusal)
    digest = finding_digest(BreachId(line.id), FINDINGS)
    other = replace(FINDINGS, people=9)
    swapped = confirm(real.app, _signed(real, digest), BreachId(line.id), other)
    assert isinstance(swapped, Refusal), "what was signed is what is written"


def test_the_drill_goes_the_whole_way() -> None:
    """``licet breach drill``: a canary is touched, the alarm, the register, the letters, timed."""
    done = drill_breach(2)
    assert (done.people, done.letters, len(done.steps)) == (2, 2, 6)
    assert sum(step.seconds for step in done.steps) <= done.seconds < 60
