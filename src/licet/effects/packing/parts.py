"""What a package holds, part by part; ``package.json`` is exactly this (docs/formats/package.md).

A moment is UTC, an id is the one that the ledger's entries name, a digest is SHA-256 in hex.
``None`` says that there is no such thing, or that its key is destroyed and nobody can read it.
"""

from dataclasses import dataclass
from datetime import datetime

FORMAT = "licet package v1"


@dataclass(frozen=True, slots=True)
class About:
    """Which request this answers, for whom, by whom, and as of when. No moment is too old."""

    format: str
    controller: str
    ledger: str
    sandbox: bool
    request: str
    right: str
    received_at: datetime
    due: datetime
    as_of: datetime
    language: str


@dataclass(frozen=True, slots=True)
class Store:
    """One place where something is kept, and how much of it is this person's, zeros included.

    ``kind`` is table, keys, memory or files. ``part`` names the list of this file that holds
    each of them; it is empty where they are counted only, and ``says`` tells why.
    """

    store: str
    kind: str
    count: int
    part: str
    says: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who the person is, as they said. What is inside the identity is sealed at rest."""

    id: str
    state: str
    residence: str | None
    dependant: bool
    name: str | None
    contact: str | None
    born: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class GrantPart:
    """One grant: what was allowed, to whom, until when, and how it stands.

    ``notice`` and ``instrument`` are digests of the notice shown and of the paper it rests
    on. ``restricted_for`` says why it is restricted. ``receipts`` are files of this package.
    """

    id: str
    organisation: str | None
    purpose: str
    title: str
    basis: str
    condition: str
    relationship: str
    source: str | None
    territories: tuple[str, ...]
    notice: str
    notice_delivered_at: datetime | None
    confirmed_at: datetime | None
    confirmed_by: str
    guardian: bool
    captured: bool
    not_before: datetime
    expires: datetime
    state: str
    restricted_for: tuple[str, ...]
    instrument: str
    receipts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A one-time code that was sent and waits; it is kept as a salted digest alone."""

    of: str
    tries: int
    expires: datetime


@dataclass(frozen=True, slots=True)
class Features:
    """The features of a face: whole numbers that, divided by ``scale``, make a unit vector."""

    scale: int
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A template from enrolment: which model made it, of how many photos, and its features.

    The photos themselves are not kept.
    """

    id: str
    grant: str
    model: str
    entry: int
    photos: int | None
    features: Features | None


@dataclass(frozen=True, slots=True)
class Region:
    """A face's region in pixels of the upright photo."""

    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a comparison score means.

    ``cosine`` is the score in [-1, 1]. ``one_in`` says that about one of so many strangers
    would reach it, by the model's calibration (at a million or more it says no more than
    that); ``people`` is how many people the face was
    compared with, as of today.
    """

    score: int
    cosine: float
    one_in: int
    people: int


@dataclass(frozen=True, slots=True)
class Appearance:
    """A face in an item that the program takes for this person.

    ``confirmed`` says that somebody looked and agreed; who nobody confirmed lapses. ``span``
    is from when to when in a video, in milliseconds, and ``moment`` when it is where ``region``
    says.
    """

    id: str
    grant: str
    model: str
    entry: int
    confirmed: bool
    lapses_at: datetime | None
    item: str | None
    region: Region | None
    span: tuple[int, int] | None
    moment: int | None
    meaning: Meaning | None
    features: Features | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A face that may be this person and waits for somebody's look: no features are kept."""

    id: str
    grant: str
    entry: int
    expires: datetime
    item: str | None
    region: Region | None
    meaning: Meaning | None


@dataclass(frozen=True, slots=True)
class Unlinked:
    """A face that was found to be somebody else's: a tag, so that it is not kept again."""

    grant: str
    tag: str


@dataclass(frozen=True, slots=True)
class QuestionPart:
    """What this person is asked under a grant, and what they said.

    ``asked`` is ``shown`` (may an archive show them), ``seek`` (whom they let be told that
    they look for family) or ``found`` (somebody looks for them). ``words`` are their own;
    ``territories`` empty: everywhere. Who looks for them is another's data.
    """

    grant: str
    asked: str
    said: str
    words: tuple[str, ...]
    not_before: str
    until: str
    territories: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class ItemPart:
    """A photo in which an appearance or suggestion of this person is.

    ``addresses`` are where in the source it was met; they are told for appearances alone:
    a suggestion may well be somebody else. ``picture`` is a file of this package in which
    everybody else is covered; ``picture_says`` tells why there is none, in one word.
    """

    id: str
    source: str
    sha256: str
    addresses: tuple[str, ...]
    width: int
    height: int
    faces: int
    first_seen: datetime
    entry: int
    picture: str | None
    picture_says: str


