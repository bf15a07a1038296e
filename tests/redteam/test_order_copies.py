"""A dishonest operator keeps photos that an authority wants destroyed, and says nothing of it."""

from dataclasses import replace

import pytest

from licet.ledger.order import HeldBack, OrderStatement
from licet.terms.ledger import Entry, EntryKind
from tests.ledger.making import NOW
from tests.ledger.order_making import DAY, ORDER, PLAN, Told, history, verdict_on

OWED = Entry(
    EntryKind.COPIES_OWED,
    NOW + 4 * DAY,
    objects=(("order", ORDER), ("plan", "p-owed"), ("copy", "c-1"), ("copy", "c-2")),
    facts=(("cause", "order"),),
)


def _told(*more: Entry, left: int, hold: bool) -> Told:
    """Return the order's history with more entries, and a statement that says so much of it."""
    entries = history()
    at = next(n for n, one in enumerate(entries) if ("plan", PLAN) in one.objects) + 1

    def said(statement: OrderStatement) -> OrderStatement:
        counts = dict(statement.left) | ({"copies": left} if left else {})
        held = (HeldBack("h-1", "cd" * 32, NOW + 100 * DAY),) if hold else ()
        return replace(statement, left=tuple(sorted(counts.items())), held=held)

    return Told([*entries[:at], *more, *entries[at:]], change=said)


def test_what_a_hold_keeps_back_is_counted_and_the_hold_named() -> None:
    verdict = verdict_on(_told(OWED, left=2, hold=True).files())
    assert verdict.problems == ()
    assert "copies of photos that stay because a legal hold needs them: 2" in verdict.proved


@pytest.mark.parametrize("left", [0, 1, 3])
def test_copies_that_were_kept_back_are_all_counted(left: int) -> None:
    problems = verdict_on(_told(OWED, left=left, hold=True).files()).problems
    assert problems == (
        f"copies of photos that were kept back: 2 by the entries, {left} are counted",
    )


def test_no_copy_is_kept_back_without_a_hold() -> None:
    problems = verdict_on(_told(OWED, left=2, hold=False).files()).problems
    assert problems == ("2 copies of photos were kept back, and no legal hold is named",)


def test_one_that_ended_since_is_not_kept_back() -> None:
    """The entry that it ended names the copy alone, and belongs to the order all the same."""
    gone = Entry(EntryKind.COPIES_ENDED, NOW + 5 * DAY, objects=(("copy", "c-1"),))
    told = _told(OWED, gone, left=1, hold=True)
    assert verdict_on(told.files()).problems == ()
    assert any(b"copy.ended" in leaf.data for leaf in told.counted)
