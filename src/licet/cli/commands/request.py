"""``licet request``: people's requests, from the letter to the answer."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import files, names, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.exits import Exit
from licet.cli.output import Answer, Grid, count
from licet.cli.person import AsPerson, Proof
from licet.terms.acting import SUBJECT, Who
from licet.terms.errors import BadInput
from licet.terms.granting import FailureToEnrol, WrongCode
from licet.terms.ids import GrantId, RequestId
from licet.terms.inbox import RequestDetails, RequestLine
from licet.terms.permit import By, Refusal
from licet.terms.rights import Decided, Received, RequestState, RequestWish, RightKind

if TYPE_CHECKING:
    from licet.app import App

app = group("People's requests: the inbox, clocks and answers.")

Number = Annotated[str, typer.Argument(metavar="REQUEST", help="The request's number.")]
Why = Annotated[str, typer.Option(help="The reason; it is kept with the request.")]
Photos = Annotated[list[Path] | None, typer.Argument(metavar="PHOTO", help="Photos.")]


@deed(app, "receive", Takes.WRITER)
def receive(
    call: Call,
    *,
    kind: Annotated[RightKind, typer.Argument(help="What the person asks for.")],
    contact: Annotated[str, typer.Option(help="Where they wrote from and want the answer.")],
    name: Annotated[str, typer.Option(help="How they sign, if they do.")] = "",
    letter: Annotated[Path | None, typer.Option(help="What they wrote.")] = None,
    received: Annotated[str, typer.Option(metavar="DAY", help="When a paper letter came.")] = "",
    grant: Annotated[list[str] | None, typer.Option(help="This grant alone. Repeatable.")] = None,
    appearance: Annotated[list[str] | None, typer.Option(help="A wrong one.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="WORD=VALUE", help="source, since, until or place. Repeatable."),
    ] = None,
    photo_follows: Annotated[
        bool, typer.Option("--photo-follows", help="The answer waits for a photo.")
    ] = False,
    proof: Proof = None,
    as_person: AsPerson = False,
) -> Answer | Refusal:
    """Take in a person's letter: it starts the clock, and a repeat joins it.

    A contact and what they ask for are enough. A code goes to the contact; only what it
    proves is answered there. It costs nothing, however often they ask.
    """
    from licet.rights.intake import receive as take_in

    with call.app() as licet:
        wish = RequestWish(
            kind=kind,
            contact=contact.strip(),
            name=name,
            words=_words(letter),
            language=call.language,
            grants=tuple(GrantId(one) for one in grant or ()),
            templates=tuple(appearance or ()),
            received_on=_day(received, "the day of receipt"),
            photo_follows=photo_follows,
        )
        wish = _where(licet, wish, where or [])
        who = _asking(call, licet, (proof, as_person), wish)
        done = take_in(licet, who, wish)
    return done if isinstance(done, Refusal) else _received(done)


@deed(app, "represent", Takes.WRITER)
def represent(
    call: Call,
    *,
    kind: Annotated[RightKind, typer.Argument(help="What is asked for the person.")],
    contact: Annotated[str, typer.Option(help="Where the representative wrote from.")],
    representative: Annotated[str, typer.Option(help="Who writes on the person's behalf.")],
    mandate: Annotated[Path, typer.Option(help="The mandate they brought.")],
    person_contact: Annotated[str, typer.Option(help="The person's own contact.")],
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
    letter: Annotated[Path | None, typer.Option(help="What was written.")] = None,
    received: Annotated[str, typer.Option(metavar="DAY", help="When a paper letter came.")] = "",
) -> Answer | Refusal:
    """Take in a letter that somebody writes on a person's behalf.

    The code goes to the person, who says by it that it is so. A member who did not file
    the letter accepts the mandate; only then is anything sent to the representative.
    """
    from licet.rights.intake import receive as take_in

    with call.app() as licet:
        wish = RequestWish(
            kind=kind,
            contact=contact.strip(),
            name=name,
            words=_words(letter),
            language=call.language,
            representative=representative,
            mandate=files.digest(mandate, "the mandate"),
            person_contact=person_contact.strip(),
            received_on=_day(received, "the day of receipt"),
        )
        done = take_in(licet, signing.who(call, licet, signing.receiving(wish)), wish)
    return done if isinstance(done, Refusal) else _received(done)


@deed(app, "prove")
def prove(
    call: Call,
    request: Number,
    code: Annotated[list[str], typer.Argument(help="From the letter, in one word or two.")],
) -> Answer | Refusal:
    """Give back the code of a request: it proves where the answer may go.

    What needs nobody happens at once, or is planned and carried out by `licet worker`.
    """
    from licet.rights.intake import prove as give_back

    with call.app() as licet:
        done = give_back(licet, _id(request), "".join(code))
    if isinstance(done, Refusal):
        return done
    if isinstance(done, WrongCode):
        said = f"The code is not the one sent; tries left: {done.tries_left}."
        return Answer(done, (said,), Exit.WRONG_CODE)
    waits = done.state is not RequestState.FULFILLING
    goes_on = "It waits for somebody's answer." if waits else "It goes on with `licet worker`."
    return Answer(done, (f"The contact is proved. {goes_on}",))


@deed(app, "photo", Takes.ACTOR)
def photo(
    call: Call, request: Number, photos: Photos = None, proof: Proof = None
) -> Answer | Refusal:
    """Put a person's own photo with their request. Nothing is compared before it is accepted."""
    from licet.rights.looking import attach_photo

    given = tuple(files.read(one, "the photo") for one in photos or ())
    with call.app() as licet:
        about = signing.answering(_id(request), "attach", *given)
        who = _person(proof) if proof else signing.who(call, licet, about)
        done = attach_photo(licet, who, _id(request), given)
    if isinstance(done, Refusal):
        return done
    if isinstance(done, FailureToEnrol):
        lines = [f"  photo {number}: {why}" for number, why in done.reasons]
        return Answer(done, ("The photo cannot be used:", *lines), Exit.FAILURE_TO_ENROL)
    said = f"With the request, measured from {count(done.used, 'photo')}; the photos are not kept."
    return Answer(done, (said, "Next: another member looks at it, `licet request accept`."))


