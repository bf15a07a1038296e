"""Breaches: the 72 hours, whom to tell, and who may say that it was nothing."""

from datetime import timedelta

import pytest

from licet.listing import show_grant
from licet.rights.breaching import (
    close,
    confirm,
    dismiss,
    list_breaches,
    report,
    show_breach,
    tell_authority,
    tell_those_touched,
)
from licet.rights.watching import list_canaries, place, retire
from licet.terms.breaching import AuthorityTold, BreachFindings, BreachWish, CanaryWish, Risk
from licet.terms.duties import BreachState
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.ids import BreachId, CanaryId, GrantId
from licet.terms.permit import Action, Refusal
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World

WORDS = ("A list was taken.", "People may be written to.", "The lock was changed.")


def reported(world: World, hours: float = 0, people: int = 2) -> BreachId:
    aware = world.clock() - timedelta(hours=hours)
    done = report(world.app, world.who("officer"), BreachWish("A list was taken.", aware, people))
    assert isinstance(done, str), done
    return BreachId(done)


def found(risk: Risk, why: str = "", **parts: object) -> BreachFindings:
    return BreachFindings(*WORDS, 2, risk, why=why, **parts)


def told(why_late: str = "") -> AuthorityTold:
    return AuthorityTold("CNIL", paper="ab" * 32, why_late=why_late)


def canary(world: World) -> tuple[CanaryId, GrantId]:
    """Place a person who does not exist; nobody but this test finds out which grant it is."""
    wish = CanaryWish(world.organisation, CLEARANCE, "example.org", at_once=True)
    done = place(world.app, world.who("officer"), wish)
    assert not isinstance(done, Refusal), done
    with world.app.store.read() as reader:
        (subject,) = (one.subject for one in reader.breaches.canaries() if one.id == done[0])
        (grant,) = reader.grants.of_subject(subject)
    return done[0], grant.id


def test_a_breach_goes_its_way_and_its_clock_with_it(world: World) -> None:
    """Reported, warned of, found, told to the authority and to people, closed; all in words."""
    anna = world.enrolled("anna")[1]
    world.enrolled("bruno")
    breach = reported(world, hours=40)
    app, officer, two = world.app, world.who("officer"), world.who("officer", "approver")
    world.outbox.letters.clear()
    run_once(app)
    (alarm,) = world.outbox.letters
    assert breach in alarm.text
    (line,) = list_breaches(app, officer)
    assert (line.state, line.left, line.late, line.cause) == ("suspected", 32, False, "reported")
    with pytest.raises(Conflict, match="nobody wrote down"):
        tell_authority(app, officer, breach, told())
    with pytest.raises(Conflict, match="suspicion"):
        close(app, two, breach, "the door is locked")
    confirm(app, officer, breach, found(Risk.HIGH, subjects=(anna,)))
    with pytest.raises(Conflict, match="authority"):
        close(app, two, breach, "the door is locked")
    contact = AuthorityTold("CNIL", contact="notify@cnil.example", language="fr")
    done = tell_authority(app, officer, breach, contact)
    assert done.state is BreachState.CONFIRMED, "the people are not told yet"
    with pytest.raises(Conflict, match="people"):
        close(app, two, breach, "the door is locked")
    assert tell_those_touched(app, officer, breach).letters == 1
    assert tell_those_touched(app, officer, breach).letters == 0, "nobody gets two"
    world.outbox.letters.clear()
    run_once(app)
    sent = {letter.to: letter.text for letter in world.outbox.letters}
    assert sent.keys() == {"notify@cnil.example", "anna@example.org"}
    assert "violation de données" in sent["notify@cnil.example"]
    assert all(word in sent["anna@example.org"] for word in WORDS)
    assert close(app, two, breach, "the door is locked").state is BreachState.CLOSED
    details = show_breach(app, officer, breach)
    assert (details.what, details.consequences, details.measures) == WORDS
    assert (details.authority, details.end, details.act) == ("CNIL", "the door is locked", None)
    with pytest.raises(Conflict, match="over"):
        dismiss(app, two, breach, "it was nothing")


