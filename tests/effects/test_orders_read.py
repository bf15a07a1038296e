"""An order as text: read with the line of what is wrong, and spelled so that it reads back."""

import json
import tomllib
from datetime import date, timedelta

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.consent.regimes import FILES
from licet.effects.ordering.example import example
from licet.effects.ordering.reading import MOST_PEOPLE, WRITTEN, read_order, spell_order
from licet.terms.errors import BadInput
from licet.terms.ids import SourceId, SubjectId, Territory
from licet.terms.money import Money
from licet.terms.order import (
    ClauseKind,
    ClauseWish,
    DataKind,
    OrderScope,
    OrderState,
    OrderWish,
    PenaltyTerms,
)
from licet.terms.territories import TERRITORIES
from tests.fakes.ordering import PAPER, an_order
from tests.gates.tree import ROOT

ORDER = f"""\
authority = "Data Protection Office"
reference = "2026-014"
version = 1
state = "final"
decided = 2026-02-20
notified = 2026-02-27
regime = "gdpr"
language = "fr"
contact = "orders@authority.example"
document = "{PAPER}"

[scope]
territories = ["FR"]

[[clauses]]
kind = "stop_collecting"

[[clauses]]
kind = "erase"
months = 2

[penalties]
fine = "20000000 EUR"
per_day = "100000.00 EUR"
"""


def test_the_example_reads_as_the_order_it_states() -> None:
    assert read_order(ORDER.encode()) == an_order()


WRONG = [
    ("version = 1", "version = 0", "line 3: version"),
    ("version = 1", 'version = "1"', "line 3: version"),
    ("version = 1", "version = true", "line 3: version"),
    ("version = 1\n", "", "version is missing"),
    ('"final"', '"closed"', "line 4: state says closed"),
    ('"final"', '"finale"', "line 4: state says finale"),
    ("decided = 2026-02-20", 'decided = "2026-02-20"', "line 5: decided"),
    ("decided = 2026-02-20", "decided = 2026-02-20T10:00:00", "line 5: decided"),
    ("decided = 2026-02-20", "decided = 2026-02-28", "line 6: notified"),
    ("notified = 2026-02-27\n", "", "notified is missing"),
    ("notified = 2026-02-27", "notified = 2026-02-27\npublished = 2026-01-01", "line 7: published"),
    ('"gdpr"', '"hipaa"', "line 7: regime"),
    ('"fr"', '"it"', "line 8: language"),
    ('contact = "orders@authority.example"', 'contact = " "', "line 9: contact"),
    ('"Data Protection Office"', f'"{"x" * 201}"', "line 1: authority"),
    ('"Data Protection Office"', '"Data\\nOffice"', "line 1: authority"),
    (f'document = "{PAPER}"', 'document = "abc"', "line 10: document"),
    (f'document = "{PAPER}"\n', "", "document is missing"),
    ('["FR"]', '["FR", "FR"]', "line 13: scope.territories"),
    ('["FR"]', '["fr"]', "line 13: scope.territories names fr"),
    ('["FR"]', '"FR"', "line 13: scope.territories"),
    ('["FR"]', "[]", "the scope names"),
    ('["FR"]', '["FR"]\neverything = true', "the scope names"),
    ('["FR"]', '["FR"]\neverything = 1', "line 14: scope.everything"),
    ('["FR"]', '["FR"]\npeople = []', "line 14: scope.people"),
    ('kind = "stop_collecting"', 'kind = "stop"', "line 16: clauses[1].kind says stop"),
    ('kind = "stop_collecting"', 'data = ["photos"]', "line 15: clauses[1].kind is missing"),
    (
        'kind = "stop_collecting"',
        'kind = "stop_use"\ndata = ["photos"]',
        "line 17: clauses[1].data belongs",
    ),
    ("months = 2", "months = 0", "line 20: clauses[2].months"),
    ("months = 2", "months = 121", "line 20: clauses[2].months"),
    ("months = 2", "months = 2\nby = 2026-05-01", "line 21: clauses[2].by"),
    ("months = 2", "by = 2026-02-26", "line 20: clauses[2].by"),
    ("months = 2", 'data = ["names"]', "line 20: clauses[2].data says names"),
    ("months = 2", "data = []", "line 20: clauses[2].data is empty"),
    ("months = 2", "weeks = 2", "line 20: clauses[2].weeks is not known"),
    ('"20000000 EUR"', '"20,000,000 EUR"', "line 23: penalties.fine"),
    ('"20000000 EUR"', '"0 EUR"', "line 23: penalties.fine"),
    ('"20000000 EUR"', '"1.005 EUR"', "line 23: penalties.fine"),
    ('"20000000 EUR"', '"20000000 USD"', "in several currencies"),
    ('"20000000 EUR"', '"99999999999999999999 EUR"', "line 23: penalties.fine"),
    ("[penalties]", "[fees]", "line 22: fees is not known"),
    ("[scope]", "[[scope]]", "scope is not a table"),
    ("version = 1", "version = = 1", "at line 3"),
]


@pytest.mark.parametrize(("here", "there", "says"), WRONG)
def test_what_is_wrong_is_named_with_its_line(here: str, there: str, says: str) -> None:
    assert here in ORDER
    with pytest.raises(BadInput) as refused:
        read_order(ORDER.replace(here, there, 1).encode())
    assert says in refused.value.what
    assert refused.value.remedy


def test_clauses_are_there_and_not_without_number() -> None:
    head = ORDER[: ORDER.index("[[clauses]]")]
    for text in (head, head + '[[clauses]]\nkind = "stop_use"\n' * 41):
        with pytest.raises(BadInput, match="clauses"):
            read_order(text.encode())


