"""D12: where each store lies is stated; one abroad is refused until a safeguard covers it."""

from datetime import UTC, datetime

import pytest

from licet.cli import signing
from licet.granting import ask_grant
from licet.residing import (
    RESIDENCES,
    TRANSFERS,
    add_transfer,
    end_transfer,
    list_places,
    list_transfers,
    state_place,
)
from licet.terms.duties import Place, Safeguard, StoreName, TransferWish
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.granting import Asked
from licet.terms.ids import Territory, TransferId
from licet.terms.permit import Refusal
from tests.redteam.real import RealWorld, preparation, prepared
from tests.scenarios.real import bare

__all__ = ["bare"]

BUCKET = Place(StoreName.BACKUPS, Territory("US"), "a bucket of a host")
CLAUSES = TransferWish("A host", Territory("US"), Safeguard.STANDARD_CLAUSES, "ab" * 32)


def _stated(world: RealWorld, place: Place, *names: str) -> int | Refusal:
    who = world.signed(signing.placing_store(place), *(names or ("steward", "officer")))
    return state_place(world.app, who, place)


def _asked(world: RealWorld, name: str) -> Asked | Refusal:
    wish = world.wish(name)
    return ask_grant(world.app, world.signed(signing.asking_grant(wish), "steward"), wish)


def _reason(answer: object) -> str:
    assert isinstance(answer, Refusal), answer
    return answer.reason


def test_a_bucket_abroad_is_refused_until_a_safeguard_covers_it(bare: RealWorld) -> None:
    prepared(bare)
    assert _reason(_stated(bare, BUCKET)) == "store_abroad"
    assert _reason(_stated(bare, BUCKET, "steward")) == "two_signers_needed"
    who = bare.signed(signing.transferring(CLAUSES), "steward", "officer")
    transfer = add_transfer(bare.app, who, CLAUSES)
    assert isinstance(transfer, str), transfer
    assert isinstance(_stated(bare, BUCKET), int)
    assert isinstance(_asked(bare, "anna"), Asked)
    # The clauses end, the bucket is still there: nobody real is asked any more.
    ending = signing.ending_transfer(TransferId(transfer))
    ended = end_transfer(bare.app, bare.signed(ending, "steward", "officer"), TransferId(transfer))
    assert isinstance(ended, int)
    assert _reason(_asked(bare, "bea")) == "store_abroad"
    lines = list_places(bare.app, bare.signed(signing.listing(RESIDENCES), "officer"))
    assert not isinstance(lines, Refusal)
    assert {one.store: one.covered for one in lines}[StoreName.BACKUPS] is False
    listed = list_transfers(bare.app, bare.signed(signing.listing(TRANSFERS), "officer"))
    assert not isinstance(listed, Refusal)
    assert [(one.territory, one.stands) for one in listed] == [("US", False)]
    home = Place(StoreName.BACKUPS, Territory("DE"), "a vault")
    assert isinstance(_stated(bare, home), int)
    assert isinstance(_asked(bare, "bea"), Asked)
    with pytest.raises(Conflict):
        end_transfer(bare.app, bare.signed(ending, "steward", "officer"), TransferId(transfer))


def test_who_says_where_a_store_lies_before_it_is_covered_is_not_ready(bare: RealWorld) -> None:
    """Stating the truth is never refused; acting on it is."""
    places = (*preparation().places, BUCKET)
    prepared(bare, places=places)
    assert _reason(_asked(bare, "anna")) == "store_abroad"
    prepared(bare, places=places[1:3])
    assert _reason(_asked(bare, "anna")) == "store_abroad"


def test_adequacy_is_the_commissions_to_decide(bare: RealWorld) -> None:
    prepared(bare)
    for place, error in (("CN", "no decision"), ("DE", "Economic Area")):
        wish = TransferWish("A host", Territory(place), Safeguard.ADEQUACY, "ab" * 32)
        who = bare.signed(signing.transferring(wish), "steward", "officer")
        with pytest.raises(BadInput, match=error):
            add_transfer(bare.app, who, wish)
    britain = TransferWish("A host", Territory("GB"), Safeguard.ADEQUACY, "ab" * 32)
    who = bare.signed(signing.transferring(britain), "steward", "officer")
    assert isinstance(add_transfer(bare.app, who, britain), str)
    over_there = Place(StoreName.MAIL, Territory("GB"), "a provider")
    assert isinstance(_stated(bare, over_there), int)
    assert isinstance(_asked(bare, "anna"), Asked)
    # The decision runs out by itself, and nobody has to notice.
    bare.clock.now = datetime(2031, 12, 27, tzinfo=UTC)
    ours = preparation().places
    for place in ours:
        assert isinstance(_stated(bare, place), int)
    assert _reason(_stated(bare, over_there)) == "store_abroad"


def test_a_paper_is_named_and_a_transfer_is_known(bare: RealWorld) -> None:
    unnamed = TransferWish("A host", Territory("US"), Safeguard.BINDING_RULES, "rules")
    who = bare.signed(signing.transferring(unnamed), "steward", "officer")
    with pytest.raises(BadInput, match="paper"):
        add_transfer(bare.app, who, unnamed)
    ending = bare.signed(signing.ending_transfer(TransferId("none")), "steward", "officer")
    with pytest.raises(NotFound):
        end_transfer(bare.app, ending, TransferId("none"))
    alone = bare.signed(signing.transferring(CLAUSES), "steward")
    assert _reason(add_transfer(bare.app, alone, CLAUSES)) == "two_signers_needed"
    alone = bare.signed(signing.ending_transfer(TransferId("none")), "officer")
    assert _reason(end_transfer(bare.app, alone, TransferId("none"))) == "two_signers_needed"
    outsider = bare.signed(signing.listing(TRANSFERS), "investigator")
    assert _reason(list_transfers(bare.app, outsider)) == "wrong_role"
