"""The tables of the command line agree with the commands, the errors and the pages."""

import ast
from pathlib import Path

import pytest

import licet
from licet.cli.exits import ERRORS, MEANINGS, Exit, exit_of
from licet.cli.reference import PAGES, SETTINGS, commands
from licet.cli.table import COMMANDS
from licet.settings import Settings
from licet.store.session import UnitWithoutLeaf
from licet.terms import errors

DOCS = Path(licet.__file__).parents[2] / "docs/reference"


def below(kind: type[errors.LicetError]) -> list[type[errors.LicetError]]:
    """Every class of the error tree below one."""
    return [found for one in kind.__subclasses__() for found in (one, *below(one))]


@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_is_what_the_commands_say(name: str) -> None:
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), "run: python -m licet.cli.reference docs/reference"


def test_the_page_tells_of_every_setting() -> None:
    assert set(SETTINGS) == set(Settings.model_fields)


def test_every_error_of_the_tree_has_a_code_of_its_own() -> None:
    tree = [kind for kind in below(errors.LicetError) if kind.__module__ == errors.__name__]
    assert set(tree) == set(ERRORS)
    assert len(set(ERRORS.values())) == len(ERRORS)


def test_every_code_is_told() -> None:
    assert list(MEANINGS) == list(Exit)


def test_the_nearest_class_gives_the_code() -> None:
    class Narrower(errors.Corrupt):
        """A narrower one."""

    assert exit_of(Narrower("x")) is Exit.CORRUPT
    assert exit_of(UnitWithoutLeaf("x")) is Exit.DEFECT


def test_what_a_command_says_in_the_list_is_what_it_is() -> None:
    listed = {f"licet {name}": one.says for name, one in COMMANDS.items()}
    known = dict(commands())
    assert {name: known[name].help.split("\n")[0] for name in listed} == listed


def test_every_command_answers_in_json_and_says_what_it_does() -> None:
    silent = []
    for path, command in commands():
        if getattr(command, "commands", None) is not None:
            continue
        options = {word for one in command.params for word in one.opts}
        if "--json" not in options or not command.help:
            silent.append(path)
    assert silent == []


def test_the_public_names_lead_where_the_types_say() -> None:
    tree = ast.parse(Path(licet.__file__).read_text(encoding="utf-8"))
    said = {
        alias.asname or alias.name: f"{node.module}:{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("licet.")
        for alias in node.names
    }
    assert said == licet._HOMES
    assert set(licet.__all__) == {*said, "__version__"}
    for name, home in said.items():
        assert getattr(licet, name).__module__ == home.split(":")[0] or name.isupper(), name
    assert dir(licet) == sorted(licet.__all__)


def test_no_public_name_is_a_module_as_well() -> None:
    modules = {one.stem for one in Path(licet.__file__).parent.iterdir()}
    assert modules & set(licet._HOMES) == set()


def test_a_name_that_is_not_public_is_missing() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        licet.nonsense  # noqa: B018 - asking is the test
