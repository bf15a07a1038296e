"""Acting by the API: who stands behind a call, its signature, and that it is done once.

Everything that changes something comes through here. What it is about and which flow is
called is the route's; whether it may be is the flow's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request, Response
from pydantic import TypeAdapter

from licet.app import App
from licet.deeds import about_of, begin
from licet.effects.signing import About
from licet.terms.acting import Who
from licet.terms.errors import NotFound
from licet.terms.grant import Grant
from licet.terms.ids import GrantId, OrganisationId, SourceId
from licet.terms.organisation import OrganisationKind
from licet.terms.permit import Refusal
from licet.terms.source import Source
from licet.terms.waiting import Parked
from licet.web.api.repeats import Call, Repeats
from licet.web.api.shapes import Begun
from licet.web.api.signatures import Signed, act_signed
from licet.web.comers import Comer, Known, TheApp

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Doing:
    """One call that changes something: who makes it, what they signed, its key."""

    app: App
    comer: Comer
    header: str
    call: Call
    request: Request

    def do(
        self,
        about: About,
        flow: Callable[[Who], T | Refusal],
        kind: Any,
        told: Callable[[T], object] = lambda answer: answer,
    ) -> Response:
        """Answer with what a flow did (201), or what it answered to the same call before.

        ``kind`` is the type of what is told. Raises ``Refused``, and as the flow does.
        """

        def act() -> bytes:
            answer = act_signed(self.app, self.comer, about, self.header, flow)
            return bytes(adapter(kind).dump_json(told(answer)))

        return self.call.once(getattr(self.request.state, "asked", b""), act, lambda said: said)

    def begin(self, deed: str, parts: object) -> Response:
        """Let an act of two members wait for the second of them; nothing is done yet."""

        def flow(who: Who) -> Parked | Refusal:
            answer = begin(self.app, who, deed, parts)
            if not isinstance(answer, Parked | Refusal):
                raise TypeError(f"{deed} was carried out by one member")
            return answer

        def told(answer: Parked) -> Begun:
            return Begun(act=answer.act, expires=answer.expires)

        return self.do(about_of(self.app, deed, parts), flow, Begun, told)

    def controllers(self) -> "Doing":
        """Return itself to a member of the controller. Raises ``NotFound`` for all others."""
        of_controller(self.app, self.comer)
        return self


def _doing(
    app: TheApp, comer: Known, request: Request, repeats: Repeats, signature: Signed = ""
) -> Doing:
    return Doing(app, comer, signature, repeats, request)


Acting = Annotated[Doing, Depends(_doing)]


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    """Return what writes an answer as JSON."""
    return TypeAdapter(kind)


def within(app: App, comer: Comer, organisation: OrganisationId | None) -> bool:
    """Say whether an object is of the comer's organisation, or theirs answers for all of them."""
    if organisation is None:
        return False
    if organisation == comer.myself.organisation:
        return True
    try:
        of_controller(app, comer)
    except NotFound:
        return False
    return True


def of_controller(app: App, comer: Comer) -> None:
    """Raise ``NotFound`` for a member of another organisation: these registers are not theirs."""
    with app.store.read() as reader:
        own = reader.governance.organisation(OrganisationId(comer.myself.organisation))
    if own is None or own.kind is not OrganisationKind.CONTROLLER:
        raise NotFound("there is no such object")


def own_grant(app: App, comer: Comer, grant: str) -> Grant:
    """Return a grant within the comer's reach. Raises ``NotFound``, alike for all others."""
    with app.store.read() as reader:
        found = reader.grants.get(GrantId(grant))
    if found is None or not within(app, comer, found.organisation):
        raise NotFound("there is no such grant")
    return found


def own_source(app: App, comer: Comer, source: str) -> Source:
    """Return a source within the comer's reach. Raises ``NotFound``, alike for all others."""
    with app.store.read() as reader:
        found = reader.sources.get(SourceId(source))
    if found is None or not within(app, comer, found.organisation):
        raise NotFound("there is no such source")
    return found


__all__ = ["Acting", "Doing", "adapter", "of_controller", "own_grant", "own_source", "within"]
