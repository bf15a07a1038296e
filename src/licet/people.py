"""People: whom an organisation may find, how much is kept of each, and their pictures.

A register tells counts, to those whose work it is; who somebody is stays sealed. Pictures are
looked at within a case that found the person, and in no other way: under a permit of that
moment, a day after the item came (GDPR 5(1)(b), 5(1)(c), 25(2)).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from licet.app import App
from licet.consent.decide import decide
from licet.consent.purposes import table
from licet.consent.reasons import Reason
from licet.consent.rules.governed import ROLES
from licet.consent.territory import showing_blocked
from licet.effects.acting import digest_of
from licet.effects.facts import read_facts
from licet.effects.first_day import on_first_day
from licet.effects.listing import About, Reach, listed, record_listed
from licet.effects.record import record_refusal
from licet.effects.sealed import (
    appearances_of,
    candidate_tag,
    grant_key,
    photos_of,
    suggestions_of,
)
from licet.effects.standing import causes
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.basis import Searchers
from licet.terms.errors import KeyAbsent, NotFound
from licet.terms.gallery import TemplateKind
from licet.terms.grant import Grant
from licet.terms.ids import CaseId, GrantId, SourceId, SubjectId
from licet.terms.organisation import Case, CaseState
from licet.terms.payload import AppearancePayload
from licet.terms.people import (
    CaseOf,
    People,
    PeopleWish,
    PersonDetails,
    PersonFace,
    PersonGrant,
    PersonLine,
    PersonPhotos,
)
from licet.terms.permit import Action, Ask, By, Permit, Refusal, Register
from licet.terms.stored import StoredSuggestion, StoredTemplate

A_PAGE = 40
"""So many people stand on one page: what is kept of each is opened to be counted."""


def list_people(app: App, who: Who, register: Register, wish: PeopleWish) -> People | Refusal:
    """List people by the register of grants, or by that of appearances.

    By grants everybody within reach is told; by appearances those of whom a face waits.
    """
    total = 0

    def read(reader: Reader, reach: Reach) -> tuple[PersonLine, ...]:
        nonlocal total
        looker = _Looker(app, reader, who, reach, register is Register.GRANTS)
        within = [one for one in reader.grants.kept() if looker.reaches(one)]
        waiting = _waiting(looker, [one.id for one in within if reach.finds(one.organisation)])
        only = wish.waiting or not looker.by_grants
        wanted = {
            one.subject
            for one in within
            if wish.purpose in (None, one.purpose) and (not only or one.id in waiting)
        }
        grants: dict[SubjectId, list[Grant]] = defaultdict(list)
        for one in within:
            if one.subject in wanted:
                grants[one.subject].append(one)
        newest = {one: max((g.leaf, g.id) for g in of) for one, of in grants.items()}
        people = sorted(grants, key=lambda one: newest[one], reverse=True)
        total = len(people)
        page = people[(wish.page - 1) * A_PAGE : wish.page * A_PAGE]
        return tuple(_line(looker, one, grants[one]) for one in page)

    found = listed(app, who, About(register, asked=(("people", True),)), read)
    return found if isinstance(found, Refusal) else People(found, total)


def see_person(
    app: App, who: Who, register: Register, subject: SubjectId
) -> PersonDetails | Refusal:
    """Tell of one person's grants what this register tells, and which cases found them.

    Raises ``NotFound``, also for somebody of whom no grant is within reach.
    """
    with app.store.read() as reader:
        grants = [one for one in reader.grants.of_subject(subject) if one.kept]
    objects = tuple(("grant", one.id) for one in grants)

    def read(reader: Reader, reach: Reach) -> tuple[PersonDetails, ...]:
        looker = _Looker(app, reader, who, reach, register is Register.GRANTS)
        within = [one for one in grants if looker.reaches(one)]
        if not within:
            raise NotFound("there is no such person", "See `licet grant list`.")
        cases = tuple(case for one in within for case in _cases(looker, one))
        return (PersonDetails(_line(looker, subject, within), cases),)

    found = listed(app, who, About(register, objects=objects), read)
    return found if isinstance(found, Refusal) else found[0]


def see_photos(app: App, who: Who, grant_id: GrantId, case_id: CaseId) -> PersonPhotos | Refusal:
    """Tell where somebody was found, within a case that found them.

    1. In one unit of work: read the facts, and decide as for a picture of each source.
    2. Read what was found there; a purpose of two sides discloses no place.
    3. Record; mirror the ledger.

    Raises ``NotFound`` for what is not there.
    """
    with app.store.unit() as unit:
        grant, case = unit.grants.get(grant_id), unit.governance.case(case_id)
        if grant is None or case is None:
            raise NotFound("there is no such person or case", "See `licet case list`.")
        seen = list(appearances_of(app, _appearances(unit.templates.of_grant(grant_id))))
        permits, refused = _permits(app, unit, who, (grant, case), {p.source for _, p in seen})  # 1
        if refused is not None and not permits:
            return record_refusal(app, unit, *refused)
        faces = _faces(unit, grant, seen, permits)  # 2
        for permit in list(permits.values())[:1]:
            about = About(Register.APPEARANCES, case_id, objects=(("grant", grant_id),))
            record_listed(app, unit, permit, about, len(faces))  # 3
    app.publish()
    return PersonPhotos(grant.subject, grant_id, case_id, case.reference, faces)


@dataclass(frozen=True, slots=True)
class _Looker:
    """Who looks, how far they see, and whether by the register of grants."""

    app: App
    reader: Reader
    who: Who
    reach: Reach
    by_grants: bool

    def reaches(self, grant: Grant) -> bool:
        """Say whether a grant is within reach; by appearances only what was found is."""
        if self.by_grants:
            return self.reach.sees(grant.organisation)
        return self.reach.finds(grant.organisation)

    def appearances(self, kept: Iterable[StoredTemplate]) -> list[StoredTemplate]:
        """Return the appearances among templates that are a day old."""
        return [
            one
            for one, seen in appearances_of(self.app, _appearances(kept))
            if not self._young(seen.first_seen)
        ]

    def suggestions(self, waiting: Iterable[StoredSuggestion]) -> list[StoredSuggestion]:
        """Return the suggestions whose item is there, and a day old."""
        opened = list(suggestions_of(self.app, waiting))
        items = self.reader.person.items({pointer.item for _, pointer in opened})
        return [
            one
            for one, pointer in opened
            if pointer.item in items and not self._young(items[pointer.item].first_seen)
        ]

    def _young(self, first_seen: datetime) -> bool:
        return on_first_day(self.app, self.who.by, first_seen, self.reader.now)


def _waiting(looker: _Looker, grants: Collection[GrantId]) -> set[GrantId]:
    """Return the grants of which a face waits for somebody's look."""
    within, reader = frozenset(grants), looker.reader
    unconfirmed = (
        one
        for one in reader.templates.all(TemplateKind.APPEARANCE)
        if one.lapses_at is not None and one.grant in within
    )
    suggested = (one for one in reader.suggestions.all() if one.grant in within)
    found = {one.grant for one in looker.appearances(unconfirmed)}
    return found | {one.grant for one in looker.suggestions(suggested)}


