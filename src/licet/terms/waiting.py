"""Acts that two members sign, one after the other: where the first signature waits."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.terms.ids import ActId, MemberId, OrganisationId
from licet.terms.organisation import Act


@dataclass(frozen=True, slots=True)
class WaitingAct:
    """An act that one member signed and that another must sign too.

    It is there while it waits: what became of it is in the ledger. ``kind`` is a name of
    ``licet.deeds``; ``sealed`` holds what it is carried out with, under its organisation's
    key. ``member`` signed first, at ``at``, with ``signature`` (empty in a sandbox).
    """

    id: ActId
    kind: str
    organisation: OrganisationId
    member: MemberId
    name: str
    object: str
    digest: str
    at: datetime
    sealed: bytes
    signature: bytes
    expires: datetime

    @property
    def act(self) -> Act:
        """What both members sign, to the last byte."""
        return Act(self.name, self.organisation, self.object, self.digest, self.at)


class ActEnd(StrEnum):
    """Why an act that waited was never carried out."""

    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True)
class Parked:
    """An act that waits from now on, and until when."""

    act: ActId
    kind: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class ActLine:
    """An act on the list of those that wait: what it is about in words, and who began it.

    ``yours`` says that the reader began it: somebody else must sign.
    """

    id: ActId
    kind: str
    says: str
    begun_by: MemberId
    at: datetime
    expires: datetime
    yours: bool
