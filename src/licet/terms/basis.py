"""Legal bases and purposes (GDPR 5(1)(b), 6, 9)."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from licet.terms.ids import PurposeId, Territory


class LegalBasis(StrEnum):
    """GDPR 6(1). Two exist here; no value says "public" or "legitimate interest"."""

    CONSENT = "6(1)(a)"
    VITAL_INTERESTS = "6(1)(d)"


class Condition(StrEnum):
    """GDPR 9(2), the condition that lifts the ban on biometric data."""

    EXPLICIT_CONSENT = "9(2)(a)"
    VITAL_INTERESTS = "9(2)(c)"


class Searchers(StrEnum):
    """Who may search under a purpose."""

    SUBJECT_ONLY = "subject_only"
    ORGANISATION = "organisation"


class Relationship(StrEnum):
    """How the data subject stands to the organisation that asks for consent.

    Consent is not free where the balance is clearly uneven (GDPR recital 43), so
    the last five are always refused.
    """

    NONE = "none"
    GUEST = "guest"
    CLUB_MEMBER = "club_member"
    FAMILY = "family"
    PICTURED = "pictured"
    EMPLOYMENT = "employment"
    CUSTODY = "custody"
    ASYLUM = "asylum"
    SCHOOLING = "schooling"
    CARE_DEPENDENCE = "care_dependence"


@dataclass(frozen=True, slots=True)
class Told:
    """A purpose as people are told of it, in one language (BCP 47)."""

    language: str
    title: str
    notice: str

    @property
    def digest(self) -> str:
        """The SHA-256 (hex) of the notice: what a grant keeps of what its person was shown."""
        return sha256(self.notice.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Purpose:
    """One closed, versioned purpose. ``title`` and ``notice`` are English.

    ``translated`` are its words in other languages.
    ``retention_days`` bounds every grant; ``approvals`` is how many approvers
    (other than the investigator) must sign a case before it is searched;
    ``source_purposes`` are the purposes a source must have been opened for
    (GDPR 5(1)(b): compatibility); ``territories`` None means anywhere.
    ``without_organisation`` is a purpose of the person alone (a rights request);
    ``two_sided`` lets a search run only while the person it is made for has a
    live grant for it too.
    """

    id: PurposeId
    title: str
    searchers: Searchers
    basis: LegalBasis
    condition: Condition
    approvals: int
    retention_days: int
    source_purposes: frozenset[str]
    territories: frozenset[Territory] | None
    notice: str
    without_organisation: bool = False
    two_sided: bool = False
    translated: tuple[Told, ...] = ()

    @property
    def words(self) -> tuple[Told, ...]:
        """Its words in every language that it has, English first."""
        return (Told("en", self.title, self.notice), *self.translated)

    def told(self, language: str) -> Told:
        """Return its words in a language, or in English where it does not have it."""
        return next((one for one in self.words if one.language == language), self.words[0])

    def shown(self, digest: str) -> Told | None:
        """Return the words whose notice has this digest: what a grant's person was shown."""
        return next((one for one in self.words if one.digest == digest), None)

    @property
    def name(self) -> str:
        """The purpose without its version."""
        return self.id.split("@")[0]
