"""Runs: walks over a source that survive being killed.

The cursor is an address at the source, and a file's name can name a person, so
it is sealed under the source's key like every address.
"""

import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from licet.app import App
from licet.effects.sealed import source_key
from licet.store.unit import Unit
from licet.terms.errors import Busy, LicetError, Stopped
from licet.terms.ids import GrantId, RunId, new_id
from licet.terms.plan import Run, RunKind, WorkState
from licet.terms.source import Source
from licet.vault.seal import open_sealed, seal

LEASE = timedelta(minutes=2)

HOLD_AGAIN_SECONDS = 30.0
"""How often a run is held anew while one file, or one site's pages, take their time."""


@dataclass
class Hold:
    """A run in this process's hands, and until when."""

    run: Run
    until: datetime
    _since: float = field(default_factory=time.monotonic)

    def renew(self, unit: Unit) -> None:
        """Hold the run for longer, within the unit that commits. Raises ``Busy`` if it is lost.

        A walk that was held up for longer than its lease may find that another process
        went on in its place; what it has in hand is that one's to keep.
        """
        until = unit.now + LEASE
        if not unit.runs.renew(self.run.id, self.until, until):
            raise Busy(
                "another process took over this run while it was held up",
                "What was found until then is kept. Wait for the other one.",
            )
        self.until = until
        self._since = time.monotonic()

    def keep(self, app: App) -> None:
        """Hold the run for longer if that is due, in a unit of its own. Raises as ``renew``."""
        if time.monotonic() - self._since >= HOLD_AGAIN_SECONDS:
            with app.store.unit(bookkeeping=True) as unit:
                self.renew(unit)


def open_run(app: App, kind: RunKind, source: Source, grant: GrantId | None = None) -> Hold:
    """Take over the open run of this kind over this source, or begin one.

    Raises ``Busy`` while somebody else holds it.
    """
    with app.store.unit(bookkeeping=True) as unit:
        run = next(
            (r for r in unit.runs.open(kind) if (r.source, r.grant) == (source.id, grant)), None
        )
        if run is None:
            run = Run(RunId(new_id()), kind, source.id, grant, "", WorkState.OPEN, None)
            unit.runs.add(run)
        until = unit.now + LEASE
        if not unit.runs.claim(run.id, until):
            raise Busy(
                f"another process is at work on {source.name}",
                "Wait for it, or try again in two minutes if it was killed.",
            )
    return Hold(run, until)


@contextmanager
def let_go(app: App, hold: Hold, what: str) -> Iterator[None]:
    """Let go of the run when the walk is stopped or fails, so that the next call can go on.

    Raises ``Stopped`` for Ctrl-C, saying ``what`` was stopped, else what the walk raised.
    """
    try:
        yield
    except KeyboardInterrupt as stop:
        release_run(app, hold)
        raise Stopped(
            f"{what} was stopped; everything found so far is kept",
            "Run the same command again to go on.",
        ) from stop
    except LicetError:
        release_run(app, hold)
        raise


def move_cursor(app: App, unit: Unit, hold: Hold, place: str) -> None:
    """Say how far the run is, within the unit that keeps what was found up to there.

    Raises ``Busy`` when the run is not held any more.
    """
    hold.renew(unit)
    unit.runs.set_cursor(hold.run.id, cursor_of(app, hold.run, place), hold.until)


def cursor_of(app: App, run: Run, place: str) -> str:
    """Return the sealed cursor of a run that stands at a place."""
    key = app.keyring.get(source_key(run.source))
    return b64encode(seal(key, place.encode(), f"run:{run.id}")).decode()


def place_of(app: App, run: Run) -> str:
    """Return where the run stopped; empty at its beginning."""
    if not run.cursor:
        return ""
    key = app.keyring.get(source_key(run.source))
    return open_sealed(key, b64decode(run.cursor), f"run:{run.id}").decode(
        "utf-8", "surrogateescape"
    )


def finish_run(app: App, hold: Hold) -> None:
    """Close the run. Raises ``Busy`` when it is not held any more."""
    with app.store.unit(bookkeeping=True) as unit:
        hold.renew(unit)
        unit.runs.finish(hold.run.id)


def release_run(app: App, hold: Hold) -> None:
    """Let go of the lease at once, so that the next call need not wait for it to end."""
    with app.store.unit(bookkeeping=True) as unit:
        unit.runs.renew(hold.run.id, hold.until, unit.now)
