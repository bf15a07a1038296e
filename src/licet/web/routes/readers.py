"""Pages of a register that is few members' business: to all others they are not there."""

from typing import Any

from fastapi import Depends, Request

from licet.consent.rules.governed import ROLES
from licet.effects.listing import About, listed
from licet.glance import reads
from licet.terms.errors import NotFound
from licet.terms.permit import Action, Register
from licet.web.comers import Comer, app_of, comer_of


def only_readers(register: Register) -> Any:
    """Return the dependency of such pages, for a router.

    A member who does not read the register gets the answer of a missing page, whatever they
    asked for; that they were refused is on record. Nobody known is asked to sign in by the
    route itself.
    """

    def guard(request: Request) -> None:
        comer, app = comer_of(request), app_of(request)
        if comer is None or register in reads(app, comer.myself.member).registers:
            return
        listed(app, comer.who, About(register), lambda _reader, _reach: ())
        raise NotFound("there is no such page")

    return Depends(guard)


def may(comer: Comer, action: Action) -> bool:
    """Say whether to offer an act: whose work it is. Whether it may be done, the flow says."""
    return bool(ROLES[action] & comer.myself.roles)
