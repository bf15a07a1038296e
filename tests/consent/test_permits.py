"""What a permit carries, and what its scope lets somebody look at."""

import hashlib
import json
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from licet.consent.decide import decide
from licet.consent.permits import digest
from licet.terms.gallery import Scope, TemplateKind
from licet.terms.ids import OrganisationId
from licet.terms.permit import Action, By, Permit
from tests.consent import world as w
from tests.consent.acts import ACTS
from tests.consent.world import NOW, Act

REFERENCES = frozenset({TemplateKind.REFERENCE})
EVERY_KIND = frozenset(TemplateKind)
A_DAY_AGO = NOW - timedelta(hours=24)


def permitted(act: Act) -> Permit:
    permit = decide(act.ask, act.facts, NOW)
    assert isinstance(permit, Permit), permit
    return permit


def scope(**parts: Any) -> Scope:
    whole: dict[str, Any] = {"at": NOW, "organisation": w.ORG, "model": w.MODEL}
    return Scope(**{**whole, **parts})


SCOPES: dict[str, Scope] = {
    "collect": scope(purposes=frozenset({w.FIND}), kinds=REFERENCES, source=w.SOURCE.id),
    "collect on": scope(purposes=frozenset({w.FIND}), kinds=REFERENCES, source=w.SOURCE.id),
    "backfill": scope(
        purposes=frozenset({w.FIND}),
        kinds=REFERENCES,
        source=w.SOURCE.id,
        grants=frozenset({w.GRANT.id}),
    ),
    "accept in a rights request": scope(
        organisation=None,
        purposes=frozenset({w.RIGHTS}),
        kinds=REFERENCES,
        source=w.SOURCE.id,
        grants=frozenset({w.GRANT.id}),
        any_organisation=True,
    ),
    "accept": scope(
        purposes=frozenset({w.FIND}),
        kinds=REFERENCES,
        source=w.SOURCE.id,
        grants=frozenset({w.GRANT.id}),
    ),
    "enrol": scope(
        organisation=None,
        purposes=frozenset({w.FIND, w.FAMILY, w.ARCHIVE, w.MISSING}),
        kinds=REFERENCES,
        without=w.SUBJECT.id,
        any_organisation=True,
    ),
    "search": scope(purposes=frozenset({w.ARCHIVE}), kinds=EVERY_KIND, seen_before=A_DAY_AGO),
    "search for family": scope(
        purposes=frozenset({w.FAMILY}),
        kinds=EVERY_KIND,
        without=w.SUBJECT.id,
        seen_before=A_DAY_AGO,
    ),
    "search oneself": scope(
        purposes=frozenset({w.FIND}), kinds=EVERY_KIND, grants=frozenset({w.GRANT.id})
    ),
    "show": scope(
        purposes=frozenset({w.ARCHIVE}),
        kinds=EVERY_KIND,
        grants=frozenset({w.GRANT.id}),
        seen_before=A_DAY_AGO,
    ),
    "review": scope(
        purposes=frozenset({w.ARCHIVE}),
        kinds=EVERY_KIND,
        grants=frozenset({w.GRANT.id}),
        seen_before=A_DAY_AGO,
    ),
    "show oneself": scope(
        purposes=frozenset({w.FIND}), kinds=EVERY_KIND, grants=frozenset({w.GRANT.id})
    ),
    "show in a rights request": scope(
        organisation=None,
        purposes=frozenset({w.RIGHTS}),
        kinds=EVERY_KIND,
        grants=frozenset({w.GRANT.id}),
    ),
    "confirm an appearance": scope(
        purposes=frozenset({w.FIND}),
        kinds=EVERY_KIND,
        grants=frozenset({w.GRANT.id}),
        seen_before=A_DAY_AGO,
    ),
    "confirm one's appearance": scope(
        purposes=frozenset({w.FIND}), kinds=EVERY_KIND, grants=frozenset({w.GRANT.id})
    ),
    "scan": scope(
        organisation=None,
        purposes=frozenset({w.RIGHTS}),
        kinds=REFERENCES,
        source=w.SOURCE.id,
    ),
    "erase by plan": scope(
        organisation=None,
        purposes=frozenset({w.FIND, w.FAMILY, w.ARCHIVE, w.MISSING, w.RIGHTS}),
        kinds=EVERY_KIND,
        any_organisation=True,
    ),
}

UNSCOPED = (
    "govern",
    "open a case",
    "approve",
    "cease",
    "grant",
    "confirm",
    "authorise",
    "withdraw",
    "withdraw for",
    "erase",
    "erase for",
    "receive for",
    "answer",
    "answer by plan",
    "restrict",
    "restrict by plan",
    "release for",
    "rectify for",
    "correct",
    "hold",
    "audit",
    "list grants",
    "list one's appearances",
    "close a case",
    "close the deployment",
)


@pytest.mark.parametrize("name", SCOPES)
def test_the_scope_is_exactly_what_the_act_needs(name: str) -> None:
    assert permitted(ACTS[name]).scope == SCOPES[name]


@pytest.mark.parametrize("name", UNSCOPED)
def test_acts_on_no_rows_have_no_scope(name: str) -> None:
    assert permitted(ACTS[name]).scope is None


