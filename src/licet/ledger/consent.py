"""What a receipt states about a grant: a consent receipt and the record in it.

The parts have the names of ISO/IEC TS 27560:2023; the context at the head of each
statement gives every name its meaning in the W3C Data Privacy Vocabulary (JSON-LD), so
that a machine that knows neither licet nor this page reads it. The bytes that the ledger
binds are those of :mod:`licet.ledger.canonical`, not an RDF normal form: nothing has to be
fetched or interpreted to check a receipt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import TypeVar

from licet.ledger.canonical import Json
from licet.ledger.reading import as_list, as_moment, as_object, as_text, one_of
from licet.terms.basis import Condition, LegalBasis
from licet.terms.errors import Corrupt
from licet.terms.grant import GrantState
from licet.terms.ids import GrantId, PurposeId, SubjectId
from licet.terms.when import to_text

_IRI = {"@type": "@id"}
_MOMENT = {"@type": "xsd:dateTime"}
CONTEXT: dict[str, Json] = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "licet": "https://licet.invalid/terms#",
    "loc": "https://w3id.org/dpv/loc#",
    "pd": "https://w3id.org/dpv/pd#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "id": "@id",
    "type": "@type",
    "about": "licet:about",
    "applicable_law": {"@id": "dpv:hasApplicableLaw", **_IRI},
    "authority_party": {"@id": "dpv:hasAuthority", **_IRI},
    "collection_method": {"@id": "dpv:hasDataSource", **_IRI},
    "created": {"@id": "dct:created", **_MOMENT},
    "delivered": {"@id": "dct:issued", **_MOMENT},
    "entity_id": {"@id": "dpv:isIndicatedBy", **_IRI},
    "event_time": {"@id": "dpv:isIndicatedAtTime", **_MOMENT},
    "events": "dpv:hasConsentStatus",
    "exercised_at": "dpv:isExercisedAt",
    "human_involvement": {"@id": "dpv:hasHumanInvolvement", **_IRI},
    "jurisdiction": {"@id": "dpv:hasJurisdiction", **_IRI},
    "language": "dct:language",
    "lawful_basis": {"@id": "dpv:hasLegalBasis", **_IRI},
    "location": {"@id": "dpv:hasLocation", **_IRI},
    "method": "dpv:hasIndicationMethod",
    "party_contact": "dpv:hasContact",
    "party_id": "dpv:hasIdentifier",
    "party_identification": "dpv:hasEntity",
    "party_name": "dpv:hasName",
    "pii_controllers": {"@id": "dpv:hasDataController", **_IRI},
    "pii_information": "dpv:hasPersonalData",
    "pii_principal": "dpv:hasDataSubject",
    "pii_processing": "dpv:hasProcess",
    "pii_type": {"@id": "skos:broader", **_IRI},
    "privacy_notice": "dpv:hasNotice",
    "privacy_rights": {"@id": "dpv:hasRight", **_IRI},
    "processing_method": {"@id": "dpv:hasProcessing", **_IRI},
    "purpose": "dpv:hasPurpose",
    "purpose_id": "dct:identifier",
    "purpose_type": {"@id": "skos:broader", **_IRI},
    "receipt_id": "dpv:hasIdentifier",
    "recipient_third_parties": {"@id": "dpv:hasRecipient", **_IRI},
    "record": "dpv:hasRecordOfActivity",
    "record_id": "dpv:hasIdentifier",
    "retention_period": "dpv:hasStorageCondition",
    "says": "dct:description",
    "schema_version": {"@id": "dct:conformsTo", **_IRI},
    "sha256": "licet:sha256",
    "state": "licet:state",
    "storage_locations": "dpv:hasStorageCondition",
    "text": "dct:description",
    "title": "dct:title",
    "until": {"@id": "rdf:value", **_MOMENT},
    "validity_duration": "dpv:hasDuration",
    "withdrawal_method": "dpv:hasConsentControl",
}
"""What each name means. ``licet:`` names are ours alone: there is nothing to fetch."""

_RECEIPT_SCHEMA = "https://w3id.org/dpv/schema/dpv-27560#receipt-eu-gdpr"
_RECORD_SCHEMA = "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr"
_BASES = {LegalBasis.CONSENT: "gdpr:A6-1-a", LegalBasis.VITAL_INTERESTS: "gdpr:A6-1-d"}
_CONDITIONS = {
    Condition.EXPLICIT_CONSENT: "gdpr:A9-2-a",
    Condition.VITAL_INTERESTS: "gdpr:A9-2-c",
}
_RIGHTS = [
    f"gdpr:{article}"
    for article in ("A7-3", "A13", "A15", "A16", "A17", "A18", "A19", "A20", "A21", "A22", "A77")
]
_ASKED = ["pd:Name", "pd:EmailAddress", "pd:BirthDate"]
_PROCESSING = ["dpv:Collect", "dpv:Derive", "dpv:Store", "dpv:Match", "dpv:Erase"]


class ConsentStatus(StrEnum):
    """A consent event's state, by its DPV term."""

    REQUESTED = "dpv:ConsentRequested"
    GIVEN = "dpv:ConsentGiven"
    WITHDRAWN = "dpv:ConsentWithdrawn"
    EXPIRED = "dpv:ConsentExpired"
    REVOKED = "dpv:ConsentRevoked"


