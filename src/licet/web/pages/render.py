"""A page's value becomes HTML: one environment of templates for each language.

Everything is escaped, and a field that is missing raises. No template writes a script, a style
or an attribute that runs: the content policy would stop it (see ``policy``).
"""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from licet.consent.purposes import table
from licet.terms.basis import Purpose
from licet.terms.errors import BadInput
from licet.terms.ids import PurposeId
from licet.terms.money import MINOR_DIGITS, Money
from licet.web.pages.around import Around, Page
from licet.web.pages.assets import assets
from licet.web.pages.names import SEARCHERS, named
from licet.web.pages.orders import STORES
from licet.web.pages.places import PLACES, placed
from licet.web.pages.words import LANGUAGES, OWN_NAMES, sentences

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import Environment


def render(page: Page, around: Around) -> str:
    """Return a whole page as HTML, in the language that ``around`` says."""
    return _render(page, around, page.template)


def render_part(page: Page, around: Around, part: str) -> str:
    """Return one part of a page, ``parts/<part>.html``: what htmx puts into a page that stands."""
    return _render(page, around, f"live/{part}.html")


def _render(page: Page, around: Around, template: str) -> str:
    made = environment(around.language)
    return made.get_template(template).render(page=page, around=around)


@cache
def environment(language: str) -> "Environment":
    """Return the templates of one language. Jinja and Babel load with the first page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("licet.web", "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = sentences(language)
    made.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]  # i18n's
    made.filters.update(_habits(LANGUAGES[language]))
    made.filters.update(
        said=lambda word: words.gettext(named(word)),
        said_to_you=lambda word: words.gettext(named(word, to_you=True)),
        purpose=lambda purpose: _listed(purpose).told(language).title,
        purpose_searchers=lambda purpose: words.gettext(SEARCHERS[_listed(purpose).searchers]),
    )
    made.globals.update(
        asset=lambda name: assets()[name].address,
        placed=lambda around: placed(around.open_places),
        languages=OWN_NAMES,
        later=words.gettext,
        every_place=PLACES,
        stores=STORES,
    )
    return made


def _listed(purpose: PurposeId) -> Purpose:
    found = table().get(purpose)
    if found is None:
        raise BadInput(f"there is no purpose {purpose}", "It was taken off the list.")
    return found


def _habits(habits: str) -> "dict[str, Callable[..., str]]":
    """How dates and numbers are written somewhere (CLDR, through Babel)."""
    from babel.dates import format_date, format_skeleton, format_timedelta
    from babel.numbers import format_compact_decimal, format_decimal, format_percent

    def day(moment: date) -> str:
        return format_date(moment, "long", locale=habits)

    def short_day(moment: date) -> str:
        return format_date(moment, "medium", locale=habits)

    def month(day: date) -> str:
        return format_skeleton("yMMMM", day, locale=habits)

    def moment(at: datetime) -> str:
        return f"{short_day(at)}, {at:%H:%M} UTC"

    def number(count: float, digits: int = 0) -> str:
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return format_decimal(count, pattern, locale=habits)

    def money(amount: Money) -> str:
        digits = MINOR_DIGITS.get(amount.currency, 2)
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        whole = Decimal(amount.minor).scaleb(-digits)
        return f"{format_decimal(whole, pattern, locale=habits)}\u00a0{amount.currency}"

    def money_short(amount: Money) -> str:
        whole = Decimal(amount.minor).scaleb(-MINOR_DIGITS.get(amount.currency, 2))
        return format_compact_decimal(whole, locale=habits, fraction_digits=1)

    def percent(share: float) -> str:
        return format_percent(share, "#,##0.##\u202f%", locale=habits)

    def span(seconds: float) -> str:
        return format_timedelta(round(seconds), threshold=1.2, locale=habits)

    return {
        "day": day,
        "short_day": short_day,
        "month": month,
        "moment": moment,
        "number": number,
        "money": money,
        "money_short": money_short,
        "percent": percent,
        "span": span,
    }
