"""The acts that may wait for a second member, each by its name: one table for every door.

A flow never starts another, so what a name stands for is known here, above them. An act
about one data subject is not among them: what waits would be of that person, so its two
members sign it together.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from licet import admitting, governance, residing, sourcing
from licet.app import App
from licet.awaiting import both, find_act, overtaken, park, parts_of
from licet.consent.reasons import Reason
from licet.effects import signing
from licet.effects.signing import About
from licet.preparing import prepare
from licet.rights import blocking, breaching, ordering, watching
from licet.store.unit import Reader
from licet.terms.acting import Who
from licet.terms.admission import ApiKeyWish
from licet.terms.breaching import BreachFindings, Risk
from licet.terms.duties import Place, Preparation, TransferWish
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.governing import (
    AgreementWish,
    MemberWish,
    OrganisationWish,
    RolesWish,
    SourceWish,
)
from licet.terms.ids import (
    ActId,
    ApiKeyId,
    BlockId,
    BreachId,
    CanaryId,
    IdentityId,
    MemberId,
    OrderId,
    PasskeyId,
    SourceId,
    TransferId,
)
from licet.terms.organisation import Member
from licet.terms.permit import Action, Refusal
from licet.terms.source import Source
from licet.terms.waiting import Parked, WaitingAct

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Named:
    """What an act is about that needs no more than an id."""

    id: str


@dataclass(frozen=True, slots=True)
class OnPaper:
    """What an act is about that rests on a document: an id, and the document's SHA-256 (hex)."""

    id: str
    digest: str


@dataclass(frozen=True, slots=True)
class InWords:
    """What an act is about that is said in words: an id, and the words."""

    id: str
    words: str


@dataclass(frozen=True, slots=True)
class FoundLess:
    """What was found of a breach where it takes a duty away; it names no person.

    Whoever names people tells them, and that is no act of two.
    """

    id: str
    what: str
    consequences: str
    measures: str
    people: int
    risk: Risk
    why: str = ""

    @property
    def findings(self) -> BreachFindings:
        """What two members sign."""
        said = (self.what, self.consequences, self.measures, self.people, self.risk)
        return BreachFindings(*said, why=self.why)


@dataclass(frozen=True, slots=True)
class Deed:
    """An act that may wait: its parts, what is signed of them, the flow, and its words."""

    parts: type
    about: Callable[[App, Any], About]
    carry: Callable[[App, Who, Any], object]
    says: Callable[[Reader, Any], str]


def _member(app: App, member: str) -> Member:
    with app.store.read() as reader:
        found = reader.governance.member(MemberId(member))
    if found is None:
        raise NotFound("no such member", "See `licet member list`.")
    return found


def _who(reader: Reader, member: str) -> str:
    found = reader.governance.member(MemberId(member))
    return found.name if found else member


def _adds(reader: Reader, wish: MemberWish) -> str:
    organisation = reader.governance.organisation(wish.organisation)
    roles = ", ".join(sorted(wish.roles)).replace("_", " ")
    named = organisation.name if organisation else wish.organisation
    return f"Add {wish.name} to {named} as {roles}"


def _of_passkey(reader: Reader, on: Named) -> str:
    found = reader.admission.passkey(PasskeyId(on.id))
    return f"End a passkey of {_who(reader, found.member)}" if found else "End a passkey"


def _of_key(reader: Reader, on: Named) -> str:
    found = reader.admission.api_key(ApiKeyId(on.id))
    return f"End an API key of {_who(reader, found.member)}" if found else "End an API key"


def _of_identity(reader: Reader, on: Named) -> str:
    found = reader.admission.identity(IdentityId(on.id))
    named = _who(reader, found.member) if found else ""
    return f"Unbind the identity of {named}" if found else "Unbind an identity"


def _changes(reader: Reader, wish: RolesWish) -> str:
    found = reader.governance.member(wish.member)
    had = ", ".join(sorted(found.roles)).replace("_", " ") if found else ""
    roles = ", ".join(sorted(wish.roles)).replace("_", " ")
    return f"Let {_who(reader, wish.member)} be {roles}, no longer {had}"


def _renews(reader: Reader, wish: AgreementWish) -> str:
    found = reader.governance.organisation(wish.organisation)
    named = found.name if found else wish.organisation
    term = f"from {wish.valid_from:%Y-%m-%d} until {wish.valid_to:%Y-%m-%d}"
    return f"File the agreement {wish.agreement[:16]} with {named}, {term}"


def _source(app: App, source: str) -> Source:
    with app.store.read() as reader:
        found = reader.sources.get(SourceId(source))
    if found is None:
        raise NotFound("no such source", "See `licet source list`.")
    return found


def _releases(reader: Reader, on: OnPaper) -> str:
    found = reader.sources.get(SourceId(on.id))
    named = found.name if found else on.id
    return f"Let the source {named} be read again, on the reason {on.digest[:16]}"


