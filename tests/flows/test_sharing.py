"""A second look that several people share: one reading, each decided on alone."""

from collections.abc import Callable

import pytest

from licet.backfill import backfill
from licet.collect import collect
from licet.consent.reasons import Reason
from licet.effects import running, sharing
from licet.effects.walking import Photo
from licet.granting import withdraw
from licet.ledger.leaf import decode
from licet.sources.contract import Address
from licet.sources.folder import FolderSource
from licet.terms.acting import SUBJECT
from licet.terms.collecting import Collected
from licet.terms.errors import Busy
from licet.terms.face import Inspection
from licet.terms.gallery import TemplateKind
from licet.terms.ids import GrantId, SourceId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Refusal
from licet.terms.plan import Run, RunKind, WorkState
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.fakes.vision import photo

NAMES = ("anna", "bea", "cleo")


def _met(world: World) -> tuple[SourceId, list[GrantId]]:
    """Collect photos of three people before any of them is enrolled, then enrol them."""
    photos = {
        f"p{n:02}": photo(*(() if n % 4 == 3 else (NAMES[n % 3], "x")), shot=n) for n in range(16)
    }
    source = world.source(world.folder(**photos)).id
    done = collect(world.app, world.who("steward"), source)
    assert isinstance(done, Collected)
    assert done.items == 16
    return source, [world.enrolled(name)[0] for name in NAMES]


BEGINS = {"met": _met}
Met = tuple[SourceId, list[GrantId]]


@pytest.fixture
def met(world: World) -> Met:
    left: Met = world.left
    return left


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were read."""
    found: list[str] = []
    whole = FolderSource.read

    def noted(place: FolderSource, address: str) -> object:
        found.append(address)
        return whole(place, address)  # type: ignore[arg-type]

    monkeypatch.setattr(FolderSource, "read", noted)
    return found


def kept(world: World, grant: GrantId) -> int:
    with world.app.store.read() as reader:
        found = reader.templates.of_grant(grant)
    return sum(one.kind is TemplateKind.APPEARANCE for one in found)


def states(world: World) -> dict[GrantId | None, WorkState]:
    """Return where everybody's scan stands."""
    with world.app.store.read() as reader:
        runs = (*reader.runs.open(RunKind.BACKFILL), *reader.runs.done(RunKind.BACKFILL))
    return {run.grant: run.state for run in runs}


def entries(world: World) -> list[Entry]:
    with world.app.store.read() as reader:
        found = [decode(leaf.data) for leaf in reader.leaves.iterate(0)]
    return [one for one in found if one.kind is EntryKind.BACKFILLED]


def test_everybody_who_waits_shares_one_pass(world: World, met: Met, read: list[str]) -> None:
    source, grants = met
    done = backfill(world.app, grants[0], source)
    assert isinstance(done, Collected)
    assert sorted(read) == sorted(set(read)), "an item was read twice"
    assert len(read) == 12, "an item without a face was read"
    assert [kept(world, grant) for grant in grants] == [4, 4, 4]
    assert set(states(world).values()) == {WorkState.DONE}
    named = {value for entry in entries(world) for role, value in entry.objects if role == "grant"}
    assert named == set(grants)
    facts = dict(entries(world)[0].facts)
    assert facts["people"] == 3
    assert len(str(facts["permits"])) == 64


def test_together_they_get_what_each_would_alone(world: World, met: Met) -> None:
    source, grants = met
    alone = []
    for one in grants:
        with world.app.store.unit(bookkeeping=True) as unit:
            for run in unit.runs.open(RunKind.BACKFILL):
                if run.grant != one:
                    unit.runs.finish(run.id)
        backfill(world.app, one, source)
        alone.append(kept(world, one))
    assert alone == [4, 4, 4]


def test_the_worker_scans_once_for_all(world: World, met: Met, read: list[str]) -> None:
    done = run_once(world.app)
    assert done.backfills == 3
    assert len(read) == 12
    assert run_once(world.app).backfills == 0
    assert len(read) == 12


