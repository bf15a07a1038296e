"""What is inside sealed bytes, and its one text form: JSON, keys sorted, bytes in base64."""

import json
from base64 import b64decode, b64encode
from collections.abc import Hashable
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar, cast, get_type_hints

from licet.terms.errors import Corrupt
from licet.terms.face import Box, Score
from licet.terms.gallery import TemplateKind
from licet.terms.grant import Identity
from licet.terms.ids import (
    CopyId,
    FaceId,
    GrantId,
    ItemId,
    OrganisationId,
    PlanId,
    SearchId,
    SourceId,
    SubjectId,
    TemplateId,
)
from licet.terms.search import Finding
from licet.terms.when import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class ReferencePayload:
    """A reference: the features, and how many photos were averaged.

    ``aside`` is 0 for a reference like any other. 1: in a person's request, a photo that is
    near somebody enrolled; it takes part in the same comparisons as every other, and what it
    finds is dropped. 2: of somebody who joined by a link, near somebody else; no gallery holds
    it. A number and no word, so that its length tells nothing.
    """

    values: bytes
    photos: int
    aside: int = 0


@dataclass(frozen=True, slots=True)
class AppearancePayload:
    """An appearance: the features, the face it is, where and since when it was seen.

    ``at`` is the moment of a video, in milliseconds, at which it is where ``box`` says; -1 in
    a photo. ``said`` is who looked at it last and said that it is theirs (``By``); empty for
    nobody, or nobody knows who.
    """

    values: bytes
    face: FaceId
    item: ItemId
    source: SourceId
    first_seen: datetime
    score: Score
    box: Box
    at: int = -1
    said: str = ""


@dataclass(frozen=True, slots=True)
class SuggestionPayload:
    """A suggestion: a pointer to a face and its score. No features, no crop."""

    face: FaceId
    item: ItemId
    source: SourceId
    score: Score


@dataclass(frozen=True, slots=True)
class UnlinkedPayload:
    """A face that is not a grant's person: a pointer to it. No features, no crop.

    ``score`` is what it was found by, and ``by`` who said that it is somebody else's: a
    person's own word is nobody else's to take back.
    """

    face: FaceId
    item: ItemId
    source: SourceId
    score: Score
    by: str


@dataclass(frozen=True, slots=True)
class TracePayload:
    """Why an address of a source was collected or not: the address, and a sentence.

    ``etag`` and ``modified`` are what a site said of its state then (RFC 9110, 8.8).
    ``sha256`` is the content that is not decoded again, ``page`` the page that named a photo.
    """

    address: str
    because: str
    etag: str = ""
    modified: str = ""
    sha256: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class VisitPayload:
    """A page of a site as it was when it was read: what it named, and its state then."""

    address: str
    links: tuple[str, ...]
    photos: tuple[tuple[str, ...], ...]
    outside: tuple[str, ...]
    reserved: str
    etag: str
    modified: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CandidatePayload:
    """A candidate on a search's list."""

    template: TemplateId
    grant: GrantId
    subject: SubjectId
    kind: TemplateKind
    score: Score
    rank: int


@dataclass(frozen=True, slots=True)
class FindingPayload:
    """What one verifier found."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class ErasurePayload:
    """What an erasure plan must still know of the person until its last check.

    ``templates`` are (model, features) to search with, ``needles`` the byte
    strings that no file may hold in clear. ``gone`` counts by store what went before the
    rest, because a legal hold keeps the rest. ``searches`` listed nobody but this person:
    the keys of their probes are shredded too.
    """

    contact: str
    language: str
    templates: tuple[tuple[str, bytes], ...]
    needles: tuple[bytes, ...]
    gone: tuple[tuple[str, int], ...] = ()
    searches: tuple[SearchId, ...] = ()


@dataclass(frozen=True, slots=True)
class TellingPayload:
    """A letter that is tried until it is accepted, and what the register will say of it.

    ``organisation`` is empty where the letter goes to a person; ``searches`` are what an
    organisation is told about.
    """

    organisation: OrganisationId
    searches: tuple[SearchId, ...]
    to: str
    language: str
    subject: str = ""
    text: str = ""
    html: str = ""


@dataclass(frozen=True, slots=True)
class PartPayload:
    """What a part of an order must still know of its people until its last check.

    As :class:`ErasurePayload` for one person; ``words`` are names and contacts. ``told`` and
    ``untold`` count the history letters that went out, and those that could not.
    """

    people: tuple[SubjectId, ...]
    templates: tuple[tuple[str, bytes], ...]
    words: tuple[bytes, ...]
    searches: tuple[SearchId, ...] = ()
    told: int = 0
    untold: int = 0

    @property
    def needles(self) -> frozenset[bytes]:
        """The byte strings that no file may hold in clear."""
        return frozenset((*self.words, *(values for _, values in self.templates)))


@dataclass(frozen=True, slots=True)
class OwedPayload:
    """Which copies an order wants destroyed as soon as no legal hold needs them."""

    copies: tuple[CopyId, ...]


@dataclass(frozen=True, slots=True)
class PartLettersPayload:
    """Whom a part of an order is to be told of once it is done: (contact, language) of each.

    ``orders`` are (authority, reference); ``told`` and ``untold`` count as above.
    """

    part: PlanId
    orders: tuple[tuple[str, str], ...]
    data: tuple[str, ...]
    people: tuple[tuple[str, str], ...]
    told: int = 0
    untold: int = 0


@dataclass(frozen=True, slots=True)
class OrderPayload:
    """An authority's order: the very text it was written down as, and where its pack goes."""

    text: str
    contact: str


