"""Rows that only make sense at rest: sealed templates, suggestions, confirmation codes."""

from dataclasses import dataclass
from datetime import datetime

from licet.terms.gallery import TemplateKind
from licet.terms.ids import GrantId, ModelId, SubjectId, SuggestionId, TemplateId


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    """A template as kept: which face it is, the score and the features are in ``sealed``.

    ``lapses_at`` ends an appearance that neither the subject nor a verifier
    confirmed; None for references and confirmed appearances. ``leaf`` is the
    ledger index of the entry that kept it.
    """

    id: TemplateId
    grant: GrantId
    kind: TemplateKind
    model: ModelId
    sealed: bytes
    lapses_at: datetime | None
    leaf: int


@dataclass(frozen=True, slots=True)
class SealedBatch:
    """Many sealed templates of one model in columns of equal length, as kept."""

    model: ModelId
    ids: tuple[TemplateId, ...]
    grants: tuple[GrantId, ...]
    kinds: tuple[TemplateKind, ...]
    sealed: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class GrantBatch:
    """Many grants in columns of equal length, as far as a gallery must know them.

    Moments are milliseconds since 1970 in UTC. ``likeness`` is every other column of a
    grant and its subject that decides on its use: grants with equal ones are used alike.
    """

    ids: tuple[GrantId, ...]
    subjects: tuple[SubjectId, ...]
    not_before: tuple[int, ...]
    expires: tuple[int, ...]
    likeness: tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class StoredSuggestion:
    """A face between two thresholds that waits for a person's look: no template, no crop."""

    id: SuggestionId
    grant: GrantId
    sealed: bytes
    expires: datetime
    leaf: int


@dataclass(frozen=True, slots=True)
class StoredUnlinked:
    """A face that is not a grant's person, found by ``tag``: a standing decision.

    ``tag`` is an HMAC of the face's id under the grant's key. ``sealed`` says which face it
    is; None where a restore knows the tag alone.
    """

    grant: GrantId
    tag: bytes
    sealed: bytes | None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The one-time code of a pending grant: salted SHA-256, tries used, end."""

    grant: GrantId
    salt: bytes
    digest: bytes
    tries: int
    expires: datetime


@dataclass(frozen=True, slots=True)
class Deployment:
    """The one row that says what this deployment is.

    ``origin`` is the ledger's C2SP origin line. A sandbox can never become real.
    ``checkpoint_size`` is the size last signed: never sign a smaller one. ``closing_at``
    is when ending it for good was ordered, ``closed_at`` when that was over. The digests are
    SHA-256 (hex) of the papers it rests on; ``prepared_at`` is when two members filed them,
    and ``purposes`` the digest of the list of purposes that they assessed then.
    """

    id: str
    origin: str
    controller: str
    sandbox: bool
    opened_at: datetime
    dpia_digest: str
    ai_act_classification: str
    established_in_eu: bool
    eu_representative: str
    fpir_search: float
    fpir_collect: float
    checkpoint_size: int
    closing_at: datetime | None = None
    closed_at: datetime | None = None
    source_notice: str = ""
    role_agreement: str = ""
    prepared_at: datetime | None = None
    purposes: str = ""