@pytest.mark.parametrize("who", [0, 1])
def test_who_withdraws_in_the_middle_gets_nothing_more(
    world: World, met: Met, monkeypatch: pytest.MonkeyPatch, who: int
) -> None:
    """The others go on, also when it is the one by whom the pass was begun."""
    source, grants = met
    looked = sharing.fresh_gallery
    gone: list[GrantId] = []

    def leave(app: object) -> object:
        found = looked(app)  # type: ignore[arg-type]
        if not gone:
            gone.append(grants[who])
            withdraw(world.app, SUBJECT, grants[who])
        return found

    monkeypatch.setattr(sharing, "fresh_gallery", leave)
    done = backfill(world.app, grants[0], source)
    assert isinstance(done, Refusal if who == 0 else Collected)
    assert kept(world, grants[who]) == 0
    others = [grant for grant in grants if grant != grants[who]]
    assert [kept(world, grant) for grant in others] == [4, 4]
    assert {states(world)[grant] for grant in others} == {WorkState.DONE}
    assert all(("grant", grants[who]) not in entry.objects for entry in entries(world))


@pytest.mark.parametrize("who", [0, 1])
def test_a_run_that_ended_elsewhere_takes_nobody_along(
    world: World, met: Met, monkeypatch: pytest.MonkeyPatch, who: int
) -> None:
    """Another worker finishes the run of who withdrew, while the runs are held anew."""
    source, grants = met
    monkeypatch.setattr(running, "HOLD_AGAIN_SECONDS", 0.0)
    may_go_on = sharing.Shared.may_go_on
    over: list[Run] = []

    def held(walk: sharing.Shared) -> bool:
        if not over:
            withdraw(world.app, SUBJECT, grants[who])
            with world.app.store.unit(bookkeeping=True) as unit:
                open_ = unit.runs.open(RunKind.BACKFILL)
                over.append(next(run for run in open_ if run.grant == grants[who]))
                unit.runs.finish(over[0].id)
        walk.hold.keep(world.app)
        return may_go_on(walk)

    monkeypatch.setattr(sharing.Shared, "may_go_on", held)
    done = backfill(world.app, grants[0], source)
    assert isinstance(done, Refusal if who == 0 else Collected)
    others = [grant for grant in grants if grant != grants[who]]
    assert [kept(world, grant) for grant in others] == [4, 4]


