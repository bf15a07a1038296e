"""6. Erased: no key, nothing readable, nobody found, in no process and no backup."""

import base64
import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from licet.effects.receipts import Receipted
from licet.ledger.verify import verify_file
from licet.recovery import back_up, restore
from licet.rights.erase import erase
from licet.terms.acting import SUBJECT
from licet.terms.errors import Corrupt
from licet.terms.ids import SubjectId
from tests.fakes.deployment import CLEARANCE
from tests.invariants import checks
from tests.invariants.daily import daily
from tests.invariants.known import OVER
from tests.invariants.raw import files_below, places_of
from tests.invariants.scenes import ANNA, BELA, Scene

STOPS = (
    "erase.committed",
    "effect.delete_rows.start",
    "effect.shred_keys.start",
    "effect.shred_keys.done",
    "effect.check_unfindable.start",
    "effect.scan_bytes.start",
    "effect.forget_plan.done",
)
FIRST, ROWS, KEYS, SHRED, FOUND, SCAN, LAST = STOPS
CARLA = "carla-moretti"
AGES = [
    (age, copied) for age in ("before enrolment", "after", "during") for copied in (True, False)
]
MIDDLES = [(stop, copied) for stop in STOPS for copied in (True, False)]


@pytest.fixture
def scene(with_both: Scene) -> Scene:
    """A house in which two people are enrolled already."""
    return with_both


def held(scene: Scene) -> None:
    """Hold everything that must hold of erased people."""
    known, picture = scene.acts.known, scene.settle()
    checks.erased(scene.house, known, picture)
    checks.shredded(scene.house, picture)
    checks.candidates(scene.house, known, picture)
    checks.probes(picture)
    checks.promised(known, picture)
    checks.findable(scene.house, known, picture, fresh=True)
    checks.unreadable(scene.house, known)
    checks.in_clear(scene.house, known, picture)


def test_of_an_erased_person_nothing_is_left(scene: Scene) -> None:
    anna, subject = scene.enrolled(ANNA)
    bela, _ = scene.enrolled(BELA)
    scene.source("regatta", ANNA, BELA)
    scene.acts.collect("regatta", "archive")
    scene.settle()
    assert scene.found(ANNA) == {anna}
    scene.acts.erase(subject)
    held(scene)
    picture = scene.picture
    checks.finished(picture)
    assert picture.subjects[subject]["state"] == "erased"
    assert {row["grant"] for row in picture["template"]} == {bela}
    assert scene.found(ANNA) == set()
    assert scene.found(BELA) == {bela}


def test_sealed_bytes_are_gone_from_the_database_file(scene: Scene) -> None:
    """On SQLite; a server may keep them, unreadable, and the certificate says so."""
    _, subject = scene.enrolled(ANNA)
    scene.source("regatta", ANNA)
    scene.acts.collect("regatta", "archive")
    scene.settle()
    blobs = [blob.data for blob in scene.acts.known.sealed.values() if blob.subject == subject]
    assert len(blobs) >= 2
    scene.acts.erase(subject)
    file = scene.house.database.file
    if file is None:
        cells = b"\n".join(scene.picture.cells())
        assert not any(blob in cells for blob in blobs)
        return
    data = b"".join(path.read_bytes() for path in files_below(file.parent))
    assert not any(blob in data for blob in blobs)


def test_a_copy_of_the_keyring_from_before_opens_nothing(scene: Scene) -> None:
    """The epoch turned: what wrapped the shredded keys is destroyed, copies or no copies."""
    anna, subject = scene.enrolled(ANNA)
    settings = scene.house.app.settings
    copy = scene.house.root / "keyring-copy.db"
    shutil.copyfile(settings.place(settings.keyring), copy)
    scene.acts.erase(subject)
    with contextlib.closing(sqlite3.connect(str(copy))) as old:
        wrapped = dict(old.execute("SELECT id, wrapped FROM key"))
    service = scene.house.app.service
    for name in (f"subject:{subject}", f"grant:{anna}"):
        for epoch in service.epochs():
            with pytest.raises(Corrupt):
                service.unwrap(epoch, [wrapped[name]])


def test_the_check_for_clear_bytes_can_fail(scene: Scene) -> None:
    """The suite's own scan finds features in any spelling, so its silence means something."""
    scene.enrolled(ANNA)
    value = next(iter(next(iter(scene.acts.known.values.values()))))
    leak = scene.house.home / "leak"
    for spelled in (value, b'{"values":"' + base64.b64encode(value) + b'"}', value.hex().encode()):
        leak.write_bytes(b"some bytes before" + spelled + b"and after")
        assert places_of([value], [leak])
    leak.unlink()


@pytest.mark.parametrize(
    ("age", "copied"), daily(AGES, sqlite=AGES[1:3] + AGES[5:], postgresql=AGES[3:5])
)
def test_no_backup_brings_an_erased_person_back(scene: Scene, age: str, copied: bool) -> None:
    """Whatever its age: before the person was enrolled, after, or while they were erased."""
    bela, _ = scene.enrolled(BELA)
    who, places = (CARLA if age == "before enrolment" else ANNA), []
    if who == CARLA:
        grant, subject = scene.granted(CARLA)
        places.append(_kept(scene, copied))
        scene.acts.enrol(grant, CARLA, "good")
    else:
        grant, subject = scene.enrolled(ANNA)
    scene.source("regatta", who, BELA)
    scene.acts.collect("regatta", "archive")
    scene.settle()
    assert scene.found(who) == {grant}
    places += [_kept(scene, copied)] if age == "after" else []
    if age == "during":
        stop = "effect.check_unfindable.start"
        scene.cut(stop, lambda: erase(scene.house.app, SUBJECT, SubjectId(subject)))
        places.append(_kept(scene, copied))
        scene.worker()
    else:
        scene.acts.erase(subject)
    scene.acts.known.erasing.add(subject)
    for known in scene.acts.known.of_subject(subject):
        scene.acts.known.must(known.id, "ending", "ended")
    held(scene)
    _bring_back(scene, places[0])
    assert scene.found(who) == set()
    assert scene.found(BELA) == {bela}
    for known in scene.acts.known.grants.values():
        known.may |= {"gone", "ended"}
    held(scene)
    scene.worker()
    checks.finished(scene.picture)
    held(scene)


