"""A stranger checks a package offline, and every change in it is found."""

import json
from dataclasses import replace
from io import BytesIO

import pytest

from licet.collect import collect
from licet.effects.packing import build_package
from licet.ledger.checkpoint import LedgerKey
from licet.ledger.package import CHECKPOINT, ENTRIES, LISTING, NODES, take_listing, write_listing
from licet.ledger.verify_package import verify_package
from licet.terms.errors import BadInput
from tests.effects.packing import Unpacked, asked, unpack
from tests.fakes.deployment import World
from tests.fakes.vision import photo


def _told(world: World) -> Unpacked:
    """Open the package of somebody who is in one photo."""
    _, subject = world.enrolled("anna")
    source = world.source(world.folder(a=photo("anna", "carl", shot=7)))
    collect(world.app, world.who("steward"), source.id)
    plan = asked(world.app, subject)
    build_package(world.app, plan)
    return unpack(world.app, plan)


BEGINS = {"told": _told}


@pytest.fixture
def told(world: World) -> Unpacked:
    """Give what is in that package."""
    assert isinstance(world.left, Unpacked)
    return world.left


def resigned(told: Unpacked, key: LedgerKey, **changed: bytes) -> dict[str, bytes]:
    """Change files and sign the list of them anew, as a dishonest operator would."""
    from hashlib import sha256

    files = {**told.files, **{name.replace("__", "/"): data for name, data in changed.items()}}
    listing = take_listing(told.files[LISTING]).listing
    packed = tuple(
        replace(one, size=len(files[one.name]), sha256=sha256(files[one.name]).hexdigest())
        for one in listing.files
    )
    return {**files, LISTING: write_listing(replace(listing, files=packed), key)}


def test_it_says_what_is_proved_and_what_is_not(world: World, told: Unpacked) -> None:
    verdict = told.verdict(world.app.ledger_key.vkey)
    assert verdict.ok
    assert verdict.kind == "package"
    said = " ".join(verdict.proved)
    assert "signed by the key you trust" in said
    assert f"are about {told.data['person']['id']}" in said
    assert "what its manifest counts" in said
    words = " ".join(verdict.rests_on_word)
    assert "never entered into the ledger" in words
    assert "nothing is kept elsewhere" in words


def test_another_key_is_not_trusted(world: World, told: Unpacked, tmp_path) -> None:
    other = LedgerKey.create(tmp_path / "key", world.app.deployment.origin)
    assert not told.verdict(other.vkey).ok
    assert "is the operator's" in " ".join(told.verdict().rests_on_word)
    with pytest.raises(BadInput):
        told.verdict("no key line")


def test_every_changed_file_is_found(told: Unpacked) -> None:
    for name, data in told.files.items():
        changed = {**told.files, name: data[:-2] + bytes([data[-2] ^ 1]) + data[-1:]}
        assert not told.verdict(files=changed).ok, name


def test_a_file_that_is_missing_or_added_is_found(told: Unpacked) -> None:
    for name in told.files:
        left = {other: data for other, data in told.files.items() if other != name}
        assert not told.verdict(files=left).ok, name
    added = told.verdict(files={**told.files, "pictures/99999.jpg": b"x"})
    assert added.problems == ("pictures/99999.jpg is not on the signed list",)


def test_a_manifest_that_counts_something_else_is_found(world: World, told: Unpacked) -> None:
    """Signed anew by the operator, and still found."""
    for store in ("grant", "suggestion", "leaf"):
        data = told.data
        row = next(row for row in data["manifest"] if row["store"] == store)
        row["count"] += 1
        files = resigned(told, world.app.ledger_key, **{"package.json": json.dumps(data).encode()})
        verdict = told.verdict(files=files)
        assert verdict.problems == (
            f"the manifest counts something else than the package holds: {store}",
        )


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"manifest": [{}]}', b'{"manifest": 3}'])
def test_data_in_another_form_are_found(world: World, told: Unpacked, data: bytes) -> None:
    files = resigned(told, world.app.ledger_key, **{"package.json": data})
    assert told.verdict(files=files).problems == ("package.json is not in the form of its schema",)


def test_an_entry_that_is_not_in_the_ledger_is_found(world: World, told: Unpacked) -> None:
    """Made up, moved, or about somebody else: signed anew by the operator, and still found."""
    lines = told.files[ENTRIES].splitlines(keepends=True)
    opened = next(at for at, one in enumerate(lines) if json.loads(one)["opening"])
    entry = json.loads(lines[opened])
    moved = {**entry, "index": entry["index"] + 1}
    far = {**entry, "index": 10**6}
    foreign = {**entry, "opening": {**entry["opening"], "nonce": "A" * 22 + "=="}}
    for other in (moved, far, foreign):
        line = json.dumps(other, sort_keys=True, separators=(",", ":")).encode() + b"\n"
        changed = b"".join([*lines[:opened], line, *lines[opened + 1 :]])
        files = resigned(told, world.app.ledger_key, **{ENTRIES: changed})
        assert not told.verdict(files=files).ok
    without = resigned(told, world.app.ledger_key, **{NODES: b""})
    assert not told.verdict(files=without).ok


def test_a_checkpoint_of_another_key_is_found(world: World, told: Unpacked, tmp_path) -> None:
    other = LedgerKey.create(tmp_path / "key", world.app.deployment.origin)
    checkpoint = world.app.tiles.latest()
    from licet.ledger.checkpoint import sign

    forged = sign(checkpoint.origin, checkpoint.size, checkpoint.root, other).note.encode()
    files = resigned(told, world.app.ledger_key, **{CHECKPOINT: forged})
    assert told.verdict(files=files).problems == (
        "the checkpoint is not signed by the key that signed the list",
    )


def test_a_list_that_is_no_list_is_found(told: Unpacked) -> None:
    for listing in (b"{}", b"", told.files[LISTING].replace(b'"package.json"', b'"../x"')):
        assert not told.verdict(files={**told.files, LISTING: listing}).ok
    nothing = verify_package((), lambda _name: BytesIO())
    assert nothing.problems == (
        "there is no files.json in it: give the first volume, or all of them",
    )
