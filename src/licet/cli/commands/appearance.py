"""``licet appearance``: kept faces, to confirm or to take off a person."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import files, handed, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid
from licet.cli.person import AsPerson, Proof, acting, whose
from licet.terms.acting import Who
from licet.terms.clip import clock_time, moment_of
from licet.terms.errors import NotFound
from licet.terms.grant import Grant
from licet.terms.ids import GrantId, SubjectId, TemplateId
from licet.terms.permit import Action, Refusal
from licet.terms.rectifying import SplitPart

if TYPE_CHECKING:
    from licet.app import App


@dataclass(frozen=True, slots=True)
class TakenApart:
    """An appearance that was taken apart: what became of it, and where the receipt is."""

    grant: GrantId
    leaf: int
    receipt: Path
    parts: tuple[SplitPart, ...]


app = group("Kept faces: confirm one, or take it off.")


@deed(app, "list", Takes.ACTOR)
def list_(
    call: Call,
    *,
    person: Annotated[str, typer.Argument(help="The person's own: by id, or by the proof.")] = "",
    proof: Proof = None,
    as_person: AsPerson = False,
) -> Answer | Refusal:
    """List what waits for a look; to a person all that is kept of them.

    Where a face was seen stays sealed: a person reads it in their access package.
    """
    from licet.appearances import about_appearances, list_appearances

    with call.app() as licet:
        subject = _whom(person, proof)
        about = signing.listing(about_appearances(subject))
        who = _reader(call, licet, (proof, as_person), subject, about)
        found = list_appearances(licet, who, subject)
    if isinstance(found, Refusal):
        return found
    rows = tuple(
        (one.id, one.grant, one.lapses_at.date().isoformat() if one.lapses_at else "confirmed")
        for one in found
    )
    return Answer(found, (Grid(("id", "grant", "lapses on"), rows, "There is none."),))


@deed(app, "confirm", Takes.ACTOR)
def confirm(
    call: Call, *, appearance: str, proof: Proof = None, as_person: AsPerson = False
) -> Answer | Refusal:
    """Keep an appearance after a look at it: it lapses no more."""
    from licet.appearances import confirm_appearance

    wanted = TemplateId(appearance.strip())
    with call.app() as licet:
        grant = _grant(licet, wanted)
        about = signing.on_appearance(Action.CONFIRM_APPEARANCE, grant, wanted)
        who = acting(call, licet, (proof, as_person), grant.subject, about)
        done = confirm_appearance(licet, who, wanted)
    if isinstance(done, Refusal):
        return done
    return Answer(done, (f"Confirmed; it lapses no more (entry {done.leaf}).",))


@deed(app, "unlink", Takes.ACTOR)
def unlink(
    call: Call,
    *,
    appearance: str,
    proof: Proof = None,
    as_person: AsPerson = False,
    out: Annotated[Path | None, typer.Option(help="Where the person's receipt goes.")] = None,
) -> Answer | Refusal:
    """Take a wrong appearance off a person: it is deleted, and never kept for them again."""
    from licet.rectifying import unlink as take_off

    wanted = TemplateId(appearance.strip())
    place = handed.place(out, "rectification", appearance)
    with call.app() as licet, files.handout(place) as file:
        grant = _grant(licet, wanted)
        about = signing.on_appearance(Action.RECTIFY, grant, wanted)
        who = acting(call, licet, (proof, as_person), grant.subject, about)
        done = take_off(licet, who, wanted)
        if isinstance(done, Refusal):
            return done
        return handed.receipt(file, done, "The face is taken off this person for good.")


@deed(app, "split", Takes.ACTOR)
def split(
    call: Call,
    *,
    appearance: str,
    at: Annotated[str, typer.Option(help="When somebody else begins: 2:03, 1:02:03 or 12.5.")],
    proof: Proof = None,
    as_person: AsPerson = False,
    out: Annotated[Path | None, typer.Option(help="Where the person's receipt goes.")] = None,
) -> Answer | Refusal:
    """Take an appearance in a video apart at a moment, where it shows two people.

    The video is read again. Each part is held against the person's references: what is them
    waits for a look, what is not is forgotten.
    """
    from licet.splitting import split as take_apart

    wanted, moment = TemplateId(appearance.strip()), moment_of(at)
    place = handed.place(out, "rectification", appearance)
    with call.app() as licet, files.handout(place) as file:
        grant = _grant(licet, wanted)
        about = signing.splitting(grant, wanted, moment)
        who = acting(call, licet, (proof, as_person), grant.subject, about)
        done = take_apart(licet, who, wanted, moment)
        if isinstance(done, Refusal):
            return done
        file.write(done.receipt)
    given = TakenApart(done.grant, done.leaf, file.path, done.parts)
    if file.path == files.STANDARD:
        return Answer(given)
    lines = [f"Taken apart at {clock_time(moment)} (entry {done.leaf})."]
    for part in done.parts:
        became = (
            f"an appearance, {part.template}" if part.template else "not this person: forgotten"
        )
        lines.append(f"  from {clock_time(part.begins)} to {clock_time(part.ends)}: {became}")
    lines.append(f"  receipt for the person: {file.path}")
    return Answer(given, tuple(lines))


@deed(app, "unconfirm", Takes.ACTOR)
def unconfirm(
    call: Call, *, appearance: str, proof: Proof = None, as_person: AsPerson = False
) -> Answer | Refusal:
    """Take a confirmation back: the appearance waits for a look again, or lapses."""
    from licet.appearances import unconfirm_appearance

    wanted = TemplateId(appearance.strip())
    with call.app() as licet:
        grant = _grant(licet, wanted)
        about = signing.taking_back(Action.CONFIRM_APPEARANCE, grant, "unconfirm", wanted)
        who = acting(call, licet, (proof, as_person), grant.subject, about)
        done = unconfirm_appearance(licet, who, wanted)
    if isinstance(done, Refusal):
        return done
    day = done.lapses_at.date().isoformat()
    return Answer(done, (f"No longer confirmed; it lapses on {day} (entry {done.leaf}).",))


@deed(app, "unlinked", Takes.ACTOR)
def unlinked(
    call: Call,
    *,
    person: Annotated[str, typer.Argument(help="The person's own: by id, or by the proof.")] = "",
    proof: Proof = None,
    as_person: AsPerson = False,
) -> Answer | Refusal:
    """List the faces that are never this person's, and by which word that is taken back."""
    from licet.unlinking import about_unlinked, list_unlinked

    with call.app() as licet:
        subject = _whom(person, proof)
        about = signing.listing(about_unlinked(subject))
        who = _reader(call, licet, (proof, as_person), subject, about)
        found = list_unlinked(licet, who, subject)
    if isinstance(found, Refusal):
        return found
    rows = tuple((one.tag, one.grant, one.by, "yes" if one.there else "no") for one in found)
    headings = ("word", "grant", "said by", "photo there")
    return Answer(found, (Grid(headings, rows, "There is none."),))


