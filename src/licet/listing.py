"""Listing: registers for those whose work they are (GDPR 5(1)(f), 32(4)).

Each list is decided on, shows what is within reach of who asks, and leaves an entry that
says which register was read and how many rows it told. Names of people stay sealed.
"""

from collections import Counter
from collections.abc import Iterable

from licet.app import App
from licet.consent.decide import decide
from licet.effects.facts import read_facts
from licet.effects.first_day import on_first_day
from licet.effects.keeping import live_grants
from licet.effects.listing import About, Reach, asking, listed, record_listed
from licet.effects.record import record_refusal
from licet.effects.sealed import case_key, contact_tag, suggestions_of
from licet.effects.standing import causes
from licet.effects.tracing import read_traces
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import NotFound
from licet.terms.face import cosine_of
from licet.terms.grant import Grant, GrantState
from licet.terms.ids import CaseId, GrantId, OrganisationId, SearchId, SourceId
from licet.terms.listing import (
    CandidateLine,
    CaseLine,
    GrantDetails,
    GrantLine,
    MemberLine,
    OrganisationLine,
    SearchDetails,
    SearchLine,
    SourceDetails,
    SourceLine,
    SuggestionLine,
)
from licet.terms.payload import CandidatePayload, from_bytes
from licet.terms.permit import Refusal, Register
from licet.terms.search import Search, SearchCandidate
from licet.terms.source import Fate, Source, Trace
from licet.vault.seal import open_sealed

MILLION = 1_000_000
GRANTS = About(Register.GRANTS)
BY_CONTACT = About(Register.GRANTS, asked=(("by_contact", True),))


def about_grant(grant: GrantId) -> About:
    """Return what is read of one grant: members sign for this very one."""
    return About(Register.GRANTS, objects=(("grant", grant),))


def list_organisations(app: App, who: Who) -> tuple[OrganisationLine, ...] | Refusal:
    """List organisations, when their agreements end and how many members they have."""

    def read(reader: Reader, reach: Reach) -> tuple[OrganisationLine, ...]:
        return tuple(
            OrganisationLine(
                one.id,
                one.name,
                one.kind,
                agreement.valid_to if agreement else None,
                len(reader.governance.members(one.id)),
            )
            for one in reader.governance.organisations()
            if reach.sees(one.id)
            for agreement in (reader.governance.agreement_at(one.id, reader.now),)
        )

    return listed(app, who, About(Register.ORGANISATIONS), read)


def list_members(app: App, who: Who) -> tuple[MemberLine, ...] | Refusal:
    """List members and their roles, the ended ones too."""

    def read(reader: Reader, reach: Reach) -> tuple[MemberLine, ...]:
        return tuple(
            MemberLine(one.id, one.name, organisation.name, one.roles, one.state)
            for organisation in reader.governance.organisations()
            if reach.sees(organisation.id)
            for one in reader.governance.members(organisation.id)
        )

    return listed(app, who, About(Register.MEMBERS), read)


def list_sources(app: App, who: Who) -> tuple[SourceLine, ...] | Refusal:
    """List sources with their state and how many items were met there."""

    def read(reader: Reader, reach: Reach) -> tuple[SourceLine, ...]:
        names = _names(reader)
        return tuple(
            _source(reader, one, names)
            for one in reader.sources.all()
            if reach.sees(one.organisation)
        )

    return listed(app, who, About(Register.SOURCES), read)


def about_traces(source: SourceId) -> About:
    """Return what is read of one source's files: members sign for this very one."""
    return About(Register.SOURCES, objects=(("source", source),))


def list_traces(
    app: App, who: Who, source: SourceId, fate: Fate | None = None
) -> tuple[Trace, ...] | Refusal:
    """List why each file of a source was collected, or why not. Raises ``NotFound``."""

    def read(reader: Reader, reach: Reach) -> tuple[Trace, ...]:
        found = reader.sources.get(source)
        if found is None or not reach.sees(found.organisation):
            raise NotFound("no such source", "See `licet source list`.")
        return read_traces(app, reader, source, fate)

    return listed(app, who, about_traces(source), read)


