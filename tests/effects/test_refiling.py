"""A backup of before brings no older paper back, and no transfer that ended."""

from collections.abc import Callable
from pathlib import Path

from licet.cli import signing
from licet.preparing import is_ready
from licet.recovery import back_up, restore
from licet.residing import add_transfer, end_transfer, state_place
from licet.terms.duties import Place, Safeguard, StoreName, TransferWish
from licet.terms.ids import Territory, TransferId
from tests.fakes.deployment import settings_of
from tests.redteam.real import RealWorld, prepared

CLAUSES = TransferWish("A host", Territory("US"), Safeguard.STANDARD_CLAUSES, "ab" * 32)
ABROAD = Place(StoreName.BACKUPS, Territory("US"), "a host")


def _back(real: RealWorld, file: Path, url: str) -> None:
    real.app.close()
    restore(settings_of(real.home, url), file, real.clock)
    real.url = url
    real.app = real.reopen()


def test_a_transfer_that_ended_stays_ended(
    real: RealWorld, tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    two = ("steward", "officer")
    added = add_transfer(real.app, real.signed(signing.transferring(CLAUSES), *two), CLAUSES)
    transfer = TransferId(str(added))
    state_place(real.app, real.signed(signing.placing_store(ABROAD), *two), ABROAD)
    file = back_up(real.app, tmp_path / "monday.licet").file
    ended = end_transfer(real.app, real.signed(signing.ending_transfer(transfer), *two), transfer)
    assert isinstance(ended, int)
    _back(real, file, new_database("sqlite"))
    assert [one.article for one in is_ready(real.app).lacks] == ["GDPR 44"]


def test_an_older_paper_does_not_take_the_place_of_a_newer_one(
    real: RealWorld, tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    """It may have been replaced for a reason, so it is filed anew."""
    file = back_up(real.app, tmp_path / "monday.licet").file
    prepared(real, source_notice="aa" * 32)
    _back(real, file, new_database("sqlite"))
    ready = is_ready(real.app)
    assert [one.article for one in ready.lacks] == ["GDPR 14", "GDPR 26-28"]
    assert ready.prepared_at is None
    prepared(real)
    assert is_ready(real.app).lacks == ()


def test_what_was_filed_before_the_backup_is_there(
    real: RealWorld, tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    file = back_up(real.app, tmp_path / "monday.licet").file
    _back(real, file, new_database("sqlite"))
    assert is_ready(real.app).lacks == ()
