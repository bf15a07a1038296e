"""Sources, their authority, and the items they hold."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.terms.face import Box
from licet.terms.ids import (
    AuditId,
    AuthorityId,
    CopyId,
    FaceId,
    ItemId,
    MemberId,
    OrganisationId,
    SourceId,
    Territory,
)


class SourceKind(StrEnum):
    """Where items come from. No value names the open web, a social network or a live feed."""

    FOLDER = "folder"
    UPLOAD = "upload"
    VIDEO = "video"
    SITE = "site"
    BUCKET = "bucket"
    LIBRARY = "library"


class SourceState(StrEnum):
    """declared -> authorised <-> lapsed; on_hold waits for a person; any -> ceased -> purged."""

    DECLARED = "declared"
    AUTHORISED = "authorised"
    LAPSED = "lapsed"
    ON_HOLD = "on_hold"
    CEASED = "ceased"
    PURGED = "purged"


class BystanderCondition(StrEnum):
    """On what basis a source's other faces may be compared at all (GDPR 9(2), 36)."""

    ALL_PICTURED_CONSENTED = "all_pictured_consented"
    LAW_CITED = "law_cited"
    PRIOR_CONSULTATION = "prior_consultation"


class Control(StrEnum):
    """How control of the place was proved."""

    OWN_STORAGE = "own_storage"
    WELL_KNOWN_TOKEN = "well_known_token"  # noqa: S105 - a kind of proof, not a secret
    DNS_RECORD = "dns_record"
    SIGNED_AGREEMENT = "signed_agreement"


class ItemPolicy(StrEnum):
    """What becomes of the item when a person in it is erased."""

    LEAVE_AT_SOURCE = "leave_at_source"
    ASK_SOURCE = "ask_source"


class Marker(StrEnum):
    """What in a source speaks against its stated origin and makes it wait for a person."""

    PLATFORM = "platform"
    IDENTITY_PHOTOS = "identity_photos"
    MANY_ORIGINS = "many_origins"
    STREAM = "stream"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who took the items, how the people in them were told, and for which purposes."""

    taken_by: str
    people_told: str
    purposes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Source:
    """A place that items come from. ``place`` is a folder path, bucket or host and path.

    ``retention_days`` is how long what was met there is remembered; None: as long as the
    source is. ``collected`` is how many items were ever collected there, forgotten ones too.
    ``leave_out`` are tags, folded: a photo that bears one of them is not taken.
    """

    id: SourceId
    organisation: OrganisationId
    name: str
    kind: SourceKind
    place: str
    origin: Origin
    bystander_condition: BystanderCondition | None
    bystander_evidence: str
    territory: Territory | None
    item_policy: ItemPolicy
    state: SourceState
    retention_days: int | None = None
    collected: int = 0
    leave_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Authority:
    """The proof that we may collect at a source: control, licence digest (SHA-256 hex), term.

    ``proved_at`` is when control was proved last, ``tried_at`` when that was tried last: it
    is proved again every thirty days. ``opened_by`` are the members who signed for it.
    """

    id: AuthorityId
    source: SourceId
    control: Control
    proof: str
    licence: str
    valid_from: datetime
    valid_to: datetime
    proved_at: datetime
    tried_at: datetime
    opened_by: frozenset[str] = frozenset()


class AuditFinding(StrEnum):
    """What somebody saw who looked at a random sample of a source."""

    OK = "ok"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class SourceAudit:
    """A look at a random sample of a source.

    ``member`` looks; None where a restore knows only that somebody did. The sample is drawn
    by ``root`` (SHA-256, hex), the ledger's own at ``size`` entries, when ``collected`` items
    had come from there. ``finding`` and ``found_at`` are None until it is signed; the note is
    sealed under the source's key.
    """

    id: AuditId
    source: SourceId
    member: MemberId | None
    root: str
    size: int
    collected: int
    drawn_at: datetime
    finding: AuditFinding | None = None
    found_at: datetime | None = None
    note: bytes = b""


class Fate(StrEnum):
    """What became of an address that a walk came to."""

    COLLECTED = "collected"
    LEFT_OUT = "left_out"
    UNREADABLE = "unreadable"


MARKER = "marker"
"""The rule by which a photo is left out that bears the marks of a platform, or of a badge."""

SETTLED = "marker_settled"
"""The same, once somebody looked at the source and let it be collected again."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Why what lies at an address was collected, or why not: a rule's word, and a sentence.

    ``state`` is what a site said of its state: entity tag, and when it was changed last.
    ``sha256`` is the content of a photo that is quarantined (hex), else empty; ``page`` is
    the page of a site that named it.
    """

    address: str
    fate: Fate
    rule: str
    because: str
    state: tuple[str, str] = ("", "")
    sha256: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class StoredTrace:
    """A trace as it is kept: address and sentence sealed under the source's key."""

    source: SourceId
    tag: bytes
    fate: Fate
    rule: str
    sealed: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """A photo or video that was handed in, without its metadata, sealed under its own key.

    ``sha256`` (hex) is of what is kept, ``handed`` the HMAC of what was handed in under the
    source's key, ``sealed`` its name under that key, ``size`` its bytes in clear. One that is
    ``ending`` is nobody's to read any more, and waits for its bytes to be destroyed.
    """

    id: CopyId
    source: SourceId
    sha256: str
    handed: bytes
    sealed: bytes
    size: int
    at: datetime
    ending: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A photo met at a source: content hash (SHA-256 hex), sealed address, size, first leaf."""

    id: ItemId
    source: SourceId
    sha256: str
    sealed_address: bytes
    width: int
    height: int
    first_leaf: int
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class ItemFace:
    """A face of an item: its box, kept so that it can be blurred. A face has no subject."""

    id: FaceId
    item: ItemId
    box: Box
    span: tuple[int, int] | None = None
