"""Opening a deployment is all or nothing: what was stopped half way is no deployment."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from licet.deployment import FirstMember, Opening, open_deployment
from licet.settings import FILE_NAME, Settings
from licet.terms.errors import Conflict, Setup
from licet.terms.organisation import Role
from tests.fakes.deployment import FakeClock, settings_of

OPENING = Opening(
    controller="City Archive",
    members=(
        FirstMember("sara", b"s" * 32, Role.STEWARD),
        FirstMember("otto", b"o" * 32, Role.DATA_PROTECTION_OFFICER),
    ),
    sandbox=True,
)


class Killed(BaseException):
    """The process ends here."""


def killed() -> datetime:
    raise Killed


def test_an_opening_that_was_killed_leaves_no_deployment(
    tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    home = tmp_path / "home"
    settings = settings_of(home, new_database("opening"))
    with pytest.raises(Killed):
        open_deployment(settings, OPENING, killed)
    assert not (home / FILE_NAME).exists()
    with pytest.raises(Setup):
        Settings.read(home)
    with pytest.raises(Conflict, match="an opening that was stopped"):
        open_deployment(settings, OPENING, FakeClock())
    again = settings_of(tmp_path / "again", new_database("again"))
    opened = open_deployment(again, OPENING, FakeClock())
    assert opened.deployment.sandbox
    assert Settings.read(again.home).home == again.home


def test_a_database_that_does_not_answer_leaves_no_settings(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path / "home", database_url="postgresql+psycopg://nobody@127.0.0.1:1/none"
    )
    with pytest.raises(Setup):
        open_deployment(settings, OPENING, FakeClock())
    assert not (tmp_path / "home" / FILE_NAME).exists()
