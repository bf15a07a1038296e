"""From an order to its pack: what was done is written for an authority, and holds."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO
from zipfile import ZipFile

import pytest
from jsonschema import Draft202012Validator

from licet.effects.proving.packing import Pack, schema, write_pack
from licet.effects.proving.stating import statement_again
from licet.ledger import pack as packs
from licet.ledger.verify import Verdict
from licet.ledger.verify_pack import verify_pack
from licet.rights import ordering
from licet.rights.ordering import Confirmed, Registered
from licet.rights.proving import pack_of, require_pack
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.ids import OrderId, Territory
from licet.terms.order import ClauseKind, ClauseWish, OrderState, OrderWish
from licet.terms.permit import Refusal
from licet.worker import run_once
from tests.effects.package_schema import DRAFT
from tests.fakes.asking import proves, writes
from tests.fakes.deployment import World
from tests.fakes.ordering import an_order
from tests.gates.tree import ROOT

TWO = ("officer", "steward")
ANSWER = ClauseWish(ClauseKind.ANSWER_ACCESS, months=2)


@dataclass
class Told:
    """A pack as a stranger has it, and what they find in it."""

    files: dict[str, bytes]

    @classmethod
    def of(cls, pack: Pack) -> "Told":
        with ZipFile(BytesIO(pack.data)) as file:
            return cls({name: file.read(name) for name in file.namelist()})

    def verdict(self, vkey: str | None = None, **trusted: object) -> Verdict:
        @contextmanager
        def opened(name: str) -> Iterator[BinaryIO]:
            yield BytesIO(self.files[name])

        return verify_pack(self.files, opened, vkey, **trusted)


def ordered(world: World, wish: OrderWish) -> OrderId:
    """Register an order and let two members confirm it."""
    done = ordering.register(world.app, world.who("steward"), wish)
    assert isinstance(done, Registered), done
    confirmed = ordering.confirm(world.app, world.who(*TWO), done.order)
    assert isinstance(confirmed, Confirmed), confirmed
    return done.order


@pytest.fixture
def proved(world: World) -> tuple[OrderId, OrderId]:
    """Two orders of two authorities over one person of two, who asked before."""
    world.enrolled("anna", residence=Territory("FR"))
    world.granted("bea", residence=Territory("DE"))
    proves(world, writes(world, "anna@example.org", photo_follows=False))
    clauses = (*an_order().clauses, ANSWER, ClauseWish(ClauseKind.PROVE, months=2))
    first = ordered(world, an_order(clauses=clauses))
    second = ordered(world, an_order(reference="2026-99", language="de", authority="BfDI"))
    done = run_once(world.app)
    assert done.problems == ()
    with world.app.store.read() as reader:
        states = {order.state for order in reader.orders.all()}
    assert states == {OrderState.PROVED}
    return first, second


def test_a_pack_proves_what_was_done(world: World, proved: tuple[OrderId, OrderId]) -> None:
    """One world for all that is read of a pack, and for the order's way to its end."""
    order, other = proved
    made = pack_of(world.app, world.who("officer"), order)
    assert isinstance(made, Pack)
    told = Told.of(made)
    verdict = told.verdict(world.app.ledger_key.vkey)
    assert verdict.problems == ()
    said = " / ".join(verdict.proved)
    assert "people in its scope: 1" in said
    assert "requests answered before anybody was erased: 1" in said
    assert "people erased: 1" in said
    assert "clause 2 (erase) was met in time" in said
    assert "is the beginning of that" in said
    assert verdict.rests_on_word[0].startswith("the ledger's history: no witness")
    _the_statement_is_of_its_schema(told)
    _the_letter_is_tagged_and_in_the_orders_language(told)
    _nobody_is_in_it(told)
    _it_is_the_same_when_written_again(world, order)
    _the_ordinary_doors_refuse(world, order, made)
    _each_order_has_a_pack_of_its_own(world, made, other)
    _what_comes_after_is_told_too(world, order, made)


