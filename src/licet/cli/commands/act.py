"""``licet act``: acts of two members who are not in one place."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from licet.cli import files, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid
from licet.terms.admission import ApiKeyMade, Invited
from licet.terms.ids import ActId
from licet.terms.permit import Refusal
from licet.terms.source import Source
from licet.terms.waiting import ActEnd, Parked
from licet.terms.when import to_text

app = group("Acts of two members that wait for the second to sign.")

Named = Annotated[str, typer.Argument(metavar="ACT", help="The act, by id.")]


@dataclass(frozen=True, slots=True)
class Waits:
    """An act that waits, as it is listed."""

    act: ActId
    kind: str
    says: str
    begun_by: str
    until: str


@dataclass(frozen=True, slots=True)
class Carried:
    """An act that was carried out, and what came of it; ``act`` is None where it never waited."""

    act: ActId | None
    kind: str
    answer: object


@dataclass(frozen=True, slots=True)
class Ended:
    """An act that will not be carried out."""

    act: ActId
    why: ActEnd


@deed(app, "begin", Takes.ACTOR)
def begin(
    call: Call,
    kind: Annotated[str, typer.Argument(help="Which act; see the API's page for all of them.")],
    parts: Annotated[Path, typer.Argument(metavar="FILE.json", help="What it is about.")],
) -> Answer | Refusal:
    """Sign an act of two members as the first of them. It waits for the other for three days."""
    from licet.deeds import about_of, read_parts
    from licet.deeds import begin as flow

    with call.app() as licet:
        read = read_parts(kind, files.read(parts, "the parts"))
        parked = flow(licet, signing.who(call, licet, about_of(licet, kind, read)), kind, read)
    if isinstance(parked, Refusal):
        return parked
    if not isinstance(parked, Parked):
        return _done(call, Carried(None, kind, parked))
    said = f"It waits until {to_text(parked.expires)} for another member:"
    return Answer(parked, (said, f"  licet act sign {parked.act} --key FILE"))


@deed(app, "list", Takes.ACTOR)
def list_(call: Call) -> Answer | Refusal:
    """List the acts of your organisation that wait, in words."""
    from licet.awaiting import WAITING, waiting_acts
    from licet.deeds import says

    with call.app() as licet:
        found = waiting_acts(licet, signing.who(call, licet, signing.listing(WAITING)))
        if isinstance(found, Refusal):
            return found
        with licet.store.read() as reader:
            members = {one.member: reader.governance.member(one.member) for one in found}
        lines = tuple(
            Waits(
                act=one.id,
                kind=one.kind,
                says=says(licet, one),
                begun_by=member.name if (member := members[one.member]) else one.member,
                until=to_text(one.expires),
            )
            for one in found
        )
    rows = tuple((one.says, one.begun_by, one.until[:10], one.act) for one in lines)
    return Answer(lines, (Grid(("what", "begun by", "until", "id"), rows, "No act waits."),))


@deed(app, "sign", Takes.ACTOR)
def sign(call: Call, act: Named) -> Answer | Refusal:
    """Sign an act that another member began: it is carried out at once, if it still may be."""
    from licet.awaiting import find_act, too
    from licet.deeds import complete

    with call.app() as licet:
        waits = find_act(licet, None, ActId(act))
        answer = complete(licet, signing.who(call, licet, too(waits)), waits.id)
    if isinstance(answer, Refusal):
        return answer
    return _done(call, Carried(waits.id, waits.kind, answer))


@deed(app, "end", Takes.ACTOR)
def end(call: Call, act: Named) -> Answer | Refusal:
    """Decline an act that waits, or take back your own: nothing happens, and it is recorded."""
    from licet.awaiting import end_act, ending, find_act

    with call.app() as licet:
        waits = find_act(licet, None, ActId(act))
        why = end_act(licet, signing.who(call, licet, ending(waits)), waits.id)
    if isinstance(why, Refusal):
        return why
    return Answer(Ended(waits.id, why), (f"The act is {why.value}: nothing happens.",))


def _done(call: Call, carried: Carried) -> Answer:
    from licet.web.serving import Serving

    origin = Serving.of(call.settings).origin
    said = f"Done: {carried.kind.replace('_', ' ')}."
    return Answer(carried, (said, _told(carried.answer, origin)))


def _told(answer: object, origin: str) -> str:
    """Return what came of an act, in one line: what is told once must be seen."""
    match answer:
        case Invited():
            return f"  {origin}/invitation#{answer.code}"
        case ApiKeyMade():
            return f"  {answer.secret}"
        case Source():
            return f"  {answer.id}"
        case _:
            return f"  {answer}"
