"""``letter.pdf`` of a pack: what was done about an order, for the people of an authority.

It says in their language what ``statement.json`` says, and no more: whoever wants proof has
the rest of the pack.
"""

import tomllib
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from licet.effects.letters import letter_language
from licet.effects.packing.saying import Saying
from licet.effects.paper import UNSHOWN, paper, part_of
from licet.ledger.order import COPIES, OrderStatement
from licet.ledger.order_doubts import answered_before
from licet.terms.letters import Sender
from licet.terms.lines import one_line
from licet.terms.order import Order


def letter(
    order: Order, statement: OrderStatement, at: datetime, sender: Sender, vkey: str
) -> bytes:
    """Return the letter, in the order's language. The same statement makes the same bytes.

    ``at`` is when the order was proved, ``vkey`` the ledger's public key.
    """
    w = words_of(letter_language(order.language))
    parts = {
        "title": w("letter", "title", reference=one_line(statement.reference)),
        "controller": one_line(sender.controller),
        "answer_to": [one for one in (sender.answer_to, sender.representative) if one],
        "language": w.language,
        "date": w.day(at),
        "opening": _opening(w, order, statement),
        "parts": [
            _clauses(w, statement),
            _reached(w, statement),
            part_of(w("letter", "done"), lines=_done(w, statement)),
            part_of(w("letter", "held"), _held(w, statement)),
            part_of(w("letter", "check"), (w("letter", "check_says"), vkey)),
            part_of(w("letter", "word"), (w("letter", "word_says"),)),
        ],
    }
    return paper(parts, at, w("letter", "unshown", sign=UNSHOWN))


@cache
def words_of(language: str) -> Saying:
    """Return the words of the letter in one of the languages that letters are written in."""
    place = resources.files("licet.effects.proving").joinpath("words", f"{language}.toml")
    return Saying(language, tomllib.loads(place.read_text("utf-8")))


def _opening(w: Saying, order: Order, statement: OrderStatement) -> list[str]:
    return [
        one_line(statement.authority),
        w(
            "letter",
            "about",
            reference=one_line(statement.reference),
            version=w.number(statement.record.version),
            decided=_date(w, order.decided.isoformat()),
            notified=_date(w, order.notified.isoformat()),
            registered=w.day(statement.record.registered_at),
        ),
        w("letter", "says"),
    ]


def _date(w: Saying, day: str) -> str:
    return w.day(datetime.fromisoformat(day))


def _clauses(w: Saying, statement: OrderStatement) -> dict[str, Any]:
    met = dict(statement.record.met)
    rows = [
        (
            f"{one.n}. {w('clause', one.kind.value)}",
            w.day(one.due),
            w.day(met[one.n]) if one.n in met else w("letter", "see_below"),
        )
        for one in statement.record.clauses
    ]
    header = (w("letter", "clause"), w("letter", "due"), w("letter", "met"))
    return part_of(w("letter", "ordered"), header=header, rows=rows)


def _reached(w: Saying, statement: OrderStatement) -> dict[str, Any]:
    left = dict(statement.left)
    rows = [
        (w("store", store), w.number(count), w.number(left.get(store, 0)))
        for store, count in statement.record.reached
    ]
    header = (w("letter", "store"), w("letter", "first"), w("letter", "now"))
    return part_of(w("letter", "reached"), (w("letter", "unknown"),), header=header, rows=rows)


def _done(w: Saying, statement: OrderStatement) -> Iterator[str]:
    """Yield what was done, in the order in which it was."""
    record, done = statement.record, statement.record.done
    yield w(
        "letter",
        "blocked",
        day=w.day(record.registered_at),
        entry=record.first,
        blocks=w.number(record.blocks),
        lifted=w.number(record.lifted),
    )
    if record.confirmed_at is not None:
        yield w("letter", "confirmed", day=w.day(record.confirmed_at))
    if answered := answered_before(record):
        first, last = answered[0], answered[-1]
        count = w.number(len(answered))
        days = {"first": w.day(first.at), "last": w.day(last.at)}
        yield w("letter", "answered", count=count, entry=last.entry, **days)
    else:
        yield w("letter", "nobody_waited")
    if record.erasing is not None:
        yield w("letter", "erased", people=w.number(statement.people), entry=record.erasing)
        yield w(
            "letter",
            "keys",
            keys=w.number(done.keys_destroyed),
            asked=w.number(done.keys_looked_for),
            left=w.number(done.keys_left),
        )
        yield w("letter", "looked", looks=w.number(done.looks), found=w.number(done.found))
    if done.scanned_at is not None:
        yield w("letter", "scanned", day=w.day(done.scanned_at))


def _held(w: Saying, statement: OrderStatement) -> list[str]:
    if not statement.held:
        return [w("letter", "nothing_held")]
    kept = dict(statement.left).get(COPIES, 0)
    return [
        *([w("letter", "held_copies", count=w.number(kept))] if kept else ()),
        *(
            w("letter", "held_says", number=one.hold, paper=one.instrument, until=w.day(one.until))
            for one in statement.held
        ),
    ]
