"""Ways to change a permitted act, and the groups of acts that a change concerns."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from licet.consent.reasons import Reason as R
from licet.terms.ids import Territory
from licet.terms.permit import Action, By, Counts
from tests.consent import world as w
from tests.consent.acts import ACTS
from tests.consent.world import Change


def missing(fact: str) -> Change:
    """Take a whole fact away."""
    return lambda act: act.with_facts(**{fact: None})


def but(fact: str, **parts: Any) -> Change:
    """Change parts of a fact."""
    return lambda act: act.but(fact, **parts)


def facts(**parts: Any) -> Change:
    """Change facts."""
    return lambda act: act.with_facts(**parts)


def asks(**parts: Any) -> Change:
    """Change the ask."""
    return lambda act: act.asks(**parts)


def counts(**parts: int) -> Change:
    """Change what was counted."""
    return facts(counts=Counts(**parts))


def named(*words: str) -> tuple[str, ...]:
    return tuple(name for name in ACTS if name in words)


def of(*actions: Action, by: By | None = None) -> tuple[str, ...]:
    return tuple(
        name for name, act in ACTS.items() if act.ask.action in actions and by in {None, act.ask.by}
    )


Row = tuple[str, tuple[str, ...], Change, R]
"""What is changed, in which acts, how, and the reason then."""

A = Action
EVERY = tuple(A)
BY_MEMBER = of(*EVERY, by=By.MEMBER)
BY_SUBJECT = of(*EVERY, by=By.SUBJECT)
RIGHTS_WORK = of(A.RECEIVE, A.ANSWER, A.RESTRICT, A.RELEASE, A.RECTIFY, A.CORRECT, by=By.MEMBER)
ENDINGS = of(A.CLOSE_CASE, A.CLOSE_DEPLOYMENT)
DUTIES = (A.REGISTER_ORDER, A.CONFIRM_ORDER, A.CARRY_OUT, A.SEND_ORDER, A.CLOSE_ORDER)
DUTIES += (A.PLACE_BLOCK, A.LIFT_BLOCK, A.CORRESPOND, A.BREACH, A.FILE, A.PREPARE, A.TRANSFER)
DUTIES += (A.REPORT, A.END_BREACH, A.EQUIP, A.RECALL)
WORKERS_DUTIES = {A.CARRY_OUT, A.PLACE_BLOCK, A.BREACH, A.REPORT}
BY_DUTY = of(*DUTIES, by=By.MEMBER)
OVERSIGHT = (*of(A.HOLD, A.AUDIT), *ENDINGS)
OVERSIGHT_ACTIONS = (A.HOLD, A.AUDIT, A.CLOSE_CASE, A.CLOSE_DEPLOYMENT)
AUDITED = named("audit", "list members", "list searches", "list a recipient's searches")
AUDITED += named(
    *("list orders", "list papers", "place a block", "note a breach", "end a breach"),
    *("report", "add a passkey"),
)
LISTING = of(A.LIST, by=By.MEMBER)
LISTING_AGREED = named("list suggestions", "list searches", "list a recipient's searches")
LISTING_AGREED += named("list who is cleared")
LEAVING_FOR = of(A.WITHDRAW, A.ERASE, A.CEASE, by=By.MEMBER) + RIGHTS_WORK + OVERSIGHT + BY_DUTY
LEAVING_FOR += tuple(name for name in LISTING if name not in LISTING_AGREED)
AGREED = tuple(name for name in BY_MEMBER if name not in LEAVING_FOR)
THROUGH = ("open a case for another", "search for another")
COLLECTING = of(A.UPLOAD, A.COLLECT, A.BACKFILL, A.ACCEPT)
COMPARED = of(A.COLLECT, A.BACKFILL, A.ACCEPT)
ONE_GRANT = of(A.BACKFILL, A.ACCEPT)
GATED = of(
    A.GRANT, A.CONFIRM, A.ENROL, A.UPLOAD, A.COLLECT, A.BACKFILL, A.ACCEPT, A.SEARCH, A.OPEN_CASE
)
ALONE = named("rights grant", "confirm one's photo", "keep one's photo")
ALONE += named("show in a rights request", "accept in a rights request")
GATED = tuple(name for name in GATED if name not in ALONE or name.startswith("accept"))
NEW = of(A.GRANT)
CONSENTING = tuple(name for name in NEW if not name.startswith("vital"))
CONSENTED = tuple(name for name in CONSENTING if name not in ALONE)
ADULTS = tuple(name for name in CONSENTED if name != "grant to a child")
EVIDENT = named("vital grant", "vital grant again", "confirm on paper", "confirm vital")
SIGNED = (
    *EVIDENT,
    *of(A.AUTHORISE),
    *named("govern", "grant to a child", "enrol", "release for", "correct for"),
    *named("release after a look", "hold", "close the deployment", "confirm an order"),
    *named(
        "lift a block", "end a breach", "prepare", "state a transfer", "state where a store lies"
    ),
)
CONTROLLERS = (
    *named("govern", "receive for", "answer for", "correct for", "list requests"),
    *of(A.HOLD, A.AUDIT, A.CLOSE_DEPLOYMENT),
    *(name for name in BY_DUTY if name not in {"file a paper", "report", "add a passkey"}),
    "list orders",
)
REACHED = of(A.RESTRICT, A.RELEASE, A.RECTIFY)
LIVE = of(A.ENROL, A.BACKFILL, A.ACCEPT, A.REVIEW, A.SHOW, A.CONFIRM_APPEARANCE, A.SAY)
LIVE += named("search for family", "search oneself")
ON_GRANT = (*LIVE, *of(A.CONFIRM, A.WITHDRAW))
ON_SUBJECT = (*NEW, *ON_GRANT, *REACHED, *of(A.ERASE, A.CORRECT, A.HOLD))
ON_SUBJECT = (*ON_SUBJECT, "list one's appearances")
IN_CASE = of(A.SEARCH, A.REVIEW, A.SHOW, by=By.MEMBER)
PROBING = of(A.SEARCH, by=By.MEMBER)
PLACED = (*COLLECTING, *of(A.AUTHORISE), "scan")
SHOWN = of(A.SHOW)
STOPPED = tuple(name for name in LIVE if name not in ALONE)

OTHER = "somebody else's"
LATE = w.NOW + timedelta(days=400)
ELSEWHERE = replace(w.SOURCE, organisation=OTHER)
STRANGER = replace(w.SECOND, organisation=OTHER)
SAME_KEY = replace(w.SECOND, public_key=w.STEWARD.public_key)
ORIGIN = w.SOURCE.origin
CLOSED_HERE = replace(w.purpose(w.FIND), territories=frozenset({Territory("DE")}))
UNTIL = timedelta(milliseconds=1)
ENDED = {"valid_from": w.NOW - 2 * w.DAY, "valid_to": w.NOW}
AHEAD = {"valid_from": w.NOW + UNTIL, "valid_to": w.NOW + w.DAY}
