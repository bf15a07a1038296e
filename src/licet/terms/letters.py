"""Letters: one dataclass for each, holding what it says and none of its words.

The words are templates in ``effects/letters``, one for each letter and language. Every
letter names the controller and how to answer it; a letter to a person also says how to
complain (GDPR 12(4), 13(2)(d), 77). No letter has a field for a member's name.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, TypeAlias

from licet.terms.ids import GrantId, HoldId, PurposeId, RequestId, SearchId
from licet.terms.rights import RightKind
from licet.terms.search import SearchState


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: the controller, where answers go, and what the law wants named beside them.

    ``answer_to`` is an address that the data protection officer reads (GDPR 13(1)(b)).
    ``representative`` is the controller's in the Union (GDPR 27), where it needs one;
    ``authority`` the supervisory authority that the operator names, if they do.
    """

    controller: str
    answer_to: str
    representative: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True)
class NoticeLetter:
    """A grant is asked for: what for, until when, and the code that says yes (GDPR 13).

    Not ``by_consent`` is vital interests: no code, and who can read it decides. No code is
    needed either by who says yes before their own camera.
    ``title`` and ``notice`` are the purpose's own words in the person's language; the
    grant keeps the digest of exactly this ``notice``.
    """

    kind: ClassVar[str] = "notice"
    to_person: ClassVar[bool] = True
    sender: Sender
    name: str
    organisation: str
    title: str
    notice: str
    by_consent: bool
    until: date
    grant: GrantId
    code: str


@dataclass(frozen=True, slots=True)
class Surfaced:
    """One search that surfaced a person: when, by whom, for what, and what came of it."""

    on: date
    organisation: str
    purpose: PurposeId
    outcome: SearchState


@dataclass(frozen=True, slots=True)
class HistoryLetter:
    """Before a person is erased they are told who searched them."""

    kind: ClassVar[str] = "history"
    to_person: ClassVar[bool] = True
    sender: Sender
    searches: tuple[Surfaced, ...]


@dataclass(frozen=True, slots=True)
class RequestReceivedLetter:
    """A rights request came: its number, the day it is answered by, the code that proves the way.

    ``code`` is empty where the contact was proved before. It goes to a contact that may
    be a stranger's, so it repeats nothing of what was written.
    """

    kind: ClassVar[str] = "request_received"
    to_person: ClassVar[bool] = True
    sender: Sender
    request: RequestId
    right: RightKind
    received_on: date
    due: date
    code: str
    code_until: date


@dataclass(frozen=True, slots=True)
class OwnCodeLetter:
    """Somebody asked to see what is kept of whoever reads this mail: the code that shows it.

    It says the same to everybody, known here or not.
    """

    kind: ClassVar[str] = "own_code"
    to_person: ClassVar[bool] = True
    sender: Sender
    code: str
    minutes: int


@dataclass(frozen=True, slots=True)
class IdentityAskedLetter:
    """A human has a reasonable doubt who asks, and says why (GDPR 12(6))."""

    kind: ClassVar[str] = "identity_asked"
    to_person: ClassVar[bool] = True
    sender: Sender
    request: RequestId
    right: RightKind
    received_on: date
    due: date
    reason: str


@dataclass(frozen=True, slots=True)
class RequestExtendedLetter:
    """The answer takes longer, told inside the first month with the reason (GDPR 12(3))."""

    kind: ClassVar[str] = "request_extended"
    to_person: ClassVar[bool] = True
    sender: Sender
    request: RequestId
    right: RightKind
    received_on: date
    was_due: date
    due: date
    reason: str


@dataclass(frozen=True, slots=True)
class RequestRefusedLetter:
    """A request is refused, by a human, with reason and article (GDPR 12(4))."""

    kind: ClassVar[str] = "request_refused"
    to_person: ClassVar[bool] = True
    sender: Sender
    request: RequestId
    right: RightKind
    received_on: date
    reason: str
    article: str


@dataclass(frozen=True, slots=True)
class RequestDoneLetter:
    """A request was carried out: an objection upheld, a withdrawal, an answered complaint.

    ``answer`` is what a human wrote, where one did. ``nothing`` says that there was no
    permission to withdraw or to set aside under this name at this address.
    """

    kind: ClassVar[str] = "request_done"
    to_person: ClassVar[bool] = True
    sender: Sender
    request: RequestId
    right: RightKind
    received_on: date
    done_on: date
    answer: str = ""
    nothing: bool = False


