"""Only consent makes a permit.

Whoever could construct one elsewhere could let anybody be found. So the name ``Permit``
is called nowhere in the package but in ``licet.consent``, under any name it was imported
as, nor is a permit copied with other parts (``dataclasses.replace``), unpickled or built
around its constructor. Types and ``isinstance`` are free.
"""

import ast

import pytest

from tests.gates.tree import Code, package

HOME = "consent"
PERMIT = "Permit"


def aliases(code: Code) -> set[str]:
    """Every name that stands for the class in this file."""
    found = {PERMIT}
    for node in code.nodes:
        if isinstance(node, ast.ImportFrom):
            found |= {name.asname or name.name for name in node.names if name.name == PERMIT}
        if isinstance(node, ast.Assign) and _is_permit(node.value, found):
            found |= {one.id for one in node.targets if isinstance(one, ast.Name)}
    return found


def makes_permits(code: Code) -> list[str]:
    """The lines of a file that make a permit, or a changed copy of one."""
    if code.room == HOME:
        return []
    names = aliases(code)
    found = []
    for node in code.nodes:
        if isinstance(node, ast.Call) and (
            _is_permit(node.func, names) or _builds(node, names) or _copies(node)
        ):
            found.append(f"{code.module}:{node.lineno} {ast.unparse(node)[:60]}")
    return found


def _is_permit(node: ast.AST, names: set[str]) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == PERMIT
    return isinstance(node, ast.Name) and node.id in names


def _builds(call: ast.Call, names: set[str]) -> bool:
    """``object.__new__(Permit)``, ``partial(Permit, ...)``, ``map(Permit, ...)`` and the like."""
    if isinstance(call.func, ast.Name) and call.func.id in {"isinstance", "issubclass", "cast"}:
        return False
    return any(_is_permit(argument, names) for argument in call.args)


def _copies(call: ast.Call) -> bool:
    """``replace(permit, ...)``: a frozen permit with other parts is another permit."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    called = call.func.id if isinstance(call.func, ast.Name) else called
    copied = call.args[0] if call.args else None
    name = copied.attr if isinstance(copied, ast.Attribute) else ""
    name = copied.id if isinstance(copied, ast.Name) else name
    return called in {"replace", "copy", "deepcopy"} and "permit" in name.lower()


def test_only_consent_makes_a_permit() -> None:
    made = [line for code in package() for line in makes_permits(code)]
    assert not made, "\n".join(made)


def test_consent_does_make_one() -> None:
    """The gate would be blind if the class were renamed."""
    calls = [
        code.module
        for code in package()
        for node in code.nodes
        if isinstance(node, ast.Call) and _is_permit(node.func, {PERMIT})
    ]
    assert calls == ["licet.consent.permits"]


@pytest.mark.parametrize(
    "text",
    [
        "from licet.terms.permit import Permit\nPermit(action=1)",
        "from licet.terms.permit import Permit as Yes\nYes(action=1)",
        "from licet.terms import permit\npermit.Permit(action=1)",
        "import licet.terms.permit as p\np.Permit(**parts)",
        "from licet.terms.permit import Permit\nMake = Permit\nMake()",
        "from licet.terms.permit import Permit\nobject.__new__(Permit)",
        "from licet.terms.permit import Permit\npartial(Permit, action=1)",
        "from dataclasses import replace\nreplace(permit, grant=other)",
        "import copy\ncopy.replace(self.permit, grant=other)",
    ],
)
def test_making_one_elsewhere_is_named(text: str) -> None:
    assert len(makes_permits(Code("licet.search", text))) == 1
    assert makes_permits(Code("licet.consent.x", text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "from licet.terms.permit import Permit\ndef f(p: Permit) -> Permit: return p",
        "if isinstance(answer, Permit): pass",
        "answer = cast(Permit, answer)",
        "from dataclasses import replace\nreplace(grant, state=1)",
    ],
)
def test_speaking_of_one_is_free(text: str) -> None:
    assert makes_permits(Code("licet.search", text)) == []
