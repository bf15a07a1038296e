"""What is said of an authority's order, in sentences and tables."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING

from licet.cli.output import Grid, count
from licet.terms.order import (
    OF_ONE,
    TOGETHER,
    ClauseKind,
    OrderScope,
    OrderState,
    OrderWish,
    Reached,
)
from licet.terms.when import to_text

if TYPE_CHECKING:
    from licet.rights.ordering import Confirmed, Registered
    from licet.rights.viewing import ClauseLine, OrderPage

Line = str | Grid

_STORES = {
    "people": "people in its scope",
    "grants": "grants of theirs",
    "templates": "templates under those",
    "suggestions": "suggestions under those",
    "items": "items from sources in its scope",
    "probes": "probes of searches that listed them",
    "sources": "sources in its scope",
    "waiting": "open access requests, answered first",
    "held": "people of whom a legal hold keeps something",
}


def said_registered(wish: OrderWish, done: "Registered") -> tuple[Line, ...]:
    """Say what was written down, what holds from now on, and what it reaches."""
    which = f"{wish.reference} of {wish.authority}, version {wish.version}"
    lines: list[Line] = [f"Registered {which}: {done.state.value} ({done.order})."]
    if done.blocks:
        lines.append(f"{count(len(done.blocks), 'block')} placed; nobody is erased by that.")
    if done.superseded:
        lines.append(f"It takes the place of {count(len(done.superseded), 'earlier version')}.")
    if done.found is not None:
        lines.append(counts(done.found, exact=done.exact))
    if done.state is not OrderState.PROPOSED:
        lines.append(f"Two members confirm it: licet order confirm {done.order}")
    return tuple(lines)


def said_confirmed(done: "Confirmed") -> tuple[Line, ...]:
    """Say what two members let happen."""
    ended = count(len(done.superseded), "earlier version")
    if done.state is not OrderState.EXECUTING:
        return (f"Confirmed (entry {done.leaf}): {ended} ended. What was blocked stays blocked.",)
    more = (f"{ended} ended.",) if done.superseded else ()
    said = f"Confirmed (entry {done.leaf}). `licet worker` answers who waits, and then erases."
    return (said, *more)


def counts(reached: Reached, *, exact: bool) -> Grid:
    """Return what an order reaches as a table, zeros included."""
    named = ((one.name, getattr(reached, one.name)) for one in fields(Reached))
    rows = tuple((_number(name, found, exact=exact), _STORES[name]) for name, found in named)
    return Grid(("count", "what the order reaches"), rows, "")


def terms(named: Iterable[tuple[ClauseKind, datetime]]) -> Grid:
    """Return clauses with their last days as a table."""
    rows = tuple((str(n), kind.value, day(due)) for n, (kind, due) in enumerate(named, start=1))
    return Grid(("clause", "demands", "until"), rows, "")


def said_page(page: "OrderPage") -> tuple[Line, ...]:
    """Say all of one order, and what is to be done next."""
    line = page.line
    head = f"{line.reference} of {line.authority}, version {line.version}: {line.state.value}"
    lines: list[Line] = [
        f"{head} ({line.id}).",
        f"  notified: {line.notified.isoformat()}; reaches: {scope(page.scope)}",
        f"  the pack goes to: {page.contact or 'unknown: register the same file again'}",
        _clauses(page.clauses),
    ]
    if page.found:
        rows = tuple(
            (_number(name, number, exact=page.exact), _STORES.get(name, name))
            for name, number in page.found
        )
        lines.append(Grid(("count", "what it reached when it was registered"), rows, ""))
    if page.plans:
        people = sum(one.people for one in page.plans)
        lines.append(f"{people} of its people are in {count(len(page.plans), 'erasing plan')}.")
    waiting, held = (
        _number(name, getattr(page, name), exact=page.exact) for name in ("waiting", "held")
    )
    if page.waiting or not page.exact:
        what = "open access request" if waiting == "1" else "open access requests"
        lines.append(f"{waiting} {what} in its scope: answered first.")
    if page.held or not page.exact:
        lines.append(f"A legal hold keeps something of {held} of its people.")
    return (*lines, _next(page))


def scope(named: OrderScope) -> str:
    """Say whom and what an order reaches."""
    if named.everything:
        return "everybody and everything"
    parts = (
        ", ".join(named.territories),
        count(len(named.sources), "source") if named.sources else "",
        f"{len(named.subjects)} named people" if named.subjects else "",
    )
    return "; ".join(part for part in parts if part)


def _number(store: str, found: object, *, exact: bool) -> str:
    """Say a count: as it is, or within which ten it lies."""
    if exact or store not in OF_ONE or not isinstance(found, int):
        return str(found)
    return f"{found} to {found + TOGETHER - 1}" if found else f"fewer than {TOGETHER}"


def day(moment: datetime) -> str:
    """Return a moment's day."""
    return moment.date().isoformat()


def until(due: datetime | None, *, late: bool) -> str:
    """Return a last day, and say when it is over."""
    if due is None:
        return ""
    return f"{day(due)} LATE" if late else day(due)


def _clauses(clauses: "tuple[ClauseLine, ...]") -> Grid:
    rows = tuple(
        (
            str(one.n),
            one.kind.value,
            ", ".join(kind.value for kind in one.data),
            until(one.due, late=one.late),
            "" if one.done_at is None else f"met {to_text(one.done_at)[:10]}",
        )
        for one in clauses
    )
    red = frozenset(n for n, one in enumerate(clauses) if one.late)
    return Grid(("clause", "demands", "of which data", "until", ""), rows, "", red)


def _next(page: "OrderPage") -> str:
    order = page.line.id
    match page.line.state:
        case OrderState.PROPOSED:
            return "It binds nobody yet. When it does, register its next version."
        case OrderState.FINAL:
            return f"Next: two members confirm it: licet order confirm {order}"
        case OrderState.EXECUTING:
            return "Next: `licet worker` carries it out."
        case OrderState.PROVED:
            return f"Next: licet order pack {order}"
        case OrderState.SENT:
            return f"Its pack was sent ({page.pack[:16]}). Next: licet order close {order}"
        case OrderState.APPEALED:
            return "It does not bind. What was blocked stays blocked."
        case OrderState.SUPERSEDED:
            return "A later version took its place. What was blocked stays blocked."
        case OrderState.CLOSED:
            return "It is closed. What was blocked stays blocked until it is lifted."
