"""The invariants of people's rights, each held against raw rows, letters and the model."""

import json
from io import BytesIO

from licet.terms.errors import Corrupt
from licet.terms.ids import KeyId
from licet.vault.locked import Opened
from licet.vault.seal import open_sealed
from tests.invariants.checks import held_grants, replicas
from tests.invariants.house import House
from tests.invariants.known_rights import OPEN, PACKED, WEEK, RightsKnown, open_requests, waits
from tests.invariants.raw import Leaf, Picture, Row, keys_in

DAY = 24 * 60 * 60 * 1000
COUNTED = ("template", "suggestion", "unlinked")
"""Stores that a package must count as the rows do."""


def clocks(rights: RightsKnown, picture: Picture) -> None:
    """10. One clock for what is asked again, started by the first letter and never put back."""
    seen: dict[tuple[object, ...], str] = {}
    for row in picture["request"]:
        asked = rights.requests[row["id"]]
        if row["extended_at"] is None:
            assert row["due"] <= asked.due, "the day of an answer moved away from the person"
        assert row["letters"] >= 1
        if row["state"] in OPEN and asked.name:
            what = (row["subject"], *asked.what)
            assert what not in seen, "a letter that repeats another opened a second clock"
            seen[what] = row["id"]


def answered(picture: Picture, now: int) -> None:
    """10. What a person asked for and proved is answered in time, though nobody acted."""
    for row in open_requests(picture):
        if row["channel_proved_at"] is None or row["state"] == "identity_asked":
            continue
        assert row["kind"] not in PACKED or now < row["due"] - WEEK, (
            f"{row['kind']} is open a week before its last day"
        )
        if row["kind"] == "objection":
            assert now < row["due"] - WEEK, "an objection that nobody answered was not upheld"
        if row["kind"] in ("withdrawal", "restriction"):
            assert row["state"] == "fulfilling", f"a proved {row['kind']} was not begun"


def refused(rights: RightsKnown, picture: Picture, new: list[Leaf]) -> None:
    """10. The machine refuses nobody: every refusal is one that a human gave.

    But for what nobody proved to be theirs before an authority's order was due.
    """
    for row in picture["request"]:
        if any(one.facts.get("cause") == "order" for one in new if one.names("request", row["id"])):
            assert row["state"] in ("refused", "delivered")
            rights.refused.add(row["id"])
        if row["state"] == "refused" and rights.requests[row["id"]].name:
            assert row["id"] in rights.refused, "a request was refused by nobody"


def newcomers(house: House, picture: Picture) -> None:
    """Who was here for requests alone is forgotten with the last: template, grant, key, name."""
    left = frozenset[str]().union(*(keys_in(path) for path in replicas(house)))
    waiting = {row["subject"] for row in open_requests(picture)}
    enrolled = {row["subject"] for row in picture["grant"] if row["organisation"] is not None}
    for row in picture["request"]:
        subject = row["subject"]
        if not row["newcomer"] or subject in waiting or subject in enrolled:
            continue
        assert picture.subjects[subject]["state"] == "erased", "a newcomer is kept"
        assert f"subject:{subject}" not in left, "a newcomer's key is kept"
        for grant in picture["grant"]:
            if grant["subject"] == subject:
                assert grant["state"] == "ended", "a newcomer's grant is kept"
                assert f"grant:{grant['id']}" not in left, "a newcomer's grant has a key"


def unlinked(house: House, rights: RightsKnown, picture: Picture) -> None:
    """A face that is not a person's is kept under that grant no more, whoever looks again."""
    for table in ("template", "suggestion"):
        for row in picture[table]:
            if row["id"] not in rights.opened:
                rights.opened.add(row["id"])
                face = _face(house, table, row)
                if face is not None:
                    rights.faces[row["id"]] = face
            wrong = rights.unlinked.get(row["grant"], set())
            assert rights.faces.get(row["id"]) not in wrong, f"a wrong face is a {table} again"
    for row in picture["template"]:
        if row["id"] in rights.confirmed:
            assert row["lapses_at"] is None, "a confirmed appearance lapses"


def _face(house: House, table: str, row: dict[str, object]) -> str | None:
    said = _said(house, table, row)
    return None if said is None else str(said["face"])


