"""``licet audit``: who searched a person who was erased, read by two."""

from datetime import datetime
from typing import Annotated

import typer

from licet.cli import signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid
from licet.terms.ids import AccountId
from licet.terms.permit import Refusal

app = group("Who searched a person who was erased; read by two.")


@deed(app, "list", Takes.ACTOR)
def list_(call: Call) -> Answer | Refusal:
    """List the records that are kept, and until when. Not what is in them."""
    from licet.rights.audit import ACCOUNTS, list_accounts

    with call.app() as licet:
        found = list_accounts(licet, signing.who(call, licet, signing.listing(ACCOUNTS)))
    if isinstance(found, Refusal):
        return found
    rows = tuple((one.id, _day(one.made_at), _day(one.destroy_at)) for one in found)
    headings = ("record (plan of the erasure)", "made", "destroyed on")
    return Answer(found, (Grid(headings, rows, "There is no record."),))


@deed(app, "open", Takes.ACTOR)
def open_(
    call: Call,
    record: Annotated[str, typer.Argument(help="The record: the plan of the erasure.")],
) -> Answer | Refusal:
    """Read one record. The data protection officer and an auditor act together."""
    from licet.rights.audit import open_record

    wanted = AccountId(record.strip())
    with call.app() as licet:
        who = signing.who(call, licet, signing.opening_record(wanted))
        found = open_record(licet, who, wanted)
    if isinstance(found, Refusal):
        return found
    rows = tuple(
        (one.at[:16].replace("T", " "), one.organisation, one.member, one.case, one.outcome)
        for one in found.searches
    )
    headings = ("when", "organisation", "member", "case", "outcome")
    said = f"That this was read is entry {found.leaf}."
    return Answer(found, (Grid(headings, rows, "Nobody searched."), said))


@deed(app, "untold", Takes.ACTOR)
def untold(call: Call) -> Answer | Refusal:
    """List what organisations could not be told by mail, so that somebody tells them."""
    from licet.rights.audit import UNTOLD, list_untold

    with call.app() as licet:
        found = list_untold(licet, signing.who(call, licet, signing.listing(UNTOLD)))
    if isinstance(found, Refusal):
        return found
    rows = tuple((_day(one.at), one.organisation, one.case, one.search) for one in found)
    headings = ("since", "organisation", "case", "search")
    return Answer(found, (Grid(headings, rows, "Everybody was told."),))


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