def _line(looker: _Looker, subject: SubjectId, grants: list[Grant]) -> PersonLine:
    ordered = sorted(grants, key=lambda one: (one.leaf, one.id))
    return PersonLine(subject, tuple(_grant(looker, one) for one in ordered))


def _grant(looker: _Looker, grant: Grant) -> PersonGrant:
    """Return a grant with its counts; by appearances only what waits is counted."""
    reader, by_grants = looker.reader, looker.by_grants
    named = reader.governance.organisation(grant.organisation) if grant.organisation else None
    why = sorted(causes(reader, grant)) if by_grants else ()
    told = PersonGrant(
        id=grant.id,
        organisation=named.name if named else "",
        purpose=grant.purpose,
        state=grant.state,
        expires=grant.expires if by_grants else None,
        restricted_for=tuple(why),
    )
    if not looker.reach.finds(grant.organisation):
        return told
    kept = reader.templates.of_grant(grant.id)
    seen = looker.appearances(kept)
    return replace(
        told,
        photos=photos_of(looker.app, kept),
        appearances=len(seen) if by_grants else None,
        unconfirmed=sum(one.lapses_at is not None for one in seen),
        suggestions=len(looker.suggestions(reader.suggestions.of_grant(grant.id))),
    )


def _cases(looker: _Looker, grant: Grant) -> tuple[CaseOf, ...]:
    """Return the open cases of the member's own organisation that found somebody."""
    reader, who = looker.reader, looker.who
    member = reader.governance.member(who.member) if who.member else None
    if member is None or not member.roles & ROLES[Action.SHOW] or not may_be_shown(grant):
        return ()
    try:
        tag = candidate_tag(looker.app, grant_key(grant.id))
    except KeyAbsent:
        return ()
    found: dict[CaseId, CaseOf] = {}
    for candidate in reader.searches.candidates_of_grant(tag):
        search = reader.searches.get(candidate.search)
        case = reader.governance.case(search.case) if search else None
        own = case is not None and case.organisation == member.organisation
        if case is not None and own and case.state is CaseState.OPEN:
            found[case.id] = CaseOf(case.id, case.reference, grant.id)
    return tuple(sorted(found.values(), key=lambda one: one.reference))


