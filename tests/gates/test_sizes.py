"""Small files, short functions, few arguments.

The bounds are what well-kept security projects hold (python-tuf, argon2-cffi, yente).
Complexity (12) is ruff's to check.
"""

import re
import tomllib
from statistics import median, quantiles

import pytest

from tests.gates.tree import ROOT, Code, Function, everything, functions, package

FILE_LINES = 500
FUNCTION_LINES = 80
FLOW_LINES = 60
MEDIAN_FILE = 150
MOST_FUNCTIONS = 45
ARGUMENTS = 7
OPTIONS = 15
"""A command's options are the door's own words; the flow below takes an object. A source
states its whole origin at once, and needs the most."""


def flows() -> frozenset[str]:
    """The names of the flows, from the layer that holds ``search`` in pyproject."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    named = [frozenset(re.findall(r"\w+", layer)) for layer in layers]
    return next(names for names in named if "search" in names)


FLOWS = flows()


def length(function: Function) -> int:
    """Lines of a function without its decorators."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def arguments(function: Function) -> int:
    """How many arguments a function takes, ``self`` and ``cls`` aside."""
    given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return sum(one.arg not in {"self", "cls"} for one in given)


def too_big(code: Code) -> list[str]:
    """What in a file is larger than the house allows."""
    found = []
    if len(code.lines) > FILE_LINES:
        found.append(f"{code.module}: {len(code.lines)} lines, at most {FILE_LINES}")
    lines = FLOW_LINES if code.room in FLOWS and code.module.startswith("licet") else FUNCTION_LINES
    most = OPTIONS if code.module.startswith("licet.cli") else ARGUMENTS
    for one in functions(code):
        where = f"{code.module}:{one.lineno} {one.name}"
        if length(one) > lines:
            found.append(f"{where}: {length(one)} lines, at most {lines}")
        if arguments(one) > most and not code.module.startswith("tests."):
            found.append(f"{where}: {arguments(one)} arguments, at most {most}")
    return found


def test_nothing_is_larger_than_the_house_allows() -> None:
    big = [line for code in everything() for line in too_big(code)]
    assert not big, "\n".join(big)


def test_most_files_are_small() -> None:
    assert median(len(code.lines) for code in package()) <= MEDIAN_FILE


def test_most_functions_are_short() -> None:
    lengths = [length(one) for code in package() for one in functions(code)]
    assert quantiles(lengths, n=20)[-1] <= MOST_FUNCTIONS


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("licet.store.x", "x = 1\n" * 501),
        ("licet.store.x", "def f():\n" + "    x = 1\n" * 80),
        ("licet.search", "def f():\n" + "    x = 1\n" * 60),
        ("licet.rights.x", "def f():\n" + "    x = 1\n" * 60),
        ("licet.store.x", "def f(a, b, c, d, e, f, *, g, h): ...\n"),
        ("licet.cli.x", f"def f({', '.join(f'a{n}' for n in range(OPTIONS + 1))}): ...\n"),
        ("scripts.x", "class A:\n    def f(self, a, b, c, d, e, f, g, h): ...\n"),
    ],
)
def test_what_is_too_big_is_named(module: str, text: str) -> None:
    assert len(too_big(Code(module, text))) == 1


def test_what_just_fits_passes() -> None:
    body = "def f(self, a, b, c, d, e, f, g):\n" + "    x = 1\n" * 79
    assert too_big(Code("licet.store.x", body)) == []
