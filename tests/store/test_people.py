"""Governance, people and grants read back what was written, and say no where they must."""

from dataclasses import replace
from datetime import timedelta

import pytest

from licet.store.store import Store
from licet.terms.basis import LegalBasis
from licet.terms.errors import Conflict, NotFound
from licet.terms.gallery import TemplateKind
from licet.terms.grant import GrantState, SubjectState
from licet.terms.ids import (
    CaseId,
    GrantId,
    MemberId,
    OrganisationId,
    SubjectId,
    SuggestionId,
    TemplateId,
)
from licet.terms.organisation import Approval, CaseState, MemberState
from licet.terms.stored import Confirmation
from tests.store import things
from tests.store.things import DAY, NOON, change, entry, refused

# --- the deployment ---


def test_deployment(store: Store) -> None:
    with store.read() as reader:
        assert reader.deployment.get() is None
    first = things.a_deployment(fpir_search=0.007)
    refused(store, NotFound, lambda unit: unit.deployment.add_generated("ab"))
    change(store, lambda unit: unit.deployment.put(first))
    with store.unit(bookkeeping=True) as unit:
        unit.deployment.set_checkpoint_size(7)
        unit.deployment.add_generated("ab")
        unit.deployment.add_generated("ab")
    with store.read() as reader:
        assert reader.deployment.get() == replace(first, checkpoint_size=7)
        assert reader.deployment.is_generated("ab")
        assert not reader.deployment.is_generated("cd")
    ready = replace(first, checkpoint_size=7, dpia_digest="ab")
    change(store, lambda unit: unit.deployment.put(ready))
    with store.read() as reader:
        assert reader.deployment.get() == ready


@pytest.mark.parametrize("changed", [{"sandbox": False}, {"id": "another"}, {"checkpoint_size": 6}])
def test_a_deployment_keeps_what_it_is(store: Store, changed: dict[str, object]) -> None:
    """A sandbox never becomes real, and no size below the last one signed is ever signed."""
    first = things.a_deployment(checkpoint_size=7)
    change(store, lambda unit: unit.deployment.put(first))
    refused(store, Conflict, lambda unit: unit.deployment.put(replace(first, **changed)))
    refused(store, Conflict, lambda unit: unit.deployment.set_checkpoint_size(6))


def test_a_real_deployment_makes_no_photos(store: Store) -> None:
    change(store, lambda unit: unit.deployment.put(things.a_deployment(sandbox=False)))
    refused(store, NotFound, lambda unit: unit.deployment.add_generated("ab"))


# --- governed use ---


def test_governance(store: Store) -> None:
    house = things.furnished(store, "one")
    other = things.furnished(store, "another")
    organisation, member, case = house.organisation, house.member, house.case
    bob = things.a_member(organisation.id, "Bob")
    change(store, lambda unit: unit.governance.add_member(bob))
    with store.read() as reader:
        it = reader.governance
        assert it.organisation(organisation.id) == organisation
        assert it.organisation_named(organisation.name) == organisation
        assert it.organisations() == (other.organisation, organisation)
        assert it.member(member.id) == member
        assert it.member_named(organisation.id, "Bob") == bob
        assert it.members(organisation.id) == (member, bob)
        assert it.case(case.id) == case
        assert it.case_with_reference(organisation.id, case.reference) == case
        assert it.cases(organisation.id) == (case,)
        assert [approval.member for approval in it.approvals(case.id)] == [member.id]
        assert it.organisation(OrganisationId("none")) is None
        assert it.organisation_named("none") is None
        assert it.member(MemberId("none")) is None
        assert it.member_named(other.organisation.id, "Bob") is None
        assert it.case(CaseId("none")) is None
        assert it.case_with_reference(organisation.id, "none") is None
    change(
        store,
        lambda unit: unit.governance.end_member(member.id),
        lambda unit: unit.governance.set_case_state(case.id, CaseState.CLOSED),
    )
    with store.read() as reader:
        assert reader.governance.member(member.id) == replace(member, state=MemberState.ENDED)
        assert reader.governance.case(case.id) == replace(case, state=CaseState.CLOSED)


