"""The page that the demonstration leaves behind, for people who would rather look than read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from importlib import resources
from pathlib import Path
from string import Template

from licet.sources.fixtures import FixturePhoto


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG with its file name and the words below it."""

    name: str
    data: bytes
    words: str


@dataclass
class Scene:
    """One scene: lines with what they are (``done``, ``refused``, ``word``), and pictures."""

    title: str
    lines: list[tuple[str, str]] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    seconds: float = 0.0


def write_page(
    out: Path, scenes: Sequence[Scene], photos: Sequence[FixturePhoto], seconds: float
) -> Path:
    """Write ``index.html`` and its pictures below ``out`` and return the page's path."""
    folder = out / "pictures"
    folder.mkdir(exist_ok=True)
    for scene in scenes:
        for picture in scene.pictures:
            (folder / picture.name).write_bytes(picture.data)
    template = Template(
        resources.files("licet.demo").joinpath("page.html").read_text(encoding="utf-8")
    )
    page = out / "index.html"
    page.write_text(
        template.substitute(
            scenes="\n".join(_scene(n, scene) for n, scene in enumerate(scenes, start=1)),
            credits="\n".join(_credit(photo) for photo in photos),
            seconds=f"{seconds:.0f}",
        ),
        encoding="utf-8",
    )
    return page


def _scene(number: int, scene: Scene) -> str:
    lines = "\n".join(f'<li class="{kind}">{escape(line)}</li>' for line, kind in scene.lines)
    pictures = "\n".join(_picture(picture) for picture in scene.pictures)
    gallery = f'<div class="pictures">{pictures}</div>' if pictures else ""
    return (
        f'<section aria-labelledby="scene-{number}">'
        f'<h2 id="scene-{number}"><span class="n">{number}</span>{escape(scene.title)}</h2>'
        f"<ul>{lines}</ul>{gallery}"
        f'<p class="time">{scene.seconds:.1f} s</p></section>'
    )


def _picture(picture: Picture) -> str:
    name, words = escape(picture.name, quote=True), escape(picture.words)
    return (
        f'<figure><img src="pictures/{name}" alt="{name}: {words}" loading="lazy">'
        f"<figcaption><b>{name}</b> {words}</figcaption></figure>"
    )


def _credit(photo: FixturePhoto) -> str:
    link = escape(photo.credit, quote=True)
    return (
        f'<li><a href="{link}">{escape(photo.person)}</a>, by {escape(photo.author)} '
        f"({escape(photo.licence)})</li>"
    )