def _the_statement_is_of_its_schema(told: Told) -> None:
    form = json.loads(told.files[packs.SCHEMA])
    assert form["$schema"] == DRAFT
    Draft202012Validator.check_schema(form)
    data = json.loads(told.files[packs.STATEMENT])
    assert not list(Draft202012Validator(form).iter_errors(data))
    assert schema() == (ROOT / "docs/formats/pack.schema.json").read_bytes()
    for part in ("record", "left"):
        without = {name: value for name, value in data.items() if name != part}
        assert list(Draft202012Validator(form).iter_errors(without))


def _the_letter_is_tagged_and_in_the_orders_language(told: Told) -> None:
    letter = told.files[packs.LETTER]
    assert letter.startswith(b"%PDF")
    assert b"pdfuaid" in letter or b"StructTreeRoot" in letter
    assert b"/Lang(fr)" in letter or b"/Lang (fr)" in letter


def _nobody_is_in_it(told: Told) -> None:
    for name, data in told.files.items():
        for word in (b"anna@example.org", b"Anna", b"anna"):
            assert word not in data, name


def _it_is_the_same_when_written_again(world: World, order: OrderId) -> None:
    first, second = write_pack(world.app, order), write_pack(world.app, order)
    assert first.data == second.data
    with world.app.store.read() as reader:
        stored = reader.orders.get(order)
        assert stored is not None
        again = statement_again(reader, stored)
    assert again.statement == first.statement


def _the_ordinary_doors_refuse(world: World, order: OrderId, made: Pack) -> None:
    assert isinstance(pack_of(world.app, world.who("investigator"), order), Refusal)
    with pytest.raises(NotFound):
        pack_of(world.app, world.who("officer"), OrderId("nobody"))
    assert require_pack(world.app, order, made.data) == made.sha256
    with pytest.raises(BadInput, match="no pack"):
        require_pack(world.app, order, b"%PDF of something else")
    with pytest.raises(BadInput, match="another order"):
        require_pack(world.app, OrderId("another"), made.data)
    broken = BytesIO()
    with ZipFile(broken, "w") as file:
        for name, data in Told.of(made).files.items():
            file.writestr(name, data + b" " if name == packs.TEXT else data)
    with pytest.raises(BadInput, match=r"order\.toml is not the file that was signed"):
        require_pack(world.app, order, broken.getvalue())
    empty = BytesIO()
    with ZipFile(empty, "w") as file:
        file.writestr("a.txt", "a")
    with pytest.raises(BadInput, match="does not hold"):
        require_pack(world.app, order, empty.getvalue())


def test_no_pack_before_the_order_was_proved(world: World) -> None:
    done = ordering.register(world.app, world.who("steward"), an_order())
    assert isinstance(done, Registered)
    with pytest.raises(Conflict, match="not done and recorded yet"):
        pack_of(world.app, world.who("officer"), done.order)


def _each_order_has_a_pack_of_its_own(world: World, made: Pack, other: OrderId) -> None:
    """Nobody is erased twice: both are proved by one plan."""
    second = write_pack(world.app, other)
    assert second.statement.record.parts == made.statement.record.parts
    told = Told.of(second)
    assert told.verdict(world.app.ledger_key.vkey).ok
    swapped = Told(Told.of(made).files | {packs.ENTRIES: told.files[packs.ENTRIES]})
    assert not swapped.verdict().ok


def _what_comes_after_is_told_too(world: World, order: OrderId, made: Pack) -> None:
    """Sent and closed, a pack that is written again holds the entries about that."""
    app, steward = world.app, world.who("steward")
    assert isinstance(ordering.sent(app, steward, order, made.sha256), int)
    assert isinstance(ordering.close(app, steward, order), int)
    later = Told.of(write_pack(app, order))
    assert later.verdict(app.ledger_key.vkey).ok
    assert b"order.closed" in later.files[packs.ENTRIES]
    assert later.files[packs.STATEMENT] == Told.of(made).files[packs.STATEMENT]
