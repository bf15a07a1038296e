"""Acts of two members in the console: one began it, another signs it or says no."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from licet.app import App
from licet.awaiting import both, end_act, ending, find_act, waiting_acts
from licet.consent.reasons import Reason
from licet.consent.refusals import refuse
from licet.deeds import complete
from licet.terms.admission import ApiKeyMade, Invited
from licet.terms.ids import ActId
from licet.terms.permit import Action, Refusal
from licet.terms.waiting import WaitingAct
from licet.web.api.acts import line_of
from licet.web.api.signatures import Signed, act_signed, signed_too, to_sign
from licet.web.comers import Comer, Known, TheApp
from licet.web.member_page import around_comer
from licet.web.pages.acts import KINDS, ActRow, Acts
from licet.web.pages.render import render
from licet.web.problems import Refused, allowed
from licet.web.routes.forms import Poster, went_to
from licet.web.serving import Serving

START = "/console/acts"

router = APIRouter(prefix=START, include_in_schema=False)


@router.get("")
def acts(request: Request, app: TheApp, comer: Known, done: str = "") -> HTMLResponse:
    """Show the acts that wait, those to sign first."""
    rows = [_row(app, comer, one) for one in allowed(waiting_acts(app, comer.who))]
    rows.sort(key=lambda one: one.line.yours)
    return HTMLResponse(render(Acts(tuple(rows), done), around_comer(request)))


@router.post("/{act}/signature")
def sign(
    request: Request, app: TheApp, comer: Poster, act: str, signature: Signed = ""
) -> Response:
    """Sign an act that somebody began: it is carried out at once. What is told once, is told."""
    waits = find_act(app, comer.who, ActId(act))
    if not signature and not app.deployment.sandbox:
        both(waits, comer.who)
        raise to_sign(app, comer, waits.act, refuse(Action(waits.name), Reason.NOT_SIGNED))
    answer = complete(app, signed_too(comer, waits.act, signature), waits.id)
    if isinstance(answer, Refusal):
        raise Refused(answer)
    serving: Serving = request.app.state.serving
    match answer:
        case Invited():
            told = f"Hand this to the member yourself: {serving.origin}/invitation#{answer.code}"
        case ApiKeyMade():
            told = f"The key, told this once: {answer.secret}"
        case _:
            return went_to(request, f"{START}?done=carried")
    return JSONResponse({"title": "Done.", "detail": told}, 201)


@router.post("/{act}/end")
def end(request: Request, app: TheApp, comer: Poster, act: str, signature: Signed = "") -> Response:
    """Decline an act, or take back one's own."""
    waits = find_act(app, comer.who, ActId(act))
    about = ending(waits)
    act_signed(app, comer, about, signature, lambda who: end_act(app, who, waits.id))
    return went_to(request, f"{START}?done=ended")


def _row(app: App, comer: Comer, waits: WaitingAct) -> ActRow:
    with app.store.read() as reader:
        member = reader.governance.member(waits.member)
    return ActRow(line_of(app, comer, waits), KINDS[waits.kind], member.name if member else "")
