"""Where data may lie: the area, decisions with their days, transfers that stand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from licet.consent.places import ALWAYS, adequate, covered, in_the_area, stands, unstated
from licet.terms.duties import Safeguard
from licet.terms.ids import Territory
from licet.terms.territories import TERRITORIES
from tests.consent.world import NOW, PLACES, SHA, TRANSFER


def test_the_area_is_the_unions_27_and_three_more() -> None:
    area = {place for place in TERRITORIES if in_the_area(place)}
    assert len(area) == 30
    assert {"IS", "LI", "NO", "FR", "IE"} <= area
    assert not {"GB", "CH", "US"} & area


@pytest.mark.parametrize(
    ("place", "day", "holds"),
    [
        ("CH", date(2000, 7, 25), False),
        ("CH", date(2000, 7, 26), True),
        ("JP", date(2019, 1, 22), False),
        ("US", date(2023, 7, 9), False),  # after Schrems II, before the framework
        ("US", date(2023, 7, 10), True),
        ("GB", date(2021, 6, 27), False),
        ("GB", date(2025, 12, 27), True),  # renewed before the first decision ran out
        ("GB", date(2031, 12, 26), True),
        ("GB", date(2031, 12, 27), False),
        ("CN", date(2026, 5, 4), False),
        ("FR", date(2026, 5, 4), False),  # it needs no decision
    ],
)
def test_a_decision_holds_from_a_day_until_a_day(place: str, day: date, holds: bool) -> None:
    assert adequate(Territory(place), day) is holds


def test_clauses_cover_their_own_territory_while_they_stand() -> None:
    clauses = replace(TRANSFER, territory=Territory("IN"), safeguard=Safeguard.STANDARD_CLAUSES)
    assert covered(Territory("IN"), (clauses,), NOW)
    assert not covered(Territory("CN"), (clauses,), NOW)
    assert not covered(Territory("IN"), (replace(clauses, ended_at=NOW),), NOW)
    assert not covered(Territory("IN"), (replace(clauses, digest="clauses"),), NOW)
    assert covered(Territory("FR"), (), NOW)


def test_adequacy_ends_with_its_decision() -> None:
    britain = replace(TRANSFER, territory=Territory("GB"))
    last = datetime(2031, 12, 27, tzinfo=UTC)
    assert stands(britain, last - timedelta(milliseconds=1))
    assert not stands(britain, last)
    assert stands(replace(britain, safeguard=Safeguard.BINDING_RULES, digest=SHA), last)


def test_what_nobody_stated_is_named() -> None:
    assert unstated(()) == ALWAYS
    assert unstated(PLACES) == frozenset()