def test_a_sandbox_has_no_floor() -> None:
    for name in ("search", "show", "review"):
        found = permitted(ACTS[name].with_facts(readiness=w.SANDBOX)).scope
        assert found == replace(SCOPES[name], seen_before=None)


def test_collecting_serves_every_purpose_that_fits_and_no_other() -> None:
    archive = replace(w.SOURCE.origin, purposes=frozenset({"archive", "family_tracing"}))
    found = permitted(ACTS["collect"].but("source", origin=archive)).scope
    assert found is not None
    assert found.purposes == {w.FIND, w.ARCHIVE, w.FAMILY}


def test_a_permit_holds_for_thirty_seconds() -> None:
    permit = permitted(ACTS["search"])
    assert permit.decided_at == NOW
    assert permit.not_after - permit.decided_at == timedelta(seconds=30)


def test_a_permit_names_its_law_and_its_evidence() -> None:
    search = permitted(ACTS["search"])
    assert search.articles == ("GDPR 6(1)(a)", "GDPR 9(2)(a)", "GDPR 5(1)(b)")
    assert search.evidence == (f"agreement:{w.SHA}", f"dpia:{w.SHA}", f"evidence:{w.PHOTO}")
    vital = permitted(ACTS["vital grant"])
    assert vital.articles[:2] == ("GDPR 6(1)(d)", "GDPR 9(2)(c)")
    collect = permitted(ACTS["collect"])
    assert f"licence:{w.SHA}" in collect.evidence
    assert permitted(ACTS["withdraw"]).articles == ("GDPR 7(3)",)
    assert permitted(ACTS["erase"]).articles == ("GDPR 17(1)",)


STRAY = {
    "grant": w.GRANT,
    "subject": w.SUBJECT,
    "source": w.SOURCE,
    "authority": w.AUTHORITY,
    "case": w.CASE,
}


STRANGERS_TO_PEOPLE = ("collect", "search", "govern", "approve", "cease", "authorise", "scan")
STRANGERS_TO_PEOPLE += ("audit", "list members", "list searches", "close a case")
STRANGERS_TO_PEOPLE += ("close the deployment",)


@pytest.mark.parametrize("name", STRANGERS_TO_PEOPLE)
def test_a_permit_names_nothing_that_no_rule_looked_at(name: str) -> None:
    """Facts and parts of the ask that the action does not need stay out of the permit."""
    act = ACTS[name]
    strays = {key: fact for key, fact in STRAY.items() if getattr(act.facts, key) is None}
    noisy = act.with_facts(**strays)
    permit = permitted(noisy)
    assert permit.grant is None
    assert permit.subject is None
    assert permit == permitted(act)


def test_a_permit_of_the_subject_names_no_member_and_no_case() -> None:
    act = ACTS["search oneself"].asks(
        member=w.STEWARD.id, case=w.CASE.id, organisation=OrganisationId("x"), source=w.SOURCE.id
    )
    permit = permitted(act)
    assert (permit.member, permit.case, permit.source) == (None, None, None)
    assert permit.organisation == w.ORG


@pytest.mark.parametrize("name", ["show", "show oneself", "show in a rights request"])
def test_a_permit_to_show_names_the_source_and_its_licence(name: str) -> None:
    act = ACTS[name].but("authority", licence=w.PHOTO)
    permit = permitted(act)
    assert permit.source == w.SOURCE.id
    assert f"licence:{w.PHOTO}" in permit.evidence
    assert permit.organisation == act.facts.grant.organisation  # type: ignore[union-attr]  # it has one


def test_the_digest_is_the_one_that_the_page_describes() -> None:
    permit = permitted(ACTS["erase"])
    parts = {
        "action": "erase",
        "articles": ["GDPR 17(1)"],
        "by": "subject",
        "case": None,
        "decided_at": "2026-05-04T12:00:00.000Z",
        "evidence": [],
        "fpir": None,
        "grant": None,
        "head_size": 9,
        "member": None,
        "not_after": "2026-05-04T12:00:30.000Z",
        "organisation": None,
        "purpose": None,
        "scope": None,
        "source": None,
        "subject": "sub",
    }
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    assert permit.digest == hashlib.sha256(text.encode()).hexdigest()


OTHER: dict[str, Any] = {
    "action": Action.COLLECT,
    "by": By.WORKER,
    "scope": replace(SCOPES["search"], source=w.SOURCE.id),
    "fpir": 0.005,
    "articles": ("GDPR 6(1)(a)",),
    "evidence": (),
    "decided_at": NOW + timedelta(milliseconds=1),
    "not_after": NOW + timedelta(milliseconds=1),
    "head_size": 10,
}


def test_the_digest_covers_every_part() -> None:
    permit = permitted(ACTS["search"])
    assert digest(permit) == permit.digest
    assert digest(replace(permit, digest="")) == permit.digest
    for part in fields(permit):
        if part.name != "digest":
            changed = replace(permit, **{part.name: OTHER.get(part.name, "something else")})
            assert digest(changed) != permit.digest, part.name


def test_the_same_facts_give_the_same_permit() -> None:
    first, second = permitted(ACTS["enrol"]), permitted(ACTS["enrol"])
    assert first == second