def test_names_are_taken_once(store: Store) -> None:
    house = things.furnished(store)
    organisation = house.organisation.id
    nowhere = OrganisationId("none")
    approval = Approval(house.case.id, house.member.id, b"again", NOON)
    refused(store, Conflict, lambda unit: unit.governance.add_member(things.a_member(organisation)))
    refused(store, Conflict, lambda unit: unit.governance.add_case(things.a_case(organisation)))
    refused(store, Conflict, lambda unit: unit.governance.add_approval(approval))
    refused(store, Conflict, lambda unit: unit.governance.add_member(things.a_member(nowhere)))
    refused(
        store, Conflict, lambda unit: unit.governance.add_agreement(things.an_agreement(nowhere))
    )
    refused(store, Conflict, lambda unit: unit.sources.add(things.a_source(organisation)))
    refused(store, NotFound, lambda unit: unit.governance.end_member(MemberId("none")))
    refused(
        store,
        NotFound,
        lambda unit: unit.governance.set_case_state(CaseId("none"), CaseState.OPEN),
    )


def test_the_agreement_in_force_is_the_latest_whose_window_is_open(store: Store) -> None:
    organisation = things.an_organisation()
    old = things.an_agreement(organisation.id, valid_from=NOON, valid_to=NOON + 10 * DAY)
    new = things.an_agreement(organisation.id, valid_from=NOON + 5 * DAY, valid_to=NOON + 20 * DAY)
    change(
        store,
        lambda unit: unit.governance.add_organisation(organisation),
        lambda unit: unit.governance.add_agreement(old),
        lambda unit: unit.governance.add_agreement(new),
    )
    tick = timedelta(milliseconds=1)
    with store.read() as reader:
        found = [
            reader.governance.agreement_at(organisation.id, moment)
            for moment in (
                NOON - tick, NOON, NOON + 5 * DAY - tick, NOON + 5 * DAY, NOON + 20 * DAY - tick,
                NOON + 20 * DAY,
            )
        ]  # fmt: skip
    assert found == [None, old, old, new, new, None]


# --- data subjects and grants ---


def test_subjects(store: Store) -> None:
    tag = b"c" * 32
    several = [things.a_subject(contact_tag=tag, dependant=n > 0) for n in range(3)]
    one = things.a_subject(residence=None)
    change(
        store,
        lambda unit: unit.subjects.add(one),
        lambda unit: unit.subjects.add_many(several),
    )
    with store.read() as reader:
        it = reader.subjects
        assert it.get(one.id) == one
        assert it.get(SubjectId("none")) is None
        assert it.on_contact(tag) == tuple(sorted(several, key=lambda subject: subject.id))
        assert list(it.ids()) == sorted(subject.id for subject in [one, *several])
        assert it.many([one.id, several[0].id, SubjectId("none")]) == {
            one.id: one,
            several[0].id: several[0],
        }
        assert it.many([]) == {}
    refused(store, Conflict, lambda unit: unit.subjects.add(one))


def test_an_erased_subject_says_nothing_more(store: Store) -> None:
    house = things.furnished(store)
    change(store, lambda unit: unit.subjects.set_state(house.subject.id, SubjectState.ERASED))
    change(store, lambda unit: unit.subjects.set_state(house.subject.id, SubjectState.ERASED))
    with store.read() as reader:
        erased = reader.subjects.get(house.subject.id)
        assert erased is not None
        assert (erased.sealed_identity, erased.contact_tag, erased.residence) == (b"", b"", None)
        assert reader.subjects.on_contact(house.subject.contact_tag) == ()