@pytest.mark.parametrize("stop", daily(STOPS, sqlite=(FIRST, SHRED, LAST), postgresql=[SHRED]))
def test_an_erasure_that_was_begun_is_finished_after_a_restore(scene: Scene, stop: str) -> None:
    """The person was promised it: a backup made before it takes the erasure up again."""
    anna, subject = scene.enrolled(ANNA)
    place = _kept(scene, True)
    scene.cut(stop, lambda: erase(scene.house.app, SUBJECT, SubjectId(subject)))
    scene.house.app.publish()
    _bring_back(scene, place)
    assert scene.found(ANNA) == set()
    scene.worker()
    picture = scene.picture
    checks.finished(picture)
    assert picture.subjects[subject]["state"] == "erased"
    assert picture.grants[anna]["state"] == "ended"


@pytest.mark.parametrize(
    ("stop", "copied"),
    daily(
        MIDDLES,
        sqlite=[(FIRST, True), (ROWS, False), (SHRED, True), (SCAN, False), (LAST, True)],
        postgresql=[(SHRED, False)],
    ),
)
def test_a_backup_from_the_middle_of_an_erasure_goes_on(
    scene: Scene, stop: str, copied: bool
) -> None:
    """Restored before the erasure went on: whatever step it stands at, it is finished."""
    _, subject = scene.enrolled(ANNA)
    scene.cut(stop, lambda: erase(scene.house.app, SUBJECT, SubjectId(subject)))
    place = _kept(scene, copied)
    scene.acts.ask(BELA, "archive", CLEARANCE, None, None)
    _bring_back(scene, place)
    for known in scene.acts.known.of_subject(subject):
        scene.acts.known.may(known.id, *OVER)
    scene.worker()
    checks.finished(scene.picture)
    held(scene)
    assert scene.picture.subjects[subject]["state"] == "erased"


def test_an_erasure_without_grants_is_finished_after_a_restore(scene: Scene) -> None:
    """All grants had ended before: the entry must still lead to the person."""
    anna, subject = scene.enrolled(ANNA)
    place = _kept(scene, True)
    scene.acts.withdraw(anna)
    scene.cut("erase.committed", lambda: erase(scene.house.app, SUBJECT, SubjectId(subject)))
    scene.house.app.publish()
    _bring_back(scene, place)
    scene.worker()
    picture = scene.picture
    assert picture.subjects[subject]["state"] == "erased"


def _kept(scene: Scene, copied: bool) -> str | Path:
    if copied:
        return scene.house.copy_store()
    place = scene.house.root / "backup.licet"
    back_up(scene.house.app, place)
    return place


def _bring_back(scene: Scene, place: str | Path) -> None:
    if isinstance(place, str):
        scene.house.put_store(place)
        assert scene.house.refuses_to_open()
        restore(scene.settings(), None, scene.house.clock)
    else:
        scene.house.empty_store()
        restore(scene.settings(), place, scene.house.clock)
    scene.house.serve()


@pytest.mark.parametrize("stop", daily(STOPS[:4], sqlite=(FIRST, SHRED), postgresql=[KEYS]))
def test_taking_a_grant_back_in_the_middle_spoils_no_erasure(scene: Scene, stop: str) -> None:
    """The erasure's own steps are carried out, none of them as a withdrawal would."""
    anna, subject = scene.enrolled(ANNA)
    scene.cut(stop, lambda: erase(scene.house.app, SUBJECT, SubjectId(subject)))
    for known in scene.acts.known.of_subject(subject):
        scene.acts.known.may(known.id, *OVER)
    scene.settle()
    epoch = scene.house.app.keyring.epoch()
    scene.house.clock.go(minutes=3)
    taken = scene.acts.withdraw(anna)
    if isinstance(taken, Receipted):
        # Its own entry stands behind the receipt, not the erasure's.
        verdict = verify_file(taken.receipt, scene.house.app.ledger_key.vkey)
        assert verdict.ok, verdict
    scene.worker()
    picture = scene.picture
    checks.finished(picture)
    assert picture.subjects[subject]["state"] == "erased"
    assert scene.house.app.keyring.epoch() != epoch
    assert sum(b'"certificate.issued"' in row["data"] for row in picture["leaf"]) == 2


@pytest.mark.parametrize("stop", daily(STOPS, sqlite=(FIRST, SHRED, LAST), postgresql=[ROWS]))
def test_asking_twice_to_be_erased_ends_well(scene: Scene, stop: str) -> None:
    """Again while the first time was cut short: both end, whoever carries them on."""
    _, subject = scene.enrolled(ANNA)
    scene.cut(stop, lambda: erase(scene.house.app, SUBJECT, SubjectId(subject)))
    for known in scene.acts.known.of_subject(subject):
        scene.acts.known.may(known.id, *OVER)
    scene.settle()
    scene.acts.erase(subject)
    scene.worker()
    picture = scene.picture
    checks.finished(picture)
    # One erasure: a second plan would look for nobody and certify that it found nobody.
    assert [row["kind"] for row in picture["plan"]] == ["erase"]
    assert sum(b'"certificate.issued"' in row["data"] for row in picture["leaf"]) == 2
