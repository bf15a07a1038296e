"""Saying what there is costs next to nothing: no heavy library before it is needed."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gates.tree import SOURCE, package

HELP_SECONDS = 0.3
HEAVY = frozenset(
    {"PIL", "alembic", "cryptography", "numpy", "onnx", "onnxruntime", "pi_heif"}
    | {"psycopg", "pydantic", "rich", "numkong", "simplejpeg", "sqlalchemy", "typer"}
)
LICET = Path(sys.executable).with_name("licet")


def plain() -> dict[str, str]:
    """This environment without what measures coverage in children."""
    return {key: value for key, value in os.environ.items() if not key.startswith("COV")}


def cpu_seconds(command: list[str]) -> float:
    """User and system seconds that a child spent."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, env=plain(), stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def loaded_by(statement: str) -> set[str]:
    """The heavy libraries that a statement brings into a fresh interpreter."""
    code = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, env=plain(), capture_output=True, text=True
    )
    return set(done.stdout.split()) & HEAVY


@pytest.mark.skipif(not (SOURCE / "licet/cli").is_dir(), reason="there is no command line yet")
def test_help_is_quick() -> None:
    command = [str(LICET), "--help"]
    # The first run may write bytecode, and a crowded core is slow now and then.
    assert any(cpu_seconds(command) < HELP_SECONDS for _ in range(8))


@pytest.mark.parametrize("module", ["licet", "licet.terms"])
def test_terms_and_the_package_itself_bring_nothing_heavy(module: str) -> None:
    every = [code.module for code in package() if code.module.startswith("licet.terms")]
    names = every if module == "licet.terms" else [module]
    assert loaded_by("import " + ", ".join(names)) == set()


@pytest.mark.parametrize(
    "room", ["consent", "gallery", "ledger", "sources", "store", "vault", "vision", "effects"]
)
def test_opening_a_rooms_door_brings_no_model_and_no_decoder(room: str) -> None:
    if not (SOURCE / "licet" / room / "__init__.py").is_file():
        pytest.skip("there is no such room yet")
    assert loaded_by(f"import licet.{room}") & {"onnx", "onnxruntime", "PIL", "simplejpeg"} == set()


def test_what_is_heavy_is_seen() -> None:
    assert "numpy" in loaded_by("import numpy")
    busy = f"import time\nwhile time.process_time() < {HELP_SECONDS}: pass"
    assert cpu_seconds([sys.executable, "-c", busy]) > HELP_SECONDS
