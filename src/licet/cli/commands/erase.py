"""``licet erase``: destroy everything kept of a person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import files, handed, signing
from licet.cli.call import Call, Takes, deed, single
from licet.cli.output import Answer, Grid
from licet.cli.person import AsPerson, Proof, acting
from licet.terms.errors import BadInput
from licet.terms.ids import PlanId, SubjectId
from licet.terms.permit import Refusal
from licet.terms.plan import Effect, EffectKind, Plan, PlanKind, WorkState
from licet.terms.when import to_text

if TYPE_CHECKING:
    from licet.app import App

app = single()


@dataclass(frozen=True, slots=True)
class Erased:
    """An erasure: its plan, how far it came, and where its certificate was written."""

    plan: PlanId
    subject: SubjectId
    asked_at: datetime
    done: int
    steps: int
    certified: bool
    certificate: Path | None = None


@deed(app, "erase", Takes.ACTOR)
def erase(
    call: Call,
    *,
    subject: Annotated[str, typer.Argument(help="The person, by id (see `grant list`).")] = "",
    proof: Proof = None,
    as_person: AsPerson = False,
    out: Annotated[Path | None, typer.Option(help="Where the certificate goes.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="List erasures instead.")] = False,
) -> Answer | Refusal:
    """Destroy everything kept of a person.

    The person is told first who searched them; then the machine looks for what it claims is
    gone, and certifies what it found. What cannot end now is carried on by
    `licet worker`; nobody finds the person from the first moment on.
    """
    from licet.rights.erase import erase as destroy

    with call.app() as licet:
        if listed:
            return _list(licet)
        if not subject:
            raise BadInput("nobody is named", "Give the person's id, see `licet grant list`.")
        person = SubjectId(subject.strip())
        organisation = None
        if proof is None and not as_person:
            organisation = signing.acting_organisation(call, licet, "")
        about = signing.erasing(person, organisation)
        with files.handout(handed.place(out, "erasure", subject)) as file:
            who = acting(call, licet, (proof, as_person), person, about)
            plan = destroy(licet, who, person, organisation)
            if isinstance(plan, Refusal):
                return plan
            return _erased(licet, plan, file)


def _erased(licet: "App", plan_id: PlanId, file: files.Handout) -> Answer:
    """Answer how far the erasure came; write its certificate if there is one."""
    from licet.effects.certifying import certificate

    found = next(one for one in _erasures(licet) if one.plan == plan_id)
    if not found.certified:
        return Answer(
            found,
            (
                "Nobody finds the person any more. The erasure goes on with `licet worker --once`;",
                f"then: licet certificate {plan_id}",
            ),
        )
    file.write(certificate(licet, plan_id))
    erased = Erased(
        found.plan, found.subject, found.asked_at, found.done, found.steps, True, file.path
    )
    if file.path == files.STANDARD:
        return Answer(erased)
    said = "Everything kept of the person is destroyed; searching for it found nothing."
    return Answer(erased, (said, f"  certificate: {file.path}", f"  plan: {plan_id}"))


def _list(licet: "App") -> Answer:
    found = list(_erasures(licet))
    rows = tuple(
        (
            one.plan,
            to_text(one.asked_at)[:16].replace("T", " "),
            f"{one.done} of {one.steps}",
            "yes" if one.certified else "no",
        )
        for one in found
    )
    grid = Grid(("plan", "asked", "steps done", "certified"), rows, "There is no erasure.")
    return Answer(found, (grid,))


def _erasures(licet: "App") -> Iterator[Erased]:
    """Yield every erasure that the ledger knows of, oldest first."""
    from licet.ledger.leaf import decode
    from licet.terms.ledger import EntryKind

    with licet.store.read() as reader:
        for leaf in reader.leaves.iterate():
            entry = decode(leaf.data)
            if entry.kind is not EntryKind.SUBJECT_ERASING:
                continue
            plan = reader.plans.get(PlanId(dict(entry.objects)["plan"]))
            if plan is not None and plan.kind is PlanKind.ERASE:
                yield _one(plan, reader.plans.effects(plan.id))


def _one(plan: Plan, effects: tuple[Effect, ...]) -> Erased:
    done = [one for one in effects if one.state is WorkState.DONE]
    certified = any(one.kind is EffectKind.CERTIFY for one in done)
    return Erased(plan.id, plan.subject, plan.created_at, len(done), len(effects), certified)
