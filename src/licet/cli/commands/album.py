"""``licet album``: links by which people find their own photos."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from licet.cli import names, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid
from licet.terms.errors import NotFound
from licet.terms.ids import LinkId, PurposeId
from licet.terms.permit import Refusal, Register

app = group("Links by which people find their own photos.")

PURPOSE = PurposeId("find_my_photos@1")
MONTH = 30


@dataclass(frozen=True, slots=True)
class Link:
    """A link: its number, the source that it leads to, where, and until when."""

    link: LinkId
    source: str
    path: str
    closes: datetime
    most: int
    presence: bool


@deed(app, "open", Takes.ACTOR)
def open_(
    call: Call,
    source: str,
    *,
    closes: Annotated[int, typer.Option(min=1, help="In how many days it closes by itself.")] = 7,
    days: Annotated[int, typer.Option(min=1, help="For how many days a yes holds.")] = MONTH,
    most: Annotated[int, typer.Option(min=1, help="How many people may come by it.")] = 100,
    unseen: Annotated[
        bool, typer.Option("--unseen", help="Nobody sees who comes: 50 people at most.")
    ] = False,
) -> Answer | Refusal:
    """Open a link to one source, for people to find the photos that they are in.

    It names nobody. Who comes gives a mail address, says yes for this source alone, and shows
    their face to their own camera; a member at the desk sees them first, unless --unseen.
    """
    from licet.albums import open_link
    from licet.effects.linking import token_of
    from licet.terms.album import LinkWish

    with call.app() as licet:
        with licet.store.read() as reader:
            found = names.source(reader, source)
        wish = LinkWish(found.id, PURPOSE, closes, days, most, not unseen)
        who = signing.who(call, licet, signing.opening_link(wish))
        link = open_link(licet, who, wish)
        if isinstance(link, Refusal):
            return link
        path = f"/album/{token_of(licet, link.id)}"
    done = Link(link.id, found.name, path, link.expires, link.most, link.presence)
    said = f"Opened a link to {found.name}, for {most} people, until {link.expires:%Y-%m-%d}."
    then = f"  {path} on your site; its sheet with a QR code: /console/albums"
    return Answer(done, (said, then))


@deed(app, "list", Takes.ACTOR)
def list_(call: Call) -> Answer | Refusal:
    """List the links of the organisation, and how many people came by each."""
    from licet.albums import list_links
    from licet.effects.listing import About

    with call.app() as licet:
        about = About(Register.SOURCES, asked=(("links", True),))
        found = list_links(licet, signing.who(call, licet, signing.listing(about)))
    if isinstance(found, Refusal):
        return found
    rows = tuple(
        (
            one.source,
            f"{one.link.joined} of {one.link.most}",
            "open" if one.live else "closed",
            f"{one.link.expires:%Y-%m-%d}",
            "yes" if one.link.presence else "no",
            one.link.id,
            f"/album/{one.token}",
        )
        for one in found
    )
    headings = ("source", "people", "state", "closes", "seen", "id", "path")
    return Answer(found, (Grid(headings, rows, "There is no link."),))


@deed(app, "close", Takes.ACTOR)
def close(call: Call, link: str) -> Answer | Refusal:
    """Close a link for good. Who came by it keeps what they have."""
    from licet.albums import close_link

    with call.app() as licet:
        with licet.store.read() as reader:
            found = reader.links.get(LinkId(link))
        if found is None:
            raise NotFound("there is no such link", "See `licet album list`.")
        who = signing.who(call, licet, signing.closing_link(found))
        done = close_link(licet, who, found.id)
    if isinstance(done, Refusal):
        return done
    return Answer(done, (f"Closed the link {found.id}. Nobody comes by it any more.",))
