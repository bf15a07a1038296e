"""Asks, facts, permits and refusals."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from licet.terms.album import AlbumLink
from licet.terms.basis import Purpose
from licet.terms.duties import Filing, Residence, Transfer
from licet.terms.gallery import Scope
from licet.terms.grant import Grant, Restriction, Subject
from licet.terms.ids import (
    BlockId,
    CaseId,
    GrantId,
    MemberId,
    ModelId,
    OrderId,
    OrganisationId,
    PurposeId,
    RequestId,
    SourceId,
    SubjectId,
    Territory,
)
from licet.terms.order import Order
from licet.terms.organisation import Agreement, Approval, Case, Member, Organisation
from licet.terms.rights import Request
from licet.terms.source import Authority, Marker, Source, SourceAudit


class Action(StrEnum):
    """What a permit may be asked for."""

    GOVERN = "govern"
    OPEN_CASE = "open_case"
    APPROVE = "approve"
    WELCOME = "welcome"
    GRANT = "grant"
    CONFIRM = "confirm"
    ENROL = "enrol"
    AUTHORISE = "authorise"
    CEASE = "cease"
    UPLOAD = "upload"
    COLLECT = "collect"
    BACKFILL = "backfill"
    ACCEPT = "accept"
    SEARCH = "search"
    REVIEW = "review"
    SHOW = "show"
    WITHDRAW = "withdraw"
    ERASE = "erase"
    RECEIVE = "receive"
    ANSWER = "answer"
    SCAN = "scan"
    RESTRICT = "restrict"
    RELEASE = "release"
    RECTIFY = "rectify"
    CORRECT = "correct"
    CONFIRM_APPEARANCE = "confirm_appearance"
    SAY = "say"
    HOLD = "hold"
    AUDIT = "audit"
    LIST = "list"
    CLOSE_CASE = "close_case"
    CLOSE_DEPLOYMENT = "close_deployment"
    REGISTER_ORDER = "register_order"
    CONFIRM_ORDER = "confirm_order"
    CARRY_OUT = "carry_out"
    SEND_ORDER = "send_order"
    CLOSE_ORDER = "close_order"
    PLACE_BLOCK = "place_block"
    LIFT_BLOCK = "lift_block"
    CORRESPOND = "correspond"
    BREACH = "breach"
    END_BREACH = "end_breach"
    FILE = "file"
    PREPARE = "prepare"
    TRANSFER = "transfer"
    REPORT = "report"
    AUDIT_SOURCE = "audit_source"
    RELEASE_SOURCE = "release_source"
    EQUIP = "equip"
    RECALL = "recall"


class Register(StrEnum):
    """What can be listed. Each has the roles that may read it (``consent.registers``)."""

    ORGANISATIONS = "organisations"
    MEMBERS = "members"
    SOURCES = "sources"
    CASES = "cases"
    SEARCHES = "searches"
    GRANTS = "grants"
    APPEARANCES = "appearances"
    SUGGESTIONS = "suggestions"
    REQUESTS = "requests"
    HOLDS = "holds"
    ACCOUNTS = "accounts"
    ERASURES = "erasures"
    ORDERS = "orders"
    BLOCKS = "blocks"
    CORRESPONDENCE = "correspondence"
    BREACHES = "breaches"
    PAPERS = "papers"
    TRANSFERS = "transfers"
    CLEARANCE = "clearance"


class By(StrEnum):
    """Who acts: a member of an organisation, the data subject, or the machine on a plan."""

    MEMBER = "member"
    SUBJECT = "subject"
    WORKER = "worker"


class Proof(StrEnum):
    """With what a member stands behind an act that they did not sign."""

    SIGNED_IN = "signed_in"
    SIGNED_IN_LATELY = "signed_in_lately"
    API_KEY = "api_key"
    VOUCHED = "vouched"


@dataclass(frozen=True, slots=True)
class Attended:
    """A member's live session or API key; ``purpose`` is the one that a key is for."""

    member: MemberId
    proof: Proof
    purpose: PurposeId | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """One use somebody wants to make now. Parts that an action does not need stay None."""

    action: Action
    by: By
    model: ModelId
    organisation: OrganisationId | None = None
    member: MemberId | None = None
    case: CaseId | None = None
    purpose: PurposeId | None = None
    grant: GrantId | None = None
    subject: SubjectId | None = None
    source: SourceId | None = None
    evidence: str = ""
    face: int = 1
    fpir: float | None = None
    register: Register | None = None
    request: RequestId | None = None
    order: OrderId | None = None
    block: BlockId | None = None
    territory: Territory | None = None
    on_behalf_of: OrganisationId | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the deployment may hold real people (GDPR 27, 35, 37; AI Act 6).

    A sandbox is never ready for real grants and needs none of this. ``closing`` says that
    the deployment is being ended: then nothing new begins in either. ``residences`` say
    where stores lie, ``transfers`` to which other territories data goes and on what.
    ``purposes_assessed`` says that the impact assessment is of the list of purposes as it is.
    """

    sandbox: bool
    dpia_digest: str
    ai_act_classification: str
    established_in_eu: bool
    eu_representative: str
    officer_is_independent: bool
    closing: bool = False
    source_notice: str = ""
    role_agreement: str = ""
    residences: tuple[Residence, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    purposes_assessed: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """What the ceilings are held against: what was there before this act, itself left out."""

    searches_today: int = 0
    probe_uses_in_case: int = 0
    subjects_in_case: int = 0
    live_vital_grants: int = 0
    paper_confirmations_today: int = 0
    adults_on_contact: int = 0
    dependants_on_contact: int = 0
    subjects_enrolled: int = 0
    evidence_uses: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """A block that holds now: by territory, by subject, by source, or everything (all None)."""

    territory: Territory | None = None
    subject: SubjectId | None = None
    source: SourceId | None = None
    collecting: bool = True
    use: bool = True


@dataclass(frozen=True, slots=True)
class PlacedBlock:
    """A block as it was placed: why, when, what it stops, when it was lifted."""

    cause: str
    at: datetime
    collecting: bool
    use: bool
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the store says now, read by the flow, decided on by ``consent.decide``.

    For GRANT and AUTHORISE, ``grant``, ``subject`` and ``authority`` are the
    proposed ones. ``signers`` are all members whose signatures over this act
    were checked, the acting member included. ``markers`` are what the source
    room found; ``searched_by`` is who made the search that is reviewed;
    ``found_in_case`` says that a search in the case listed this grant.
    ``restricted_for`` is why the grant is restricted; ``held`` says that a legal hold names
    it, ``objecting`` that an objection of the person is open. ``told_at`` is when the
    person was told of what is asked for, where the law wants them told before.
    ``request`` is the rights request that is asked about, or that the grant serves.
    ``order`` is the order that is asked about, ``waiting`` how many access requests of people
    in its scope are open (None: nobody counted). ``block`` is the block that is to be lifted.
    ``link`` is the link that is opened, or by which a person asks; ``seen`` says that a member
    saw that person.
    ``attended`` is the session or key that the acting member comes with, if it is live.
    ``behind`` is the agreement of the organisation on whose behalf the case is asked for;
    ``filings`` are the papers that the organisations filed. ``audits`` are the looks at random
    samples of the source.
    """

    head_size: int
    readiness: Readiness
    organisation: Organisation | None = None
    agreement: Agreement | None = None
    member: Member | None = None
    signers: tuple[Member, ...] = ()
    case: Case | None = None
    approvals: tuple[Approval, ...] = ()
    purpose: Purpose | None = None
    grant: Grant | None = None
    subject: Subject | None = None
    subject_age: int | None = None
    source: Source | None = None
    authority: Authority | None = None
    blocks: tuple[Block, ...] = ()
    counts: Counts = field(default_factory=Counts)
    witnessed: bool = False
    markers: tuple[Marker, ...] = ()
    searched_by: MemberId | None = None
    found_in_case: bool = False
    attended: Attended | None = None
    restricted_for: frozenset[Restriction] = frozenset()
    held: bool = False
    objecting: bool = False
    told_at: datetime | None = None
    request: Request | None = None
    order: Order | None = None
    waiting: int | None = None
    link: AlbumLink | None = None
    seen: bool = False
    block: PlacedBlock | None = None
    behind: Agreement | None = None
    filings: tuple[Filing, ...] = ()
    audits: tuple[SourceAudit, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """The reasoned no. ``reason`` is a stable word, ``article`` the law behind it."""

    action: Action
    reason: str
    article: str
    says: str
    would_change: str


@dataclass(frozen=True, slots=True)
class Permit:
    """Proof for one use now, made by ``consent.decide`` alone and never persisted.

    ``scope`` belongs to scope permits (collect, backfill, search, and enrol for
    its collision check); subject permits carry ``grant``. ``digest`` is the
    SHA-256 (hex) over all other parts and goes into the leaf.
    """

    action: Action
    by: By
    organisation: OrganisationId | None
    member: MemberId | None
    case: CaseId | None
    purpose: PurposeId | None
    grant: GrantId | None
    subject: SubjectId | None
    source: SourceId | None
    scope: Scope | None
    fpir: float | None
    articles: tuple[str, ...]
    evidence: tuple[str, ...]
    decided_at: datetime
    not_after: datetime
    head_size: int
    digest: str