class ActedBy(StrEnum):
    """Whose act a consent event was."""

    PERSON = "person"
    GUARDIAN = "guardian"
    CONTROLLER = "controller"


@dataclass(frozen=True, slots=True)
class Party:
    """A controller, recipient, representative or authority: pseudonym, name, contact."""

    id: str
    name: str
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Parties:
    """Who is involved beside the person. ``recipient`` None: nobody else than the controller."""

    controller: Party
    recipient: Party | None = None
    representative: Party | None = None
    authority: Party | None = None


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """The notice as the person was shown it; ``delivered`` None as long as it was not."""

    language: str
    title: str
    text: str
    delivered: datetime | None

    @property
    def digest(self) -> str:
        """The SHA-256 (hex) of its text, as the grant keeps it."""
        return sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """One thing that happened to a consent: what, when, by whom, in which way."""

    status: ConsentStatus
    at: datetime
    by: ActedBy
    method: str


@dataclass(frozen=True, slots=True)
class GrantStatement:
    """What became of one grant (GDPR 7, 13; ISO/IEC TS 27560).

    ``receipt`` is this receipt's id, ``at`` the moment of the act that it is for, ``says``
    one sentence for the person and ``leaving`` how to take the grant back, both in the
    language of ``notice``. ``child`` says that a guardian gave it.
    """

    receipt: str
    at: datetime
    says: str
    leaving: str
    grant: GrantId
    subject: SubjectId
    child: bool
    state: GrantState
    parties: Parties
    purpose: PurposeId
    purpose_type: str
    basis: LegalBasis
    condition: Condition
    shown: ShownNotice
    territories: tuple[str, ...]
    expires: datetime
    events: tuple[ConsentEvent, ...]

    @property
    def notice(self) -> str:
        """The SHA-256 (hex) of the notice shown."""
        return self.shown.digest

    @property
    def organisation(self) -> str:
        """The name of the organisation that the grant was given to, empty if to none."""
        return self.parties.recipient.name if self.parties.recipient else ""


def to_json(statement: GrantStatement) -> dict[str, Json]:
    """Return the statement as JSON-LD."""
    return {
        "@context": CONTEXT,
        "about": "grant",
        "created": to_text(statement.at),
        "id": _urn(statement.receipt),
        "receipt_id": statement.receipt,
        "record": _record(statement),
        "says": statement.says,
        "schema_version": _RECEIPT_SCHEMA,
        "type": "dpv:ConsentReceipt",
    }


