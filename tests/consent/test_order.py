"""The rules stand in the order that is written down, and each can stand alone."""

import re

import pytest

from licet.consent import decide as decision
from licet.consent.decide import ORDER
from licet.consent.reasons import Reason
from licet.consent.rules import (
    asking,
    cases,
    governance,
    governed,
    grants,
    kept,
    links,
    orders,
    rights,
    sourcing,
)
from licet.consent.rules.governed import DOERS, ROLES
from licet.terms.permit import Action, By, Facts
from licet.terms.source import SourceKind
from tests.consent import world as w
from tests.consent.acts import ACTS
from tests.consent.world import NOW

NAMES = re.compile(r"^([a-z_]+(?:, [a-z_]+)*): ")
FILES = (governed, governance, grants, kept, sourcing, cases, rights, asking, orders, links)


def written() -> dict[str, list[str]]:
    """Return the rules of each action as the prose of ``decide.py`` names them."""
    found: dict[str, list[str]] = {}
    for section in (decision.__doc__ or "").split("\n\n")[2:]:
        title, *lines = section.strip().split("\n")
        text = " ".join(line.strip() for line in lines)
        sentences = re.split(r"(?<=\.) (?=[a-z_]+(?:, [a-z_]+)*: )", text)
        listed = [NAMES.match(sentence) for sentence in sentences]
        assert all(listed), sentences
        found[title.split(",")[0].lower()] = [
            name for names in listed if names for name in names.group(1).split(", ")
        ]
    return found


def test_the_prose_and_the_code_keep_one_order() -> None:
    kept_order = {
        action.value: [rule.__name__ for rule in rules] for action, rules in ORDER.items()
    }
    assert written() == kept_order


def test_every_action_has_its_rules_doers_and_roles() -> None:
    assert set(ORDER) == set(DOERS) == set(ROLES) == set(Action)
    assert set(sourcing.CONTROLS) == set(SourceKind)


def test_nobody_acts_alone_for_the_machine() -> None:
    """No search, review or picture is a worker's: nothing is decided about people by itself."""
    for action in (Action.SEARCH, Action.REVIEW, Action.SHOW, Action.GRANT, Action.CONFIRM):
        assert By.WORKER not in DOERS[action]


def test_every_rule_is_asked_somewhere() -> None:
    asked = {rule.__name__ for rules in ORDER.values() for rule in rules}
    public = {
        name
        for file in FILES
        for name, thing in vars(file).items()
        if callable(thing)
        and getattr(thing, "__module__", "") == file.__name__
        and not name.startswith("_")
    }
    assert public == asked


def test_every_rule_says_its_number() -> None:
    for rules in ORDER.values():
        for rule in rules:
            assert re.match(r"\d+\. ", rule.__doc__ or ""), rule.__name__


NEEDS_NOTHING = {
    # These look at the ask alone,
    "doer",
    "fpir_for_collecting",
    "fpir_for_searching",
    "paper_named",
    "release_named",
    "place_covered",
    # or against facts that are there.
    "request_behind",
    "photo_accepted",
    "contact_free",
    "case_reached",
    "guardian_signed",
    "nothing_blocked",
    "nothing_holds",
    "officer_looked",
    "source_of_organisation",
    "territory_open",
    "unmarked",
    "vital",
    "witnessed",
    "purpose_asked_by",
    "by_link",
    "agreement_behind",
}


@pytest.mark.parametrize("name", [name for name, act in ACTS.items() if act.ask.by is By.MEMBER])
def test_a_rule_that_needs_a_fact_says_so_wherever_it_stands(name: str) -> None:
    ask = ACTS[name].ask
    empty = Facts(head_size=0, readiness=w.READY)
    for rule in ORDER[ask.action]:
        found = rule(ask, empty, NOW)
        if rule.__name__ in NEEDS_NOTHING | {"deployment_ready", "own_grant", "on_behalf"}:
            continue
        assert isinstance(found, Reason), rule.__name__


def test_a_rule_about_members_is_silent_when_nobody_acts_as_one() -> None:
    for name in ("confirm", "enrol oneself", "withdraw", "search oneself", "show oneself"):
        act = ACTS[name]
        for rule in ORDER[act.ask.action]:
            assert rule(act.ask, act.facts, NOW) is None, rule.__name__
