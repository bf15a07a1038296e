"""What stands beside photos on who may be shown: written by a member's act, kept true by us.

A note of each file is made before it is written, so that whatever is killed, what stands there
is looked at again: a "cleared" never outlives the grant it rests on. Somebody else's word is
never replaced (``licet.sources.clearing``), and the photo is never touched.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from licet.app import App
from licet.effects.clearing import clear_items, known_of, open_sidecar
from licet.effects.record import record_machine
from licet.effects.sealed import source_key
from licet.effects.sourcing import open_source
from licet.effects.trying import Trying
from licet.sources.clearing import (
    LIMITED,
    NONE,
    NOT_APPLICABLE,
    THEIRS,
    UNREAD,
    Statement,
    Unwritten,
    says_something,
    written,
)
from licet.sources.contract import Address
from licet.sources.folder import FolderSource
from licet.store.unit import Reader, Unit
from licet.terms.asked import StoredSidecar
from licet.terms.clearance import Beside, Clearance, ClearancePhoto, SidecarPayload
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.ids import ItemId, SourceId
from licet.terms.ledger import EntryKind
from licet.terms.payload import to_bytes
from licet.terms.source import Control, Item, Source, SourceKind, SourceState
from licet.vault.seal import seal

COPIES = "Copies of this file are not kept up to date: ask the archive."

_STATUS = {
    Clearance.MAY: LIMITED,
    Clearance.EMBARGO: NONE,
    Clearance.NOT: NONE,
    Clearance.NOBODY: NOT_APPLICABLE,
}


@dataclass(frozen=True, slots=True)
class _Line:
    """One note, opened, with what is to stand beside the photo now; None: nothing of ours."""

    stored: StoredSidecar
    known: SidecarPayload
    item: Item | None
    photo: ClearancePhoto | None

    @property
    def statement(self) -> Statement | None:
        if self.photo is None:
            return None
        return Statement(_STATUS[self.photo.state], f"{self.photo.says} {COPIES}")


def may_write(reader: Reader | Unit, source: Source) -> bool:
    """Say whether anything may be written at a source: a folder of the organisation's own."""
    authority = reader.sources.authority_at(source.id, reader.now)
    own = authority is not None and authority.control is Control.OWN_STORAGE
    return own and source.kind is SourceKind.FOLDER and source.state is SourceState.AUTHORISED


def seal_sidecar(app: App, item: ItemId, source: SourceId, said: SidecarPayload) -> bytes:
    """Seal what is written beside a photo under its source's key: a path can name a person."""
    return seal(app.keyring.get(source_key(source)), to_bytes(said), f"sidecar:{item}")


def keep_true(app: App, source_id: SourceId) -> Beside:
    """Make what stands beside the photos of a source say what is true now.

    1. Read every note of it, and what follows for its photo today; nothing where the photo is
       forgotten, or the source is not to be used any more.
    2. Write what differs, file by file; note each.
    3. Record how many were written; mirror the ledger.

    Raises ``BadInput`` for a folder that is not there, ``Conflict`` when all else is done and
    something is left that cannot be written.
    """
    with app.store.read() as reader:  # 1
        source = reader.sources.get(source_id)
        if source is None:
            raise NotFound("no such source", "See `licet source list`.")
        purged = source.state is SourceState.PURGED
        lines = [] if purged else _lines(app, reader, source)
        stored = reader.sidecars.of_source(source_id)
    if purged:
        with app.store.unit(bookkeeping=True) as unit:
            for one in stored:
                unit.sidecars.forget(one.item)  # Where they lay is known to nobody any more.
        return Beside()
    changed = [one for one in lines if _differs(one)]
    done = Beside(unchanged=len(lines) - len(changed))
    if not changed:
        return done
    place = open_source(app, source)
    if not isinstance(place, FolderSource):
        raise BadInput("only a folder has files beside its photos", "Nothing to write.")
    failed = 0
    for line in changed:  # 2
        try:
            done = done.plus(_write(app, place, line))
        except (OSError, Conflict):
            failed += 1  # The others are not to wait for this one.
        app.at("beside.written")
    if done.written or done.taken_away:
        with app.store.unit() as unit:  # 3
            facts = (("written", done.written), ("taken_away", done.taken_away))
            record_machine(unit, EntryKind.CLEARANCE_WRITTEN, (("source", source_id),), facts)
        app.publish()
    if failed:
        raise Conflict(
            f"{failed} files beside photos say what is not true any more, and cannot be written",
            "Let this account write in the folder; the worker tries again.",
        )
    return done


