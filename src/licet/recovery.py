"""Backups that bring back nobody who was erased, and nothing that was withdrawn.

A backup holds sealed rows and never a key. Restoring one, of whatever age, goes
four steps: the ledger that was mirrored since is imported; rows whose key is gone
are deleted; what later entries ended stays ended; only then the store serves.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from licet.app import App, open_app
from licet.effects.record import record_machine
from licet.effects.redoing import account_again
from licet.effects.replaying import Replayed, replay
from licet.effects.resuming import resume_requests
from licet.effects.settling import drop_candidates, found_since, settle_plans
from licet.effects.spares import Spared, bring_back, count_copies, spare_copies, spares_at
from licet.ledger.leaf import decode
from licet.ledger.tree import root
from licet.settings import Settings
from licet.store import migrate
from licet.store.deployment import ended
from licet.store.store import Store
from licet.store.unit import Unit
from licet.terms.collecting import ReportProgress
from licet.terms.errors import BadInput, Conflict, Corrupt, Quarantine
from licet.terms.ids import KeyId
from licet.terms.ledger import EntryKind
from licet.terms.when import Clock, to_text, utc_now


def _silent(_done: float, _total: int) -> None:
    """Tell nobody how far it is."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was written: where, how many rows, and the ledger's size it stands for.

    ``spared`` is the second set of kept copies beside it, None without one; ``copies`` is how
    many are kept.
    """

    file: Path
    rows: int
    size: int
    copies: int
    spared: Spared | None


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    ``imported`` entries came from the mirror; ``deleted`` are rows by table whose
    key is gone; ``ended`` grants and ``ceased`` sources are those that later
    entries say so; ``plans`` take up what was under way; ``requests`` of people came
    after the backup and are back without their letters; ``copies`` are files of kept copies
    that came back; ``aside`` is where the store that was in place before was moved, None
    when there was none.
    """

    rows: int
    imported: int
    deleted: tuple[tuple[str, int], ...]
    ended: int
    ceased: int
    plans: int
    requests: int
    copies: int
    aside: Path | None


def back_up(
    app: App, file: Path, copies: Path | None = None, tell: ReportProgress = _silent
) -> BackedUp:
    """Write a backup of the store: sealed rows, no keys.

    ``copies`` is a folder for the sealed files of what was handed in and is kept, one for
    all backups; None leaves them out.

    1. Record that a backup is made, and mirror the ledger up to that entry.
    2. Write all rows of one moment beside ``file``, make them durable, then name it.
    3. Write to ``copies`` what it lacks: every copy that a row is of has its file by now.

    Raises ``Conflict`` when the file exists, ``BadInput`` when it cannot be written.
    """
    if file.exists():
        raise Conflict(f"{file} exists", "Choose another name; backups are never overwritten.")
    if copies is not None:
        spares_at(app, copies)
    with app.store.unit() as unit:  # 1
        record_machine(unit, EntryKind.BACKED_UP)
        size = unit.head.size
    app.publish()
    partial = file.with_name(f".{file.name}.partial")  # 2
    try:
        with partial.open("xb") as stream:
            partial.chmod(0o600)
            rows = app.store.dump(stream.write)
            stream.flush()
            os.fsync(stream.fileno())
        partial.rename(file)
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}", "Choose a place.") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    spared = None if copies is None else spare_copies(app, copies, tell)  # 3
    return BackedUp(file, rows, size, count_copies(app), spared)


def restore(
    settings: Settings,
    file: Path | None = None,
    clock: Clock = utc_now,
    copies: Path | None = None,
    tell: ReportProgress = _silent,
) -> Restored:
    """Bring a backup, or an older copy of the store that was put in place, into service.

    ``file`` None takes the store as it stands; ``copies`` is the folder that the backups'
    kept copies are in, None leaves those that are in place.

    1. Load the backup into an empty store; one that is in place is moved aside.
    2. Require the ledger's mirror, and import the entries the store lacks.
    3. Delete every row whose key is gone.
    4. Apply later entries: what ended stays ended, what was blocked stays blocked.
    5. Record the restore, all in one unit of work; mirror the ledger; then serve.
    6. Bring back the bytes of kept copies that are gone.

    Raises ``Quarantine`` without a mirror, ``Corrupt`` when backup, mirror and store
    do not belong together; nothing is changed then.
    """
    if copies is not None and not copies.is_dir():
        raise BadInput(f"there is no folder {copies}", "Name the one that a backup wrote.")
    aside = _make_way(settings, clock) if file is not None else None  # 1
    try:
        rows = _load(settings, file, clock) if file is not None else 0
        app = open_app(settings, clock=clock, recovering=True)
        try:
            imported, deleted, replayed = _recover(app)  # 2-5
        finally:
            app.close()
    except BaseException:
        _put_back(settings, aside)
        raise
    app = open_app(settings, clock=clock)
    try:
        app.publish()
        back = 0 if copies is None else bring_back(app, copies, tell)  # 6
    finally:
        app.close()
    return Restored(
        rows=rows,
        imported=imported,
        deleted=deleted,
        ended=replayed.ended,
        ceased=len(replayed.ceased),
        plans=len(replayed.plans),
        requests=replayed.requests,
        copies=back,
        aside=aside,
    )


