"""D10: the law follows the person; an operator outside the Union names who stands for it."""

from licet.cli import signing
from licet.granting import ask_grant, confirm
from licet.preparing import is_ready, prepare
from licet.terms.granting import Asked
from licet.terms.ids import Territory
from licet.terms.organisation import Role
from licet.terms.permit import Refusal
from tests.redteam.real import RealWorld, preparation, prepared
from tests.scenarios.real import bare

__all__ = ["bare"]

OUTSIDE = {"established_in_eu": False, "representative": ""}
NAMED = {"established_in_eu": False, "representative": "Harbour Europe GmbH, Hamburg"}


def _asked(world: RealWorld) -> Asked | Refusal:
    wish = world.wish("anna", residence=Territory("FR"))
    who = world.signed(signing.asking_grant(wish), "steward")
    return ask_grant(world.app, who, wish)


def test_a_person_in_france_is_not_asked_before_somebody_stands_for_the_operator(
    bare: RealWorld,
) -> None:
    prepared(bare, **OUTSIDE)
    assert [one.article for one in is_ready(bare.app).lacks] == ["GDPR 27"]
    refused = _asked(bare)
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.article) == ("no_representative", "GDPR 27(1)")
    assert bare.outbox.letters == []
    prepared(bare, **NAMED)
    assert is_ready(bare.app).lacks == ()
    # In this very process: a letter must not wait for the next one to name them.
    asked = _asked(bare)
    assert isinstance(asked, Asked)
    # She is told who stands for the operator where she lives.
    assert "Harbour Europe GmbH, Hamburg" in bare.outbox.letters[-1].text
    code = bare.outbox.code()
    # Whoever stood for it may stop, and then nothing begins: not even what was asked.
    prepared(bare, **OUTSIDE)
    stopped = confirm(bare.app, asked.grant, code)
    assert isinstance(stopped, Refusal)
    assert stopped.reason == "no_representative"


def test_only_two_and_the_officer_say_where_the_operator_is(bare: RealWorld) -> None:
    """Nobody moves the operator into the Union alone, nor with a colleague of their own."""
    bare.add("sven", Role.STEWARD)
    wish = preparation()
    about = signing.preparing(wish)
    for names in (("steward",), ("officer",), ("steward", "sven")):
        refused = prepare(bare.app, bare.signed(about, *names), wish)
        assert isinstance(refused, Refusal)
        assert refused.reason in {"two_signers_needed", "officer_needed"}
    claimed = signing.preparing(preparation(**NAMED))
    refused = prepare(bare.app, bare.signed(claimed, "steward", "officer"), wish)
    assert isinstance(refused, Refusal)
    assert refused.reason == "not_signed"
    assert is_ready(bare.app).prepared_at is None
