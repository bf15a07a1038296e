"""One's own page: everything that is kept of a person, shown to nobody but them.

What a person may read of themselves without waiting for an access package: their grants with
what is kept under each, who searched them and what came of it, their requests and clocks. A
look leaves an entry, as every look into a register does.
"""

from licet.app import App
from licet.consent.purposes import table
from licet.effects.listing import About, Reach, listed
from licet.effects.sealed import open_appearance, open_identity, open_suggestion
from licet.effects.surfacing import of_person
from licet.store.unit import Reader
from licet.terms.acting import Who
from licet.terms.errors import KeyAbsent, NotFound
from licet.terms.gallery import TemplateKind
from licet.terms.grant import Grant, Subject
from licet.terms.ids import GrantId, ItemId, SourceId
from licet.terms.own import OwnFace, OwnGrant, OwnKept, OwnPerson, OwnRequest, OwnSearch
from licet.terms.permit import Refusal, Register
from licet.terms.plan import RunKind
from licet.terms.rights import Request
from licet.terms.stored import StoredSuggestion, StoredTemplate


def see_own(app: App, who: Who, subject: Subject) -> OwnPerson | Refusal:
    """Return what is kept of one person, to them alone."""

    def read(reader: Reader, _reach: Reach) -> tuple[OwnPerson, ...]:
        return (_person(app, reader, subject),)

    found = listed(app, who, About(Register.GRANTS, subject=subject.id), read)
    return found if isinstance(found, Refusal) else found[0]


def see_grant(app: App, who: Who, grant_id: GrantId) -> OwnKept | Refusal:
    """Return one grant with the faces kept under it, to its person alone. Raises ``NotFound``."""
    with app.store.read() as reader:
        grant = reader.grants.get(grant_id)
    if grant is None:
        raise NotFound("there is no such grant", "It may have ended.")
    objects = (("grant", grant_id),)
    about = About(Register.GRANTS, subject=grant.subject, objects=objects)

    def read(reader: Reader, _reach: Reach) -> tuple[OwnKept, ...]:
        return (_kept(app, reader, grant),)

    found = listed(app, who, about, read)
    return found if isinstance(found, Refusal) else found[0]


def _person(app: App, reader: Reader, subject: Subject) -> OwnPerson:
    identity = open_identity(app, subject)
    grants = [g for g in reader.grants.of_subject(subject.id) if g.organisation is not None]
    holds = reader.holds.of_subject(subject.id)
    return OwnPerson(
        id=subject.id,
        name=identity.name if identity else "",
        contact=identity.contact if identity else "",
        dependant=subject.dependant,
        grants=tuple(_grant(app, reader, one) for one in _newest_last(grants)),
        searches=tuple(
            OwnSearch(
                one.organisation.name,
                one.search.at,
                one.case.purpose,
                one.search.state,
                one.behind.name if one.behind else "",
            )
            for one in reversed(of_person(app, reader, subject.id))
        ),
        requests=tuple(_request(reader, r) for r in reader.requests.of_subject(subject.id)),
        holds=sum(one.lifted_at is None and one.until > reader.now for one in holds),
    )


def _newest_last(grants: list[Grant]) -> list[Grant]:
    return sorted(grants, key=lambda one: (not one.kept, one.expires, one.id))


def _grant(app: App, reader: Reader, grant: Grant) -> OwnGrant:
    named = reader.governance.organisation(grant.organisation) if grant.organisation else None
    templates = reader.templates.of_grant(grant.id)
    references = sum(one.kind is TemplateKind.REFERENCE for one in templates)
    return OwnGrant(
        id=grant.id,
        organisation=named.name if named else app.deployment.controller,
        purpose=grant.purpose,
        source=_source(reader, grant.source),
        state=grant.state,
        expires=grant.expires.date(),
        references=references,
        appearances=len(templates) - references,
        suggestions=len(reader.suggestions.of_grant(grant.id)),
        held=any(grant.id in hold.grants for hold in reader.holds.in_force(reader.now)),
    )


def _request(reader: Reader, request: Request) -> OwnRequest:
    due = request.due.date()
    return OwnRequest(
        request.id,
        request.kind,
        request.state,
        due,
        (due - reader.now.date()).days,
        request.is_open,
    )


def _kept(app: App, reader: Reader, grant: Grant) -> OwnKept:
    purpose = table().get(grant.purpose)
    told = purpose.shown(grant.notice) if purpose else None
    templates = reader.templates.of_grant(grant.id)
    seen = (one for one in templates if one.kind is TemplateKind.APPEARANCE)
    faces = (
        *(_appearance(app, reader, one) for one in seen),
        *(_suggestion(app, reader, one) for one in reader.suggestions.of_grant(grant.id)),
    )
    shown = _grant(app, reader, grant)
    return OwnKept(
        grant=shown,
        title=told.title if told else "",
        notice=told.notice if told else "",
        asked_by=shown.organisation,
        faces=tuple(sorted(faces, key=lambda one: (not one.waits, str(one.seen), one.id))),
        looking=any(run.grant == grant.id for run in reader.runs.open(RunKind.BACKFILL)),
    )


def _appearance(app: App, reader: Reader, template: StoredTemplate) -> OwnFace:
    lapses = template.lapses_at.date() if template.lapses_at else None
    try:
        seen = open_appearance(app, template)
    except KeyAbsent:
        return OwnFace(template.id, None, "", None, lapses, waits=False)
    source = _source(reader, seen.source)
    return OwnFace(template.id, seen.item, source, seen.first_seen.date(), lapses, waits=False)


def _suggestion(app: App, reader: Reader, waiting: StoredSuggestion) -> OwnFace:
    try:
        pointer = open_suggestion(app, waiting)
    except KeyAbsent:
        return OwnFace(waiting.id, None, "", None, waiting.expires.date(), waits=True)
    item = reader.items.get(ItemId(pointer.item))
    seen = item.first_seen.date() if item else None
    source = _source(reader, pointer.source)
    # The photo itself is not shown: the face in it may well be somebody else's.
    return OwnFace(waiting.id, None, source, seen, waiting.expires.date(), waits=True)


def _source(reader: Reader, source: SourceId | None) -> str:
    found = reader.sources.get(source) if source else None
    return found.name if found else ""
