"""Showing the ledger to its witnesses, and whether they saw enough of it.

It runs after the ledger was mirrored, outside every unit of work and under no lock of the
store: a witness that is down stops nobody. What it must not come to:

1. A witness is never shown fewer entries than were signed before: one process asks at a
   time, and asks about the last signed checkpoint.
2. Nothing is believed that was not checked: a cosignature holds by the key in the settings.
3. A witness that saw another history, or more of it, is a problem that is told, not a
   reason to ask again.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from licet.app import App
from licet.consent.ceilings import WITNESS_LAG
from licet.ledger import witness as protocol
from licet.ledger.leaf import decode
from licet.ledger.note import VerifierKey
from licet.post import Answer, Question, host_of
from licet.store.unit import Reader, Unit
from licet.terms.errors import Busy, Conflict, Corrupt, LicetError, NotFound, Setup
from licet.terms.ledger import Checkpoint
from licet.terms.when import from_ms

WITNESS_EVERY = timedelta(minutes=10)
"""Often enough to see within a day that one is down; seldom enough for one that serves many."""


LOOKED_AT = 200
"""So many checkpoints back a witness is looked for: more than a day of them."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one witness saw last, by its own cosignature, and what kept it from seeing more.

    ``size`` and ``at`` are None when it cosigned nothing lately. ``alarm`` says that this is
    no failure to wait for: it saw another history, or the settings must be mended.
    """

    witness: str
    size: int | None
    at: datetime | None
    problem: str = ""
    alarm: bool = False


def witnesses(app: App) -> tuple[VerifierKey, ...]:
    """Return the keys of the witnesses in the settings. Raises ``Setup``."""
    lines, urls = app.settings.witnesses, app.settings.witness_urls
    if urls and len(urls) != len(lines):
        raise Setup(
            f"there are {len(lines)} witnesses and {len(urls)} addresses of witnesses",
            "In licet.toml give each of witnesses its line in witness_urls, in the same order.",
        )
    for url in urls:
        host_of(url)
    try:
        return protocol.trusted(lines, app.ledger_key.verifier)
    except LicetError as error:
        raise Setup(f"witnesses in licet.toml: {error.what}", error.remedy) from error


def show_to_witnesses(app: App) -> tuple[Seen, ...]:
    """Show the last checkpoint to every witness that has not cosigned it.

    1. Take the turn: one process asks at a time. Raises ``Busy`` while another does.
    2. Take the last signed checkpoint, which is never behind what was signed or cosigned.
    3. Ask each witness, from what it saw last; one that fails keeps no other from seeing it.
    4. Keep every cosignature, and let the published checkpoint carry it.
    """
    keys = witnesses(app)
    if not app.settings.witness_urls:
        raise Setup("no witness has an address", "Set witness_urls in licet.toml.")
    app.shelf.witnesses_asked_at = app.clock()
    with _turn(app):  # 1
        checkpoint = last_signed(app)  # 2
        problems: dict[VerifierKey, LicetError] = {}
        for key, url in zip(keys, app.settings.witness_urls, strict=True):  # 3
            kept = app.kept.at(checkpoint.size)
            if kept is not None and protocol.saw(kept, (key,)):
                continue
            try:
                app.tiles.cosign(app.kept.add(_ask(app, checkpoint, key, url)))  # 4
            except LicetError as error:
                problems[key] = error
    return tuple(_seen(app, key, problems.get(key)) for key in keys)


def what_was_seen(app: App) -> tuple[Seen, ...]:
    """Return what each witness in the settings saw last, without asking anybody."""
    return tuple(_seen(app, key) for key in witnesses(app))


def seen_enough(app: App, reader: Reader | Unit, now: datetime) -> bool:
    """Say whether a witness saw this ledger, up to entries of the last day.

    What was kept is proof only while it holds: a damaged file, or one of another history,
    is none. Then the operator is told by ``licet doctor``, and nothing else stops.
    """
    since = unseen_since(app, reader)
    return since is not None and now - since <= WITNESS_LAG


def seen_last(app: App) -> Checkpoint | None:
    """Return the last checkpoint that a witness of ours saw, None when there is no such proof.

    A damaged file is no proof and keeps nobody from what is theirs: ``licet doctor`` tells.
    """
    try:
        last = app.kept.last()
        return last if last is not None and protocol.saw(last, witnesses(app)) else None
    except (Corrupt, Setup):
        return None


def unseen_since(app: App, reader: Reader | Unit) -> datetime | None:
    """Return when the first entry was made that no witness saw; now when they saw all.

    None when no witness ever saw this ledger, or what is kept of it proves nothing.
    """
    last = seen_last(app)
    if last is None or not _is_ours(app, last):
        return None
    if last.size >= reader.head.size:
        return reader.now
    return decode(reader.leaves.get(last.size, last.size + 1)[0].data).at


def witnesses_due(app: App) -> bool:
    """Say whether a worker should show the ledger again: it grew, and some time has passed."""
    asked = app.shelf.witnesses_asked_at
    if not app.settings.witness_urls or not passed(app, asked, WITNESS_EVERY):
        return False
    latest = app.tiles.latest()
    kept = app.kept.at(latest.size) if latest else None
    return latest is not None and (
        kept is None or len(protocol.saw(kept, witnesses(app))) < len(app.settings.witnesses)
    )


def _ask(app: App, checkpoint: Checkpoint, key: VerifierKey, url: str) -> Checkpoint:
    """Ask one witness; return the checkpoint with its cosignature."""
    bare = app.kept.bare(checkpoint)
    old = _size_seen(app, key, checkpoint.size)
    answer = _send(app, bare, old, url)
    if answer.status == 409:
        size = protocol.seen_size(answer.data)
        if size > checkpoint.size:
            raise Conflict(
                f"{key.name} saw {size} entries, more than the {checkpoint.size} that are signed "
                "here: an older copy of this ledger was put in place",
                "Bring the newest mirror and store back.",
            )
        if size == old:
            raise Conflict(f"{key.name} saw another history of this ledger", _FORKED)
        old = size
        answer = _send(app, bare, old, url)
    if answer.status == 200:
        return protocol.cosigned(bare, answer.data, key)
    raise _problem(key.name, answer.status)


def _send(app: App, bare: Checkpoint, old: int, url: str) -> Answer:
    body = protocol.submission(app.tiles.consistency(old, bare.size), bare)
    address = f"{url.rstrip('/')}/{protocol.CALL}"
    return app.post.ask(Question(address, body, "text/plain; charset=utf-8", protocol.MOST_BYTES))


_FORKED = "Keep everything as it is: the ledger was written twice, and the witness can prove it."


def _problem(name: str, status: int) -> LicetError:
    """Return what a witness's answer means (c2sp.org/tlog-witness)."""
    if status == 404:
        says = f"{name} does not know this ledger"
        return Setup(says, "Give it the line that `licet ledger key` prints.")
    if status == 403:
        says = f"{name} does not know this ledger's key"
        return Setup(says, "Give it the line that `licet ledger key` prints.")
    if status in {409, 422}:
        return Conflict(f"{name} saw another history of this ledger", _FORKED)
    return Busy(f"{name} answered {status}", "It is asked again.")