def test_enrolled_are_people_with_a_reference(store: Store) -> None:
    house = things.furnished(store)
    stranger = things.a_subject()
    twice = things.a_grant(house.subject.id, house.organisation.id)
    seen = things.a_grant(stranger.id, house.organisation.id)
    change(
        store,
        lambda unit: unit.subjects.add(stranger),
        lambda unit: unit.grants.add_many([twice, seen]),
        lambda unit: unit.templates.add_many(
            [
                things.a_template(twice.id),
                things.a_template(seen.id, kind=TemplateKind.APPEARANCE),
            ]
        ),
    )
    with store.read() as reader:
        assert reader.subjects.count_enrolled() == 1
        assert reader.subjects.count_enrolled(at_most=0) == 0


def test_grants(store: Store) -> None:
    house = things.furnished(store)
    grant = house.grant
    ended = things.a_grant(house.subject.id, None, state=GrantState.ENDED, leaf=5)
    change(store, lambda unit: unit.grants.add(ended))
    with store.read() as reader:
        it = reader.grants
        assert it.get(grant.id) == grant
        assert it.get(ended.id) == ended
        assert it.get(GrantId("none")) is None
        assert it.many([grant.id, ended.id, GrantId("none")]) == {
            grant.id: grant,
            ended.id: ended,
        }
        assert set(it.of_subject(house.subject.id)) == {grant, ended}
        assert list(it.kept()) == [grant]
        assert list(it.since(5)) == [ended]
        assert it.in_state(GrantState.PENDING) == (grant,)
        assert it.in_state(GrantState.ACTIVE) == ()


def test_a_grant_moves(store: Store) -> None:
    house = things.furnished(store)
    grant = house.grant.id
    later = NOON + DAY
    change(
        store,
        lambda unit: unit.grants.notice_delivered(grant, NOON, 1),
        lambda unit: unit.grants.capture_agreed(grant, 2),
        lambda unit: unit.grants.confirm(grant, later, "paper", 3),
    )
    with store.read() as reader:
        assert reader.grants.get(grant) == replace(
            house.grant,
            notice_delivered_at=NOON,
            captured=True,
            confirmed_at=later,
            confirmed_by="paper",
            state=GrantState.ACTIVE,
            leaf=3,
        )
        assert reader.grants.count_paper(later) == 1
        assert reader.grants.count_paper(later + DAY) == 0
    refused(store, Conflict, lambda unit: unit.grants.confirm(grant, later, "code", 4))
    nobody = GrantId("none")
    refused(store, NotFound, lambda unit: unit.grants.confirm(nobody, later, "code", 4))
    change(
        store,
        lambda unit: unit.templates.delete_of_grant(grant),
        lambda unit: unit.suggestions.delete_of_grant(grant),
        lambda unit: unit.grants.set_state(grant, GrantState.ENDING, 5),
        lambda unit: unit.grants.set_state(grant, GrantState.ENDED, 6),
        lambda unit: unit.grants.set_state(grant, GrantState.ENDED, 7),
    )
    refused(store, Conflict, lambda unit: unit.grants.set_state(grant, GrantState.ACTIVE, 8))
    refused(store, Conflict, lambda unit: unit.grants.capture_agreed(grant, 8))
    refused(store, Conflict, lambda unit: unit.grants.notice_delivered(grant, later, 8))


def test_grants_past_their_end(store: Store) -> None:
    house = things.furnished(store)
    organisation = house.organisation.id
    made = {
        state: things.a_grant(house.subject.id, organisation, state=state, expires=NOON)
        for state in GrantState
    }
    change(store, lambda unit: unit.grants.add_many(made.values()))
    with store.read() as reader:
        expected = {made[s] for s in GrantState if s.value not in ("ending", "ended")}
        assert set(reader.grants.expiring(NOON)) == expected
        assert reader.grants.expiring(NOON - timedelta(milliseconds=1)) == ()