def _on_breach(digest: str) -> About:
    return About(Action.END_BREACH, digest=digest)


def _confirms(reader: Reader, on: Named) -> str:
    found = reader.orders.get(OrderId(on.id))
    said = f"{found.reference} of {found.authority}" if found else on.id
    return f"Let the order {said} be carried out"


DEEDS: dict[str, Deed] = {
    "add_organisation": Deed(
        OrganisationWish,
        lambda _app, wish: signing.adding_organisation(wish),
        governance.add_organisation,
        lambda _reader, wish: f"Add the organisation {wish.name} until {wish.valid_to:%Y-%m-%d}",
    ),
    "add_member": Deed(
        MemberWish,
        lambda _app, wish: signing.adding_member(wish),
        governance.add_member,
        _adds,
    ),
    "end_member": Deed(
        Named,
        lambda app, on: signing.ending_member(_member(app, on.id)),
        lambda app, who, on: governance.end_member(app, who, MemberId(on.id)),
        lambda reader, on: f"End the membership of {_who(reader, on.id)}",
    ),
    "invite_member": Deed(
        Named,
        lambda app, on: signing.inviting(_member(app, on.id)),
        lambda app, who, on: admitting.invite(app, who, MemberId(on.id)),
        lambda reader, on: f"Let {_who(reader, on.id)} add a passkey",
    ),
    "end_passkey": Deed(
        Named,
        lambda _app, on: signing.ending_passkey(PasskeyId(on.id)),
        lambda app, who, on: admitting.end_passkey(app, who, PasskeyId(on.id)),
        _of_passkey,
    ),
    "make_api_key": Deed(
        ApiKeyWish,
        lambda _app, wish: signing.making_api_key(wish),
        admitting.make_api_key,
        lambda reader, wish: (
            f"Make an API key of {_who(reader, wish.member)} for {wish.purpose} "
            f"until {wish.expires:%Y-%m-%d}"
        ),
    ),
    "end_api_key": Deed(
        Named,
        lambda _app, on: signing.ending_api_key(ApiKeyId(on.id)),
        lambda app, who, on: admitting.end_api_key(app, who, ApiKeyId(on.id)),
        _of_key,
    ),
    "end_identity": Deed(
        Named,
        lambda _app, on: signing.ending_identity(IdentityId(on.id)),
        lambda app, who, on: admitting.end_identity(app, who, IdentityId(on.id)),
        _of_identity,
    ),
    "change_roles": Deed(
        RolesWish,
        lambda _app, wish: signing.changing_roles(wish),
        governance.change_roles,
        _changes,
    ),
    "renew_agreement": Deed(
        AgreementWish,
        lambda _app, wish: signing.renewing_agreement(wish),
        governance.renew_agreement,
        _renews,
    ),
    "open_source": Deed(
        SourceWish,
        lambda _app, wish: signing.opening_source(wish),
        sourcing.add_source,
        lambda _reader, wish: f"Open the source {wish.name} ({wish.kind.value}) at {wish.place}",
    ),
    "release_source": Deed(
        OnPaper,
        lambda app, on: signing.releasing_source(_source(app, on.id), on.digest),
        lambda app, who, on: sourcing.release_source(app, who, SourceId(on.id), on.digest),
        _releases,
    ),
    "lift_block": Deed(
        OnPaper,
        lambda _app, on: signing.lifting_block(BlockId(on.id), on.digest),
        lambda app, who, on: blocking.lift(app, who, BlockId(on.id), on.digest),
        lambda _reader, on: f"Lift the block {on.id} on the document {on.digest[:16]}",
    ),
    "confirm_order": Deed(
        Named,
        lambda app, on: signing.confirming_order(app, OrderId(on.id)),
        lambda app, who, on: ordering.confirm(app, who, OrderId(on.id)),
        _confirms,
    ),
    "find_breach": Deed(
        FoundLess,
        lambda _app, on: _on_breach(breaching.finding_digest(BreachId(on.id), on.findings)),
        lambda app, who, on: breaching.confirm(app, who, BreachId(on.id), on.findings),
        lambda _reader, on: f"Find the risk of breach {on.id[:8]} {on.risk.value}: {on.why}",
    ),
    "close_breach": Deed(
        InWords,
        lambda _app, on: _on_breach(breaching.ending_digest(BreachId(on.id), on.words)),
        lambda app, who, on: breaching.close(app, who, BreachId(on.id), on.words),
        lambda _reader, on: f"End breach {on.id[:8]}: {on.words}",
    ),
    "dismiss_breach": Deed(
        InWords,
        lambda _app, on: _on_breach(breaching.ending_digest(BreachId(on.id), on.words)),
        lambda app, who, on: breaching.dismiss(app, who, BreachId(on.id), on.words),
        lambda _reader, on: f"Say that the suspected breach {on.id[:8]} was none: {on.words}",
    ),
    "retire_canary": Deed(
        Named,
        lambda _app, on: _on_breach(watching.retiring_digest(CanaryId(on.id))),
        lambda app, who, on: watching.retire(app, who, CanaryId(on.id)),
        lambda _reader, on: f"Take canary {on.id[:8]} away",
    ),
    "prepare": Deed(
        Preparation,
        lambda _app, wish: signing.preparing(wish),
        prepare,
        lambda _reader, _wish: "State the papers that this deployment rests on",
    ),
    "place_store": Deed(
        Place,
        lambda _app, place: signing.placing_store(place),
        residing.state_place,
        lambda _reader, place: (
            f"State that {place.store.value} lies in {place.territory}, run by {place.provider}"
        ),
    ),
    "add_transfer": Deed(
        TransferWish,
        lambda _app, wish: signing.transferring(wish),
        residing.add_transfer,
        lambda _reader, wish: f"Record a transfer to {wish.recipient} in {wish.territory}",
    ),
    "end_transfer": Deed(
        Named,
        lambda _app, on: signing.ending_transfer(TransferId(on.id)),
        lambda app, who, on: residing.end_transfer(app, who, TransferId(on.id)),
        lambda _reader, _on: "End a transfer",
    ),
}
"""Every act that may wait, by its name."""


