"""The words of the glossary: what a thing is called here, and never.

Names that the project gives (classes, functions, arguments, attributes, variables) and the
text it says (string constants that are not docstrings: messages, columns, options) are
looked at. Names of other people's libraries are not ours to choose, so uses are free.
Comments and docstrings may explain what something is not.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.gates.tree import Code, docstrings, package


@dataclass(frozen=True)
class Word:
    """A word that is not used, and the one that is.

    ``rooms`` limits it to parts of the house (all when empty), ``but`` frees some;
    ``said`` also looks at text. ``unless`` is an expression that makes a text innocent.
    """

    never: str
    says: str
    rooms: frozenset[str] = frozenset()
    but: frozenset[str] = frozenset()
    said: bool = True
    unless: str = ""

    def holds_in(self, room: str) -> bool:
        """Whether the rule looks at this part of the house."""
        return room not in self.but and (not self.rooms or room in self.rooms)


def _in(*rooms: str) -> frozenset[str]:
    return frozenset(rooms)


_SEARCHING = _in("search", "gallery", "consent", "show", "terms", "cli", "demo")

WORDS = (
    Word("embedding", "template", but=_in("vision")),
    Word("faceprint", "template"),
    # bytes have an encoding; a face does not. A name of ours is never one.
    Word("encoding", "template", but=_in("vision"), said=False),
    Word("vector", "template", but=_in("vision"), said=False),
    Word("known_face", "reference"),
    Word("sighting", "appearance"),
    Word("detection", "appearance (in a gallery), face (in a photo)", but=_in("vision")),
    Word("hit", "candidate", said=False),
    # sources know the file names that platforms give, and put what they mark on hold.
    Word("img", "photo", but=_in("sources"), unless=r"<img\b|\bimg-src\b"),
    Word("image_path", "photo"),
    Word("query", "probe", rooms=_SEARCHING),
    Word("target", "probe", rooms=_in("search", "gallery", "consent", "show")),
    Word("add_face", "enrol"),
    Word("match", "candidate (found, for the result of a pattern)", rooms=_SEARCHING, said=False),
    Word("matches", "candidates", rooms=_SEARCHING),
    # statistics has confidence intervals; a candidate has a comparison score.
    Word("confidence", "comparison score", unless=r"confidence intervals?"),
    # in vision it is the geometry of aligning.
    Word("similarity", "comparison score", but=_in("vision")),
    # consent lists it among the words that no purpose may hold.
    Word("suspect", "candidate, lead", but=_in("consent")),
    Word("liveness", "presentation attack detection"),
    Word("spoof", "presentation attack"),
    # a database's address names its account so; PRAGMA user_version is SQLite's, and the
    # account of a photo library and the right to read it are called so by its own API.
    Word(
        "user",
        "member or data subject",
        unless=r"\buser_version\b|://user\b|^/users/me$|^user\.read$",
    ),
    Word("username", "member", but=_in("store")),
    Word("customer", "organisation"),
    Word("tenant", "organisation"),
    # to an identity provider a deployment is a client, which its settings have to say.
    Word("client", "organisation", but=_in("sources", "web", "provider", "settings"), said=False),
    Word("opt_in", "grant"),
    Word("is_allowed", "permit"),
    Word("citizenship", "territory"),
    Word("nationality", "territory"),
    Word("dsar", "rights request"),
    Word("ticket", "rights request"),
    Word("takedown", "order"),
    # a model has a job: to detect, to recognise; so has a whole program, in plain words.
    Word("job", "case, run or plan", but=_in("vision", "evaluate"), said=False),
    Word("audit_log", "ledger"),
    Word("audit_row", "entry"),
    Word("blockchain", "ledger"),
)

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def parts(name: str) -> str:
    """A name as lower-case words between underscores: ``_face_print_``."""
    return "_" + _CAMEL.sub("_", name).lower().strip("_") + "_"


def given_names(code: Code) -> Iterator[tuple[str, int]]:
    """Every name that a file gives, with its line."""
    for node in code.nodes:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname, 0


def said_texts(code: Code) -> Iterator[tuple[str, int]]:
    """Every text that a file holds, docstrings aside, with its line."""
    told = docstrings(code)
    for node in code.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value, node.lineno


def wrong_words(code: Code) -> list[str]:
    """The words of a file that the glossary calls otherwise."""
    names = [(name, line, parts(name)) for name, line in given_names(code)]
    texts = [(text, line, _CAMEL.sub("_", text).lower()) for text, line in said_texts(code)]
    found = []
    whole = "\n".join(plain for *_, plain in (*names, *texts))
    for word in (one for one in WORDS if one.holds_in(code.room)):
        if word.never.split("_")[0] not in whole:
            continue
        pattern = re.compile(rf"_{word.never}s?_")
        for name, line, plain in names:
            if word.never in plain and pattern.search(plain) and not _innocent(word, name):
                found.append(f"{code.module}:{line} {name}: say {word.says}")
        for text, line, plain in texts if word.said else ():
            if _spoken(word, plain):
                found.append(f"{code.module}:{line} {text[:40]!r}: say {word.says}")
    return found


def _innocent(word: Word, name: str) -> bool:
    return bool(word.unless) and bool(re.search(word.unless, name.replace("_", " ")))


def _spoken(word: Word, plain: str) -> bool:
    if word.unless:
        plain = re.sub(word.unless, "", plain)
    if word.never.split("_")[0] not in plain:
        return False
    joined = re.sub(r"[^a-z0-9]+", "_", plain)
    return re.search(rf"_{word.never}s?_", f"_{joined}_") is not None


def test_the_glossary_is_spoken() -> None:
    wrong = [line for code in package() for line in wrong_words(code)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("licet.gallery.x", "face_embedding = 1"),
        ("licet.store.x", "class UserTable: ..."),
        ("licet.cli.x", "def add(customers): ..."),
        ("licet.search", "print('3 matches found')"),
        ("licet.search", "class A:\n    confidence: float = 0"),
        ("licet.store.x", "c = Column('tenant_id')"),
        ("licet.show", "self.similarity = 1"),
        ("licet.terms.x", "def f(*, liveness): ..."),
        ("licet.rights.x", "raise E(f'the DSAR of {name} is late')"),
        ("licet.rights.x", "import a as suspect"),
        ("licet.gallery.x", "query = 1"),
        ("licet.show", "def f():\n    with open('x') as img: ..."),
    ],
)
def test_a_wrong_word_is_named(module: str, text: str) -> None:
    assert len(wrong_words(Code(module, text))) == 1


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("licet.vision.x", "embedding = 1"),
        ("licet.store.x", "query = select()"),
        ("licet.store.x", "run('PRAGMA user_version')"),
        ("licet.evaluate", "print('95 % confidence interval')\nconfidence_interval = 1"),
        ("licet.search", '"""Never a match, never a suspect."""'),
        ("licet.search", "found = PATTERN.match(text.encode(encoding='utf-8'))"),
        ("licet.ledger.x", "white = 1  # no user here"),
    ],
)
def test_a_right_word_passes(module: str, text: str) -> None:
    assert wrong_words(Code(module, text)) == []
