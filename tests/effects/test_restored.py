"""A restore may lose what was added since; it never brings back what was taken away."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from licet.collect import collect
from licet.effects.certifying import certificate
from licet.effects.record import record_machine
from licet.enrol import enrol
from licet.governance import add_member
from licet.ledger.receipt import decode
from licet.recovery import back_up
from licet.reviewing import close, review
from licet.rights.erase import erase
from licet.search import search
from licet.sourcing import cease_source
from licet.suggesting import reject
from licet.terms.acting import SUBJECT
from licet.terms.governing import MemberWish
from licet.terms.grant import GrantState, SubjectState
from licet.terms.granting import Enrolled
from licet.terms.ids import CaseId, GrantId, MemberId, SuggestionId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.organisation import CaseState, Role
from licet.terms.permit import Refusal
from licet.terms.plan import WorkState
from licet.terms.search import Finding, SearchResult, SearchState
from licet.terms.source import SourceState
from licet.terms.stored import StoredSuggestion
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo

GoBack = Callable[[Path], None]


class _Killed(BaseException):
    """A process that ends here."""


def _backed(world: World, tmp_path: Path) -> Path:
    return back_up(world.app, tmp_path / "monday.licet").file


def _searched(world: World, name: str, case: CaseId | None = None) -> SearchResult:
    probe = photo(name, shot=9)
    case = case or world.case(probe)
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult), found
    return found


def _suggestion(world: World, grant: GrantId) -> SuggestionId:
    new = SuggestionId(new_id())
    with world.app.store.unit() as unit:
        leaf = record_machine(unit, EntryKind.COLLECTED)
        expires = unit.now + timedelta(days=30)
        unit.suggestions.add(StoredSuggestion(new, grant, b"sealed", expires, leaf))
    return new


def _set(world: World, grant: GrantId, state: GrantState, kind: EntryKind) -> None:
    with world.app.store.unit() as unit:
        unit.grants.set_state(grant, state, unit.head.size)
        record_machine(unit, kind, (("grant", grant),))
    world.app.publish()


def _state(world: World, grant: GrantId) -> GrantState:
    with world.app.store.read() as reader:
        found = reader.grants.get(grant)
    assert found is not None
    return found.state


def test_a_ceased_source_stays_ceased(world: World, tmp_path: Path, go_back: GoBack) -> None:
    """It is not read again; a source that came and went since the backup is nothing."""
    source = world.source(world.folder("one", a=photo("anna")), "one")
    file = _backed(world, tmp_path)
    late = world.source(world.folder("two", b=photo("bea")), "two")
    for one in (source, late):
        cease_source(world.app, world.who("steward"), one.id)
    go_back(file)
    with world.app.store.read() as reader:
        assert reader.sources.get(source.id).state is SourceState.PURGED
        assert reader.sources.get(late.id) is None
    assert isinstance(collect(world.app, world.who("steward"), source.id), Refusal)


def test_a_restricted_grant_stays_restricted(world: World, tmp_path: Path, go_back: GoBack) -> None:
    """What GDPR 18 keeps still, a backup does not set to work again."""
    anna, _ = world.enrolled("anna")
    file = _backed(world, tmp_path)
    _set(world, anna, GrantState.RESTRICTED, EntryKind.GRANT_RESTRICTED)
    go_back(file)
    assert _state(world, anna) is GrantState.RESTRICTED
    assert _searched(world, "anna").state is SearchState.NONE


def test_a_released_grant_is_released_again(world: World, tmp_path: Path, go_back: GoBack) -> None:
    """The last word counts, whether it restricts or releases."""
    anna, _ = world.enrolled("anna")
    bea, _ = world.enrolled("bea")
    _set(world, anna, GrantState.RESTRICTED, EntryKind.GRANT_RESTRICTED)
    file = _backed(world, tmp_path)
    _set(world, anna, GrantState.ACTIVE, EntryKind.GRANT_RELEASED)
    _set(world, bea, GrantState.RESTRICTED, EntryKind.GRANT_RESTRICTED)
    _set(world, bea, GrantState.ACTIVE, EntryKind.GRANT_RELEASED)
    go_back(file)
    assert (_state(world, anna), _state(world, bea)) == (GrantState.ACTIVE, GrantState.ACTIVE)


def test_a_release_does_not_wake_what_was_withdrawn(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """Released, then withdrawn: the grant of the backup ends."""
    from licet.granting import withdraw

    anna, _ = world.enrolled("anna")
    _set(world, anna, GrantState.RESTRICTED, EntryKind.GRANT_RESTRICTED)
    file = _backed(world, tmp_path)
    withdraw(world.app, SUBJECT, anna)
    with world.app.store.unit() as unit:
        record_machine(unit, EntryKind.GRANT_RELEASED, (("grant", anna),))
    world.app.publish()
    go_back(file)
    assert _state(world, anna) is GrantState.ENDED


def test_a_dropped_template_stays_dropped(world: World, tmp_path: Path, go_back: GoBack) -> None:
    """Anna gave better photos: the reference they replaced does not come back."""
    anna, _ = world.enrolled("anna")
    with world.app.store.read() as reader:
        (old,) = (t.id for t in reader.templates.of_grant(anna))
    file = _backed(world, tmp_path)
    photos = tuple(photo("anna", shot=n) for n in range(20, 23))
    done = enrol(world.app, world.who("steward", "officer"), anna, photos, 1)
    assert isinstance(done, Enrolled), done
    go_back(file)
    with world.app.store.read() as reader:
        assert reader.templates.get(old) is None


def test_rejected_and_lapsed_suggestions_stay_away(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """A person said no to one, time said no to another; the third one waits."""
    anna, _ = world.granted("anna")
    no, late = _suggestion(world, anna), _suggestion(world, anna)
    world.clock.go(days=20)
    waiting = _suggestion(world, anna)
    file = _backed(world, tmp_path)
    reject(world.app, no)
    world.clock.go(days=15)
    assert run_once(world.app).suggestions == 1
    go_back(file)
    with world.app.store.read() as reader:
        assert [s.id for s in reader.suggestions.of_grant(anna)] == [waiting]
        assert reader.suggestions.get(late) is None


def test_a_closed_case_stays_closed(world: World, tmp_path: Path, go_back: GoBack) -> None:
    """Nobody searches in it again; a case of after the backup is not made up."""
    world.enrolled("anna")
    probe = photo("anna", shot=9)
    case = world.case(probe)
    file = _backed(world, tmp_path)
    late = world.case(probe, reference="2026-18")
    with world.app.store.unit() as unit:
        for one in (case, late):
            unit.governance.set_case_state(one, CaseState.CLOSED)
            record_machine(unit, EntryKind.CASE_CLOSED, (("case", one),))
    world.app.publish()
    go_back(file)
    with world.app.store.read() as reader:
        assert reader.governance.case(case).state is CaseState.CLOSED
        assert reader.governance.case(late) is None
    refused = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(refused, Refusal)


def test_a_closed_search_stays_closed_without_its_probe(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """The probe is somebody's face: closing destroyed it, and the backup held it."""
    world.enrolled("anna")
    found = _searched(world, "anna")
    file = _backed(world, tmp_path)
    close(world.app, found.id)
    go_back(file)
    with world.app.store.read() as reader:
        kept = reader.searches.get(found.id)
    assert (kept.state, kept.sealed_probe) == (SearchState.CLOSED, None)


