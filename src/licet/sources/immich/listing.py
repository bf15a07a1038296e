"""What a library holds that its key's owner may give away: read page by page, and sorted.

Of what the server says of a photo the id, kind, owner and state are taken, its checksum,
when its file was written and how the file is called. The rest is let go of unread: neither
people nor faces are asked for, and where the server gives them nevertheless they are not
looked at.

1. Photos and videos of the timeline are taken. What is in the bin, archived, locked, hidden
   or not there now is left out: whoever put it there said so.
2. What somebody else owns is left out: an album may be shared, and the key is not theirs.
3. What was put into the bin or the archive since it was collected is told, so that it can be
   forgotten: of other things there nothing is noted. A locked folder shows itself to no key.
4. The order of a walk is by the letters of the addresses, so that it resumes after any.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from licet.sources.address import to_address, to_parts
from licet.sources.contract import Address
from licet.sources.immich.door import Door, NotThere
from licet.sources.immich.place import is_uuid
from licet.terms.errors import BadInput, Conflict
from licet.terms.source import Fate, Trace

PAGE = 1000
"""Photos on one page of a listing, as many as Immich gives."""

MOST_PAGES = 3000

KINDS = frozenset({"IMAGE", "VIDEO"})

_ASKED: dict[str, object] = {
    "size": PAGE,
    "order": "asc",
    "visibility": "timeline",
    "withDeleted": True,
    "withExif": False,
    "withPeople": False,
    "withStacked": True,
}
_ARCHIVE: dict[str, object] = {**_ASKED, "visibility": "archive"}
_PUT_AWAY = frozenset({"archived", "trashed"})

Kept = Callable[[Address], bool]
"""Says whether something was collected at an address before."""

_STATES = {
    "archive": ("archived", "left out: it is archived in the library"),
    "locked": ("locked", "left out: it is in the locked folder of the library"),
    "hidden": ("hidden", "left out: it is hidden in the library"),
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A photo or video of a library: its address here, and the state that it is in there."""

    address: Address
    id: str
    is_video: bool
    state: tuple[str, str]
    written_at: datetime | None


@dataclass(frozen=True, slots=True)
class Listing:
    """What may be read, by address, and why the rest is left out."""

    assets: dict[Address, Asset]
    left_out: tuple[Trace, ...]


def read_listing(door: Door, owner: str, kept: Kept) -> Listing:
    """Read all that a library holds. Raises as ``Door.ask`` does, ``BadInput`` for too much."""
    assets: dict[Address, Asset] = {}
    left_out: dict[str, Trace] = {}
    for row in chain(_rows(door, _ASKED), _rows(door, _ARCHIVE)):
        found = _asset(door, row, owner)
        if isinstance(found, Trace):
            if found.rule not in _PUT_AWAY or kept(Address(found.address)):
                left_out[found.address] = found
        else:
            # Photos that come meanwhile move others to a page that was read already.
            assets[found.address] = found
    return Listing({one: assets[one] for one in sorted(assets)}, tuple(left_out.values()))


def read_one(door: Door, owner: str, asset: str) -> Asset | Trace | None:
    """Return what a library says of one photo now; None where it does not know it."""
    found = _page(door, {**_ASKED, **_scope(door), "id": asset, "page": 1})
    rows = [row for row in found["items"] if isinstance(row, dict) and row.get("id") == asset]
    return _asset(door, rows[0], owner) if rows else None


def id_of(address: Address) -> str:
    """Return the id in an address. Raises ``BadInput`` for one that no library gave."""
    parts = to_parts(address)
    found = parts[0].decode("utf-8", "replace")
    if len(parts) != 2 or not is_uuid(found):
        raise BadInput("this is no address of this source", "Use one that it listed.")
    return found


def owner_of(door: Door) -> str:
    """Return the id of the account whose key it is. Raises as ``Door.ask`` does."""
    try:
        found = str(door.ask("/users/me").get("id", ""))
    except NotThere:
        found = ""
    if not is_uuid(found):
        raise door.strange()
    return found


def _scope(door: Door) -> dict[str, object]:
    return {"albumIds": [door.place.album]} if door.place.album else {}


def _rows(door: Door, asked: dict[str, object]) -> Iterator[dict[str, Any]]:
    page = 1
    for _ in range(MOST_PAGES):
        found = _page(door, {**asked, **_scope(door), "page": page})
        yield from found["items"]
        more = str(found.get("nextPage") or "")
        if not more:
            return
        if not more.isdigit() or int(more[:9]) <= page:
            raise door.strange()
        page = int(more[:9])
    raise BadInput(
        f"the library holds more than {PAGE * MOST_PAGES} photos",
        "Open its albums as sources of their own.",
    )


def _page(door: Door, body: dict[str, object]) -> dict[str, Any]:
    try:
        found = door.ask("/search/metadata", body).get("assets")
    except NotThere:
        raise Conflict(
            f"{door.place.origin} does not know this album, or this key may not read it",
            "Share it with the key's owner, or name another one.",
        ) from None
    items = found.get("items") if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(items, list):
        raise door.strange()
    if not all(isinstance(row, dict) for row in items):
        raise door.strange()
    return found


def _asset(door: Door, row: dict[str, Any], owner: str) -> Asset | Trace:
    """Return an asset, or why it is left out. Raises ``Conflict`` for what is none."""
    texts = {
        name: row.get(name)
        for name in ("id", "type", "ownerId", "visibility", "checksum", "originalFileName")
    }
    known = is_uuid(str(row.get("id"))) and all(isinstance(one, str) for one in texts.values())
    if not known or not isinstance(row.get("isTrashed"), bool):
        raise door.strange()
    name = str(row["originalFileName"]).replace("/", "_").replace("\0", "_") or "photo"
    address = to_address((str(row["id"]).encode(), name.encode("utf-8", "surrogateescape")))
    left = _left_out(row, owner)
    if left is not None:
        return Trace(address, Fate.LEFT_OUT, *left)
    written = row.get("fileModifiedAt")
    state = (str(row["checksum"]), str(written or ""))
    return Asset(address, str(row["id"]), row["type"] == "VIDEO", state, _moment(written))


def _left_out(row: dict[str, Any], owner: str) -> tuple[str, str] | None:
    if row["ownerId"] != owner:
        return "owner", "left out: somebody else owns it; their own key would read it"
    if row["isTrashed"]:
        return "trashed", "left out: it is in the library's bin"
    if row["visibility"] != "timeline":
        unknown = "hidden", "left out: the library does not show it"
        return _STATES.get(str(row["visibility"]), unknown)
    if row.get("isOffline"):
        return "offline", "left out: its file is not there now"
    if row["type"] not in KINDS:
        return "kind", "left out: it is neither a photo nor a video"
    return None


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None
