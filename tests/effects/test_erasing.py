"""An erasure reaches its end, says what it found, and claims nothing that it did not look for."""

from datetime import timedelta

import pytest

from licet.effects.certifying import certificate
from licet.effects.finishing import finish
from licet.effects.plans import drive
from licet.effects.sealed import grant_key, subject_key
from licet.effects.shelf import fresh_gallery
from licet.gallery.contract import Erasure
from licet.granting import withdraw
from licet.ledger.receipt import decode
from licet.ledger.statement import ErasureStatement, PlaintextScan, SealedBytes
from licet.rights.erase import erase
from licet.search import search
from licet.terms.acting import SUBJECT
from licet.terms.errors import Busy, Conflict, Integrity, NotFound
from licet.terms.grant import GrantState, SubjectState
from licet.terms.granting import Message
from licet.terms.ids import CaseId, KeyId, PlanId, SubjectId, new_id
from licet.terms.permit import Refusal
from licet.terms.plan import EffectKind, WorkState
from licet.terms.search import SearchResult, SearchState
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo


class _Killed(BaseException):
    """A process that ends here."""


def _killed_at(world: World, subject: SubjectId, boundary: str) -> PlanId:
    """Begin an erasure in a process that dies at a boundary, and return its plan."""

    def stop(name: str) -> None:
        if name == boundary:
            raise _Killed

    app = world.reopen(stop)
    with pytest.raises(_Killed):
        erase(app, SUBJECT, subject)
    app.close()
    world.clock.go(minutes=2)
    with world.app.store.read() as reader:
        (plan,) = reader.plans.open()
    return plan.id


def _effects(world: World, plan: PlanId) -> dict[EffectKind, dict[str, object]]:
    with world.app.store.read() as reader:
        effects = reader.plans.effects(plan)
    return {e.kind: dict(e.found) for e in effects if e.state is WorkState.DONE}


def _statement(world: World, plan: PlanId) -> ErasureStatement:
    world.app.publish()
    statement = decode(certificate(world.app, plan)).statement
    assert isinstance(statement, ErasureStatement)
    return statement


def _subject_state(world: World, subject: SubjectId) -> SubjectState:
    with world.app.store.read() as reader:
        found = reader.subjects.get(subject)
    assert found is not None
    return found.state


def _searched(world: World, name: str, case: CaseId | None = None) -> SearchResult:
    probe = photo(name, shot=9)
    case = case or world.case(probe)
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult), found
    return found


def _letter(world: World, subject: str) -> Message:
    (found,) = (one for one in world.outbox.letters if one.subject == subject)
    return found


def _no_mail(world: World) -> None:
    def down(_message: object) -> None:
        raise Busy("the mail server does not answer", "Try again later.")

    world.outbox.send = down  # type: ignore[method-assign]


def test_the_person_reads_who_searched_them(world: World) -> None:
    """The last letter says when, who and for what, and no member's name."""
    _, subject = world.enrolled("anna")
    _searched(world, "anna")
    erase(world.app, SUBJECT, subject)
    letter = _letter(world, "Who searched you")
    assert letter.to == "anna@example.org"
    assert "2 March 2026: The Harbour Archive, for this:" in letter.text
    assert "investigator" not in letter.text


def test_a_person_nobody_searched_reads_so(world: World) -> None:
    """Silence would leave it open."""
    _, subject = world.enrolled("anna")
    erase(world.app, SUBJECT, subject)
    assert "Nobody's search ever surfaced you." in _letter(world, "Who searched you").text


def test_an_unreachable_mailbox_delays_three_days_and_no_longer(world: World) -> None:
    """Nobody finds the person meanwhile; then the erasure goes on and says what it lacks."""
    _, subject = world.enrolled("anna")
    _searched(world, "anna")
    _no_mail(world)
    plan = erase(world.app, SUBJECT, subject)
    assert not isinstance(plan, Refusal)
    for _ in range(2):
        assert _effects(world, plan) == {}
        case = world.case(photo("anna", shot=9), reference=new_id())
        assert _searched(world, "anna", case).state is SearchState.NONE
        world.clock.go(days=1)
        run_once(world.app)
    world.clock.go(days=1, minutes=1)
    assert run_once(world.app).problems == ()
    said = _effects(world, plan)[EffectKind.DELIVER_HISTORY]
    assert said == {"delivered": False, "searches": 1}
    assert _subject_state(world, subject) is SubjectState.ERASED
    assert _statement(world, plan).plaintext_scan is PlaintextScan.CLEAN


def test_a_letter_goes_out_as_soon_as_mail_works(world: World) -> None:
    """The delay costs the person nothing but time."""
    _, subject = world.enrolled("anna")
    send = world.outbox.send
    _no_mail(world)
    plan = erase(world.app, SUBJECT, subject)
    assert not isinstance(plan, Refusal)
    world.outbox.send = send  # type: ignore[method-assign]
    run_once(world.app)
    assert _effects(world, plan)[EffectKind.DELIVER_HISTORY]["delivered"] is True
    assert _letter(world, "Who searched you").to == "anna@example.org"


