"""What a person is told who asks about themselves and is not enrolled (GDPR 15)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.terms.ids import GrantId, RequestId, SourceId


@dataclass(frozen=True, slots=True)
class LiveCapture:
    """A photo taken of the person there and then, by a door that can.

    No door can today: the portal will hand this over after presentation attack detection.
    ``at`` is when it was taken, ``session`` the portal's own number of that moment.
    """

    session: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Attached:
    """A photo is with a request: nothing is compared until a human accepted it.

    ``used`` photos were averaged. ``grant`` is the number of exactly these photos: who
    accepts them names it, so that nobody accepts what they did not see.
    """

    request: RequestId
    grant: GrantId
    used: int
    leaf: int


class SourceRead(StrEnum):
    """What became of a source in a pass.

    ``whole``: every item that is there was read again. ``unreadable``: its place cannot be
    read now. ``not_allowed``: nothing may be read there now. ``waits``: it was not its turn
    before the answer.
    """

    WHOLE = "whole"
    UNREADABLE = "unreadable"
    NOT_ALLOWED = "not_allowed"
    WAITS = "waits"


@dataclass(frozen=True, slots=True)
class LookedAt:
    """One source in which a person's face was looked for.

    ``items`` were read and their ``faces`` compared; ``unreadable`` items were not: they
    are gone, or changed since. ``innocent_millionths`` is how many strangers' faces, in
    millionths of one face, are expected among those taken for this person.
    """

    source: SourceId
    name: str
    organisation: str
    read: SourceRead
    items: int = 0
    faces: int = 0
    unreadable: int = 0
    innocent_millionths: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NamedAt:
    """One source of which a person asked without a photo.

    ``items`` is how many were met there in the time that was named, ``addresses`` how many
    of the addresses that the person named are known. Whose faces they show nobody can say
    without a comparison, so nothing is told of any face, and no address that the person
    did not name.
    """

    source: SourceId
    name: str
    organisation: str
    items: int
    addresses: int


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked at for one request. ``photo`` says that a photo was compared."""

    photo: bool
    sources: tuple[LookedAt, ...]
    named: tuple[NamedAt, ...]
