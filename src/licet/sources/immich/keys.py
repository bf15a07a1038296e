"""Where the key of a library is: outside the deployment, and for one server each.

1. ``IMMICH_API_KEY`` in the environment, with ``IMMICH_INSTANCE_URL`` saying whose it is, as
   Immich's own command takes them.
2. Else a file with one server and its key in each line: ``IMMICH_KEYS_FILE`` names it, or it
   is ``~/.config/licet/immich-keys``. Nobody but its owner may read it.

A key is sent to the server that it is for, and to no other: whoever opens a source at a
place of their own is not handed somebody else's. Without a certificate that is the server at
an address, ``http://192.168.1.20:2283`` or ``http://nas:2283/?at=192.168.1.20``. It is in no
row, entry, message or log.
"""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from licet.sources.immich.place import Place, read_place
from licet.terms.errors import BadInput, Setup

_KEY = re.compile(r"[\x21-\x7e]{8,512}")
_MOST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Key:
    """A key. It is not part of what is printed of it."""

    value: str = field(repr=False)

    def field(self) -> tuple[bytes, bytes]:
        """Return the header field that carries it."""
        return b"x-api-key", self.value.encode("ascii")


def key_of(place: Place) -> Key:
    """Return the key for a library. Raises ``Setup`` without one, naming the server alone."""
    for server, key in (*_of_environment(), *_of_file()):
        if _is_for(server, place):
            if _KEY.fullmatch(key) is None:
                raise Setup(f"what is given for {place.origin} is no key", "Copy it once more.")
            return Key(key)
    at = f" at {place.at}" if place.scheme == "http" and place.at != place.host else ""
    raise Setup(
        f"there is no key for {place.origin}{at}",
        "Set IMMICH_INSTANCE_URL and IMMICH_API_KEY, or write a line into the file of keys.",
    )


def _is_for(server: str, place: Place) -> bool:
    """Say whether a key's server is this one: scheme, host and port are the same.

    Without a certificate a name proves nothing, and whoever opens a place says which address
    it has: there the key is for that address as well.
    """
    try:
        named = read_place(server)
    except BadInput:
        return False
    if place.scheme == "https":
        return named.origin == place.origin
    same = (named.scheme, named.port, named.at) == (place.scheme, place.port, place.at)
    return same and named.host in {place.host, place.at}


def _of_environment() -> Iterator[tuple[str, str]]:
    server, key = os.environ.get("IMMICH_INSTANCE_URL"), os.environ.get("IMMICH_API_KEY")
    if server and key:
        yield server, key.strip()


def _of_file() -> Iterator[tuple[str, str]]:
    named = os.environ.get("IMMICH_KEYS_FILE")
    file = Path(named) if named else Path.home() / ".config" / "licet" / "immich-keys"
    try:
        with file.open("rb") as stream:
            if os.fstat(stream.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise Setup(f"others may read the keys in {file}", f"Run `chmod 600 {file}`.")
            text = stream.read(_MOST).decode("utf-8", "replace")
    except FileNotFoundError as gone:
        if named:
            raise Setup(f"there is no file {file}", "Write the keys there.") from gone
        return
    except OSError as problem:
        raise Setup(f"the file {file} cannot be read", "Let this account read it.") from problem
    for line in text.splitlines():
        parts = line.split()
        if len(parts) == 2 and not line.lstrip().startswith("#"):
            yield parts[0], parts[1]
