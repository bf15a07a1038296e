"""Runs: walks over a source that survive being killed.

The cursor is an address at the source, and a file's name can name a person, so
it is sealed under the source's key like every address.
"""

from base64 import b64decode, b64encode
from datetime import timedelta

from licet.app import App
from licet.effects.sealed import source_key
from licet.store.unit import Unit
from licet.terms.errors import Busy
from licet.terms.ids import GrantId, RunId, new_id
from licet.terms.plan import Run, RunKind, WorkState
from licet.terms.source import Source
from licet.vault.seal import open_sealed, seal

LEASE = timedelta(minutes=2)


def open_run(app: App, kind: RunKind, source: Source, grant: GrantId | None = None) -> Run:
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
        if not unit.runs.claim(run.id, unit.now + LEASE):
            raise Busy(
                f"another process is at work on {source.name}",
                "Wait for it, or try again in two minutes if it was killed.",
            )
    return run


def move_cursor(app: App, unit: Unit, run: Run, place: str) -> None:
    """Say how far the run is, within the unit that keeps what was found up to there."""
    sealed = seal(app.keyring.get(source_key(run.source)), place.encode(), f"run:{run.id}")
    unit.runs.set_cursor(run.id, b64encode(sealed).decode(), unit.now + LEASE)


def place_of(app: App, run: Run) -> str:
    """Return where the run stopped; empty at its beginning."""
    if not run.cursor:
        return ""
    key = app.keyring.get(source_key(run.source))
    return open_sealed(key, b64decode(run.cursor), f"run:{run.id}").decode(
        "utf-8", "surrogateescape"
    )


def finish_run(app: App, run: Run) -> None:
    """Close the run."""
    with app.store.unit(bookkeeping=True) as unit:
        unit.runs.finish(run.id)


def release_run(app: App, run: Run) -> None:
    """Let go of the lease at once, so that the next call need not wait for it to end."""
    with app.store.unit(bookkeeping=True) as unit:
        current = unit.runs.get(run.id)
        unit.runs.set_cursor(run.id, current.cursor if current else "", unit.now)
