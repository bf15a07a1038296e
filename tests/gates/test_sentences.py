"""Every sentence of the pages stands in every language, whole, with the words of the glossary."""

import re
import tomllib
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message

from licet.web.pages.words import LANGUAGES
from scripts.sentences import OTHERS, gathered, place, read
from tests.gates.tree import ROOT

WORDS = ROOT / "src/licet/web/locale/words.toml"
PAGE = ROOT / "docs/reference/words.md"
_FIELD = re.compile(r"%\((\w+)\)s")


def texts(string: object) -> list[str]:
    """The one or more forms of a sentence."""
    if isinstance(string, tuple | list):
        return [str(one) for one in string]
    return [str(string or "")]


def wanting(message: Message) -> Iterator[str]:
    """What is wrong with one translation."""
    said, asked = texts(message.string), texts(message.id)
    if message.fuzzy:
        yield "is a guess"
    if not all(one.strip() for one in said) or len(said) < len(asked):
        yield "is missing"
    fields = {field for one in asked for field in _FIELD.findall(one)}
    for one in said:
        if set(_FIELD.findall(one)) != fields:
            yield f"has other fields: {one!r}"
        if one and (asked[0][-1] in ".?" or one[-1] in ".?") and asked[0][-1] != one[-1]:
            yield f"ends otherwise: {one!r}"


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_there_and_no_other(language: str) -> None:
    asked = {one.id for one in gathered() if one.id}
    there = {one.id for one in read(language) if one.id}
    assert there == asked, "run `python -m scripts.sentences`, then translate what is empty"


@pytest.mark.parametrize("language", OTHERS)
def test_every_translation_is_whole(language: str) -> None:
    wrong = [(one.id, why) for one in read(language) if one.id for why in wanting(one)]
    assert wrong == []


def test_what_is_missing_guessed_or_short_of_a_field_is_told() -> None:
    catalogue = Catalog(locale="fr")
    catalogue.add("%(n)s left.", "encore.")
    catalogue.add("Yes.", "")
    catalogue.add("No.", "Non.", flags=["fuzzy"])
    catalogue.add(("%(num)s day", "%(num)s days"), ("%(num)s jour",))
    found = [why for one in catalogue if one.id for why in wanting(one)]
    assert len(found) == 4


@pytest.mark.parametrize("language", OTHERS)
def test_a_word_of_the_glossary_is_said_the_same_everywhere(language: str) -> None:
    words = tomllib.loads(WORDS.read_text("utf-8"))["word"]
    wrong = []
    for message in read(language):
        asked = texts(message.id)[0]
        for word in words:
            if not re.search(rf"\b(?:{word['finds']})\b", asked, re.IGNORECASE):
                continue
            said = " ".join(texts(message.string)).lower()
            if not any(form.lower() in said for form in word["forms"][language]):
                wrong.append(f"{word['en']}: {asked!r} -> {said!r}")
    assert wrong == []


def test_the_table_of_words_is_the_one_in_the_docs() -> None:
    words = tomllib.loads(WORDS.read_text("utf-8"))["word"]
    rows = [f"| {word['en']} | {word['fr']} | {word['de']} |" for word in words]
    page = PAGE.read_text("utf-8").splitlines()
    assert [row for row in page if row.startswith("| ")][1:] == rows


def test_there_is_a_catalogue_for_each_language_but_the_one_of_the_code() -> None:
    assert set(LANGUAGES) - {"en"} == set(OTHERS)
    assert all(place(language).is_file() for language in OTHERS)
