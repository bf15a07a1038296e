"""Letters of authorities are signed for one by one: no signature serves for another day or answer.

On a deployment for real people. Who could bend a filed letter could push its last day out.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from licet.cli.signing import About, listing
from licet.consent.reasons import Reason
from licet.rights import corresponding as letters
from licet.rights.reckoning import on_day, reckon
from licet.terms.acting import SUBJECT, Who
from licet.terms.corresponding import Filed, LetterWish
from licet.terms.ids import CorrespondenceId
from licet.terms.permit import Action, Refusal
from tests.fakes.deployment import START
from tests.redteam.real import RealWorld

DUE = START.date() + timedelta(days=30)
ANSWER, OTHER = "cd" * 32, "ef" * 32


def _signed(real: RealWorld, digest: str, *names: str) -> Who:
    return real.signed(About(Action.CORRESPOND, digest=digest), *names)


def _wish(real: RealWorld) -> LetterWish:
    owner = real.people["officer"]
    return LetterWish("CNIL", "ab" * 32, "what is kept", answer_by=DUE, owner=owner)


def _held(act: Callable[[Who], object], right: Who, wrong: Who) -> object:
    """Do an act with the signature for another one, then with its own."""
    refused = act(wrong)
    assert isinstance(refused, Refusal), refused
    assert refused.reason == Reason.NOT_SIGNED
    return act(right)


def test_a_letter_is_signed_with_its_day_its_owner_and_its_answer(real: RealWorld) -> None:
    app, wish = real.app, _wish(real)
    later = replace(wish, answer_by=DUE + timedelta(days=300))
    done = _held(
        lambda who: letters.file_letter(app, who, wish),
        _signed(real, letters.filing(wish), "steward"),
        _signed(real, letters.filing(later), "steward"),
    )
    assert isinstance(done, Filed), done
    given = _held(
        lambda who: letters.assign(app, who, done.letter, real.people["steward"]),
        _signed(real, letters.assigning(done.letter, real.people["steward"]), "officer"),
        _signed(real, letters.assigning(done.letter, real.people["officer"]), "officer"),
    )
    assert isinstance(given, Filed), given
    answered = _held(
        lambda who: letters.answer(app, who, done.letter, ANSWER),
        _signed(real, letters.answering(done.letter, ANSWER, ""), "steward"),
        _signed(real, letters.answering(done.letter, OTHER, ""), "steward"),
    )
    assert isinstance(answered, Filed), answered


def test_the_clock_is_signed_for_its_day(real: RealWorld) -> None:
    today, then = on_day(None), on_day(date(2027, 1, 1))
    found = _held(
        lambda who: reckon(real.app, who),
        real.signed(listing(today), "officer"),
        real.signed(listing(then), "officer"),
    )
    assert not isinstance(found, Refusal), found


def test_nobody_else_comes_near(real: RealWorld) -> None:
    """Neither the person, nor who may look at searches, nor one who signed nothing."""
    app, wish = real.app, _wish(real)
    for who in (
        SUBJECT,
        _signed(real, letters.filing(wish), "investigator"),
        replace(_signed(real, letters.filing(wish), "steward"), signatures=()),
    ):
        assert isinstance(letters.file_letter(app, who, wish), Refusal)
        assert isinstance(letters.list_letters(app, who), Refusal)
        nobodys = CorrespondenceId("none")
        assert isinstance(letters.answer(app, who, nobodys, ANSWER), Refusal), "not who it is"
