"""The runners themselves: floors, mutants and scenarios say the truth about bad input."""

from pathlib import Path
from typing import Any

import pytest

from scripts import coverage_gate, mutants, scenarios
from scripts.mutants import Mutant, Verdict
from tests.gates.tree import ROOT


def report(**rooms: tuple[int, int]) -> dict[str, Any]:
    """A coverage report in which half of each room's points are branches."""
    return {
        "files": {
            f"src/licet/{room}/a.py": {
                "summary": {
                    "covered_lines": met,
                    "num_statements": present,
                    "covered_branches": met,
                    "num_branches": present,
                }
            }
            for room, (met, present) in rooms.items()
        }
    }


def test_each_room_is_held_to_its_floor() -> None:
    full = dict.fromkeys(coverage_gate.ROOMS, (100, 100))
    assert coverage_gate.lacking(report(**full)) == []
    assert coverage_gate.lacking(report(**{**full, "vault": (95, 100)})) == []
    below = coverage_gate.lacking(report(**{**full, "vault": (94, 100), "store": (0, 9)}))
    assert [line.split(":")[0] for line in below] == ["vault", "store"]


def test_a_room_that_was_never_run_is_below_its_floor() -> None:
    assert len(coverage_gate.lacking({"files": {}})) == len(coverage_gate.ROOMS)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is started here needs no plugin; finding them takes longer than the rest."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


@pytest.fixture
def tree(tmp_path: Path, bare: None) -> Path:
    """A tree of one rule and two tests, of which one looks."""
    (tmp_path / "src").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "src/rule_of_mutants.py").write_text("def may():\n    return False\n")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '-p no:xdist'\n")
    looks = "from rule_of_mutants import may\ndef test_rule():\n    assert may() is False\n"
    (tmp_path / "tests/test_looks.py").write_text(looks)
    (tmp_path / "tests/test_sleeps.py").write_text("def test_nothing():\n    pass\n")
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "test", "verdict"),
    [
        ("return False", "return True", "tests/test_looks.py", Verdict.CAUGHT),
        ("return False", "return True", "tests/test_sleeps.py", Verdict.SURVIVED),
        ("return None", "return True", "tests/test_looks.py", Verdict.STALE),
        ("return False", "return False", "tests/test_looks.py", Verdict.STALE),
        ("return False", "return (", "tests/test_looks.py", Verdict.UNRUNNABLE),
        ("return False", "return True", "tests/test_absent.py", Verdict.UNRUNNABLE),
    ],
)
def test_a_mutant_is_judged(tree: Path, old: str, new: str, test: str, verdict: Verdict) -> None:
    mutant = Mutant("may", "src/rule_of_mutants.py", old, new, (test,))
    outcome = mutants.run(mutant, tree)
    assert outcome.verdict is verdict, outcome.says
    assert "False" in (tree / "src/rule_of_mutants.py").read_text(), "the tree is left alone"


def test_a_mutant_without_tests_shows_nothing(tree: Path) -> None:
    mutant = Mutant("may", "src/rule_of_mutants.py", "False", "True", ())
    assert mutants.run(mutant, tree).verdict is Verdict.UNRUNNABLE


def test_the_table_of_mutants_is_current() -> None:
    stale = [
        one.name
        for one in mutants.read_table(ROOT / mutants.TABLE)
        if (ROOT / one.file).read_text(encoding="utf-8").count(one.old) != 1 or not one.tests
    ]
    assert stale == []


@pytest.mark.usefixtures("bare")
def test_a_row_fails_when_its_test_fails_or_does_not_run(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '-p no:xdist'\n")
    (tmp_path / "test_good.py").write_text("def test_a():\n    pass\n")
    bad = "def test_a():\n    pass\ndef test_b():\n    assert 1 == 2, 'the sum is off'\n"
    (tmp_path / "test_bad.py").write_text(bad)
    skipped = "import pytest\ndef test_a():\n    pytest.skip('not today')\n"
    (tmp_path / "test_skipped.py").write_text(skipped)
    (tmp_path / "test_broken.py").write_text("import nothing_of_that_name\n")
    files = ["test_good.py", "test_bad.py", "test_bad.py::test_a", "test_skipped.py"]
    failed = scenarios.why_not(files, tmp_path)
    assert failed.keys() == {"test_bad.py", "test_skipped.py"}
    assert "the sum is off" in failed["test_bad.py"]
    assert scenarios.why_not(["test_broken.py"], tmp_path).keys() == {"test_broken.py"}
    assert scenarios.why_not(["test_absent.py"], tmp_path).keys() == {"test_absent.py"}
