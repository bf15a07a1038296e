"""People who do not exist: nobody tells them from others, and no count or order knows them."""

from array import array
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.effects import inventing
from licet.effects.inventing import is_proved, random_features, settle_canaries
from licet.effects.sealed import open_identity
from licet.effects.shelf import fresh_gallery
from licet.granting import withdraw
from licet.ledger.leaf import decode
from licet.listing import list_grants
from licet.recovery import back_up
from licet.rights.breaching import dismiss, list_breaches
from licet.rights.intake import receive
from licet.rights.watching import list_canaries, place
from licet.search import search
from licet.standing import restrict
from licet.terms.breaching import CanaryWish
from licet.terms.duties import Canary
from licet.terms.face import STEP
from licet.terms.grant import GrantState
from licet.terms.ids import CanaryId, GrantId, SubjectId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.order import OrderScope
from licet.terms.permit import Refusal
from licet.terms.rights import RequestWish, RightKind
from licet.terms.search import SearchResult
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import features, photo


def placed(world: World, **parts: object) -> tuple[GrantId, SubjectId]:
    """Place one; nobody but this test finds out who it is."""
    wish = CanaryWish(world.organisation, CLEARANCE, "example.org", at_once=True)
    done = place(world.app, world.who("officer"), replace(wish, **parts))
    assert not isinstance(done, Refusal), done
    with world.app.store.read() as reader:
        subject = reader.breaches.canaries()[-1].subject
        return next((g.id for g in reader.grants.of_subject(subject)), GrantId("")), subject