@deed(app, "list", Takes.ACTOR)
def list_(
    call: Call,
    kind: Annotated[RightKind | None, typer.Option(help="Of one kind alone.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Answered ones too.")] = False,
    refused: Annotated[bool, typer.Option("--refused", help="The refused ones.")] = False,
    represented: Annotated[
        bool, typer.Option("--represented", help="Those with a representative.")
    ] = False,
) -> Answer | Refusal:
    """List requests and their clocks, the first due first; late ones are red.

    `--kind complaint --all`, `--refused --all` and `--represented --all` are the registers.
    """
    from licet.rights.inbox import REQUESTS, Which, list_requests

    with call.app() as licet:
        who = signing.who(call, licet, signing.listing(REQUESTS))
        found = list_requests(licet, who, Which(kind, everything, refused, represented))
    if isinstance(found, Refusal):
        return found
    red = frozenset(number for number, one in enumerate(found) if one.late)
    rows = tuple(_row(one, one.article if refused else one.waits_for) for one in found)
    said = "rests on" if refused else "waits for"
    headings = ("right", "received", "due", "left", "state", said, "letters", "id")
    return Answer(found, (Grid(headings, rows, "There is no request.", red),))


@deed(app, "show", Takes.ACTOR)
def show(call: Call, request: Number) -> Answer | Refusal:
    """Show a request to who must look at it: the letter, never what is found for a person."""
    from licet.rights.inbox import show_request, showing

    with call.app() as licet:
        who = signing.who(call, licet, signing.listing(showing(_id(request))))
        found = show_request(licet, who, _id(request))
    return found if isinstance(found, Refusal) else Answer(found, _details(found))


@deed(app, "identity", Takes.ACTOR)
def identity(call: Call, request: Number, *, reason: Why) -> Answer | Refusal:
    """Ask who somebody is, on a reasonable doubt, with the reason on record (GDPR 12(6))."""
    from licet.rights.answering import ask_identity

    with call.app() as licet:
        who = signing.who(call, licet, signing.answering(_id(request), "doubt", reason.strip()))
        done = ask_identity(licet, who, _id(request), reason)
    return _decided(done, "The person is asked who they are.")


@deed(app, "accept", Takes.ACTOR)
def accept(call: Call, request: Number, photos: Photos = None, *, reason: Why) -> Answer | Refusal:
    """Accept who asks, a mandate, or (with the photos you looked at) that a photo is theirs.

    Who filed the letter cannot accept its mandate or photo.
    """
    from licet.rights.answering import accept_identity
    from licet.rights.looking import accept_photo

    why, number = reason.strip(), _id(request)
    seen = tuple(files.read(one, "the photo") for one in photos or ())
    with call.app() as licet:
        if seen:
            about = signing.answering(number, "accept photo", why, *seen)
            done = accept_photo(licet, signing.who(call, licet, about), number, seen, why)
        else:
            about = signing.answering(number, "accept", why)
            done = accept_identity(licet, signing.who(call, licet, about), number, why)
    return _decided(done, "Accepted.")


@deed(app, "extend", Takes.ACTOR)
def extend(call: Call, request: Number, *, reason: Why) -> Answer | Refusal:
    """Take two more months, once; the person is told inside the first (GDPR 12(3))."""
    from licet.rights.answering import extend as take_longer

    with call.app() as licet:
        who = signing.who(call, licet, signing.answering(_id(request), "extend", reason.strip()))
        done = take_longer(licet, who, _id(request), reason)
    return _decided(done, "The person is told that it takes longer.")


@deed(app, "refuse", Takes.ACTOR)
def refuse(
    call: Call,
    request: Number,
    *,
    reason: Why,
    article: Annotated[str, typer.Option(help='The law it rests on, as "GDPR 12(5)".')],
) -> Answer | Refusal:
    """Refuse a request; the person is told why and how to complain (GDPR 12(4))."""
    from licet.rights.answering import refuse_request

    said = (reason.strip(), article.strip())
    with call.app() as licet:
        who = signing.who(call, licet, signing.answering(_id(request), "refuse", *said))
        done = refuse_request(licet, who, _id(request), *said)
    return _decided(done, "Refused; the person is told how to complain.")


