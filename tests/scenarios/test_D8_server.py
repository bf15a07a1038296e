"""D8 on a real PostgreSQL server: a dump and a base backup bring nobody back.

Both hold every row as it was, and the whole of the older database runs again beside
today's keyring. licet refuses to serve it; put in order by ``licet restore``, it finds
nobody; and whoever has the rows, all keys of today and the code that opens rows, opens
nothing that is about the person.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from licet.collect import collect
from licet.effects.certifying import certificate
from licet.effects.sealed import grant_key, subject_key
from licet.ledger.verify import verify_file
from licet.recovery import restore
from licet.rights.erase import erase
from licet.search import search
from licet.terms.acting import SUBJECT
from licet.terms.collecting import Collected
from licet.terms.errors import Corrupt, Quarantine
from licet.terms.ids import CaseId, GrantId, SearchId, SubjectId
from licet.terms.search import SearchResult, SearchState
from licet.vault.seal import open_sealed
from tests.databases import Cluster, as_account, new_folder, programs, serve_data
from tests.fakes.deployment import CLEARANCE, World, new_world, settings_of
from tests.fakes.vision import features, photo, template

SEALED = (
    ("template", "sealed", "template:{id}"),
    ("suggestion", "sealed", "suggestion:{id}"),
    ("subject", "sealed_identity", "subject:{id}"),
    ("search", "sealed_probe", "search:{id}"),
    ("plan", "sealed", "plan:{id}"),
    ("request", "sealed", "request:{id}"),
)
"""Every column that may hold something about a person, and where its bytes say they belong.

A candidate's line is left out: it is the case's, and holds numbers of rows that are gone.
"""


@dataclass
class Archive:
    """A deployment on a server, with a person who will be erased and one who stays."""

    world: World
    grant: GrantId
    subject: SubjectId
    case: CaseId
    searched: SearchId
    needles: tuple[bytes, ...]


@pytest.fixture
def archive(tmp_path: Path, cluster: Cluster) -> Iterator[Archive]:
    """Give an archive in which Anna was enrolled, seen and searched, and Bea too."""
    url = cluster.new_database()
    world = new_world(tmp_path / "home", url)
    anna, subject = world.enrolled("anna")
    world.enrolled("bea")
    source = world.source(world.folder(a=photo("anna"), b=photo("anna", "bea")))
    assert isinstance(collect(world.app, world.who("steward"), source.id), Collected)
    probe = photo("anna", shot=9)
    case = world.case(probe)
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult)
    assert len(found.candidates) == 1
    needles = (b"anna@example.org", template(features("anna", 0.0, "0")).values)
    yield Archive(world, anna, subject, case, found.id, needles)
    world.app.close()
    cluster.drop(url)


def _erase(archive: Archive) -> None:
    world = archive.world
    plan = erase(world.app, SUBJECT, archive.subject)
    assert isinstance(plan, str), plan
    verdict = verify_file(certificate(world.app, plan), world.app.ledger_key.vkey)
    assert verdict.ok, verdict.problems


def _nobody_comes_back(archive: Archive, url: str) -> None:
    """Run the older database beside today's keyring, first by hand, then put in order."""
    world = archive.world
    opened = _opened(world, url)
    assert len(opened) == 3, "the keys of today open Bea's two templates and her identity"
    assert archive.grant not in str(opened)
    world.app.close()
    world.url = url
    with pytest.raises(Quarantine):
        world.reopen()
    restored = restore(settings_of(world.home, url), None, world.clock)
    assert dict(restored.deleted)["template"] == 3
    world.app = world.reopen()
    with world.app.store.read() as reader:
        kept = reader.searches.get(archive.searched)
        assert reader.templates.of_grant(archive.grant) == ()
        assert kept is not None
        assert (kept.state, kept.sealed_probe) == (SearchState.CLOSED, None)
    again = search(
        world.app, world.who("investigator"), archive.case, CLEARANCE, photo("anna", shot=9)
    )
    assert isinstance(again, SearchResult), again
    assert again.candidates == ()
    assert again.in_scope == 1, "Bea is there as before"


def _opened(world: World, url: str) -> list[tuple[str, bytes]]:
    """Open what today's keys open of a database, row by row, with every key there is."""
    left = list(world.app.keyring.get_many(world.app.keyring.ids()).values())
    assert world.app.keyring.absent({grant_key(GrantId("x"))}), "absent keys are seen as such"
    found = []
    address = make_url(url)
    with psycopg.connect(
        host=str(address.query["host"]), dbname=address.database, user="postgres"
    ) as connection:
        for table, column, where in SEALED:
            rows = connection.execute(f'SELECT id, "{column}" FROM "{table}"').fetchall()
            for name, sealed in rows:
                place = where.format(id=name)
                found.extend((place, o) for key in left if (o := _open(key, sealed, place)))
    return found


def _open(key: bytes, sealed: bytes | None, place: str) -> bytes:
    try:
        return open_sealed(key, sealed, place) if sealed else b""
    except Corrupt:
        return b""


def test_a_dump_of_before_brings_nobody_back(
    archive: Archive, cluster: Cluster, tmp_path: Path
) -> None:
    """``pg_dump`` in custom format, loaded into another database with ``pg_restore``."""
    bin_ = programs()
    assert bin_ is not None
    place = new_folder()
    file = place / "monday.dump"
    name = str(make_url(archive.world.url).database)
    reach = ["-h", str(cluster.folder), "-U", "postgres"]
    as_account([str(bin_ / "pg_dump"), *reach, "-Fc", "-f", str(file), name], place)
    _erase(archive)
    cluster.run("CREATE DATABASE monday TEMPLATE template0")
    as_account([str(bin_ / "pg_restore"), *reach, "-d", "monday", str(file)], place)
    dumped = file.read_bytes()
    assert not [needle for needle in archive.needles if needle in dumped]
    try:
        _nobody_comes_back(archive, cluster.url("monday"))
    finally:
        archive.world.app.close()
        cluster.run("DROP DATABASE monday WITH (FORCE)")
        shutil.rmtree(place)


def test_a_base_backup_of_before_brings_nobody_back(archive: Archive, cluster: Cluster) -> None:
    """``pg_basebackup``: the whole server, its log too, started again elsewhere."""
    bin_ = programs()
    assert bin_ is not None
    place = new_folder()
    copy = [str(bin_ / "pg_basebackup"), "-h", str(cluster.folder), "-U", "postgres"]
    as_account([*copy, "-D", str(place / "data"), "-X", "stream", "-c", "fast"], place)
    _erase(archive)
    for file in place.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert not [needle for needle in archive.needles if needle in data], file
    elsewhere = serve_data(bin_, place)
    try:
        name = str(make_url(archive.world.url).database)
        _nobody_comes_back(archive, elsewhere.url(name))
    finally:
        archive.world.app.close()
        elsewhere.stop()


def test_the_servers_own_files_hold_no_key_and_no_person_in_clear(
    archive: Archive, cluster: Cluster
) -> None:
    """Heap and write-ahead log may hold her sealed rows for long: nothing opens them."""
    _erase(archive)
    cluster.run("CHECKPOINT")
    assert archive.world.app.keyring.absent(
        {grant_key(archive.grant), subject_key(archive.subject)}
    ) == {grant_key(archive.grant), subject_key(archive.subject)}
    left = archive.world.app.keyring.get_many(archive.world.app.keyring.ids()).values()
    for file in sorted((cluster.folder / "data").rglob("*")):
        if file.is_file():
            data = file.read_bytes()
            assert not [needle for needle in archive.needles if needle in data], file
            assert not [key for key in left if key in data], file
