"""The import layers hold, and the contract that says so can fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gates.tree import ROOT

LINT = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts over the tree in a folder."""
    environment = {"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin"}
    command = [str(LINT), "--no-cache", "--config", str(folder / "pyproject.toml")]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small house with the project's own contracts, all of them kept."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in ("terms", "vault", "store", "effects"):
        room = tmp_path / "src/licet" / name
        room.mkdir(parents=True)
        (room / "__init__.py").touch()
    (tmp_path / "src/licet/__init__.py").touch()
    (tmp_path / "src/licet/search.py").write_text("import licet.effects, licet.store\n")
    (tmp_path / "src/licet/show.py").write_text("import licet.terms\n")
    return tmp_path


def test_a_house_in_order_passes(house: Path) -> None:
    done = lint(house)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_house_out_of_order_is_refused(house: Path) -> None:
    wrongs = [
        ("store/__init__.py", "import licet.vault\n", "licet.store is not allowed to import"),
        ("show.py", "import licet.search\n", "licet.show is not allowed to import"),
        ("terms/__init__.py", "import licet.store\n", "licet.terms is not allowed to import"),
        ("effects/__init__.py", "def f():\n    import licet.show\n", "licet.effects is not"),
    ]
    for file, text, _ in wrongs:
        (house / "src/licet" / file).write_text(text)
    done = lint(house)
    assert done.returncode != 0
    assert [says for *_, says in wrongs if says not in done.stdout] == []


def test_a_room_that_no_layer_names_is_refused(house: Path) -> None:
    (house / "src/licet/attic.py").touch()
    done = lint(house)
    assert done.returncode != 0
    assert "licet.attic" in done.stdout
