"""Every figure of a regime, held to the place in the law that says it.

The figures are written down a second time here, by article; the files say them by day. A
figure without its article, or an article without its figure, fails.
"""

import re
import tomllib
from datetime import date, timedelta
from importlib import resources

import pytest

from licet.consent.age import consent_age
from licet.consent.regimes import FILES, Per, add_months, duties_on, penalties_on, terms_on
from licet.effects.accounting import ACCOUNT_TERM
from licet.effects.canaries import NOTIFY_WITHIN
from licet.terms.errors import BadInput
from licet.terms.ids import Territory
from licet.terms.money import read_money

_COUNTED = re.compile(r'^(?P<key>\w+) = (?P<value>\d+|"\d+ [A-Z]{3}"|\[.*\]) +# (?P<law>.+)$')
_FIGURE = re.compile(r'^\w+ = (?:\d+(?!\d*-)|"\d+ [A-Z]{3}")\b')

LAW: dict[str, dict[str, set[tuple[str, str]]]] = {
    "gdpr": {
        "GDPR 12(3)": {("months", "1"), ("extension_months", "2"), ("notice_months", "1")},
        "Regulation (EEC, Euratom) 1182/71, 3(4)": {("days_off", '["saturday", "sunday"]')},
        "GDPR 5(2), 17(3)(e)": {("kept_months", "36")},
        "GDPR 33(1)": {("breach_hours", "72")},
        "GDPR 8(1)": {("age_least", "13"), ("age_most", "16")},
        "GDPR 83(4)": {("amount", '"10000000 EUR"'), ("percent", "2")},
        "GDPR 83(5)": {("amount", '"20000000 EUR"'), ("percent", "4")},
        "GDPR 83(6)": {("amount", '"20000000 EUR"'), ("percent", "4")},
    },
    "uk_gdpr": {
        "UK GDPR 12(3)": {("months", "1"), ("extension_months", "2"), ("notice_months", "1")},
        "UK GDPR 12A": {("months", "1"), ("extension_months", "2"), ("notice_months", "1")},
        "Regulation 1182/71, 3(4)": {("days_off", '["saturday", "sunday"]')},
        "Limitation Act 1980, 2": {("kept_months", "72")},
        "UK GDPR 33(1)": {("breach_hours", "72")},
        "Data Protection Act 2018, 9(a)": {("age_least", "13"), ("age_most", "13")},
        "Data Protection Act 2018, 157(6)(a)": {("amount", '"8700000 GBP"'), ("percent", "2")},
        "Data Protection Act 2018, 157(5)(a)": {("amount", '"17500000 GBP"'), ("percent", "4")},
        "Data Protection Act 2018, 157(4), 157(5)(a)": {
            ("amount", '"17500000 GBP"'),
            ("percent", "4"),
        },
    },
    "bipa": {
        "740 ILCS 14/15(a)": {("last_interaction_months", "36")},
        "735 ILCS 5/13-205": {("kept_months", "60")},
        "5 ILCS 70/1.11": {("days_off", '["saturday", "sunday"]')},
        "755 ILCS 5/11-1": {("age_least", "18"), ("age_most", "18")},
        "740 ILCS 14/20(a)(1)": {("amount", '"1000 USD"')},
        "740 ILCS 14/20(a)(2)": {("amount", '"5000 USD"')},
    },
    "au_privacy": {
        "APP 12.4(a)(ii)": {("days", "30")},
        "Acts Interpretation Act 1901, 36(2)": {("days_off", '["saturday", "sunday"]')},
        "Regulatory Powers (Standard Provisions) Act 2014, 82(2)": {("kept_months", "72")},
        "Privacy Act 26WH(2)(b)": {("breach_days", "30")},
        "the Act sets none": {("age_least", "18"), ("age_most", "18")},
        "Privacy Act 13G(3)(a)": {("amount", '"50000000 AUD"')},
        "Privacy Act 13G(3)(c)": {("percent", "30")},
    },
    "ai_act": {
        "Regulation (EEC, Euratom) 1182/71, 3(4)": {("days_off", '["saturday", "sunday"]')},
        "AI Act 18(1)": {("kept_months", "120"), ("months", "120")},
        "AI Act 14(5)": {("people", "2")},
        "AI Act 19(1)": {("months", "6")},
        "AI Act 26(6)": {("months", "6")},
        "AI Act 73(2)": {("days", "15")},
        "AI Act 73(3)": {("days", "2")},
        "AI Act 73(4)": {("days", "10")},
        "AI Act 99(3)": {("amount", '"35000000 EUR"'), ("percent", "7")},
        "AI Act 99(4)": {("amount", '"15000000 EUR"'), ("percent", "3")},
        "AI Act 99(5)": {("amount", '"7500000 EUR"'), ("percent", "1")},
    },
}

SINCE = {
    "gdpr": {date(2018, 5, 25): "GDPR 99(2)"},
    "uk_gdpr": {date(2021, 1, 1): "European Union (W", date(2026, 2, 5): "SI 2026/82, 2"},
    "bipa": {date(2008, 10, 3): "Public Act 95-994", date(2024, 8, 2): "Public Act 103-0769"},
    "au_privacy": {
        date(2014, 3, 12): "Privacy Amendment (Enhancing Privacy Protection) Act 2012",
        date(2018, 2, 22): "Privacy Amendment (Notifiable Data Breaches) Act 2017",
        date(
            2022, 12, 13
        ): "Privacy Legislation Amendment (Enforcement and Other Measures) Act 2022",
    },
    "ai_act": {
        date(2024, 8, 1): "AI Act 113, first sentence",
        date(2025, 2, 2): "AI Act 113(a)",
        date(2025, 8, 2): "AI Act 113(b)",
        date(2026, 8, 2): "AI Act 113, second sentence",
    },
}


