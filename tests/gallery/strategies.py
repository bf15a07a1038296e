"""Draws grants, rows, scopes and thresholds where a gallery could go wrong."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import strategies as st

from licet.terms.gallery import Row, Scope, Slot
from licet.terms.ids import GrantId, PurposeId, SubjectId
from tests.gallery.making import (
    ARCHIVE,
    BOTH,
    CLEARING,
    DIMENSION,
    EAST,
    HOUR,
    NOW,
    RELIEF,
    TRACING,
    WEST,
    key,
    row,
    scope,
    slot,
    template,
)

GRANTS = range(1, 9)
ROWS = range(101, 141)
TICK = timedelta(microseconds=1)

moments = st.sampled_from([NOW - HOUR, NOW - TICK, NOW, NOW + TICK, NOW + HOUR])
organisations = st.sampled_from([ARCHIVE, ARCHIVE, RELIEF, None])
sources = st.sampled_from([None, EAST, WEST])
purposes = st.sampled_from([CLEARING, CLEARING, TRACING])
grant_ids = st.sampled_from(GRANTS).map(lambda number: GrantId(key(number)))

# Where a plane turns over, where the scale rounds, where int16 ends.
edges = st.sampled_from(
    [0, 1, -1, 127, 128, 129, -127, -128, -129, 255, 256, 257, -256, 32767, -32767, -32768, 16384]
)
near = st.integers(-1, 1)
small = st.integers(-300, 300)
plain = st.integers(-32768, 32767)


@st.composite
def values(draw: st.DrawFn) -> tuple[int, ...]:
    """Features: extreme, small, random, or one step from a fixed template (near ties)."""
    kind = draw(st.sampled_from(["edges", "near", "near", "small", "plain", "equal"]))
    if kind == "near":
        steps = draw(st.lists(near, min_size=DIMENSION, max_size=DIMENSION))
        return tuple(9000 + step for step in steps)
    if kind == "equal":
        return (draw(edges),) * DIMENSION
    one = {"edges": edges, "small": small, "plain": plain}[kind]
    return tuple(draw(st.lists(one, min_size=DIMENSION, max_size=DIMENSION)))


templates = values().map(lambda found: template(*found))


@st.composite
def slots(draw: st.DrawFn) -> Slot:
    """A grant of any organisation, purpose, source and window; four subjects share eight."""
    return slot(
        draw(st.sampled_from(GRANTS)),
        subject=draw(st.integers(1, 4)),
        organisation=draw(organisations),
        purpose=draw(purposes),
        source=draw(sources),
        usable=draw(st.sampled_from([True, True, True, False])),
        not_before=draw(st.sampled_from([NOW - HOUR, NOW - HOUR, NOW, NOW + TICK])),
        expires=draw(st.sampled_from([NOW + HOUR, NOW + HOUR, NOW, NOW + TICK])),
    )


@st.composite
def rows(draw: st.DrawFn, grants: Sequence[int] = GRANTS) -> Row:
    """A reference or an appearance. The grant goes with the id, so that ids stay put."""
    number = draw(st.sampled_from(ROWS))
    grant = grants[number % len(grants)]
    return row(number, grant, *draw(values()), seen=draw(st.none() | moments))


@st.composite
def scopes(draw: st.DrawFn) -> Scope:
    """A scope in which any part may bind."""
    some = st.frozensets(grant_ids, max_size=4)
    named = draw(st.none() | st.none() | some)
    across = named is not None and draw(st.booleans())
    return scope(
        at=draw(st.sampled_from([NOW, NOW, NOW - HOUR, NOW + TICK])),
        organisation=draw(st.sampled_from([ARCHIVE, RELIEF])),
        purposes=draw(
            st.sampled_from([{CLEARING}, {CLEARING, TRACING}, {PurposeId("none@1")}]).map(frozenset)
        ),
        kinds=draw(st.sampled_from([BOTH, BOTH, *(frozenset({kind}) for kind in BOTH)])),
        source=draw(sources),
        grants=named,
        without=draw(st.none() | st.integers(1, 5).map(lambda n: SubjectId(key(1_000_000 + n)))),
        any_organisation=across,
        seen_before=draw(st.none() | moments),
    )
