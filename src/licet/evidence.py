"""Evidence: the ledger, entry by entry, and the proof that each is in it.

Entries hold no personal data and are published; nothing is decided on to read one, and no look
leaves an entry. A door shows a member those of their organisation, and all of them to whoever
answers for the deployment (GDPR 5(2), 24(1)).
"""

import json
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from licet.app import App
from licet.effects.stamping import last_stamp
from licet.effects.witnessing import Seen, unseen_since, what_was_seen
from licet.ledger.leaf import decode
from licet.ledger.tlog_proof import write_tlog_proof
from licet.ledger.witness import saw, trusted
from licet.store.unit import Reader
from licet.terms.errors import NotFound
from licet.terms.ids import OrganisationId
from licet.terms.ledger import Entry, EntryKind, Leaf

A_PAGE = 50
AT_ONCE = 500
MOST_READ = 20_000
"""So many entries are gone through for one page; then one goes on from where that ended."""


@dataclass(frozen=True, slots=True)
class EntriesWish:
    """Which entries: before which number, of which kinds (how they begin), of which day (UTC)."""

    before: int | None = None
    kinds: tuple[str, ...] = ("",)
    day: date | None = None


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry on the list."""

    index: int
    kind: EntryKind
    at: datetime
    organisation: str


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries, the newest first; ``older`` is the number before which one goes on, None: none."""

    lines: tuple[EntryLine, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class EntryProof:
    """An entry whole: its bytes, what they say, and its way to a signed checkpoint.

    ``proof`` is a file (c2sp.org/tlog-proof) with ``steps`` hashes, b"" while the entry is in
    no published checkpoint yet. ``witnesses`` saw that checkpoint, each at a moment.
    """

    line: EntryLine
    entry: Entry
    data: bytes
    text: str
    hash: str
    proof: bytes
    steps: int
    note: str
    size: int
    witnesses: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True, slots=True)
class LedgerState:
    """How the ledger stands: its last checkpoint, who saw it, and when it was stamped.

    ``note`` is "" before the first signature. ``unseen`` is since when no witness saw what was
    added, None where one saw it all; ``witnessed`` says that one ever saw this ledger.
    ``stamp`` is how many entries were stamped, when, and by whom.
    """

    origin: str
    vkey: str
    entries: int
    size: int
    root: str
    note: str
    witnesses: tuple[Seen, ...]
    witnessed: bool
    unseen: datetime | None
    stamp: tuple[int, datetime, str] | None


def ledger_state(app: App) -> LedgerState:
    """Return how the ledger stands. It asks nobody and changes nothing."""
    latest, stamp = app.tiles.latest(), last_stamp(app)
    with app.store.read() as reader:
        entries, since, now = reader.head.size, unseen_since(app, reader), reader.now
    return LedgerState(
        origin=app.deployment.origin,
        vkey=app.ledger_key.vkey,
        entries=entries,
        size=latest.size if latest else 0,
        root=latest.root.hex() if latest else "",
        note=latest.note if latest else "",
        witnesses=what_was_seen(app),
        witnessed=since is not None,
        unseen=since if since is not None and since != now else None,
        stamp=(stamp[0], stamp[1].at, stamp[1].authority) if stamp else None,
    )


def list_entries(app: App, of: OrganisationId | None, wish: EntriesWish) -> Entries:
    """List entries of one organisation, or of all for None, the newest first.

    1. Begin at the end of the day that is asked for, or where the last page ended.
    2. Go backwards until a page is full, the day is over, or enough was gone through.
    """
    with app.store.read() as reader:
        end = reader.head.size if wish.before is None else min(wish.before, reader.head.size)
        begin = 0
        if wish.day is not None:  # 1
            midnight = datetime.combine(wish.day, time(), UTC)
            begin = _first(reader, midnight)
            end = min(end, _first(reader, midnight + timedelta(days=1)))
        names = {one.id: one.name for one in reader.governance.organisations()}
        found: list[EntryLine] = []
        stop, at = max(begin, end - MOST_READ), end
        while at > stop and len(found) < A_PAGE:  # 2
            start = max(stop, at - AT_ONCE)
            for leaf in reversed(reader.leaves.get(start, at)):
                entry = decode(leaf.data)
                at = leaf.index
                if of in (None, entry.organisation) and entry.kind.value.startswith(wish.kinds):
                    found.append(_line(leaf, entry, names))
                    if len(found) == A_PAGE:
                        break
    return Entries(tuple(found), at if at > begin else None)


def prove_entry(app: App, of: OrganisationId | None, index: int) -> EntryProof:
    """Return one entry with its proof. Raises ``NotFound``, also for another organisation's."""
    with app.store.read() as reader:
        leaves = reader.leaves.get(index, index + 1) if 0 <= index < reader.head.size else ()
        names = {one.id: one.name for one in reader.governance.organisations()}
    if not leaves:
        raise NotFound("there is no such entry", "The ledger is shorter.")
    (leaf,) = leaves
    entry = decode(leaf.data)
    if of not in (None, entry.organisation):
        raise NotFound("there is no such entry", "The ledger is shorter.")
    file, steps, note, size = _proof(app, index)
    return EntryProof(
        line=_line(leaf, entry, names),
        entry=entry,
        data=leaf.data,
        text=json.dumps(json.loads(leaf.data), indent=2, ensure_ascii=False),
        hash=leaf.hash.hex(),
        proof=file,
        steps=steps,
        note=note,
        size=size,
        witnesses=_witnesses(app, size),
    )


def _first(reader: Reader, at: datetime) -> int:
    """Return the number of the first entry from a moment on: entries are in their order."""
    wanted = range(reader.head.size)
    return bisect_left(wanted, at, key=lambda n: decode(reader.leaves.get(n, n + 1)[0].data).at)


def _line(leaf: Leaf, entry: Entry, names: dict[OrganisationId, str]) -> EntryLine:
    name = names.get(entry.organisation, "") if entry.organisation else ""
    return EntryLine(leaf.index, entry.kind, entry.at, name)


def _proof(app: App, index: int) -> tuple[bytes, int, str, int]:
    latest = app.tiles.latest()
    if latest is None or index >= latest.size:
        return b"", 0, "", 0
    proof, checkpoint = app.tiles.prove(index)
    return write_tlog_proof(proof, checkpoint), len(proof.path), checkpoint.note, checkpoint.size


def _witnesses(app: App, size: int) -> tuple[tuple[str, datetime], ...]:
    """Return who saw the checkpoint of this size, each at a moment."""
    latest = app.tiles.latest()
    kept = app.kept.at(size) or latest
    if kept is None or not size:
        return ()
    keys = trusted(app.settings.witnesses, app.ledger_key.verifier)
    return tuple((name, datetime.fromtimestamp(at, UTC)) for name, at in saw(kept, keys))