def _text(regime: str) -> str:
    place = resources.files("licet.consent").joinpath("regimes", f"{regime}.toml")
    return place.read_text("utf-8")


@pytest.mark.parametrize("regime", FILES)
def test_each_figure_has_its_article(regime: str) -> None:
    said: dict[str, set[tuple[str, str]]] = {}
    for line in _text(regime).splitlines():
        found = _COUNTED.match(line)
        assert found or not _FIGURE.match(line), f"no law beside: {line}"
        if found is None:
            continue
        laws = [law for law in LAW[regime] if found["law"].startswith(law)]
        assert laws, f"an article that is not written down here: {line}"
        said.setdefault(max(laws, key=len), set()).add((found["key"], found["value"]))
    assert said == LAW[regime]


@pytest.mark.parametrize("regime", FILES)
def test_each_day_has_its_article(regime: str) -> None:
    days = re.findall(r"^valid_from = (\S+) +# (.+)$", _text(regime), re.MULTILINE)
    written = {date.fromisoformat(day): law for day, law in days}
    assert written.keys() == SINCE[regime].keys()
    assert all(law.startswith(SINCE[regime][day]) for day, law in written.items()), written
    rows = re.findall(r"^valid_from", _text(regime), re.MULTILINE)
    assert len(days) == len(rows), "a day without its law"


@pytest.mark.parametrize("regime", FILES)
def test_each_file_names_its_law_and_where_it_is_read(regime: str) -> None:
    data = tomllib.loads(_text(regime))
    assert data["name"] == regime
    assert data["title"]
    assert data["source"].startswith("https://")


@pytest.mark.parametrize(
    ("regime", "name", "amount", "percent", "per"),
    [
        ("gdpr", "order", "20000000 EUR", 4, Per.UNDERTAKING),
        ("gdpr", "duties", "10000000 EUR", 2, Per.UNDERTAKING),
        ("uk_gdpr", "order", "17500000 GBP", 4, Per.UNDERTAKING),
        ("bipa", "negligent", "1000 USD", 0, Per.PERSON),
        ("bipa", "reckless", "5000 USD", 0, Per.PERSON),
        ("au_privacy", "serious", "50000000 AUD", 30, Per.UNDERTAKING),
        ("ai_act", "prohibited", "35000000 EUR", 7, Per.UNDERTAKING),
    ],
)
def test_what_is_threatened_today(
    regime: str, name: str, amount: str, percent: int, per: Per
) -> None:
    found = penalties_on(regime, date(2026, 3, 2))[name]
    assert (found.amount, found.percent, found.per) == (read_money(amount), percent, per)


def test_a_penalty_counts_from_its_day() -> None:
    """Once for each violation until August 2024, once for each person since."""
    before, after = (penalties_on("bipa", date(2024, 8, day))["reckless"] for day in (1, 2))
    assert (before.per, after.per) == (Per.VIOLATION, Per.PERSON)
    assert penalties_on("ai_act", date(2025, 8, 1)) == {}
    assert penalties_on("au_privacy", date(2022, 12, 12)) == {}


def test_duties_come_in_turn() -> None:
    """Since February 2025 no untargeted scraping; since August 2026 what is high-risk."""
    names = [
        {duty.name for duty in duties_on("ai_act", day)}
        for day in (date(2025, 2, 1), date(2025, 2, 2), date(2026, 8, 1), date(2026, 8, 2))
    ]
    first = {"no_untargeted_scraping", "literacy"}
    assert names[:3] == [set(), first, first]
    assert names[3] > first | {"logging", "two_verifiers", "logs_kept_by_deployer"}
    assert all(duty.article.startswith("AI Act ") for duty in duties_on("ai_act", date(2027, 1, 1)))


def test_only_the_law_on_machines_has_duties_of_its_own() -> None:
    assert [len(duties_on(regime, date(2027, 1, 1))) > 0 for regime in FILES] == [
        regime == "ai_act" for regime in FILES
    ]
    for read in (duties_on, penalties_on):
        with pytest.raises(BadInput, match="no regime moon"):
            read("moon", date(2026, 1, 1))


def test_ages_are_within_what_the_regime_allows() -> None:
    """GDPR 8(1): no State above 16 or below 13; elsewhere the age that its own law says."""
    day = date(2026, 3, 2)
    ages = tomllib.loads(resources.files("licet.consent").joinpath("ages.toml").read_text("utf-8"))
    union = {row["territory"] for row in ages["age"]} - {"GB"}
    for regime, places in (
        ("gdpr", union),
        ("uk_gdpr", {"GB"}),
        ("bipa", {"US"}),
        ("au_privacy", {"AU"}),
    ):
        terms = terms_on(regime, day)
        found = {place: consent_age(Territory(place), day) for place in places}
        assert all(terms.age_least <= age <= terms.age_most for age in found.values()), found


def test_what_is_kept_is_kept_long_enough() -> None:
    """AI Act 19(1), 26(6): the record of who searched outlives a person's erasure by as much."""
    months = {duty.months for duty in duties_on("ai_act", date(2026, 8, 2)) if "logs" in duty.name}
    assert months == {6}
    starts = [date(2026, month, 1) for month in range(1, 13)]
    assert all(day + ACCOUNT_TERM >= add_months(day, 6) for day in starts)


def test_the_breach_register_runs_as_long_as_the_law_says() -> None:
    """GDPR 33(1), UK GDPR 33(1): both 72 hours, so one clock serves them."""
    for regime in ("gdpr", "uk_gdpr"):
        hours = terms_on(regime, date(2026, 3, 2)).breach_hours
        assert timedelta(hours=hours) == NOTIFY_WITHIN
