"""Old copies undo nothing: backups, older stores, lost mirrors, older keyrings."""

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from licet.effects.accounting import open_account
from licet.effects.blocking import place
from licet.effects.sealed import grant_key, subject_key
from licet.granting import withdraw
from licet.recovery import back_up, restore
from licet.reviewing import close
from licet.rights.erase import erase
from licet.search import search
from licet.sourcing import cease_source
from licet.terms.acting import SUBJECT
from licet.terms.errors import Integrity, Quarantine
from licet.terms.grant import Identity, SubjectState
from licet.terms.permit import Block, Refusal
from licet.terms.search import SearchResult
from licet.terms.source import SourceState
from tests.fakes.deployment import CLEARANCE, World, settings_of
from tests.fakes.vision import photo
from tests.redteam.holes import refused


class Killed(BaseException):
    """The process is gone."""


def _store(world: World) -> Path:
    return Path(world.url.removeprefix("sqlite:///"))


def _copy_of_store(world: World, to: Path) -> None:
    world.app.close()
    shutil.copy(_store(world), to)
    world.app = world.reopen()


def _put_back(world: World, copy: Path) -> None:
    world.app.close()
    for old in _store(world).parent.glob("licet.db*"):
        old.unlink()
    shutil.copy(copy, _store(world))


def _restored(world: World, file: Path, url: str) -> None:
    world.app.close()
    restore(settings_of(world.home, url), file, world.clock)
    world.url = url
    world.app = world.reopen()


def test_a_store_without_its_mirror_does_not_serve(at_home: World, tmp_path: Path) -> None:
    """Old store back, mirror deleted: ``Quarantine``."""
    world = at_home
    source = world.source(world.folder(a=photo("anna")))
    _copy_of_store(world, tmp_path / "old.db")
    cease_source(world.app, world.who("steward"), source.id)
    with world.app.store.unit() as unit:
        place(unit, Block(), "order")
    world.app.publish()
    _put_back(world, tmp_path / "old.db")
    shutil.rmtree(world.home / "mirror")
    with pytest.raises(Quarantine):
        world.reopen()


def test_an_older_store_with_its_older_mirror_does_not_serve(
    at_home: World, tmp_path: Path
) -> None:
    """A block and a ceased source are undone, and one key signs two ledgers of one origin."""
    world = at_home
    source = world.source(world.folder(a=photo("anna")))
    _copy_of_store(world, tmp_path / "old.db")
    shutil.copytree(world.home / "mirror", tmp_path / "mirror")
    cease_source(world.app, world.who("steward"), source.id)
    with world.app.store.unit() as unit:
        place(unit, Block(), "order")
    world.app.publish()
    _put_back(world, tmp_path / "old.db")
    shutil.rmtree(world.home / "mirror")
    shutil.copytree(tmp_path / "mirror", world.home / "mirror")
    try:
        world.app = world.reopen()
    except Integrity:
        return
    with world.app.store.read() as reader:
        assert reader.blocks.active()
        assert reader.sources.get(source.id).state is SourceState.CEASED


def test_an_older_mirror_does_not_help_an_older_backup(world: World, tmp_path: Path) -> None:
    """Store ahead of its mirror: ``Corrupt``, and nothing changes."""
    shutil.copytree(world.home / "mirror", tmp_path / "mirror")
    anna, _ = world.granted("anna")
    withdraw(world.app, SUBJECT, anna)
    world.app.close()
    shutil.rmtree(world.home / "mirror")
    shutil.copytree(tmp_path / "mirror", world.home / "mirror")
    assert refused(lambda: restore(settings_of(world.home, world.url), None, world.clock))
    world.app = world.reopen()


def test_an_older_replica_of_the_keyring_brings_no_key_back(world: World, tmp_path: Path) -> None:
    """One replica from before the erasure: what the other deleted is deleted in both."""
    anna, subject = world.enrolled("anna")
    world.app.close()
    replica = world.home / "replica" / "keyring.db"
    shutil.copy(replica, tmp_path / "old.db")
    world.app = world.reopen()
    erase(world.app, SUBJECT, subject)
    world.app.close()
    shutil.copy(tmp_path / "old.db", replica)
    world.app = world.reopen()
    keys = frozenset({grant_key(anna), subject_key(subject)})
    assert world.app.keyring.absent(keys) == keys


def test_both_older_replicas_open_nothing(world: World, tmp_path: Path) -> None:
    """Their epoch was destroyed by the turn: ``KeyAbsent``, nothing serves."""
    _, subject = world.enrolled("anna")
    world.app.close()
    places = (world.home / "vault" / "keyring.db", world.home / "replica" / "keyring.db")
    for n, one in enumerate(places):
        shutil.copy(one, tmp_path / f"{n}.db")
    world.app = world.reopen()
    erase(world.app, SUBJECT, subject)
    world.app.close()
    for n, one in enumerate(places):
        shutil.copy(tmp_path / f"{n}.db", one)
    with pytest.raises(Integrity):
        world.reopen()


def test_an_erasure_that_was_begun_is_taken_up_after_a_restore(
    world: World, new_database: Callable[[str], str], tmp_path: Path
) -> None:
    """Withdrawn first, erased then, killed before the key went: the restore knows of no one."""
    anna, subject = world.granted("anna")
    withdraw(world.app, SUBJECT, anna)
    backed = back_up(world.app, tmp_path / "monday.licet")

    def stop(name: str) -> None:
        if name == "effect.deliver_history.start":
            raise Killed

    app = world.reopen(stop)
    with pytest.raises(Killed):
        erase(app, SUBJECT, subject)
    app.close()
    _restored(world, backed.file, new_database("sqlite"))
    with world.app.store.read() as reader:
        assert reader.subjects.get(subject).state is not SubjectState.KNOWN


