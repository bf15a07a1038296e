"""The docs are true where a machine can tell: links, commands, pages written from tables."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.scenarios import page, read_table
from tests.gates.tree import ROOT

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
MAKE = re.compile(r"`make ([a-z-]+)|^\s*make ([a-z-]+)", re.MULTILINE)
TARGET = re.compile(r"^([a-z-]+):.*## ", re.MULTILINE)
HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """Every page that a reader may open."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as the usual renderers make them."""
    plain = [re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", one) for one in HEADING.findall(text)]
    return {re.sub(r"[^\w\- ]", "", one).strip().lower().replace(" ", "-") for one in plain}


def dead_links(path: Path, text: str) -> Iterator[str]:
    """The relative links of a page that lead nowhere, headings too."""
    for link in LINK.findall(FENCE.sub("", text)):
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        file, _, anchor = link.partition("#")
        where = (path.parent / file).resolve() if file else path
        if not where.exists():
            yield f"{path.name}: {link}"
        elif anchor and where.suffix == ".md":
            there = text if where == path else where.read_text(encoding="utf-8")
            if anchor not in anchors(there):
                yield f"{path.name}: {link}"


def unknown_targets(text: str, makefile: str) -> set[str]:
    """The ``make X`` that a page names and the Makefile does not list."""
    named = {one or two for one, two in MAKE.findall(text)}
    return named - set(TARGET.findall(makefile))


def test_every_relative_link_resolves() -> None:
    found = [line for one in pages() for line in dead_links(one, one.read_text(encoding="utf-8"))]
    assert not found, "\n".join(found)


def test_every_make_command_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {
        f"{one.name}: make {name}"
        for one in pages()
        for name in unknown_targets(one.read_text(encoding="utf-8"), makefile)
    } == set()


def test_the_page_of_scenarios_is_in_step_with_its_table() -> None:
    written = (ROOT / "docs/scenarios.md").read_text(encoding="utf-8")
    assert written == page(read_table()), "run: make scenarios-page"


def test_every_row_of_the_scenarios_is_there() -> None:
    rows = [row.id for row in read_table().rows]
    counts = {"A": 11, "B": 16, "C": 10, "D": 12, "E": 7}
    assert rows == [f"{letter}{n}" for letter, most in counts.items() for n in range(1, most + 1)]


def test_every_built_row_names_a_test_that_exists() -> None:
    built = [row for row in read_table().rows if row.built]
    assert [row.id for row in built if not (ROOT / row.test.partition("::")[0]).is_file()] == []


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs/decisions"
    listed = set(LINK.findall((folder / "index.md").read_text(encoding="utf-8")))
    assert {one.name for one in folder.glob("*.md")} - {"index.md"} - listed == set()


@pytest.mark.parametrize(
    ("text", "dead"),
    [
        ("[a](nowhere.md)", 1),
        ("[a](page.md#nowhere)", 1),
        ("[a](#nowhere)", 1),
        ("[a](#what-is-here) [b](page.md#what-is-here) [c](https://x.example)", 0),
        ("```\n[a](nowhere.md)\n```\n", 0),
    ],
)
def test_a_dead_link_is_seen(tmp_path: Path, text: str, dead: int) -> None:
    whole = f"# What is `here`?\n\n{text}\n"
    (tmp_path / "page.md").write_text(whole, encoding="utf-8")
    assert len(list(dead_links(tmp_path / "page.md", whole))) == dead


def test_an_unknown_make_command_is_seen() -> None:
    text = "run `make test` and\n\n    make nonsense\n"
    assert unknown_targets(text, "test: setup ## all\n") == {"nonsense"}
