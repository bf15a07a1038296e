"""``licet search``: search the people who may be found, and what follows from it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from licet.cli import files, names, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid, count
from licet.terms.clip import clock_time
from licet.terms.errors import BadInput
from licet.terms.face import cosine_of
from licet.terms.ids import CandidateId, SearchId
from licet.terms.permit import Refusal, Register
from licet.terms.search import Finding, Found, SearchResult, Seen
from licet.terms.when import to_text


class PlainSearch(TyperGroup):
    """``licet search CASE PHOTO`` is ``licet search run CASE PHOTO``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put ``run`` before words that name no command and ask for no help."""
        if args and args[0] not in {*self.commands, "-h", "--help"}:
            args = ["run", *args]
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: Any) -> list[Any]:
        """Show the plain form in the usage line."""
        return ["CASE PHOTO | COMMAND [ARGS]..."]


app = group("Search the people who may be found: CASE PHOTO.", PlainSearch)


@dataclass(frozen=True, slots=True)
class Closed:
    """A search that was closed; its probe is destroyed."""

    search: SearchId
    leaf: int


@deed(app, "run", Takes.ACTOR)
def run(
    call: Call,
    *,
    case: Annotated[str, typer.Argument(help="The case, by reference or id.")],
    photo: Annotated[Path, typer.Argument(help="A photo among its evidence; - for stdin.")],
    purpose: Annotated[str, typer.Option(help="Else the case's own.")] = "",
    face: Annotated[int | None, typer.Option(min=1, help="Which face, strongest first.")] = None,
    fpir: Annotated[float | None, typer.Option(help="A stricter rate than the usual.")] = None,
    asking: Annotated[
        str, typer.Option(metavar="GRANT", help="Two-sided purposes: of whom one searches for.")
    ] = "",
) -> Answer | Refusal:
    """Search the people who may be found, by a photo of the case.

    "No candidate" is a first-class answer. Candidates are not identifications: two
    verifiers must look before anything follows.
    """
    from licet.search import Choice, search

    probe = files.read(photo, "the photo")
    if fpir is not None and not 0 < fpir < 1:
        raise BadInput(f"{fpir} is not a rate", "Give a number between 0 and 1, such as 0.001.")
    with call.app() as licet:
        with licet.store.read() as reader:
            matter = names.case(reader, case)
        grant = signing.grant_of(licet, asking).id if asking else None
        wanted = names.purpose(purpose) if purpose else matter.purpose
        choice = Choice(face, fpir, grant)
        who = signing.who(call, licet, signing.searching(matter, wanted, probe, choice))
        found = search(licet, who, matter.id, wanted, probe, choice)
    if isinstance(found, Refusal):
        return found
    return Answer(found, _result(found))


@deed(app, "list", Takes.ACTOR)
def list_(
    call: Call, case: Annotated[str, typer.Argument(help="The case, by reference or id.")]
) -> Answer | Refusal:
    """List a case's searches and how they stand."""
    from licet.effects.listing import About
    from licet.listing import list_searches

    with call.app() as licet:
        with licet.store.read() as reader:
            matter = names.case(reader, case)
        about = About(Register.SEARCHES, matter.id)
        found = list_searches(licet, signing.who(call, licet, signing.listing(about)), matter.id)
    if isinstance(found, Refusal):
        return found
    rows = tuple(
        (
            one.id,
            _minute(one.at),
            one.state.value,
            str(one.candidates),
            str(one.withdrawn),
            str(one.in_scope),
        )
        for one in found
    )
    headings = ("id", "when", "state", "candidates", "withdrawn since", "people in scope")
    return Answer(found, (Grid(headings, rows, "No search was made in this case."),))