def test_a_search_under_review_stays_open(world: World, tmp_path: Path, go_back: GoBack) -> None:
    """One verifier has spoken since: the search goes on, both look again."""
    world.enrolled("anna")
    found = _searched(world, "anna")
    file = _backed(world, tmp_path)
    review(world.app, world.who("verifier"), found.candidates[0].id, Finding.DIFFERENT)
    go_back(file)
    with world.app.store.read() as reader:
        kept = reader.searches.get(found.id)
    assert kept.state is SearchState.CANDIDATES
    assert kept.sealed_probe is not None


def test_a_search_that_two_reviewed_away_stays_closed(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """Two said no: the backup does not put the candidate before anybody again."""
    world.enrolled("anna")
    found = _searched(world, "anna")
    file = _backed(world, tmp_path)
    for name in ("verifier", "second"):
        review(world.app, world.who(name), found.candidates[0].id, Finding.DIFFERENT)
    go_back(file)
    with world.app.store.read() as reader:
        kept = reader.searches.get(found.id)
    assert (kept.state, kept.sealed_probe) == (SearchState.CLOSED, None)


def test_searches_made_since_still_count(world: World, tmp_path: Path, go_back: GoBack) -> None:
    """The member, the day and the probe are counted; what was found is lost.

    A search in a case that the backup does not hold has nothing to count against.
    """
    world.enrolled("anna")
    probe = photo("anna", shot=9)
    case = world.case(probe)
    file = _backed(world, tmp_path)
    found = _searched(world, "anna", case)
    late = _searched(world, "anna", world.case(probe, reference="2026-18"))
    go_back(file)
    with world.app.store.read() as reader:
        kept = reader.searches.get(found.id)
        day = reader.now - timedelta(days=1)
        made = reader.searches.count_by_member(world.people["investigator"], day)
        uses = reader.searches.probe_uses(case, kept.probe_tag)
        assert reader.searches.get(late.id) is None
        assert reader.searches.candidates(found.id) == ()
    assert (kept.state, made, uses) == (SearchState.CLOSED, 1, 1)


def test_an_erasure_that_was_begun_is_taken_up(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """The process died before the first key went: the restore erases the person itself."""
    anna, subject = world.enrolled("anna")
    file = _backed(world, tmp_path)

    def stop(name: str) -> None:
        if name == "effect.deliver_history.start":
            raise _Killed

    app = world.reopen(stop)
    with pytest.raises(_Killed):
        erase(app, SUBJECT, subject)
    app.close()
    go_back(file)
    with world.app.store.read() as reader:
        assert reader.subjects.get(subject).state is SubjectState.ERASING
        (plan,) = reader.plans.open()
    assert _searched(world, "anna").state is SearchState.NONE
    assert run_once(world.app).problems == ()
    with world.app.store.read() as reader:
        assert reader.subjects.get(subject).state is SubjectState.ERASED
        assert reader.templates.of_grant(anna) == ()
    assert decode(certificate(world.app, plan.id)).statement.subject == subject


def test_an_erasure_finished_since_is_certified_as_before(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """The backup holds the plan half done; its certificate says the same before and after."""
    _, subject = world.enrolled("anna")
    plan = erase(world.app, SUBJECT, subject, whole=False)
    file = _backed(world, tmp_path)
    run_once(world.app)
    before = decode(certificate(world.app, plan))
    go_back(file)
    with world.app.store.read() as reader:
        assert reader.plans.open() == ()
        assert {e.state for e in reader.plans.effects(plan)} == {WorkState.DONE}
    after = decode(certificate(world.app, plan))
    assert (after.statement, after.leaf) == (before.statement, before.leaf)
    assert run_once(world.app).problems == ()


def test_an_erasure_that_waits_in_the_backup_goes_on(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """Nothing happened since: its key is there, so it is carried on and not called done."""
    _, subject = world.enrolled("anna")
    plan = erase(world.app, SUBJECT, subject, whole=False)
    file = _backed(world, tmp_path)
    go_back(file)
    with world.app.store.read() as reader:
        assert [p.id for p in reader.plans.open()] == [plan]
    run_once(world.app)
    assert decode(certificate(world.app, plan)).statement.subject == subject


def test_lists_do_not_name_an_erased_person_again(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """Candidates are sealed under their case's key, which lives on; Bea's list stays."""
    _, subject = world.enrolled("anna")
    world.enrolled("bea")
    probes = photo("anna", shot=9), photo("bea", shot=9)
    case = world.case(*probes)
    anna, bea = _searched(world, "anna", case), _searched(world, "bea", case)
    file = _backed(world, tmp_path)
    erase(world.app, SUBJECT, subject)
    go_back(file)
    with world.app.store.read() as reader:
        emptied, left = reader.searches.get(anna.id), reader.searches.get(bea.id)
        assert reader.searches.candidates(anna.id) == ()
        assert len(reader.searches.candidates(bea.id)) == 1
    assert (emptied.state, emptied.sealed_probe) == (SearchState.CLOSED, None)
    assert left.state is SearchState.CANDIDATES
    assert left.sealed_probe is not None


def test_a_search_by_a_member_of_after_the_backup_does_not_stop_the_restore(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """The restored store does not know who searched; the restore goes well, the probe counts."""
    anna, _ = world.enrolled("anna")
    probe = photo("anna", shot=9)
    case = world.case(probe)
    file = _backed(world, tmp_path)
    wish = MemberWish(world.organisation, "late", frozenset({Role.INVESTIGATOR}), b"\x09" * 32)
    added = add_member(world.app, world.who("steward", "officer"), wish)
    assert isinstance(added, str), added
    world.people["late"] = MemberId(added)
    found = search(world.app, world.who("late"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult), found
    go_back(file)
    with world.app.store.read() as reader:
        assert reader.governance.member(world.people["late"]) is None
    assert _state(world, anna) is GrantState.ACTIVE
