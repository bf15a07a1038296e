"""What stands around a page of somebody who may be signed in."""

from dataclasses import replace

from fastapi import Request

from licet.web.comers import comer_of
from licet.web.page import around
from licet.web.pages.around import Around, SignedIn


def around_comer(request: Request) -> Around:
    """Return what stands around a page, with who is signed in and their session's word."""
    bare, comer = around(request), comer_of(request)
    if comer is None or comer.by_key:
        return bare
    myself = comer.myself
    member = SignedIn(myself.name, myself.organisation_name, tuple(sorted(myself.roles)))
    return replace(bare, csrf=comer.word, signed_in=member)
