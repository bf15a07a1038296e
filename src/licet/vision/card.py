"""Model cards: what a model is, under which licence, how it is fed and calibrated.

A card is pure data; reading the model's file is :mod:`licet.vision.files`' work.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from licet.terms.errors import Setup
from licet.terms.ids import ModelId


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model: name, SHA-256 (hex), and the package that ships it."""

    name: str
    sha256: str
    package: str
    version: str


@dataclass(frozen=True, slots=True)
class InputForm:
    """How pixels are fed: size (0 = any multiple of 32), channel order, value range."""

    width: int
    height: int
    colour: str
    low: float
    high: float
    normalisation: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A measured point: at this cosine, ``rate`` is reached with ``subjects`` enrolled.

    ``photos`` are averaged per reference. ``subjects`` 1 is a 1:1 comparison and
    ``rate`` its FMR; else ``rate`` is FPIR(N, T) (ISO/IEC 19795-1).
    """

    subjects: int
    rate: float
    cosine: float
    photos: int


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Everything licet may assume about a model. ``anchors`` is empty for a detector."""

    name: str
    title: str
    job: str
    licence: str
    allows: str
    credit: str
    training: str
    file: ModelFile
    form: InputForm
    alignment: str
    dimension: int
    measured_on: str
    anchors: tuple[Anchor, ...]

    @property
    def model_id(self) -> ModelId:
        """``<name>@<first 8 hex digits of the file's SHA-256>``."""
        return ModelId(f"{self.name}@{self.file.sha256[:8]}")


def read_card(text: str) -> ModelCard:
    """Return the card that a TOML text describes. Raises :class:`Setup` when it is no card."""
    try:
        return _card(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise Setup(f"this is not a model card: {error}", "compare it with models.md") from error


def shipped_card(name: str) -> ModelCard:
    """Return the card ``name`` that comes with licet. Raises :class:`Setup` if there is none."""
    place = resources.files("licet.vision").joinpath("cards", f"{name}.toml")
    if not place.is_file():
        raise Setup(f"there is no model card named {name!r}", "see docs/reference/models.md")
    return read_card(place.read_text("utf-8"))


def _card(data: Mapping[str, Any]) -> ModelCard:
    """Build a card from parsed TOML."""
    calibration = data.get("calibration", {})
    file = ModelFile(**data["file"])
    if len(file.sha256) != 64:
        raise ValueError("file.sha256 must be the full SHA-256 in hex")
    return ModelCard(
        name=data["name"],
        title=data["title"],
        job=data["job"],
        licence=data["licence"],
        allows=data["allows"],
        credit=data["credit"],
        training=data["training"],
        file=file,
        form=InputForm(**data["form"]),
        alignment=data["alignment"],
        dimension=int(data["dimension"]),
        measured_on=calibration.get("measured_on", ""),
        anchors=tuple(Anchor(**anchor) for anchor in calibration.get("anchors", ())),
    )