def leave_nothing_beside(app: App, source_id: SourceId) -> None:
    """Take away what was written beside the photos of a source that ceased, as far as one can.

    What must be forgotten waits for no folder: it may be gone, or not ours to write in.
    """
    with suppress(OSError, BadInput, Conflict):
        keep_true(app, source_id)


def keep_all_true(app: App, trying: Trying) -> int:
    """Keep true what stands beside photos everywhere; returns how many files were written.

    Nothing is looked at while neither the ledger nor the day went on.
    """
    with app.store.read() as reader:
        sources = reader.sidecars.sources()
        moment = (reader.head.size, reader.now.date())
    if not sources or app.shelf.kept_true == moment:
        return 0
    done = [
        trying.do(f"files beside photos of {one}", partial(keep_true, app, one), None)
        for one in sources
    ]
    written = sum(one.written + one.taken_away for one in done if one is not None)
    if not written and None not in done:
        app.shelf.kept_true = moment
    return written


def _lines(app: App, reader: Reader, source: Source) -> list[_Line]:
    stored = reader.sidecars.of_source(source.id)
    usable = source.state is not SourceState.CEASED
    items = {one.item: reader.items.get(one.item) for one in stored} if usable else {}
    there = [one for one in items.values() if one is not None]
    known = known_of(app, reader, source.organisation, source)
    photos = {one.item: one for one in clear_items(app, reader, source, known, there)}
    return [
        _Line(one, open_sidecar(app, one), items.get(one.item), photos.get(one.item))
        for one in stored
    ]


def _differs(line: _Line) -> bool:
    statement = line.statement
    return statement is None or (line.known.status, line.known.says) != (
        statement.status,
        statement.says,
    )


def _write(app: App, place: FolderSource, line: _Line) -> str:
    """Write beside one photo and note it; returns of which kind in :class:`Beside` it is."""
    address, statement = Address(line.known.address), line.statement
    found: list[Unwritten] = []
    if statement is not None and statement.status == LIMITED and not _same(place, address, line):
        found.append(UNREAD)  # What is another photo by now is never called cleared.
        statement = Statement(NONE, f"This is another photo than was looked at. {COPIES}")

    def change(before: bytes | None) -> bytes | None:
        after = written(before, statement)
        if isinstance(after, Unwritten):
            found.append(after)
        elif not line.known.status and says_something(place.sidecars(address)):
            found.append(THEIRS)
        else:
            return after
        return None

    try:
        place.write_beside(address, change)
    except FileNotFoundError:
        found.append(UNREAD)
        statement = None  # The folder it lay in is gone, and what stood there with it.
    except (OSError, Conflict):
        if line.known.status:
            raise
        found.append(UNREAD)
    _note(app, line, statement, found)
    if found:
        return found[-1].rule
    return "written" if statement is not None else "taken_away"


def _same(place: FolderSource, address: Address, line: _Line) -> bool:
    """Say whether the photo is the one whose faces were looked at."""
    data = place.read(address)
    if not isinstance(data, bytes) or line.item is None:
        return False
    return hashlib.sha256(data).hexdigest() == line.item.sha256


def _note(app: App, line: _Line, statement: Statement | None, found: list[Unwritten]) -> None:
    """Keep what stands there now; what was never written, or is taken away, is forgotten."""
    stored, photo = line.stored, line.photo
    never = bool(found) and not line.known.status
    with app.store.unit(bookkeeping=True) as unit:
        if photo is None or statement is None or never:
            unit.sidecars.forget(stored.item)
            return
        fewer = photo.cleared < line.known.cleared
        since = (line.known.fewer_since or unit.now.date().isoformat()) if fewer else ""
        # What was meant: it is not tried again before something else is meant.
        said = SidecarPayload(
            line.known.address,
            _STATUS[photo.state],
            f"{photo.says} {COPIES}",
            max(photo.cleared, line.known.cleared),
            since,
        )
        sealed = seal_sidecar(app, stored.item, stored.source, said)
        unit.sidecars.put(replace(stored, sealed=sealed, at=unit.now))
