"""B16: misuse by those who run it cannot be erased together with the person.

Search, have the person erased, then read with two keys who searched. Signed acts on a
deployment for real people; after six months nobody reads it, whatever is restored.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from licet.cli import signing
from licet.effects.accounting import ACCOUNT_TERM
from licet.effects.sealed import account_key
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
from tests.fakes.deployment import CLEARANCE, settings_of
from tests.fakes.vision import photo
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


def _listing() -> signing.About:
    from licet.rights.audit import ACCOUNTS

    return signing.listing(ACCOUNTS)


def _opens(key: bytes, blob: bytes, account: AccountId) -> bool:
    try:
        open_sealed(key, blob, f"account:{account}")
    except Corrupt:
        return False
    return True
