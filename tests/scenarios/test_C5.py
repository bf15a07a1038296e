"""C5: erased means gone everywhere: rows, keys, blobs, gallery, cache, replica, backup.

Everything that a person can leave behind is made; then she is erased, and looked for in
every table, in every process, in every file byte by byte, in the keyring and its replica;
then an old backup is restored, and she is looked for again.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from licet.app import App
from licet.collect import collect
from licet.effects.certifying import certificate
from licet.effects.record import record_machine
from licet.effects.sealed import grant_key, search_key, subject_key
from licet.effects.shelf import fresh_gallery
from licet.gallery.contract import Erasure
from licet.ledger.receipt import decode
from licet.ledger.statement import ErasureStatement, PlaintextScan, SealedBytes
from licet.ledger.verify import verify_file
from licet.recovery import back_up, restore
from licet.rights.erase import erase
from licet.search import search
from licet.terms.acting import SUBJECT
from licet.terms.collecting import Collected
from licet.terms.grant import Identity
from licet.terms.ids import GrantId, KeyId, SearchId, SubjectId, SuggestionId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.search import SearchResult, SearchState
from licet.terms.stored import StoredSuggestion
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World, settings_of
from tests.fakes.vision import features, photo, template
from tests.scenarios.sealed import sealed_in

NAME, CONTACT = "Annabella Quist-Ferreira", "annabella@quist.example.org"


@dataclass
class Left:
    """What she left behind, and what she is looked for by."""

    grant: GrantId
    subject: SubjectId
    search: SearchId
    sealed: tuple[bytes, ...]

    @property
    def keys(self) -> frozenset[KeyId]:
        """The names of all keys that opened something about her."""
        return frozenset(
            {grant_key(self.grant), subject_key(self.subject), search_key(self.search)}
        )


@pytest.fixture
def left(world: World) -> Left:
    """Let her be enrolled, seen, suggested, searched and listed."""
    identity = Identity(NAME, CONTACT, "1980-05-17")
    grant, subject = world.enrolled("anna", identity=identity)
    world.enrolled("bea")
    source = world.source(world.folder(a=photo("anna"), b=photo("anna", "bea")))
    assert isinstance(collect(world.app, world.who("steward"), source.id), Collected)
    probe = photo("anna", shot=9)
    case = world.case(probe)
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult)
    with world.app.store.unit() as unit:
        leaf = record_machine(unit, EntryKind.COLLECTED)
        expires = unit.now + timedelta(days=30)
        new = SuggestionId(new_id())
        unit.suggestions.add(StoredSuggestion(new, grant, b"s" * 80, expires, leaf))
        unit.unlinked.add(grant, b"u" * 32)
    with world.app.store.read() as reader:
        templates = [one.sealed for one in reader.templates.of_grant(grant)]
        person = reader.subjects.get(subject)
        kept = reader.searches.get(found.id)
    assert person is not None
    assert kept is not None
    assert kept.sealed_probe is not None
    assert len(templates) == 3
    sealed = (*templates, person.sealed_identity, kept.sealed_probe)
    return Left(grant, subject, found.id, sealed)


def test_nothing_of_an_erased_person_is_found_anywhere(
    world: World, left: Left, tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    """And after an old backup is restored it is still so."""
    other = world.reopen()
    for app in (world.app, other):
        assert _listed(world, app) == 1
    backed = back_up(world.app, tmp_path / "monday.licet")
    plan = erase(world.app, SUBJECT, left.subject)
    assert isinstance(plan, str), plan
    assert run_once(world.app).problems == ()
    for app in (world.app, other):
        assert _listed(world, app) == 0
        assert fresh_gallery(app).erasure_status(left.grant) is Erasure.PHYSICAL
    other.close()
    _look_for(world, left)
    said = decode(certificate(world.app, plan)).statement
    assert isinstance(said, ErasureStatement)
    assert verify_file(certificate(world.app, plan), world.app.ledger_key.vkey).ok
    assert said.plaintext_scan is PlaintextScan.CLEAN
    counts = {one.store: (one.before, one.after) for one in said.counts}
    assert counts == {
        "templates": (3, 0),
        "suggestions": (1, 0),
        "unlinked": (1, 0),
        "questions": (0, 0),
        "confirmations": (0, 0),
        "candidates": (3, 0),
        "probes": (3, 0),
        "items": (1, 0),
        "copies": (0, 0),
        "requests": (0, 0),
        "request_codes": (0, 0),
        "packages": (0, 0),
        "holds": (0, 0),
    }
    on_file = world.url.startswith("sqlite")
    assert said.sealed_bytes is (SealedBytes.GONE if on_file else SealedBytes.MAY_REMAIN_UNREADABLE)
    assert [one for one in left.sealed if one in sealed_in(backed.file)], "the backup held her"
    world.app.close()
    _remove(world)
    world.url = new_database("sqlite" if on_file else "postgresql")
    restore(settings_of(world.home, world.url), backed.file, world.clock)
    world.app = world.reopen()
    assert run_once(world.app).problems == ()
    assert _listed(world, world.app) == 0
    _look_for(world, left)


def _listed(world: World, app: App) -> int:
    """Search for her in one process, in a case of its own."""
    probe = photo("anna", shot=9)
    case = world.case(probe, reference=new_id())
    found = search(app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult), found
    assert (found.state is SearchState.NONE) == (not found.candidates)
    return len(found.candidates)


def _look_for(world: World, left: Left) -> None:
    """Look in every table, in the keyring and its replica, and in every file."""
    app = world.app
    assert app.keyring.absent(left.keys) == left.keys
    for file in app.keyring.files():
        data = file.read_bytes()
        assert not [key for key in left.keys if key.encode() in data], file
    values = list(_values(world.url))
    in_clear = (
        NAME.encode(),
        CONTACT.encode(),
        json.dumps(NAME).encode(),
        template(features("anna", 0.0, "0")).values,
    )
    for value in values:
        assert not [one for one in (*left.sealed, *in_clear) if one in value]
    for file in _files(world):
        data = file.read_bytes()
        found = [one for one in (*left.sealed, *in_clear) if one in data]
        assert not found, f"{file} holds {len(found)} of her"


def _values(url: str) -> Iterator[bytes]:
    """Give every value of every row of every table as bytes."""
    engine = create_engine(url)
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                for value in row:
                    yield value if isinstance(value, bytes) else str(value).encode()
    engine.dispose()


def _files(world: World) -> list[Path]:
    """Return every file of the deployment: store, vault, replica, mirror, caches, letters too."""
    places = {world.home}
    if world.url.startswith("sqlite"):
        places.add(Path(world.url.removeprefix("sqlite:///")).parent)
    files = {file for place in places for file in place.rglob("*") if file.is_file()}
    # The backup is an old copy on purpose; the photos are the source's.
    return sorted(f for f in files if f.suffix not in {".licet", ".jpg"})


def _remove(world: World) -> None:
    if world.url.startswith("sqlite"):
        for file in Path(world.url.removeprefix("sqlite:///")).parent.glob("licet*.db*"):
            file.unlink()
