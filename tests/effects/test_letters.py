"""Letters: every one in every language says all it has to say, and nothing more."""

import re
from dataclasses import fields, replace
from datetime import date
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, nodes

from licet.consent.purposes import table
from licet.effects.letters import compose, letter_language, sender_of
from licet.effects.letters.layout import blocks, written
from licet.effects.letters.speech import LANGUAGES, speech
from licet.outbox import SANDBOX_ADDRESS
from licet.terms.asked import OwnQuestionLetter
from licet.terms.granting import Message
from licet.terms.letters import Letter, RequestRefusedLetter
from licet.terms.rights import RightKind
from tests.effects.letters import CAME, PAGE, REQUEST, SENDER, examples, notice, page
from tests.fakes.deployment import new_world

KINDS = (*get_args(Letter), OwnQuestionLetter)
EVERY = [
    pytest.param(language, letter, id=f"{language}-{letter.kind}-{n}")
    for language in LANGUAGES
    for n, letter in enumerate(examples(language))
]
PLAIN_NODES = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.For,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Const,
    nodes.Filter,
    nodes.Not,
    nodes.Compare,
    nodes.Operand,
)
HARD = ("pursuant", "hereby", "herein", "aforementioned", "shall", "utilise", "facilitate")


def source(language: str, name: str) -> str:
    place = resources.files("licet.effects.letters").joinpath(language, f"{name}.txt")
    return place.read_text("utf-8")


def used(language: str, name: str) -> set[str]:
    """Every name and attribute that a template prints or asks for."""
    tree = Environment(autoescape=True).parse(source(language, name))
    names = {one.name for one in tree.find_all(nodes.Name) if one.ctx == "load"}
    return names | {f".{one.attr}" for one in tree.find_all(nodes.Getattr)}


def sentences(message: Message) -> list[str]:
    return [one for one in re.split(r"(?<=[.:?!;])\s+", message.text) if one.strip()]


class Seen(HTMLParser):
    """The words of a page, its tags, and what it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.lang = ""
        self._within: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [name for name, _ in attrs if name in {"src", "href", "background"}]
        if tag == "html":
            self.lang = dict(attrs)["lang"] or ""
        self._within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._within.pop()

    def handle_data(self, data: str) -> None:
        if "main" in self._within:
            self.words += data.split()


def test_there_is_an_example_of_every_letter() -> None:
    assert {type(one) for one in examples()} == set(KINDS)
    assert len({kind.kind for kind in KINDS}) == len(KINDS)


def test_the_templates_are_the_letters_and_no_others() -> None:
    kinds = {kind.kind for kind in KINDS}
    for language in LANGUAGES:
        folder = resources.files("licet.effects.letters").joinpath(language)
        found = {one.name.removesuffix(".txt") for one in folder.iterdir()} - {"words.toml"}
        assert found - kinds == ({"foot", "unspoken"} if language == "en" else {"foot"})
        assert kinds <= found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_uses_all_that_it_is_given_and_what_the_english_one_uses(
    language: str, kind: type[Letter]
) -> None:
    given = {field.name for field in fields(kind)}
    here = used(language, kind.kind)
    assert given - here - used(language, "foot") == set()
    assert here == used("en", kind.kind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_below_a_letter(language: str) -> None:
    parts = {f".{field.name}" for field in fields(SENDER)}
    assert used(language, "foot") == used("en", "foot") >= parts


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_a_template_only_asks_and_repeats(language: str, kind: type[Letter]) -> None:
    """No logic beyond if and for, and no value where a line's kind is read."""
    text = source(language, kind.kind)
    tree = Environment(autoescape=True).parse(text)
    assert [one for one in tree.find_all(nodes.Node) if not isinstance(one, PLAIN_NODES)] == []
    first = text.splitlines()[0]
    later = [line for line in text.splitlines()[1:] if line.startswith("{{")]
    assert later == []
    assert first.strip()


@pytest.mark.parametrize(("language", "letter"), EVERY)
def test_every_letter_says_who_writes_how_to_answer_and_where_to_complain(
    language: str, letter: Letter
) -> None:
    message = compose(letter, "anna@example.org", language)
    assert message.to == "anna@example.org"
    assert message.subject
    assert SENDER.controller in message.text
    assert SENDER.answer_to in message.text
    assert ("77" in message.text and SENDER.authority in message.text) is letter.to_person
    assert "{" not in message.text
    assert "  " not in message.text.replace("\n    ", "\n")


@pytest.mark.parametrize(("language", "letter"), EVERY)
def test_the_html_says_what_the_text_says(language: str, letter: Letter) -> None:
    message = compose(letter, "anna@example.org", language)
    seen = Seen(message.html)
    body, _, foot = message.text.partition("\n----\n")
    told = [part.lines for part in (*blocks(body), *blocks(foot))]
    assert seen.words == [
        *message.subject.split(),
        *" ".join(" ".join(one) for one in told).split(),
    ]
    assert seen.lang == language
    assert seen.loads == []
    assert (seen.tags.count("h1"), seen.tags.count("main"), seen.tags.count("title")) == (1, 1, 1)
    assert {"img", "a", "script", "link", "iframe", "form"} & set(seen.tags) == set()
    assert re.search(r"https?:|url\(|@import", message.html) is None


