"""Letters with authorities: filed, answered and given to another, each with a passkey."""

from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response, UploadFile
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from licet.app import App
from licet.effects.signing import About
from licet.listing import list_members
from licet.rights import corresponding
from licet.rights.corresponding import Which, list_letters
from licet.rights.viewing import list_orders
from licet.terms.corresponding import LetterLine, LetterWish
from licet.terms.errors import BadInput, NotFound
from licet.terms.ids import CorrespondenceId, MemberId, OrderId
from licet.terms.organisation import MemberState
from licet.terms.permit import Action, Register
from licet.web.api.signatures import Signed, act_signed, allowed_signed, signed
from licet.web.comers import Comer, Known, TheApp
from licet.web.member_page import around_comer
from licet.web.pages.letters import LetterList, NewLetter, OneLetter
from licet.web.pages.render import render
from licet.web.problems import allowed
from licet.web.routes.forms import Poster, went_to
from licet.web.routes.orders import Digest, day_of
from licet.web.routes.readers import may, only_readers

START = "/console/letters"

router = APIRouter(
    prefix=START, include_in_schema=False, dependencies=[only_readers(Register.CORRESPONDENCE)]
)

Line = Annotated[str, Field(max_length=300)]


class WithFile(BaseModel):
    """A file by its hash alone, or the file itself where no script made one."""

    csrf: str = ""
    digest: list[Digest] = Field(default=[], max_length=1)
    file: UploadFile | None = None

    def document(self) -> str:
        """Return the SHA-256 (hex) of the file. Raises ``BadInput`` without one."""
        if self.digest:
            return self.digest[0]
        data = self.file.file.read() if self.file else b""
        if not data:
            raise BadInput("no file was named", "Choose it; only its hash is kept.")
        return sha256(data).hexdigest()


class Filing(WithFile):
    """What the form of a new letter says."""

    authority: Line
    says: Line = ""
    outgoing: bool = False
    on: Line = ""
    answer_by: Line = ""
    owner: Line = ""
    order: Line = ""

    def wish(self) -> LetterWish:
        """Return the letter that is filed."""
        return LetterWish(
            authority=self.authority.strip(),
            digest=self.document(),
            says=self.says.strip(),
            outgoing=self.outgoing,
            on=day_of(self.on),
            answer_by=day_of(self.answer_by),
            owner=MemberId(self.owner) if self.owner else None,
            order=OrderId(self.order) if self.order else None,
        )


class Answering(WithFile):
    """The answer that was sent, and a line to remember it by."""

    note: Line = ""


@router.get("")
def letters(
    request: Request,
    app: TheApp,
    comer: Known,
    everything: Annotated[bool, Query(alias="all")] = False,
) -> HTMLResponse:
    """Show the letters that wait for an answer, or all of them."""
    lines = allowed(list_letters(app, comer.who, Which(everything)))
    alarms = bool(app.settings.alerts_to)
    page = LetterList(lines, everything, may(comer, Action.CORRESPOND), alarms)
    return HTMLResponse(render(page, around_comer(request)))


@router.get("/new")
def new(request: Request, app: TheApp, comer: Known) -> HTMLResponse:
    """Show the form that files a letter."""
    orders = allowed(list_orders(app, comer.who))
    named = tuple((one.id, f"{one.reference} ({one.authority})") for one in orders)
    page = NewLetter(_owners(app, comer), named, app.clock().date())
    return HTMLResponse(render(page, around_comer(request)))


@router.post("")
def file_one(
    request: Request,
    app: TheApp,
    comer: Poster,
    asked: Annotated[Filing, Form(media_type="multipart/form-data")],
    signature: Signed = "",
) -> Response:
    """File a letter. Of its file the hash is kept."""
    wish = asked.wish()
    about = _about(corresponding.filing(wish))
    done = act_signed(
        app, comer, about, signature, lambda who: corresponding.file_letter(app, who, wish)
    )
    return went_to(request, f"{START}/{done.letter}?done=filed")


@router.get("/{letter}")
def one(request: Request, app: TheApp, comer: Known, letter: str, done: str = "") -> HTMLResponse:
    """Show one letter."""
    line = _line(app, comer, letter)
    acts = may(comer, Action.CORRESPOND)
    page = OneLetter(line, _owners(app, comer) if acts and line.waits else (), acts, done)
    return HTMLResponse(render(page, around_comer(request)))


@router.post("/{letter}/answer")
def answer(
    request: Request,
    app: TheApp,
    comer: Poster,
    letter: str,
    asked: Annotated[Answering, Form(media_type="multipart/form-data")],
    signature: Signed = "",
) -> Response:
    """Note that a letter was answered, and by which file."""
    wanted, digest, note = CorrespondenceId(letter), asked.document(), asked.note.strip()
    about = _about(corresponding.answering(wanted, digest, note))
    who = signed(app, comer, about, signature)
    done = corresponding.answer(app, who, wanted, digest, note)
    allowed_signed(app, comer, about, done)
    return went_to(request, f"{START}/{wanted}?done=answered")


@router.post("/{letter}/owner")
def assign(
    request: Request,
    app: TheApp,
    comer: Poster,
    letter: str,
    owner: Annotated[str, Form(max_length=60)],
    signature: Signed = "",
) -> Response:
    """Let another member see to a letter."""
    wanted, member = CorrespondenceId(letter), MemberId(owner)
    about = _about(corresponding.assigning(wanted, member))
    act_signed(
        app, comer, about, signature, lambda who: corresponding.assign(app, who, wanted, member)
    )
    return went_to(request, f"{START}/{wanted}?done=assigned")


def _about(digest: str) -> About:
    return About(Action.CORRESPOND, digest=digest)


def _line(app: App, comer: Comer, letter: str) -> LetterLine:
    found = allowed(list_letters(app, comer.who, Which(everything=True)))
    line = next((one for one in found if one.id == letter), None)
    if line is None:
        raise NotFound("there is no such letter")
    return line


def _owners(app: App, comer: Comer) -> tuple[tuple[MemberId, str], ...]:
    """Return who may see to a letter: members of one's own organisation who still act."""
    ours = comer.myself.organisation_name
    return tuple(
        (one.id, one.name)
        for one in allowed(list_members(app, comer.who))
        if one.organisation == ours and one.state is MemberState.ACTIVE
    )
