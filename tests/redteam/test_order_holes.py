"""Packs of a dishonest operator, who writes the ledger and the statement as they like.

Each of these was whole, signed and proved to be in the ledger, and yet tells of an order
that was not carried out as it was ordered.
"""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest

from licet.effects.ordering.reading import read_order
from licet.ledger import pack
from licet.ledger.order import HeldBack
from licet.terms.errors import BadInput, Corrupt
from licet.terms.ledger import Entry, EntryKind
from licet.vault.locked import Opened
from tests.ledger.making import NOW
from tests.ledger.order_making import TEXT, Told, history, listed, verdict_on

Forge = Callable[[Entry], Entry | None]


def _forged(forge: Forge) -> tuple[str, ...]:
    """Return what is wrong with the pack of an order whose entries were written otherwise."""
    entries = [made for one in history() if (made := forge(one)) is not None]
    return verdict_on(Told(entries).files()).problems


def _with(entry: Entry, **facts: str | int) -> Entry:
    return replace(entry, facts=tuple({**dict(entry.facts), **facts}.items()))


def test_the_honest_pack_holds() -> None:
    assert _forged(lambda one: one) == ()


def test_nobody_is_erased_by_counting_them() -> None:
    """The plan was written down, and no step of it was ever done."""

    def forge(one: Entry) -> Entry | None:
        return None if one.kind is EntryKind.EFFECT_DONE else one

    (problem,) = _forged(forge)
    assert problem.startswith("people count as erased, and no key of theirs was destroyed")


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"clause_2": "stop_use"}, "clause 2 was registered otherwise than the text has it"),
        ({"clause_2": "erase:probes"}, "clause 2 was registered otherwise than the text has it"),
        (
            {"due_2": 1_800_000_000_000},
            "clause 2 was registered with a later last day than the text gives it",
        ),
        ({"named": 1}, "the scope was registered otherwise than the text has it"),
    ],
)
def test_what_is_registered_is_what_the_text_says(said: dict[str, str | int], problem: str) -> None:
    """The authority wrote to erase people, and something milder went into the ledger."""

    def forge(one: Entry) -> Entry:
        return _with(one, **said) if one.kind is EntryKind.ORDER_REGISTERED else one

    assert problem in _forged(forge)


def test_a_smaller_scope_is_seen() -> None:
    def forge(one: Entry) -> Entry:
        if one.kind is not EntryKind.ORDER_REGISTERED:
            return one
        return replace(one, objects=(*one.objects, ("territory", "MT")))

    assert "the scope was registered otherwise than the text has it" in _forged(forge)


def test_a_clause_that_was_never_registered_is_seen() -> None:
    def forge(one: Entry) -> Entry:
        if one.kind is not EntryKind.ORDER_REGISTERED:
            return one
        return replace(one, facts=tuple(f for f in one.facts if not f[0].endswith("_3")))

    assert "the text has 3 clauses, and 2 were registered" in _forged(forge)


def test_a_request_that_waited_is_named() -> None:
    """Two waited; one was never answered, and is left out of the names."""

    def forge(one: Entry) -> Entry:
        return _with(one, waiting=2) if one.kind is EntryKind.ORDER_FOUND else one

    assert _forged(forge) == ("2 requests waited when it was registered, and 1 are named",)


def test_who_was_refused_does_not_count_as_answered() -> None:
    def forge(one: Entry) -> Entry:
        answer = one.kind is EntryKind.REQUEST_DELIVERED
        return replace(one, kind=EntryKind.REQUEST_REFUSED) if answer else one

    entries = [forge(one) for one in history()]
    verdict = verdict_on(Told(entries).files())
    assert "of those requests, refused and not answered: 1" in verdict.proved
    assert not any("refused" in one for one in verdict_on(Told().files()).proved)


def test_what_an_order_reached_is_counted_before() -> None:
    without = [one for one in history() if one.kind is not EntryKind.ORDER_FOUND]
    never = Told(without)
    problems = verdict_on(never.files(chain=never.chain[-1:])).problems
    assert "no entry says what the order reached when it was registered" in problems
    entries = history()
    found = next(one for one in entries if one.kind is EntryKind.ORDER_FOUND)
    entries.remove(found)
    late = verdict_on(Told([*entries, found]).files()).problems
    assert "what the order reached was counted after people were erased for it" in late


def test_one_legal_hold_does_not_keep_everybody() -> None:
    """One person is held by a court, and three thousand others with them."""
    held = (HeldBack("h-1", "ab" * 32, NOW),)
    left = (("held", 1), ("people", 3000), ("templates", 9000))
    told = Told(change=lambda one: replace(one, held=held, left=left))
    assert verdict_on(told.files()).problems == (
        "the order still reached more people than the 1 whom a legal hold keeps",
    )
    honest = Told(change=lambda one: replace(one, held=held, left=(("held", 1), ("people", 1))))
    assert verdict_on(honest.files()).problems == ()
    named = Told(change=lambda one: replace(one, held=held, left=(("held", 0), ("people", 1))))
    assert not verdict_on(named.files()).ok


@pytest.mark.parametrize("more", [b"a = " + b"9" * 5000, b"a = " + b"[" * 5000])
def test_a_hostile_text_is_refused_in_words(more: bytes) -> None:
    """Neither is what a TOML reader itself complains of."""
    text = more + b"\n" + TEXT
    told = Told()
    record = replace(told.statement.record, text=sha256(text).hexdigest())
    files = told.files(statement=replace(told.statement, record=record))
    problems = verdict_on(listed({**files, pack.TEXT: text})).problems
    assert any("order.toml cannot be read" in one for one in problems)
    with pytest.raises(BadInput, match="far too long"):
        read_order(text)


def _zipped(how: int, name: str, data: bytes) -> BytesIO:
    out = BytesIO()
    with ZipFile(out, "w", how) as file:
        file.writestr(name, data)
    return out


def test_a_bomb_is_not_unpacked() -> None:
    """A hundred kilobytes that become a hundred megabytes are refused before one is read."""
    bomb = _zipped(ZIP_DEFLATED, "files.json", b" " * (100 * 2**20))
    assert len(bomb.getvalue()) < 2**17
    with pytest.raises(Corrupt, match="far more than such a file holds"):
        Opened(bomb)
    assert Opened(_zipped(ZIP_DEFLATED, "files.json", b" " * 2**20)).names == ("files.json",)


@pytest.mark.parametrize("how", [ZIP_LZMA, ZIP_BZIP2])
def test_only_our_own_ways_of_packing_are_read(how: int) -> None:
    """Others fail in ways of their own when they are damaged."""
    with pytest.raises(Corrupt, match="packed in a way"):
        Opened(_zipped(how, "files.json", b"{}"))
