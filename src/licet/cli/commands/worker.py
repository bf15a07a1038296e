"""``licet worker``: carry on what was begun and end what is over."""

import signal
import threading
from collections.abc import Callable
from dataclasses import fields
from typing import Annotated

import typer

from licet.cli.call import Call, deed, single
from licet.cli.output import Answer, note
from licet.cli.progress import progress

app = single()


@deed(app, "worker")
def worker(
    call: Call,
    once: Annotated[bool, typer.Option("--once", help="One round, then end.")] = False,
) -> Answer:
    """Carry on what was begun and end what is over.

    Without --once it goes on until it is stopped (Ctrl-C or SIGTERM), which is safe at any
    moment.
    """
    from licet.worker import run, run_once

    with call.app() as licet:
        if once:
            with progress(call.as_json, "scanning again") as told:
                done = run_once(licet, told)
            parts = [(one.name, getattr(done, one.name)) for one in fields(done)]
            said = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in parts if value)
            return Answer(done, (f"Done: {said}." if said else "Nothing was due.",))
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        note("The worker runs. Ctrl-C stops it.")
        run(licet, stop.is_set, _pausing(stop))
    return Answer({"stopped": True}, ("Stopped; what was begun goes on with the next worker.",))


def _pausing(stop: threading.Event) -> Callable[[float], None]:
    """Return a pause that ends at once when the worker is to stop."""

    def pause(seconds: float) -> None:
        stop.wait(seconds)

    return pause
