"""``licet certificate``: write the certificate of an erasure."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from licet.cli import files, handed
from licet.cli.call import Call, deed, single
from licet.cli.output import Answer
from licet.terms.ids import PlanId

app = single()


@dataclass(frozen=True, slots=True)
class Written:
    """A certificate that was written."""

    plan: PlanId
    certificate: Path


@deed(app, "certificate")
def certificate(
    call: Call,
    plan: Annotated[str, typer.Argument(help="The erasure's plan, see `erase --list`.")],
    out: Annotated[Path | None, typer.Option(help="Where it goes; - for standard output.")] = None,
) -> Answer:
    """Write the certificate of an erasure.

    The latest there is; written again, it says the same.
    """
    from licet.effects.certifying import certificate as certificate_of

    plan_id = PlanId(plan.strip())
    with call.app() as licet:
        data = certificate_of(licet, plan_id)
    with files.handout(handed.place(out, "certificate", plan)) as file:
        file.write(data)
    if file.path == files.STANDARD:
        return Answer(Written(plan_id, file.path))
    said = f"Wrote {file.path}. Anybody can check it: licet verify {file.path}"
    return Answer(Written(plan_id, file.path), (said,))
