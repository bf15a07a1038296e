"""``licet suggestion``: faces that wait for a person's look."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from licet.cli import signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid
from licet.cli.person import AsPerson, Proof, acting
from licet.terms.errors import NotFound
from licet.terms.grant import Grant
from licet.terms.ids import SuggestionId
from licet.terms.permit import Action, Refusal, Register

if TYPE_CHECKING:
    from licet.app import App

app = group("Faces that wait for a person's look.")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A suggestion that was forgotten."""

    suggestion: SuggestionId
    leaf: int


@deed(app, "list", Takes.ACTOR)
def list_(call: Call) -> Answer | Refusal:
    """List what waits, and until when."""
    from licet.effects.listing import About
    from licet.listing import list_suggestions

    with call.app() as licet:
        who = signing.who(call, licet, signing.listing(About(Register.SUGGESTIONS)))
        found = list_suggestions(licet, who)
    if isinstance(found, Refusal):
        return found
    rows = tuple((one.id, one.grant, one.expires.date().isoformat()) for one in found)
    grid = Grid(("id", "grant", "forgotten on"), rows, "No suggestion waits.")
    return Answer(found, (grid,))


@deed(app, "accept", Takes.ACTOR)
def accept(
    call: Call, *, suggestion: str, proof: Proof = None, as_person: AsPerson = False
) -> Answer | Refusal:
    """Keep a suggested face as a confirmed appearance, after a look at it."""
    from licet.suggesting import accept as keep

    wanted = SuggestionId(suggestion.strip())
    with call.app() as licet:
        grant = _grant(licet, wanted)
        about = signing.accepting(grant, wanted)
        who = acting(call, licet, (proof, as_person), grant.subject, about)
        done = keep(licet, who, wanted)
    if isinstance(done, Refusal):
        return done
    return Answer(done, (f"Kept as a confirmed appearance (entry {done.leaf}).",))


@deed(app, "never", Takes.ACTOR)
def never(
    call: Call, *, suggestion: str, proof: Proof = None, as_person: AsPerson = False
) -> Answer | Refusal:
    """Say that the face is not this person: it is never suggested or kept for them again."""
    from licet.unlinking import never as mark

    wanted = SuggestionId(suggestion.strip())
    with call.app() as licet:
        grant = _grant(licet, wanted)
        about = signing.taking_back(Action.RECTIFY, grant, "never", wanted)
        who = acting(call, licet, (proof, as_person), grant.subject, about)
        done = mark(licet, who, wanted)
    if isinstance(done, Refusal):
        return done
    said = f"Never again for this person (entry {done.leaf}). To take it back:"
    return Answer(done, (said, f"  licet appearance relink {done.tag}"))


@deed(app, "reject")
def reject(call: Call, suggestion: str) -> Answer:
    """Forget a suggestion; nobody needs a permit to forget. It cannot be undone.

    A later scan may suggest the face again. For good: `licet suggestion never`.
    """
    from licet.suggesting import reject as forget

    wanted = SuggestionId(suggestion.strip())
    with call.app() as licet:
        leaf = forget(licet, wanted)
    return Answer(Rejected(wanted, leaf), (f"Forgotten (entry {leaf}).",))


def _grant(licet: "App", suggestion: SuggestionId) -> Grant:
    with licet.store.read() as reader:
        kept = reader.suggestions.get(suggestion)
        grant = reader.grants.get(kept.grant) if kept else None
    if grant is None:
        raise NotFound("there is no such suggestion", "See `licet suggestion list`.")
    return grant
