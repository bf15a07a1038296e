"""The pages say what the code does."""

import re

import pytest

from licet.consent import ceilings
from licet.consent.reasons import Reason
from licet.consent.refusals import GROUNDS
from licet.terms.permit import Action, By
from tests.consent import pages

MADE = pages.pages()


@pytest.mark.parametrize("path", MADE)
def test_a_reference_page_is_what_the_code_says(path: str) -> None:
    written = (pages.ROOT / path).read_text(encoding="utf-8")
    assert written == MADE[path], f"{path}: run python -m tests.consent.pages"


def test_every_reason_has_its_ground_in_the_same_order() -> None:
    assert list(GROUNDS) == list(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_a_ground_is_whole(reason: Reason) -> None:
    ground = GROUNDS[reason]
    assert re.match(r"(GDPR|AI Act|DSM Directive) \d+(\(\d+\))?(\([a-z]\))?$", ground.article)
    for sentence in (ground.says, ground.would_change):
        assert re.match(r"[A-Z].*\.$", sentence), sentence
        assert "|" not in sentence
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", reason.value)
    assert reason.name == reason.value.upper()


def test_every_ceiling_has_its_reason() -> None:
    named = {name for name in vars(ceilings) if name.isupper()}
    assert set(pages.reasons()) == named
    assert all(len(why) > 30 for why in pages.reasons().values())


EXPLAINED = (pages.ROOT / "docs/explanation/consent.md").read_text(encoding="utf-8")


def test_the_explanation_names_every_action() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \|", EXPLAINED, re.MULTILINE)
    assert sorted(rows) == sorted(action.value for action in Action)


def test_the_explanation_names_what_it_points_to() -> None:
    """Code and pages that the text names exist."""
    for path in re.findall(r"`((?:src|tests)/[^`]+)`", EXPLAINED):
        assert (pages.ROOT / path).exists(), path
    for link in re.findall(r"\]\(([^)#]+)\)", EXPLAINED):
        assert (pages.ROOT / "docs/explanation" / link).resolve().exists(), link
    assert {doer.value for doer in By} == {"member", "subject", "worker"}
