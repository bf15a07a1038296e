"""What is never committed: photos, models, databases, keys."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from tests.gates.tree import ROOT

NEVER = {
    **dict.fromkeys(
        (".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".heif", ".bmp", ".tif", ".tiff"),
        "a picture may show a real person; generate it, or fetch it by hash",
    ),
    **dict.fromkeys((".gif", ".mp4", ".mov", ".mkv"), "as pictures"),
    **dict.fromkeys((".onnx", ".npz", ".npy"), "models and templates are fetched or made"),
    **dict.fromkeys((".db", ".sqlite", ".sqlite3"), "a database holds somebody's data"),
    **dict.fromkeys((".pem", ".key", ".p12"), "a key that is committed is no key"),
}

AGREED: frozenset[str] = frozenset()
"""Files of these kinds that somebody looked at: drawn pictures of the docs."""

_OURS = (".github", "bench", "docs", "requirements", "scripts", "src", "tests")
_MADE = frozenset({"__pycache__", "out"})


def tracked() -> list[str]:
    """The project's files, without what a run leaves behind."""
    files = [path for name in _OURS for path in (ROOT / name).rglob("*") if path.is_file()]
    inside = [path.relative_to(ROOT) for path in files]
    return [path.as_posix() for path in inside if not _MADE & set(path.parts)]


def unwanted(names: Iterable[str]) -> list[str]:
    """The files that are never committed, with the reason."""
    kinds = ((name, PurePosixPath(name).suffix.lower()) for name in names)
    return [f"{n}: {NEVER[kind]}" for n, kind in kinds if kind in NEVER and n not in AGREED]


def test_no_photo_model_database_or_key_is_in_the_tree() -> None:
    found = unwanted(tracked())
    assert not found, "\n".join(found)


def test_what_is_unwanted_is_named() -> None:
    names = ["tests/a.JPG", "src/licet/x.onnx", "docs/k.pem", "src/licet/web/logo.svg"]
    assert len(unwanted(names)) == 3
    assert "tests/gates/test_files.py" in tracked()