@deed(app, "relink", Takes.ACTOR)
def relink(
    call: Call,
    *,
    word: Annotated[str, typer.Argument(help="What `appearance unlinked` calls it.")],
    proof: Proof = None,
    as_person: AsPerson = False,
) -> Answer | Refusal:
    """Take back that a face is not this person: it is suggested again, for another look.

    What was kept of it is gone; accepting the suggestion reads the photo once more. What
    the person said themselves only they take back.
    """
    from licet.unlinking import grant_of_note
    from licet.unlinking import relink as take_back

    wanted = word.strip()
    with call.app() as licet:
        with licet.store.read() as reader:
            grant = grant_of_note(reader, wanted)
        about = signing.taking_back(Action.CONFIRM_APPEARANCE, grant, "relink", wanted)
        who = acting(call, licet, (proof, as_person), grant.subject, about)
        done = take_back(licet, who, wanted)
    if isinstance(done, Refusal):
        return done
    if done.suggestion is None:
        return Answer(done, (f"Taken back (entry {done.leaf}); there is nothing to look at.",))
    said = f"Taken back (entry {done.leaf}). Look again, then:"
    return Answer(done, (said, f"  licet suggestion accept {done.suggestion}"))


def _whom(person: str, proof: Path | None) -> SubjectId | None:
    """Return of whom a list is asked: who is named, else who the proof is of; None for all."""
    if person:
        return SubjectId(person.strip())
    return whose(proof) if proof is not None else None


def _reader(
    call: Call,
    licet: "App",
    given: tuple[Path | None, bool],
    subject: SubjectId | None,
    about: signing.About,
) -> Who:
    """Return who reads a list: of one person that person or members, of all a member."""
    if subject is None:
        return signing.who(call, licet, about)
    return acting(call, licet, given, subject, about)


def _grant(licet: "App", template: TemplateId) -> Grant:
    with licet.store.read() as reader:
        kept = reader.templates.get(template)
        grant = reader.grants.get(kept.grant) if kept else None
    if grant is None:
        raise NotFound("there is no such appearance", "See `licet appearance list`.")
    return grant