@dataclass(frozen=True, slots=True)
class PackedFile:
    """One file of a package: its name, its size, its SHA-256 (hex)."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PackageReadyLetter:
    """The package that answers an access or portability request, or one volume of it.

    ``again`` says that this very letter may have come before: nobody can tell.
    """

    kind: ClassVar[str] = "package_ready"
    to_person: ClassVar[bool] = True
    sender: Sender
    request: RequestId
    right: RightKind
    received_on: date
    volume: int
    volumes: int
    files: tuple[PackedFile, ...]
    again: bool = False


@dataclass(frozen=True, slots=True)
class PackageSecretLetter:
    """What opens the package; it goes in a letter of its own."""

    kind: ClassVar[str] = "package_secret"
    to_person: ClassVar[bool] = True
    sender: Sender
    request: RequestId
    secret: str


@dataclass(frozen=True, slots=True)
class RestrictedLetter:
    """Grants are restricted: kept, and nobody finds the person under them (GDPR 18)."""

    kind: ClassVar[str] = "restricted"
    to_person: ClassVar[bool] = True
    sender: Sender
    grants: tuple[GrantId, ...]
    since: date


@dataclass(frozen=True, slots=True)
class ReleasedLetter:
    """Before a restriction is lifted the person is told (GDPR 18(3))."""

    kind: ClassVar[str] = "released"
    to_person: ClassVar[bool] = True
    sender: Sender
    grants: tuple[GrantId, ...]
    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class RectifiedLetter:
    """Wrong appearances were taken off a person (GDPR 16)."""

    kind: ClassVar[str] = "rectified"
    to_person: ClassVar[bool] = True
    sender: Sender
    grant: GrantId
    unlinked: int
    on: date


@dataclass(frozen=True, slots=True)
class CertificateLetter:
    """The certificate of an erasure; ``final`` when the look through every file is in it."""

    kind: ClassVar[str] = "certificate"
    to_person: ClassVar[bool] = True
    sender: Sender
    on: date
    final: bool
    file: str


@dataclass(frozen=True, slots=True)
class ToldSearch:
    """One search that an organisation is told of: its case's reference, and its number."""

    case: str
    search: SearchId


@dataclass(frozen=True, slots=True)
class RecipientToldLetter:
    """An organisation is told what it may no longer use (GDPR 19). It names no person."""

    kind: ClassVar[str] = "recipient_told"
    to_person: ClassVar[bool] = False
    sender: Sender
    organisation: str
    right: RightKind
    searches: tuple[ToldSearch, ...]
    on: date


@dataclass(frozen=True, slots=True)
class ItemsAskedLetter:
    """The organisation of a source is asked to remove photos of somebody erased (GDPR 19).

    ``addresses`` are where the photos lie at the source. It names no person.
    """

    kind: ClassVar[str] = "items_asked"
    to_person: ClassVar[bool] = False
    sender: Sender
    organisation: str
    source: str
    addresses: tuple[str, ...]
    on: date


@dataclass(frozen=True, slots=True)
class HoldPlacedLetter:
    """A legal hold keeps some rows for a while (GDPR 17(3)(e)); they are never searched."""

    kind: ClassVar[str] = "hold_placed"
    to_person: ClassVar[bool] = True
    sender: Sender
    hold: HoldId
    grants: tuple[GrantId, ...]
    placed_on: date
    until: date


@dataclass(frozen=True, slots=True)
class HoldLiftedLetter:
    """A legal hold is over: what waited for it goes on (GDPR 17(3)(e))."""

    kind: ClassVar[str] = "hold_lifted"
    to_person: ClassVar[bool] = True
    sender: Sender
    hold: HoldId
    grants: tuple[GrantId, ...]
    on: date


@dataclass(frozen=True, slots=True)
class DeploymentClosingLetter:
    """The whole deployment ends: what is kept of everybody is destroyed."""

    kind: ClassVar[str] = "deployment_closing"
    to_person: ClassVar[bool] = True
    sender: Sender
    on: date


@dataclass(frozen=True, slots=True)
class ToldOrder:
    """An order as a person is told of it: whose it is, and the authority's own reference."""

    authority: str
    reference: str


@dataclass(frozen=True, slots=True)
class OrderedLetter:
    """A supervisory authority ordered that data of this person is destroyed, and it is.

    ``data`` says by words what was destroyed: ``people`` for everything, else some of
    ``templates``, ``photos`` and ``probes``.
    ``number`` is that of the plan, which the ledger's entries name.
    """

    kind: ClassVar[str] = "ordered"
    to_person: ClassVar[bool] = True
    sender: Sender
    orders: tuple[ToldOrder, ...]
    data: tuple[str, ...]
    on: date
    number: str


