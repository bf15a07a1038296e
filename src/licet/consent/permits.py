"""The only place where a permit is made.

The digest is the SHA-256 of all other parts as JSON: keys sorted, no spaces, UTF-8;
moments as RFC 3339 text in milliseconds, sets as sorted lists, numbers that are not
whole as the shortest decimal text that reads back the same.
"""

import hashlib
import json
from dataclasses import fields, replace
from datetime import datetime
from functools import cache
from typing import Any

from licet.consent import basis, ceilings
from licet.consent.registers import UNDER_AGREEMENT
from licet.consent.scopes import scope_for
from licet.terms.grant import Grant
from licet.terms.ids import PurposeId, SubjectId
from licet.terms.permit import Action, Ask, By, Facts, Permit
from licet.terms.when import to_text

ARTICLES: dict[Action, tuple[str, ...]] = {
    Action.GOVERN: ("GDPR 24(1)", "GDPR 28(3)"),
    Action.OPEN_CASE: ("GDPR 5(1)(b)",),
    Action.APPROVE: ("GDPR 25(2)",),
    Action.CEASE: ("GDPR 5(1)(a)",),
    Action.WELCOME: ("GDPR 7(1)", "GDPR 25(2)"),
    Action.GRANT: ("GDPR 13(1)",),
    Action.CONFIRM: ("GDPR 7(1)",),
    Action.ENROL: (),
    Action.AUTHORISE: ("GDPR 5(2)", "GDPR 14(2)(f)"),
    Action.UPLOAD: ("GDPR 5(1)(b)", "GDPR 5(1)(e)"),
    Action.COLLECT: ("GDPR 5(1)(b)",),
    Action.BACKFILL: ("GDPR 5(1)(b)",),
    Action.ACCEPT: ("GDPR 5(1)(b)",),
    Action.SEARCH: ("GDPR 5(1)(b)",),
    Action.REVIEW: ("GDPR 22(3)",),
    Action.SHOW: ("GDPR 5(1)(b)",),
    Action.WITHDRAW: ("GDPR 7(3)",),
    Action.ERASE: ("GDPR 17(1)",),
    Action.RECEIVE: ("GDPR 12(2)",),
    Action.ANSWER: ("GDPR 12(3)",),
    Action.SCAN: ("GDPR 15(1)",),
    Action.RESTRICT: ("GDPR 18(1)",),
    Action.RELEASE: ("GDPR 18(3)",),
    Action.RECTIFY: ("GDPR 16",),
    Action.CORRECT: ("GDPR 16",),
    Action.CONFIRM_APPEARANCE: ("GDPR 5(1)(d)",),
    Action.SAY: ("GDPR 7(1)",),
    Action.HOLD: ("GDPR 17(3)(e)",),
    Action.AUDIT: ("GDPR 5(2)",),
    Action.LIST: ("GDPR 5(1)(f)",),
    Action.CLOSE_CASE: ("GDPR 5(1)(e)",),
    Action.CLOSE_DEPLOYMENT: ("GDPR 5(1)(e)",),
    Action.REGISTER_ORDER: ("GDPR 58(2)",),
    Action.CONFIRM_ORDER: ("GDPR 58(2)",),
    Action.CARRY_OUT: ("GDPR 58(2)(g)",),
    Action.SEND_ORDER: ("GDPR 31",),
    Action.CLOSE_ORDER: ("GDPR 31",),
    Action.PLACE_BLOCK: ("GDPR 58(2)(f)",),
    Action.LIFT_BLOCK: ("GDPR 58(2)(f)",),
    Action.CORRESPOND: ("GDPR 31",),
    Action.BREACH: ("GDPR 33(1)",),
    Action.END_BREACH: ("GDPR 33(5)",),
    Action.FILE: ("GDPR 5(2)",),
    Action.PREPARE: ("GDPR 35(1)",),
    Action.TRANSFER: ("GDPR 44",),
    Action.REPORT: ("GDPR 5(2)",),
    Action.AUDIT_SOURCE: ("GDPR 5(2)",),
    Action.RELEASE_SOURCE: ("GDPR 5(1)(b)",),
    Action.EQUIP: ("GDPR 32(1)(b)",),
    Action.RECALL: ("GDPR 32(1)(b)",),
}
"""The articles of an action; those of the basis in use come before them."""

