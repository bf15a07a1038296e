"""The decision, act by act: what is permitted, and what each missing or adverse fact does."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from licet.consent.decide import ORDER, decide
from licet.consent.reasons import Reason
from licet.consent.refusals import GROUNDS
from licet.terms.ids import MemberId, Territory
from licet.terms.organisation import MemberState
from licet.terms.permit import Action, Block, Counts, Permit, Refusal
from licet.terms.source import Marker, SourceState
from tests.consent import world as w
from tests.consent.acts import ACTS
from tests.consent.adverse_asking import ASKING
from tests.consent.adverse_links import LINKS
from tests.consent.adverse_orders import ABROAD, CLAUSES, FILED, ORDERS, PREPARED
from tests.consent.adverse_people import GOVERNED, GRANTS, KEPT
from tests.consent.adverse_places import CASES, SOURCING
from tests.consent.adverse_rights import RIGHTS, WATCHED
from tests.consent.world import NOW, Act, Change


def decided(act: Act) -> Permit | Refusal:
    return decide(act.ask, act.facts, NOW)


ROWS = (
    *GOVERNED,
    *GRANTS,
    *KEPT,
    *SOURCING,
    *CASES,
    *WATCHED,
    *RIGHTS,
    *ASKING,
    *ORDERS,
    *FILED,
    *PREPARED,
    *LINKS,
)
IDS = [f"{name} ({reason})" for name, _, _, reason in ROWS]


@pytest.mark.parametrize("name", ACTS)
def test_an_act_with_everything_in_order_is_permitted(name: str) -> None:
    act = ACTS[name]
    permit = decided(act)
    assert isinstance(permit, Permit), permit
    assert permit.action is act.ask.action
    assert permit.by is act.ask.by


@pytest.mark.parametrize(("acts", "change", "reason"), [row[1:] for row in ROWS], ids=IDS)
def test_an_adverse_fact_refuses(acts: tuple[str, ...], change: Change, reason: Reason) -> None:
    ground = GROUNDS[reason]
    for name in acts:
        action = ACTS[name].ask.action
        refusal = Refusal(action, reason, ground.article, ground.says, ground.would_change)
        assert decided(change(ACTS[name])) == refusal, name


def test_every_row_is_used_and_every_reason_is_reached() -> None:
    assert all(acts for _, acts, _, _ in ROWS)
    assert {reason for *_, reason in ROWS} == set(Reason)


def test_every_action_is_reached_by_a_permit_and_a_refusal() -> None:
    assert {act.ask.action for act in ACTS.values()} == set(Action) == set(ORDER)
    refused = {ACTS[act].ask.action for _, acts, _, _ in ROWS for act in acts}
    assert refused == set(Action)


# Just inside: the other side of every boundary.


@pytest.mark.parametrize(
    ("name", "act"),
    [
        (
            "ceilings of a search",
            ACTS["search"].with_facts(
                counts=Counts(searches_today=49, probe_uses_in_case=2, subjects_in_case=4)
            ),
        ),
        (
            "a fifth dependant",
            ACTS["grant to a child"].with_facts(counts=Counts(dependants_on_contact=4)),
        ),
        (
            "dependants of an adult's contact",
            ACTS["grant"].with_facts(counts=Counts(dependants_on_contact=5)),
        ),
        ("a tenth", ACTS["vital grant"].with_facts(counts=Counts(live_vital_grants=9))),
        (
            "a fiftieth paper",
            ACTS["confirm on paper"].with_facts(counts=Counts(paper_confirmations_today=49)),
        ),
        ("the 99th person", ACTS["grant"].with_facts(counts=Counts(subjects_enrolled=99))),
        (
            "the 101st, witnessed",
            ACTS["enrol"].with_facts(counts=Counts(subjects_enrolled=100), witnessed=True),
        ),
        ("of age in France", ACTS["grant"].with_facts(subject_age=15)),
        (
            "the last guest, unseen, tomorrow",
            ACTS["grant by a link"]
            .but("link", joined=49, most=50, presence=False, today=200, on="2026-05-03")
            .with_facts(seen=False),
        ),
        ("begins now", ACTS["enrol"].but("grant", not_before=NOW)),
        ("ends next", ACTS["enrol"].but("grant", expires=NOW + timedelta(milliseconds=1))),
        (
            "asked again on the last day of a year",
            ACTS["grant again"].but("grant", not_before=NOW - 364 * w.DAY, expires=NOW + w.DAY),
        ),
        (
            "asked again in the last hour of three days",
            ACTS["vital grant again"].but(
                "grant", not_before=NOW - timedelta(hours=71), expires=NOW + timedelta(hours=1)
            ),
        ),
        ("a whole year", ACTS["grant"].but("grant", expires=NOW + timedelta(days=365))),
        ("agreement begins now", ACTS["search"].but("agreement", valid_from=NOW)),
        ("authority begins now", ACTS["collect"].but("authority", valid_from=NOW)),
        (
            "represented in the Union",
            ACTS["grant"].but("readiness", established_in_eu=False, eu_representative="X, Paris"),
        ),
        (
            "a store abroad on clauses that hold",
            ACTS["grant"].but(
                "readiness",
                residences=(*w.PLACES, ABROAD),
                transfers=(w.TRANSFER, CLAUSES),
            ),
        ),
        ("another territory", ACTS["enrol"].with_facts(blocks=(Block(territory=Territory("JP")),))),
        ("another source", ACTS["collect"].with_facts(blocks=(Block(source=w.GRANT.id),))),  # type: ignore[arg-type]  # an id is an id
        (
            "a block on use only, when collecting",
            ACTS["collect"].with_facts(blocks=(Block(collecting=False),)),
        ),
        ("authorised anew", ACTS["authorise"].but("source", state=SourceState.LAPSED)),
        ("authorised further", ACTS["authorise"].but("source", state=SourceState.AUTHORISED)),
        (
            "a grant for this source",
            ACTS["backfill"].but("grant", source=w.SOURCE.id),
        ),
        (
            "withdrawn while ending",
            ACTS["withdraw"].but("grant", state=w.GrantState.ENDING),
        ),
        ("withdrawn while pending", ACTS["withdraw"].but("grant", state=w.GrantState.PENDING)),
        (
            "withdrawn under a block",
            ACTS["withdraw"]
            .with_facts(blocks=(Block(),))
            .but("subject", state=w.SubjectState.BLOCKED),
        ),
        (
            "shown under a block on collecting here",
            ACTS["show"].with_facts(blocks=(Block(use=False, source=w.SOURCE.id),)),
        ),
        (
            "shown from a source that was marked since",
            ACTS["show oneself"].with_facts(markers=(Marker.PLATFORM,)),
        ),
        ("erased while erasing", ACTS["erase"].but("subject", state=w.SubjectState.ERASING)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_just_inside_is_permitted(name: str, act: Act) -> None:
    assert isinstance(decided(act), Permit), decided(act)


@pytest.mark.parametrize("name", ["withdraw for", "erase for"])
def test_the_way_out_needs_no_agreement_and_no_readiness(name: str) -> None:
    bare = replace(w.READY, dpia_digest="", officer_is_independent=False)
    act = ACTS[name].with_facts(agreement=None, readiness=bare)
    assert isinstance(decided(act), Permit)


@pytest.mark.parametrize("name", ["rights grant", "confirm one's photo", "keep one's photo"])
def test_who_asks_about_themselves_needs_nothing_of_the_operator(name: str) -> None:
    """Neither papers, witness, age, a contact alone, nor an end of all use (GDPR 12(2), 15)."""
    bare = replace(w.READY, dpia_digest="", officer_is_independent=False)
    many = Counts(subjects_enrolled=100, adults_on_contact=3)
    act = ACTS[name].with_facts(readiness=bare, counts=many, blocks=(Block(),))
    assert isinstance(decided(act), Permit), decided(act)
    assert isinstance(decided(act.with_facts(subject_age=9)), Permit)


def test_a_grant_of_the_person_alone_opens_nothing_else() -> None:
    """Collecting under its name still needs everything."""
    bare = replace(w.READY, dpia_digest="")
    grant = ACTS["keep one's photo"].facts.grant
    act = ACTS["collect on"].asks(grant=w.GRANT.id).with_facts(grant=grant, readiness=bare)
    refusal = decided(act)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == Reason.NO_DPIA


def test_a_sandbox_needs_no_papers_and_no_keys() -> None:
    keyless = tuple(replace(one, public_key=b"") for one in (w.STEWARD, w.SECOND))
    act = ACTS["authorise"].with_facts(readiness=w.SANDBOX, signers=keyless)
    assert isinstance(decided(act), Permit)
    alone = act.with_facts(signers=keyless[:1])
    refusal = decided(alone)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == Reason.TWO_SIGNERS_NEEDED
    unsigned = (replace(w.APPROVALS[0], signature=b""),)
    search = ACTS["search"].with_facts(readiness=w.SANDBOX, approvals=unsigned)
    assert isinstance(decided(search), Permit)


def test_a_sandbox_still_asks_the_person() -> None:
    for name, change in [
        ("enrol", {"state": w.GrantState.PENDING}),
        ("search oneself", {"notice_delivered_at": None}),
    ]:
        act = ACTS[name].with_facts(readiness=w.SANDBOX).but("grant", **change)
        assert isinstance(decided(act), Refusal)


def test_a_child_is_never_enrolled_by_one_member_alone() -> None:
    refusal = decided(ACTS["grant to a child"].with_facts(signers=(w.STEWARD,)))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == Reason.TWO_SIGNERS_NEEDED


def test_nobody_is_enrolled_by_one_member_alone() -> None:
    """One who asks, reads the letter and witnesses does not enrol alone."""
    for signers in ((w.STEWARD,), (w.STEWARD, replace(w.SECOND, public_key=w.STEWARD.public_key))):
        refusal = decided(ACTS["enrol"].with_facts(signers=signers))
        assert isinstance(refusal, Refusal)
        assert refusal.reason == Reason.TWO_SIGNERS_NEEDED
    with_an_approver = ACTS["enrol"].with_facts(signers=(w.STEWARD, w.APPROVER))
    assert isinstance(decided(with_an_approver), Permit)
    assert isinstance(decided(ACTS["enrol oneself"].with_facts(signers=())), Permit)


@pytest.mark.parametrize(
    "name", ["grant", "grant to a child", "grant for one source", "vital grant", "rights grant"]
)
@pytest.mark.parametrize("delivered", [None, NOW - w.DAY])
def test_a_stored_grant_is_asked_again_by_the_rules_of_asking(
    name: str, delivered: datetime | None
) -> None:
    """Its window began, its notice may have been sent; who was told no is not asked again."""
    act = ACTS[name].asks(grant=w.GRANT.id)
    again = act.but(
        "grant", notice_delivered_at=delivered, not_before=NOW - w.DAY, expires=NOW + w.DAY
    )
    assert isinstance(decided(again), Permit), decided(again)
    for change, reason in (
        ({"state": w.GrantState.ENDING}, Reason.NOT_A_DRAFT),
        ({"confirmed_at": NOW - w.DAY}, Reason.NOT_A_DRAFT),
        ({"expires": NOW}, Reason.BAD_WINDOW),
    ):
        refusal = decided(again.but("grant", **change))
        assert isinstance(refusal, Refusal)
        assert refusal.reason == reason


@pytest.mark.parametrize(
    ("age", "days", "asked"), [(13, 630, True), (14, 366, True), (14, 367, False)]
)
def test_what_is_left_of_a_childhood_counts_from_today(age: int, days: int, asked: bool) -> None:
    """A birthday after the first letter shortens what may still be asked for."""
    two_years = replace(w.purpose(w.FIND), retention_days=730)
    act = ACTS["grant to a child"].with_facts(subject_age=age, purpose=two_years)
    again = act.but("grant", not_before=NOW - 100 * w.DAY, expires=NOW + days * w.DAY)
    assert isinstance(decided(again), Permit) is asked


def test_unknown_residence_takes_the_age_of_majority() -> None:
    at_17 = ACTS["grant"].with_facts(subject_age=17)
    assert isinstance(decided(at_17), Permit)
    refusal = decided(at_17.but("subject", residence=None))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == Reason.MINOR_WITHOUT_GUARDIAN


def test_several_markers_give_one_reason_whatever_their_order() -> None:
    both = (Marker.STREAM, Marker.IDENTITY_PHOTOS)
    found = {decided(ACTS["collect"].with_facts(markers=marks)) for marks in (both, both[::-1])}
    assert [refusal.reason for refusal in found if isinstance(refusal, Refusal)] == [
        Reason.IDENTITY_PHOTOS
    ]


def test_a_verifier_who_approved_may_look_but_who_searched_does_not_count() -> None:
    by_verifier = (replace(w.APPROVALS[0], member=w.VERIFIER.id),)
    assert isinstance(decided(ACTS["review"].with_facts(approvals=by_verifier)), Permit)
    by_searcher = (replace(w.APPROVALS[0], member=w.INVESTIGATOR.id),)
    assert isinstance(decided(ACTS["review"].with_facts(approvals=by_searcher)), Refusal)


def test_who_is_named_in_a_search_cannot_pass_the_approval_on() -> None:
    """Naming somebody else as the searcher does not let the searcher approve."""
    own = (replace(w.APPROVALS[0], member=w.INVESTIGATOR.id),)
    act = ACTS["search"].with_facts(approvals=own, searched_by=MemberId("somebody"))
    assert isinstance(decided(act), Refusal)


def test_an_ended_approver_of_the_same_key_is_no_signer() -> None:
    ended = replace(w.STEWARD, state=MemberState.ENDED)
    act = ACTS["authorise"].with_facts(signers=(ended, w.SECOND))
    assert isinstance(decided(act), Refusal)


def test_an_ask_has_no_word_for_urgency() -> None:
    """Urgency skips no gate, because nothing can carry it."""
    names = set(w.Ask.__dataclass_fields__) | set(w.Facts.__dataclass_fields__)
    assert not [name for name in names if "urgen" in name or "priorit" in name or "paid" in name]
