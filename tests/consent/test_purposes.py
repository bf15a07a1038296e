"""The closed list of purposes, ages, and the words that nothing here may say."""

import hashlib
import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import date
from enum import Enum
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

import licet.consent
import licet.sources
import licet.terms
from licet.consent import ceilings
from licet.consent.age import age_on, consent_age, of_age_on
from licet.consent.basis import PAIRS, UNEVEN, articles, paired
from licet.consent.purposes import NEVER, fits, parse, table
from licet.terms.basis import Condition, LegalBasis, Relationship, Searchers
from licet.terms.errors import BadInput, Setup
from licet.terms.ids import PurposeId, Territory

GOOD = """
[[purpose]]
id = "tidy_album@1"
title = "Tidy an album"
searchers = "organisation"
basis = "6(1)(a)"
condition = "9(2)(a)"
approvals = 1
retention_days = 30
source_purposes = ["event_album"]
notice = "We ask you."
"""


def test_the_list_is_these_five() -> None:
    who = {purpose.id: purpose.searchers for purpose in table().by_id.values()}
    assert who == {
        "find_my_photos@1": Searchers.SUBJECT_ONLY,
        "family_tracing@1": Searchers.ORGANISATION,
        "archive_rights_clearance@1": Searchers.ORGANISATION,
        "missing_person@1": Searchers.ORGANISATION,
        "rights_request@1": Searchers.SUBJECT_ONLY,
    }
    two_sided = {one.name for one in table().by_id.values() if one.two_sided}
    assert two_sided == {"family_tracing"}
    alone = {one.name for one in table().by_id.values() if one.without_organisation}
    assert alone == {"rights_request"}


def test_the_digest_is_the_texts() -> None:
    text = resources.files("licet.consent").joinpath("purposes.toml").read_bytes()
    assert table().digest == hashlib.sha256(text).hexdigest()


def test_every_notice_says_how_to_leave_or_when_it_ends() -> None:
    for purpose in table().by_id.values():
        assert re.search(r"withdraw|ends", purpose.notice), purpose.id
        assert len(purpose.notice) > 100


def test_a_source_purpose_is_stated_by_name_and_any_is_not_one() -> None:
    named = table().source_purposes()
    assert "any" not in named
    collected = {one.name for one in table().by_id.values() if not one.without_organisation}
    assert collected <= named


def test_rights_fit_every_source_and_are_never_collected_for() -> None:
    rights = table().get(PurposeId("rights_request@1"))
    assert rights is not None
    assert fits(rights, frozenset({"archive"}))
    assert rights.id not in table().compatible(table().source_purposes() | {"any"})


def test_a_good_list_is_read() -> None:
    found = parse(GOOD).get(PurposeId("tidy_album@1"))
    assert found is not None
    assert found.territories is None
    only = parse(GOOD + 'territories = ["FR"]\n').get(PurposeId("tidy_album@1"))
    assert only is not None
    assert only.territories == {"FR"}


