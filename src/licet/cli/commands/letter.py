"""``licet letter``: letters from and to authorities, each with its last day and its owner."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import files, names, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid, count
from licet.terms.corresponding import Filed, LetterLine, LetterWish
from licet.terms.ids import CorrespondenceId, MemberId, OrderId
from licet.terms.permit import Action, Refusal

if TYPE_CHECKING:
    from licet.app import App

app = group("Letters with authorities: by when, and who answers.")

Number = Annotated[str, typer.Argument(help="The letter, see `letter list`.")]


@deed(app, "add", Takes.ACTOR)
def add(
    call: Call,
    *,
    letter: Annotated[Path, typer.Argument(help="The letter's file; its hash is kept.")],
    authority: Annotated[str, typer.Option(help="From or to whom it is.")],
    about: Annotated[str, typer.Option(help="What it is about, in one line; name nobody.")],
    answer_by: Annotated[str, typer.Option(metavar="DAY", help="The last day to answer.")] = "",
    owner: Annotated[str, typer.Option(metavar="NAME", help="The member who answers.")] = "",
    received: Annotated[str, typer.Option(metavar="DAY", help="When it came or went.")] = "",
    order: Annotated[str, typer.Option(help="The order it is about, by id or reference.")] = "",
    sent: Annotated[bool, typer.Option("--sent", help="It is a letter of ours.")] = False,
) -> Answer | Refusal:
    """Put a letter from an authority on the register, or with --sent one of ours.

    One that asks for an answer has a last day and a member who sees to it: a week and two
    days before that day, and when it is over, a warning goes to who watches (`alerts_to`).
    """
    from licet.rights.corresponding import file_letter, filing

    with call.app() as licet:
        wish = LetterWish(
            authority=authority,
            digest=files.digest(letter, "the letter"),
            says=about,
            outgoing=sent,
            on=names.day(received, "the day").date() if received else None,
            answer_by=names.day(answer_by, "the last day").date() if answer_by else None,
            owner=_member(licet, owner) if owner else None,
            order=_order(licet, order) if order else None,
        )
        who = signing.who(call, licet, _signing(filing(wish)))
        done = file_letter(licet, who, wish)
    if isinstance(done, Refusal):
        return done
    by = f"to be answered by {done.answer_by.isoformat()}" if done.answer_by else "no answer asked"
    return Answer(done, (f"Filed (entry {done.leaf}): {by}.", f"  letter: {done.letter}"))


@deed(app, "answer", Takes.ACTOR)
def answer(
    call: Call,
    letter: Number,
    file: Annotated[Path, typer.Argument(help="The answer that was sent; its hash is kept.")],
    note: Annotated[str, typer.Option(help="A line to remember it by; name nobody.")] = "",
) -> Answer | Refusal:
    """Note that a letter was answered, and by which file."""
    from licet.rights.corresponding import answer as note_answer
    from licet.rights.corresponding import answering

    wanted = CorrespondenceId(letter.strip())
    digest = files.digest(file, "the answer")
    with call.app() as licet:
        who = signing.who(call, licet, _signing(answering(wanted, digest, note)))
        done = note_answer(licet, who, wanted, digest, note)
    return _noted(done, "Answered")


@deed(app, "assign", Takes.ACTOR)
def assign(
    call: Call,
    letter: Number,
    owner: Annotated[str, typer.Argument(help="The member who sees to it from now on.")],
) -> Answer | Refusal:
    """Let another member see to a letter. Its last day stays."""
    from licet.rights.corresponding import assign as give
    from licet.rights.corresponding import assigning

    wanted = CorrespondenceId(letter.strip())
    with call.app() as licet:
        member = _member(licet, owner)
        who = signing.who(call, licet, _signing(assigning(wanted, member)))
        done = give(licet, who, wanted, member)
    return _noted(done, "Assigned")


@deed(app, "list", Takes.ACTOR)
def list_(
    call: Call,
    everything: Annotated[bool, typer.Option("--all", help="Those that wait for nothing too.")] = (
        False
    ),
) -> Answer | Refusal:
    """List letters that wait for an answer, the first due first; what is late is red."""
    from licet.rights.corresponding import LETTERS, Which, list_letters

    with call.app() as licet:
        who = signing.who(call, licet, signing.listing(LETTERS))
        found = list_letters(licet, who, Which(everything))
    if isinstance(found, Refusal):
        return found
    rows = tuple(_row(one) for one in found)
    red = frozenset(n for n, one in enumerate(found) if one.late)
    headings = ("authority", "came", "answer by", "left", "owner", "about", "letter")
    empty = "There is no letter." if everything else "No letter waits for an answer."
    return Answer(found, (Grid(headings, rows, empty, red),))


def _row(one: LetterLine) -> tuple[str, ...]:
    left = "" if one.left is None or not one.waits else str(one.left)
    if one.late and one.left is not None:
        left = f"late by {count(-one.left, 'day')}"
    if one.answered_on is not None:
        left = f"answered {one.answered_on.isoformat()}"
    return (
        one.authority or "(lost in a restore)",
        f"{one.on.isoformat()}{' (sent)' if one.outgoing else ''}",
        one.answer_by.isoformat() if one.answer_by else "",
        left,
        one.owner or ("nobody" if one.waits else ""),
        one.says,
        one.id,
    )


def _noted(done: Filed | Refusal, said: str) -> Answer | Refusal:
    if isinstance(done, Refusal):
        return done
    return Answer(done, (f"{said} (entry {done.leaf}).",))


def _member(licet: "App", word: str) -> MemberId:
    with licet.store.read() as reader:
        return names.member(reader, word).id


def _order(licet: "App", word: str) -> OrderId:
    with licet.store.read() as reader:
        return names.order(reader, word).id


def _signing(digest: str) -> signing.About:
    return signing.About(Action.CORRESPOND, digest=digest)
