"""Scopes: which rows of the gallery a permit lets somebody look at.

1. Collecting compares with references alone, never with appearances, of the
   source's organisation, for the purposes that its origin is compatible with.
2. Backfill and an accepted suggestion compare with the references of one grant.
3. Enrolment compares with the references of everybody enrolled but the person's own, to
   find out whether the face is enrolled already as somebody else. Who only asks about
   themselves is not enrolled, and nobody learns that they ask.
4. A member searches references and appearances of the organisation, for the one
   purpose, in items whose hash entered the ledger a day ago or more. In a two-sided
   purpose the person for whom one searches is left out.
5. The data subject searches and sees their own grant alone, at once.
6. The last check of an erasure looks at every row, to find none of the person's.
7. A sandbox has no such day, because nobody real can be followed in it.
8. A scan for people who ask about themselves compares with the references of their
   requests alone, which belong to no organisation (GDPR 15).
"""

from datetime import datetime

from licet.consent import ceilings
from licet.consent.purposes import table
from licet.terms.gallery import Scope, TemplateKind
from licet.terms.grant import Grant
from licet.terms.ids import PurposeId
from licet.terms.permit import Action, Ask, By, Facts

_REFERENCES = frozenset({TemplateKind.REFERENCE})
_ALL = frozenset(TemplateKind)
_SEEING = frozenset({Action.SEARCH, Action.SHOW, Action.REVIEW, Action.CONFIRM_APPEARANCE})


def scope_for(ask: Ask, facts: Facts, now: datetime) -> Scope | None:
    """Return the scope that goes with a permit for ``ask``; None for acts on no rows.

    Only for facts that ``decide`` found nothing against.
    """
    if ask.action is Action.COLLECT:
        return _collecting(ask, facts, now)
    if facts.grant is not None and ask.action in {Action.BACKFILL, Action.ACCEPT}:
        return _one_grant(ask, facts.grant, now)
    if ask.action is Action.SCAN:
        return _requests(ask, now)
    if ask.action is Action.ENROL:
        return _collision(ask, facts, now)
    if ask.action is Action.ERASE and ask.by is By.WORKER:
        return _everything(ask, now)
    if ask.action is Action.SEARCH and ask.by is By.MEMBER:
        return _searching(ask, facts, now)
    if facts.grant is not None and ask.action in _SEEING:
        return _seeing(ask, facts, facts.grant, now)
    return None


def _collecting(ask: Ask, facts: Facts, now: datetime) -> Scope:
    origin = frozenset[str]() if facts.source is None else facts.source.origin.purposes
    return Scope(
        at=now,
        organisation=ask.organisation,
        purposes=table().compatible(origin),
        kinds=_REFERENCES,
        model=ask.model,
        source=ask.source,
    )


def _one_grant(ask: Ask, grant: Grant, now: datetime) -> Scope:
    return Scope(
        at=now,
        organisation=grant.organisation,
        purposes=frozenset({grant.purpose}),
        kinds=_REFERENCES,
        model=ask.model,
        source=ask.source,
        grants=frozenset({grant.id}),
        # A rights request has no organisation that its grant could equal.
        any_organisation=grant.organisation is None,
    )


def _collision(ask: Ask, facts: Facts, now: datetime) -> Scope:
    enrolled = (p.id for p in table().by_id.values() if not p.without_organisation)
    return Scope(
        at=now,
        organisation=None,
        purposes=frozenset(enrolled),
        kinds=_REFERENCES,
        model=ask.model,
        without=None if facts.subject is None else facts.subject.id,
        any_organisation=True,
    )


def _requests(ask: Ask, now: datetime) -> Scope:
    alone = (p.id for p in table().by_id.values() if p.without_organisation)
    return Scope(
        at=now,
        organisation=None,
        purposes=frozenset(alone),
        kinds=_REFERENCES,
        model=ask.model,
        source=ask.source,
    )


def _everything(ask: Ask, now: datetime) -> Scope:
    return Scope(
        at=now,
        organisation=None,
        purposes=frozenset(table().by_id),
        kinds=_ALL,
        model=ask.model,
        any_organisation=True,
    )


def _searching(ask: Ask, facts: Facts, now: datetime) -> Scope:
    purposes = frozenset[PurposeId]() if ask.purpose is None else frozenset({ask.purpose})
    two_sided = facts.purpose is not None and facts.purpose.two_sided
    return Scope(
        at=now,
        organisation=ask.organisation,
        purposes=purposes,
        kinds=_ALL,
        model=ask.model,
        without=facts.grant.subject if two_sided and facts.grant is not None else None,
        seen_before=_floor(ask, facts, now),
    )


def _seeing(ask: Ask, facts: Facts, grant: Grant, now: datetime) -> Scope:
    return Scope(
        at=now,
        organisation=grant.organisation,
        purposes=frozenset({grant.purpose}),
        kinds=_ALL,
        model=ask.model,
        grants=frozenset({grant.id}),
        seen_before=_floor(ask, facts, now),
    )


def _floor(ask: Ask, facts: Facts, now: datetime) -> datetime | None:
    if ask.by is By.SUBJECT or facts.readiness.sandbox:
        return None
    return now - ceilings.ORGANISATION_FLOOR