def _said(house: House, table: str, row: dict[str, object]) -> Row | None:
    """What is sealed of an appearance or a suggestion; None of a reference, or without a key."""
    name = KeyId(f"grant:{row['grant']}")
    key = house.app.keyring.get_many((name,)).get(name)
    if key is None or row.get("kind") == "reference":
        return None
    try:
        said: Row = json.loads(open_sealed(key, row["sealed"], f"{table}:{row['id']}"))  # type: ignore[arg-type]
    except Corrupt:
        return None
    return said


def called(house: House, rights: RightsKnown, picture: Picture) -> None:
    """Who a person is changes by a correction alone, and no backup brings a contact back."""
    for subject, row in picture.subjects.items():
        sealed = row["sealed_identity"]
        name = KeyId(f"subject:{subject}")
        last, was = rights.identities.get(subject, (b"", ("", "")))
        if sealed and sealed == last:
            rights.called[subject] = {was}
            continue
        key = house.app.keyring.get_many((name,)).get(name)
        if key is None or not sealed:
            continue
        read = json.loads(open_sealed(key, sealed, f"subject:{subject}"))
        said = (read["name"], read["contact"])
        assert said in rights.called.setdefault(subject, {said}), "a person is called otherwise"
        rights.called[subject], rights.identities[subject] = {said}, (sealed, said)
        rights.names.setdefault(subject, set()).add(said[0])
        rights.contacts[subject] = said[1] or rights.contacts.get(subject, "")


def over(house: House, picture: Picture) -> None:
    """1. When the worker came by, nothing is kept whose day is over, but for what a hold needs."""
    now, held_ = house.now, held_grants(picture, house.now)
    left = [row["state"] for row in picture["grant"] if row["expires"] <= now and _running(row)]
    left += [
        row["kind"]
        for row in picture["template"]
        if row["lapses_at"] is not None and row["lapses_at"] <= now and row["grant"] not in held_
    ]
    left += ["suggestion" for row in picture["suggestion"] if row["expires"] <= now]
    left += ["account" for row in picture["account"] if row["destroy_at"] <= now]
    left += [
        "probe" for row in picture["search"] if row["sealed_probe"] and row["probe_until"] <= now
    ]
    assert not left, f"kept for longer than its term: {left}"
    if not held_:
        _met(house, picture)


def _running(grant: Row) -> bool:
    return grant["state"] in ("pending", "active", "restricted")


def _met(house: House, picture: Picture) -> None:
    """No item is remembered for longer than its source's term, and nothing that came from it."""
    midnight = house.now - house.now % DAY
    terms = {row["id"]: row["retention_days"] for row in picture["source"]}
    for row in picture["item"]:
        days = terms[row["source"]]
        first = midnight - DAY * ((days or 0) - 1)
        assert days is None or row["first_seen"] >= first, "an item outlived its source's term"
    there = picture.by_id("item").keys()
    for table in ("template", "suggestion"):
        for row in picture[table]:
            said = _said(house, table, row)
            assert said is None or said["item"] in there, f"a {table} outlived its item"


def years_after(picture: Picture) -> None:
    """Nobody, and nothing that they wrote, is kept for years after their last act.

    But who never gave back a code: their letter is red in the list until a human refuses it.
    """
    asking = {row["subject"] for row in open_requests(picture)}
    states = {row["state"] for row in picture["subject"] if row["id"] not in asking}
    assert states <= {"erased"}, f"years later people are {sorted(states)}"
    for table in ("template", "suggestion", "account", "confirmation", "unlinked"):
        assert not picture[table], f"years later there is a {table}"
    written = [r["kind"] for r in picture["request"] if r["sealed"] and r["state"] not in OPEN]
    assert not written, f"years later one can read what was written in {written}"
    assert not any(row["sealed_probe"] for row in picture["search"]), "years later a probe is kept"
    assert not any(row["sealed"] for row in picture["candidate"]), "years later a list is kept"


def held(house: House, before: Picture, after: Picture) -> None:
    """What a hold names is kept, key and rows, and is nobody's to find (see ``findable``)."""
    keys = frozenset.intersection(*(keys_in(path) for path in replicas(house)))
    was = {row["grant"] for row in before["template"] if row["kind"] == "reference"}
    there = {row["grant"] for row in after["template"] if row["kind"] == "reference"}
    for row in after["hold"]:
        if row["lifted_at"] is not None or house.now >= row["until"]:
            continue
        for grant in json.loads(row["grants"]):
            if grant not in after.grants or grant not in before.grants:
                continue
            state = after.grants[grant]["state"]
            assert state in ("restricted", "ending"), f"a held grant is {state}"
            assert f"grant:{grant}" in keys, "a held grant has no key"
            assert grant not in was or grant in there, "a held reference is gone"