def test_a_person_whose_key_is_gone_is_erased_all_the_same(world: World) -> None:
    """A damaged keyring lost it: there is no history to tell, and everything else is done."""
    anna, subject = world.enrolled("anna")
    plan = _killed_at(world, subject, "effect.deliver_history.start")
    letters = len(world.outbox.letters)
    world.app.keyring.shred(subject_key(subject), grant_key(anna))
    assert run_once(world.app).problems == ()
    found = _effects(world, plan)
    assert found[EffectKind.DELIVER_HISTORY] == {"delivered": False}
    assert [one.subject for one in world.outbox.letters[letters:]] == ["You are erased"]
    assert found[EffectKind.DELETE_ROWS]["templates"] == 1
    assert _subject_state(world, subject) is SubjectState.ERASED


def test_an_epoch_that_turned_meanwhile_is_not_turned_twice(world: World) -> None:
    """One turn serves every erasure that waits for it."""
    _, subject = world.enrolled("anna")
    plan = _killed_at(world, subject, "effect.turn_epoch.start")
    world.app.keyring.turn()
    epoch = world.app.keyring.epoch()
    assert finish(world.app, plan)
    assert world.app.keyring.epoch() == epoch
    assert _effects(world, plan)[EffectKind.TURN_EPOCH] == {"turned_before": True}
    assert _statement(world, plan).keys_absent_from_key_service


def test_two_erasures_share_one_turn_and_one_scan(world: World) -> None:
    """Two who wait: both are certified, each with a scan that looked for them."""
    plans = []
    for name in ("anna", "bea"):
        _, subject = world.enrolled(name)
        plan = erase(world.app, SUBJECT, subject, whole=False)
        assert not isinstance(plan, Refusal)
        plans.append(plan)
    assert run_once(world.app).plans == 2
    turned = [_effects(world, p)[EffectKind.TURN_EPOCH]["turned_before"] for p in plans]
    assert sorted(turned) == [False, True]
    assert all(_statement(world, p).plaintext_scan is PlaintextScan.CLEAN for p in plans)


def test_a_key_that_outlives_its_shredding_is_never_certified(world: World) -> None:
    """The keyring says that it shredded and did not: the erasure stops and says so."""
    _, subject = world.enrolled("anna")
    plan = _killed_at(world, subject, "effect.shred_keys.start")
    shred = world.app.keyring.shred
    world.app.keyring.shred = lambda *keys: len(keys)  # type: ignore[method-assign]
    with pytest.raises(Integrity, match="2 keys outlived"):
        finish(world.app, plan)
    with pytest.raises(Conflict, match="not certified"):
        certificate(world.app, plan)
    world.app.keyring.shred = shred  # type: ignore[method-assign]


def test_a_grant_whose_key_is_there_has_not_ended(world: World) -> None:
    """*Ended* is said when the key is gone, not when it was meant to go."""
    anna, _ = world.enrolled("anna")
    shred = world.app.keyring.shred
    world.app.keyring.shred = lambda *keys: len(keys)  # type: ignore[method-assign]
    with pytest.raises(Integrity, match="1 keys outlived"):
        withdraw(world.app, SUBJECT, anna)
    with world.app.store.read() as reader:
        assert reader.grants.get(anna).state is GrantState.ENDING
    world.app.keyring.shred = shred  # type: ignore[method-assign]


def test_a_gallery_that_keeps_the_person_stops_the_erasure(world: World) -> None:
    """Its own word is checked, and so is a search with the person's own face."""
    _, subject = world.enrolled("anna")
    gallery = fresh_gallery(world.app)
    gallery.drop_grants = lambda _grants: None  # type: ignore[method-assign]
    with pytest.raises(Integrity, match="still holds"):
        erase(world.app, SUBJECT, subject)
    with world.app.store.read() as reader:
        (plan,) = reader.plans.open()
    gallery.erasure_status = lambda _grant: Erasure.PHYSICAL  # type: ignore[method-assign]
    world.clock.go(minutes=2)
    with pytest.raises(Integrity, match="still finds"):
        finish(world.app, plan.id)
    assert _subject_state(world, subject) is SubjectState.ERASING
    world.app.shelf.gallery = None  # as after a restart of the process
    world.clock.go(minutes=2)
    assert finish(world.app, plan.id)
    assert _statement(world, plan.id).candidates_found == 0