def test_only_so_many_people_are_named() -> None:
    people = ", ".join(f'"{n}"' for n in range(MOST_PEOPLE + 1))
    with pytest.raises(BadInput, match="subjects"):
        read_order(ORDER.replace('territories = ["FR"]', f"subjects = [{people}]").encode())


def test_the_paper_is_named_by_the_file_or_beside_it() -> None:
    without = ORDER.replace(f'document = "{PAPER}"\n', "").encode()
    assert read_order(without, PAPER) == an_order()
    assert read_order(ORDER.encode(), PAPER) == an_order()
    assert read_order(without, needs_paper=False) == an_order(document="")
    with pytest.raises(BadInput, match="another paper"):
        read_order(ORDER.encode(), "ab" * 32)


def test_a_file_of_another_kind_is_no_order() -> None:
    with pytest.raises(BadInput, match="UTF-8"):
        read_order(b"%PDF-1.7\xff\xfe")


_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=40
)
_DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))


@st.composite
def _wishes(draw: st.DrawFn) -> OrderWish:
    decided = draw(_DAYS)
    notified = decided + timedelta(days=draw(st.integers(0, 400)))
    place = st.sampled_from(sorted(TERRITORIES))
    scope = OrderScope(
        tuple(draw(st.lists(place, unique=True, max_size=30))),
        tuple(SourceId(one) for one in draw(st.lists(_TEXT, unique=True, max_size=3))),
        tuple(SubjectId(one) for one in draw(st.lists(st.uuids().map(str), max_size=3))),
    )
    currency = draw(st.sampled_from(["EUR", "JPY", "GBP"]))
    money = st.none() | st.builds(Money, st.integers(1, 2**40), st.just(currency))
    return an_order(
        authority=draw(_TEXT),
        reference=draw(_TEXT),
        version=draw(st.integers(1, 99)),
        state=draw(st.sampled_from(WRITTEN)),
        decided=decided,
        notified=notified,
        published=draw(st.none() | st.just(notified)),
        scope=scope,
        clauses=tuple(draw(st.lists(_clauses(notified), min_size=1, max_size=5))),
        penalties=PenaltyTerms(draw(money), draw(money), draw(money)),
    )


def _clauses(notified: date) -> st.SearchStrategy[ClauseWish]:
    terms = st.sampled_from([(None, None), (3, None), (None, notified + timedelta(days=9))])
    data = st.frozensets(st.sampled_from(DataKind), min_size=1)

    def made(kind: ClauseKind, term: tuple[int | None, date | None], data: object) -> ClauseWish:
        destroys = data if kind is ClauseKind.ERASE else frozenset[DataKind]()
        return ClauseWish(kind, *term, destroys)  # type: ignore[arg-type]

    return st.builds(made, st.sampled_from(ClauseKind), terms, data)


@given(_wishes())
def test_what_is_spelled_reads_back(wish: OrderWish) -> None:
    """Whatever an order says: a form writes what a file would have said."""
    assert read_order(spell_order(wish).encode()) == wish


def test_a_scope_of_parts_is_never_spelled_as_everything() -> None:
    everything = an_order(scope=OrderScope())
    assert "everything = true" in spell_order(everything)
    assert read_order(spell_order(everything).encode()).scope.everything
    assert "everything" not in spell_order(an_order(scope=OrderScope((Territory("FR"),))))
    assert OrderState.CLOSED not in WRITTEN


PAGE = ROOT / "docs/formats/order.md"
SCHEMA = ROOT / "docs/formats/order.schema.json"


def test_the_page_shows_the_example_that_is_printed() -> None:
    """And it states an order that can be registered as it is."""
    shown = PAGE.read_text("utf-8").split("```toml\n")[1].split("```")[0]
    assert shown == example(date(2026, 2, 27))
    wish = read_order(shown.encode(), PAPER)
    assert (wish.notified, len(wish.clauses)) == (date(2026, 2, 27), 5)
    assert wish.clauses[3].data == frozenset({DataKind.PEOPLE})


def test_the_schema_takes_what_is_read_and_nothing_else() -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    def holds(text: str) -> bool:
        return validator.is_valid(json.loads(json.dumps(tomllib.loads(text), default=str)))

    assert holds(ORDER)
    assert holds(example(date(2026, 2, 27)))
    assert holds(spell_order(an_order(scope=OrderScope())))
    for here, there in (
        ("version = 1", "version = 0"),
        ('"final"', '"closed"'),
        ('["FR"]', '["France"]'),
        ("months = 2", "months = 2\nby = 2026-05-01"),
        ("months = 2", "weeks = 2"),
        ('kind = "stop_collecting"', 'kind = "stop_use"\ndata = ["photos"]'),
        ('"20000000 EUR"', '"20,000,000 EUR"'),
        ("[penalties]", "[fees]"),
    ):
        assert not holds(ORDER.replace(here, there, 1)), there
    properties = schema["properties"]
    assert set(properties["regime"]["enum"]) == set(FILES)
    assert set(properties["state"]["enum"]) == {one.value for one in WRITTEN}
    kinds = properties["clauses"]["items"]["properties"]
    assert set(kinds["kind"]["enum"]) == {one.value for one in ClauseKind}
    assert set(kinds["data"]["items"]["enum"]) == {one.value for one in DataKind}
    assert properties["scope"]["properties"]["subjects"]["maxItems"] == MOST_PEOPLE


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 50_000])
def test_what_no_order_says_is_refused_and_no_defect(value: str) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_order(f"version = {value}".encode())