def _record(statement: GrantStatement) -> Json:
    consent = statement.basis is LegalBasis.CONSENT
    return {
        "applicable_law": "gdpr:GDPR",
        "events": [_event(statement, event) for event in statement.events],
        "id": _urn(statement.grant),
        "party_identification": _parties(statement.parties),
        "pii_principal": {
            "id": _urn(statement.subject),
            "party_id": statement.subject,
            "type": ["dpv:DataSubject", "dpv:Child"] if statement.child else ["dpv:DataSubject"],
        },
        "pii_processing": _processing(statement),
        "record_id": statement.grant,
        "schema_version": _RECORD_SCHEMA,
        "state": statement.state.value,
        # What rests on vital interests is no consent, and never called one.
        "type": "dpv:ConsentRecord" if consent else "dpv:DataProcessingRecord",
    }


def _processing(statement: GrantStatement) -> Json:
    parties, shown = statement.parties, statement.shown
    recipient = parties.recipient or parties.controller
    return {
        "authority_party": [_urn(parties.authority.id)] if parties.authority else [],
        "collection_method": ["dpv:DataSubjectDataSource", "dpv:DataControllerDataSource"],
        "human_involvement": "dpv:HumanInvolvementForVerification",
        "jurisdiction": ["loc:EU", *(f"loc:{place}" for place in statement.territories)],
        "lawful_basis": [_BASES[statement.basis], _CONDITIONS[statement.condition]],
        "pii_controllers": [_urn(parties.controller.id)],
        "pii_information": [
            {"pii_type": ["pd:Biometric"], "type": "dpv:SpecialCategoryPersonalData"},
            {"pii_type": _ASKED, "type": "dpv:PersonalData"},
        ],
        "privacy_notice": {
            "delivered": to_text(shown.delivered) if shown.delivered else None,
            "language": shown.language,
            "sha256": shown.digest,
            "text": shown.text,
            "title": shown.title,
            "type": "dpv:ConsentNotice",
        },
        "privacy_rights": _RIGHTS,
        "processing_method": _PROCESSING,
        "purpose": {
            "purpose_id": statement.purpose,
            "purpose_type": statement.purpose_type,
            "type": "dpv:Purpose",
        },
        "recipient_third_parties": [_urn(recipient.id)],
        "retention_period": {"type": "dpv:StorageDuration", "validity_duration": _until(statement)},
        "storage_locations": {"location": "dpv:LocalLocation", "type": "dpv:StorageLocation"},
        "type": "dpv:Process",
        "withdrawal_method": {
            "exercised_at": parties.controller.contact,
            "text": statement.leaving,
            "type": "dpv:WithdrawConsent",
        },
    }


def _until(statement: GrantStatement) -> Json:
    return {"type": "dpv:UntilTimeDuration", "until": to_text(statement.expires)}


def _event(statement: GrantStatement, event: ConsentEvent) -> Json:
    actors: dict[ActedBy, Json] = {
        ActedBy.PERSON: _urn(statement.subject),
        ActedBy.GUARDIAN: "dpv:GuardianOfDataSubject",
        ActedBy.CONTROLLER: _urn(statement.parties.controller.id),
    }
    return {
        "entity_id": actors[event.by],
        "event_time": to_text(event.at),
        "method": event.method,
        "type": [event.status.value, "dpv:ExplicitlyExpressedConsent"],
        "validity_duration": _until(statement),
    }


_ROLES = {
    "controller": "dpv:DataController",
    "recipient": "dpv:Recipient",
    "representative": "dpv:Representative",
    "authority": "dpv:DataProtectionAuthority",
}


def _parties(parties: Parties) -> list[Json]:
    found: list[Json] = []
    for role, kind in _ROLES.items():
        party: Party | None = getattr(parties, role)
        if party is not None:
            found.append(
                {
                    "id": _urn(party.id),
                    "party_contact": party.contact,
                    "party_id": party.id,
                    "party_name": party.name,
                    "type": kind,
                }
            )
    return found


def _urn(uuid: str) -> str:
    return f"urn:uuid:{uuid}"


def from_json(value: Mapping[str, Json]) -> GrantStatement:
    """Read a statement. Raises Corrupt unless it is exactly what :func:`to_json` makes."""
    if "@context" not in value:
        raise Corrupt(
            "the statement about the grant is in a form from before the first release, "
            "which this licet does not read"
        )
    try:
        statement = _read(value)
    except (KeyError, IndexError, TypeError) as error:
        raise Corrupt(f"the statement about the grant lacks a part: {error}") from error
    if to_json(statement) != value:
        raise Corrupt("the statement about the grant is not in licet's form")
    return statement


