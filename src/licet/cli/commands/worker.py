"""``licet worker``: carry on what was begun and end what is over."""

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli.call import Call, deed, single
from licet.cli.exits import Exit
from licet.cli.output import Answer, count, note
from licet.cli.progress import progress

if TYPE_CHECKING:
    from licet.worker import Done

app = single()


@dataclass(frozen=True, slots=True)
class Stopped:
    """The worker was asked to end, and did."""

    stopped: bool = True


@deed(app, "worker")
def worker(
    call: Call,
    once: Annotated[bool, typer.Option("--once", help="What is due now, then end.")] = False,
) -> Answer:
    """Carry on what was begun and end what is over.

    Without --once it goes on until it is stopped (Ctrl-C or SIGTERM), which is safe at any
    moment. What it cannot do it says, and tries again in the next round.
    """
    from licet.worker import run, run_once

    with call.app() as licet:
        if once:
            with progress(call.as_json, "scanning again") as told:
                done = run_once(licet, told)
            code = Exit.TO_MEND if done.problems or _late(done) else Exit.DONE
            return Answer(done, (_said(done), *_problems(done), *_late(done)), code)
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        note("The worker runs. Ctrl-C stops it.")
        run(licet, stop.is_set, _pausing(stop), _complain)
    return Answer(Stopped(), ("Stopped; what was begun goes on with the next worker.",))


def _said(done: "Done") -> str:
    """Return the numbers that are not zero."""
    parts = [(one.name, getattr(done, one.name)) for one in fields(done)]
    told = [f"{name.replace('_', ' ')} {int(n)}" for name, n in parts if name != "problems" and n]
    return f"Done: {', '.join(told)}." if told else "Nothing was due."


def _problems(done: "Done") -> list[str]:
    return [f"  not done: {one}; see `licet doctor`" for one in done.problems]


def _late(done: "Done") -> list[str]:
    """Say what is overdue; a worker that goes on would say it every few seconds."""
    late = (
        (done.late, "request", "of people; see `licet request list`"),
        (done.late_letters, "letter", "of authorities; see `licet letter list`"),
        (done.late_orders, "order", "of authorities; see `licet order clock`"),
        (done.late_breaches, "notice", "of breaches to authorities; see `licet breach list`"),
    )
    return [f"  late: {count(number, what)} {where}" for number, what, where in late if number]


def _complain(done: "Done") -> None:
    """Say on stderr what one round could not do."""
    for line in _problems(done):
        note(line.strip())


def _pausing(stop: threading.Event) -> Callable[[float], None]:
    """Return a pause that ends at once when the worker is to stop."""

    def pause(seconds: float) -> None:
        stop.wait(seconds)

    return pause