def read_parts(kind: str, data: bytes) -> Any:
    """Return an act's parts from JSON; bytes are base64url. Raises ``BadInput``."""
    deed = _deed(kind)
    try:
        parts = _adapter(deed.parts).validate_json(b"[" + data + b"]")[0]
    except ValidationError as error:
        places = ", ".join(
            sorted({".".join(map(str, one["loc"][1:])) for one in error.errors()} - {""})
        )
        raise BadInput(f"these are no parts of {kind}: {places}", "See the API's page.") from error
    if any(isinstance(one, datetime) and one.tzinfo is None for one in _values(parts)):
        raise BadInput("a moment has no zone", "End it with Z, or an offset.")
    return parts


def write_parts(kind: str, parts: object) -> bytes:
    """Return an act's parts as JSON, as :func:`read_parts` reads them."""
    whole: bytes = _adapter(_deed(kind).parts).dump_json((parts,))
    return whole[1:-1]


def about_of(app: App, kind: str, parts: object) -> About:
    """Return what is signed. Raises ``BadInput`` for an act that may not wait, ``NotFound``."""
    return _deed(kind).about(app, parts)


def begin(app: App, who: Who, kind: str, parts: object) -> object:
    """Carry an act out, or let it wait where nothing but another member's signature is missing.

    Returns what the flow answers, ``Parked``, or a refusal. Raises as the flow does.
    """
    deed = _deed(kind)
    answer = deed.carry(app, who, parts)
    if isinstance(answer, Refusal) and answer.reason == Reason.TWO_SIGNERS_NEEDED:
        return park(app, who, kind, deed.about(app, parts), write_parts(kind, parts))
    return answer


def complete(app: App, second: Who, act: ActId) -> object:
    """Carry out an act that waits, now that another member signed it too.

    Returns what the flow answers: it decides now. Raises ``NotFound``, ``Conflict`` for the
    member who signed first, and as the flow does: then nothing happened, and where it never
    can any more the act ends.
    """
    waits = find_act(app, second, act)
    who = both(waits, second)
    parts = read_parts(waits.kind, parts_of(app, waits))
    try:
        return _deed(waits.kind).carry(app, who, parts)
    except (BadInput, Conflict, NotFound):
        overtaken(app, act)
        raise


def says(app: App, waits: WaitingAct) -> str:
    """Return what an act is about, in words, from the very parts it is carried out with."""
    parts = read_parts(waits.kind, parts_of(app, waits))
    with app.store.read() as reader:
        return _deed(waits.kind).says(reader, parts)


def _deed(kind: str) -> Deed:
    found = DEEDS.get(kind)
    if found is None:
        raise BadInput("no act of this name can wait", f"One of: {', '.join(DEEDS)}.")
    return found


def _values(parts: Any) -> list[object]:
    return [getattr(parts, one.name) for one in fields(parts)]


@cache
def _adapter(parts: type) -> "TypeAdapter[tuple[Any]]":
    config = ConfigDict(
        ser_json_bytes="base64", val_json_bytes="base64", extra="forbid", str_max_length=2000
    )
    # A tuple of one, because a plain dataclass takes these habits from what is around it.
    wrapped: Any = tuple.__class_getitem__((parts,))
    return TypeAdapter(wrapped, config=config)


__all__ = ["DEEDS", "Deed", "Named", "Parked", "about_of", "begin", "complete", "says"]