@deed(app, "show", Takes.ACTOR)
def show(call: Call, search: str) -> Answer | Refusal:
    """Say how one search stands, and which candidates wait for verifiers.

    Who may not be found at this moment is left out, and only counted.
    """
    from licet.effects.listing import About
    from licet.listing import show_search

    wanted = SearchId(search.strip())
    with call.app() as licet:
        with licet.store.read() as reader:
            kept = reader.searches.get(wanted)
        about = About(Register.SEARCHES, kept.case if kept else None, objects=(("search", wanted),))
        found = show_search(licet, signing.who(call, licet, signing.listing(about)), wanted)
    if isinstance(found, Refusal):
        return found
    line = found.search
    said = [
        f"Search {line.id} in {line.case}, {_minute(line.at)}: {line.state.value}.",
        f"  {line.in_scope} people in scope, FPIR {line.fpir:g}, threshold {line.threshold:.3f}",
    ]
    if line.withdrawn:
        gone = count(line.withdrawn, "candidate")
        said.append(f"  {gone} may not be found any more, so nothing may follow from them.")
    rows = tuple((one.id, f"{one.findings} of 2") for one in found.candidates)
    grid = Grid(("candidate", "verifiers"), rows, "  No candidate is kept.")
    return Answer(found, (*said, grid))


@deed(app, "review", Takes.ACTOR)
def review(
    call: Call,
    *,
    candidate: str,
    finding: Annotated[Finding, typer.Option(help="What you found, by your own eyes.")],
) -> Answer | Refusal:
    """Say whether a candidate is the person of the photo, as one of two blind verifiers."""
    from licet.reviewing import review as say

    wanted = CandidateId(candidate.strip())
    with call.app() as licet:
        who = signing.who(call, licet, signing.reviewing(licet, wanted, finding))
        done = say(licet, who, wanted, finding)
    if isinstance(done, Refusal):
        return done
    said = f"Kept; what others said stays unseen. The search is {done.state.value}."
    if done.lead:
        said = "A lead: two verifiers, blind to each other, found the same."
    return Answer(done, (said,))


@deed(app, "close")
def close(call: Call, search: str) -> Answer:
    """Close a search without a lead and destroy its probe."""
    from licet.reviewing import close as end

    wanted = SearchId(search.strip())
    with call.app() as licet:
        leaf = end(licet, wanted)
    return Answer(Closed(wanted, leaf), (f"Closed; the probe is destroyed (entry {leaf}).",))


def _result(found: SearchResult) -> tuple[str | Grid, ...]:
    people = f"{found.in_scope} in scope, FPIR {found.fpir:g}"
    threshold = f"threshold {cosine_of(found.threshold):.3f}"
    if not found.candidates:
        return (f"No candidate. {people}, {threshold} (search {found.id}).",)
    rows = tuple(row for one in found.candidates for row in _rows(one))
    headings = ("rank", "score", "innocent expected", "candidate", "grant", "photo", "source", "")
    return (
        f"{count(len(found.candidates), 'candidate')}: {people}, {threshold} (search {found.id}).",
        f"  Expect {found.expected_innocent:.2g} innocent candidates at this threshold.",
        Grid(headings, rows, ""),
        found.caveat,
    )


def _rows(one: Found) -> list[tuple[str, ...]]:
    """Return a candidate's rows: one for each photo, one without photo if there is none."""
    first = (
        str(one.rank),
        f"{cosine_of(one.score):.3f}",
        f"{one.expected_innocent:.2g}",
        one.id,
        one.grant,
    )
    photos = [(str(seen.item), seen.source_name, _place(seen)) for seen in one.appearances]
    head, *rest = photos or [("none yet", "", "")]
    return [(*first, *head), *(("",) * len(first) + row for row in rest)]


def _place(seen: Seen) -> str:
    """Return an address; of a video with when it shows the person."""
    if seen.span is None:
        return seen.address
    begins, ends = (clock_time(moment) for moment in seen.span)
    return f"{seen.address} {begins}-{ends}"


def _minute(moment: datetime) -> str:
    return to_text(moment)[:16].replace("T", " ")