def test_telling_late_needs_a_reason_and_every_step_warns_once(world: World) -> None:
    breach = reported(world)
    app, officer, two = world.app, world.who("officer"), world.who("officer", "approver")
    heads = []
    for hours in (0, 47, 2, 18, 4, 2, 48):
        world.clock.go(hours=hours)
        world.outbox.letters.clear()
        late = run_once(app).late_breaches
        heads += [(letter.subject.split(" of a breach ")[-1]) for letter in world.outbox.letters]
    assert heads == [
        "Alarm: somebody may have reached data without a right to it",
        "is nearly over",
        "is nearly over",
        "is over",
    ]
    assert late == 1
    confirm(app, officer, breach, found(Risk.LIKELY))
    with pytest.raises(BadInput, match="72 hours"):
        tell_authority(app, officer, breach, told())
    assert tell_authority(app, officer, breach, told("nobody looked")).state is BreachState.TOLD
    assert run_once(app).late_breaches == 0
    assert close(app, two, breach, "we look daily now").state is BreachState.CLOSED


def test_no_risk_needs_a_reason_and_then_nobody_is_told(world: World) -> None:
    breach = reported(world)
    app, two = world.app, world.who("officer", "approver")
    with pytest.raises(BadInput, match="without a reason"):
        confirm(app, two, breach, found(Risk.UNLIKELY))
    confirm(app, two, breach, found(Risk.UNLIKELY, why="it was sealed"))
    world.clock.go(hours=100)
    assert run_once(app).late_breaches == 0
    assert close(app, two, breach, "sealed").state is BreachState.CLOSED


def test_what_is_not_said_is_not_taken(world: World) -> None:
    app, officer, two = world.app, world.who("officer"), world.who("officer", "approver")
    with pytest.raises(BadInput, match="words"):
        report(app, officer, BreachWish(" ", world.clock(), 0))
    with pytest.raises(BadInput, match="ahead"):
        report(app, officer, BreachWish("x", world.clock() + timedelta(hours=1), 0))
    breach = reported(world)
    with pytest.raises(BadInput, match="not said"):
        confirm(app, officer, breach, BreachFindings("x", " ", "y", 0, Risk.LIKELY))
    with pytest.raises(NotFound):
        confirm(app, officer, breach, found(Risk.HIGH, subjects=("nobody",)))
    confirm(app, officer, breach, found(Risk.LIKELY))
    with pytest.raises(BadInput, match="named"):
        tell_authority(app, officer, breach, AuthorityTold("CNIL"))
    with pytest.raises(BadInput, match="mail address"):
        tell_authority(app, officer, breach, AuthorityTold("CNIL", contact="by post"))
    with pytest.raises(BadInput, match="without a word"):
        close(app, two, breach, " ")
    with pytest.raises(Conflict, match="confirmed"):
        dismiss(app, two, breach, "it was nothing")
    with pytest.raises(NotFound):
        show_breach(app, officer, BreachId("nowhere"))


def test_only_who_oversees_keeps_the_register(world: World) -> None:
    app, wish = world.app, BreachWish("x", world.clock(), 0)
    breach = reported(world)
    for name in ("investigator", "approver", "verifier"):
        who = world.who(name)
        assert isinstance(report(app, who, wish), Refusal)
        assert isinstance(list_breaches(app, who), Refusal)
        assert isinstance(show_breach(app, who, breach), Refusal)
        assert isinstance(list_canaries(app, who), Refusal)
        assert isinstance(dismiss(app, who, breach, "no"), Refusal)
        assert isinstance(tell_those_touched(app, who, breach), Refusal)
        assert isinstance(
            place(app, who, CanaryWish(world.organisation, CLEARANCE, "example.org")), Refusal
        )


