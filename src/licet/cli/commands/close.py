"""``licet close``: end the deployment for good."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import files, handed, signing
from licet.cli.call import Call, Takes, deed, single
from licet.cli.exits import Exit
from licet.cli.output import Answer
from licet.terms.errors import BadInput, Ended
from licet.terms.permit import Refusal

if TYPE_CHECKING:
    from licet.app import App
    from licet.rights.closing import Closing

app = single()


@dataclass(frozen=True, slots=True)
class End:
    """How far the end of the deployment came, and where its certificate was written."""

    closed: bool
    closing: "Closing | None" = None
    certificate: Path | None = None


@deed(app, "close", Takes.ACTOR)
def close(
    call: Call,
    *,
    controller: Annotated[
        str, typer.Option(help="The controller's name in full, to be sure of what is ended.")
    ] = "",
    out: Annotated[Path | None, typer.Option(help="Where the certificate goes.")] = None,
) -> Answer | Refusal:
    """End the whole deployment for good.

    Two members of the controller act, one the officer. Everything stops at once. Open
    requests are answered, everybody is told and erased, all sources are purged, every key is
    destroyed, and the ledger says so last. What cannot end now is carried on by
    `licet worker`. Called again, it says how far it is.
    """
    try:
        with call.app() as licet:
            ordered = _order(call, licet, controller)
            if isinstance(ordered, Refusal):
                return ordered
            answer = _carried(licet)
    except Ended:
        answer = Answer(End(closed=True))
    if isinstance(answer.value, End) and answer.value.closed:
        return _certified(call, out)
    return answer


def _order(call: Call, licet: "App", controller: str) -> "Closing | Refusal | None":
    """Order the end, unless that was done."""
    from licet.rights.closing import close_deployment

    with licet.store.read() as reader:
        deployment = reader.deployment.get()
    if deployment is not None and deployment.closing_at is not None:
        return None
    if controller != licet.deployment.controller:
        raise BadInput(
            "ending a deployment cannot be undone, and the controller's name was not given",
            f'Say --controller "{licet.deployment.controller}" if this is the one to end.',
        )
    organisation = signing.acting_organisation(call, licet, "")
    who = signing.who(call, licet, signing.closing(licet.deployment.id, organisation))
    return close_deployment(licet, who, organisation)


def _carried(licet: "App") -> Answer:
    """Do what can be done now; say what it still waits for."""
    from licet.effects.winding_up import begins_at, left
    from licet.rights.closing import Closing
    from licet.worker import run_once

    done = run_once(licet)
    if done.closed:
        return Answer(End(closed=True))
    with licet.store.read() as reader:
        deployment, what = reader.deployment.get(), left(reader)
    ordered = deployment.closing_at if deployment else None
    begins = begins_at(deployment) if deployment else None
    if ordered is None or begins is None:
        raise BadInput("the end was not ordered", "Call `licet close` again.")
    waits = [f"{n} {name}" for name in what.__slots__ if (n := getattr(what, name))]
    lines = [
        f"The deployment is being ended since {ordered.date().isoformat()}; nothing new begins.",
        f"  Everybody is told. What is kept of them is destroyed from {begins.date()} on.",
        f"  It waits for: {', '.join(waits)}.",
        "  Keep `licet worker` running: it ends with the last of them.",
        *(f"  not done: {one}; see `licet doctor`" for one in done.problems),
    ]
    found = End(False, Closing(ordered, begins, what, closed=False))
    return Answer(found, lines, Exit.TO_MEND if done.problems else Exit.DONE)


def _certified(call: Call, out: Path | None) -> Answer:
    from licet.rights.closing import certificate_of_end

    data = certificate_of_end(call.settings, call.outside.now)
    with files.handout(handed.place(out, "certificate", "closing")) as file:
        file.write(data)
    found = End(closed=True, certificate=file.path)
    if file.path == files.STANDARD:
        return Answer(found)
    said = "The deployment has ended for good: nobody and nothing is left in it, and no key."
    check = f"  Anybody can check it: licet verify {file.path}"
    return Answer(found, (said, f"  certificate: {file.path}", check))
