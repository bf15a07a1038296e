"""Who searched an erased person is sealed for two to read, and destroyed in time (GDPR 5(2))."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from licet.cli import signing
from licet.effects.accounting import ACCOUNT_TERM, open_account
from licet.effects.certifying import certificate
from licet.effects.finishing import finish
from licet.effects.planning import STEPS
from licet.effects.sealed import account_key
from licet.granting import withdraw
from licet.ledger.leaf import decode as read_leaf
from licet.ledger.receipt import decode
from licet.ledger.statement import ErasureStatement
from licet.recovery import back_up
from licet.rights.audit import list_accounts, open_record
from licet.rights.erase import erase
from licet.search import search
from licet.terms.acting import SUBJECT
from licet.terms.errors import Busy, KeyAbsent, NotFound
from licet.terms.ids import AccountId, PlanId, SubjectId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.organisation import Role
from licet.terms.permit import Refusal
from licet.terms.plan import EffectKind, WorkState
from licet.terms.search import SearchResult
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.recipient import add_auditor, add_recipient
from tests.fakes.vision import photo
from tests.redteam.real import RealWorld

GoBack = Callable[[Path], None]


FORMER = (
    "deliver_history",
    "delete_rows",
    "shred_keys",
    "check_unfindable",
    "end_grants",
    "check_bytes",
    "turn_epoch",
    "check_keys",
    "certify",
    "scan_bytes",
    "certify_scan",
    "forget_plan",
)
"""The steps of an erasure in the version before."""


class _Killed(BaseException):
    """A process that ends here."""


def _found(world: World, name: str, reference: str = "2026-17") -> SearchResult:
    probe = photo(name, shot=9)
    case = world.case(probe, reference=reference)
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult), found
    return found


def _erased(world: World, subject: SubjectId) -> AccountId:
    plan = erase(world.app, SUBJECT, subject)
    assert not isinstance(plan, Refusal), plan
    return AccountId(plan)


def test_two_read_who_searched_an_erased_person(world: World) -> None:
    """When, who, for which case, for what, and what came of it; the person is not named."""
    add_auditor(world)
    _, subject = world.enrolled("anna")
    _found(world, "anna")
    account = _erased(world, subject)
    opened = open_record(world.app, world.who("officer", "auditor"), account)
    assert not isinstance(opened, Refusal), opened
    (one,) = opened.searches
    assert (one.at, one.organisation, one.member) == (
        "2026-03-02T09:00:00.000Z",
        "The Harbour Archive",
        "investigator",
    )
    assert (one.case, one.purpose, one.outcome) == ("2026-17", CLEARANCE, "candidates")
    assert "anna" not in str(opened)
    with world.app.store.read() as reader:
        entry = read_leaf(reader.leaves.get(opened.leaf, opened.leaf + 1)[0].data)
    assert entry.kind is EntryKind.ACCOUNT_OPENED
    assert ("account", account) in entry.objects
    assert entry.actor is not None


def test_a_search_under_a_grant_that_was_withdrawn_is_in_it(world: World) -> None:
    """Taking a grant back does not hide who used it."""
    club = add_recipient(world)
    grant, subject = club.enrolled("anna")
    _found(club, "anna", "2026-40")
    withdraw(world.app, SUBJECT, grant)
    account = _erased(world, subject)
    with world.app.store.read() as reader:
        kept = reader.accounts.get(account)
    assert kept is not None
    assert [one[3] for one in open_account(world.app, kept).searches] == ["2026-40"]


def test_a_person_nobody_searched_leaves_no_record(world: World) -> None:
    """There is nothing to account for, and no key is made."""
    add_auditor(world)
    _, subject = world.enrolled("anna")
    account = _erased(world, subject)
    assert not world.app.keyring.has(account_key(account))
    assert list_accounts(world.app, world.who("auditor")) == ()
    with pytest.raises(NotFound):
        open_record(world.app, world.who("officer", "auditor"), account)


def test_it_is_sealed_also_when_nobody_could_be_told(world: World) -> None:
    """The mailbox was dead for three days: given up, then sealed, then deleted."""
    _, subject = world.enrolled("anna")
    _found(world, "anna")

    def down(_message: object) -> None:
        raise Busy("the mail server does not answer", "Try again later.")

    world.outbox.send = down  # type: ignore[method-assign]
    account = _erased(world, subject)
    with world.app.store.read() as reader:
        assert reader.accounts.get(account) is None
    world.clock.go(days=4)
    run_once(world.app)
    with world.app.store.read() as reader:
        assert reader.accounts.get(account) is not None
        assert reader.searches.candidates_tagged(b"") != ()


def test_a_crash_between_sealing_and_deleting_seals_once(world: World) -> None:
    """Killed at each of its boundaries: one record, one entry."""
    for name in ("effect.seal_account.start", "effect.seal_account.done"):
        _, subject = world.enrolled(name.replace(".", "_").replace("effect_", ""))

        def stop(passed: str, name: str = name) -> None:
            if passed == name:
                raise _Killed

        app = world.reopen(stop)
        _found(world, name.replace(".", "_").replace("effect_", ""), new_id())
        with pytest.raises(_Killed):
            erase(app, SUBJECT, subject)
        app.close()
        world.clock.go(minutes=2)
        run_once(world.app)
    with world.app.store.read() as reader:
        kinds = [read_leaf(leaf.data).kind for leaf in reader.leaves.iterate()]
        assert len(reader.accounts.all()) == 2
    assert kinds.count(EntryKind.ACCOUNT_SEALED) == 2


def test_the_certificate_says_that_it_is_kept_and_until_when(world: World) -> None:
    """*Everything is destroyed* would else not be true."""
    _, subject = world.enrolled("anna")
    _found(world, "anna")
    account = _erased(world, subject)
    said = decode(certificate(world.app, PlanId(account))).statement
    assert isinstance(said, ErasureStatement)
    assert said.told is not None
    assert said.told.history
    assert said.told.accountable_until == world.clock() + ACCOUNT_TERM
    assert "2026-09-02" in said.says


def test_it_is_destroyed_after_six_months_and_not_before(world: World) -> None:
    """Key and row; on the last day it is there yet."""
    add_auditor(world)
    _, subject = world.enrolled("anna")
    _found(world, "anna")
    account = _erased(world, subject)
    world.clock.now += ACCOUNT_TERM - timedelta(minutes=1)
    run_once(world.app)
    two = world.who("officer", "auditor")
    assert not isinstance(open_record(world.app, two, account), Refusal)
    world.clock.go(minutes=1)
    with pytest.raises(NotFound):
        open_record(world.app, two, account)
    run_once(world.app)
    with world.app.store.read() as reader:
        assert reader.accounts.all() == ()
        kinds = [read_leaf(leaf.data).kind for leaf in reader.leaves.iterate()]
    assert kinds.count(EntryKind.ACCOUNT_DESTROYED) == 1
    with pytest.raises(KeyAbsent):
        world.app.keyring.get(account_key(account))


def test_a_backup_does_not_bring_a_destroyed_record_back(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """Its row was in the backup; its key is in none."""
    _, subject = world.enrolled("anna")
    _found(world, "anna")
    account = _erased(world, subject)
    file = back_up(world.app, tmp_path / "monday.licet").file
    assert account.encode() in file.read_bytes()
    world.clock.now += ACCOUNT_TERM
    run_once(world.app)
    go_back(file)
    with world.app.store.read() as reader:
        assert reader.accounts.all() == ()


def test_an_older_backup_does_not_rid_anybody_of_it(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """Written again from the lists that the backup holds, for as long as it was to be kept."""
    _, subject = world.enrolled("anna")
    _found(world, "anna")
    file = back_up(world.app, tmp_path / "monday.licet").file
    world.clock.go(days=1)
    account = _erased(world, subject)
    ends = world.clock() + ACCOUNT_TERM
    world.clock.go(days=30)
    go_back(file)
    with world.app.store.read() as reader:
        (kept,) = reader.accounts.all()
    assert (kept.id, kept.destroy_at) == (account, ends)
    assert len(open_account(world.app, kept).searches) == 1
    go_back_again = back_up(world.app, tmp_path / "tuesday.licet").file
    assert account.encode() in go_back_again.read_bytes()


@pytest.mark.parametrize(
    "names",
    [
        ("officer",),
        ("auditor",),
        ("officer", "steward"),
        ("auditor", "steward"),
        ("steward", "investigator"),
    ],
)
def test_nobody_reads_it_alone(world: World, names: tuple[str, ...]) -> None:
    """Officer and auditor together, and no other two; the no is in the ledger."""
    add_auditor(world)
    _, subject = world.enrolled("anna")
    _found(world, "anna")
    account = _erased(world, subject)
    before = world.app.store.head().size
    assert isinstance(open_record(world.app, world.who(*names), account), Refusal)
    with world.app.store.read() as reader:
        (entry,) = (read_leaf(leaf.data) for leaf in reader.leaves.get(before, before + 2))
    assert entry.kind is EntryKind.REFUSED


def test_it_is_opened_by_two_keys_for_this_one_record(real: RealWorld) -> None:
    """A signature for another record opens nothing, nor does one key twice."""
    assert isinstance(real.add("auditor", Role.AUDITOR), str)
    _, subject = real.enrolled("anna")
    probe = photo("anna", shot=9)
    case = real.case(probe)
    who = real.signed(real.searching(case, probe), "investigator")
    assert isinstance(search(real.app, who, case, CLEARANCE, probe), SearchResult)
    about = signing.erasing(subject, real.organisation)
    plan = erase(real.app, real.signed(about, "steward"), subject, real.organisation)
    assert isinstance(plan, str), plan
    account = AccountId(plan)
    names = ("officer", "auditor")
    other = real.signed(signing.opening_record(AccountId(new_id())), *names)
    assert isinstance(open_record(real.app, other, account), Refusal)
    right = real.signed(signing.opening_record(account), *names)
    alone = replace(right, signatures=right.signatures[:1] * 2)
    assert isinstance(open_record(real.app, alone, account), Refusal)
    opened = open_record(real.app, right, account)
    assert not isinstance(opened, Refusal)
    assert [one.member for one in opened.searches] == ["investigator"]


def test_a_plan_of_an_older_version_ends_without_one(world: World) -> None:
    """Its steps are its own rows: what it did not plan it does not do, and it ends."""
    _, subject = world.enrolled("anna")
    _found(world, "anna")

    def stop(passed: str) -> None:
        if passed == "erase.committed":
            raise _Killed

    app = world.reopen(stop)
    with pytest.raises(_Killed):
        erase(app, SUBJECT, subject)
    app.close()
    engine = create_engine(world.url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM effect"))
        (plan,) = connection.execute(text("SELECT id FROM plan")).one()
        for n, kind in enumerate(FORMER):
            row = {"plan": plan, "n": n, "kind": kind}
            connection.execute(
                text("INSERT INTO effect VALUES (:plan, :n, :kind, 'open', '[]')"), row
            )
    engine.dispose()
    assert finish(world.app, PlanId(plan))
    with world.app.store.read() as reader:
        effects = reader.plans.effects(PlanId(plan))
        assert reader.accounts.all() == ()
    assert {effect.state for effect in effects} == {WorkState.DONE}
    assert EffectKind.SEAL_ACCOUNT not in {effect.kind for effect in effects}
    world.app.publish()
    said = decode(certificate(world.app, PlanId(plan))).statement
    assert isinstance(said, ErasureStatement)
    assert said.told is None
    assert len(STEPS) > len(FORMER)
