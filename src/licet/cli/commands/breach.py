"""``licet breach``: the register of breaches, its 72 hours, and people who do not exist."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import files, names, signing
from licet.cli.call import Call, Takes, deed, group, joined
from licet.cli.commands import canary
from licet.cli.output import Answer, Grid, count
from licet.cli.signing import About
from licet.terms.breaching import (
    AuthorityTold,
    BreachDetails,
    BreachFindings,
    BreachLine,
    BreachWish,
    Risk,
)
from licet.terms.errors import BadInput
from licet.terms.ids import BreachId, SubjectId
from licet.terms.permit import Action, Refusal

if TYPE_CHECKING:
    from licet.rights.breaching import Stands

app = group("Breaches: the register, the 72 hours, whom to tell.")

Number = Annotated[str, typer.Argument(metavar="BREACH", help="Its number, see `breach list`.")]
People = Annotated[int, typer.Option(help="How many people it touches, as far as is known.")]


@dataclass(frozen=True, slots=True)
class Reported:
    """A breach that stands on the register."""

    breach: BreachId


@deed(app, "report", Takes.ACTOR)
def report(
    call: Call,
    *,
    what: Annotated[str, typer.Option(help="What happened.")],
    people: People = 0,
    aware: Annotated[
        str, typer.Option(metavar="MOMENT", help="Since when it is known; now if left out.")
    ] = "",
) -> Answer | Refusal:
    """Put a breach on the register. From the moment it is known 72 hours run.

    A suspicion counts as knowing. It can be dismissed later, with a reason.
    """
    from licet.effects.acting import digest_of_wish
    from licet.rights.breaching import report as put

    with call.app() as licet:
        wish = BreachWish(what, _moment(aware) if aware else licet.clock(), people)
        who = signing.who(call, licet, _about(digest_of_wish(wish)))
        done = put(licet, who, wish)
    if isinstance(done, Refusal):
        return done
    said = (
        f"On the register: {done}. The authority must be told within 72 hours.",
        "  Next: `licet breach confirm`, or `licet breach dismiss` with a reason.",
    )
    return Answer(Reported(done), said)


@deed(app, "list", Takes.ACTOR)
def list_(call: Call) -> Answer | Refusal:
    """List every breach with its clock, the newest first."""
    from licet.rights.breaching import BREACHES, list_breaches

    with call.app() as licet:
        found = list_breaches(licet, signing.who(call, licet, signing.listing(BREACHES)))
    if isinstance(found, Refusal):
        return found
    headings = ("breach", "by", "state", "known since", "authority", "people", "told")
    red = frozenset(n for n, one in enumerate(found) if one.late)
    grid = Grid(headings, tuple(_row(one) for one in found), "There is no breach.", red)
    return Answer(found, (grid,))


@deed(app, "show", Takes.ACTOR)
def show(call: Call, breach: Number) -> Answer | Refusal:
    """Show all that is known of one breach, and the act that set an alarm off."""
    from licet.rights.breaching import show_breach, showing

    wanted = BreachId(breach.strip())
    with call.app() as licet:
        about = signing.listing(showing(wanted))
        found = show_breach(licet, signing.who(call, licet, about), wanted)
    if isinstance(found, Refusal):
        return found
    return Answer(found, tuple(_details(found)))


@deed(app, "confirm", Takes.ACTOR)
def confirm(
    call: Call,
    breach: Number,
    *,
    what: Annotated[str, typer.Option(help="What happened.")],
    consequences: Annotated[str, typer.Option(help="What may follow for people.")],
    measures: Annotated[str, typer.Option(help="What was done, and is being done.")],
    risk: Annotated[Risk, typer.Option(help="For people: unlikely, likely or high.")],
    people: People = 0,
    subject: Annotated[
        list[str] | None, typer.Option(help="Whom it touches; nobody named is everybody.")
    ] = None,
    why: Annotated[str, typer.Option(help="Why no risk is likely.")] = "",
) -> Answer | Refusal:
    """Write down what was found; again when more is known.

    To find that no risk is likely, or less of it than before, two members act, the data
    protection officer among them.
    """
    from licet.rights.breaching import acting_now, finding_digest
    from licet.rights.breaching import confirm as write

    wanted = BreachId(breach.strip())
    subjects = tuple(SubjectId(one.strip()) for one in subject or ())
    findings = BreachFindings(what, consequences, measures, people, risk, subjects, why)
    with call.app() as licet:
        digest = finding_digest(wanted, findings)
        action = acting_now(licet, wanted, findings)
        who = signing.who(call, licet, About(action, digest=digest))
        done = write(licet, who, wanted, findings)
    return _stands(done, "Written down")


@deed(app, "tell", Takes.WRITER)
def tell(
    call: Call,
    breach: Number,
    *,
    authority: Annotated[str, typer.Option(help="The authority that was told, or is now.")] = "",
    to: Annotated[str, typer.Option(metavar="ADDRESS", help="Its mail: it is written to.")] = "",
    paper: Annotated[Path | None, typer.Option(help="What it was told with.")] = None,
    why_late: Annotated[str, typer.Option(help="Why it comes after the 72 hours.")] = "",
    people: Annotated[bool, typer.Option("--people", help="Write to the people.")] = False,
) -> Answer | Refusal:
    """Tell the authority of a breach (--authority), or the people (--people).

    With --to a letter goes out with all that Article 33 asks for. With --paper you told it
    another way; the hash of what you sent is kept.
    """
    from licet.rights.breaching import (
        people_digest,
        tell_authority,
        tell_those_touched,
        telling_digest,
    )

    if people == bool(authority):
        raise BadInput("one of the two is told at a time", "Give --authority NAME or --people.")
    wanted = BreachId(breach.strip())
    with call.app() as licet:
        if people:
            who = signing.who(call, licet, _about(people_digest(wanted)))
            done = tell_those_touched(licet, who, wanted)
            if isinstance(done, Refusal):
                return done
            said = f"{count(done.letters, 'letter')} on the way; `licet worker` sends them."
            return Answer(done, (said,))
        digest = files.digest(paper, "the paper") if paper else ""
        told = AuthorityTold(authority, digest, to.strip(), call.language, why_late)
        who = signing.who(call, licet, _about(telling_digest(wanted, told)))
        return _stands(tell_authority(licet, who, wanted, told), "Told the authority")


@deed(app, "close", Takes.ACTOR)
def close(
    call: Call,
    breach: Number,
    *,
    learnt: Annotated[str, typer.Option(help="What was learnt from it.")],
) -> Answer | Refusal:
    """End a breach, once everybody was told who must be.

    Two members act, the data protection officer among them.
    """
    from licet.rights.breaching import close as end
    from licet.rights.breaching import ending_digest

    wanted = BreachId(breach.strip())
    with call.app() as licet:
        who = signing.who(call, licet, _ending(ending_digest(wanted, learnt)))
        return _stands(end(licet, who, wanted, learnt), "Ended")


@deed(app, "dismiss", Takes.ACTOR)
def dismiss(
    call: Call,
    breach: Number,
    *,
    why: Annotated[str, typer.Option(help="Why it was none.")],
) -> Answer | Refusal:
    """Say that a suspicion was none; it stays on the register, with the reason.

    Two members act, the data protection officer among them, and neither of them set it off.
    """
    from licet.rights.breaching import dismiss as end
    from licet.rights.breaching import ending_digest

    wanted = BreachId(breach.strip())
    with call.app() as licet:
        who = signing.who(call, licet, _ending(ending_digest(wanted, why)))
        return _stands(end(licet, who, wanted, why), "Ended")


@deed(app, "drill", Takes.NOTHING)
def drill(
    _call: Call,
    people: Annotated[int, typer.Option(min=1, max=10_000, help="How many are written to.")] = 50,
) -> Answer:
    """Try the whole way of a breach, on people who do not exist, and say how long it took.

    It runs in a sandbox of its own in a temporary folder. Nothing of yours is touched, and
    no mail goes out.
    """
    from licet.drill.breach import drill_breach

    done = drill_breach(people)
    rows = tuple((one.name, f"{one.seconds:.2f} s", one.found) for one in done.steps)
    said = f"All of it went right, in {done.seconds:.1f} s: {count(done.letters, 'letter')} sent."
    return Answer(done, (Grid(("step", "time", "found"), rows, ""), said))


joined(app, canary.app)


def _about(digest: str) -> About:
    return About(Action.BREACH, digest=digest)


def _ending(digest: str) -> About:
    return About(Action.END_BREACH, digest=digest)


def _moment(word: str) -> datetime:
    for form in ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"):
        try:
            return datetime.strptime(word, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return names.day(word, "the moment")


def _stands(done: "Stands | Refusal", said: str) -> Answer | Refusal:
    if isinstance(done, Refusal):
        return done
    return Answer(done, (f"{said} (entry {done.leaf}); the breach is {done.state.value}.",))


def _row(one: BreachLine) -> tuple[str, ...]:
    known = one.aware_at.isoformat(sep=" ", timespec="minutes")[:16]
    people = ("told" if one.people_told_at else "to be told") if one.risk_high else "-"
    return (one.id, one.cause, one.state, known, _clock(one), str(one.people), people)


def _clock(one: BreachLine) -> str:
    """Say how it stands with telling the authority, late ones in words too."""
    if one.authority_told_at is not None:
        return "told"
    if one.late:
        return f"late by {-one.left} hours"
    over = one.state in ("closed", "dismissed")
    return "-" if over or one.left < 0 else f"{one.left} hours left"


def _details(found: BreachDetails) -> list[str]:
    one = found.breach
    lines = [f"Breach {one.id}: {one.state}, {_clock(one)}."]
    if found.act is not None:
        leaf, kind, organisation = found.act
        lines.append(f"  set off by entry {leaf} ({kind}) of {organisation or 'nobody named'}")
    words = {
        "what": found.what,
        "consequences": found.consequences,
        "measures": found.measures,
        "risk": found.risk,
        "why": found.why,
        "authority": found.authority,
        "why late": found.why_late,
        "end": found.end,
    }
    return lines + [f"  {name}: {said}" for name, said in words.items() if said]
