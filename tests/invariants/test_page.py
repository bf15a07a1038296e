"""The page on invariants names every rule that is broken on purpose, and no other test."""

import re
from pathlib import Path

from scripts.mutants import read_table

ROOT = Path(__file__).absolute().parents[2]
PAGE = (ROOT / "docs/explanation/invariants.md").read_text(encoding="utf-8")
MUTANTS = read_table(ROOT / "tests/mutants.toml")


def test_every_mutant_of_an_invariant_is_on_the_page() -> None:
    ours = [m for m in MUTANTS if any("tests/invariants" in test for test in m.tests)]
    assert len(ours) > 25
    assert [m.name for m in ours if f"*{m.name}*" not in PAGE] == []


def test_every_test_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    there = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    assert named - there == set()


def test_every_mutant_names_tests_that_exist() -> None:
    for mutant in MUTANTS:
        for test in mutant.tests:
            file, _, name = test.partition("::")
            assert (ROOT / file).exists(), test
            text = (ROOT / file).read_text(encoding="utf-8") if name else ""
            for part in name.partition("[")[0].split("::"):
                # A walk of hypothesis is a class whose one test is its run.
                made = rf"^ *(def |class )?{part}\b(\(|:| =)"
                assert part in ("", "runTest") or re.search(made, text, re.MULTILINE), test
