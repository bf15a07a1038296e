"""D8: erased data is unreadable in every backup, whoever holds it.

The restore itself is held in tests/flows/test_recovery.py; here somebody holds an
older backup, and today's keyring, and even the code that opens rows.
"""

import base64
import json
import re
import sys
from pathlib import Path

import pytest

from licet.collect import collect
from licet.effects.certifying import certificate
from licet.effects.sealed import grant_key, subject_key
from licet.ledger.verify import verify_file
from licet.recovery import back_up, restore
from licet.rights.erase import erase
from licet.search import search
from licet.terms.acting import SUBJECT
from licet.terms.errors import Corrupt, KeyAbsent
from licet.terms.search import SearchResult
from licet.vault.seal import open_sealed
from tests.fakes.deployment import CLEARANCE, World, settings_of
from tests.fakes.vision import photo
from tests.scenarios.sealed import looks_sealed, texts_of

ROOT = Path(__file__).parents[2]


def test_an_older_backup_opens_nothing_of_an_erased_person(world: World, tmp_path: Path) -> None:
    """Every sealed value in the backup is tried with every key that is left."""
    anna, subject = world.enrolled("anna")
    world.enrolled("bea")
    source = world.source(world.folder(a=photo("anna", "bea")))
    collect(world.app, world.who("steward"), source.id)
    backed = back_up(world.app, tmp_path / "monday.licet")
    with world.app.store.read() as reader:
        hers = {t.id for t in reader.templates.of_grant(anna)}
    assert len(hers) == 2
    erase(world.app, SUBJECT, subject)
    keyring = world.app.keyring
    for gone in (grant_key(anna), subject_key(subject)):
        with pytest.raises(KeyAbsent):
            keyring.get(gone)
    left = list(keyring.get_many(keyring.ids()).values())
    rows = [json.loads(line) for line in backed.file.read_bytes().splitlines()]
    found = {value for row in rows for value in texts_of(row)}
    assert hers <= found, "the backup holds her rows"
    sealed = [base64.b64decode(v) for v in found if looks_sealed(v)]
    opened = [
        where for where in hers for blob in sealed for key in left if _opens(key, blob, where)
    ]
    assert opened == []


def test_a_restore_with_todays_keyring_brings_back_nobody(
    world: World, tmp_path: Path, new_database
) -> None:
    """And the certificate of the erasure says so beforehand."""
    _, subject = world.enrolled("anna")
    probe = photo("anna", shot=9)
    case = world.case(probe)
    backed = back_up(world.app, tmp_path / "monday.licet")
    plan = erase(world.app, SUBJECT, subject)
    verdict = verify_file(certificate(world.app, plan), world.app.ledger_key.vkey)
    assert verdict.ok, verdict.problems
    world.app.close()
    kind = "sqlite" if world.url.startswith("sqlite") else "postgresql"
    world.url = new_database(kind)
    restore(settings_of(world.home, world.url), backed.file, world.clock)
    world.app = world.reopen()
    again = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(again, SearchResult), again
    assert again.candidates == ()
    assert again.in_scope == 0


def test_the_recipe_for_strangers_opens_nothing_of_hers(
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The very program on the page, run as it stands there."""
    page = (ROOT / "docs/how-to/get-an-erased-person-back.md").read_text("utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    anna, subject = world.enrolled("anna")
    bea, _ = world.enrolled("bea")
    source = world.source(world.folder(a=photo("anna"), b=photo("bea")))
    collect(world.app, world.who("steward"), source.id)
    probe = photo("anna", shot=9)
    found = search(world.app, world.who("investigator"), world.case(probe), CLEARANCE, probe)
    assert isinstance(found, SearchResult)
    backed = back_up(world.app, tmp_path / "monday.licet")
    with world.app.store.read() as reader:
        hers = {t.id for t in reader.templates.of_grant(anna)}
        others = {t.id for t in reader.templates.of_grant(bea)}
    erase(world.app, SUBJECT, subject)
    (world.home / "licet.toml").write_text(f"database_url = '{world.url}'\n")
    monkeypatch.setattr(sys, "argv", ["try-all-keys.py", str(world.home), str(backed.file)])
    code = compile(program, "try-all-keys.py", "exec")
    exec(code, {"__name__": "__main__"})  # noqa: S102 - the page's own program
    tries, *opened = capsys.readouterr().out.splitlines()
    assert int(tries.split()[0]) > 100
    ids = {line.split()[1] for line in opened}
    assert others <= ids, "what is still there opens: the program does try"
    assert not ids & {*hers, subject, found.id}


def _opens(key: bytes, blob: bytes, template: str) -> bool:
    try:
        open_sealed(key, blob, f"template:{template}")
    except Corrupt:
        return False
    return True