@pytest.mark.parametrize(("language", "letter"), EVERY)
def test_letters_are_plain(language: str, letter: Letter) -> None:
    """Sentences that can be read in one breath, and no lawyers' words."""
    message = compose(letter, "anna@example.org", language)
    longest = max(sentences(message), key=lambda one: len(one.split()))
    assert len(longest.split()) <= 45, longest
    hard = [
        word
        for word in HARD
        if language == "en" and re.search(rf"\b{word}\b", message.text.lower())
    ]
    assert hard == []


def test_no_letter_has_a_place_for_a_members_name() -> None:
    named = {(kind.kind, field.name) for kind in KINDS for field in fields(kind)}
    assert {(kind, name) for kind, name in named if "member" in name} == set()
    assert {kind for kind, name in named if name == "name"} == {"notice"}, "the person's own"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "2 March 2027"), ("fr", "2 mars 2027"), ("de", "2. März 2027")],
)
def test_days_are_written_as_the_reader_writes_them(language: str, said: str) -> None:
    assert said in compose(notice(language), "a@example.org", language).text


@pytest.mark.parametrize(("language", "said"), [("en", "1,200"), ("de", "1.200")])
def test_numbers_are_written_as_the_reader_writes_them(language: str, said: str) -> None:
    (letter,) = (one for one in examples(language) if one.kind == "rectified")
    assert said in compose(letter, "a@example.org", language).text


@pytest.mark.parametrize(
    ("language", "chosen"),
    [("fr", "fr"), ("FR-ca", "fr"), ("de_AT", "de"), ("en-US", "en"), ("pl", "en"), ("", "en")],
)
def test_who_reads_another_language_gets_english_and_is_told(language: str, chosen: str) -> None:
    assert letter_language(language) == chosen
    message = compose(notice(chosen), "a@example.org", language)
    apology = "we do not write in your language yet"
    assert (apology in message.text) is (language[:2].lower() not in LANGUAGES)
    assert (apology in message.html) is (apology in message.text)


def test_a_grants_person_is_shown_the_notice_in_their_language() -> None:
    """The languages of letters and of purposes are the same ones."""
    for purpose in table().by_id.values():
        assert {told.language for told in purpose.words} == set(LANGUAGES)
        for told in purpose.words:
            text = compose(notice(told.language, purpose=purpose.id), "a@x.org", told.language).text
            assert told.notice in text
            assert purpose.shown(told.digest) == told
        assert purpose.shown("ab" * 32) is None


HOSTILE = st.text(
    st.characters(codec="utf-8") | st.sampled_from("\n\r\t-<>&\"'{}%#\u202e\u2028\u0085"),
    max_size=60,
)


@given(HOSTILE, HOSTILE)
def test_what_somebody_wrote_never_makes_a_line_or_a_tag(reason: str, controller: str) -> None:
    """A refusal's reason and an operator's name are printed as they are, on one line."""
    letter = RequestRefusedLetter(SENDER, REQUEST, RightKind.ACCESS, CAME, "x", "y")
    usual = compose(letter, "a@example.org", "en")
    sender = replace(SENDER, controller=f"x{controller}")
    odd = compose(replace(letter, reason=f"x{reason}", sender=sender), "a@example.org", "en")
    shape = [(part.kind, len(part.lines)) for part in blocks(usual.text)]
    assert [(part.kind, len(part.lines)) for part in blocks(odd.text)] == shape
    assert Seen(odd.html).tags == Seen(usual.html).tags
    assert "\n" not in odd.subject
    assert "\r" not in odd.subject


def test_a_subject_is_one_line_whatever_an_organisation_is_called() -> None:
    letter = replace(notice("en"), organisation="Harbour\r\nBcc: all@example.org")
    message = compose(letter, "a@example.org", "en")
    assert message.subject == "Harbour Bcc: all@example.org asks for your permission"


def test_a_missing_part_fails_loudly() -> None:
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        speech("en").text("rectified", {"on": date(2026, 3, 2)})


def test_blocks_are_read_as_they_are_written() -> None:
    text = "One\nline.\n\n- a\n- b\nAfter.\n\n    CODE\n"
    read = blocks(text)
    assert [part.kind for part in read] == ["paragraph", "list", "paragraph", "copy"]
    assert blocks(written(read)) == read


def test_the_page_of_letters_is_as_the_templates_say() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m tests.effects.letters"


def test_the_sender_is_the_controller_and_where_people_may_write(tmp_path: Path) -> None:
    world = new_world(tmp_path / "home", f"sqlite:///{tmp_path / 'licet.db'}")
    app = world.app
    try:
        assert sender_of(app).controller == "The Harbour Archive"
        assert sender_of(app).answer_to == SANDBOX_ADDRESS
        named = app.settings.model_copy(
            update={"smtp_sender": "licet@h.example", "supervisory_authority": "the authority"}
        )
        assert sender_of(replace(app, settings=named)).answer_to == "licet@h.example"
        assert sender_of(replace(app, settings=named)).authority == "the authority"
        office = named.model_copy(update={"answer_to": "office@h.example"})
        assert sender_of(replace(app, settings=office)).answer_to == "office@h.example"
        real = replace(app.deployment, sandbox=False)
        assert sender_of(replace(app, deployment=real)).answer_to == "The Harbour Archive"
    finally:
        app.close()
