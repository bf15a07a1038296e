"""Rows as revision 0001 held them, in the words of its own tables.

Nothing here knows what tables are like today: a migration is held against what was there.
"""

from typing import Any

Row = dict[str, Any]

DAY = 24 * 60 * 60 * 1000
NOON = 1_772_366_400_000
"""2026-03-01 12:00 UTC in milliseconds."""

EFFECTS = (
    "deliver_history delete_rows shred_keys end_grants turn_epoch check_unfindable check_keys "
    "check_bytes certify scan_bytes certify_scan forget_plan"
)


def _id(kind: int, number: int = 0) -> str:
    return f"{kind:08x}-0000-4000-8000-{number:012x}"


ORGANISATION, MEMBER, CASE, SOURCE, ITEM, SUBJECT, GRANT, SEARCH, CANDIDATE, PLAN = (
    _id(kind) for kind in range(1, 11)
)
GRANTS = tuple(_id(7, n) for n in range(5))
SEARCHES = tuple(_id(8, n) for n in range(5))
PROBES = (b"probe", None, b"probe of a lead", None, None)
STATES = ("pending", "active", "restricted", "ending", "ended")


def _grant(n: int, state: str) -> Row:
    return {
        "id": GRANTS[n],
        "subject": SUBJECT,
        "organisation": None if n == 4 else ORGANISATION,
        "purpose": "missing_person@1",
        "basis": "6(1)(d)" if n == 2 else "6(1)(a)",
        "condition": "9(2)(c)" if n == 2 else "9(2)(a)",
        "relationship": "family",
        "source": SOURCE if n == 1 else None,
        "territories": '["DE","FR"]',
        "notice": "ab" * 32,
        "notice_delivered_at": None if n == 0 else NOON,
        "confirmed_at": None if n == 0 else NOON + 1,
        "confirmed_by": "" if n == 0 else "code",
        "instrument": "cd" * 32 if n == 2 else "",
        "guardian": n == 3,
        "captured": n == 1,
        "not_before": NOON,
        "expires": NOON + 300 * DAY,
        "state": state,
        "leaf": n,
    }


def _search(n: int, state: str) -> Row:
    return {
        "id": SEARCHES[n],
        "case": CASE,
        "member": None if n == 3 else MEMBER,
        "at": NOON + n * DAY,
        "probe_tag": b"t" * 32,
        "threshold": 2**40 + n,
        "fpir_millionths": 10_000,
        "in_scope": 1_000_000 + n,
        "state": state,
        "sealed_probe": PROBES[n],
        "leaf": 3,
    }


def _plan(n: int, kind: str, state: str) -> Row:
    return {
        "id": _id(10, n),
        "kind": kind,
        "cause": "subject",
        "subject": SUBJECT,
        "grants": f'["{GRANTS[3]}"]',
        "sealed": b"\x00plan\xff" if n else b"",
        "state": state,
        "created_at": NOON,
        "lease_until": NOON + 60_000 if n else None,
    }


def _template(n: int, kind: str) -> Row:
    return {
        "id": _id(11, n),
        "grant": GRANTS[1],
        "kept": True,
        "kind": kind,
        "model": "sface@fb143eea",
        "sealed": bytes(range(256)) * 2,
        "lapses_at": None if kind == "reference" else NOON + 90 * DAY,
        "leaf": n,
    }


