"""Gather the sentences of the pages and bring the catalogues of other languages up to date.

``python -m scripts.sentences`` rewrites ``src/licet/web/locale/*/pages.po``: sentences that came
in are added, empty, for a translator; those that went are taken out; nothing is guessed. The
gate ``tests/gates/test_sentences.py`` fails while a translation is missing.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "src/licet/web"
OTHERS = ("fr", "de")
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "later": None}
_WHERE = (("jinja2.ext:babel_extract", "templates/**/*.html"), ("python", "pages/*.py"))
_HEADS = ("POT-Creation-Date", "PO-Revision-Date", "Generated-By", "Project-Id", "Report-Msgid")
_HEADS_TOO = ("Last-Translator", "Language-Team")

Sentence = str | tuple[str, ...]


def gathered() -> Catalog:
    """Return every sentence that a page may show, as it stands in the code."""
    found = Catalog(charset="utf-8", fuzzy=False, header_comment="# The sentences of the pages.")
    for sentence in sorted(set(_all()), key=str):
        found.add(sentence)
    return found


def _all() -> Iterator[Sentence]:
    for method, pattern in _WHERE:
        for path in sorted(WEB.glob(pattern)):
            found = extract_from_file(method, path, _KEYWORDS, (), {"silent": "false"})
            yield from (sentence for _, sentence, _, _ in found)


def place(language: str) -> Path:
    """Where a language's catalogue lies."""
    return WEB / "locale" / language / "pages.po"


def read(language: str) -> Catalog:
    """Return a language's catalogue as it is committed."""
    with place(language).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def renewed(language: str) -> Catalog:
    """Return a language's catalogue with today's sentences, and no others."""
    catalogue = read(language)
    catalogue.update(gathered(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def main() -> None:
    """Rewrite every catalogue and say what is missing."""
    for language in OTHERS:
        catalogue = renewed(language)
        with place(language).open("wb") as file:
            write_po(file, catalogue, width=100, no_location=True, sort_output=True)
        text = place(language).read_text("utf-8")
        drop = tuple(f'"{head}' for head in (*_HEADS, *_HEADS_TOO))
        kept = [line for line in text.splitlines() if not line.startswith(drop)]
        place(language).write_text("\n".join(kept) + "\n", "utf-8")
        missing = [one.id for one in catalogue if one.id and not all(_texts(one.string))]
        print(f"{language}: {len(catalogue)} sentences, {len(missing)} without a translation")


def _texts(string: Any) -> list[str]:
    return list(string) if isinstance(string, tuple | list) else [string or ""]


if __name__ == "__main__":
    main()
