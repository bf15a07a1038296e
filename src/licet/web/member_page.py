"""What stands around a page of somebody who may be signed in."""

from dataclasses import replace

from fastapi import Request

from licet.glance import Reads, reads
from licet.terms.organisation import Role
from licet.terms.permit import Register
from licet.web.comers import app_of, comer_of
from licet.web.page import around
from licet.web.pages.around import Around, SignedIn

SERVED: dict[str, Register] = {
    "overview": Register.SOURCES,
    "sources": Register.SOURCES,
    "albums": Register.SOURCES,
    "cases": Register.CASES,
    "clearance": Register.CLEARANCE,
    "acts": Register.MEMBERS,
    "members": Register.MEMBERS,
    "settings": Register.MEMBERS,
    "inbox": Register.REQUESTS,
    "ledger": Register.PAPERS,
    "reports": Register.PAPERS,
    "orders": Register.ORDERS,
    "letters": Register.CORRESPONDENCE,
    "blocks": Register.BLOCKS,
    "breaches": Register.BREACHES,
}
"""The places of the console that have a page, by their key, and the register that each shows."""

PEOPLE = frozenset({Register.GRANTS, Register.APPEARANCES})
"""The registers by either of which people are read."""

DOING: dict[str, Role] = {"search": Role.INVESTIGATOR, "verify": Role.VERIFIER}
"""The places where one does something, and whose work it is."""


def around_comer(request: Request) -> Around:
    """Return what stands around a page, with who is signed in and their session's word.

    A place that a member's roles do not read is not linked; the flow would refuse it too.
    """
    bare, comer = around(request), comer_of(request)
    if comer is None or comer.by_key:
        return bare
    myself = comer.myself
    member = SignedIn(myself.name, myself.organisation_name, tuple(sorted(myself.roles)))
    places = _places(reads(app_of(request), myself.member), myself.roles)
    return replace(bare, csrf=comer.word, signed_in=member, open_places=places)


def _places(theirs: Reads, roles: frozenset[Role]) -> tuple[str, ...]:
    read = tuple(key for key, register in SERVED.items() if register in theirs.registers)
    if theirs.registers & PEOPLE:
        read = (*read, "people")
    return read + tuple(key for key, role in DOING.items() if role in roles)