ROWS: dict[str, list[Row]] = {
    "deployment": [
        {
            "one": 1,
            "id": _id(0),
            "origin": "licet.example/abc",
            "controller": "The Harbour Archive",
            "sandbox": False,
            "opened_at": NOON - 9 * DAY,
            "dpia_digest": "ef" * 32,
            "ai_act_classification": "not high risk: é",
            "established_in_eu": True,
            "eu_representative": "",
            "fpir_search": 0.01,
            "fpir_collect": 0.001,
            "checkpoint_size": 2,
        }
    ],
    "generated": [{"sha256": "12" * 32}],
    "leaf": [{"index": n, "data": b"leaf %d" % n, "hash": bytes([n]) * 32} for n in range(3)],
    "organisation": [
        {"id": ORGANISATION, "name": "Museum", "kind": "controller"},
        {"id": _id(1, 1), "name": "Rowing Club", "kind": "recipient"},
    ],
    "agreement": [
        {
            "id": _id(12),
            "organisation": ORGANISATION,
            "digest": "34" * 32,
            "valid_from": NOON,
            "valid_to": NOON + 365 * DAY,
        }
    ],
    "member": [
        {
            "id": MEMBER,
            "organisation": ORGANISATION,
            "name": "Ada",
            "roles": '["steward","verifier"]',
            "public_key": b"k" * 32,
            "state": "active",
        }
    ],
    "case": [
        {
            "id": CASE,
            "organisation": ORGANISATION,
            "purpose": "missing_person@1",
            "reference": "2026/7",
            "evidence": '["56"]',
            "cap": 5,
            "state": "open",
        }
    ],
    "approval": [{"case": CASE, "member": MEMBER, "signature": b"s" * 64, "at": NOON}],
    "source": [
        {
            "id": SOURCE,
            "organisation": ORGANISATION,
            "name": "archive",
            "kind": "folder",
            "place": "/srv/archive",
            "taken_by": "the museum",
            "people_told": "posters",
            "purposes": '["archive"]',
            "bystander_condition": None,
            "bystander_evidence": "",
            "territory": None,
            "item_policy": "leave_at_source",
            "state": "authorised",
        }
    ],
    "authority": [
        {
            "id": _id(13),
            "source": SOURCE,
            "control": "own_storage",
            "proof": "inode 7",
            "licence": "78" * 32,
            "valid_from": NOON,
            "valid_to": NOON + DAY,
        }
    ],
    "item": [
        {
            "id": ITEM,
            "source": SOURCE,
            "sha256": "9a" * 32,
            "sealed_address": b"sealed address",
            "width": 4000,
            "height": 3000,
            "first_leaf": 1,
            "first_seen": NOON,
        }
    ],
    "item_address": [{"source": SOURCE, "tag": b"a" * 32, "item": ITEM, "sealed": b"sealed"}],
    "face": [
        {
            "id": _id(14, n),
            "item": ITEM,
            "x": -3,
            "y": 4,
            "w": 50,
            "h": 60,
            "span_start": span,
            "span_end": span,
        }
        for n, span in enumerate((None, 1500))
    ],
    "subject": [
        {
            "id": SUBJECT,
            "residence": "FR",
            "contact_tag": b"c" * 32,
            "dependant": False,
            "sealed_identity": b"sealed identity",
            "state": "known",
        },
        {
            "id": _id(6, 1),
            "residence": None,
            "contact_tag": b"",
            "dependant": True,
            "sealed_identity": b"",
            "state": "erased",
        },
    ],
    "grant": [_grant(n, state) for n, state in enumerate(STATES)],
    "confirmation": [
        {
            "grant": GRANTS[0],
            "salt": b"salt",
            "digest": b"d" * 32,
            "tries": 1,
            "expires": NOON + DAY,
        }
    ],
    "template": [_template(0, "reference"), _template(1, "appearance")],
    "suggestion": [
        {
            "id": _id(15),
            "grant": GRANTS[1],
            "kept": True,
            "sealed": b"sealed",
            "expires": NOON + 30 * DAY,
            "leaf": 2,
        }
    ],
    "search": [
        _search(n, state)
        for n, state in enumerate(("candidates", "none", "lead", "closed", "verifying"))
    ],
    "candidate": [
        {
            "id": CANDIDATE,
            "search": SEARCHES[0],
            "subject_tag": b"u" * 32,
            "grant_tag": b"v" * 32,
            "sealed": b"sealed",
        }
    ],
    "verification": [
        {"candidate": CANDIDATE, "member": MEMBER, "sealed": b"same", "at": NOON + DAY}
    ],
    "plan": [_plan(0, "withdraw", "done"), _plan(1, "erase", "open")],
    "effect": [
        {
            "plan": _id(10, 1),
            "n": n,
            "kind": kind,
            "state": "open" if n > 3 else "done",
            "found": '[["rows",7]]' if n == 1 else "[]",
        }
        for n, kind in enumerate(EFFECTS.split())
    ],
    "run": [
        {
            "id": _id(16, n),
            "kind": kind,
            "source": SOURCE,
            "grant": grant,
            "cursor": "a/b.jpg",
            "state": "open",
            "lease_until": None,
        }
        for n, (kind, grant) in enumerate((("collect", None), ("backfill", GRANTS[1])))
    ],
    "block": [
        {
            "id": _id(17),
            "cause": "order",
            "at": NOON,
            "territory": "FR",
            "subject": SUBJECT,
            "source": SOURCE,
            "collecting": True,
            "use": False,
            "lifted_at": None,
        }
    ],
}
"""One table after another, so that whatever a row refers to is there before it."""

HEAD: Row = {"one": 1, "size": 3, "frontier": b"f" * 64, "time": NOON}
"""The one row that revision 0001 writes itself, as three leaves would have changed it."""