@dataclass(frozen=True, slots=True)
class SearchPart:
    """A search that listed this person: by which organisation, when, for what, what came of it.

    ``on_behalf_of`` is another organisation that asked for it, None if none did.
    Members' names are not this person's data. ``threshold`` is the score from which anybody
    was listed; ``in_scope`` how many people were searched; ``expected_innocent`` how many of
    these would be listed by chance. ``rank``, ``meaning`` and ``template`` are empty once the
    person was taken off the list. ``findings`` are what verifiers said.
    """

    id: str
    organisation: str
    on_behalf_of: str | None
    purpose: str
    at: datetime
    outcome: str
    entry: int
    threshold: float
    in_scope: int
    expected_innocent: float
    rank: int | None
    kind: str | None
    template: str | None
    grant: str | None
    meaning: Meaning | None
    findings: tuple[str, ...]
    probe_until: datetime | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """An organisation that holds a grant of this person or found them in a search."""

    id: str
    name: str
    kind: str
    contact: str
    grants: int
    searches: int


@dataclass(frozen=True, slots=True)
class SourcePart:
    """Where items come from: whose it is, who took them, how people were told, on what ground.

    ``authorised`` says whether items may be read there now. ``licence`` is a digest.
    """

    id: str
    name: str
    kind: str
    organisation: str
    taken_by: str
    people_told: str
    purposes: tuple[str, ...]
    bystander_condition: str | None
    bystander_evidence: str
    territory: str | None
    state: str
    authorised: bool
    control: str | None
    licence: str | None
    valid_to: datetime | None
    retention_days: int | None


@dataclass(frozen=True, slots=True)
class Threshold:
    """From which score on something happens: ``fpir`` is the rate that the operator promises."""

    used_for: str
    fpir: float
    people: int
    cosine: float


@dataclass(frozen=True, slots=True)
class Model:
    """The model that makes templates, as its card says, and the thresholds in use today."""

    id: str
    title: str
    licence: str
    credit: str
    training: str
    dimension: int | None
    measured_on: str
    thresholds: tuple[Threshold, ...]


@dataclass(frozen=True, slots=True)
class RequestPart:
    """A request of this person: what they wrote, when it was due, what they were answered."""

    id: str
    right: str
    state: str
    received_at: datetime
    due: datetime
    extended_at: datetime | None
    closed_at: datetime | None
    regime: str
    letters: int
    mandate: str
    channel_proved_at: datetime | None
    identity_accepted_at: datetime | None
    contact: str | None
    name: str | None
    representative: str | None
    words: tuple[str, ...]
    places: tuple[str, ...]
    reason: str | None
    article: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class HoldPart:
    """A legal hold on this person's grants: until when, and the digest of its paper."""

    id: str
    grants: tuple[str, ...]
    instrument: str
    placed_at: datetime
    until: datetime
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True)
class StepPart:
    """One step of a plan and what it found."""

    step: str
    state: str
    found: dict[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class PlanPart:
    """Work about this person that must reach its end, step by step."""

    id: str
    kind: str
    cause: str
    state: str
    created_at: datetime
    steps: tuple[StepPart, ...]


@dataclass(frozen=True, slots=True)
class RunPart:
    """A walk over a source that looks for this person's face under one grant."""

    id: str
    kind: str
    source: str
    grant: str
    state: str


@dataclass(frozen=True, slots=True)
class BlockPart:
    """A block on this person: nobody may collect or use."""

    cause: str
    at: datetime
    collecting: bool
    use: bool
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountPart:
    """A sealed record of who searched this person, made when they were erased."""

    id: str
    made_at: datetime
    destroy_at: datetime


@dataclass(frozen=True, slots=True)
class LookedPart:
    """One source that was read once more to look for who asks, by a photo of theirs.

    ``read`` is whole, unreadable, not_allowed or waits. ``unreadable`` items were not read.
    ``innocent_millionths`` is how many strangers' faces, in millionths of one, are expected
    among those taken for the person.
    """

    source: str
    name: str
    organisation: str
    read: str
    items: int
    faces: int
    unreadable: int
    innocent_millionths: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class NamedPart:
    """One source that was asked about by time, place or address, without a photo.

    ``items`` were met there in that time; ``addresses`` of those that were named are known.
    """

    source: str
    name: str
    organisation: str
    items: int
    addresses: int


@dataclass(frozen=True, slots=True)
class Package:
    """Everything that is kept of one person, in the order in which it is written."""

    about: About
    manifest: tuple[Store, ...]
    person: Person
    grants: tuple[GrantPart, ...]
    codes: tuple[Code, ...]
    references: tuple[Reference, ...]
    appearances: tuple[Appearance, ...]
    suggestions: tuple[Suggestion, ...]
    unlinked: tuple[Unlinked, ...]
    questions: tuple[QuestionPart, ...]
    items: tuple[ItemPart, ...]
    sources: tuple[SourcePart, ...]
    looked: tuple[LookedPart, ...]
    named: tuple[NamedPart, ...]
    searches: tuple[SearchPart, ...]
    recipients: tuple[Recipient, ...]
    models: tuple[Model, ...]
    requests: tuple[RequestPart, ...]
    holds: tuple[HoldPart, ...]
    plans: tuple[PlanPart, ...]
    runs: tuple[RunPart, ...]
    blocks: tuple[BlockPart, ...]
    accounts: tuple[AccountPart, ...]
    keys: tuple[str, ...]
