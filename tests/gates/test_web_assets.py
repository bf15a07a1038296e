"""What the pages load is what was taken from npm, with its licence, and no more than is used."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from scripts.web_assets import LIST, SPRITE, drawn, manifest, put
from tests.gates.tree import ROOT

WEB = ROOT / "src/licet/web"
STATIC = WEB / "static"
FOLDERS = (STATIC, ROOT / "tests/browser/vendor")
OWN = {"licet.css", "licet.js", "camera.js", "handing.js", "mark.svg", "manifest.toml"}
MOST_SCRIPT = 10_000
"""Bytes of script of our own: what a page needs beyond htmx."""

_ICON = re.compile(r"""icon\(\s*["']([a-z0-9-]+)["']|["']([a-z0-9]+(?:-[a-z0-9]+)*)["']""")
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_CLASS = re.compile(r'class="([^"]*)"')


def templates() -> dict[str, str]:
    """Every template by its place."""
    return {str(path): path.read_text("utf-8") for path in WEB.glob("templates/**/*.html")}


def changed(folder: Path) -> list[str]:
    """The files of a folder that are not what its manifest says, or not in it."""
    said = tomllib.loads((folder / "manifest.toml").read_text("utf-8"))
    there = {path.name for path in folder.iterdir()} - OWN
    found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in there}
    wrong = [name for name in there if said.get(name, {}).get("sha256") != found[name]]
    return sorted([*wrong, *(said.keys() - there)])


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_was_taken_is_unchanged(folder: Path) -> None:
    assert changed(folder) == []


def test_a_changed_a_new_and_a_lost_file_are_named(tmp_path: Path) -> None:
    package = {"name": "p", "version": "1", "licence": "MIT"}
    names = ("a.js", "b.js", "c.js")
    files = [put(tmp_path, "x", name, package, name.encode()) for name in names]
    folder = tmp_path / "x"
    (folder / "manifest.toml").write_text(manifest(files), "utf-8")
    assert changed(folder) == []
    (folder / "a.js").write_text("evil()")
    (folder / "b.js").unlink()
    (folder / "d.js").write_text("more()")
    assert changed(folder) == ["a.js", "b.js", "d.js"]


def test_every_package_comes_with_its_licence_and_a_permissive_one_where_it_is_installed() -> None:
    for package in tomllib.loads(LIST.read_text("utf-8"))["package"]:
        assert any("LICENSE" in name for name in package["files"].values()), package["name"]
        if "into" not in package:
            assert package["licence"] in {"0BSD", "MIT", "OFL-1.1"}


def test_every_icon_is_used_and_every_icon_used_is_there() -> None:
    there = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / SPRITE).read_text("utf-8")))
    code = [path.read_text("utf-8") for path in (WEB / "pages").glob("*.py")]
    text = "\n".join([*templates().values(), *code])
    asked = {one or other for one, other in _ICON.findall(text)}
    sure = set(re.findall(r"""icon\(\s*["']([a-z0-9-]+)["']""", text))
    assert sure <= there
    assert there - asked == set()


def test_every_class_has_a_look() -> None:
    sheet = (STATIC / "licet.css").read_text("utf-8")
    styled = set(re.findall(r"\.([a-z][a-z0-9-]*)", sheet))
    bare = {
        (name, word)
        for name, text in templates().items()
        for held in _CLASS.findall(_JINJA.sub(" ", text))
        for word in held.split()
        if word not in styled
    }
    assert bare == set()


def test_our_script_is_small() -> None:
    assert (STATIC / "licet.js").stat().st_size < MOST_SCRIPT
    assert (STATIC / "camera.js").stat().st_size < MOST_SCRIPT
    assert (STATIC / "handing.js").stat().st_size < MOST_SCRIPT


def test_a_sprite_takes_the_colour_of_its_text() -> None:
    icon = b'<svg\n  stroke="black"\n>\n  <path stroke="none" d="M0"/>\n  <path d="M1" />\n</svg>'
    made = drawn({"icons/outline/one.svg": icon}, ["one"]).decode()
    assert 'id="one"' in made
    assert made.count("currentColor") == 2
    assert 'd="M1"' in made
    assert 'd="M0"' not in made
    assert made.count("</svg>") == 1
