"""The pages are true where a machine can tell: commands do what is shown, names exist.

Pages are followed in the order in which a reader would: the tutorial from an empty folder,
every how-to from where the tutorial stands before its last step. ``WRITE_DOCS=1`` writes
what commands print into the pages.
"""

import difflib
import importlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from licet.cli.root import root
from licet.effects.planning import STEPS
from licet.sources import fixtures
from licet.terms.errors import Setup
from tests.docs.forking import Starter
from tests.docs.playing import Follower, loose
from tests.docs.reading import (
    CONSOLE,
    FENCED,
    INLINE,
    Step,
    body,
    licet_commands,
    named_modules,
    named_paths,
    page_id,
    pages,
    steps,
)
from tests.gates.tree import ROOT

TUTORIAL = ROOT / "docs/tutorial/first-archive.md"
LAST_STEP = "\n## 7. "
"""Where the tutorial ends what it began: how-tos begin right before."""

HOW_TO = ROOT / "docs/how-to"
NOT_PLAYED = {
    "run-an-archive.md": "a real deployment with letters: tests/cli follows it with fake ones",
}

FILES = {"licet.toml", "licet.db"}
"""What looks like a module on a page and is a file."""


def played() -> list[Path]:
    """Return the how-to pages that show commands to be followed."""
    found = sorted(HOW_TO.glob("*.md"))
    return [one for one in found if one.name not in NOT_PLAYED and CONSOLE.search(one.read_text())]


@pytest.fixture
def programs() -> Iterator[Path]:
    """A folder with ``licet`` in it, which starts faster than the installed one."""
    # A socket's path may have 107 bytes, which pytest's folders can exceed.
    with TemporaryDirectory(prefix="licet-") as folder:
        starter = Starter(Path(folder))
        yield starter.folder
        starter.stop()


@pytest.fixture
def beginner(tmp_path: Path, programs: Path) -> Follower:
    """Somebody in a folder with the fixture photos and nothing else."""
    fetched = Path(os.environ.get("LICET_FIXTURES", ROOT / ".cache" / "fixtures"))
    try:
        found = fixtures.photos(fetched)
    except Setup as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    place = tmp_path / "first"
    (place / "photos").mkdir(parents=True)
    for photo in found:
        shutil.copy(photo.path, place / "photos")
    return Follower(place, programs)


@pytest.mark.slow
@pytest.mark.longer
@pytest.mark.vision
def test_pages_go_as_they_are_written(beginner: Follower, tmp_path: Path) -> None:
    before, mark, after = TUTORIAL.read_text(encoding="utf-8").partition(LAST_STEP)
    assert len(CONSOLE.findall(before)) > 5
    really = {TUTORIAL: beginner.follow(before)}
    for page in played():
        follower = beginner.copy_to(tmp_path / page.stem / "first")
        really[page] = follower.follow(page.read_text(encoding="utf-8"))
    really[TUTORIAL] += beginner.follow(mark + after)
    told = {page: page.read_text(encoding="utf-8") for page in really}
    broken = [page.name for page in really if "a defect of licet" in really[page]]
    if os.environ.get("WRITE_DOCS") == "1" and not broken:
        for page, text in really.items():
            page.write_text(text, encoding="utf-8")
    wrong = {page.name: differing(told[page], really[page]) for page in really}
    assert not any(wrong.values()), "\n".join(f"{name}:\n{text}" for name, text in wrong.items())


def differing(told: str, really: str) -> str:
    """Return the lines that differ, as a diff; empty when none does."""
    lines = difflib.unified_diff(told.splitlines(), really.splitlines(), "page", "really", n=1)
    return "\n".join(lines)


def unknown(words: list[str]) -> list[str]:
    """Return what of a command does not exist: the command itself, or its options."""
    command, path = root(), ["licet"]
    with command.make_context("licet", [], resilient_parsing=True) as context:
        for word in words:
            below = getattr(command, "get_command", None)
            if below is None or word.startswith("-"):
                break
            found = below(context, word)
            if found is None:
                return [" ".join([*path, word])] if path == ["licet"] or word.islower() else []
            command, path = found, [*path, word]
        if path == ["licet", "search"]:  # the short form: CASE PHOTO
            command = command.get_command(context, "run")
    known = {name for one in command.params for name in one.opts} | {"--help", "-h"}
    options = {word.split("=")[0] for word in words if word.startswith("-") and word != "-"}
    return [f"{' '.join(path)} {option}" for option in sorted(options - known)]