_COLLECTING = frozenset({Action.COLLECT, Action.BACKFILL, Action.ACCEPT})
_AT_ITEMS = _COLLECTING | {Action.SCAN, Action.UPLOAD}
_FETCHING = _COLLECTING | {Action.SHOW, Action.SCAN, Action.AUDIT_SOURCE, Action.UPLOAD}
_AT_A_SOURCE = _FETCHING | {Action.GRANT, Action.AUTHORISE, Action.CEASE}
_AT_A_SOURCE |= {Action.RELEASE_SOURCE, Action.WELCOME}
_COMPARING = _COLLECTING | {Action.ENROL, Action.SEARCH, Action.SCAN}
_ON_REAL_PEOPLE = _COMPARING | {Action.GRANT, Action.CONFIRM, Action.OPEN_CASE, Action.UPLOAD}
_ON_REAL_PEOPLE |= {Action.WELCOME}
_OF_RIGHTS = frozenset({Action.RECEIVE, Action.ANSWER, Action.HOLD, Action.AUDIT})
_OF_ORDERS = frozenset(
    {
        Action.REGISTER_ORDER,
        Action.CONFIRM_ORDER,
        Action.CARRY_OUT,
        Action.SEND_ORDER,
        Action.CLOSE_ORDER,
        Action.PLACE_BLOCK,
        Action.LIFT_BLOCK,
    }
)
_OF_DUTIES = frozenset(
    {
        Action.CORRESPOND,
        Action.BREACH,
        Action.END_BREACH,
        Action.FILE,
        Action.PREPARE,
        Action.TRANSFER,
        Action.REPORT,
        Action.EQUIP,
        Action.RECALL,
    }
)
_ENDING = frozenset({Action.CEASE, Action.CLOSE_CASE, Action.CLOSE_DEPLOYMENT})
_ON_A_GRANT = frozenset({Action.WITHDRAW, Action.RESTRICT, Action.RELEASE, Action.RECTIFY})
_WITHOUT_AGREEMENT = _OF_RIGHTS | _ENDING | _ON_A_GRANT | _OF_ORDERS | _OF_DUTIES
_WITHOUT_AGREEMENT |= {Action.ERASE, Action.CORRECT, Action.LIST}
_IN_A_CASE = frozenset({Action.SEARCH, Action.REVIEW, Action.SHOW, Action.APPROVE})
_IN_A_CASE |= {Action.CLOSE_CASE, Action.LIST}
_ON_EVIDENCE = frozenset({Action.GRANT, Action.CONFIRM, Action.SEARCH, Action.HOLD})
_ON_EVIDENCE |= {Action.SEND_ORDER, Action.LIFT_BLOCK, Action.FILE, Action.PREPARE}
_ON_EVIDENCE |= {Action.RELEASE_SOURCE}
_GOVERNING = frozenset({Action.GOVERN, Action.OPEN_CASE, Action.APPROVE, Action.CEASE})
_ABOUT_A_PERSON = frozenset({Action.ERASE, Action.HOLD, Action.CORRECT})
_OF_A_REQUEST = frozenset({Action.RECEIVE, Action.ANSWER})
_WITHOUT_GRANT = (
    _GOVERNING
    | _OF_RIGHTS
    | _ENDING
    | _ABOUT_A_PERSON
    | _OF_ORDERS
    | _OF_DUTIES
    | {Action.AUTHORISE, Action.UPLOAD, Action.COLLECT, Action.SCAN, Action.LIST}
    | {Action.AUDIT_SOURCE, Action.RELEASE_SOURCE, Action.WELCOME}
)