def _read(value: Mapping[str, Json]) -> GrantStatement:
    whole = as_object(value, "the statement", set(_MEMBERS))
    record = _part(whole["record"], "the record")
    doing = _part(record["pii_processing"], "the processing")
    principal = _part(record["pii_principal"], "the person")
    purpose = _part(doing["purpose"], "the purpose")
    leaving = _part(doing["withdrawal_method"], "the withdrawal method")
    lasting = _part(
        _part(doing["retention_period"], "the retention")["validity_duration"], "the term"
    )
    basis, condition = (as_text(one, "a basis") for one in as_list(doing["lawful_basis"], "basis"))
    places = [as_text(one, "a place") for one in as_list(doing["jurisdiction"], "jurisdiction")]
    subject = SubjectId(as_text(principal["party_id"], "the person's id"))
    parties = _read_parties(as_list(record["party_identification"], "the parties"))
    return GrantStatement(
        receipt=as_text(whole["receipt_id"], "the receipt's id"),
        at=as_moment(whole["created"], "the moment of the act"),
        says=as_text(whole["says"], "the sentence"),
        leaving=as_text(leaving["text"], "how to leave"),
        grant=GrantId(as_text(record["record_id"], "the grant")),
        subject=subject,
        child="dpv:Child" in as_list(principal["type"], "the person's kind"),
        state=one_of(GrantState, record["state"]),
        parties=parties,
        purpose=PurposeId(as_text(purpose["purpose_id"], "the purpose")),
        purpose_type=as_text(purpose["purpose_type"], "the purpose's type"),
        basis=_term(_BASES, basis),
        condition=_term(_CONDITIONS, condition),
        shown=_read_notice(_part(doing["privacy_notice"], "the notice")),
        territories=tuple(place.removeprefix("loc:") for place in places[1:]),
        expires=as_moment(lasting["until"], "the end of the grant"),
        events=tuple(_read_event(one, subject) for one in as_list(record["events"], "the events")),
    )


_MEMBERS = (
    *("@context", "about", "created", "id", "receipt_id"),
    *("record", "says", "schema_version", "type"),
)


def _part(value: Json, what: str) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise Corrupt(f"{what} is not an object")
    return value


_Word = TypeVar("_Word")


def _term(words: Mapping[_Word, str], term: str) -> _Word:
    for word, named in words.items():
        if named == term:
            return word
    raise Corrupt(f"the statement holds a word this licet does not know: {term}")


def _read_parties(values: list[Json]) -> Parties:
    found: dict[str, Party] = {}
    for value in values:
        part = _part(value, "a party")
        found[_term(_ROLES, as_text(part["type"], "a party's role"))] = Party(
            as_text(part["party_id"], "a party's id"),
            as_text(part["party_name"], "a party's name"),
            as_text(part["party_contact"], "a party's contact"),
        )
    if "controller" not in found:
        raise Corrupt("the statement names no controller")
    return Parties(**found)


def _read_notice(part: Mapping[str, Json]) -> ShownNotice:
    delivered = part["delivered"]
    return ShownNotice(
        language=as_text(part["language"], "the notice's language"),
        title=as_text(part["title"], "the notice's title"),
        text=as_text(part["text"], "the notice"),
        delivered=None if delivered is None else as_moment(delivered, "the notice's delivery"),
    )


def _read_event(value: Json, subject: SubjectId) -> ConsentEvent:
    part = _part(value, "an event")
    actor = as_text(part["entity_id"], "who acted")
    by = ActedBy.PERSON if actor == _urn(subject) else ActedBy.CONTROLLER
    if actor == "dpv:GuardianOfDataSubject":
        by = ActedBy.GUARDIAN
    return ConsentEvent(
        status=one_of(ConsentStatus, as_list(part["type"], "an event's state")[0]),
        at=as_moment(part["event_time"], "an event's moment"),
        by=by,
        method=as_text(part["method"], "an event's method"),
    )
