"""11. What changed between two moments, and the leaves that must say so."""

import json
from collections.abc import Callable

from tests.invariants.raw import Leaf, Picture, Row

Said = list[Leaf]

KEEPING = {
    "reference": {"grant.enrolled", "grant.asked", "request.photo_checked"},
    "appearance": {"collect.batch", "backfill.batch", "suggestion.accepted", "request.scanned"},
    "suggestion": {"collect.batch", "backfill.batch", "request.scanned"},
}
LATER = {"pending": 0, "active": 1, "restricted": 1, "ending": 2, "ended": 3}
GRANT_SAYS = {
    "active": {"grant.confirmed"},
    "ending": {"grant.ending", "subject.erasing"},
    "ended": {"grant.ended"},
}


def told(before: Picture, after: Picture, new: Said) -> None:
    """Every change of a row has the leaf that says so among the new ones."""
    by_index = {leaf.index: leaf for leaf in new}
    _grants(before, after, new)
    _kept(before, after, new, by_index)
    _simple(before, after, new)
    _rights(before, after, new)
    _subjects(before, after, new)
    _items(before, after, by_index, new)


def _grants(before: Picture, after: Picture, new: Said) -> None:
    for grant, row in after.grants.items():
        was = before.grants.get(grant)
        if was is None:
            _need(new, {"grant.asked"}, "grant", grant)
        start = LATER["pending"] if was is None else LATER[was["state"]]
        for state, place in LATER.items():
            passed = start < place <= LATER[row["state"]] and state != "restricted"
            if passed and state in GRANT_SAYS and not _skipped(state, was, row):
                _need(new, GRANT_SAYS[state], "grant", grant)
        if was is not None and was["state"] != row["state"]:
            _set_aside(was["state"], row["state"], grant, new)
        if was is not None and was["notice_delivered_at"] != row["notice_delivered_at"]:
            _need(new, {"notice.delivered"}, "grant", grant)
        if was is not None and was["captured"] != row["captured"]:
            _need(new, {"grant.enrolled"}, "grant", grant)


def _set_aside(was: str, now: str, grant: str, new: Said) -> None:
    if now == "restricted":
        _need(new, {"grant.restricted"}, "grant", grant)
    elif was == "restricted" and now in ("pending", "active"):
        _need(new, {"grant.released"}, "grant", grant)


def _skipped(state: str, was: Row | None, row: Row) -> bool:
    # A pending grant that is taken back was never active.
    return state == "active" and (row["confirmed_at"] is None or row["organisation"] is None)


def _kept(before: Picture, after: Picture, new: Said, by_index: dict[int, Leaf]) -> None:
    for table in ("template", "suggestion"):
        was, now = before.by_id(table), after.by_id(table)
        for name in now.keys() - was.keys():
            row = now[name]
            leaf = by_index.get(row["leaf"])
            kinds = KEEPING[row.get("kind", "suggestion")]
            assert leaf is not None, f"a {table} whose leaf is not a new one"
            assert leaf.kind in kinds, f"a {table} kept by {leaf.kind}"
        for name in was.keys() - now.keys():
            named = any(leaf.names(table, name) for leaf in new)
            assert named or _deleted(was[name]["grant"], after, new), f"a {table} went untold"


def _deleted(grant: str, after: Picture, new: Said) -> bool:
    plans = {row["id"] for row in after["plan"] if grant in json.loads(row["grants"])}
    return any(
        leaf.kind == "effect.done"
        and leaf.facts.get("effect") == "delete_rows"
        and any(leaf.names("plan", plan) for plan in plans)
        for leaf in new
    )


SIMPLE: tuple[tuple[str, str, str, frozenset[str]], ...] = (
    ("search", "search", "state", frozenset({"search.released", "search.reviewed"})),
    (
        "source",
        "source",
        "state",
        frozenset({"source.authorised", "source.ceased", "source.purged"}),
    ),
    ("case", "case", "state", frozenset({"case.opened", "case.closed"})),
    ("block", "block", "lifted_at", frozenset({"block.placed", "block.lifted"})),
)
REQUEST_SAYS = {
    "received": {"request.received"},
    "identity_asked": {"request.identity_asked"},
    "open": {"request.proved", "request.identity_accepted", "request.answered"},
    "fulfilling": {"request.planned"},
    "delivered": {"request.delivered"},
    "refused": {"request.refused"},
}
ALSO = {"search": frozenset({"search.closed", "effect.done"})}