@dataclass(frozen=True, slots=True)
class PhotoNoticeLetter:
    """What a photo that was sent with a request is used for (GDPR 13).

    ``notice`` is the purpose's in the person's language, of which the grant keeps the
    digest. It goes out once the contact is proved.
    """

    kind: ClassVar[str] = "photo_notice"
    to_person: ClassVar[bool] = True
    sender: Sender
    request: RequestId
    title: str
    notice: str
    until: date
    grant: GrantId


@dataclass(frozen=True, slots=True)
class PhotoNearLetter:
    """Somebody came with a face near this enrolled person's: a photo, or ``by_camera``.

    It says when, and nothing of who came.
    """

    kind: ClassVar[str] = "photo_near"
    to_person: ClassVar[bool] = True
    sender: Sender
    on: date
    by_camera: bool = False


@dataclass(frozen=True, slots=True)
class GrantOverLetter:
    """A grant that was given by a link is over: what was found and kept under it is going."""

    kind: ClassVar[str] = "grant_over"
    to_person: ClassVar[bool] = True
    sender: Sender
    organisation: str
    source: str
    on: date


@dataclass(frozen=True, slots=True)
class CorrectedLetter:
    """A person's name or contact was corrected; it goes to the old contact and the new one.

    It names neither: whoever of the two is not the person learns nothing from it.
    """

    kind: ClassVar[str] = "corrected"
    to_person: ClassVar[bool] = True
    sender: Sender
    name_changed: bool
    contact_changed: bool
    on: date


class AlertKind(StrEnum):
    """What the operator is warned of: something happened, its term is near, or it is over."""

    BREACH_SUSPECTED = "breach_suspected"
    BREACH_NEAR = "breach_near"
    BREACH_LATE = "breach_late"
    CANARY_RETIRED = "canary_retired"
    CASE_OF_MANY = "case_of_many"
    EVIDENCE_AGAIN = "evidence_again"
    SEARCHES_MANY = "searches_many"
    LETTER_NEAR = "letter_near"
    LETTER_LATE = "letter_late"
    ORDER_NEAR = "order_near"
    ORDER_LATE = "order_late"
    REQUEST_NEAR = "request_near"
    REQUEST_LATE = "request_late"


@dataclass(frozen=True, slots=True)
class AlertLetter:
    """A warning to who watches over the deployment; ``number`` names a line of a register.

    It says nothing of anybody: a mailbox is no safe place. ``due`` is the last moment to
    see to it, None where nothing runs out.
    """

    kind: ClassVar[str] = "alert"
    to_person: ClassVar[bool] = False
    sender: Sender
    about: AlertKind
    number: str
    on: datetime
    due: datetime | None


@dataclass(frozen=True, slots=True)
class BreachLetter:
    """A breach touches this person, and the risk for them is high (GDPR 34).

    ``since`` is when it became known. The words are those of the controller.
    """

    kind: ClassVar[str] = "breach"
    to_person: ClassVar[bool] = True
    sender: Sender
    since: date
    what: str
    consequences: str
    measures: str


@dataclass(frozen=True, slots=True)
class BreachReportLetter:
    """A supervisory authority is told of a breach (GDPR 33(3)).

    ``people`` is how many it touches as far as is known; ``why_late`` is empty within the
    72 hours.
    """

    kind: ClassVar[str] = "breach_report"
    to_person: ClassVar[bool] = False
    sender: Sender
    authority: str
    number: str
    aware_at: datetime
    people: int
    what: str
    consequences: str
    measures: str
    why_late: str


Letter: TypeAlias = (
    NoticeLetter | HistoryLetter | RequestReceivedLetter | OwnCodeLetter | IdentityAskedLetter
    | RequestExtendedLetter | RequestRefusedLetter | RequestDoneLetter | PackageReadyLetter
    | PackageSecretLetter | RestrictedLetter | ReleasedLetter | RectifiedLetter
    | CertificateLetter | RecipientToldLetter | ItemsAskedLetter | HoldPlacedLetter
    | HoldLiftedLetter | DeploymentClosingLetter | OrderedLetter | PhotoNoticeLetter
    | PhotoNearLetter | GrantOverLetter | CorrectedLetter | AlertLetter | BreachLetter
    | BreachReportLetter
)  # fmt: skip
