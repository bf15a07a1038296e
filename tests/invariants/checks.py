"""The invariants of DESIGN section 4, each held against raw rows, bytes and the model."""

import hashlib
import json
from base64 import b64decode
from pathlib import Path

from licet.effects.shelf import fresh_gallery
from licet.terms.errors import Corrupt
from licet.terms.face import Score, Template
from licet.terms.gallery import Scope, TemplateKind
from licet.terms.ids import KeyId, ModelId, OrganisationId, PurposeId
from licet.vault.seal import open_sealed
from tests.fakes.vision import MODEL, features, template
from tests.invariants.house import House
from tests.invariants.known import GONE, Known, Sealed
from tests.invariants.raw import (
    Leaf,
    Picture,
    Row,
    files_below,
    keys_in,
    leaves,
    places_of,
)
from tests.permits import permit

LOWEST = Score(-(2**62))
"""A threshold that every row reaches."""

SUGGESTED = {"face", "item", "source", "score"}
"""All that a suggestion may hold: a pointer and a score."""


def kept(picture: Picture) -> None:
    """1. Every template and suggestion hangs on a grant that is kept."""
    for table in ("template", "suggestion"):
        for row in picture[table]:
            grant = picture.grants.get(row["grant"])
            assert grant is not None, f"a {table} without a grant"
            assert grant["state"] != "ended", f"a {table} of an ended grant"
            assert grant["kept"], f"a {table} whose grant is not kept"
    for row in picture["confirmation"]:
        state = picture.grants[row["grant"]]["state"]
        assert state in ("pending", "restricted", "ending"), (
            f"an open code of a grant that is {state}"
        )


def findable(house: House, known: Known, picture: Picture, fresh: bool = False) -> None:
    """1, 7. Who is live is found, nobody else is, in every process that is open."""
    live = known.live(picture, house.now)
    holds = {row["grant"] for row in picture["template"]}
    probe = template(features("anybody", 0.0, ""))
    apps = [house.app, house.other, *([house.world.reopen()] if fresh else [])]
    for app in apps:
        gallery = fresh_gallery(app)
        for organisation in house.organisations.values():
            for purpose in {row["purpose"] for row in picture["grant"]}:
                found = _found(gallery, organisation, purpose, house, probe)
                expected = {
                    grant
                    for grant in live & holds
                    if picture.grants[grant]["organisation"] == organisation
                    and picture.grants[grant]["purpose"] == purpose
                }
                assert found == expected, f"found {len(found)}, live are {len(expected)}"
    for app in apps[2:]:
        app.close()


def _found(
    gallery: object, organisation: str, purpose: str, house: House, probe: Template
) -> set[str]:
    now = house.clock()
    scope = Scope(
        at=now,
        organisation=OrganisationId(organisation),
        purposes=frozenset({PurposeId(purpose)}),
        kinds=frozenset(TemplateKind),
        model=ModelId(MODEL),
    )
    (rows,) = gallery.candidates(permit(scope, now), [probe], LOWEST, 10_000)  # type: ignore[attr-defined]
    return {row.grant for row in rows}


def acted(known: Known, picture: Picture) -> None:
    """4. An active consent grant stands on an act of the person and on a witnessed photo."""
    references = {row["grant"] for row in picture["template"] if row["kind"] == "reference"}
    for grant, row in picture.grants.items():
        if row["state"] == "active" and row["organisation"] is not None:
            assert grant in known.acted, "a grant is active and nobody confirmed it"
            assert row["confirmed_at"] is not None
            assert row["confirmed_by"] == "code"
            assert row["notice_delivered_at"] is not None
        if row["organisation"] is None:
            # A photo with a request: it is nobody's reference, and in no search's scope.
            continue
        if grant in references:
            assert row["captured"], "a reference without a witnessed photo"
            assert grant in known.acted, "a reference of somebody who did not act"