@deed(app, "answer", Takes.ACTOR)
def answer(
    call: Call,
    request: Number,
    words: Annotated[Path | None, typer.Option(help="The answer, in a file.")] = None,
) -> Answer | Refusal:
    """Answer now: a complaint with words, a package with whatever there is.

    Nobody has to: a week before its last day the worker answers what needs no words.
    """
    from licet.rights.answering import answer_now

    said = _words(words)
    with call.app() as licet:
        who = signing.who(call, licet, signing.answering(_id(request), "answer", said))
        done = answer_now(licet, who, _id(request), said)
    return _decided(done, "The answer goes out with `licet worker`.")


def _id(request: str) -> RequestId:
    return RequestId(request.strip())


def _words(file: Path | None) -> str:
    if file is None:
        return ""
    return files.read(file, "the letter").decode("utf-8", "replace").strip()


def _day(word: str, what: str) -> date | None:
    return names.day(word, what).date() if word else None


def _where(licet: "App", wish: RequestWish, given: list[str]) -> RequestWish:
    """Add where and when to look, as WORD=VALUE. Raises ``BadInput`` for another word."""
    for one in given:
        word, _, value = one.partition("=")
        match word:
            case "source":
                with licet.store.read() as reader:
                    source = names.source(reader, value).id
                wish = replace(wish, sources=(*wish.sources, source))
            case "since":
                wish = replace(wish, since=_day(value, "the day"))
            case "until":
                wish = replace(wish, until=_day(value, "the day"))
            case "place":
                wish = replace(wish, places=(*wish.places, value))
            case _:
                raise BadInput(f"{one} is not where to look", "Say --where source=NAME.")
    return wish


def _asking(call: Call, licet: "App", person: tuple[Path | None, bool], wish: RequestWish) -> Who:
    """Return who files a letter: a member, or the person, proved by a receipt or not yet."""
    proof, as_person = person
    if proof is not None:
        return _person(proof)
    if as_person:
        if not licet.deployment.sandbox:
            raise BadInput(
                "--as-person proves nothing, and this deployment is real",
                "Give the person's receipt with --proof FILE, or act as a member.",
            )
        return SUBJECT
    return signing.who(call, licet, signing.receiving(wish))


def _person(proof: Path) -> Who:
    return Who(By.SUBJECT, proof=files.read(proof, "the receipt"))


def _received(done: Received) -> Answer:
    repeat = f"This is letter {done.letters}; the day stays." if done.letters > 1 else ""
    code = "The code went to the contact." if done.told else "The code goes out with the worker."
    next_ = f"{code} Next: licet request prove {done.request} CODE"
    lines = (
        f"Received: request {done.request}, to be answered by {done.due.date().isoformat()}.",
        *([f"  {repeat}"] if repeat else []),
        f"  {'The receipt proves the person: no code is needed.' if done.proved else next_}",
    )
    return Answer(done, lines)


def _decided(done: Decided | Refusal, said: str) -> Answer | Refusal:
    if isinstance(done, Refusal):
        return done
    state = done.state.value.replace("_", " ")
    return Answer(done, (said, f"  now: {state}, due {done.due.date().isoformat()}"))


def _row(one: RequestLine, said: str) -> tuple[str, ...]:
    left = f"late by {count(-one.left, 'day')}" if one.late else str(one.left)
    over = one.state in {RequestState.DELIVERED, RequestState.REFUSED}
    return (
        one.kind.value,
        one.received_on.isoformat(),
        one.due.isoformat(),
        "" if over else left,
        one.state.value.replace("_", " "),
        said,
        str(one.letters),
        one.id,
    )


def _details(found: RequestDetails) -> tuple[str, ...]:
    """Return what a member reads of one request, line by line."""
    one = found.request
    told = (
        ("name", found.name),
        ("contact", found.contact),
        ("representative", found.representative),
        ("the person's own contact", found.person_contact),
        ("mandate", found.mandate),
        ("photo", "with the request" if found.photo else ""),
        ("accepted", "yes" if found.accepted else ""),
        ("reason", found.reason),
        ("article", found.article),
        ("answer", found.answer),
        ("steps done", f"{found.steps_done} of {found.steps}" if found.steps else ""),
        ("waits for", one.waits_for),
    )
    left = f"late by {count(-one.left, 'day')}" if one.late else f"{count(one.left, 'day')} left"
    left = f" ({left})" if one.waits_for != "nobody" else ""
    clock = f"received {one.received_on.isoformat()}, due {one.due.isoformat()}{left}"
    return (
        f"{one.kind.value}, {clock}: {one.state.value.replace('_', ' ')}",
        *(f"  {name}: {value}" for name, value in told if value),
        *(f"  wrote: {words}" for words in found.words),
    )
