"""B15: an organisation files its own papers before it searches; each absent one refuses."""

from dataclasses import replace
from datetime import timedelta

import pytest

from licet.cli import signing
from licet.papers import PAPERS, file_paper, list_papers
from licet.search import search
from licet.terms.duties import FilingKind
from licet.terms.errors import BadInput
from licet.terms.governing import PaperWish
from licet.terms.permit import Refusal
from licet.terms.search import SearchResult
from tests.fakes.deployment import CLEARANCE
from tests.fakes.vision import photo
from tests.redteam.real import RealWorld, file_papers, prepared
from tests.scenarios.real import bare

__all__ = ["bare"]

PROBE = photo("anna", shot=9)
REASONS = {
    FilingKind.LEGAL_INSTRUMENT: "no_legal_instrument",
    FilingKind.IMPACT_ASSESSMENT: "no_impact_assessment",
    FilingKind.TRAINING_RECORD: "no_training_record",
}


def _searched(world: RealWorld, case: str) -> SearchResult | Refusal:
    who = world.signed(world.searching(case, PROBE), "investigator")  # type: ignore[arg-type]  # a case
    return search(world.app, who, case, CLEARANCE, PROBE)  # type: ignore[arg-type]  # a case


@pytest.mark.parametrize("absent", FilingKind)
def test_a_search_without_one_of_the_papers_is_refused(bare: RealWorld, absent: FilingKind) -> None:
    prepared(bare)
    bare.enrolled("anna")
    case = bare.case(PROBE)
    file_papers(bare, *(kind for kind in FilingKind if kind is not absent))
    refused = _searched(bare, case)
    assert isinstance(refused, Refusal)
    assert refused.reason == REASONS[absent]
    file_papers(bare, absent)
    found = _searched(bare, case)
    assert isinstance(found, SearchResult)
    assert len(found.candidates) == 1
    # What counted a year ago counts no more, and nobody had to notice.
    bare.clock.go(days=366)
    over = _searched(bare, case)
    assert isinstance(over, Refusal)


def test_a_paper_is_filed_by_a_steward_of_its_organisation_for_a_while(bare: RealWorld) -> None:
    wish = PaperWish(FilingKind.TRAINING_RECORD, "ba" * 32, bare.clock() + timedelta(days=30))
    by_another = bare.signed(signing.filing(wish), "investigator")
    refused = file_paper(bare.app, by_another, wish)
    assert isinstance(refused, Refusal)
    assert refused.reason == "wrong_role"
    for_ever = replace(wish, valid_to=bare.clock() + timedelta(days=731))
    steward = bare.signed(signing.filing(for_ever), "steward")
    with pytest.raises(BadInput, match="730 days"):
        file_paper(bare.app, steward, for_ever)
    other = replace(wish, digest="a training")
    unnamed = file_paper(bare.app, bare.signed(signing.filing(other), "steward"), other)
    assert isinstance(unnamed, Refusal)
    assert unnamed.reason == "evidence_not_a_digest"
    # A signature for one paper files no other.
    swapped = file_paper(bare.app, bare.signed(signing.filing(wish), "steward"), other)
    assert isinstance(swapped, Refusal)
    assert swapped.reason == "not_signed"
    filed = file_paper(bare.app, bare.signed(signing.filing(wish), "steward"), wish)
    assert isinstance(filed, str)
    lines = list_papers(bare.app, bare.signed(signing.listing(PAPERS), "officer"))
    assert not isinstance(lines, Refusal)
    assert {one.kind: one.in_force for one in lines} == {
        FilingKind.LEGAL_INSTRUMENT: False,
        FilingKind.IMPACT_ASSESSMENT: False,
        FilingKind.TRAINING_RECORD: True,
    }