def may_be_shown(grant: Grant) -> bool:
    """Say whether a purpose lets members see pictures at all."""
    purpose = table().get(grant.purpose)
    if purpose is None or purpose.two_sided:
        return False
    return purpose.searchers is Searchers.ORGANISATION


def _permits(
    app: App, unit: Unit, who: Who, about: tuple[Grant, Case], sources: Collection[SourceId]
) -> tuple[dict[SourceId, Permit], tuple[Ask, Refusal] | None]:
    """Decide on each source, and return a refusal where one was said.

    Of somebody who was found nowhere it is decided all the same: that nothing is there is
    told to those alone who would see it. What is left then is that no source is named.
    """
    permits: dict[SourceId, Permit] = {}
    refused = None
    for source in sorted(sources) or (None,):
        ask = _ask(app, who, about, source)
        signed = digest_of("photos", about[0].id, about[1].id)
        decided = decide(ask, read_facts(app, unit, ask, who, unit.now, signed), unit.now)
        if isinstance(decided, Permit) and source is not None:
            permits[source] = decided
        elif isinstance(decided, Refusal) and (source or decided.reason != Reason.NO_SOURCE):
            refused = refused or (ask, decided)
    return permits, refused


def _ask(app: App, who: Who, about: tuple[Grant, Case], source: SourceId | None) -> Ask:
    grant, case = about
    return Ask(
        Action.SHOW,
        who.by,
        app.model,
        organisation=case.organisation,
        member=who.member,
        case=case.id,
        purpose=case.purpose,
        grant=grant.id,
        subject=grant.subject,
        source=source,
    )


def _appearances(kept: Iterable[StoredTemplate]) -> list[StoredTemplate]:
    return [one for one in kept if one.kind is TemplateKind.APPEARANCE]


def _faces(
    unit: Unit,
    grant: Grant,
    seen: list[tuple[StoredTemplate, AppearancePayload]],
    permits: dict[SourceId, Permit],
) -> tuple[PersonFace, ...]:
    """Return the faces that the permits let this member see, those first that would lapse."""
    if not may_be_shown(grant):
        return ()
    blocks = unit.blocks.active()
    found = []
    for template, payload in seen:
        permit, source = permits.get(payload.source), unit.sources.get(payload.source)
        if permit is None or source is None or showing_blocked(source, blocks):
            continue
        floor = permit.scope.seen_before if permit.scope else None
        if floor is None or payload.first_seen <= floor:
            found.append(_face(unit, template, payload, source.name))
    found.sort(key=lambda one: (one.lapses_at is None, one.first_seen, one.item, one.id))
    return tuple(found)


def _face(
    unit: Unit, template: StoredTemplate, payload: AppearancePayload, source: str
) -> PersonFace:
    face = unit.items.face(payload.face)
    return PersonFace(
        id=template.id,
        item=payload.item,
        source=source,
        first_seen=payload.first_seen,
        box=payload.box,
        lapses_at=template.lapses_at,
        by_member=template.lapses_at is None and payload.said == By.MEMBER,
        span=face.span if face else None,
    )