def show_source(app: App, who: Who, source_id: SourceId) -> SourceDetails | Refusal:
    """Show one source, and count what became of what lies there. Raises ``NotFound``."""

    def read(reader: Reader, reach: Reach) -> tuple[SourceDetails, ...]:
        source = reader.sources.get(source_id)
        if source is None or not reach.sees(source.organisation):
            raise NotFound("no such source", "See `licet source list`.")
        authority = reader.sources.authority_at(source_id, reader.now)
        looks = [one for one in reader.sources.audits(source_id) if one.found_at is not None]
        last = max(looks, key=lambda one: one.found_at or one.drawn_at, default=None)
        fates = Counter((one.fate, one.rule) for one in reader.sources.traces(source_id))
        details = SourceDetails(
            source=_source(reader, source, _names(reader)),
            kind=source.kind,
            taken_by=source.origin.taken_by,
            people_told=source.origin.people_told,
            purposes=tuple(sorted(source.origin.purposes)),
            retention_days=source.retention_days,
            proved_at=authority.proved_at if authority else None,
            valid_to=authority.valid_to if authority else None,
            audited_at=last.found_at if last else None,
            audit=last.finding if last else None,
            files=tuple((fate, rule, files) for (fate, rule), files in sorted(fates.items())),
        )
        return (details,)

    found = listed(app, who, about_traces(source_id), read)
    return found if isinstance(found, Refusal) else found[0]


def list_cases(app: App, who: Who) -> tuple[CaseLine, ...] | Refusal:
    """List cases with their approvals and searches."""

    def read(reader: Reader, reach: Reach) -> tuple[CaseLine, ...]:
        return tuple(
            CaseLine(
                id=one.id,
                reference=one.reference,
                organisation=organisation.name,
                purpose=one.purpose,
                evidence=len(one.evidence),
                approvals=len(reader.governance.approvals(one.id)),
                searches=len(reader.searches.of_case(one.id)),
                cap=one.cap,
                state=one.state,
                people=reader.searches.subjects_in_case(one.id),
                on_behalf_of=_named(reader, one.on_behalf_of),
            )
            for organisation in reader.governance.organisations()
            if reach.sees(organisation.id)
            for one in reader.governance.cases(organisation.id)
        )

    return listed(app, who, About(Register.CASES), read)


def _named(reader: Reader, organisation: OrganisationId | None) -> str:
    found = reader.governance.organisation(organisation) if organisation else None
    return found.name if found else ""


def list_searches(app: App, who: Who, case_id: CaseId) -> tuple[SearchLine, ...] | Refusal:
    """List a case's searches and how they stand at this moment. Raises ``NotFound``."""

    def read(reader: Reader, _reach: Reach) -> tuple[SearchLine, ...]:
        case = reader.governance.case(case_id)
        reference = case.reference if case else ""
        searches = reader.searches.of_case(case_id)
        return tuple(_details(app, reader, one, reference).search for one in searches)

    return listed(app, who, About(Register.SEARCHES, case_id), read)


def show_search(app: App, who: Who, search_id: SearchId) -> SearchDetails | Refusal:
    """Say how one search stands, and which candidates wait for verifiers.

    1. In one unit of work: read the facts and decide.
    2. Leave out who may not be found at this moment: a withdrawal wins over a list.
    3. Record; mirror the ledger.

    Raises ``NotFound`` when there is no such search.
    """
    with app.store.unit() as unit:  # 1
        search = unit.searches.get(search_id)
        case = unit.governance.case(search.case) if search else None
        if search is None or case is None:
            raise NotFound("there is no such search", "See `licet search list CASE`.")
        about = About(Register.SEARCHES, case.id, objects=(("search", search_id),))
        ask = asking(app, unit, who, about)
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, about.digest), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        details = _details(app, unit, search, case.reference)  # 2
        record_listed(app, unit, permit, about, len(details.candidates))  # 3
    app.publish()
    return details


def list_grants(
    app: App, who: Who, contact: str = "", *, ended: bool = False
) -> tuple[GrantLine, ...] | Refusal:
    """List grants that are kept, or those that ended; with a contact, its own alone."""

    def read(reader: Reader, reach: Reach) -> tuple[GrantLine, ...]:
        grants: Iterable[Grant]
        grants = reader.grants.in_state(GrantState.ENDED) if ended else reader.grants.kept()
        if contact:
            people = reader.subjects.on_contact(contact_tag(app, contact))
            known = {one.id for one in people}
            grants = (one for one in grants if one.subject in known)
        names = _names(reader)
        within = [one for one in grants if reach.sees(one.organisation)]
        within.sort(key=lambda one: (one.leaf, one.id))
        return tuple(_grant(one, names) for one in within)

    return listed(app, who, BY_CONTACT if contact else GRANTS, read)