def test_live_vital_grants_are_active_ones_in_their_window(store: Store) -> None:
    house = things.furnished(store)
    vital = LegalBasis.VITAL_INTERESTS
    active = GrantState.ACTIVE
    counted = things.a_grant(house.subject.id, None, basis=vital, state=active)
    others = [
        things.a_grant(house.subject.id, None, basis=vital),
        things.a_grant(house.subject.id, None, state=active),
        replace(counted, id=GrantId("soon"), not_before=NOON + DAY),
        replace(counted, id=GrantId("over"), expires=NOON),
    ]
    change(store, lambda unit: unit.grants.add_many([counted, *others]))
    with store.read() as reader:
        assert reader.grants.count_live_vital(NOON) == 1


def test_confirmations(store: Store) -> None:
    house = things.furnished(store)
    fresh = Confirmation(house.grant.id, b"other", b"e" * 32, 0, NOON)
    change(store, lambda unit: unit.confirmations.put(fresh))
    with store.unit(bookkeeping=True) as unit:
        assert unit.confirmations.get(house.grant.id) == fresh
        assert unit.confirmations.count_try(house.grant.id) == 1
    change(store, lambda unit: unit.confirmations.delete(house.grant.id))
    with store.read() as reader:
        assert reader.confirmations.get(house.grant.id) is None
    refused(store, NotFound, lambda unit: unit.confirmations.count_try(house.grant.id))


# --- templates and suggestions ---


def test_templates(store: Store) -> None:
    house = things.furnished(store)
    seen = [
        things.a_template(
            house.grant.id, kind=TemplateKind.APPEARANCE, lapses_at=NOON + n * DAY, leaf=n + 1
        )
        for n in range(3)
    ]
    change(store, lambda unit: unit.templates.add_many(seen))
    with store.read() as reader:
        it = reader.templates
        assert it.get(seen[1].id) == seen[1]
        assert it.get(TemplateId("none")) is None
        assert it.of_grant(house.grant.id) == (house.template, *seen)
        assert set(it.all()) == {house.template, *seen}
        assert list(it.all(TemplateKind.REFERENCE)) == [house.template]
        assert list(it.since(2)) == seen[1:]
        assert it.lapsed(NOON + DAY) == tuple(seen[:2])
        assert it.count() == 4
    change(
        store,
        lambda unit: unit.templates.confirm(seen[0].id, seen[0].sealed),
        lambda unit: unit.templates.delete([seen[1].id, TemplateId("none")]),
    )
    with store.read() as reader:
        assert reader.templates.lapsed(NOON + 9 * DAY) == (seen[2],)
        assert reader.templates.get(seen[0].id) == replace(seen[0], lapses_at=None)
        assert reader.templates.get(seen[1].id) is None
    refused(store, NotFound, lambda unit: unit.templates.confirm(seen[1].id, b""))
    with store.unit() as unit:
        assert unit.templates.delete([]) == 0
        assert unit.templates.delete_of_grant(house.grant.id) == 3
        unit.record(entry())


def test_many_templates_in_groups(store: Store) -> None:
    house = things.furnished(store)
    many = [things.a_template(house.grant.id, leaf=1) for _ in range(2500)]
    with store.unit() as unit:
        assert unit.templates.add_many(iter(many)) == 2500
        unit.record(entry())
    with store.read() as reader:
        assert {template.id for template in reader.templates.all()} > {t.id for t in many}
    with store.unit() as unit:
        assert unit.templates.delete([template.id for template in many]) == 2500
        unit.record(entry())


def test_suggestions(store: Store) -> None:
    house = things.furnished(store)
    soon = things.a_suggestion(house.grant.id, expires=NOON, leaf=1)
    change(store, lambda unit: unit.suggestions.add(soon))
    with store.read() as reader:
        it = reader.suggestions
        assert it.get(soon.id) == soon
        assert it.get(SuggestionId("none")) is None
        assert it.of_grant(house.grant.id) == (house.suggestion, soon)
        assert it.expired(NOON) == (soon,)
        assert it.count() == 2
    with store.unit() as unit:
        assert unit.suggestions.delete(soon.id) == 1
        assert unit.suggestions.delete(soon.id) == 0
        assert unit.suggestions.delete_of_grant(house.grant.id) == 1
        unit.record(entry())
