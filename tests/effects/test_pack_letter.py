"""The letter of a pack, in three languages: what was ordered, done, and kept back."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pypdf
import pytest

from licet.effects.letters.speech import LANGUAGES
from licet.effects.proving.letter import letter, words_of
from licet.ledger.order import HeldBack, OrderStatement
from licet.ledger.order_entries import STORES
from licet.terms.ids import OrderId
from licet.terms.letters import Sender
from licet.terms.order import ClauseKind, Order, OrderScope, OrderState, PenaltyTerms
from tests.ledger.making import NOW
from tests.ledger.order_making import ORDER, Told

SENDER = Sender("The Harbour Archive", "privacy@harbour.example", "Harbour SARL, Lyon", "")
KEY = "harbour.example/licet+1dda3999+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"


def an_order(language: str) -> Order:
    return Order(
        id=OrderId(ORDER),
        authority="CNIL",
        reference="SAN-2022-019",
        version=2,
        state=OrderState.PROVED,
        decided=date(2026, 1, 20),
        notified=date(2026, 1, 31),
        published=None,
        regime="gdpr",
        language=language,
        document="",
        scope=OrderScope(),
        penalties=PenaltyTerms(),
        registered_at=datetime(2026, 1, 31, tzinfo=UTC),
        confirmed_at=None,
        checkpoint="",
        found=(),
        proof_leaf=None,
        pack="",
        sent_at=None,
        closed_at=None,
        sealed=b"",
        leaf=0,
    )


@pytest.fixture(scope="module")
def statement() -> OrderStatement:
    return Told().statement


def said(language: str, statement: OrderStatement) -> str:
    """Return the words of the letter, line ends taken out."""
    made = letter(an_order(language), statement, NOW, SENDER, KEY)
    pages = (page.extract_text() for page in pypdf.PdfReader(BytesIO(made)).pages)
    return re.sub(r"\s+", " ", " ".join(pages))


def test_it_says_what_was_done_in_the_order_in_which_it_was(statement: OrderStatement) -> None:
    text = said("en", statement)
    parts = (
        "Order SAN-2022-019: what was done",
        "On 20 January 2026 you decided",
        "2. Erase 1 April 2026 5 February 2026",
        "3. Prove that it was done 1 April 2026 see below",
        "People 3 0",
        "On 31 January 2026 the order was registered (entry 1)",
        "On 1 February 2026 two members",
        "answered before anybody was erased: 1, the first on 3 February 2026",
        "People erased: 3, from entry 9 on",
        "Keys destroyed: 6. Keys looked for afterwards: 6; still there: 0",
        "Searches with people's own templates afterwards: 3; found: 0",
        "On 5 February 2026 every file was read",
        "Nothing is held back",
        "licet verify",
        "never entered into the ledger",
    )
    places = [text.find(part) for part in parts]
    missing = [part for part, place in zip(parts, places, strict=True) if place < 0]
    assert not missing, text
    assert places == sorted(places)


def test_it_says_what_was_not_done_too(statement: OrderStatement) -> None:
    """Only blocked so far: nobody confirmed, nobody waited, nobody was erased; one is held."""
    record = replace(
        statement.record,
        confirmed_at=None,
        answered=(),
        erasing=None,
        done=replace(statement.record.done, scanned_at=None),
    )
    hold = HeldBack("6f1c2e1a-hold", "cd" * 32, NOW + timedelta(days=100))
    text = said("en", replace(statement, record=record, held=(hold,)))
    assert "Nobody whom the order reaches waited" in text
    assert "keeps data of one person until 11 May 2026" in text
    assert "two members" not in text
    assert "People erased" not in text
    assert "every file was read" not in text


@pytest.mark.parametrize("language", ["fr", "de"])
def test_each_language_says_all_of_it(statement: OrderStatement, language: str) -> None:
    text = said(language, statement)
    words = words_of(language)
    for part in ("ordered", "reached", "done", "held", "check", "word", "nothing_held"):
        assert words("letter", part) in text, part
    assert said("it", statement).startswith("The Harbour Archive"), (
        "another is written to in English"
    )


def test_every_language_has_the_same_words() -> None:
    """A word that one language lacks, or a part that is named otherwise, would be found late."""
    english = words_of("en").words
    assert set(english["store"]) == set(STORES)
    assert set(english["clause"]) == {kind.value for kind in ClauseKind}
    for language in LANGUAGES:
        words = words_of(language).words
        for section, named in english.items():
            assert set(words[section]) == set(named), (language, section)
            for name, text in named.items():
                parts = set(re.findall(r"\{(\w+)\}", text))
                assert set(re.findall(r"\{(\w+)\}", words[section][name])) == parts, (
                    language,
                    name,
                )