def test_every_command_and_option_on_a_page_exists() -> None:
    found = [
        f"{page.name}: {wrong}"
        for page in pages()
        for words in licet_commands(page.read_text(encoding="utf-8"))
        for wrong in unknown(words)
    ]
    assert not found, "\n".join(found)


def test_every_path_on_a_page_exists() -> None:
    found = [
        f"{page.name}: {path}"
        for page in pages()
        for path in sorted(named_paths(page.read_text(encoding="utf-8")))
        if not (ROOT / path).exists()
    ]
    assert not found, "\n".join(found)


def resolves(name: str) -> bool:
    """Say whether a dotted name of ours leads to a module or something in one."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            thing: object = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            if not hasattr(thing, part):
                return False
            thing = getattr(thing, part)
        return True
    return False


def test_every_module_on_a_page_exists() -> None:
    found = [
        f"{page.name}: {name}"
        for page in pages()
        for name in sorted(named_modules(page.read_text(encoding="utf-8")))
        if name not in FILES and not resolves(name)
    ]
    assert not found, "\n".join(found)


def test_every_picture_is_used_and_has_words_of_its_own() -> None:
    words = "\n".join(page.read_text(encoding="utf-8") for page in pages())
    for picture in sorted((ROOT / "docs/pictures").glob("*.svg")):
        drawn = picture.read_text(encoding="utf-8")
        assert f"pictures/{picture.name})" in words, f"no page shows {picture.name}"
        assert "<title>" in drawn, picture.name
        assert "<desc>" in drawn, picture.name
    assert "![](" not in words, "a picture without alternative text"


def test_the_page_on_erasing_tells_its_steps_in_their_order() -> None:
    text = (ROOT / "docs/explanation/erasure-and-keys.md").read_text(encoding="utf-8")
    told = re.findall(r"^\d+\. `(\w+)`:", text, re.MULTILINE)
    assert told == [kind.value for kind in STEPS]


def test_the_glossary_names_every_word_that_it_forbids() -> None:
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| **")]
    assert len(rows) > 30
    assert all(line.count("|") == 5 for line in rows)


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (["grant", "ask", "Anna", "--contact", "a@example.org"], []),
        (["search", "2026-17", "found.jpg", "--as", "ines"], []),
        (["grant"], []),
        (["nonsense"], ["licet nonsense"]),
        (["grant", "nonsense"], ["licet grant nonsense"]),
        (["collect", "album", "--nonsense"], ["licet collect --nonsense"]),
    ],
)
def test_a_command_that_is_not_there_is_named(words: list[str], wrong: list[str]) -> None:
    assert unknown(words) == wrong


def test_names_on_a_page_are_seen() -> None:
    text = (
        "`src/licet/nowhere.py` and `licet.nowhere` and `licet grant nonsense`\n"
        "```sh\nlicet nonsense --x   # `src/not/this.py`\n```\n"
    )
    assert named_paths(text) == {"src/licet/nowhere.py"}
    assert named_modules(text) == {"licet.nowhere"}
    assert not resolves("licet.nowhere")
    assert not resolves("licet.app.nowhere")
    assert resolves("licet.consent.decide.decide")
    assert list(licet_commands(text)) == [["nonsense", "--x"], ["grant", "nonsense"]]


def test_what_a_command_prints_is_held_against_the_page(tmp_path: Path) -> None:
    said = "```console\n$ echo one; exit 3\none\n$ echo $? \\\n  two\n9 two\n```\n"
    really = Follower(tmp_path, tmp_path).follow(said)
    assert really == said.replace("9 two", "3 two")


def test_an_id_has_one_name_on_all_pages(tmp_path: Path) -> None:
    real = "0b2f3c5e-6f8e-4d1b-9d55-0a4f1f3f9c11"
    said = f"```console\n$ echo {real}\n$ test {page_id(1)} = {real} && echo same\n```\n"
    really = Follower(tmp_path, tmp_path).follow(said)
    assert f"\n{page_id(1)}\n" in really
    assert "\nsame\n" in really


def test_a_block_is_read_and_written_the_same() -> None:
    text = "$ one \\\n  two\nit said\n$ three\n"
    assert steps(text) == [Step("one \\\n  two", "it said\n"), Step("three", "")]
    assert body(steps(text)) == text


def test_only_what_differs_from_run_to_run_is_loose() -> None:
    assert loose("until 2026-01-02, score 0.941") == loose("until 2027-11-22, score 0.94")
    assert loose("1 candidate") != loose("2 candidates")
    assert FENCED.search("```sh\nx\n```") is not None
    assert INLINE.findall("`a` b `c`") == ["a", "c"]
