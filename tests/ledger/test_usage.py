"""Counting searches from entries: against a second count, written another way."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.ledger.leaf import decode, encode
from licet.ledger.tree import leaf_hash
from licet.ledger.usage import SUM, Period, Tally, Uses, month, uses_from_json, uses_to_json, year
from licet.terms.errors import BadInput, Corrupt
from licet.terms.ids import OrganisationId
from licet.terms.ledger import Entry, EntryKind, Leaf
from tests.exploring import examples

OURS, THEIRS = OrganisationId("6f1c-ours"), OrganisationId("6f1c-theirs")
MARCH = month("2026-03")
MOMENTS = st.sampled_from(
    (
        MARCH.start - timedelta(milliseconds=1),
        MARCH.start,
        datetime(2026, 3, 15, 12, tzinfo=UTC),
        MARCH.end - timedelta(milliseconds=1),
        MARCH.end,
    )
)


def _entry(kind: EntryKind, *parts: object, **facts: str | int) -> Entry:
    at, organisation, objects = parts
    assert isinstance(at, datetime)
    return Entry(
        kind,
        at,
        organisation,  # type: ignore[arg-type]
        objects=objects,  # type: ignore[arg-type]
        facts=tuple(facts.items()),
    )


@st.composite
def _entries(draw: st.DrawFn) -> Entry:
    """Give an entry about searching, or one that only looks like it."""
    at, whose = draw(MOMENTS), draw(st.sampled_from((OURS, THEIRS, None)))
    number, by = draw(st.integers(0, 3)), draw(st.sampled_from(("member", "subject")))
    named = (("case", f"case-{number}"), ("search", f"search-{draw(st.integers(0, 3))}"))
    match draw(st.integers(0, 4)):
        case 0:
            facts = {"candidates": number, "purpose": "family_tracing@1", "by": "member"}
            return _entry(EntryKind.SEARCHED, at, whose, named, **facts)
        case 1:
            state = draw(st.sampled_from(("lead", "verifying", "closed")))
            return _entry(EntryKind.REVIEWED, at, whose, named, state=state, by="member")
        case 2:
            return _entry(EntryKind.SHOWN, at, whose, (("item", "i"),), visible=1, by=by)
        case 3:
            action = draw(st.sampled_from(("search", "show")))
            reason = draw(st.sampled_from(("blocked", "no_case")))
            return _entry(EntryKind.REFUSED, at, whose, (), action=action, reason=reason)
        case _:
            return _entry(EntryKind.CASE_OPENED, at, whose, named[:1], by="member")


def _leaves(entries: list[Entry]) -> list[Leaf]:
    found = []
    for index, entry in enumerate(entries):
        data = encode(entry)
        found.append(Leaf(index, data, leaf_hash(data)))
    return found


def _again(entries: list[Entry], whose: OrganisationId) -> Uses:
    """Count from the entries themselves, one question at a time."""
    ours = [e for e in entries if e.organisation == whose and MARCH.start <= e.at < MARCH.end]
    lists = [dict(e.facts) for e in ours if e.kind is EntryKind.SEARCHED]
    no = [dict(e.facts) for e in ours if e.kind is EntryKind.REFUSED]
    no = [facts for facts in no if facts["action"] == "search"]
    reviews = [e for e in ours if e.kind is EntryKind.REVIEWED]
    leads = {dict(e.objects)["search"] for e in reviews if ("state", "lead") in e.facts}
    reasons = [str(facts["reason"]) for facts in no]
    shown = [e for e in ours if e.kind is EntryKind.SHOWN and ("by", "member") in e.facts]
    cases = {dict(e.objects)["case"] for e in ours if e.kind is EntryKind.SEARCHED}
    return Uses(
        searches=len(lists),
        empty=sum(facts["candidates"] == 0 for facts in lists),
        candidates=sum(int(facts["candidates"]) for facts in lists),
        cases=len(cases),
        reviews=len(reviews),
        leads=len(leads),
        shown=len(shown),
        refused=len(no),
        purposes=(("family_tracing@1", len(lists)),) if lists else (),
        reasons=tuple((why, reasons.count(why)) for why in sorted(set(reasons))),
    )


@settings(max_examples=examples(25))
@given(st.lists(_entries(), max_size=12))
def test_two_counts_agree(entries: list[Entry]) -> None:
    leaves = _leaves(entries)
    one, everybody = Tally(MARCH, OURS), Tally(MARCH)
    counted = [leaf for leaf in leaves if one.take(leaf)]
    for leaf in leaves:
        everybody.take(leaf)
    assert one.counted == counted
    assert one.uses(OURS) == everybody.uses(OURS) == _again(entries, OURS)
    told = dict(everybody.everybody())
    assert told.get(THEIRS, Uses()) == _again(entries, THEIRS)
    within = [entry for entry in entries if MARCH.start <= entry.at < MARCH.end]
    assert sum(dict(everybody.kinds()).values()) == len(within)


def test_a_year_also_counts_what_some_entries_say() -> None:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    tally = Tally(year("2026"))
    for how in ("code", "paper", "code"):
        (leaf,) = _leaves([_entry(EntryKind.GRANT_CONFIRMED, at, OURS, (), confirmed_by=how)])
        assert not tally.take(leaf)
    (leaf,) = _leaves([_entry(EntryKind.GRANT_ENDING, at, OURS, ())])
    tally.take(leaf)
    assert tally.told() == (
        ("grant.confirmed", "confirmed_by", "code", 2),
        ("grant.confirmed", "confirmed_by", "paper", 1),
    )
    assert tally.everybody() == ()


def test_a_year_adds_batches_up_and_counts_templates_not_entries() -> None:
    at, tally = datetime(2026, 5, 1, tzinfo=UTC), Tally(year("2026"))
    batch = {"items": 2, "faces": 5, "appearances": 1, "suggestions": 0, "root": "ab"}
    two = (("template", "t-1"), ("template", "t-2"), ("grant", "g"))
    entries = [
        _entry(EntryKind.COLLECTED, at, OURS, (), **batch),
        _entry(EntryKind.COLLECTED, at, OURS, (), **batch),
        _entry(EntryKind.TEMPLATE_DROPPED, at, OURS, two, cause="unlinked"),
        _entry(EntryKind.TEMPLATE_DROPPED, at, None, two[:1]),
    ]
    for leaf in _leaves(entries):
        tally.take(leaf)
    assert tally.told() == (
        ("collect.batch", "appearances", SUM, 2),
        ("collect.batch", "faces", SUM, 10),
        ("collect.batch", "items", SUM, 4),
        ("collect.batch", "suggestions", SUM, 0),
        ("template.dropped", "cause", "again", 1),
        ("template.dropped", "cause", "unlinked", 2),
    )


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-03", (2026, 3, 1), (2026, 4, 1)),
        ("2026-12", (2026, 12, 1), (2027, 1, 1)),
        ("2028-02", (2028, 2, 1), (2028, 3, 1)),
    ],
)
def test_a_month_ends_where_the_next_begins(
    text: str, start: tuple[int, int, int], end: tuple[int, int, int]
) -> None:
    expected = Period(text, datetime(*start, tzinfo=UTC), datetime(*end, tzinfo=UTC))
    assert month(text) == expected


def test_a_year_is_twelve_months() -> None:
    found = year("2026")
    assert (found.start, found.end) == (month("2026-01").start, month("2026-12").end)


@pytest.mark.parametrize("text", ["2026", "2026-13", "2026-3", "26-03", "", "2026-03 ", "x"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="month"):
        month(text)


@pytest.mark.parametrize("text", ["2026-03", "1026", "20266", ""])
def test_what_is_no_year_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="year"):
        year(text)


def test_a_count_is_read_as_it_was_written() -> None:
    uses = Uses(3, 1, 4, 2, 2, 1, 1, 2, (("a@1", 3),), (("blocked", 2),))
    assert uses_from_json(uses_to_json(uses)) == uses
    with pytest.raises(Corrupt):
        uses_from_json({**uses_to_json(uses), "searches": -1})


def test_the_entries_of_these_tests_are_entries() -> None:
    entry = _entry(EntryKind.SHOWN, MARCH.start, OURS, (("item", "i"),), by="member", visible=1)
    assert decode(encode(entry)) == entry


@pytest.mark.parametrize(
    "data",
    [
        b"nothing",
        b"[]",
        b'{"kind":"search.released"}',
        b'{"at":"2026-03-09T00:00:00.000Z","kind":"search.released","organisation":"o"}',
        b'{"at":7,"kind":"search.released"}',
    ],
)
def test_what_is_no_entry_is_told(data: bytes) -> None:
    with pytest.raises(Corrupt, match="entry 3 cannot be read"):
        Tally(MARCH).take(Leaf(3, data, leaf_hash(data)))


def test_a_period_begins_with_its_first_moment() -> None:
    found = [_leaves([_entry(EntryKind.CASE_OPENED, at, OURS, ())])[0] for at in (
        MARCH.start - timedelta(milliseconds=1), MARCH.start, MARCH.end,
    )]  # fmt: skip
    assert [Tally(MARCH).begins(leaf) for leaf in found] == [False, True, True]
    with pytest.raises(Corrupt, match="entry 3 cannot be read"):
        Tally(MARCH).begins(Leaf(3, b"[]", leaf_hash(b"[]")))
