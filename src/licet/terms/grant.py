"""Data subjects and the grants they give (GDPR 4(11), 7, 9(2)(a))."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from licet.terms.basis import Condition, LegalBasis, Purpose, Relationship
from licet.terms.ids import GrantId, OrganisationId, PurposeId, SourceId, SubjectId, Territory


class SubjectState(StrEnum):
    """known -> blocked -> erasing -> erased."""

    KNOWN = "known"
    BLOCKED = "blocked"
    ERASING = "erasing"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the data subject is and how to reach them. Always sealed at rest.

    ``born`` is asked, never inferred, as ``YYYY-MM-DD``.
    """

    name: str
    contact: str
    born: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Subject:
    """A data subject as stored: pseudonymous, with the identity sealed under the subject's key.

    ``contact_tag`` is an HMAC of the contact (32 bytes): one contact stands for
    one adult and up to five dependants.
    """

    id: SubjectId
    residence: Territory | None
    contact_tag: bytes
    dependant: bool
    sealed_identity: bytes
    state: SubjectState


class GrantState(StrEnum):
    """pending -> active <-> restricted -> ending -> ended."""

    PENDING = "pending"
    ACTIVE = "active"
    RESTRICTED = "restricted"
    ENDING = "ending"
    ENDED = "ended"


class Restriction(StrEnum):
    """Why a grant is restricted (GDPR 18(1)); several may hold at once.

    ``asked``: the person asked for it. ``objection``: the person objects and nobody has
    decided yet. ``hold``: a legal hold keeps the rows, and nothing but that.
    ``enrolment_held``: the face is near another data subject's, and the data protection
    officer looks first. ``unknown``: the entry that says why is not here.
    """

    ASKED = "asked"
    OBJECTION = "objection"
    HOLD = "hold"
    ENROLMENT_HELD = "enrolment_held"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Grant:
    """One subject x one purpose x one organisation x one source (or all of that organisation's).

    ``kept`` until ended; ``live`` is a permit's finding, never a column. ``notice``
    is the SHA-256 (hex) of the notice that was shown. ``confirmed_at`` is when the
    person acted, by ``confirmed_by`` (``code``, ``passkey``, ``paper``);
    ``guardian`` says that a guardian gave it for a minor. ``captured`` says that
    a live capture or witnessed photo agreed with the references. ``leaf`` is the
    index of the last ledger entry that changed the grant. ``instrument`` is the
    SHA-256 (hex) of the one paper or order on which it rests, where it rests on one.
    """

    id: GrantId
    subject: SubjectId
    organisation: OrganisationId | None
    purpose: PurposeId
    basis: LegalBasis
    condition: Condition
    relationship: Relationship
    source: SourceId | None
    territories: frozenset[Territory]
    notice: str
    notice_delivered_at: datetime | None
    confirmed_at: datetime | None
    confirmed_by: str
    guardian: bool
    captured: bool
    not_before: datetime
    expires: datetime
    state: GrantState
    leaf: int
    instrument: str = ""

    @property
    def kept(self) -> bool:
        """A grant is kept until it has ended."""
        return self.state is not GrantState.ENDED


def pending_grant(
    grant: GrantId,
    subject: SubjectId,
    organisation: OrganisationId | None,
    purpose: Purpose,
    now: datetime,
    language: str = "en",
) -> Grant:
    """Return a grant for which a person is asked: nobody was told yet, and nobody acted.

    It is for everywhere and for as long as its purpose allows, on the notice in a language.
    What a wish narrows, and its entry's ``leaf``, are for the caller to put in.
    """
    return Grant(
        id=grant,
        subject=subject,
        organisation=organisation,
        purpose=purpose.id,
        basis=purpose.basis,
        condition=purpose.condition,
        relationship=Relationship.NONE,
        source=None,
        territories=frozenset(),
        notice=purpose.told(language).digest,
        notice_delivered_at=None,
        confirmed_at=None,
        confirmed_by="",
        guardian=False,
        captured=False,
        not_before=now,
        expires=now + timedelta(days=purpose.retention_days),
        state=GrantState.PENDING,
        leaf=0,
    )
