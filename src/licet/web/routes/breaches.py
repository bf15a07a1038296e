"""Breaches: reported, looked into, told and ended, each act with a passkey; and canaries."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from licet.app import App
from licet.consent.purposes import table
from licet.deeds import FoundLess, InWords, Named, about_of, begin
from licet.effects.digesting import digest_of_wish
from licet.effects.signing import About
from licet.listing import list_organisations
from licet.rights import breaching, watching
from licet.rights.breaching import acting_now, list_breaches, show_breach
from licet.rights.watching import list_canaries
from licet.terms.basis import Searchers
from licet.terms.breaching import AuthorityTold, BreachFindings, BreachWish, CanaryWish, Risk
from licet.terms.errors import BadInput
from licet.terms.ids import BreachId, CanaryId, OrganisationId, PurposeId, SubjectId
from licet.terms.permit import Action, Register
from licet.web.api.signatures import Signed, act_signed
from licet.web.comers import Comer, Known, TheApp
from licet.web.member_page import around_comer
from licet.web.pages.breaches import BreachList, BreachRow, Canaries, NewBreach, OneBreach
from licet.web.pages.render import render
from licet.web.problems import allowed
from licet.web.routes.forms import Poster, went_to
from licet.web.routes.letters import WithFile
from licet.web.routes.readers import may, only_readers

START = "/console/breaches"
CANARIES = f"{START}/canaries"

router = APIRouter(
    prefix=START, include_in_schema=False, dependencies=[only_readers(Register.BREACHES)]
)

Words = Annotated[str, Field(max_length=4000)]
Line = Annotated[str, Field(max_length=300)]
Count = Annotated[int, Field(ge=0, le=10**9)]


class Reporting(BaseModel):
    """What happened, to how many, and since when it is known, in UTC."""

    csrf: str = ""
    what: Words
    people: Count = 0
    aware: Annotated[str, Field(max_length=30)]

    def wish(self) -> BreachWish:
        """Return the breach that is reported. Raises ``BadInput``."""
        try:
            aware = datetime.fromisoformat(self.aware).replace(tzinfo=UTC)
        except ValueError as error:
            raise BadInput("that is no moment", "Write it as 2026-12-31T09:30.") from error
        return BreachWish(self.what, aware, self.people)


class Found(BaseModel):
    """What was found of a breach."""

    csrf: str = ""
    what: Words
    consequences: Words
    measures: Words
    people: Count
    risk: Risk
    why: Words = ""
    subjects: Annotated[str, Field(max_length=20_000)] = ""

    def findings(self) -> BreachFindings:
        """Return the findings. People are named by id, one a line."""
        named = tuple(SubjectId(one) for one in self.subjects.split())
        said = (self.what, self.consequences, self.measures, self.people, self.risk)
        return BreachFindings(*said, named, self.why)


class Telling(WithFile):
    """Whom the authority is told by: a letter to its mail address, or a paper sent otherwise."""

    authority: Line
    contact: Line = ""
    why_late: Words = ""
    language: Literal["en", "fr", "de"] = "en"


class Placing(BaseModel):
    """People who do not exist, among whom and for which searches."""

    csrf: str = ""
    organisation: Line
    purpose: Line
    domain: Line
    count: Annotated[int, Field(ge=1, le=1000)] = 1


@router.get("")
def breaches(request: Request, app: TheApp, comer: Known) -> HTMLResponse:
    """Show the register of breaches with their clocks."""
    rows = [BreachRow(one) for one in allowed(list_breaches(app, comer.who))]
    rows.sort(key=lambda one: (one.over, not one.runs))
    canaries = allowed(list_canaries(app, comer.who))
    alarms = bool(app.settings.alerts_to)
    page = BreachList(tuple(rows), canaries, may(comer, Action.BREACH), alarms)
    return HTMLResponse(render(page, around_comer(request)))


@router.get("/new")
def new(request: Request, app: TheApp, _comer: Known) -> HTMLResponse:
    """Show the form that reports a breach."""
    return HTMLResponse(render(NewBreach(app.clock()), around_comer(request)))


@router.post("")
def report(
    request: Request,
    app: TheApp,
    comer: Poster,
    asked: Annotated[Reporting, Form()],
    signature: Signed = "",
) -> Response:
    """Report a breach: 72 hours run since it is known."""
    wish = asked.wish()
    about = _about(digest_of_wish(wish))
    done = act_signed(app, comer, about, signature, lambda who: breaching.report(app, who, wish))
    return went_to(request, f"{START}/{done}?done=reported")


@router.get("/canaries")
def canaries(request: Request, app: TheApp, comer: Known, done: str = "") -> HTMLResponse:
    """Show people who do not exist, not who they are, and the form that places more."""
    lines = allowed(list_canaries(app, comer.who))
    organisations = allowed(list_organisations(app, comer.who))
    searched = table().by_id.values()
    page = Canaries(
        lines,
        tuple((one.id, one.name) for one in organisations),
        tuple(one.id for one in searched if one.searchers is Searchers.ORGANISATION),
        may(comer, Action.BREACH),
        done,
    )
    return HTMLResponse(render(page, around_comer(request)))


@router.post("/canaries")
def plant(
    request: Request,
    app: TheApp,
    comer: Poster,
    asked: Annotated[Placing, Form()],
    signature: Signed = "",
) -> Response:
    """Place people who do not exist; days pass until they are there, as with anybody."""
    wish = CanaryWish(
        OrganisationId(asked.organisation),
        PurposeId(asked.purpose),
        asked.domain.strip().lower(),
        asked.count,
    )
    about = _about(digest_of_wish(wish))
    act_signed(app, comer, about, signature, lambda who: watching.place(app, who, wish))
    return went_to(request, f"{CANARIES}?done=placed")


@router.post("/canaries/{canary}/end")
def retire(
    request: Request, app: TheApp, comer: Poster, canary: str, signature: Signed = ""
) -> Response:
    """Sign that somebody who does not exist is taken away; another member signs it too."""
    return _begun(
        request, app, comer, ("retire_canary", Named(CanaryId(canary))), signature, CANARIES
    )


@router.get("/{breach}")
def one(request: Request, app: TheApp, comer: Known, breach: str, done: str = "") -> HTMLResponse:
    """Show all that is known of one breach."""
    found = allowed(show_breach(app, comer.who, BreachId(breach)))
    page = OneBreach(found, may(comer, Action.BREACH), done)
    return HTMLResponse(render(page, around_comer(request)))


@router.post("/{breach}/findings")
def find(
    request: Request,
    app: TheApp,
    comer: Poster,
    breach: str,
    asked: Annotated[Found, Form()],
    signature: Signed = "",
) -> Response:
    """Write down what was found. What takes a duty away, another member signs too."""
    wanted, findings = BreachId(breach), asked.findings()
    if acting_now(app, wanted, findings) is Action.END_BREACH:
        if findings.subjects:
            raise BadInput("less risk is found for everybody", "Name no person for it.")
        less = FoundLess(
            wanted,
            findings.what,
            findings.consequences,
            findings.measures,
            findings.people,
            findings.risk,
            findings.why,
        )
        return _begun(request, app, comer, ("find_breach", less), signature, f"{START}/{wanted}")
    about = _about(breaching.finding_digest(wanted, findings))
    act_signed(
        app, comer, about, signature, lambda who: breaching.confirm(app, who, wanted, findings)
    )
    return went_to(request, f"{START}/{wanted}?done=found")


@router.post("/{breach}/authority")
def tell_authority(
    request: Request,
    app: TheApp,
    comer: Poster,
    breach: str,
    asked: Annotated[Telling, Form(media_type="multipart/form-data")],
    signature: Signed = "",
) -> Response:
    """Tell the authority by a letter from here, or record the paper that told it."""
    wanted, contact = BreachId(breach), asked.contact.strip()
    paper = "" if contact else asked.document()
    told = AuthorityTold(asked.authority, paper, contact, asked.language, asked.why_late)
    about = _about(breaching.telling_digest(wanted, told))
    act_signed(
        app, comer, about, signature, lambda who: breaching.tell_authority(app, who, wanted, told)
    )
    return went_to(request, f"{START}/{wanted}?done=authority")


@router.post("/{breach}/people")
def tell_people(
    request: Request, app: TheApp, comer: Poster, breach: str, signature: Signed = ""
) -> Response:
    """Write to the people whom a breach touches."""
    wanted = BreachId(breach)
    about = _about(breaching.people_digest(wanted))
    act_signed(
        app, comer, about, signature, lambda who: breaching.tell_those_touched(app, who, wanted)
    )
    return went_to(request, f"{START}/{wanted}?done=people")


@router.post("/{breach}/end")
def end(
    request: Request,
    app: TheApp,
    comer: Poster,
    breach: str,
    words: Annotated[str, Form(max_length=2000)],
    none: Annotated[bool, Form()] = False,
    signature: Signed = "",
) -> Response:
    """Sign that a breach is over, or that a suspicion was none; another member signs it too."""
    kind = "dismiss_breach" if none else "close_breach"
    parts = InWords(BreachId(breach), words)
    return _begun(request, app, comer, (kind, parts), signature, f"{START}/{breach}")


def _begun(
    request: Request,
    app: App,
    comer: Comer,
    act: tuple[str, object],
    signature: str,
    back: str,
) -> Response:
    """Begin an act of two members, and lead back to where it stands."""
    kind, parts = act
    about = about_of(app, kind, parts)
    act_signed(app, comer, about, signature, lambda who: begin(app, who, kind, parts))
    return went_to(request, f"{back}?done=begun")


def _about(digest: str) -> About:
    return About(Action.BREACH, digest=digest)
