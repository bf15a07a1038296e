"""What can be wrong with an order, a block or a paper, and the reason then."""

from dataclasses import replace
from datetime import timedelta

from licet.consent.reasons import Reason as R
from licet.terms.duties import FilingKind, Safeguard
from licet.terms.ids import Territory
from licet.terms.order import BINDING, OrderState
from tests.consent import world as w
from tests.consent.acts import ACTS
from tests.consent.changes import (
    GATED,
    OTHER,
    UNTIL,
    A,
    Change,
    Row,
    asks,
    but,
    facts,
    missing,
    named,
    of,
)

ORDERED = of(A.CONFIRM_ORDER, A.CARRY_OUT, A.SEND_ORDER, A.CLOSE_ORDER)
BINDING_ONLY = of(A.CONFIRM_ORDER, A.CARRY_OUT)
SEARCHES = tuple(name for name in of(A.SEARCH) if ACTS[name].ask.member)
PAPERS = {
    FilingKind.LEGAL_INSTRUMENT: R.NO_LEGAL_INSTRUMENT,
    FilingKind.IMPACT_ASSESSMENT: R.NO_IMPACT_ASSESSMENT,
    FilingKind.TRAINING_RECORD: R.NO_TRAINING_RECORD,
}
TEXTS = ("", "a release", w.SHA.upper(), w.SHA + "\n")


def filed(kind: FilingKind, **parts: object) -> Change:
    """Change the paper of one kind."""
    changed = tuple(replace(one, **parts) if one.kind is kind else one for one in w.FILINGS)  # type: ignore[arg-type]  # parts of a filing
    return facts(filings=changed)


def unfiled(kind: FilingKind) -> Change:
    """Take the paper of one kind away."""
    return facts(filings=tuple(one for one in w.FILINGS if one.kind is not kind))


ORDERS: list[Row] = [
    ("no order", ORDERED, missing("order"), R.NO_ORDER),
    ("another order", ORDERED, asks(order=OTHER), R.NO_ORDER),
    *(
        (f"an order {state.value}", BINDING_ONLY, but("order", state=state), R.ORDER_NOT_FINAL)
        for state in OrderState
        if state not in BINDING
    ),
    ("nobody confirmed", of(A.CARRY_OUT), but("order", confirmed_at=None), R.ORDER_NOT_CONFIRMED),
    ("somebody waits", of(A.CARRY_OUT), facts(waiting=1), R.ACCESS_OPEN),
    ("nobody counted who waits", of(A.CARRY_OUT), missing("waiting"), R.ACCESS_OPEN),
    *(
        (
            f"sent while {state.value}",
            of(A.SEND_ORDER),
            but("order", state=state),
            R.ORDER_NOT_PROVED,
        )
        for state in OrderState
        if state not in {OrderState.PROVED, OrderState.SENT}
    ),
    *(
        (
            f"closed while {state.value}",
            of(A.CLOSE_ORDER),
            but("order", state=state),
            R.ORDER_NOT_SENT,
        )
        for state in OrderState
        if state is not OrderState.SENT
    ),
    ("no block", of(A.LIFT_BLOCK), missing("block"), R.NO_BLOCK),
    ("a block lifted before", of(A.LIFT_BLOCK), but("block", lifted_at=w.NOW), R.NO_BLOCK),
    *(
        (f"lifted on {text[:9]}", of(A.LIFT_BLOCK), asks(evidence=text), R.RELEASE_NOT_NAMED)
        for text in TEXTS
    ),
    ("a store abroad", named("state where a store lies"), asks(territory="US"), R.STORE_ABROAD),
    (
        "a store where the transfer ended",
        named("state where a store lies"),
        but("readiness", transfers=(replace(w.TRANSFER, ended_at=w.NOW),)),
        R.STORE_ABROAD,
    ),
    *(
        (
            f"on the paper {text[:9]}",
            of(A.SEND_ORDER, A.FILE, A.PREPARE),
            asks(evidence=text),
            R.EVIDENCE_NOT_A_DIGEST,
        )
        for text in TEXTS
    ),
]

ABROAD = replace(w.PLACES[0], territory=Territory("US"))
CLAUSES = replace(w.TRANSFER, territory=Territory("US"), safeguard=Safeguard.STANDARD_CLAUSES)
PREPARED: list[Row] = [
    ("no notice", GATED, but("readiness", source_notice="a sign"), R.NO_SOURCE_NOTICE),
    ("nobody answers", GATED, but("readiness", role_agreement=""), R.NO_ROLE_AGREEMENT),
    *(
        (
            f"nobody said where the {one.store.value} lie",
            GATED,
            but("readiness", residences=tuple(other for other in w.PLACES if other != one)),
            R.STORES_NOT_PLACED,
        )
        for one in w.PLACES
    ),
    *(
        (
            f"a store abroad {what}",
            GATED,
            but("readiness", residences=(*w.PLACES, ABROAD), transfers=transfers),
            R.STORE_ABROAD,
        )
        for what, transfers in {
            "bare": (),
            "covered elsewhere": (w.TRANSFER,),
            "once covered": (replace(CLAUSES, ended_at=w.NOW),),
            "on an unnamed paper": (replace(CLAUSES, digest="clauses"),),
        }.items()
    ),
    (
        "a store where no decision holds",
        GATED,
        but(
            "readiness",
            residences=(*w.PLACES, replace(ABROAD, territory=Territory("IN"))),
            transfers=(replace(w.TRANSFER, territory=Territory("IN")),),
        ),
        R.STORE_ABROAD,
    ),
]

FILED: list[Row] = [
    ("nothing filed", SEARCHES, facts(filings=()), R.NO_LEGAL_INSTRUMENT),
    *(
        (
            f"no {kind.value} behind",
            ("search for another",),
            facts(
                filings=(
                    *w.FILINGS,
                    *(one for one in w.FILED_BEHIND if one.kind is not kind),
                )
            ),
            reason,
        )
        for kind, reason in PAPERS.items()
    ),
    *((f"no {kind.value}", SEARCHES, unfiled(kind), reason) for kind, reason in PAPERS.items()),
    *(
        (f"{kind.value} {what}", SEARCHES, filed(kind, **parts), reason)
        for kind, reason in PAPERS.items()
        for what, parts in {
            "of another": {"organisation": OTHER},
            "unnamed": {"digest": "a binder"},
            "over": {"valid_to": w.NOW},
            "ahead": {"filed_at": w.NOW + UNTIL},
            "of two years ago": {
                "filed_at": w.NOW - timedelta(days=730),
                "valid_to": w.NOW + 999 * w.DAY,
            },
        }.items()
    ),
]