def test_when_nobody_is_left_nothing_more_is_read(
    world: World, met: Met, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, grants = met
    looked = sharing.fresh_gallery

    def leave(app: object) -> object:
        for grant in grants:
            withdraw(world.app, SUBJECT, grant)
        return looked(app)  # type: ignore[arg-type]

    monkeypatch.setattr(sharing, "fresh_gallery", leave)
    refused = backfill(world.app, grants[0], source)
    assert isinstance(refused, Refusal)
    assert entries(world) == []
    assert isinstance(backfill(world.app, grants[1], source, polled=True), Refusal)


class _Killed(BaseException):
    """A process that ends here."""


def _dying(boundary: str, times: int) -> Callable[[str], None]:
    left = [times]

    def at(name: str) -> None:
        if name == boundary:
            left[0] -= 1
            if left[0] == 0:
                raise _Killed

    return at


@pytest.mark.parametrize("boundary", ["backfill.committed", "unit.recorded", "unit.effects"])
def test_killed_anywhere_it_goes_on(
    world: World, met: Met, boundary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is kept twice, and nobody is left behind."""
    from licet.effects import walking

    monkeypatch.setattr(walking, "BATCH_PHOTOS", 2)
    monkeypatch.setattr(sharing, "MOST_PHOTOS", 2)
    monkeypatch.setattr(sharing, "IN_A_UNIT", 2)
    source, grants = met
    app = world.reopen(_dying(boundary, 6))
    with pytest.raises(_Killed):
        backfill(app, grants[0], source)
    app.close()
    world.clock.go(minutes=3)
    assert isinstance(backfill(world.app, grants[0], source), Collected)
    run_once(world.app)
    assert [kept(world, grant) for grant in grants] == [4, 4, 4]
    assert set(states(world).values()) == {WorkState.DONE}


def test_a_withdrawal_waits_for_few_of_many(
    world: World, met: Met, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One unit is of few; between two of them whoever withdraws is heard, and it wins."""
    monkeypatch.setattr(sharing, "IN_A_UNIT", 1)
    source, grants = met
    with world.app.store.read() as reader:
        first, _, last = (run.grant for run in reader.runs.open(RunKind.BACKFILL))
    assert first is not None
    assert last is not None
    heard: list[object] = []

    def at(name: str) -> None:
        if name == "backfill.committed" and not heard:
            heard.append(withdraw(world.app, SUBJECT, last))

    app = world.reopen(at)
    try:
        done = backfill(app, first, source)
    finally:
        app.close()
    assert isinstance(done, Collected)
    assert (done.items, done.appearances) == (12, 8)
    assert not isinstance(heard[0], Refusal)
    assert [kept(world, one) for one in sorted(grants) if one != last] == [4, 4]
    assert kept(world, last) == 0
    assert {sum(role == "grant" for role, _ in one.objects) for one in entries(world)} == {1}


def test_who_is_in_another_process_comes_without_us(world: World, met: Met) -> None:
    source, grants = met
    with world.app.store.unit(bookkeeping=True) as unit:
        (theirs,) = [r for r in unit.runs.open(RunKind.BACKFILL) if r.grant == grants[1]]
        assert unit.runs.claim(theirs.id, unit.now.replace(year=2027))
    assert isinstance(backfill(world.app, grants[0], source), Collected)
    assert [kept(world, grant) for grant in grants] == [4, 0, 4]
    with pytest.raises(Busy):
        backfill(world.app, grants[1], source)


def test_a_stopped_pass_goes_on_for_all(world: World, met: Met, read: list[str]) -> None:
    source, grants = met
    now = world.clock()
    first = backfill(world.app, grants[2], source, until=now)
    assert isinstance(first, Collected)
    assert set(states(world).values()) == {WorkState.OPEN}
    while WorkState.OPEN in states(world).values():
        assert isinstance(backfill(world.app, grants[0], source, until=now), Collected)
    assert len(read) == len(set(read)) == 12
    assert [kept(world, grant) for grant in grants] == [4, 4, 4]


def test_a_face_of_two_who_share_is_surely_nobodys(world: World) -> None:
    """As when collecting: whoever resembles both is suggested to both."""
    source = world.source(world.folder(a=photo("twin", shot=9))).id
    collect(world.app, world.who("steward"), source)
    from licet.effects.identify import identify
    from licet.terms.collecting import Standing
    from licet.terms.face import Score
    from licet.terms.gallery import Candidate
    from licet.terms.ids import SubjectId, TemplateId

    both = tuple(
        Candidate(TemplateId(n), GrantId(n), SubjectId(n), TemplateKind.REFERENCE, Score(9))
        for n in "ba"
    )
    merged = sharing._merged(((both[0],), (both[1],)))
    assert [one.template for one in merged] == ["a", "b"]
    found = identify([merged], Score(5))
    assert {one.standing for one in found} == {Standing.SUGGESTION}
    assert len(found) == 2


def test_refused_by_its_reason(world: World, met: Met) -> None:
    source, grants = met
    withdraw(world.app, SUBJECT, grants[0])
    refused = backfill(world.app, grants[0], source)
    assert isinstance(refused, Refusal)
    assert refused.reason in {Reason.GRANT_ENDING, Reason.GRANT_ENDED}


def test_many_people_share_larger_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each unit asks for every one of them; a batch for one is handed on at once."""
    seen = (Photo(Address("a"), "0"), Inspection(1, 1, ()))
    batches = [[seen] for _ in range(6)]
    assert [len(one) for one in sharing.gathered(batches, 0)] == [1] * 6
    assert [len(one) for one in sharing.gathered(batches, 10_000)] == [6]
    monkeypatch.setattr(sharing, "MOST_PHOTOS", 4)
    assert [len(one) for one in sharing.gathered(batches, 10_000)] == [4, 2]