def _recover(app: App) -> tuple[int, tuple[tuple[str, int], ...], Replayed]:
    latest = app.tiles.latest()
    if latest is None:
        raise Quarantine(
            "there is no mirror of the ledger, so nobody can tell what was erased since",
            "Bring the mirror's folder back; without it this store must not serve.",
        )
    if latest.size < app.mark.read():
        raise Quarantine(
            "the mirror of the ledger is older than what was signed last",
            "Bring the newest mirror back; an older one does not tell what ended since.",
        )
    findings = app.tiles.check()
    if findings:
        raise Corrupt(f"the mirror is damaged: {findings[0]}", "Bring an intact mirror back.")
    _refuse_ended(app, latest.size)
    with app.store.unit() as unit:
        if unit.head.size > latest.size:
            raise Corrupt("the mirror is older than the store", "Bring the right mirror back.")
        known = unit.head.size
        later = tuple(app.tiles.leaves(known, latest.size))  # 2
        unit.leaves.import_(later)
        if root(unit.head.frontier, unit.head.size) != latest.root:
            raise Corrupt("store and mirror are of two ledgers", "Bring the right mirror back.")
        deleted = unit.recover.delete_keyless(_absent(app, unit))  # 3
        listed = drop_candidates(app, unit)
        unit.admission.drop_sessions()
        unit.own.drop()
        unit.links.close_all(unit.now)
        account_again(app, unit, later, listed)
        since = found_since(later)
        settle_plans(app, unit, since)
        replayed = replay(app, unit, later, since)  # 4
        replayed.requests = resume_requests(app, unit, later, since)
        facts = (("from", known), ("imported", len(later)), ("ended", replayed.ended))
        record_machine(unit, EntryKind.RESTORED, (), facts)  # 5
    return len(later), deleted, replayed


def _refuse_ended(app: App, size: int) -> None:
    """Raise ``Ended`` when the mirror's last entry is the end: no key would open the backup."""
    for leaf in app.tiles.leaves(size - 1, size):
        entry = decode(leaf.data)
        if entry.kind is EntryKind.DEPLOYMENT_CLOSED:
            raise ended(entry.at)


def _absent(app: App, unit: Unit) -> frozenset[KeyId]:
    """Return the names of keys that rows need and the keyring does not have any more."""
    needed = set(unit.recover.rows_with_key())
    needed.update(KeyId(f"grant:{grant.id}") for grant in unit.grants.kept())
    return app.keyring.absent(needed)


def _make_way(settings: Settings, clock: Clock) -> Path | None:
    """Move an SQLite store aside, so that a restore can never destroy what was there."""
    if settings.database_url and not settings.database_url.startswith("sqlite"):
        return None
    place = _sqlite_file(settings)
    if not place.exists():
        return None
    aside = place.with_name(f"{place.name}.before-{_stamp(clock())}")
    for suffix in ("-wal", "-shm", ""):
        source = Path(f"{place}{suffix}")
        if source.exists():
            source.rename(f"{aside}{suffix}")
    return aside


def _put_back(settings: Settings, aside: Path | None) -> None:
    if aside is None:
        return
    place = _sqlite_file(settings)
    for suffix in ("-wal", "-shm", ""):
        Path(f"{place}{suffix}").unlink(missing_ok=True)
        source = Path(f"{aside}{suffix}")
        if source.exists():
            source.rename(f"{place}{suffix}")


def _sqlite_file(settings: Settings) -> Path:
    return Path(settings.url.removeprefix("sqlite:///"))


def _stamp(moment: datetime) -> str:
    return to_text(moment).replace(":", "").replace("-", "").replace(".", "")


def _load(settings: Settings, file: Path, clock: Clock) -> int:
    migrate(settings.url)
    from licet.ledger.maker import Leaves

    store = Store.open(settings.url, Leaves(), clock)
    try:
        with file.open("rb") as lines:
            return store.load(lines)
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}", "Name a backup.") from error
    finally:
        store.close()
