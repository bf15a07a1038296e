"""An exception from a rule carries its reason on the same line.

So a broad ``except`` exists only as ``# noqa: BLE001 - why``, and a reader never wonders
whether a silenced warning was looked at. mypy takes no words inside its own comment, so
there it is ``# type: ignore[code]  # why``; tests that hand over wrong types on purpose
need no such words.
"""

import io
import re
import tokenize

import pytest

from tests.gates.tree import Code, everything

EXCEPTION = re.compile(r"#\s*(noqa\b|type:\s*ignore|pragma:\s*no (cover|branch)|nosec)")
REASONED = re.compile(
    r"#\s*((noqa: [A-Z0-9, ]+|pragma: no (cover|branch)) - \S|type: ignore\[[a-z0-9, -]+\]\s+# \w)"
)


def unreasoned(code: Code) -> list[str]:
    """The lines of a file that silence a rule without saying which and why."""
    found: list[str] = []
    if not EXCEPTION.search(code.text):
        return found
    for token in tokenize.generate_tokens(io.StringIO(code.text).readline):
        if token.type != tokenize.COMMENT or not EXCEPTION.search(token.string):
            continue
        for one in EXCEPTION.finditer(token.string):
            start = one.start()
            if one[1].startswith("type") and code.module.startswith("tests."):
                continue
            if not REASONED.match(token.string, start):
                found.append(f"{code.module}:{token.start[0]} {token.string[start:]}")
    return found


def test_every_exception_from_a_rule_has_its_reason() -> None:
    silent = [line for code in everything() for line in unreasoned(code)]
    assert not silent, "\n".join(silent)


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "# noqa: BLE001",
        "# noqa - because",
        "# type: ignore",
        "# type: ignore[attr]",
        "# pragma: no cover",
        "# nosec - reason",
        "# type: ignore[attr]  # no stubs  # noqa: E501",
    ],
)
def test_an_exception_without_a_reason_is_named(comment: str) -> None:
    assert len(unreasoned(Code("licet.x", f"x = 1  {comment}\n"))) == 1


def test_a_reasoned_exception_passes() -> None:
    lines = [
        "x = 1  # noqa: BLE001, S110 - a worker must outlive any one effect",
        "y = 1  # type: ignore[attr-defined]  # that package ships no stubs",
        'z = "# noqa"',
    ]
    assert unreasoned(Code("licet.x", "\n".join(lines))) == []