def test_who_set_an_alarm_off_does_not_decide_what_comes_of_it(world: World) -> None:
    """A look at one grant is enough; further looks join the one that is open."""
    _, grant = canary(world)
    app = world.app
    assert list_breaches(app, world.who("officer")) == ()
    show_grant(app, world.who("steward"), grant)
    show_grant(app, world.who("steward"), grant)
    (line,) = list_breaches(app, world.who("officer"))
    assert (line.cause, line.state) == ("alarm", "suspected")
    details = show_breach(app, world.who("officer"), line.id)
    assert details.act is not None
    assert details.act[1:] == ("listed", "The Harbour Archive")
    with pytest.raises(Conflict, match="one's own"):
        dismiss(app, world.who("officer", "steward"), line.id, "it was me")
    with pytest.raises(Conflict, match="one's own"):
        confirm(app, world.who("steward"), line.id, found(Risk.LIKELY))
    done = dismiss(app, world.who("officer", "approver"), line.id, "a test")
    assert done.state is BreachState.DISMISSED
    show_grant(app, world.who("steward"), grant)
    assert len(list_breaches(app, world.who("officer"))) == 2, "what is over takes nothing in"


def test_a_canary_is_taken_away_like_anybody(world: World) -> None:
    app, officer, two = world.app, world.who("officer"), world.who("officer", "approver")
    found_, grant = canary(world)
    (line,) = list_canaries(app, officer)
    assert (line.settled, line.proved, line.touched_at) == (True, True, None)
    leaf = retire(app, two, found_)
    with app.store.read() as reader:
        (entry,) = reader.leaves.get(leaf, leaf + 1)
    assert grant.encode() in entry.data, "counts of the ledger can leave it out for ever"
    run_once(app)
    assert any("was taken away" in letter.subject for letter in world.outbox.letters)
    with app.store.read() as reader:
        assert not list(reader.grants.kept())
    assert list_canaries(app, officer) == ()
    assert list_breaches(app, officer) == ()
    with pytest.raises(NotFound):
        retire(app, two, found_)


def test_a_canary_that_does_not_fit_is_not_placed(world: World) -> None:
    app, officer, org = world.app, world.who("officer"), world.organisation
    for wish in (
        CanaryWish(org, "find_my_photos@1", "example.org"),
        CanaryWish(org, CLEARANCE, "no domain"),
        CanaryWish(org, CLEARANCE, "example.org", count=21),
        CanaryWish(org, CLEARANCE, "example.org", count=0),
    ):
        with pytest.raises(BadInput):
            place(app, officer, wish)
    with pytest.raises(NotFound):
        place(app, officer, CanaryWish("nobody", CLEARANCE, "example.org"))
    place(app, officer, CanaryWish(org, CLEARANCE, "example.org", count=12))
    with pytest.raises(BadInput, match="20 at most"):
        place(app, officer, CanaryWish(org, CLEARANCE, "example.org", count=9))


ALONE = ("officer",), ("steward",), ("steward", "approver"), ("approver", "officer")
"""One member, two without the officer, and one who leads and has no such work."""


@pytest.mark.parametrize("names", ALONE)
def test_nobody_alone_lets_a_breach_go(world: World, names: tuple[str, ...]) -> None:
    """A suspicion dismissed, a risk found unlikely, an end, a canary away: each takes a duty off.

    Nothing of it is done; one member goes on to write down what there is (GDPR 33(5)).
    """
    app, who = world.app, world.who(*names)
    first, second = reported(world), reported(world)
    watched, _ = canary(world)
    assert not isinstance(confirm(app, world.who("steward"), second, found(Risk.HIGH)), Refusal)
    for refused in (
        dismiss(app, who, first, "it was nothing"),
        confirm(app, who, first, found(Risk.UNLIKELY, why="it was sealed")),
        confirm(app, who, second, found(Risk.LIKELY)),
        close(app, who, second, "we look daily now"),
        retire(app, who, watched),
    ):
        assert isinstance(refused, Refusal)
        assert refused.action is Action.END_BREACH
    lines = {one.id: one for one in list_breaches(app, world.who("officer"))}
    assert (lines[first].state, lines[second].risk_high) == ("suspected", True)
    assert len(list_canaries(app, world.who("officer"))) == 1


def test_two_with_the_officer_find_less_risk_than_one_wrote_down(world: World) -> None:
    breach = reported(world)
    two = world.who("steward", "officer")
    confirm(world.app, world.who("steward"), breach, found(Risk.HIGH))
    assert not isinstance(confirm(world.app, two, breach, found(Risk.LIKELY)), Refusal)
    (line,) = list_breaches(world.app, world.who("officer"))
    assert not line.risk_high
