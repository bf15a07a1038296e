"""What is told to who asked about themselves: where was looked, and what was not (GDPR 15).

With a photo: every source, how much of it was read and compared, and what could not be.
What was found is theirs and stands with their grant, not here.

Without a photo nobody knows whose faces an item shows. Then no face, no picture and no
address is told, for a stranger may be asking about somebody else: only of which sources
and how many items were met in the time that was named, and whether an address that the
person wrote down is known. All of that is known to them or public.
"""

from datetime import UTC, date, datetime, time, timedelta

from licet.app import App
from licet.effects.looking import passes_for, sources_to_read
from licet.effects.passing import Pass
from licet.effects.requests import open_request
from licet.effects.sealed import address_tag
from licet.store.unit import Reader
from licet.terms.errors import KeyAbsent
from licet.terms.grant import GrantState
from licet.terms.looking import Looked, LookedAt, NamedAt, SourceRead
from licet.terms.payload import RequestPayload
from licet.terms.rights import Request
from licet.terms.source import Source


def looked(app: App, reader: Reader, request: Request) -> Looked:
    """Return what was looked at for a request, source by source."""
    grant = reader.grants.get(request.grant) if request.grant else None
    photo = grant is not None and grant.state is GrantState.ACTIVE
    at: tuple[LookedAt, ...] = ()
    if grant is not None and photo:
        passes = passes_for(app, reader, grant)
        at = tuple(_looked_at(reader, s, passes[s.id]) for s in sources_to_read(reader))
    payload = open_request(app, request)
    return Looked(photo, at, _named(app, reader, payload))


def _looked_at(reader: Reader, source: Source, one: Pass | None) -> LookedAt:
    who = reader.governance.organisation(source.organisation)
    name = who.name if who else ""
    if one is None:
        return LookedAt(source.id, source.name, name, SourceRead.WAITS)
    return LookedAt(
        source=source.id,
        name=source.name,
        organisation=name,
        read=SourceRead(one.read),
        items=one.items,
        faces=one.faces,
        unreadable=one.unreadable,
        innocent_millionths=one.innocent_millionths,
        at=one.at,
    )


def _named(app: App, reader: Reader, payload: RequestPayload) -> tuple[NamedAt, ...]:
    """Return what is known of the sources, the time and the addresses that were named."""
    if not (payload.sources or payload.since or payload.until or payload.places):
        return ()
    return tuple(
        _named_at(app, reader, source, payload)
        for source in reader.sources.all()
        if source.id in payload.sources or not payload.sources
    )


def _named_at(app: App, reader: Reader, source: Source, payload: RequestPayload) -> NamedAt:
    who = reader.governance.organisation(source.organisation)
    items = reader.items.count_between(
        source.id, _morning(payload.since), _morning(payload.until, after=timedelta(days=1))
    )
    return NamedAt(
        source=source.id,
        name=source.name,
        organisation=who.name if who else "",
        items=items,
        addresses=sum(_is_known(app, reader, source, place) for place in payload.places),
    )


def _is_known(app: App, reader: Reader, source: Source, place: str) -> bool:
    """Say whether an item was met at an address that the person wrote down, in full."""
    try:
        tag = address_tag(app, source.id, place.strip())
    except KeyAbsent:
        return False
    return reader.items.known_address(source.id, tag) is not None


def _morning(day: str, after: timedelta = timedelta()) -> datetime | None:
    if not day:
        return None
    return datetime.combine(date.fromisoformat(day), time(), UTC) + after
