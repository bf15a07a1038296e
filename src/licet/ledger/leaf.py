r"""A leaf's bytes: one entry in canonical JSON (docs/formats/leaf.md).

Rules, in the order of the code:

1. Parts that an entry does not have are left out; no other part exists.
2. Objects are a sorted list of [role, id], facts a sorted object: one entry has one
   spelling, whatever order it was made in.
3. No direct identifier can slip in (DESIGN, invariant 11). Names are short lower-case
   words; ids are at most 64 of ``A-Z a-z 0-9 . _ : -``; facts are whole numbers, truths,
   or at most 64 visible ASCII characters without a blank, an ``@`` (but for
   ``purpose@2`` and ``model@1a2b3c4d``), or the look of a telephone number.
4. A leaf fits the 16-bit length of an entry bundle (C2SP tlog-tiles).
"""

import re
from datetime import datetime

from licet.ledger.canonical import Json, dumps, loads
from licet.ledger.reading import as_bytes, as_list, as_moment, as_object, as_text, to_base64
from licet.terms.errors import BadInput, Corrupt
from licet.terms.ids import OrganisationId
from licet.terms.ledger import Commitment, Entry, EntryKind
from licet.terms.when import to_text

VERSION = 1
LARGEST_LEAF = 65_535
NONCE_BYTES = 16
VALUE_BYTES = 32

_WORD = re.compile(r"[a-z][a-z0-9_]{0,31}")
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_PLAIN = re.compile(r"[!-?A-~]{0,64}")
_VERSIONED = re.compile(r"[a-z0-9_.-]{1,40}@([0-9]{1,4}|[0-9a-f]{8})")
_TELEPHONE = re.compile(r"(\+|00)[0-9().-]{6,20}")
_ALWAYS = {"at", "kind", "v"}
_MAYBE = {"actor", "facts", "objects", "organisation", "subject"}


def encode(entry: Entry) -> bytes:
    """Return the leaf's bytes. Raises BadInput when a part could identify somebody directly."""
    parts: dict[str, Json] = {"at": _moment(entry.at), "kind": entry.kind.value, "v": VERSION}
    if entry.organisation is not None:
        parts["organisation"] = _id(entry.organisation)
    if entry.actor is not None:
        parts["actor"] = _commitment(entry.actor)
    if entry.subject is not None:
        parts["subject"] = _commitment(entry.subject)
    if entry.objects:
        parts["objects"] = [[_word(r), _id(i)] for r, i in sorted(set(entry.objects))]
    if entry.facts:
        parts["facts"] = _facts(entry.facts)
    data = dumps(parts)
    if len(data) > LARGEST_LEAF:
        raise BadInput(f"an entry of {len(data)} bytes does not fit into a leaf ({LARGEST_LEAF})")
    return data


def decode(data: bytes) -> Entry:
    """Return the entry, objects and facts sorted. Raises Corrupt unless bytes are a leaf's own."""
    if len(data) > LARGEST_LEAF:
        raise Corrupt("the leaf is longer than a leaf can be")
    parts = as_object(loads(data), "the leaf", _ALWAYS, _MAYBE)
    if parts["v"] != VERSION or isinstance(parts["v"], bool):
        raise Corrupt(f"the leaf has version {parts['v']}, this licet reads {VERSION}")
    organisation = parts.get("organisation")
    entry = Entry(
        kind=_kind(as_text(parts["kind"], "the leaf's kind")),
        at=as_moment(parts["at"], "the leaf's moment"),
        organisation=None
        if organisation is None
        else OrganisationId(as_text(organisation, "the leaf's organisation")),
        actor=_read_commitment(parts.get("actor"), "the actor"),
        subject=_read_commitment(parts.get("subject"), "the subject"),
        objects=_read_objects(parts.get("objects")),
        facts=_read_facts(parts.get("facts")),
    )
    _require_same(entry, data)
    return entry


def _require_same(entry: Entry, data: bytes) -> None:
    """Hold what was read against the rules of writing: one entry, one spelling."""
    try:
        again = encode(entry)
    except BadInput as error:
        raise Corrupt(f"the leaf holds what a leaf may not hold: {error.what}") from error
    if again != data:
        raise Corrupt("the leaf is not spelled as licet spells it")


def _moment(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise BadInput("an entry's moment needs a time zone", "Use UTC")
    return to_text(moment)


def _word(text: str) -> str:
    if not _WORD.fullmatch(text):
        raise BadInput(f"{text!r} is not a short lower-case word")
    return text


def _id(text: str) -> str:
    if not _ID.fullmatch(text) or _TELEPHONE.fullmatch(text):
        raise BadInput(f"{text!r} is not an id", "Only pseudonymous ids go into the ledger")
    return text


def _facts(facts: tuple[tuple[str, str | int | bool], ...]) -> dict[str, Json]:
    spelled: dict[str, Json] = {}
    for name, value in facts:
        if _word(name) in spelled:
            raise BadInput(f"the fact {name} is stated twice")
        spelled[name] = value if isinstance(value, int) else _plain(name, value)
    return spelled


def _plain(name: str, value: str) -> str:
    if not isinstance(value, str):
        raise BadInput(f"the fact {name} is neither text, a whole number nor a truth")
    if _VERSIONED.fullmatch(value):
        return value
    if not _PLAIN.fullmatch(value) or _TELEPHONE.fullmatch(value):
        raise BadInput(
            f"the fact {name} could identify somebody or is not a short word",
            "The ledger holds short words and whole numbers; put the rest under a key",
        )
    return value


def _commitment(commitment: Commitment) -> dict[str, Json]:
    if len(commitment.nonce) != NONCE_BYTES or len(commitment.value) != VALUE_BYTES:
        raise BadInput("a commitment has a nonce of 16 bytes and a value of 32")
    return {"nonce": to_base64(commitment.nonce), "value": to_base64(commitment.value)}


def _kind(text: str) -> EntryKind:
    try:
        return EntryKind(text)
    except ValueError as error:
        raise Corrupt(f"the leaf is of a kind this licet does not know: {text}") from error


def _read_commitment(value: Json, what: str) -> Commitment | None:
    if value is None:
        return None
    parts = as_object(value, what, {"nonce", "value"})
    nonce = as_bytes(parts["nonce"], f"{what}'s nonce", NONCE_BYTES)
    return Commitment(nonce, as_bytes(parts["value"], f"{what}'s value", VALUE_BYTES))


def _read_objects(value: Json) -> tuple[tuple[str, str], ...]:
    if value is None:
        return ()
    pairs = [as_list(pair, "an object of the leaf") for pair in as_list(value, "the objects")]
    if any(len(pair) != 2 for pair in pairs):
        raise Corrupt("an object of the leaf is not a role and an id")
    return tuple((as_text(p[0], "a role"), as_text(p[1], "an object's id")) for p in pairs)


def _read_facts(value: Json) -> tuple[tuple[str, str | int | bool], ...]:
    if value is None:
        return ()
    if not isinstance(value, dict):
        raise Corrupt("the facts are not an object")
    found: list[tuple[str, str | int | bool]] = []
    for name, fact in sorted(value.items()):
        if not isinstance(fact, str | int):
            raise Corrupt(f"the fact {name} is neither text, a whole number nor a truth")
        found.append((name, fact))
    return tuple(found)
