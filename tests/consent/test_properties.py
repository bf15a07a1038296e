"""Properties of the decision over random facts.

1. It is total: any facts give a permit or a refusal, never an error.
2. It says the same as the rules written a second time (``lawful.py``).
3. It is monotone: one more adverse fact never turns a refusal into a permit.
4. It needs what it uses: without a fact the answer is a refusal or the same permit.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.consent.decide import decide
from licet.consent.purposes import table
from licet.terms.basis import Condition, LegalBasis, Relationship
from licet.terms.duties import Safeguard
from licet.terms.grant import GrantState, Restriction, SubjectState
from licet.terms.order import OrderState
from licet.terms.organisation import CaseState, MemberState, OrganisationKind, Role
from licet.terms.permit import Action, Block, By, Counts, Permit, Refusal, Register
from licet.terms.rights import RequestState, RightKind
from licet.terms.source import (
    AuditFinding,
    BystanderCondition,
    Control,
    Marker,
    Origin,
    SourceKind,
    SourceState,
)
from tests.consent import world as w
from tests.consent.acts import ACTS
from tests.consent.lawful import lawful
from tests.consent.world import NOW, Act
from tests.exploring import examples

# Hundreds of thousands of decisions: watched, they would take four times as long, and the
# tables of changes reach every line without them.
pytestmark = pytest.mark.no_cover

DAY = w.DAY
TICK = timedelta(milliseconds=1)
MOMENTS = [NOW - DAY, NOW - TICK, NOW, NOW + TICK, NOW + DAY, NOW + 3 * DAY, NOW + 800 * DAY]
TEXTS = ["", " ", w.SHA, w.PHOTO]
FLAGS = [False, True]
PLACES = [None, "FR", "DE", "BE", "JP"]
NAMES = ["org", "sub", "grant", "src", "case", "steward", "investigator", "other", None]
PURPOSES = [*table().by_id, "unheard_of@1"]
PEOPLE = [w.STEWARD, w.SECOND, w.INVESTIGATOR, w.VERIFIER, w.APPROVER, w.OFFICER, w.AUDITOR]

_AGREEMENT: dict[str, list[Any]] = {
    "organisation": NAMES[:-1],
    "digest": TEXTS,
    "valid_from": MOMENTS,
    "valid_to": MOMENTS,
}
FIELDS: dict[str, dict[str, list[Any]]] = {
    "organisation": {"id": NAMES[:-1], "kind": list(OrganisationKind)},
    "agreement": _AGREEMENT,
    "behind": _AGREEMENT,
    "member": {
        "id": NAMES[:-1],
        "organisation": NAMES[:-1],
        "roles": [frozenset(), *(frozenset({role}) for role in Role), frozenset(Role)],
        "state": list(MemberState),
    },
    "case": {
        "id": NAMES[:-1],
        "organisation": NAMES[:-1],
        "purpose": PURPOSES,
        "evidence": [frozenset(), frozenset({""}), frozenset({w.SHA})],
        "cap": [0, 1, 5, 99],
        "state": list(CaseState),
        "on_behalf_of": [None, "org", "other"],
    },
    "purpose": {
        "id": PURPOSES,
        "approvals": [0, 1, 2, 3],
        "retention_days": [1, 31, 10**7],
        "territories": [None, frozenset(), frozenset({"FR"})],
        "two_sided": FLAGS,
        "without_organisation": FLAGS,
    },
    "grant": {
        "id": NAMES[:-1],
        "subject": NAMES[:-1],
        "organisation": NAMES,
        "purpose": PURPOSES,
        "basis": list(LegalBasis),
        "condition": list(Condition),
        "relationship": list(Relationship),
        "source": [None, "src", "other"],
        "territories": [frozenset(), frozenset({"JP"})],
        "notice": TEXTS,
        "notice_delivered_at": [None, *MOMENTS],
        "confirmed_at": [None, NOW],
        "guardian": FLAGS,
        "instrument": [*TEXTS, "court order"],
        "captured": FLAGS,
        "not_before": MOMENTS,
        "expires": MOMENTS,
        "state": list(GrantState),
    },
    "subject": {
        "id": NAMES[:-1],
        "residence": PLACES,
        "dependant": FLAGS,
        "sealed_identity": [b"", b"x"],
        "state": list(SubjectState),
    },
    "source": {
        "id": NAMES[:-1],
        "organisation": NAMES[:-1],
        "kind": list(SourceKind),
        "origin": [
            Origin(by, told, frozenset(made_for))
            for by in ("", "a")
            for told in (" ", "b")
            for made_for in ((), ("archive",), ("event_album", "x"), ("any",), ("family_tracing",))
        ],
        "bystander_condition": [None, *BystanderCondition],
        "bystander_evidence": TEXTS,
        "territory": PLACES,
        "state": list(SourceState),
        "collected": [0, 9_999, 10_000, 109_999, 110_000],
    },
    "authority": {
        "source": NAMES[:-1],
        "control": list(Control),
        "proof": TEXTS,
        "licence": [*TEXTS, "Z" * 64, w.SHA.upper()],
        "opened_by": [frozenset(), frozenset({"steward"}), frozenset({"verifier", "officer"})],
        "valid_from": MOMENTS,
        "valid_to": MOMENTS,
    },
    "readiness": {
        "sandbox": FLAGS,
        "dpia_digest": TEXTS,
        "ai_act_classification": TEXTS,
        "established_in_eu": FLAGS,
        "eu_representative": TEXTS,
        "officer_is_independent": FLAGS,
        "purposes_assessed": FLAGS,
        "source_notice": TEXTS,
        "role_agreement": TEXTS,
        "residences": [
            (),
            w.PLACES,
            w.PLACES[1:],
            *((*w.PLACES, replace(w.PLACES[0], territory=t)) for t in ("DE", "JP", "US", "IN")),  # type: ignore[arg-type]  # plain territories
        ],
        "transfers": [
            (),
            (w.TRANSFER,),
            *(
                (replace(w.TRANSFER, territory=t, safeguard=safeguard),)  # type: ignore[arg-type]  # plain territories
                for t in ("JP", "US", "IN")
                for safeguard in Safeguard
            ),
            (replace(w.TRANSFER, ended_at=NOW),),
            (replace(w.TRANSFER, digest=" "),),
        ],
    },
    "request": {
        "subject": ["sub", "other"],
        "kind": list(RightKind),
        "grant": [None, "grant", "other"],
        "channel_proved_at": [None, NOW],
        "identity_accepted_at": [None, NOW],
        "state": list(RequestState),
    },
    "order": {
        "id": ["order", "other"],
        "state": list(OrderState),
        "confirmed_at": [None, NOW],
    },
    "block": {"lifted_at": [None, NOW], "use": FLAGS},
    "counts": {name: [0, 2, 3, 4, 5, 9, 10, 49, 50, 100] for name in Counts.__slots__},
}

WHOLE: dict[str, list[Any]] = {
    "signers": [
        (),
        (w.STEWARD,),
        tuple(PEOPLE),
        (w.STEWARD, replace(w.SECOND, public_key=b"")),
        (w.STEWARD, w.SECOND),
        (w.STEWARD, w.OFFICER),
        (w.OFFICER, w.AUDITOR),
        (w.OFFICER, w.STEWARD, replace(w.AUDITOR, public_key=b"")),
    ],
    "approvals": [
        (),
        w.APPROVALS,
        w.APPROVALS[:1],
        (replace(w.APPROVALS[0], member=w.INVESTIGATOR.id),),
        (replace(w.APPROVALS[0], signature=b""),),
    ],
    "subject_age": [None, -1, 0, 12, 13, 14, 15, 16, 17, 18, 99, 10**9],
    "blocks": [
        (),
        *(
            (Block(place, subject, source, collecting, use),)  # type: ignore[arg-type]  # plain ids
            for place in (None, "FR", "JP")
            for subject in (None, "sub")
            for source in (None, "src")
            for collecting in FLAGS
            for use in FLAGS
        ),
    ],
    "witnessed": FLAGS,
    "markers": [(), *((mark,) for mark in Marker), tuple(Marker)],
    "found_in_case": FLAGS,
    "restricted_for": [
        frozenset(),
        *(frozenset({why}) for why in Restriction),
        frozenset(Restriction),
    ],
    "held": FLAGS,
    "objecting": FLAGS,
    "told_at": [None, *MOMENTS],
    "searched_by": [None, w.INVESTIGATOR.id, w.VERIFIER.id],
    "purpose": [None, *table().by_id.values()],
    "member": [None, *PEOPLE],
    **{
        name: [None]
        for name in ("organisation", "agreement", "case", "grant", "subject", "source", "authority")
    },
    "request": [None, w.REQUEST],
    "order": [None, w.ORDER],
    "waiting": [None, 0, 1, 10**6],
    "block": [None, w.BLOCK],
    "audits": [
        (),
        (w.AUDIT,),
        *(
            (replace(w.AUDIT, **{part: value}),)  # type: ignore[arg-type]  # parts of a look
            for part, values in {
                "source": ["src", "other"],
                "collected": [0, 5_000, 10_000],
                "finding": [None, *AuditFinding],
            }.items()
            for value in values
        ),
    ],
    "filings": [
        (),
        w.FILINGS,
        *(w.FILINGS[:n] + w.FILINGS[n + 1 :] for n in range(3)),
        *(
            (replace(w.FILINGS[0], **{part: value}), *w.FILINGS[1:])  # type: ignore[arg-type]  # parts of a filing
            for part, values in {
                "organisation": ["org", "other"],
                "digest": TEXTS,
                "filed_at": [*MOMENTS, NOW - 730 * DAY, NOW - 730 * DAY + TICK],
                "valid_to": MOMENTS,
            }.items()
            for value in values
        ),
    ],
}

ASKED: dict[str, list[Any]] = {
    "action": list(Action),
    "by": list(By),
    **dict.fromkeys(("organisation", "member", "case", "grant", "subject", "source"), NAMES),
    "purpose": [None, *PURPOSES],
    "evidence": [*TEXTS, "court order", w.SHA.upper()],
    "register": [None, *Register],
    "order": [None, "order", "other"],
    "block": [None, "block", "other"],
    "territory": [None, "FR", "JP", "US", "IN"],
    "on_behalf_of": [None, "org", "other"],
    "fpir": [None, -1.0, 0.0, 1e-3, 1.1e-3, 1e-2, 1.1e-2, float("nan"), float("inf")],
}


def _in_fact(act: Act, fact: str, part: str, value: Any) -> Act:
    there = getattr(act.facts, fact)
    if there is None or getattr(there, part) == value:
        return act
    return act.but(fact, **{part: value})


def _whole(act: Act, fact: str, value: Any) -> Act:
    return act if getattr(act.facts, fact) == value else act.with_facts(**{fact: value})


def _asked(act: Act, part: str, value: Any) -> Act:
    return act if getattr(act.ask, part) == value else act.asks(**{part: value})


STEPS: list[Callable[[Act], Act]] = [
    *(
        lambda act, fact=fact, part=part, value=value: _in_fact(act, fact, part, value)
        for fact, parts in FIELDS.items()
        for part, values in parts.items()
        for value in values
    ),
    *(
        lambda act, fact=fact, value=value: _whole(act, fact, value)
        for fact, values in WHOLE.items()
        for value in values
    ),
    *(
        lambda act, part=part, value=value: _asked(act, part, value)
        for part, values in ASKED.items()
        for value in values
    ),
]
"""Every single change of an act that the pools above allow. What changes nothing gives itself."""


def changed(act: Act, steps: list[Callable[[Act], Act]]) -> Act:
    for step in steps:
        act = step(act)
    return act


acts = st.sampled_from(list(ACTS.values()))
near = st.builds(changed, acts, st.lists(st.sampled_from(STEPS), max_size=4))
far = st.builds(changed, acts, st.lists(st.sampled_from(STEPS), min_size=5, max_size=40))


def decided(act: Act) -> Permit | Refusal:
    return decide(act.ask, act.facts, NOW)


def test_every_single_change_is_decided_as_the_law_says() -> None:
    """Exhaustive one step away from every permitted act."""
    seen = set()
    for name, act in ACTS.items():
        assert isinstance(decided(act), Permit), name
        for number, step in enumerate(STEPS):
            one = step(act)
            if one is act:
                continue
            permitted = isinstance(decided(one), Permit)
            assert permitted == lawful(one.ask, one.facts), (name, number, one)
            seen.add(permitted)
    assert seen == {True, False}


@settings(max_examples=examples(500))
@given(near)
def test_a_few_changes_are_decided_as_the_law_says(act: Act) -> None:
    assert isinstance(decided(act), Permit) == lawful(act.ask, act.facts), decided(act)


@settings(max_examples=examples(300))
@given(far)
def test_any_facts_are_decided(act: Act) -> None:
    answer = decided(act)
    assert isinstance(answer, Permit) == lawful(act.ask, act.facts)
    if isinstance(answer, Refusal):
        assert answer.reason
        assert answer.article
        assert answer.says
        assert answer.would_change


def _block(**parts: Any) -> Callable[[Act], Act]:
    return lambda act: act.with_facts(blocks=(*act.facts.blocks, Block(**parts)))


def _more(part: str, number: int) -> Callable[[Act], Act]:
    return lambda act: act.but("counts", **{part: getattr(act.facts.counts, part) + number})


def _fewer(fact: str) -> Callable[[Act], Act]:
    return lambda act: act.with_facts(**{fact: getattr(act.facts, fact)[:-1]})


def _later(fact: str, part: str) -> Callable[[Act], Act]:
    """Let a term begin a day later."""
    return lambda act: (
        act
        if getattr(act.facts, fact) is None
        else act.but(fact, **{part: getattr(getattr(act.facts, fact), part) + DAY})
    )


def _worse(fact: str, **parts: Any) -> Callable[[Act], Act]:
    return lambda act: act if getattr(act.facts, fact) is None else act.but(fact, **parts)


ADVERSE: list[Callable[[Act], Act]] = [
    _block(),
    _block(use=False),
    _block(collecting=False),
    _block(territory="FR"),
    _block(subject=w.SUBJECT.id),
    _block(source=w.SOURCE.id),
    *(_more(part, number) for part in Counts.__slots__ for number in (1, 5, 50, 100)),
    *(lambda act, mark=mark: act.with_facts(markers=(*act.facts.markers, mark)) for mark in Marker),
    _fewer("signers"),
    _fewer("approvals"),
    _worse("grant", notice_delivered_at=None),
    _worse("grant", state=GrantState.ENDED),
    _worse("grant", notice=""),
    _worse("grant", relationship=Relationship.CUSTODY),
    _worse("grant", captured=True),
    _worse("subject", state=SubjectState.ERASED),
    _worse("member", state=MemberState.ENDED),
    _worse("member", roles=frozenset()),
    _worse("agreement", digest=""),
    _worse("agreement", valid_to=NOW),
    _later("agreement", "valid_from"),
    _worse("authority", valid_to=NOW),
    _later("authority", "valid_from"),
    _worse("authority", proof=""),
    _worse("authority", licence=""),
    _worse("source", bystander_condition=None),
    _worse("source", bystander_evidence=""),
    _worse("source", state=SourceState.PURGED),
    _worse("source", territory=None),
    _worse("source", collected=10**6),
    lambda act: act.with_facts(
        audits=tuple(one for one in act.facts.audits if one.finding is not AuditFinding.OK)
    ),
    _worse("authority", opened_by=frozenset({"verifier", "officer"})),
    _worse("case", state=CaseState.CLOSED),
    _worse("case", cap=0),
    _worse("case", evidence=frozenset()),
    _worse("purpose", approvals=9),
    _worse("readiness", dpia_digest=""),
    _worse("readiness", purposes_assessed=False),
    _worse("readiness", ai_act_classification=""),
    _worse("readiness", officer_is_independent=False),
    _worse("readiness", source_notice=""),
    _worse("readiness", role_agreement=""),
    _worse("readiness", residences=()),
    _worse("readiness", transfers=()),
    _worse("readiness", established_in_eu=False, eu_representative=""),
    lambda act: act.with_facts(witnessed=False),
    lambda act: act.with_facts(found_in_case=False),
    lambda act: act.with_facts(held=True),
    lambda act: act.with_facts(objecting=True),
    lambda act: act.with_facts(told_at=None),
    lambda act: act.with_facts(
        restricted_for=act.facts.restricted_for | {Restriction.ENROLMENT_HELD}
    ),
    lambda act: act.asks(fpir=float("nan")) if act.ask.fpir is not None else act,
    lambda act: act.asks(evidence=""),
    lambda act: act.with_facts(order=None),
    _worse("order", state=OrderState.APPEALED),
    _worse("order", confirmed_at=None),
    lambda act: act.with_facts(waiting=1),
    lambda act: act.with_facts(waiting=None),
    lambda act: act.with_facts(block=None),
    _worse("block", lifted_at=NOW),
    _fewer("filings"),
    _worse("behind", valid_to=NOW),
    _worse("behind", digest=""),
]
"""Changes that can only speak against an act."""

adverse = st.lists(st.sampled_from(ADVERSE), min_size=1, max_size=4)


@settings(max_examples=examples(500))
@given(near, adverse)
def test_an_adverse_fact_never_permits(act: Act, more: list[Callable[[Act], Act]]) -> None:
    if isinstance(decided(act), Refusal):
        assert isinstance(decided(changed(act, more)), Refusal)


@pytest.mark.longer
def test_an_adverse_fact_never_permits_one_step_away() -> None:
    """Every change meets a few adverse facts, and in turn every adverse fact is met."""
    worse = cycle(ADVERSE)
    for act in ACTS.values():
        for step in STEPS:
            one = step(act)
            if one is not act and isinstance(decided(one), Refusal):
                for _ in range(2):
                    assert isinstance(decided(next(worse)(one)), Refusal)


def test_what_is_taken_away_was_either_needed_or_unused() -> None:
    for name, act in ACTS.items():
        before = decided(act)
        for fact in fields(act.facts):
            if fact.name in {"head_size", "readiness", "counts"}:
                continue
            before_it = getattr(act.facts, fact.name)
            empty = type(before_it)() if isinstance(before_it, tuple | frozenset) else None
            after = decided(act.with_facts(**{fact.name: empty}))
            assert isinstance(after, Refusal) or after == before, (name, fact.name)
