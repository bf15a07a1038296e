"""Every module says what it is for; nine of ten public things say what they do."""

import ast
from collections.abc import Iterator, Sequence

from tests.gates.tree import Code, package

FLOOR = 90.0


def public(code: Code) -> Iterator[tuple[str, bool]]:
    """Each public class, function and method of a file, and whether it has a docstring."""

    def walk(body: list[ast.stmt], path: str) -> Iterator[tuple[str, bool]]:
        for node in body:
            if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if node.name.startswith("_"):
                continue
            yield f"{path}.{node.name}", ast.get_docstring(node) is not None
            if isinstance(node, ast.ClassDef):
                yield from walk(node.body, f"{path}.{node.name}")

    return walk(code.tree.body, code.module)


def bare_modules(codes: Sequence[Code]) -> list[str]:
    """Modules that do not say what they are for."""
    return [code.module for code in codes if not ast.get_docstring(code.tree)]


def share(codes: Sequence[Code]) -> float:
    """Percent of public things with a docstring."""
    told = [has for code in codes for _, has in public(code)]
    return 100.0 * sum(told) / len(told)


def test_every_module_says_what_it_is_for() -> None:
    assert bare_modules(package()) == []


def test_nine_of_ten_public_things_say_what_they_do() -> None:
    silent = [name for code in package() for name, has in public(code) if not has]
    assert share(package()) >= FLOOR, silent


def test_what_is_silent_is_counted() -> None:
    code = Code("m", 'class A:\n    "told"\n    def b(self): ...\n    def _c(self): ...\n')
    assert list(public(code)) == [("m.A", True), ("m.A.b", False)]
    assert share([code]) == 50.0
    assert bare_modules([code]) == ["m"]