def _simple(before: Picture, after: Picture, new: Said) -> None:
    for table, role, column, kinds in SIMPLE:
        was, now = before.by_id(table), after.by_id(table)
        assert was.keys() <= now.keys(), f"a {table} vanished"
        for name, row in now.items():
            if name not in was:
                _need(new, set(kinds), role, name)
            elif was[name][column] != row[column]:
                also = ALSO.get(table, frozenset())
                if not any(leaf.kind in also for leaf in new):
                    _need(new, set(kinds), role, name)


def _rights(before: Picture, after: Picture, new: Said) -> None:
    was = before.by_id("request")
    for name, row in after.by_id("request").items():
        if name not in was:
            _need(new, {"request.received"}, "request", name)
        elif was[name]["state"] != row["state"]:
            _need(new, REQUEST_SAYS[row["state"]], "request", name)
        elif was[name]["letters"] != row["letters"]:
            _need(new, {"request.joined"}, "request", name)
    for table, made, gone in (
        ("hold", "hold.placed", "hold.lifted"),
        ("account", "account.sealed", "account.destroyed"),
    ):
        earlier, later = before.by_id(table), after.by_id(table)
        for name in later.keys() - earlier.keys():
            _need(new, {made}, table, name)
        for name in earlier.keys() - later.keys():
            # A hold that was lifted goes with everything else of the person.
            erased = _going(earlier[name].get("subject"), after)
            if not (erased and earlier[name].get("lifted_at") is not None):
                _need(new, {gone}, table, name)
    lifted = {n: row["lifted_at"] for n, row in before.by_id("hold").items()}
    for name, row in after.by_id("hold").items():
        if name in lifted and lifted[name] != row["lifted_at"]:
            _need(new, {"hold.lifted"}, "hold", name)


def _going(subject: str | None, after: Picture) -> bool:
    row = after.subjects.get(subject or "")
    return row is not None and row["state"] in ("erasing", "erased")


def _subjects(before: Picture, after: Picture, new: Said) -> None:
    for subject, row in after.subjects.items():
        was = before.subjects.get(subject)
        if was is None:
            asked = ("grant.asked", "request.received")
            assert any(leaf.kind in asked for leaf in new), "a person came untold"
        elif was["state"] != row["state"]:
            wanted: Callable[[Leaf], bool] = _erasing if row["state"] == "erasing" else _emptied
            assert any(wanted(leaf) for leaf in new), f"a person is {row['state']}, untold"
        elif was["sealed_identity"] != row["sealed_identity"]:
            assert any(leaf.kind == "subject.rectified" for leaf in new), "corrected, untold"


def _erasing(leaf: Leaf) -> bool:
    answered = leaf.kind == "grant.ending" and leaf.facts.get("cause") == "answered"
    return leaf.kind == "subject.erasing" or answered


def _emptied(leaf: Leaf) -> bool:
    ends = ("end_grants", "forget_newcomer")
    forgot = leaf.kind == "effect.done" and leaf.facts.get("effect") in ends
    return forgot or leaf.kind in ("grant.ended", "subject.erased")


def _items(before: Picture, after: Picture, by_index: dict[int, Leaf], new: Said) -> None:
    known = before.by_id("item")
    for name, row in after.by_id("item").items():
        if name not in known:
            leaf = by_index.get(row["first_leaf"])
            assert leaf is not None, "an item whose first leaf is not a new one"
            assert leaf.kind == "collect.batch", f"an item met by {leaf.kind}"
    for name in known.keys() - after.by_id("item").keys():
        source = known[name]["source"]
        assert any(_forgot(leaf, source) for leaf in new), "an item was forgotten, untold"


def _forgot(leaf: Leaf, source: str) -> bool:
    erased = leaf.kind == "effect.done" and leaf.facts.get("effect") == "forget_items"
    return erased or (leaf.kind == "item.forgotten" and leaf.names("source", source))


def _need(new: Said, kinds: set[str], role: str, name: str) -> None:
    told_ = any(leaf.kind in kinds and leaf.names(role, name) for leaf in new)
    assert told_, f"no leaf of {sorted(kinds)} names this {role}"