@dataclass(frozen=True, slots=True)
class RequestPayload:
    """What a person wrote, and what they were answered; dates as ``YYYY-MM-DD`` or empty.

    ``person_contact`` is the person's own where a representative writes. ``coded_on`` is
    when the last code went out; ``proved`` are the contacts whose code came back.
    ``filed_by`` is the member who filed the letter, if one did.
    ``secret`` opens the package that is built for them; it goes to the proved contact.
    ``reason`` and ``article`` are a human's, for a refusal, an extension or an acceptance;
    ``answer`` is what a human answered. ``reminded_on`` is when the person was reminded
    that their code is missing. ``photo_follows`` says that the answer waits for a photo;
    ``photo_by`` is the member who filed it, if one did.
    """

    name: str
    contact: str
    words: tuple[str, ...]
    language: str
    grants: tuple[GrantId, ...]
    templates: tuple[str, ...]
    sources: tuple[SourceId, ...]
    since: str
    until: str
    places: tuple[str, ...]
    representative: str
    person_contact: str = ""
    coded_on: str = ""
    proved: tuple[str, ...] = ()
    filed_by: str = ""
    secret: str = ""
    reason: str = ""
    article: str = ""
    answer: str = ""
    reminded_on: str = ""
    photo_follows: bool = False
    typed_contact: str = ""
    photo_by: str = ""


@dataclass(frozen=True, slots=True)
class BreachPayload:
    """What is known of a breach, in words; ``risk`` is empty until somebody looked into it.

    ``why`` is why no risk is likely, ``why_late`` why the authority was told late, ``end``
    what was learnt, or why it was dismissed. ``by`` are the members who wrote, in order.
    """

    what: str = ""
    consequences: str = ""
    measures: str = ""
    risk: str = ""
    subjects: tuple[SubjectId, ...] = ()
    why: str = ""
    authority: str = ""
    why_late: str = ""
    end: str = ""
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CanaryPayload:
    """What a person who does not exist still has to go through to look like anybody.

    They are asked for ``grant`` at the first moment, say yes at the second, and are
    enrolled at the third.
    """

    grant: GrantId
    organisation: OrganisationId
    purpose: str
    asked_at: datetime
    confirmed_at: datetime
    enrolled_at: datetime


@dataclass(frozen=True, slots=True)
class AccountPayload:
    """Who searched a person who was erased.

    Each search is (moment, organisation, member, case reference, purpose, outcome), as text.
    """

    searches: tuple[tuple[str, str, str, str, str, str], ...]


T = TypeVar("T")


def to_bytes(payload: object) -> bytes:
    """Return the payload's bytes."""
    if not is_dataclass(payload) or isinstance(payload, type):
        raise TypeError(f"{type(payload).__name__} is no payload")
    parts = {f.name: _out(getattr(payload, f.name)) for f in fields(payload)}
    return json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()


def from_bytes(kind: type[T], data: bytes) -> T:
    """Read a payload. Raises ``Corrupt`` when the bytes are not one of ``kind``."""
    try:
        parts = json.loads(data)
        hints = _hints(cast(Hashable, kind))
        return kind(**{name: _into(hints[name], value) for name, value in parts.items()})
    except (ValueError, TypeError, KeyError) as error:
        raise Corrupt(
            f"sealed bytes are not a {kind.__name__}", "Restore from a backup."
        ) from error


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    """Resolve a payload's declared types once: opening a gallery reads millions."""
    return get_type_hints(kind)


def _out(value: object) -> object:
    match value:
        case bytes():
            return b64encode(value).decode()
        case datetime():
            return to_ms(value)
        case date():
            return value.isoformat()
        case Box():
            return [value.x, value.y, value.w, value.h]
        case tuple():
            return [_out(part) for part in value]
        case frozenset():
            # Sets hold words, which are in order.
            return sorted(str(_out(part)) for part in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {f.name: _out(getattr(value, f.name)) for f in fields(value)}
        case _:
            return value


def _into(hint: Any, value: Any) -> Any:
    """Read one part by its declared type; anything undeclared is left as JSON has it."""
    if hint is bytes:
        return b64decode(value, validate=True)
    if hint is datetime:
        return from_ms(value)
    if hint is Box:
        return Box(*value)
    if hint in (TemplateKind, Finding):
        return hint(value)
    arguments = getattr(hint, "__args__", ())
    if not arguments:
        return value
    if arguments[-1] is Ellipsis:
        return tuple(_into(arguments[0], part) for part in value)
    return tuple(_into(h, part) for h, part in zip(arguments, value, strict=True))


__all__ = [
    "AccountPayload",
    "AppearancePayload",
    "BreachPayload",
    "CanaryPayload",
    "CandidatePayload",
    "ErasurePayload",
    "FindingPayload",
    "Identity",
    "OrderPayload",
    "OwedPayload",
    "PartLettersPayload",
    "PartPayload",
    "ReferencePayload",
    "RequestPayload",
    "SuggestionPayload",
    "TellingPayload",
    "TracePayload",
    "VisitPayload",
    "from_bytes",
    "to_bytes",
]
