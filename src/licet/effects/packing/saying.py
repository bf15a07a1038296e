"""The words of a package's page and letter, and how dates and numbers are written in them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources

from licet.consent.purposes import table
from licet.effects.letters import letter_language
from licet.effects.letters.speech import LANGUAGES
from licet.terms.ids import PurposeId


@dataclass(frozen=True)
class Saying:
    """One language's words, by section and name."""

    language: str
    words: Mapping[str, Mapping[str, str]]

    def __call__(self, section: str, word: str, /, **parts: object) -> str:
        """Return the words, with their ``{parts}`` filled in. Raises ``KeyError``."""
        text = self.words[section][word]
        return text.format(**parts) if parts else text

    def picture(self, word: str) -> str:
        """Return why there is no picture: in words of ours, or with the word of a refusal."""
        said = self.words["picture"]
        return said[word] if word in said else said["other"].format(word=word.replace("_", " "))

    def purpose(self, purpose: str) -> str:
        """Return what a purpose is called; its number once it was taken off the list."""
        listed = table().get(PurposeId(purpose))
        return listed.told(self.language).title if listed else purpose

    def day(self, moment: datetime) -> str:
        """Return a moment's day, as it is written in this language."""
        from babel.dates import format_date

        return format_date(moment.date(), "long", locale=LANGUAGES[self.language])

    def number(self, count: float) -> str:
        """Return a number as it is written in this language."""
        from babel.numbers import format_decimal

        return format_decimal(count, locale=LANGUAGES[self.language])


@cache
def saying(language: str) -> Saying:
    """Return the words for who reads ``language`` (BCP 47); English where we write no other."""
    chosen = letter_language(language)
    place = resources.files("licet.effects.packing").joinpath("words", f"{chosen}.toml")
    return Saying(chosen, tomllib.loads(place.read_text("utf-8")))
