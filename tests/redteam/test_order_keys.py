"""A dishonest operator counts people as erased whose keys nobody destroyed or looked for."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from licet.ledger.order import HeldBack, OrderStatement
from licet.ledger.order_entries import people_facts
from licet.terms.ledger import Entry, EntryKind
from tests.ledger.making import NOW
from tests.ledger.order_making import DAY, ORDER, OTHER, PLAN, Told, history, verdict_on

SECOND = "6f1c2e1a-0f0b-4c1d-9a5e-ffffffffffff"
UNLOOKED = (
    "people count as erased, and no key of theirs was destroyed and looked for: 2, plan " + SECOND
)
Forge = Callable[[Entry], Entry | None]


def _two_plans(forge: Forge = lambda one: one) -> list[Entry]:
    """Return the order's history with a second plan of two people, its steps as forged."""
    found = []
    for one in history():
        found.append(one)
        if ("plan", PLAN) not in one.objects:
            continue
        objects = tuple(
            (role, SECOND if named == PLAN else named)
            for role, named in one.objects
            if named != OTHER
        )
        again = replace(one, objects=objects)
        if one.kind is EntryKind.SUBJECT_ERASING:
            again = replace(again, facts=people_facts([(ORDER, 2)]))
        made = forge(again)
        found += [made] if made is not None else []
    return found


def _is(one: Entry, effect: str) -> bool:
    return dict(one.facts).get("effect") == effect


def _with(one: Entry, **facts: int) -> Entry:
    return replace(one, facts=tuple({**dict(one.facts), **facts}.items()))


def test_each_plan_that_did_its_work_holds() -> None:
    told = Told(_two_plans())
    assert told.statement.people == 5
    assert verdict_on(told.files()).problems == ()


@pytest.mark.parametrize("effect", ["check_keys", "shred_keys"])
def test_one_plan_does_not_do_for_another(effect: str) -> None:
    """The first plan destroyed its keys and looked for them; the second only counts."""
    entries = _two_plans(lambda one: None if _is(one, effect) else one)
    assert verdict_on(Told(entries).files()).problems == (UNLOOKED,)


def test_one_look_is_of_one_plan() -> None:
    """Else a single entry that names all of them would do."""
    entries = [
        replace(one, objects=(*one.objects, ("plan", SECOND))) if _is(one, "check_keys") else one
        for one in _two_plans(lambda one: None if _is(one, "check_keys") else one)
    ]
    (problem,) = verdict_on(Told(entries).files()).problems
    assert "looked for: 5, plan" in problem


@pytest.mark.parametrize("number", [0, 1])
def test_a_look_for_fewer_keys_than_people_is_none(number: int) -> None:
    def forge(one: Entry) -> Entry:
        looked = {"looked_for": number, "absent": number}
        return _with(one, **looked) if _is(one, "check_keys") else one

    assert verdict_on(Told(_two_plans(forge)).files()).problems == (
        f"plan {SECOND} counts 2 people as erased, and looked for {number} keys",
    )


@pytest.mark.parametrize(
    ("left", "named", "holds"),
    [
        ({"held": 2, "people": 2}, True, True),
        ({"held": 2, "people": 2}, False, False),
        ({"held": 2, "people": 0}, True, False),
        ({"held": 1, "people": 1}, True, False),
    ],
)
def test_only_a_hold_that_is_named_excuses_whom_it_keeps(
    left: dict[str, int], named: bool, holds: bool
) -> None:
    """They are still there, and the pack says which paper keeps them, and until when."""

    def kept(statement: OrderStatement) -> OrderStatement:
        hold = HeldBack("h-1", "cd" * 32, NOW + 100 * DAY)
        return replace(statement, left=tuple(sorted(left.items())), held=(hold,) if named else ())

    steps = {"check_keys", "shred_keys"}
    entries = _two_plans(lambda one: None if dict(one.facts).get("effect") in steps else one)
    problems = verdict_on(Told(entries, change=kept).files()).problems
    assert (not any("looked for" in one for one in problems)) is holds, problems
