"""``licet family``: two who look for each other; nobody learns of one before both agreed."""

from typing import Annotated

import typer

from licet.cli import names, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid
from licet.cli.person import AsPerson, Proof, acting
from licet.effects.digesting import digest_of
from licet.effects.signing import About
from licet.terms.asked import OwnQuestion, Said, SeekWish
from licet.terms.errors import BadInput
from licet.terms.ids import QuestionId
from licet.terms.permit import Action, Refusal

app = group("Two who look for each other, and both must agree.")

_ASKED = {
    "shown": "may they show you?",
    "seek": "do you look for your family?",
    "found": "somebody looks for you",
}


@deed(app, "seek", Takes.ACTOR)
def seek(
    call: Call,
    *,
    grant: str,
    told_as: Annotated[str, typer.Option("--as-whom", help="What may be told of you.")] = "",
    relation: Annotated[str, typer.Option(help="How you are related: a sister, an uncle.")] = "",
    channel: Annotated[str, typer.Option(help="How you want to be reached.")] = "",
    stop: Annotated[bool, typer.Option("--stop", help="Let nobody look any more.")] = False,
    proof: Proof = None,
    as_person: AsPerson = False,
) -> Answer | Refusal:
    """Let the organisation look for one's family, as the person; or stop it."""
    from licet.family import seek as begin
    from licet.family import stop_seeking

    with call.app() as licet:
        kept = signing.grant_of(licet, grant)
        about = About(Action.SAY, kept.organisation, kept.id)
        who = acting(call, licet, (proof, as_person), kept.subject, about)
        if stop:
            leaf = stop_seeking(licet, who, kept.id)
        else:
            leaf = begin(licet, who, kept.id, SeekWish(told_as, relation, channel))
    if isinstance(leaf, Refusal):
        return leaf
    said = "Nobody looks any more." if stop else "They may look now. You hear when both agreed."
    return Answer({"grant": kept.id, "leaf": leaf}, (said,))


@deed(app, "questions", Takes.ACTOR)
def questions(
    call: Call, *, grant: str, proof: Proof = None, as_person: AsPerson = False
) -> Answer | Refusal:
    """List what one is asked, as the person, and what one said."""
    from licet.family import about_questions, list_questions

    with call.app() as licet:
        kept = signing.grant_of(licet, grant)
        about = signing.listing(about_questions(kept.subject))
        who = acting(call, licet, (proof, as_person), kept.subject, about)
        found = list_questions(licet, who, kept.subject)
    if isinstance(found, Refusal):
        return found
    rows = tuple((one.id or "", _asked(one), one.said.value, str(one.until)) for one in found)
    return Answer(found, (Grid(("id", "asked", "said", "until"), rows, "Nothing is asked."),))


@deed(app, "answer", Takes.ACTOR)
def answer(
    call: Call,
    *,
    grant: str,
    question: str,
    said: Annotated[Said, typer.Option("--say", help="yes, no or later.")],
    channel: Annotated[str, typer.Option(help="After a yes: how to reach you.")] = "",
    proof: Proof = None,
    as_person: AsPerson = False,
) -> Answer | Refusal:
    """Say, as the person, whether one wants to be found. Nobody learns of a no."""
    from licet.family import about_questions
    from licet.family import answer as say

    with call.app() as licet:
        kept = signing.grant_of(licet, grant)
        about = signing.listing(about_questions(kept.subject))
        who = acting(call, licet, (proof, as_person), kept.subject, about)
        with licet.store.read() as reader:
            asked = reader.questions.get(QuestionId(question.strip()))
        if asked is None or asked.grant != kept.id:
            raise BadInput("this is not asked", "See `licet family questions`.")
        refused = say(licet, who, asked.id, said, channel)
    if refused is not None:
        return refused
    told = "They learn now that you both agreed." if said is Said.YES else "Nobody learns of it."
    return Answer({"question": asked.id, "said": said.value}, (told,))


@deed(app, "meet", Takes.ACTOR)
def meet(
    call: Call, *, case: Annotated[str, typer.Argument(help="The case, by reference or id.")]
) -> Answer | Refusal:
    """Tell a verifier how to bring together two who both agreed; nothing before."""
    from licet.family import meet as bring

    with call.app() as licet:
        with licet.store.read() as reader:
            matter = names.case(reader, case)
        about = About(Action.REVIEW, matter.organisation, matter.id, digest_of("meet", matter.id))
        found = bring(licet, signing.who(call, licet, about), matter.id)
    if isinstance(found, Refusal):
        return found
    rows = tuple(
        (one.told_as, one.relation, one.seeker_channel, one.found_channel) for one in found
    )
    headings = ("who looks", "related", "reached by", "the other by")
    return Answer(found, (Grid(headings, rows, "Nobody is to be brought together."),))


def _asked(one: OwnQuestion) -> str:
    who = f": {one.told_as}, {one.relation}" if one.asked == "found" else ""
    return f"{_ASKED[one.asked]}{who} ({one.organisation})"
