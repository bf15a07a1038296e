"""Acts of two members: one begins, another signs. Neither needs the other beside them."""

import json
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from licet.app import App
from licet.awaiting import both, end_act, ending, find_act, waiting_acts
from licet.consent.reasons import Reason
from licet.consent.refusals import refuse
from licet.deeds import about_of, begin, complete, read_parts, says
from licet.terms.acting import Who
from licet.terms.ids import ActId
from licet.terms.permit import Action, Refusal
from licet.terms.waiting import ActEnd, ActLine, Parked, WaitingAct
from licet.web.api.names import Name
from licet.web.api.paging import Cursor, Limit, Part, part
from licet.web.api.shapes import Begun, Carried
from licet.web.api.signatures import Signed, act_signed, allowed_signed, signed, signed_too, to_sign
from licet.web.comers import Comer, Known, TheApp
from licet.web.problems import Refused, allowed

router = APIRouter()


class Wanted(BaseModel):
    """An act by its name, and its parts as the API's page says; bytes are base64url."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(max_length=50)
    parts: dict[str, Any]


class Ended(BaseModel):
    """An act that will not be carried out, and why."""

    act: str
    why: ActEnd


@router.get("/acts", operation_id="list_acts")
def acts(app: TheApp, comer: Known, limit: Limit = 50, cursor: Cursor = "") -> Part[ActLine]:
    """List the acts of your organisation that wait for another member's signature."""
    rows = [line_of(app, comer, one) for one in allowed(waiting_acts(app, comer.who))]
    return part(rows, lambda one: one.id, limit, cursor)


@router.post("/acts", operation_id="begin_act", status_code=201)
def begin_one(app: TheApp, comer: Known, wanted: Wanted, signature: Signed = "") -> Begun:
    """Sign an act of two members as the first of them. It waits for the other for three days."""
    parts = read_parts(wanted.kind, json.dumps(wanted.parts).encode())
    about = about_of(app, wanted.kind, parts)
    answer = act_signed(
        app, comer, about, signature, lambda who: _begun(app, who, wanted.kind, parts)
    )
    return Begun(act=answer.act, expires=answer.expires)


@router.post("/acts/{act}/signature", operation_id="sign_act", status_code=201)
def sign(app: TheApp, comer: Known, act: Name, signature: Signed = "") -> Carried:
    """Sign an act that waits, as another member than who began it: it is carried out at once.

    What is told once, as an invitation's code, is told here.
    """
    waits = find_act(app, comer.who, ActId(act))
    if not signature and not app.deployment.sandbox:
        both(waits, comer.who)  # Who began it is told so, and signs nothing.
        raise to_sign(app, comer, waits.act, refuse(Action(waits.name), Reason.NOT_SIGNED))
    second = signed_too(comer, waits.act, signature)
    answer = complete(app, second, waits.id)
    if isinstance(answer, Refusal):
        raise Refused(answer)
    return Carried(act=waits.id, kind=waits.kind, answer=answer)


@router.post("/acts/{act}/end", operation_id="end_act", status_code=201)
def end(app: TheApp, comer: Known, act: Name, signature: Signed = "") -> Ended:
    """Decline an act that waits, or take back your own: nothing happens, and it is recorded."""
    waits = find_act(app, comer.who, ActId(act))
    about = ending(waits)
    who = signed(app, comer, about, signature)
    return Ended(act=act, why=allowed_signed(app, comer, about, end_act(app, who, waits.id)))


def _begun(app: App, who: Who, kind: str, parts: Any) -> Parked | Refusal:
    answer = begin(app, who, kind, parts)
    if not isinstance(answer, Parked | Refusal):
        raise TypeError(f"{kind} was carried out by one member")
    return answer


def line_of(app: App, comer: Comer, waits: WaitingAct) -> ActLine:
    """Return an act as it is listed to a member."""
    return ActLine(
        id=waits.id,
        kind=waits.kind,
        says=says(app, waits),
        begun_by=waits.member,
        at=waits.at,
        expires=waits.expires,
        yours=waits.member == comer.myself.member,
    )
