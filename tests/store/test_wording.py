"""Words of the schema stand in every database's file; in a row they are found."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url

from licet.store.store import Store
from licet.store.wording import is_of_a_format, of_schema
from tests.store import things

WORD = b"organisation"


def test_what_stands_in_a_database_of_nobody_is_no_evidence(store_url: str, store: Store) -> None:
    """Table, column and index names, words of closed lists; no person's name is among them."""
    words = {WORD, b"territories", b"confirmed_by", b"restricted", b"ix_grant_subject"}
    strange = {b"Margarethe", b"margarethe@example.org", b"Organisation"}
    assert of_schema(words | strange) == words
    for word in words:
        assert store.columns_holding(word) == ()
    if store_url.startswith("sqlite"):
        data = Path(make_url(store_url).database or "").read_bytes()
        assert all(word in data for word in words)


@pytest.mark.parametrize("name", ["organisation", "Mx organisation", "organisation of it"])
def test_a_row_that_holds_the_word_is_found(store: Store, name: str) -> None:
    with store.unit() as unit:
        made = replace(things.an_organisation(), name=name)
        unit.governance.add_organisation(made)
        unit.sources.add(things.a_source(made.id, "a source", place=f"/photos/{name}/x"))
        subject = things.a_subject(sealed_identity=b"\x00" + name.encode() + b"\xff")
        unit.subjects.add(subject)
        unit.record(things.entry())
    assert set(store.columns_holding(WORD)) == {
        "organisation.name",
        "source.place",
        "subject.sealed_identity",
    }


@pytest.mark.parametrize(
    ("text", "format_s"),
    [
        (b'{"organisation":1}', True),
        (b'"kind":"organisation.added"', True),
        (b'["reason","no_organisation"]', True),
        (b"\x05organisation:ef8c1b1c-ffb3", True),
        (b"organisation", False),
        (b'"Mx organisation"', False),
        (b'"organisation of it"', False),
        (b"organisation:", False),
        (b"photos/organisation/1.jpg", False),
    ],
)
def test_a_word_of_a_format_is_told_from_a_name(text: bytes, format_s: bool) -> None:
    before, after = text.split(WORD)
    assert is_of_a_format(before, after) is format_s