def looks_like(who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whoever is invented from here on have the face of a photo that can be made."""
    values = array("h", (round(v * STEP) for v in features(who, 0, "x"))).tobytes()
    monkeypatch.setattr(inventing, "random_features", lambda: values)


def entries(world: World, grant: GrantId) -> list[Entry]:
    with world.app.store.read() as reader:
        found = [decode(leaf.data) for leaf in reader.leaves.get(0, reader.head.size)]
    return [entry for entry in found if ("grant", grant) in entry.objects]


def alarms(world: World) -> int:
    found = list_breaches(world.app, world.who("officer"))
    assert not isinstance(found, Refusal)
    return len(found)


def dismissed(world: World, why: str) -> None:
    """Let the officer and another dismiss the one suspicion that is open."""
    found = list_breaches(world.app, world.who("officer"))
    (open_,) = (one for one in found if one.state == "suspected")
    done = dismiss(world.app, world.who("officer", "approver"), open_.id, why)
    assert not isinstance(done, Refusal), done


def test_the_ledger_holds_of_one_what_it_holds_of_a_person(world: World) -> None:
    """Kinds, organisations, commitments, objects, words of facts and lengths."""
    anna, _ = world.enrolled("anna")
    canary, _ = placed(world)

    def shape(entry: Entry) -> tuple[object, ...]:
        facts = [(name, len(str(value))) for name, value in entry.facts]
        actor, subject = entry.actor is not None, entry.subject is not None
        return entry.kind, entry.organisation, actor, subject, len(entry.objects), facts

    assert [shape(one) for one in entries(world, canary)] == [
        shape(one) for one in entries(world, anna)
    ]
    with world.app.store.read() as reader:
        one, other = reader.grants.get(anna), reader.grants.get(canary)
        assert one is not None
        assert other is not None
        own = {"id": "", "subject": "", "leaf": 0}
        assert replace(one, **own) == replace(other, **own)
        ours, theirs = (reader.templates.of_grant(g) for g in (anna, canary))
        assert [(t.kind, t.model, len(t.sealed)) for t in ours] == [
            (t.kind, t.model, len(t.sealed)) for t in theirs
        ]


def test_they_come_as_people_do_over_days_and_at_moments_of_their_own(world: World) -> None:
    """Asked within a day, a yes within two more, enrolled within one more; never together."""
    placed(world, at_once=False, count=4)
    assert [one.settled for one in list_canaries(world.app, world.who("officer"))] == [False] * 4
    moments: dict[EntryKind, set[object]] = {}
    for _ in range(33):
        settle_canaries(world.app)
        world.clock.go(hours=3)
    with world.app.store.read() as reader:
        for canary in reader.breaches.canaries():
            (grant,) = reader.grants.of_subject(canary.subject)
            assert grant.state is GrantState.ACTIVE
            for entry in entries(world, grant.id):
                moments.setdefault(entry.kind, set()).add(entry.at)
    assert moments.keys() == {
        EntryKind.GRANT_ASKED,
        EntryKind.NOTICE_DELIVERED,
        EntryKind.GRANT_CONFIRMED,
        EntryKind.ENROLLED,
    }
    assert len(set().union(*moments.values())) >= 6, "4 canaries in 12 moments, some may meet"
    assert all(one.settled for one in list_canaries(world.app, world.who("officer")))
    assert world.outbox.letters == [], "nobody is written to"


def test_a_search_that_lists_one_raises_the_alarm_and_looks_like_any(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks_like("ghost", monkeypatch)
    placed(world)
    world.enrolled("anna")
    case = world.case(photo("ghost", shot=9), photo("anna", shot=9))
    for who, expected in (("anna", 0), ("ghost", 1), ("ghost", 1)):
        got = search(world.app, world.who("investigator"), case, CLEARANCE, photo(who, shot=9))
        assert isinstance(got, SearchResult), got
        assert (len(got.candidates), got.in_scope) == (1, 2)
        assert alarms(world) == expected
    world.outbox.letters.clear()
    run_once(world.app)
    assert len(world.outbox.letters) == 1, "one warning, however often it is touched"


def test_the_whole_register_is_read_without_an_alarm(world: World) -> None:
    """A steward's list is work; it holds a canary as it holds anybody."""
    grant, _ = placed(world)
    listed = list_grants(world.app, world.who("steward"))
    assert [one.id for one in listed] == [grant]
    fresh_gallery(world.app)
    run_once(world.app)
    assert alarms(world) == 0


def test_any_act_about_one_raises_the_alarm(world: World) -> None:
    """By hand at the grant, and by a letter from a contact that nobody should know."""
    grant, subject = placed(world)
    app, steward = world.app, world.who("steward")
    assert hasattr(restrict(app, steward, grant), "receipt")
    assert alarms(world) == 1
    dismissed(world, "the steward pressed the wrong key")
    with app.store.read() as reader:
        identity = open_identity(app, reader.subjects.get(subject))
    assert identity is not None
    receive(app, steward, RequestWish(RightKind.ACCESS, identity.contact))
    assert alarms(world) == 2
    dismissed(world, "somebody guessed the address")
    assert hasattr(withdraw(app, steward, grant), "receipt")
    assert alarms(world) == 3


def test_no_count_and_no_order_knows_them(world: World) -> None:
    world.enrolled("anna")
    everybody = OrderScope()
    with world.app.store.read() as reader:
        before = (
            reader.subjects.count_enrolled(),
            reader.reach.count_people(everybody),
            reader.reach.count_templates(everybody),
            len(reader.reach.people(everybody, None, 10)),
        )
    assert before == (1, 1, 1, 1)
    placed(world)
    with world.app.store.read() as reader:
        assert before == (
            reader.subjects.count_enrolled(),
            reader.reach.count_people(everybody),
            reader.reach.count_templates(everybody),
            len(reader.reach.people(everybody, None, 10)),
        )
        assert len(reader.subjects.untold("any", 10)) == 1


def test_nobody_real_is_made_one(world: World) -> None:
    """A row that no entry of the ledger placed is found, and `doctor` says so."""
    from licet.doctor import examine
    from tests.fakes.deployment import settings_of

    _, anna = world.enrolled("anna")
    placed(world)
    with world.app.store.read() as reader:
        (real,) = reader.breaches.canaries()
        assert is_proved(world.app, reader, real)
        for leaf in (real.leaf, 0, 10**6):
            assert not is_proved(world.app, reader, replace(real, subject=anna, leaf=leaf))
        assert not is_proved(world.app, reader, replace(real, subject=SubjectId("nobody")))
    forged = Canary(CanaryId(real.id[1:] + "x"), anna, real.placed_at, None, real.leaf)
    with world.app.store.unit() as unit:
        unit.breaches.add_canary(forged)
        unit.record(Entry(EntryKind.ALERTED, unit.now))
    (one, other) = sorted(line.proved for line in list_canaries(world.app, world.who("officer")))
    assert (one, other) == (False, True)
    found = examine(
        settings_of(world.home, world.url), world.clock, lambda _settings: world.reopen()
    )
    assert any("no entry of the ledger placed: 1" in line.says for line in found.findings)


def test_random_features_are_near_nobody() -> None:
    drawn = [array("h", random_features()) for _ in range(30)]
    for n, one in enumerate(drawn):
        assert abs(sum(v * v for v in one) / STEP**2 - 1) < 1e-2
        for other in drawn[:n]:
            assert abs(sum(a * b for a, b in zip(one, other, strict=True))) / STEP**2 < 0.45


def test_a_restored_store_knows_what_was_known_since(
    world: World, tmp_path: Path, go_back: Callable[[Path], None]
) -> None:
    """The breach, its clock, who was told and its end; and which canary was taken away."""
    from licet.rights.breaching import close, confirm, report, tell_authority, tell_those_touched
    from licet.rights.watching import retire
    from licet.terms.breaching import AuthorityTold, BreachFindings, BreachWish, Risk

    app, officer = world.app, world.who("officer")
    world.enrolled("anna")
    placed(world)
    canary = list_canaries(app, officer)[0].id
    back_up(app, tmp_path / "old.backup")
    aware = world.clock() - timedelta(hours=3)
    breaches = [report(app, officer, BreachWish(f"breach {n}", aware, 1)) for n in range(3)]
    findings = BreachFindings("a", "b", "c", 1, Risk.HIGH)
    for breach in breaches[:2]:
        confirm(app, officer, breach, findings)
        tell_authority(app, officer, breach, AuthorityTold("CNIL", paper="ab" * 32))
    tell_those_touched(app, officer, breaches[0])
    two = world.who("officer", "steward")
    close(app, two, breaches[0], "learnt")
    dismiss(app, two, breaches[2], "nothing")
    retire(app, two, canary)
    before = {one.id: one for one in list_breaches(app, officer)}
    go_back(tmp_path / "old.backup")
    after = {one.id: one for one in list_breaches(world.app, officer)}
    assert after == before
    assert list_canaries(world.app, officer) == ()