def payloads(house: House, known: Known, picture: Picture) -> None:
    """1, 12. What is sealed is only what may be kept; its features are remembered."""
    for table in ("template", "suggestion"):
        for row in picture[table]:
            if row["id"] in known.sealed:
                continue
            subject = picture.grants[row["grant"]]["subject"]
            known.sealed[row["id"]] = Sealed(subject, f"{table}:{row['id']}", row["sealed"])
            if house.app.keyring.absent({KeyId(f"grant:{row['grant']}")}):
                continue
            key = house.app.keyring.get(KeyId(f"grant:{row['grant']}"))
            said = json.loads(open_sealed(key, row["sealed"], f"{table}:{row['id']}"))
            if table == "suggestion":
                assert set(said) == SUGGESTED, f"a suggestion keeps {sorted(said)}"
            else:
                known.values.setdefault(subject, set()).add(b64decode(said["values"]))


def erased(house: House, known: Known, picture: Picture, swept: bool = False) -> None:
    """6. Of an erased person no key is left in either replica, and no row says anything.

    A grant that a restore lost has no row by which an erasure could find its key; the key
    goes when keys without rows are ``swept``, a week later.
    """
    gone = known.erased
    if not gone:
        return
    keys = [keys_in(path) for path in replicas(house)]
    for subject in gone:
        row = picture.subjects.get(subject)
        if row is not None and row["state"] == "erased":
            assert not row["sealed_identity"], "an erased person has an identity"
            assert not row["contact_tag"], "an erased person has a contact"
        ids = [f"subject:{subject}"]
        ids += [
            f"grant:{grant.id}"
            for grant in known.of_subject(subject)
            if swept or grant.may != {GONE}
        ]
        left = [key for key in ids for replica in keys if key in replica]
        assert not left, f"an erased person has {len(left)} keys"
        states = {g["state"] for g in picture["grant"] if g["subject"] == subject}
        assert states <= {"ended"}, f"an erased person's grants are {sorted(states)}"


def keyed(house: House, picture: Picture, swept: bool = False) -> None:
    """14. A key is durable in both replicas before the first row that needs it.

    After an older backup was restored, keys of cases and sources that it does not have may
    be ``swept``; a newer one that is restored later then has them without a key.
    """
    needed = {f"subject:{s}" for s, row in picture.subjects.items() if row["state"] == "known"}
    active = ("pending", "active", "restricted")
    needed |= {f"grant:{g}" for g, row in picture.grants.items() if row["state"] in active}
    if not swept:
        needed |= {f"case:{row['id']}" for row in picture["case"]}
        there = [
            row["id"] for row in picture["source"] if row["state"] in ("declared", "authorised")
        ]
        needed |= {f"source:{source}" for source in there}
    for path in replicas(house):
        missing = {key.partition(":")[0] for key in needed - keys_in(path)}
        assert not missing, f"rows without their key: {sorted(missing)}"


def shredded(house: House, picture: Picture) -> None:
    """1, 6. An ended grant has no key: *ended* is a promise kept, not begun."""
    ended = {f"grant:{g}" for g, row in picture.grants.items() if row["state"] == "ended"}
    for path in replicas(house):
        left = ended & keys_in(path)
        assert not left, f"{len(left)} ended grants have a key"


def in_clear(house: House, known: Known, picture: Picture) -> None:
    """6. Nobody's features, name or contact lie in clear in any file or row."""
    needles = {value for values in known.values.values() for value in values}
    said = {name.encode() for name in known.names.values() if name}
    said |= {name + b"@example.org" for name in set(said)} | known.said
    found = places_of(needles | said, files_below(*house.data_folders))
    assert not found, f"something lies in clear in {found[0]}"
    cells = b"\n".join(picture.cells())
    for needle in needles | said:
        assert needle not in cells, "a row holds something in clear"


def unreadable(house: House, known: Known) -> None:
    """6. What was sealed of an erased person opens under no key that is left."""
    blobs = [sealed for sealed in known.sealed.values() if sealed.subject in known.erased]
    if not blobs:
        return
    keys = house.app.keyring.get_many(house.app.keyring.ids()).values()
    for blob in blobs:
        assert not any(_opens(key, blob.data, blob.where) for key in keys)


def _opens(key: bytes, sealed: bytes, where: str) -> bool:
    try:
        open_sealed(key, sealed, where)
    except Corrupt:
        return False
    return True


