"""What is asked before a deployment is real, and the papers that the answers make."""

from dataclasses import asdict, fields, replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.effects.drafting import (
    PAPERS,
    drafts,
    inside,
    open_questions,
    places,
    questions,
    read_answers,
    write_answers,
)
from licet.terms.duties import Place, StoreName
from licet.terms.errors import BadInput
from licet.terms.ids import Territory
from licet.terms.preparing import Answers

WHOLE = Answers(
    established="FR",
    contact="privacy@archive.example",
    purposes="find_my_photos, archive_rights_clearance",
    people="visitors since 1990",
    told="a sign at the door",
    need="captions name nobody",
    risks="protests are left out",
    advice="the officer agrees",
    processors="none",
    recipients="City Museum",
    ai_role="deployer",
    classification="high_risk",
    reasons="found from a distance",
    records="FR, our own machine",
    keys="FR, our own machine",
    ledger="DE, a host, in Ulm",
    backups="none",
    mail="FR, our provider",
)
DAY = date(2026, 3, 2)


def test_each_question_fills_one_answer() -> None:
    assert [one.name for one in questions()] == [part.name for part in fields(Answers)]
    assert len(open_questions(Answers())) == len(questions()) - 1
    assert open_questions(WHOLE) == ()


def test_only_who_is_outside_is_asked_who_stands_for_them() -> None:
    outside = replace(WHOLE, established="US")
    assert [one.name for one in open_questions(outside)] == ["representative"]
    assert inside(WHOLE)
    assert not inside(outside)
    named = replace(outside, representative="Harbour Europe GmbH")
    assert open_questions(named) == ()
    assert all("Harbour Europe GmbH" in one.text for one in drafts("A club", named, DAY)[1:3])


def test_the_papers_say_what_was_answered() -> None:
    made = {one.name: one.text for one in drafts("City Archive", WHOLE, DAY)}
    assert tuple(made) == PAPERS
    together = "".join(made.values())
    unsaid = {"established", "backups"} | set(StoreName)
    for name, said in asdict(WHOLE).items():
        assert said in together or name in unsaid, name
    assert "  - ledger: DE, a host, in Ulm" in together
    assert "$" not in together
    assert all("2026-03-02" in text for text in made.values())


def test_places_are_read_and_none_is_none() -> None:
    stated = places(WHOLE)
    assert Place(StoreName.LEDGER, Territory("DE"), "a host, in Ulm") in stated
    assert [one.store.value for one in stated] == ["records", "keys", "ledger", "mail"]


@settings(max_examples=25)  # Each reads a file of TOML.
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))).map(str.strip))
def test_answers_read_back(said: str) -> None:
    given_ = replace(WHOLE, need=said)
    assert read_answers(write_answers(given_)) == given_


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("established = 3", "established is no line"),
        ('established = "ZZ"', "established names ZZ"),
        ('need = "a\\nb"', "need is no line"),
        ('purposes = "police_work"', "there is no purpose police_work"),
        ('colour = "red"', "no question colour"),
        ('classification = "harmless"', "classification is harmless"),
        ('ai_role = "bystander"', "ai_role is bystander"),
        ('records = "FR"', "records is FR"),
        ('records = "none"', "records is none"),
        ('keys = "FR,  "', "keys is FR,"),
        ('mail = "XX, somebody"', "mail names XX"),
        ("established =", "no TOML"),
    ],
)
def test_what_cannot_be_is_said(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_answers(text.encode())


def test_bytes_that_are_no_text_are_said() -> None:
    with pytest.raises(BadInput, match="no TOML"):
        read_answers(b"\xff\xfe")