def last_signed(app: App) -> Checkpoint:
    """Return the last signed checkpoint. Raises ``Conflict`` when the mirror is behind."""
    latest, kept = app.tiles.latest(), app.kept.last()
    signed = max(app.mark.read(), kept.size if kept else 0)
    if latest is None or latest.size < signed:
        raise Conflict(
            f"the mirror ends before the {signed} entries that were signed",
            "Bring the newest mirror back; an older one is shown to nobody.",
        )
    return latest


def _size_seen(app: App, key: VerifierKey, most: int) -> int:
    """Return what a witness saw, as far as its cosignature is here; it says itself if more."""
    kept = app.kept.last()
    if kept is None or kept.size > most or not protocol.saw(kept, (key,)):
        return 0
    return kept.size


def _seen(app: App, key: VerifierKey, error: LicetError | None = None) -> Seen:
    problem, alarm = (error.what, not isinstance(error, Busy)) if error else ("", False)
    for size in reversed(app.kept.sizes()[-LOOKED_AT:]):
        kept = app.kept.at(size)
        saw = protocol.saw(kept, (key,)) if kept else ()
        if saw:
            return Seen(key.name, size, from_ms(saw[0][1] * 1000), problem, alarm)
    return Seen(key.name, None, None, problem, alarm)


def _is_ours(app: App, kept: Checkpoint) -> bool:
    """Say whether what is published now continues the kept checkpoint."""
    latest = app.tiles.latest()
    if latest is None or kept.size > latest.size:
        return False
    try:
        return app.tiles.root_at(kept.size) == kept.root
    except (Corrupt, NotFound):  # Tiles that are damaged prove nothing; the doctor names them.
        return False


def passed(app: App, since: datetime | None, term: timedelta) -> bool:
    """Say whether ``term`` is over since a moment, or nothing was done yet."""
    return since is None or app.clock() - since >= term


@contextmanager
def _turn(app: App) -> Iterator[None]:
    """One process asks at a time; the kernel ends a turn with whoever held it."""
    mirror = app.settings.place(app.settings.tiles)
    mirror.mkdir(parents=True, exist_ok=True)
    handle = os.open(mirror / ".asking", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy("another process shows the ledger to its witnesses now", "Wait.") from error
        yield
    finally:
        os.close(handle)
