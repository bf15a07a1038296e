"""The languages of the pages: which one a browser gets, and its sentences.

The sentences in the code are the English ones. ``locale/<language>/pages.po`` holds the others;
it is read once for each process, so that no compiled file can fall behind it. Every sentence is
there in every language, which ``tests/gates/test_sentences.py`` checks.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from io import BytesIO

LANGUAGES = {"en": "en_GB", "fr": "fr_FR", "de": "de_DE"}
"""The languages of the pages, each with the habits that its dates and numbers follow."""

OWN_NAMES = {"en": "English", "fr": "Français", "de": "Deutsch"}
"""What each language is called by those who speak it: nobody must know another to find theirs."""


def later(sentence: str) -> str:
    """Return a sentence as it is, marked to be translated where it is shown."""
    return sentence


def chosen(kept: str, accepted: str) -> str:
    """Return the language of a page: the one kept in a cookie, else what a browser accepts.

    ``accepted`` is an ``Accept-Language`` header (RFC 9110, 12.5.4). What is no language of
    ours, or says nothing, leads to English; neither value is trusted to be well formed.
    """
    if kept in LANGUAGES:
        return kept
    wishes = [_wish(part) for part in accepted[:500].split(",")]
    for weight, language in sorted(wishes, key=lambda one: -one[0]):
        if weight > 0 and language in LANGUAGES:
            return language
    return "en"


def way_back(path: str) -> str:
    """Return a path of ours to go back to; whatever else was asked for leads to the start.

    Two slashes, or a slash and a backslash, begin another host to a browser, and it drops
    control characters before it looks (WHATWG URL, 4.4).
    """
    ours = path.startswith("/") and not path.startswith(("//", "/\\"))
    plain = path.isascii() and path.isprintable() and "\\" not in path
    return path if ours and plain and len(path) < 500 else "/"


def _wish(part: str) -> tuple[float, str]:
    tag, _, rest = part.strip().partition(";")
    language = tag.strip().lower().split("-")[0]
    name, _, value = rest.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0, language
    digits = value.strip()
    plain = digits.isascii() and digits.replace(".", "", 1).isdigit()
    return (float(digits) if plain else 0.0), language


@cache
def sentences(language: str) -> NullTranslations:
    """Return the sentences of one of ``LANGUAGES``. Babel loads with the first that needs it."""
    if language == "en":
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    place = resources.files("licet.web").joinpath("locale", language, "pages.po")
    with place.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
