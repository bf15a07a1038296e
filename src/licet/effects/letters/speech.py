"""One language's letters: its templates, its dates and numbers, its words of ours."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from licet.consent.purposes import table
from licet.terms.errors import BadInput
from licet.terms.ids import PurposeId
from licet.terms.lines import one_line

if TYPE_CHECKING:
    from jinja2 import Environment

LANGUAGES = {"en": "en_GB", "fr": "fr_FR", "de": "de_DE"}
"""The languages that letters are written in, each with the habits that its dates follow."""


@dataclass(frozen=True)
class Speech:
    """How letters are written in one language."""

    language: str
    plain: "Environment"
    marked: "Environment"

    def text(self, kind: str, parts: Mapping[str, object]) -> str:
        """Return the plain text of a template. A part that is missing raises."""
        return self.plain.get_template(f"{self.language}/{kind}.txt").render(parts)

    def frame(self, parts: Mapping[str, object]) -> str:
        """Return the HTML around the blocks of a letter, everything in it escaped."""
        return self.marked.get_template("frame.html").render(parts)


@cache
def speech(language: str) -> Speech:
    """Return the letters of one of ``LANGUAGES``. Jinja and Babel load with the first letter."""
    from babel.dates import format_date
    from babel.numbers import format_decimal
    from jinja2 import Environment, PackageLoader, StrictUndefined

    words, habits = words_of(language), LANGUAGES[language]

    def day(moment: date) -> str:
        return format_date(moment, "long", locale=habits)

    def moment(at: datetime) -> str:
        return f"{day(at)}, {at:%H:%M} UTC"

    def number(count: int) -> str:
        return format_decimal(count, locale=habits)

    def said(which: str, word: StrEnum) -> str:
        return words[which][word.value]

    def environment(*, escape: bool) -> Environment:
        made = Environment(
            loader=PackageLoader("licet.effects", "letters"),
            undefined=StrictUndefined,
            autoescape=escape,  # noqa: S701 - plain text needs none; HTML has it
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=None if escape else _printed,
        )
        made.filters.update(
            day=day,
            moment=moment,
            number=number,
            right=lambda word: said("right", word),
            outcome=lambda word: said("outcome", word),
            alarm=lambda word: said("alarm", word),
            remedy=lambda word: said("remedy", word),
            purpose=lambda purpose: purpose_title(purpose, language),
        )
        return made

    return Speech(language, environment(escape=False), environment(escape=True))


def _printed(value: object) -> object:
    """Return a value as it stands in a letter: nobody's words make a line of the letter's own."""
    return one_line(value) if isinstance(value, str) else value


def purpose_title(purpose: PurposeId, language: str) -> str:
    """Return what a purpose is called in a language. Raises ``BadInput`` when it is none."""
    listed = table().get(purpose)
    if listed is None:
        raise BadInput(f"there is no purpose {purpose}", "It was taken off the list.")
    return listed.told(language).title


@cache
def words_of(language: str) -> dict[str, dict[str, str]]:
    """Return the words of ours that stand in sentences elsewhere, by their table and name."""
    place = resources.files("licet.effects.letters").joinpath(language, "words.toml")
    return tomllib.loads(place.read_text("utf-8"))
