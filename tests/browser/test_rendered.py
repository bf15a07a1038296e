"""The HTML of every page, read without a browser: whole, light, and harmless."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from licet.terms.errors import BadInput
from licet.terms.ids import PurposeId
from licet.terms.public import PublicFacts, PublicSource
from licet.web.pages.around import SignedIn
from licet.web.pages.assets import assets, find
from licet.web.pages.outside import PublicPage
from licet.web.pages.places import PLACES, placed
from licet.web.pages.policy import content_policy
from licet.web.pages.problem import Problem
from licet.web.pages.render import environment, render
from licet.web.pages.words import LANGUAGES, chosen, sentences, way_back
from tests.browser.samples import SAMPLES, Sample

MOST_BYTES = 200_000
"""What a page may weigh with everything it loads, photos aside."""


class Reader(HTMLParser):
    """Notes what the content policy or a reader of the screen would stumble over."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.loads: set[str] = set()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "style" or "style" in named:
            self.wrong.append(f"{tag} brings a style of its own")
        if tag == "script" and (not named.get("src") or named.get("nonce") != "once"):
            self.wrong.append("a script is inline or has no nonce")
        self.wrong += [f"{tag} has {name}" for name in named if name.startswith("on")]
        if any(name.startswith("hx-") for name in named) and named.get("hx-nonce") != "once":
            self.wrong.append(f"{tag} is htmx's without the nonce")
        for name in ("src", "href"):
            held = named.get(name) or ""
            self.loads |= {held.partition("#")[0]} if held.startswith("/static/") else set()
            if re.match(r"(https?:)?//|javascript:", held):
                self.wrong.append(f"{tag} leads away: {held}")
        self.ids += [named["id"]] if named.get("id") else []


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    return reader


def page(name: str, language: str) -> str:
    sample = SAMPLES[name]
    return render(sample.page, sample.around("once", language))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_is_whole_light_and_asks_nothing_of_the_policy(name: str) -> None:
    texts = {language: page(name, language) for language in LANGUAGES}
    assert len(set(texts.values())) == len(LANGUAGES)
    for language, text in texts.items():
        found = read(text)
        assert found.wrong == []
        assert len(found.ids) == len(set(found.ids))
        assert f'<html lang="{language}">' in text
        # Told to say nothing at all, a browser sends its own forms with `Origin: null`.
        assert '<meta name="referrer" content="same-origin">' in text
        loaded = {one.address: len(one.body) for one in assets().values()}
        # The sheet loads the font; most pages name it too, so that it comes early.
        loads = found.loads | {assets()["inter.woff2"].address}
        assert sum(loaded[one] for one in loads) + len(text.encode()) < MOST_BYTES


def test_the_reader_of_pages_sees_what_it_should() -> None:
    bad = '<p style="a" onclick="b" hx-get="c"><script>d</script><a href="//e.example">'
    assert len(read(bad).wrong) == 5


HOSTILE = "<script>alert(1)</script>\"' onload=x"


def test_whatever_somebody_is_called_stays_text() -> None:
    source = PublicSource(HOSTILE, HOSTILE, None, f"a@{HOSTILE}")
    named = PublicPage(PublicFacts(HOSTILE, HOSTILE, HOSTILE, (), (source,)))
    text = render(named, Sample(named, HOSTILE, SignedIn(HOSTILE, HOSTILE)).around("once", "en"))
    assert "<script>alert" not in text
    assert read(text).wrong == []


def test_a_field_that_is_missing_is_never_shown_as_nothing() -> None:
    with pytest.raises(UndefinedError):
        environment("en").from_string("{{ page.nothing }}").render(page=SAMPLES["inbox"].page)


def test_a_purpose_that_was_taken_off_the_list_is_named() -> None:
    gone = PublicPage(PublicFacts("a", "b", "c", (PurposeId("watch_everybody@1"),), ()))
    with pytest.raises(BadInput, match="watch_everybody"):
        render(gone, Sample(gone, "/").around("once", "en"))


