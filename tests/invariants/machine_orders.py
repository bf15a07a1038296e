"""Random histories in which authorities order too, and the worker carries their orders out."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from licet.rights.ordering import Registered, confirm, register
from licet.terms.ids import OrderId, SubjectId
from licet.terms.order import ClauseKind, ClauseWish, DataKind, OrderScope
from tests.fakes.ordering import an_order
from tests.invariants.acts import Cut
from tests.invariants.house import ARCHIVE
from tests.invariants.known import OVER, BlockKnown
from tests.invariants.known_rights import OPEN, PACKED
from tests.invariants.machine import crashes, picks
from tests.invariants.machine_rights import RightsHistory
from tests.invariants.raw import Leaf, Picture

DATA = (
    frozenset(DataKind),
    frozenset({DataKind.PEOPLE}),
    frozenset({DataKind.TEMPLATES}),
    frozenset({DataKind.PROBES}),
)
MOST = 4
"""Orders in one history: each one blocks people, and nothing much happens after many."""


@dataclass
class OrderKnown:
    """An order as somebody outside knows it: whom it names, what it wants, who confirmed it."""

    people: frozenset[str]
    data: frozenset[DataKind]
    confirmed: bool = False


class OrdersHistory(RightsHistory):
    """A deployment of which authorities demand things."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: dict[str, OrderKnown] = {}

    def check(self, fresh: bool = False) -> None:
        """An order that two confirmed may have been carried out by whoever came by."""
        ends = frozenset({DataKind.PEOPLE, DataKind.TEMPLATES})
        for order in self.orders.values():
            for subject in order.people if order.confirmed and order.data & ends else ():
                for grant in self.acts.known.of_subject(subject):
                    self.acts.known.may(grant.id, *OVER)
        super().check(fresh)

    def also(self, before: Picture, picture: Picture, new: list[Leaf]) -> None:
        super().also(before, picture, new)
        if not self.restored:
            answered_first(self.orders, before, picture, new)
            nobody_alone(self.orders, new)

    def worked(self) -> None:
        super().worked()
        if not self.restores:
            carried_out(self.orders, self.picture, self.house.now)

    @rule(
        pick=picks,
        many=st.booleans(),
        data=st.sampled_from(DATA),
        days=st.sampled_from((0, 20, 60)),
        confirmed=st.sampled_from((True, True, True, False)),
        crash=crashes,
    )
    @precondition(lambda self: len(self.orders) < MOST)
    def order(self, **how: Any) -> None:
        """An authority orders that somebody, or two people, are erased."""
        wanted = {self.subject(how["pick"] + n, "known", "erasing") for n in range(1 + how["many"])}
        people = frozenset(one for one in wanted if one is not None)
        if not people:
            return
        self.house.clock.go(minutes=1)
        wish = an_order(
            authority=f"authority {len(self.orders)}",
            document=hashlib.sha256(b"%d" % len(self.orders)).hexdigest(),
            scope=OrderScope(subjects=tuple(SubjectId(one) for one in sorted(people))),
            notified=self.house.clock().date(),
            clauses=(
                ClauseWish(ClauseKind.ANSWER_ACCESS, by=self._day(how["days"])),
                ClauseWish(ClauseKind.ERASE, by=self._day(how["days"]), data=how["data"]),
            ),
        )
        steward = self.house.at(ARCHIVE).who("steward")
        done = self.acts.tried(lambda app: register(app, steward, wish), how["crash"])
        if isinstance(done, Registered):
            self.orders[done.order] = OrderKnown(people, how["data"])
            for block, subject in zip(done.blocks, sorted(people), strict=True):
                self.acts.known.blocks[block] = BlockKnown(subject, None, True)
            if how["confirmed"]:
                self._confirm(done.order)
        self.check()

    @rule(pick=picks, crash=crashes)
    @precondition(lambda self: any(not one.confirmed for one in self.orders.values()))
    def confirm_order(self, pick: int, crash: int | None) -> None:
        """Two members let an order be carried out."""
        names = [name for name, one in self.orders.items() if not one.confirmed]
        self._confirm(names[pick % len(names)], crash)
        self.check()

    def _confirm(self, order: str, crash: int | None = None) -> None:
        two = self.house.at(ARCHIVE).who("steward", "officer")
        done = self.acts.tried(lambda app: confirm(app, two, OrderId(order)), crash)
        if done is not None or isinstance(done, Cut):
            # Cut short, it may have been confirmed: then it may be carried out.
            self.orders[order].confirmed = True

    def _day(self, days: int) -> Any:
        return (self.house.clock() + timedelta(days=days)).date()


def answered_first(
    orders: dict[str, OrderKnown], before: Picture, after: Picture, new: list[Leaf]
) -> None:
    """8. Nobody is erased for an order while an access request in its scope is open."""
    was = {row["id"]: row for row in before["request"] if row["state"] in OPEN}
    waiting = {
        row["subject"]
        for row in after["request"]
        if row["id"] in was and row["state"] in OPEN and row["kind"] in PACKED
    }
    for leaf in new:
        if leaf.kind in ("subject.erasing", "order.planned") and leaf.facts.get("data"):
            done_for = [one for name, one in orders.items() if leaf.names("order", name)]
            allowed = [one for one in done_for if one.people.isdisjoint(waiting)]
            assert allowed or not done_for, "8. somebody was erased before another was answered"


def nobody_alone(orders: dict[str, OrderKnown], new: list[Leaf]) -> None:
    """5. Nobody is erased for an order that two members did not confirm."""
    for leaf in new:
        if leaf.kind == "subject.erasing" and leaf.facts.get("cause") == "order":
            named = [one for name, one in orders.items() if leaf.names("order", name)]
            known = not named or any(one.confirmed for one in named)
            assert known, "5. somebody was erased by the word of one member"


def carried_out(orders: dict[str, OrderKnown], picture: Picture, now: int) -> None:
    """6. When the machine came by, nothing of whom an order names is left, and it is proved."""
    states = {row["id"]: row["state"] for row in picture["order"]}
    waiting = {r["subject"] for r in picture["request"] if r["state"] in OPEN}
    held = {
        grant
        for row in picture["hold"]
        if row["lifted_at"] is None and now < row["until"]
        for grant in json.loads(row["grants"])
    }
    for name, order in orders.items():
        theirs = {g["id"] for g in picture["grant"] if g["subject"] in order.people}
        if states.get(name) != "executing" or theirs & held or order.people & waiting:
            continue
        going = {s for s in order.people if picture.subjects[s]["state"] == "erasing"}
        assert going, f"an order is {states[name]} and nobody in it waits"