def permit_for(ask: Ask, facts: Facts, now: datetime) -> Permit:
    """Return the permit for ``ask``. Only for facts that ``decide`` found nothing against.

    It names what the rules of this action looked at, and nothing else that happens to
    be among the facts.
    """
    grant = _grant(ask, facts)
    by_member = ask.by is By.MEMBER
    whose = ask.organisation if by_member or ask.action in _AT_ITEMS else None
    parts = Permit(
        action=ask.action,
        by=ask.by,
        organisation=whose or (None if grant is None else grant.organisation),
        member=ask.member if by_member else None,
        case=ask.case if by_member and ask.action in _IN_A_CASE else None,
        purpose=_purpose(ask, grant),
        grant=None if grant is None else grant.id,
        subject=_subject(ask, facts, grant),
        source=ask.source if ask.action in _AT_A_SOURCE else None,
        scope=scope_for(ask, facts, now),
        fpir=ask.fpir if ask.action in _COMPARING else None,
        articles=_articles(ask, facts),
        evidence=_evidence(ask, facts),
        decided_at=now,
        not_after=now + ceilings.PERMIT_TERM,
        head_size=facts.head_size,
        digest="",
    )
    return replace(parts, digest=digest(parts))


def digest(permit: Permit) -> str:
    """Return the SHA-256 (hex) over all parts of the permit but its digest."""
    parts = {name: _plain(getattr(permit, name)) for name in _parts(Permit) if name != "digest"}
    return hashlib.sha256(_JSON.encode(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _grant(ask: Ask, facts: Facts) -> Grant | None:
    two_sided = facts.purpose is not None and facts.purpose.two_sided
    if ask.action is Action.SEARCH and ask.by is By.MEMBER and not two_sided:
        return None
    return None if ask.action in _WITHOUT_GRANT else facts.grant


def _purpose(ask: Ask, grant: Grant | None) -> PurposeId | None:
    if grant is not None and ask.action is not Action.SEARCH:
        return grant.purpose
    return ask.purpose if ask.action in {Action.SEARCH, Action.OPEN_CASE} else None


def _subject(ask: Ask, facts: Facts, grant: Grant | None) -> SubjectId | None:
    if ask.action in _OF_A_REQUEST:
        # Whose request it is, is the flow's word: anybody may ask, and for anybody.
        return ask.subject
    listed = ask.action is Action.LIST and ask.by is By.SUBJECT
    if facts.subject is None or not (grant or listed or ask.action in _ABOUT_A_PERSON):
        return None
    return facts.subject.id


def _articles(ask: Ask, facts: Facts) -> tuple[str, ...]:
    stands_on = _grant(ask, facts) or (facts.purpose if _purpose(ask, None) else None)
    if stands_on is None or ask.action in _ON_A_GRANT:
        return ARTICLES[ask.action]
    return basis.articles(stands_on.basis, stands_on.condition) + ARTICLES[ask.action]


def _evidence(ask: Ask, facts: Facts) -> tuple[str, ...]:
    """Return the digests that the decision rests on. None of them identifies a person."""
    found: list[str] = []
    agreed = ask.by is By.MEMBER and (
        ask.action not in _WITHOUT_AGREEMENT or ask.register in UNDER_AGREEMENT
    )
    if facts.agreement is not None and (agreed or ask.action in _AT_ITEMS):
        found.append(f"agreement:{facts.agreement.digest}")
    if facts.readiness.dpia_digest and ask.action in _ON_REAL_PEOPLE:
        found.append(f"dpia:{facts.readiness.dpia_digest}")
    if ask.evidence and ask.by is By.MEMBER and ask.action in _ON_EVIDENCE:
        found.append(f"evidence:{ask.evidence}")
    if facts.authority is not None and ask.action in _FETCHING | {Action.AUTHORISE}:
        found.append(f"licence:{facts.authority.licence}")
    grant = _grant(ask, facts)
    if grant is not None:
        found.append(f"notice:{grant.notice}")
    return tuple(found)


_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@cache
def _parts(kind: type[Any]) -> tuple[str, ...]:
    """Return the names of a dataclass's parts: every decision asks for the same few."""
    return tuple(part.name for part in fields(kind))


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, frozenset):
        return sorted(str(part) for part in value)
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    kind: Any = type(value)
    return {name: _plain(getattr(value, name)) for name in _parts(kind)}