def test_a_file_with_the_persons_name_stops_the_certificate_of_the_scan(world: World) -> None:
    """The first certificate says that the scan is pending; it says clean once it is mended."""
    _, subject = world.enrolled("anna")
    note = world.home / "notes.txt"
    note.write_text("call anna@example.org tomorrow")
    with pytest.raises(Integrity, match="in clear"):
        erase(world.app, SUBJECT, subject)
    with world.app.store.read() as reader:
        (plan,) = reader.plans.open()
    pending = _statement(world, plan.id)
    assert (pending.plaintext_scan, pending.scanned_at) == (PlaintextScan.PENDING, None)
    note.unlink()
    world.app.shelf.scan = None  # as in the worker's next round
    world.clock.go(minutes=2)
    assert finish(world.app, plan.id)
    clean = _statement(world, plan.id)
    assert (clean.plaintext_scan, clean.scanned_at) == (PlaintextScan.CLEAN, world.clock())


def test_the_certificate_counts_what_went(world: World) -> None:
    """Zeros included: a store that is left out would leave it open."""
    _, subject = world.enrolled("anna")
    _searched(world, "anna")
    plan = erase(world.app, SUBJECT, subject)
    assert not isinstance(plan, Refusal)
    said = _statement(world, plan)
    counts = {c.store: (c.before, c.after) for c in said.counts}
    assert counts == {
        "templates": (1, 0),
        "suggestions": (0, 0),
        "unlinked": (0, 0),
        "questions": (0, 0),
        "confirmations": (0, 0),
        "candidates": (1, 0),
        "probes": (1, 0),
        "items": (0, 0),
        "copies": (0, 0),
        "requests": (0, 0),
        "request_codes": (0, 0),
        "packages": (0, 0),
        "holds": (0, 0),
    }
    assert said.keys_absent_from_keyring
    expected = SealedBytes.GONE if "sqlite" in world.url else SealedBytes.MAY_REMAIN_UNREADABLE
    assert said.sealed_bytes is expected


def test_deleted_bytes_are_not_called_gone_while_a_reader_holds_them(world: World) -> None:
    """An open backup keeps old pages: the erasure waits for it, and ends after it."""
    if not world.url.startswith("sqlite"):
        pytest.skip("PostgreSQL's pages are not claimed to be gone")
    _, subject = world.enrolled("anna")
    other = world.reopen()
    with other.store.read() as reader:
        assert reader.head.size > 0
        plan = erase(world.app, SUBJECT, subject)
        assert not isinstance(plan, Refusal)
        assert EffectKind.CHECK_BYTES not in _effects(world, plan)
    other.close()
    assert run_once(world.app).plans == 1
    assert _statement(world, plan).sealed_bytes is SealedBytes.GONE


def test_nothing_is_certified_before_its_time(world: World) -> None:
    """Neither of a plan nobody knows nor of one that waits for its turn."""
    with pytest.raises(NotFound):
        certificate(world.app, PlanId(new_id()))
    _, subject = world.enrolled("anna")
    plan = erase(world.app, SUBJECT, subject, whole=False)
    assert not isinstance(plan, Refusal)
    with pytest.raises(Conflict):
        certificate(world.app, plan)
    found = _effects(world, plan)
    assert EffectKind.SHRED_KEYS in found, "the keys go at once, whole or not"
    assert EffectKind.TURN_EPOCH not in found


def test_a_plan_in_somebody_elses_hands_is_left_alone(world: World) -> None:
    """Its lease runs: it is not done twice; once it ran out, it is taken over."""
    _, subject = world.enrolled("anna")
    plan = _killed_at(world, subject, "effect.delete_rows.start")
    with world.app.store.unit(bookkeeping=True) as unit:
        assert unit.plans.claim(plan, unit.now + timedelta(minutes=30))
    assert not finish(world.app, plan)
    assert EffectKind.DELETE_ROWS not in _effects(world, plan)
    world.clock.go(hours=1)
    assert finish(world.app, plan)


def test_a_plan_that_is_not_there_has_nothing_left_to_do(world: World) -> None:
    """It came to its end or never was; nothing is recorded."""
    size = world.app.store.head().size
    assert finish(world.app, PlanId(new_id()))
    assert not drive(world.app, PlanId(new_id()), {}, {})
    assert world.app.store.head().size == size


def test_who_is_not_there_is_not_erased(world: World) -> None:
    """The number is wrong; no key is left over but the plan's, which is swept in a week."""
    before = set(world.app.keyring.ids())
    with pytest.raises(NotFound):
        erase(world.app, SUBJECT, SubjectId(new_id()))
    left = set(world.app.keyring.ids()) - before
    assert {key.partition(":")[0] for key in left} == {"plan"}
    world.clock.go(days=8)
    run_once(world.app)
    assert world.app.keyring.absent({KeyId(key) for key in left}) == left


def test_an_erased_person_is_not_erased_twice(world: World) -> None:
    """The second wish is refused; the first certificate stands."""
    _, subject = world.enrolled("anna")
    plan = erase(world.app, SUBJECT, subject)
    assert not isinstance(plan, Refusal)
    before = certificate(world.app, plan)
    assert isinstance(erase(world.app, SUBJECT, subject), Refusal)
    assert decode(certificate(world.app, plan)).statement == decode(before).statement