def surfaced(house: House, rights: RightsKnown, picture: Picture) -> None:
    """Learn whom the candidate lists name, while they can be read."""
    cases = {row["id"]: row["case"] for row in picture["search"]}
    for row in picture["candidate"]:
        if row["id"] not in rights.listed and row["sealed"]:
            key = house.app.keyring.get(KeyId(f"case:{cases[row['search']]}"))
            said = json.loads(open_sealed(key, row["sealed"], f"candidate:{row['id']}"))
            rights.listed[row["id"]] = said["subject"]
    there = {row["id"] for row in picture["candidate"]}
    rights.searched = {rights.listed[name] for name in there & rights.listed.keys()}


def accounted(rights: RightsKnown, before: Picture, after: Picture, new: list[Leaf]) -> None:
    """8, 13. Before rows go, searches are told and sealed, and access was given."""
    plans = {row["id"]: row for row in after["plan"] if row["kind"] in ("erase", "order")}
    first: dict[tuple[str, str], int] = {}
    for leaf in new:
        for plan in plans:
            if leaf.names("plan", plan):
                what = str(leaf.facts.get("effect", leaf.kind))
                first.setdefault((plan, what), leaf.index)
    for (plan, what), index in first.items():
        if what != "delete_rows":
            continue
        row = plans[plan]
        people = {row["subject"]} if row["subject"] else _in_part(row, after)
        assert not any(waits(before, one) and waits(after, one) for one in people), (
            "8. rows were deleted while an access request was open"
        )
        whole = row["kind"] == "erase" or "people" in row["cause"]
        if whole and people & rights.searched:
            done = first.get((plan, "account.sealed"), -1)
            kept = any(account["plan"] == plan for account in before["account"])
            assert kept or 0 <= done < index, "13. rows went before it was sealed who searched"


def _in_part(plan: Row, picture: Picture) -> set[str]:
    """Whose grants a plan of an order names."""
    named = json.loads(plan["grants"])
    return {picture.grants[grant]["subject"] for grant in named if grant in picture.grants}


def packages(house: House, before: Picture, after: Picture) -> None:
    """9. A package that went out counts every store as the rows do, zeros included."""
    was = before.by_id("request")
    for name, row in after.by_id("request").items():
        sent = house.letters.packages.get(name)
        fresh = row["state"] == "delivered" and was.get(name, row)["state"] != "delivered"
        if not fresh or row["kind"] not in PACKED or sent is None:
            continue
        opened = Opened(BytesIO(sent), house.letters.secrets[name])
        with opened.open("package.json") as file:
            manifest = json.load(file)["manifest"]
        counts = {line["store"]: line["count"] for line in manifest}
        for table in COUNTED:
            numbers = [_of(picture, table, row["subject"]) for picture in (before, after)]
            assert table in counts, f"9. a package does not name {table}"
            assert min(numbers) <= counts[table] <= max(numbers), (
                f"9. a package counts {counts[table]} of {table}, there are {numbers}"
            )


def _of(picture: Picture, table: str, subject: str) -> int:
    grants = {g for g, row in picture.grants.items() if row["subject"] == subject}
    return sum(row["grant"] in grants for row in picture[table])


def ended(house: House, picture: Picture) -> None:
    """6, 14. A deployment that was ended holds no key and nobody, and its ledger says so."""
    for path in replicas(house):
        assert not path.exists() or not keys_in(path), "a key outlived the deployment"
    states = {row["state"] for row in picture["subject"]}
    assert states <= {"erased"}, f"people are {sorted(states)}"
    assert not picture["template"]
    assert not picture["suggestion"]
    assert not list(open_requests(picture)), "somebody's request was left unanswered"
    assert picture["deployment"][0]["closed_at"] is not None
    last = json.loads(max(picture["leaf"], key=lambda row: row["index"])["data"])
    assert last["kind"] == "deployment.closed"
