"""A drill of an authority's order: from its registration to a pack that anybody verifies."""

import re
import time
from dataclasses import dataclass
from datetime import date
from email import message_from_bytes
from email.policy import default

from licet.drill.stage import DOMAIN, Stage, Step, allowed, must, populate, stage, who
from licet.effects.shelf import fresh_gallery
from licet.rights.intake import prove, receive
from licet.rights.ordering import close, confirm, register, sent
from licet.rights.proving import pack_of, require_pack
from licet.rights.viewing import list_orders
from licet.terms.acting import SUBJECT
from licet.terms.ids import OrderId, SubjectId, Territory
from licet.terms.order import (
    ClauseKind,
    ClauseWish,
    DataKind,
    OrderScope,
    OrderState,
    OrderWish,
    PenaltyTerms,
)
from licet.terms.rights import Proved, Received, RequestWish, RightKind
from licet.worker import run_once

SHARE = 10
"""One in so many people is in the order's scope."""

ELSEWHERE = Territory("ZZ")
"""A place that ISO 3166-1 leaves to its users: no order names it."""

_CODE = re.compile(r"^    ([A-Z2-9]{5} [A-Z2-9]{5})\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class OrderDrilled:
    """An order that was carried out in a drill: how many it reached, its steps, its pack."""

    people: int
    in_scope: int
    asking: int
    letters: int
    pack_bytes: int
    seconds: float
    steps: tuple[Step, ...]


def drill_order(territory: Territory, people: int, asking: int) -> OrderDrilled:
    """Try the whole way of an order to erase everybody in a territory.

    1. People, a tenth of them there; some of these ask for their data.
    2. The order is registered: what it names is blocked.
    3. Two members confirm it: those who asked are answered, then people are erased.
    4. The pack is written and verified as on a machine without this deployment; it is sent,
       and the order closed.
    5. Nobody outside the territory is touched.

    Raises ``LicetError`` where something did not go as it must.
    """
    begun = time.perf_counter()
    moments: dict[str, float] = {}

    def at(name: str) -> None:
        moments.setdefault(name, time.perf_counter())

    with stage(at) as made:
        inside = _fill(made, territory, people, asking)  # 1
        order = _register(made, territory, moments)  # 2
        letters = _carry_out(made, order, inside, moments)  # 3
        size = _prove(made, order)  # 4
        left = fresh_gallery(made.app).size()  # 5
        must(left == people - inside, f"{left} of {people - inside} other people are left")
        seconds = time.perf_counter() - begun
        return OrderDrilled(people, inside, asking, letters, size, seconds, tuple(made.steps))


def _fill(made: Stage, territory: Territory, people: int, asking: int) -> int:
    inside = max(people // SHARE, asking, 1)
    with made.step("people, some of whom ask for their data") as told:
        there = populate(made, inside, territory)
        populate(made, people - inside, ELSEWHERE)
        for subject in there[:asking]:
            _ask(made, subject)
        told.append(f"{people}, {inside} in {territory}, {asking} asking")
    return inside


def _ask(made: Stage, subject: SubjectId) -> None:
    """Let somebody ask for their data and give back the code of the letter."""
    person = who(subject)
    wish = RequestWish(RightKind.ACCESS, person.contact, person.name, "What do you keep of me?")
    asked = allowed(receive(made.app, SUBJECT, wish))
    must(isinstance(asked, Received), "a request was not taken in")
    if isinstance(asked, Received):
        done = prove(made.app, asked.request, _code(made, person.contact))
        must(isinstance(done, Proved), "a code was not taken")


def _code(made: Stage, contact: str) -> str:
    for data in made.letters():
        letter = message_from_bytes(data, policy=default)
        text = letter.get_body(("plain",))
        found = _CODE.search(text.get_content()) if text is not None else None
        if letter["To"] == contact and found is not None:
            return found[1]
    must(False, "a code did not arrive")
    return ""


def _register(made: Stage, territory: Territory, moments: dict[str, float]) -> OrderId:
    today = date(2026, 1, 5)
    wish = OrderWish(
        authority="Drill",
        reference="drill-1",
        version=1,
        state=OrderState.FINAL,
        decided=today,
        notified=made.app.clock().date(),
        published=None,
        regime="gdpr",
        language="en",
        contact=f"authority@{DOMAIN}",
        document="00" * 32,
        scope=OrderScope(territories=(territory,)),
        clauses=(
            ClauseWish(ClauseKind.STOP_COLLECTING),
            ClauseWish(ClauseKind.STOP_USE),
            ClauseWish(ClauseKind.ANSWER_ACCESS, months=1),
            ClauseWish(ClauseKind.ERASE, months=2, data=frozenset(DataKind)),
            ClauseWish(ClauseKind.PROVE, months=2),
        ),
        penalties=PenaltyTerms(),
    )
    began = time.perf_counter()
    with made.step("registered, and counted") as told:
        done = allowed(register(made.app, made.who("steward"), wish))
        must(done.found is not None and done.found.people > 0, "it reaches nobody")
        told.append(f"blocks placed: {len(done.blocks)}")
    blocked = moments["order.committed"] - began
    must(blocked < 1, f"the block took {blocked:.1f} s")
    made.steps.append(Step("of that, until the block held", blocked, ""))
    return done.order


def _carry_out(made: Stage, order: OrderId, inside: int, moments: dict[str, float]) -> int:
    before = len(made.letters())
    began = time.perf_counter()
    with made.step("confirmed by two, answered, erased, proved") as told:
        allowed(confirm(made.app, made.who("steward", "officer"), order))
        done = run_once(made.app)
        must(done.problems == () and not done.waiting, f"left undone: {done.problems}")
        letters = len(made.letters()) - before
        told.append(f"{inside} people, {letters} letters")
    for name, boundary in (
        ("of that, until all were answered", "order.planned"),
        ("of that, until the proof was in the ledger", "order.proved"),
    ):
        if boundary in moments:
            made.steps.append(Step(name, moments[boundary] - began, ""))
    (line,) = allowed(list_orders(made.app, made.who("officer")))
    must(line.state is OrderState.PROVED, f"the order is {line.state.value}")
    return letters


def _prove(made: Stage, order: OrderId) -> int:
    officer = made.who("officer")
    with made.step("the pack") as told:
        pack = allowed(pack_of(made.app, officer, order))
        told.append(f"{len(pack.data) / 1e3:.0f} kB")
    with made.step("verified as the authority does") as told:
        digest = require_pack(made.app, order, pack.data)
        must(digest == pack.sha256, "another pack was verified")
        told.append("it holds")
    with made.step("sent and closed"):
        allowed(sent(made.app, officer, order, pack.sha256))
        allowed(close(made.app, officer, order))
    return len(pack.data)
