"""Albums: a steward opens a link, and people ask for a grant for that one source themselves.

A link names no person. Whoever has it may ask; what they are given is theirs alone: a grant for
one source, for some days, under which nobody but they searches (GDPR 7, 25(2)). Where the link
asks for presence, a member sees each person before anything is kept of their face.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from licet.app import App
from licet.consent.decide import decide
from licet.consent.purposes import table
from licet.effects.acting import digest_of, digest_of_wish, organisation_of
from licet.effects.facts import read_facts
from licet.effects.linking import link_of_token, live_now, token_digest, token_of
from licet.effects.listing import About, Reach, listed
from licet.effects.record import record, record_refusal
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.album import AlbumLink, LinkLine, LinkShown, LinkWish
from licet.terms.errors import NotFound
from licet.terms.ids import LinkId, SourceId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Ask, Refusal, Register


@dataclass(frozen=True, slots=True)
class LinkClosed:
    """A link that was closed; ``leaf`` is where that is noted."""

    link: LinkId
    leaf: int


def open_link(app: App, who: Who, wish: LinkWish) -> AlbumLink | Refusal:
    """Open a link to a source.

    1. Draft the link that is wished for.
    2. In one unit of work: decide, add it, record.
    3. Mirror the ledger.

    Raises ``NotFound`` for a source that is not there.
    """
    with app.store.unit() as unit:
        link = _draft(app, unit, wish)  # 1
        ask = _ask(app, Action.WELCOME, who, link)
        facts = read_facts(app, unit, ask, who, unit.now, digest_of_wish(wish))  # 2
        permit = decide(ask, replace(facts, link=link), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        unit.links.open(link)
        objects = (("link", link.id), ("source", link.source))
        said = (("most", link.most), ("days", link.days), ("presence", link.presence))
        record(app, unit, EntryKind.LINK_OPENED, permit, objects, said)
    app.publish()  # 3
    return link


def close_link(app: App, who: Who, link_id: LinkId) -> LinkClosed | Refusal:
    """Close a link for good. Who came by it keeps what they have.

    1. In one unit of work: decide, close, record.
    2. Mirror the ledger.

    Raises ``NotFound``, ``Conflict`` for one that is closed.
    """
    with app.store.unit() as unit:  # 1
        link = _known(unit, link_id)
        ask = _ask(app, Action.CEASE, who, link)
        facts = read_facts(app, unit, ask, who, unit.now, digest_of("close", link_id))
        permit = decide(ask, facts, unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        unit.links.close(link_id, unit.now)
        objects = (("link", link.id), ("source", link.source))
        leaf = record(app, unit, EntryKind.LINK_CLOSED, permit, objects)
    app.publish()  # 2
    return LinkClosed(link_id, leaf)


def see_person(app: App, who: Who, link_id: LinkId) -> int | Refusal:
    """Say that somebody who came by a link stands before a member; returns the leaf index.

    1. In one unit of work: decide (the link is open still), record.
    2. Mirror the ledger.

    Who it is, is not said: only the one who holds the code goes on. Raises ``NotFound``.
    """
    with app.store.unit() as unit:  # 1
        link = _known(unit, link_id)
        ask = _ask(app, Action.WELCOME, who, link)
        facts = read_facts(app, unit, ask, who, unit.now, digest_of("seen", link_id))
        permit = decide(ask, replace(facts, link=link), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        objects = (("link", link.id), ("source", link.source))
        leaf = record(app, unit, EntryKind.PERSON_SEEN, permit, objects)
    app.publish()  # 2
    return leaf


def list_links(app: App, who: Who) -> tuple[LinkLine, ...] | Refusal:
    """List the links of the member's organisation, the newest first."""

    def read(reader: Reader, _reach: Reach) -> tuple[LinkLine, ...]:
        organisation = organisation_of(reader, who)
        links = reader.links.of_organisation(organisation) if organisation else ()
        return tuple(_line(app, reader, link) for link in reversed(links))

    return listed(app, who, About(Register.SOURCES, asked=(("links", True),)), read)


def show_link(app: App, token: str, language: str) -> LinkShown | None:
    """Return what whoever opens a link is told, or None: there is no such link.

    It is the same for everybody; nothing is written down about who looks.
    """
    with app.store.read() as reader:
        link = link_of_token(reader, token)
        if link is None:
            return None
        purpose = table().get(link.purpose)
        source = reader.sources.get(link.source)
        organisation = reader.governance.organisation(link.organisation)
        alive = live_now(reader, link)
    if purpose is None or source is None or organisation is None:
        return None
    told = purpose.told(language)
    return LinkShown(
        id=link.id,
        organisation=organisation.name,
        source=source.name,
        purpose=link.purpose,
        title=told.title,
        notice=told.notice,
        days=link.days,
        presence=link.presence,
        open=alive,
    )


def _draft(app: App, unit: Unit, wish: LinkWish) -> AlbumLink:
    source = unit.sources.get(wish.source)
    if source is None:
        raise NotFound("no such source", "See `licet source list`.")
    link = LinkId(new_id())
    return AlbumLink(
        id=link,
        organisation=source.organisation,
        source=source.id,
        purpose=wish.purpose,
        digest=token_digest(token_of(app, link)),
        opened_at=unit.now,
        expires=unit.now + timedelta(days=wish.closes),
        closed_at=None,
        days=wish.days,
        most=wish.most,
        presence=wish.presence,
    )


def _ask(app: App, action: Action, who: Who, link: AlbumLink) -> Ask:
    return Ask(
        action,
        who.by,
        app.model,
        organisation=link.organisation,
        member=who.member,
        purpose=link.purpose,
        source=SourceId(link.source),
    )


def _known(unit: Unit, link_id: LinkId) -> AlbumLink:
    link = unit.links.get(link_id)
    if link is None:
        raise NotFound("no such link", "See `licet album list`.")
    return link


def _line(app: App, reader: Reader, link: AlbumLink) -> LinkLine:
    source = reader.sources.get(link.source)
    organisation = reader.governance.organisation(link.organisation)
    return LinkLine(
        link,
        source.name if source else "",
        organisation.name if organisation else "",
        token_of(app, link.id),
        live_now(reader, link),
    )