def show_grant(app: App, who: Who, grant_id: GrantId) -> GrantDetails | Refusal:
    """Say what one grant is and how much is kept under it. Raises ``NotFound``."""

    def read(reader: Reader, reach: Reach) -> tuple[GrantDetails, ...]:
        grant = reader.grants.get(grant_id)
        if grant is None or not reach.sees(grant.organisation):
            return ()
        finds = reach.finds(grant.organisation)
        return (
            GrantDetails(
                grant=_grant(grant, _names(reader)),
                basis=grant.basis.value,
                condition=grant.condition.value,
                restricted_for=tuple(sorted(why.value for why in causes(reader, grant))),
                notice_delivered_at=grant.notice_delivered_at,
                confirmed_at=grant.confirmed_at,
                templates=len(reader.templates.of_grant(grant.id)) if finds else None,
                suggestions=len(reader.suggestions.of_grant(grant.id)) if finds else None,
            ),
        )

    found = listed(app, who, about_grant(grant_id), read)
    if isinstance(found, Refusal):
        return found
    if not found:
        raise NotFound("there is no such grant", "See `licet grant list`.")
    return found[0]


def list_suggestions(app: App, who: Who) -> tuple[SuggestionLine, ...] | Refusal:
    """List the faces that wait for a person's look, and until when.

    A member sees none of an item that is younger than a day.
    """

    def read(reader: Reader, reach: Reach) -> tuple[SuggestionLine, ...]:
        within = (one for one in reader.grants.kept() if reach.finds(one.organisation))
        waiting = [
            one
            for grant in sorted(within, key=lambda grant: grant.id)
            for one in reader.suggestions.of_grant(grant.id)
        ]
        opened = list(suggestions_of(app, waiting))
        items = reader.person.items({pointer.item for _, pointer in opened})
        return tuple(
            SuggestionLine(one.id, one.grant, one.expires)
            for one, pointer in opened
            if (item := items.get(pointer.item)) is not None
            and not on_first_day(app, who.by, item.first_seen, reader.now)
        )

    return listed(app, who, About(Register.SUGGESTIONS), read)


def _names(reader: Reader) -> dict[OrganisationId, str]:
    return {one.id: one.name for one in reader.governance.organisations()}


def _source(reader: Reader, source: Source, organisations: dict[OrganisationId, str]) -> SourceLine:
    return SourceLine(
        source.id,
        source.name,
        organisations[source.organisation],
        source.place,
        source.bystander_condition,
        reader.items.count(source.id),
        source.state,
    )


def _grant(grant: Grant, organisations: dict[OrganisationId, str]) -> GrantLine:
    return GrantLine(
        id=grant.id,
        subject=grant.subject,
        organisation=organisations.get(grant.organisation, "") if grant.organisation else "",
        purpose=grant.purpose,
        source=grant.source,
        state=grant.state,
        confirmed_by=grant.confirmed_by,
        enrolled=grant.captured,
        expires=grant.expires,
    )


def _details(app: App, reader: Reader | Unit, search: Search, reference: str) -> SearchDetails:
    """Return a search with the candidates whose grants are live; the others are counted."""
    kept = reader.searches.candidates(search.id)
    grants = {one.id: _grant_of(app, search, one) for one in kept}
    live = live_grants(reader, set(grants.values()))
    waiting = tuple(
        CandidateLine(one.id, len(reader.searches.verifications(one.id)))
        for one in kept
        if grants[one.id] in live
    )
    line = SearchLine(
        id=search.id,
        case=reference,
        at=search.at,
        state=search.state,
        in_scope=search.in_scope,
        fpir=search.fpir_millionths / MILLION,
        threshold=round(cosine_of(search.threshold), 4),
        candidates=len(waiting),
        withdrawn=len(kept) - len(waiting) + reader.searches.count_taken_off(search.id),
    )
    return SearchDetails(line, waiting)


def _grant_of(app: App, search: Search, candidate: SearchCandidate) -> GrantId:
    key = app.keyring.get(case_key(search.case))
    opened = open_sealed(key, candidate.sealed, f"candidate:{candidate.id}")
    return from_bytes(CandidatePayload, opened).grant
