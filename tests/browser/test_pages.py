"""Pages in a real browser: reachable by everybody, at every width, in every language.

Every day one page of each kind; ``make test-browser`` all of them, in each language, in light
and in dark.
"""

import pytest
from playwright.sync_api import Browser

from licet.web.pages.words import LANGUAGES
from tests.browser.browsing import WIDTHS, visiting
from tests.browser.samples import SAMPLES

DAILY = {"sheet": "en", "overview": "de", "search": "fr", "portal": "en"}
NARROWEST = {"width": 320, "height": 700}
"""What WCAG 2.2, 1.4.10 asks for: no reading in two directions at 320 pixels."""


@pytest.mark.parametrize(("name", "language"), DAILY.items())
def test_a_page_is_for_everybody(browser: Browser, stage: str, name: str, language: str) -> None:
    with visiting(browser, stage, reduced_motion="reduce") as visit:
        visit.go(f"/{name}?language={language}")
        assert visit.axe() == []
        visit.page.set_viewport_size(NARROWEST)
        assert visit.too_wide() == 0
        assert visit.found_wrong() == []


@pytest.mark.every_page
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["sheet", *SAMPLES])
def test_every_page_is_for_everybody(
    browser: Browser, stage: str, name: str, language: str
) -> None:
    for scheme in ("light", "dark") if language == "en" else ("light",):
        for kind, size in WIDTHS.items():
            about = {"size": size, "color_scheme": scheme, "reduced_motion": "reduce"}
            with visiting(browser, stage, **about) as visit:
                visit.go(f"/{name}?language={language}")
                visit.shot(f"{name}-{language}-{kind}-{scheme}")
                assert visit.axe() == []
                visit.page.set_viewport_size(NARROWEST)
                assert visit.too_wide() == 0
                assert visit.found_wrong() == []
