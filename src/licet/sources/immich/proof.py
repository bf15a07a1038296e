"""Proof that whoever opens a library controls it, and that its key may only read.

That a key opens a library shows that somebody has it, not whose it is. Who controls the
account made the key, and named it: the name is the token that was given to the organisation.
So a key that was found, or made for another program, proves nothing.

A key that may do more than read what is collected is refused: what licet does not hold it
cannot lose. Permissions on people and faces are among those that it does not take.
"""

import hashlib
import hmac
from collections.abc import Callable

from licet.sources.authority import NotProved, Proof
from licet.sources.immich.door import PAUSE, Door, NotAllowed, NotThere
from licet.sources.immich.keys import key_of
from licet.sources.immich.place import Place, read_place
from licet.sources.immich.source import LibrarySource, Reader
from licet.sources.site.pace import Budget, Pace
from licet.terms.errors import Busy, Conflict
from licet.terms.source import Control

NEEDED = frozenset({"asset.read", "asset.download", "user.read"})
"""What a key is for: the listing, the files, and whose they are."""

HARMLESS = frozenset({"album.read", "asset.view", "asset.statistics", "apiKey.read"})


def open_library(text: str, may: Callable[[], bool], reader: Reader) -> LibrarySource:
    """Return the library that a text names. Nothing is asked yet.

    Raises ``BadInput`` for no library, ``Setup`` without a key for it.
    """
    return LibrarySource(_door(read_place(text), may), reader)


def prove_library(text: str, expected: str) -> Proof | NotProved:
    """Return the proof of control of a library, or why there is none.

    ``expected`` is the token of the organisation, by this deployment; the proof's text holds its
    SHA-256. Raises ``Setup`` without a key.
    """
    door = _door(read_place(text), lambda: True)
    remedy = f"Make a key in Immich with {', '.join(sorted(NEEDED))} alone, and name it: {expected}"
    try:
        found = door.ask("/api-keys/me")
    except (Busy, Conflict) as problem:
        return NotProved(problem.what, problem.remedy)
    except (NotAllowed, NotThere):
        return NotProved("the server does not say whose key this is", "Bring Immich to 2 or newer.")
    finally:
        door.close()
    name, held = found.get("name"), found.get("permissions")
    if not isinstance(name, str) or not isinstance(held, list):
        return NotProved("the server does not say whose key this is", "Bring Immich to 2 or newer.")
    more = sorted({str(one)[:40] for one in held} - NEEDED - HARMLESS)
    if more:
        return NotProved(f"the key may do more than read photos: {more[0]}", remedy)
    if not set(held) >= NEEDED:
        return NotProved("the key may not read photos and download them", remedy)
    wanted = expected.encode()
    if not expected or not hmac.compare_digest(name.strip().encode("utf-8", "replace"), wanted):
        return NotProved("the key does not bear the token of your organisation", remedy)
    return Proof(Control.OWN_STORAGE, f"token sha256 {hashlib.sha256(wanted).hexdigest()}")


def _door(place: Place, may: Callable[[], bool]) -> Door:
    return Door(place, key_of(place), Pace(place.origin, Budget(), pause=PAUSE), may)
