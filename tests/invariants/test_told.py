"""11. Every change has its leaf in the same transaction, and no leaf names anybody."""

import json
from typing import Any

import pytest

from licet.collect import collect
from licet.granting import withdraw
from licet.rights.erase import erase
from licet.terms.acting import SUBJECT
from licet.terms.errors import BadInput
from licet.terms.ids import SourceId, new_id
from licet.terms.ledger import Entry, EntryKind
from tests.invariants import changes, checks
from tests.invariants.house import ARCHIVE
from tests.invariants.raw import Picture, leaves
from tests.invariants.scenes import ANNA, BELA, Scene

BOOKS = {
    "plan": {"lease_until", "state"},
    "run": {"cursor", "lease_until", "state"},
    "confirmation": {"tries"},
    "deployment": {"checkpoint_size"},
}
"""What only keeps books and needs no leaf; new runs, too."""


def story(scene: Scene) -> None:
    """A history in which everything happens once."""
    app = scene.house.app
    anna, _ = scene.enrolled(ANNA)
    _, leaving = scene.enrolled(BELA)
    source = scene.source("regatta", ANNA, BELA)
    scene.acts.collect("regatta", ARCHIVE)
    scene.enrolled("carla-moretti")
    scene.found(ANNA)
    name = scene.acts.block(None, None)
    scene.acts.lift(name)
    scene.worker()
    withdraw(app, SUBJECT, anna)
    erase(app, SUBJECT, leaving)
    scene.acts.cease("regatta", ARCHIVE)
    refused = collect(app, scene.house.at(ARCHIVE).who("steward"), SourceId(source))
    assert refused


def test_no_unit_changes_rows_without_a_leaf(scene: Scene) -> None:
    """Unit by unit: before each head lock and after each commit, all rows are read."""
    units: list[tuple[Picture, Picture]] = []
    before: list[Picture] = []

    def watch(name: str) -> None:
        if name == "unit.locked":
            before[:] = [scene.picture]
        elif name == "unit.committed" and before:
            units.append((before.pop(), scene.picture))

    scene.house.boundaries.listen = watch
    story(scene)
    assert len(units) > 40
    for was, now in units:
        if _changed(was, now):
            assert now.size > was.size, f"changed without a leaf: {_changed(was, now)}"
            changes.told(was, now, leaves(now["leaf"][was.size :]))


def test_a_key_is_durable_before_the_row_that_needs_it(scene: Scene) -> None:
    """14. Looked at with every commit of a whole history."""

    def watch(name: str) -> None:
        if name == "unit.committed":
            checks.keyed(scene.house, scene.picture)

    scene.house.boundaries.listen = watch
    scene.enrolled(ANNA)
    scene.source("regatta", ANNA)
    scene.found(ANNA)


def test_two_processes_mirror_one_ledger_at_once(scene: Scene) -> None:
    """One stands in the middle of publishing while the other publishes further."""
    other = scene.house.other

    def further() -> None:
        with other.store.unit() as unit:
            unit.record(Entry(EntryKind.BACKED_UP, unit.now))
        other.publish()

    scene.meanwhile("publish.start", further)
    grant, _ = scene.enrolled(ANNA)
    latest = scene.house.app.tiles.latest()
    assert latest is not None
    assert latest.size == scene.picture.size
    assert scene.picture.grants[grant]["state"] == "active"


def test_no_leaf_names_anybody(scene: Scene) -> None:
    """No name, contact, address, file or subject id, in any spelling, in any leaf."""
    story(scene)
    picture = scene.picture
    new = checks.ledger(scene.acts.known, picture, 0, scene.acts.addresses)
    assert {leaf.kind for leaf in new} >= {"grant.asked", "collect.batch", "search.released"}
    data = b"\n".join(row["data"] for row in picture["leaf"])
    names = [ANNA, BELA, "example.org", "regatta", str(scene.house.root)]
    assert not [name for name in names if name.encode() in data]
    assert not [subject for subject in picture.subjects if subject.encode() in data]


def test_a_subject_is_committed_to_and_unlinked_by_erasing(scene: Scene) -> None:
    """The leaf holds a commitment under the person's own key, different each time."""
    anna, _ = scene.enrolled(ANNA)
    withdraw(scene.house.app, SUBJECT, anna)
    said = [json.loads(row["data"]) for row in scene.picture["leaf"]]
    commitments = [leaf["subject"]["value"] for leaf in said if "subject" in leaf]
    assert len(commitments) >= 3
    assert len(set(commitments)) == len(commitments)


@pytest.mark.parametrize("fact", ["anna@example.org", "Anna Lindqvist", "+4912345678"])
def test_what_looks_like_a_person_is_not_written(scene: Scene, fact: str) -> None:
    entry = Entry(EntryKind.BACKED_UP, scene.house.clock(), facts=(("note", fact),))
    before = scene.picture.size
    with pytest.raises(BadInput), scene.house.app.store.unit() as unit:
        unit.record(entry)
    assert scene.picture.size == before


def test_the_check_of_changes_can_fail(scene: Scene) -> None:
    """A template that came or went behind the ledger's back is seen."""
    scene.enrolled(ANNA)
    after = scene.picture
    without = Picture({**after.tables, "template": []})
    with pytest.raises(AssertionError, match="template"):
        changes.told(without, after, [])
    with pytest.raises(AssertionError, match="went untold"):
        changes.told(after, without, [])
    grant = dict(after["grant"][0], state="ended")
    ended = Picture({**after.tables, "grant": [grant]})
    with pytest.raises(AssertionError, match=r"grant\.ending"):
        changes.told(after, ended, [])


def test_leaves_follow_commits_without_a_gap(scene: Scene) -> None:
    """Two processes in turn: one ledger, in the order of the commits."""
    for n in range(6):
        app = scene.house.app if n % 2 else scene.house.other
        with app.store.unit() as unit:
            unit.record(Entry(EntryKind.BACKED_UP, unit.now, objects=(("plan", new_id()),)))
    picture = scene.picture
    assert [row["index"] for row in picture["leaf"]] == list(range(picture.size))
    checks.ledger(scene.acts.known, picture, 0, set())


def _changed(was: Picture, now: Picture) -> list[str]:
    """The tables whose rows changed in more than their books."""
    found = []
    for table in now.tables:
        if table in ("leaf", "head", "run"):
            continue
        books = BOOKS.get(table, set())
        if _rows(was, table, books) != _rows(now, table, books):
            found.append(table)
    return found


def _rows(picture: Picture, table: str, books: set[str]) -> list[dict[str, Any]]:
    rows = [{k: v for k, v in row.items() if k not in books} for row in picture[table]]
    return sorted(rows, key=repr)
