"""Letters to each of many people, so that whoever is killed sends hardly any of them twice.

Before anything of them is destroyed people are told who searched them; after it was done,
that an authority ordered it. Nobody's mailbox holds up what an authority ordered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from licet.app import App
from licet.effects.carrying.searched import surfacings
from licet.effects.letters import compose, sender_of
from licet.effects.plans import LEASE, Found
from licet.effects.sealed import (
    open_identity,
    open_part,
    open_part_letters,
    seal_part,
)
from licet.effects.telling import PATIENCE
from licet.terms.errors import BadInput, Busy, KeyAbsent, Setup
from licet.terms.granting import Message
from licet.terms.letters import HistoryLetter, OrderedLetter, Surfaced, ToldOrder
from licet.terms.order import OrderState
from licet.terms.payload import PartLettersPayload, PartPayload
from licet.terms.plan import Plan, WorkState

TOGETHER = 20
"""After so many letters it is noted how far they came."""

PROVED_FIRST = timedelta(days=1)

_PROVING = frozenset({OrderState.EXECUTING})

HISTORY_PATIENCE = timedelta(days=3)
"""How long a mail server that is down may delay what an authority ordered."""


@dataclass
class _Post:
    """One plan's letters: which are sent, and where it is noted how far they came."""

    app: App
    plan: Plan
    payload: PartPayload | PartLettersPayload
    until: datetime

    def send(self, letters: Sequence[Callable[[], Message]]) -> Found | None:
        """Send what was not sent yet; None to go on later, while there is time.

        A letter that no mail server ever takes is passed over: its address is none.
        """
        begun = self.payload.told + self.payload.untold
        for write in letters[begun:]:
            try:
                self.app.outbox.send(write())
            except BadInput:
                self._count(told=0)
            except (Busy, Setup):
                self._note()
                if self.app.clock() < self.until:
                    return None
                self._count(told=0)
            else:
                self._count(told=1)
        return (("told", self.payload.told), ("untold", self.payload.untold))

    def _count(self, *, told: int) -> None:
        payload = self.payload
        self.payload = replace(payload, told=payload.told + told, untold=payload.untold + 1 - told)
        if (self.payload.told + self.payload.untold) % TOGETHER == 0:
            self._note()

    def _note(self) -> None:
        """Note how far the letters came, and hold the plan for longer."""
        sealed = seal_part(self.app, self.plan.id, self.payload)
        with self.app.store.unit(bookkeeping=True) as unit:
            unit.plans.set_sealed(self.plan.id, sealed, bookkeeping=True)
            unit.plans.renew(self.plan.id, unit.now + LEASE)
        self.app.at("order.letters")


def deliver_histories(app: App, plan: Plan) -> Found | None:
    """Tell everybody whom a search surfaced by whom and for what, while it can be read."""
    try:
        payload = open_part(app, plan)
    except KeyAbsent:
        return (("told", 0), ("untold", 0))
    with app.store.read() as reader:
        surfaced = surfacings(app, reader, payload.people)
        known = reader.subjects.many(list(surfaced))
    sender = sender_of(app)
    letters: list[Callable[[], Message]] = []
    for person, searches in sorted(surfaced.items()):
        identity = open_identity(app, known.get(person))
        if identity is None or not identity.contact:
            continue
        said = tuple(
            Surfaced(
                one.search.at.date(), one.organisation.name, one.case.purpose, one.search.state
            )
            for one in searches
        )
        letter = HistoryLetter(sender, said)
        to, language = identity.contact, identity.language

        def write(
            letter: HistoryLetter = letter, to: str = to, language: str = language
        ) -> Message:
            return compose(letter, to, language)

        letters.append(write)
    return _Post(app, plan, payload, plan.created_at + HISTORY_PATIENCE).send(letters)


def tell_each(app: App, plan: Plan) -> Found | None:
    """Tell each person that an order was carried out, once it was: not before.

    What the authority waits for comes first: a day at most, and then they are told anyway.
    """
    try:
        payload = open_part_letters(app, plan)
    except KeyAbsent:
        return (("told", 0), ("untold", 0))
    with app.store.read() as reader:
        part = reader.plans.get(payload.part)
        now = reader.now
        orders = [reader.orders.get(one.order) for one in reader.orders.of_plan(payload.part)]
    if part is not None and part.state is WorkState.OPEN:
        return None
    proving = any(one is not None and one.state in _PROVING for one in orders)
    if proving and now < plan.created_at + PROVED_FIRST:
        return None
    known = ((one.authority, one.reference) for one in orders if one is not None and one.authority)
    told = tuple(ToldOrder(*one) for one in payload.orders or known)
    letter = OrderedLetter(sender_of(app), told, payload.data, now.date(), payload.part)

    def writing(to: str, language: str) -> Callable[[], Message]:
        return lambda: compose(letter, to, language)

    letters = [writing(*person) for person in payload.people]
    return _Post(app, plan, payload, plan.created_at + PATIENCE).send(letters)
