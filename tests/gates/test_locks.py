"""The locks: a hash for everything, no address, and what the project asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.gates.tree import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
RUNTIME = ROOT / "requirements/runtime.txt"
DEV = ROOT / "requirements/dev.txt"
PYTHONS = ("3.11.7", "3.12.4", "3.13.1")
ADDRESS = re.compile(r"[a-z]+://|--(extra-)?index-url|--find-links|\s@\s", re.IGNORECASE)


def pins(text: str) -> list[tuple[Requirement, int]]:
    """Each pinned requirement of a lock with the number of its hashes."""
    joined = re.sub(r"#.*", "", text).replace("\\\n", " ")
    lines = [line.strip() for line in joined.splitlines() if line.strip()]
    return [(Requirement(line.split(" --hash")[0]), line.count("--hash=sha256:")) for line in lines]


def pinned(lock: Path, python: str) -> dict[str, str]:
    """What a lock installs on Linux with one Python: name -> version."""
    on = {
        "python_version": python.rpartition(".")[0],
        "python_full_version": python,
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    kept = [
        one
        for one, _ in pins(lock.read_text(encoding="utf-8"))
        if one.marker is None or one.marker.evaluate(on)
    ]
    names = [canonicalize_name(one.name) for one in kept]
    assert len(names) == len(set(names)), "one version of each on one Python"
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in kept}


def unmet(wanted: list[str], versions: dict[str, str]) -> list[str]:
    """The requirements that a set of pinned versions does not meet."""
    missed = []
    for one in map(Requirement, wanted):
        version = versions.get(canonicalize_name(one.name))
        if version is None or not one.specifier.contains(version):
            missed.append(str(one))
    return missed


def wanted_by(name: str) -> list[str]:
    """The requirements of an ``.in`` file."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    return [line for line in lines if line]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda one: one.name)
def test_a_lock_holds_no_address(lock: Path) -> None:
    code = re.sub(r"(?m)^#.*", "", lock.read_text(encoding="utf-8"))
    assert ADDRESS.search(code) is None


@pytest.mark.parametrize("lock", LOCKS, ids=lambda one: one.name)
def test_everything_is_pinned_and_hashed(lock: Path) -> None:
    for one, hashes in pins(lock.read_text(encoding="utf-8")):
        assert hashes, one
        assert re.fullmatch(r"==[^,*]+", str(one.specifier)), one


@pytest.mark.parametrize("python", PYTHONS)
def test_the_locks_meet_what_the_project_asks_for(python: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtime, dev = pinned(RUNTIME, python), pinned(DEV, python)
    bench = pinned(ROOT / "requirements/bench.txt", python)
    assert unmet(project["dependencies"] + wanted_by("build.in"), runtime) == []
    assert unmet(wanted_by("dev.in"), dev) == []
    assert unmet(wanted_by("bench.in"), bench) == []
    dlib = pinned(ROOT / "requirements/bench-dlib.txt", python)
    assert unmet(wanted_by("bench-dlib.in"), dlib) == []
    deepface = pinned(ROOT / "requirements/bench-deepface.txt", python)
    assert unmet(wanted_by("bench-deepface.in"), deepface) == []
    assert runtime.items() <= dev.items(), "the tools bring no other version of the runtime"
    assert bench.items() - dev.items() == {(k, v) for k, v in bench.items() if k not in dev}


@pytest.mark.parametrize(
    "line",
    ["--index-url https://x.example", "a @ file:///a.whl", "--find-links /a", "a==1 # https://x"],
)
def test_an_address_is_seen(line: str) -> None:
    assert ADDRESS.search(line)


def test_what_a_lock_lacks_is_named() -> None:
    text = "a==1 \\\n    --hash=sha256:00 \\\n    --hash=sha256:01\nb>=2\n"
    assert [(str(one), hashes) for one, hashes in pins(text)] == [("a==1", 2), ("b>=2", 0)]
    assert unmet(["a>=1", "a>=2", "c"], {"a": "1"}) == ["a>=2", "c"]