@pytest.mark.parametrize("status", [401, 403, 404, 413, 429, 500, 503])
def test_a_problem_says_what_happened_and_never_why_to_a_stranger(status: int) -> None:
    shown = Problem(status, reference="7f3a")
    text = render(shown, Sample(shown, "/x", None).around("once", "en"))
    assert str(status) in text
    assert "7f3a" in text
    assert "Traceback" not in text


def test_what_is_only_rare_is_never_told_as_none() -> None:
    text = page("search-result", "en")
    assert "expect fewer than 0.01 innocent candidates among the 1,204 people" in text
    assert "expect 0.41 innocent candidates among the 1,204 people" in text


def test_dates_and_numbers_follow_the_language() -> None:
    assert "74,311" in page("overview", "en")
    assert "74.311" in page("overview", "de")
    assert "74\u202f311" in page("overview", "fr")
    assert "21 mars 2026" in page("overview", "fr")
    assert "21.03.2026" in page("overview", "de")


@pytest.mark.parametrize(
    ("kept", "accepted", "language"),
    [
        ("", "", "en"),
        ("fr", "de", "fr"),
        ("xx", "de", "de"),
        ("", "de-CH, fr;q=0.9", "de"),
        ("", "nl, fr;q=0.4, de;q=0.6", "de"),
        ("", "fr;q=0, de;q=0.1", "de"),
        ("", "fr;q=high, *;q=0.5", "en"),
        ("", "FR", "fr"),
    ],
)
def test_a_language_is_chosen(kept: str, accepted: str, language: str) -> None:
    assert chosen(kept, accepted) == language


@given(st.text(), st.text())
def test_whatever_a_browser_says_leads_to_a_language(kept: str, accepted: str) -> None:
    assert chosen(kept, accepted) in LANGUAGES


@pytest.mark.parametrize(
    "back",
    ["//e.example", "/\\e.example", "https://e.example", "e", "", "/\n/e", "/é", "/" + "a" * 500],
)
def test_nobody_is_led_away_by_a_link_of_ours(back: str) -> None:
    assert way_back(back) == "/"


def test_one_comes_back_to_where_one_was() -> None:
    assert way_back("/console/requests?late=1") == "/console/requests?late=1"


def test_a_sentence_is_told_in_its_language() -> None:
    assert sentences("fr").gettext("Nobody was found") == "Personne n\u2019a été trouvé"
    assert sentences("de").ngettext("%(num)s letter", "%(num)s letters", 2) == "%(num)s Briefe"
    assert sentences("en").gettext("Nobody was found") == "Nobody was found"


def test_an_asset_is_found_under_its_own_mark_alone() -> None:
    sheet = assets()["licet.css"]
    assert find(sheet.mark, "licet.css") is sheet
    assert find("0" * 16, "licet.css") is None
    assert find(sheet.mark, "../door.py") is None
    assert assets()["inter.woff2"].address.encode() in sheet.body
    assert "manifest.toml" not in assets()


def test_only_places_that_are_open_are_linked() -> None:
    sample = SAMPLES["inbox"]
    around = sample.around("once", "en")
    assert "/console/orders" in render(sample.page, around)
    few = type(around)("once", open_places=("overview", "inbox"))
    shown = render(sample.page, few)
    assert "/console/orders" not in shown
    assert [group for group, _ in placed(("inbox", "overview"))] == [
        "At a glance",
        "Accountability",
    ]
    assert PLACES["inbox"].holds("/console/requests/7")
    assert not PLACES["overview"].holds("/console/requests")
    assert not PLACES["inbox"].holds("/console/requestsandmore")


def test_the_policy_lets_nothing_run_but_what_the_answer_names() -> None:
    rules = dict(one.split(" ", 1) for one in content_policy("abc").split("; "))
    assert rules["script-src"] == "'nonce-abc'"
    assert rules["default-src"] == "'none'"
    assert rules["frame-ancestors"] == "'none'"
    assert "unsafe" not in content_policy("abc")