def test_a_destroyed_probe_does_not_come_back(
    world: World, new_database: Callable[[str], str], tmp_path: Path
) -> None:
    """Invariant 12: a closed search without a lead leaves no probe."""
    world.enrolled("anna")
    probe = photo("anna", shot=9)
    found = search(world.app, world.who("investigator"), world.case(probe), CLEARANCE, probe)
    assert isinstance(found, SearchResult)
    backed = back_up(world.app, tmp_path / "monday.licet")
    close(world.app, found.id)
    _restored(world, backed.file, new_database("sqlite"))
    with world.app.store.read() as reader:
        assert reader.searches.get(found.id).sealed_probe is None


def test_a_restore_gives_no_searches_back(
    world: World, new_database: Callable[[str], str], tmp_path: Path
) -> None:
    """The ledger tells of three searches with this probe; a fourth is one too many."""
    probe = photo("anna", shot=9)
    case = world.case(probe)
    backed = back_up(world.app, tmp_path / "monday.licet")
    for _ in range(3):
        search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    _restored(world, backed.file, new_database("sqlite"))
    fourth = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(fourth, Refusal)


def test_abuse_is_not_erased_by_its_author(world: World) -> None:
    """Invariant 13: an erasure leaves who searched, when and for what, sealed, for 6 months."""
    _, subject = world.enrolled("anna")
    probe = photo("anna", shot=9)
    search(world.app, world.who("investigator"), world.case(probe), CLEARANCE, probe)
    erase(world.app, world.who("steward"), subject, world.organisation)
    with world.app.store.read() as reader:
        (account,) = reader.accounts.all()
    (said,) = open_account(world.app, account).searches
    assert said[1:4] == ("The Harbour Archive", "investigator", "2026-17")
    assert said[0].startswith("2026-03-02T")


def test_abuse_is_not_undone_by_an_older_backup(
    world: World, new_database: Callable[[str], str], tmp_path: Path
) -> None:
    """Search somebody, have them erased, bring yesterday back: the record comes back too."""
    _, subject = world.enrolled("anna")
    probe = photo("anna", shot=9)
    search(world.app, world.who("investigator"), world.case(probe), CLEARANCE, probe)
    backed = back_up(world.app, tmp_path / "monday.licet")
    erase(world.app, SUBJECT, subject)
    with world.app.store.read() as reader:
        (before,) = reader.accounts.all()
    said = open_account(world.app, before)
    _restored(world, backed.file, new_database("sqlite"))
    with world.app.store.read() as reader:
        (after,) = reader.accounts.all()
    assert (after.id, after.plan) == (before.id, before.plan)
    # The search was open when it was listed; what came of it is what the backup knows.
    assert open_account(world.app, after).searches[0][:5] == said.searches[0][:5]


def test_a_template_in_base64_is_found(world: World) -> None:
    """An export, a log or a note: nobody writes features as raw bytes."""
    from licet.effects.shelf import fresh_gallery
    from tests.fakes.vision import features, template

    _, subject = world.granted("anna")
    fresh_gallery(world.app)
    values = template(features("anna", 0.0, "0")).values
    note = base64.b64encode(values).decode()
    (world.home / "export.json").write_text(json.dumps({"anna": note}))
    _keep_reference(world, subject, values)
    assert refused(lambda: erase(world.app, SUBJECT, subject))


def test_a_name_as_json_spells_it_is_found(world: World) -> None:
    """``--json`` output of licet itself writes ASCII."""
    identity = Identity("Željko Jašković", "z@example.org", "1980-05-17")
    _, subject = world.granted("zeljko", identity=identity)
    (world.home / "notes.json").write_text(json.dumps({"who": identity.name}))
    assert refused(lambda: erase(world.app, SUBJECT, subject))


def test_a_scan_is_not_older_than_it_says(world: World) -> None:
    """The certificate dates the scan now; what was written since was never looked for."""
    identity = Identity("Margarethe Lind", "margarethe@example.org", "1980-05-17")
    _, first = world.granted("m", identity=identity)
    erase(world.app, SUBJECT, first)
    world.clock.go(days=3)
    _, second = world.granted("m", identity=identity)
    (world.home / "notes.txt").write_text("Margarethe Lind, margarethe@example.org")
    assert refused(lambda: erase(world.app, SUBJECT, second))


def _keep_reference(world: World, subject: str, values: bytes) -> None:
    from licet.effects.record import record_machine
    from licet.terms.gallery import TemplateKind
    from licet.terms.ids import SubjectId, TemplateId, new_id
    from licet.terms.ledger import EntryKind
    from licet.terms.payload import ReferencePayload, to_bytes
    from licet.terms.stored import StoredTemplate
    from licet.vault.seal import seal
    from tests.fakes.vision import MODEL

    made = TemplateId(new_id())
    with world.app.store.unit() as unit:
        (grant,) = unit.grants.of_subject(SubjectId(subject))
        key = world.app.keyring.get(grant_key(grant.id))
        sealed = seal(key, to_bytes(ReferencePayload(values, 3)), f"template:{made}")
        leaf = record_machine(unit, EntryKind.ENROLLED, (("grant", grant.id),))
        kind = TemplateKind.REFERENCE
        unit.templates.add(StoredTemplate(made, grant.id, kind, MODEL, sealed, None, leaf))
