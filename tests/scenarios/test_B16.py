"""B16: misuse by those who run it cannot be erased together with the person.

Search, have the person erased, then read with two keys who searched. Signed acts on a
deployment for real people; after six months nobody reads it, whatever is restored. And a
ledger that is put back to an earlier day shows before a witness.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from licet.cli import signing
from licet.effects.accounting import ACCOUNT_TERM
from licet.effects.receipts import Receipted
from licet.effects.sealed import account_key
from licet.effects.witnessing import Seen, show_to_witnesses
from licet.granting import withdraw
from licet.ledger.verify import UNWITNESSED, verify_file
from licet.recovery import back_up, restore
from licet.rights.audit import list_accounts, open_record
from licet.rights.erase import erase
from licet.search import search
from licet.terms.errors import Corrupt, NotFound
from licet.terms.ids import AccountId
from licet.terms.organisation import Role
from licet.terms.permit import Refusal
from licet.terms.search import SearchResult
from licet.vault.seal import open_sealed
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, new_world, settings_of
from tests.fakes.vision import photo
from tests.fakes.web import http_server
from tests.fakes.witness import LocalWitness
from tests.redteam.real import RealWorld, new_real_world
from tests.scenarios.sealed import sealed_in


def _misused(world: RealWorld) -> AccountId:
    """Search a person, then have her erased on her behalf: the searcher's colleagues agree."""
    _, subject = world.enrolled("anna")
    probe = photo("anna", shot=9)
    case = world.case(probe)
    who = world.signed(world.searching(case, probe), "investigator")
    found = search(world.app, who, case, CLEARANCE, probe)
    assert isinstance(found, SearchResult)
    assert len(found.candidates) == 1
    about = signing.erasing(subject, world.organisation)
    plan = erase(world.app, world.signed(about, "steward"), subject, world.organisation)
    assert isinstance(plan, str), plan
    return AccountId(plan)


@pytest.fixture
def real(tmp_path: Path, store_url: str):
    """Give a deployment for real people, with an auditor, on both databases."""
    made = new_real_world(tmp_path / "home", store_url)
    assert isinstance(made.add("auditor", Role.AUDITOR), str)
    yield made
    made.app.close()


def test_the_person_is_told_first_and_two_read_it_later(real: RealWorld) -> None:
    """She reads who searched her; the auditor and the officer read who it was."""
    account = _misused(real)
    told = next(one for one in real.outbox.letters if one.subject == "Who searched you")
    assert told.to == "anna@example.org"
    assert "The Harbour Archive" in told.text
    listed = list_accounts(real.app, real.signed(_listing(), "auditor"))
    assert not isinstance(listed, Refusal)
    assert [one.id for one in listed] == [account]
    about = signing.opening_record(account)
    assert isinstance(open_record(real.app, real.signed(about, "auditor"), account), Refusal)
    both = real.signed(about, "officer", "auditor")
    opened = open_record(real.app, both, account)
    assert not isinstance(opened, Refusal), opened
    (one,) = opened.searches
    assert (one.organisation, one.member) == ("The Harbour Archive", "investigator")
    assert (one.case, one.purpose) == ("2026-17", CLEARANCE)
    assert "anna" not in json.dumps([str(one) for one in opened.searches])


def test_after_six_months_no_backup_opens_it(
    real: RealWorld, tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    """The row lies in the backup, the key in none: every key that is left is tried on it."""
    account = _misused(real)
    backed = back_up(real.app, tmp_path / "monday.licet")
    real.clock.now += ACCOUNT_TERM
    assert run_once(real.app).problems == ()
    two = real.signed(signing.opening_record(account), "officer", "auditor")
    with pytest.raises(NotFound):
        open_record(real.app, two, account)
    assert not real.app.keyring.has(account_key(account))
    rows = sealed_in(backed.file)
    assert rows, "the backup holds sealed rows"
    left = real.app.keyring.get_many(real.app.keyring.ids()).values()
    assert not [1 for key in left for blob in rows if _opens(key, blob, account)]
    real.app.close()
    real.url = new_database("sqlite" if real.url.startswith("sqlite") else "postgresql")
    restore(settings_of(real.home, real.url), backed.file, real.clock)
    real.app = real.reopen()
    with real.app.store.read() as reader:
        assert reader.accounts.all() == ()


def test_a_reset_shows_before_a_witness_and_before_who_holds_a_receipt(tmp_path: Path) -> None:
    """Store, keys, mirror and mark are all put back together: nothing here remembers."""
    home, copy = tmp_path / "home", tmp_path / "monday"
    world = new_world(home, f"sqlite:///{home / 'licet.db'}")
    witness = LocalWitness("w.example/1", 11, tmp_path / "seen").knows(world.app.ledger_key.vkey)
    with http_server(witness.answer) as url:

        def shown() -> Seen:
            changed = {"witnesses": (witness.vkey,), "witness_urls": (url,)}
            settings = world.app.settings.model_copy(update=changed)
            (seen,) = show_to_witnesses(replace(world.app, settings=settings))
            return seen

        world.app.close()
        shutil.copytree(home, copy)
        world.app = world.reopen()
        grant, _ = world.granted("anna")
        ended = withdraw(world.app, world.who("steward"), grant)
        assert isinstance(ended, Receipted)
        assert shown().problem == ""
        size = world.app.store.head().size

        world.app.close()
        shutil.rmtree(home)
        shutil.copytree(copy, home)
        world.app = world.reopen()
        assert run_once(world.app).problems == (), "nothing here knows better"
        assert "an older copy of this ledger was put in place" in shown().problem
        while world.app.store.head().size <= size:
            world.case(reference=f"2026-{world.app.store.head().size}")
        assert shown().problem == "w.example/1 saw another history of this ledger"
        assert witness.signed.keys() == {size}

    vkey, mirror = world.app.ledger_key.vkey, world.app.settings.place(world.app.settings.tiles)
    alone = verify_file(ended.receipt, vkey, (witness.vkey,))
    assert alone.ok
    assert alone.rests_on_word[0] == UNWITNESSED
    held = verify_file(ended.receipt, vkey, mirror=mirror)
    assert len(held.problems) == 1
    assert held.problems[0].startswith("the copy is of another history than the file: keep both")
    world.app.close()


def _listing() -> signing.About:
    from licet.rights.audit import ACCOUNTS

    return signing.listing(ACCOUNTS)


def _opens(key: bytes, blob: bytes, account: AccountId) -> bool:
    try:
        open_sealed(key, blob, f"account:{account}")
    except Corrupt:
        return False
    return True
