"""What is enough of a member without a signature: a table over every action and proof."""

from dataclasses import replace
from itertools import product

import pytest

from licet.consent.decide import decide
from licet.consent.proofs import ENOUGH
from licet.consent.rules.governed import two_signers
from licet.terms.ids import MemberId, PurposeId
from licet.terms.permit import Action, Attended, By, Permit, Proof, Refusal
from tests.consent.acts import ACTS
from tests.consent.world import NOW

BY_MEMBERS = {name: act for name, act in ACTS.items() if act.ask.by is By.MEMBER}

EXPECTED = {
    (Action.LIST, Proof.SIGNED_IN): None,
    (Action.LIST, Proof.SIGNED_IN_LATELY): None,
    (Action.LIST, Proof.API_KEY): None,
    (Action.LIST, Proof.VOUCHED): None,
    (Action.SEARCH, Proof.VOUCHED): "sign_in_again",
    (Action.REVIEW, Proof.VOUCHED): "sign_in_again",
    (Action.SHOW, Proof.VOUCHED): "sign_in_again",
    (Action.SEARCH, Proof.SIGNED_IN): "sign_in_again",
    (Action.SEARCH, Proof.SIGNED_IN_LATELY): None,
    (Action.SEARCH, Proof.API_KEY): None,
    (Action.REVIEW, Proof.SIGNED_IN): "sign_in_again",
    (Action.REVIEW, Proof.SIGNED_IN_LATELY): None,
    (Action.SHOW, Proof.SIGNED_IN): "sign_in_again",
    (Action.SHOW, Proof.SIGNED_IN_LATELY): None,
}
"""Written apart from the table: what stands in neither needs a signature."""


@pytest.mark.parametrize(("name", "proof"), tuple(product(BY_MEMBERS, Proof)))
def test_what_is_enough_without_a_signature(name: str, proof: Proof) -> None:
    act = BY_MEMBERS[name]
    member = act.ask.member
    assert member is not None
    attended = Attended(member, proof, act.ask.purpose)
    facts = replace(act.facts, signers=(), attended=attended)
    if facts.readiness.sandbox:
        pytest.skip("names are believed there")
    decided = decide(act.ask, facts, NOW)
    expected = EXPECTED.get((act.ask.action, proof), "not_signed")
    told = decided.reason if isinstance(decided, Refusal) else None
    assert told == expected


@pytest.mark.parametrize("proof", Proof)
def test_somebody_elses_session_or_key_is_nothing(proof: Proof) -> None:
    act = BY_MEMBERS["list members"]
    attended = Attended(MemberId("somebody else"), proof)
    decided = decide(act.ask, replace(act.facts, signers=(), attended=attended), NOW)
    assert isinstance(decided, Refusal)
    assert decided.reason == "not_signed"


@pytest.mark.parametrize("signed", [True, False])
def test_a_key_is_for_one_purpose(signed: bool) -> None:
    act = BY_MEMBERS["search"]
    assert act.ask.member is not None
    attended = Attended(act.ask.member, Proof.API_KEY, PurposeId("family_tracing@1"))
    facts = replace(act.facts, attended=attended, signers=act.facts.signers if signed else ())
    decided = decide(act.ask, facts, NOW)
    assert isinstance(decided, Refusal)
    assert decided.reason == "key_for_other_purpose"
    own = replace(attended, purpose=act.ask.purpose)
    assert isinstance(decide(act.ask, replace(facts, attended=own), NOW), Permit)


def test_nothing_is_one_of_two_without_a_signature() -> None:
    """Whatever the table says: who came with a session is no signer."""
    for act in BY_MEMBERS.values():
        assert act.ask.member is not None
        for proof in Proof:
            facts = replace(act.facts, signers=(), attended=Attended(act.ask.member, proof))
            assert two_signers(act.ask, facts, NOW) is not None
    assert ENOUGH.keys() == {action for action, _ in EXPECTED}