def candidates(house: House, known: Known, picture: Picture) -> None:
    """6. No candidate list names an erased person, opened or not."""
    cases = {row["id"]: row["case"] for row in picture["search"]}
    for row in picture["candidate"]:
        if not row["sealed"]:
            # Taken off the list: what is left says to the person alone that it was there.
            continue
        key = house.app.keyring.get(KeyId(f"case:{cases[row['search']]}"))
        said = json.loads(open_sealed(key, row["sealed"], f"candidate:{row['id']}"))
        assert said["subject"] not in known.erased, "a candidate list names an erased person"


def probes(picture: Picture) -> None:
    """12. A search without candidates, or one that is over, keeps no probe."""
    listed = {row["search"] for row in picture["candidate"] if row["sealed"]}
    for row in picture["search"]:
        if row["id"] not in listed or row["state"] in ("none", "closed"):
            assert row["sealed_probe"] is None, "a search without candidates keeps a probe"


def finished(picture: Picture, now: int = 0) -> None:
    """14. No plan is open, no grant is on its way out, nobody is half erased.

    But for what a legal hold keeps, and what a person must be handed before.
    """
    kept = held_grants(picture, now)
    late = {row["subject"] for row in picture["request"] if waiting(row)}
    late |= {picture.grants[grant]["subject"] for grant in kept if grant in picture.grants}
    open_ = [
        row["kind"]
        for row in picture["plan"]
        if row["state"] != "done" and row["subject"] not in late and not _waits(row, picture, late)
    ]
    assert not open_, f"open plans: {open_}"
    ending = [
        g
        for g, row in picture.grants.items()
        if row["state"] == "ending" and row["subject"] not in late
    ]
    assert not ending, f"{len(ending)} grants are still ending"
    half = [s for s, row in picture.subjects.items() if row["state"] == "erasing"]
    assert set(half) <= late, f"{len(set(half) - late)} people are half erased"


def _waits(plan: Row, picture: Picture, late: set[str]) -> bool:
    """Whether a part of an order waits for one of its people, or its letters for the proof."""
    if plan["kind"] != "order":
        return False
    named = {
        picture.grants[g]["subject"] for g in json.loads(plan["grants"]) if g in picture.grants
    }
    return plan["cause"] == "letters" or bool(named & late)


def held_grants(picture: Picture, now: int) -> set[str]:
    """The grants that a legal hold keeps now."""
    return {
        grant
        for row in picture["hold"]
        if row["lifted_at"] is None and now < row["until"]
        for grant in json.loads(row["grants"])
    }


def waiting(request: Row) -> bool:
    """Whether an answer must be given before anything of the person goes."""
    return request["closed_at"] is None and request["channel_proved_at"] is not None


def promised(known: Known, picture: Picture) -> None:
    """14. Whoever asked to be erased is erased, also across a restore."""
    for subject in known.erasing:
        row = picture.subjects.get(subject)
        assert row is None or row["state"] in ("erasing", "erased"), "an erasure was forgotten"
    for source in known.ceased:
        rows = [row for row in picture["source"] if row["id"] == source]
        gone = ("ceased", "purged")
        assert all(row["state"] in gone for row in rows), "a ceased source came back"
    blocks = {row["id"]: row for row in picture["block"]}
    for name, block in known.blocks.items():
        if block.holds:
            assert name in blocks, "a block vanished"
            assert blocks[name]["lifted_at"] is None, "a block was lifted by nobody"


def ledger(known: Known, picture: Picture, since: int, addresses: set[str]) -> list[Leaf]:
    """11. Leaves follow one another without a gap and name nobody; returns the new ones."""
    rows = picture["leaf"]
    assert len(rows) == picture.size
    new = rows[since:]
    for place, row in enumerate(new, start=since):
        assert row["index"] == place
        assert hashlib.sha256(b"\x00" + row["data"]).digest() == row["hash"]
    read = leaves(new)
    direct = {name.encode() for name in known.names.values() if name}
    direct |= {address.encode() for address in addresses}
    direct |= {subject.encode() for subject in picture.subjects}
    for leaf in read:
        for needle in direct:
            assert needle not in leaf.data, f"a leaf of {leaf.kind} names somebody"
    return read


def replicas(house: House) -> tuple[Path, ...]:
    """Both files of the keyring."""
    settings = house.app.settings
    return (settings.place(settings.keyring), settings.place(settings.keyring_replica))