BROKEN = {
    "no list": ("[[purpose]]", "[[goal]]"),
    "not TOML": ("=", "is"),
    "missing part": ('title = "Tidy an album"', ""),
    "unknown basis": ('"6(1)(a)"', '"6(1)(f)"'),
    "unknown searchers": ('"organisation"', '"everybody"'),
    "no version": ("tidy_album@1", "tidy_album"),
    "no name": ("tidy_album@1", "@1"),
    "no notice": ("We ask you.", " "),
    "mixed pair": ('"9(2)(a)"', '"9(2)(c)"'),
    "no approval": ("approvals = 1", "approvals = 0"),
    "no retention": ("retention_days = 30", "retention_days = 0"),
    "for ever": ("retention_days = 30", "retention_days = 731"),
    "no source": ('["event_album"]', "[]"),
    "any source": ('["event_album"]', '["any"]'),
    "the person's own, searched by others": ("approvals", "without_organisation = true\napprovals"),
    "two-sided, searched by oneself": (
        'searchers = "organisation"',
        'two_sided = true\nsearchers = "subject_only"',
    ),
    "vital for long": ('"6(1)(a)"\ncondition = "9(2)(a)"', '"6(1)(d)"\ncondition = "9(2)(c)"'),
    "vital, approved once": (
        '"6(1)(a)"\ncondition = "9(2)(a)"\napprovals = 1\nretention_days = 30',
        '"6(1)(d)"\ncondition = "9(2)(c)"\napprovals = 1\nretention_days = 3',
    ),
    "vital, by oneself": (
        'searchers = "organisation"\nbasis = "6(1)(a)"\ncondition = "9(2)(a)"',
        'searchers = "subject_only"\nbasis = "6(1)(d)"\ncondition = "9(2)(c)"',
    ),
    "police": ("tidy_album", "police_work"),
    "in a title": ("Tidy an album", "A watchlist"),
    "in a source": ("event_album", "public_pages"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_list_that_breaks_a_rule_is_not_read(name: str) -> None:
    old, new = BROKEN[name]
    assert old in GOOD
    with pytest.raises(Setup):
        parse(GOOD.replace(old, new))


def test_a_purpose_is_listed_once() -> None:
    with pytest.raises(Setup, match="twice"):
        parse(GOOD + GOOD)


@pytest.mark.parametrize("word", NEVER)
def test_no_purpose_names_what_is_refused(word: str) -> None:
    with pytest.raises(Setup, match="refuses"):
        parse(GOOD.replace("Tidy an album", f"Tidy {word.title()}s"))


# Words


def enums() -> Iterator[type[Enum]]:
    for room in (licet.terms, licet.consent, licet.sources):
        for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            for value in vars(importlib.import_module(found.name)).values():
                if isinstance(value, type) and issubclass(value, Enum):
                    yield value


BARRED = re.compile(
    r"(^|[^a-z])(public|legitimate[^a-z]?interests?|law[^a-z]?enforcement|trial|watch[^a-z]?list|live)"
    r"([^a-z]|$)"
)


def test_no_value_anywhere_says_what_does_not_exist_here() -> None:
    said = {
        f"{kind.__name__}.{member.name}={member.value}".lower()
        for kind in enums()
        if kind.__module__.startswith("licet.")
        for member in kind
    }
    assert len(said) > 150
    listed = {purpose.id for purpose in table().by_id.values()} | table().source_purposes()
    assert not [text for text in said | listed if BARRED.search(text)]


@pytest.mark.parametrize("text", ["a.public", "legitimate_interest", "law_enforcement=x", "live"])
def test_the_guard_can_fail(text: str) -> None:
    assert BARRED.search(text)


# Bases


def test_there_are_two_bases_and_no_third() -> None:
    pairs = {(basis, c) for basis in LegalBasis for c in Condition if paired(basis, c)}
    assert pairs == PAIRS
    assert {articles(*pair) for pair in PAIRS} == {
        ("GDPR 6(1)(a)", "GDPR 9(2)(a)"),
        ("GDPR 6(1)(d)", "GDPR 9(2)(c)"),
    }


def test_five_relationships_are_uneven() -> None:
    assert len(UNEVEN) == 5
    assert set(list(Relationship)[-5:]) == UNEVEN


# Ages


def test_ages_of_consent_are_dated() -> None:
    denmark = Territory("DK")
    assert consent_age(denmark, date(2023, 12, 31)) == 13
    assert consent_age(denmark, date(2024, 1, 1)) == 15
    assert consent_age(denmark, date(2018, 5, 24)) == 18
    assert consent_age(Territory("US"), date(2026, 1, 1)) == 18
    assert consent_age(None, date(2026, 1, 1)) == 18
    assert consent_age(Territory("DE"), date(2026, 1, 1)) == 16


def test_every_age_is_one_that_the_regulation_allows() -> None:
    """GDPR 8(1): between 13 and 16."""
    text = resources.files("licet.consent").joinpath("ages.toml").read_text("utf-8")
    places = set(re.findall(r'territory = "(\w\w)"', text))
    assert len(places) >= 30
    assert all(13 <= consent_age(Territory(place), date(2026, 1, 1)) <= 16 for place in places)


def test_an_age_counts_whole_years() -> None:
    assert age_on("2010-05-04", date(2026, 5, 3)) == 15
    assert age_on("2010-05-04", date(2026, 5, 4)) == 16
    assert age_on("2008-02-29", date(2026, 2, 28)) == 17
    assert age_on("2008-02-29", date(2026, 3, 1)) == 18
    assert of_age_on("2008-02-29", None, date(2020, 1, 1)) == date(2026, 3, 1)


@pytest.mark.parametrize("born", ["", "4 May 2010", "2010-02-30", "2027-01-01"])
def test_a_birth_that_cannot_be_is_bad_input(born: str) -> None:
    with pytest.raises(BadInput):
        age_on(born, date(2026, 5, 4))


days = st.dates(date(1930, 1, 1), date(2026, 5, 4))


@given(days, st.sampled_from([None, Territory("FR"), Territory("BE")]))
def test_one_comes_of_age_on_the_day_of_that_age(born: date, place: Territory | None) -> None:
    asked = date(2026, 5, 4)
    day = of_age_on(born.isoformat(), place, asked)
    years = consent_age(place, asked)
    assert age_on(born.isoformat(), day) == years
    assert age_on(born.isoformat(), date.fromordinal(day.toordinal() - 1)) == years - 1


def test_vital_interests_end_within_their_term() -> None:
    missing = table().get(PurposeId("missing_person@1"))
    assert missing is not None
    assert missing.retention_days <= ceilings.VITAL_TERM.days
    assert missing.approvals == 2
