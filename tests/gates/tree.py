"""The project's files, as the gates read them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "src"


@dataclass(frozen=True)
class Code:
    """One Python file: its dotted module name and its text."""

    module: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree, as ``ast.walk`` gives them: most of a gate's time is walking."""
        return tuple(ast.walk(self.tree))

    @property
    def room(self) -> str:
        """The first name under ``licet``; "" for the package itself."""
        return [*self.module.split("."), ""][1]

    @cached_property
    def lines(self) -> list[str]:
        """The file's lines."""
        return self.text.splitlines()


def read(path: Path, root: Path) -> Code:
    """Read one file; its module name is its place under ``root``."""
    parts = list(path.relative_to(root).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    return Code(".".join(parts), path.read_text(encoding="utf-8"))


@cache
def package() -> tuple[Code, ...]:
    """Every file of the package, read and parsed once for all gates."""
    return tuple(read(path, SOURCE) for path in sorted(SOURCE.rglob("*.py")))


def everything() -> list[Code]:
    """Every file of the package, the scripts and the tests."""
    places = (ROOT / "scripts", ROOT / "tests")
    return [*package()] + [read(path, ROOT) for one in places for path in sorted(one.rglob("*.py"))]


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(code: Code) -> Iterator[Function]:
    """Every function and method, nested ones too."""
    return (node for node in code.nodes if isinstance(node, Function))


def imports(code: Code) -> Iterator[tuple[str, int]]:
    """Every module imported anywhere in a file, lazily or not, with its line."""
    for node in code.nodes:
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.lineno


def docstrings(code: Code) -> set[int]:
    """The ids of the constant nodes that are docstrings (of attributes too)."""
    found: set[int] = set()
    for node in code.nodes:
        body = getattr(node, "body", [])
        for child in body if isinstance(body, list) else []:
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                found.add(id(child.value))
    return found
