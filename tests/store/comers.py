"""One of each thing with which members and guests come in."""

from dataclasses import replace
from typing import Any

from licet.store.unit import Unit
from licet.terms.admission import (
    ApiKey,
    Identity,
    Invitation,
    KeptAnswer,
    OwnCode,
    OwnSession,
    Passkey,
    StoredSession,
)
from licet.terms.album import AlbumLink
from licet.terms.ids import (
    ActId,
    ApiKeyId,
    IdentityId,
    InvitationId,
    LinkId,
    MemberId,
    PasskeyId,
    PurposeId,
    SessionId,
    new_id,
)
from licet.terms.organisation import Member
from licet.terms.waiting import WaitingAct
from tests.store.things import DAY, NOON, House


def own() -> bytes:
    """Thirty-two bytes that nothing else has."""
    return new_id().encode()[:32]


def an_invitation(member: MemberId, **changed: Any) -> Invitation:
    made = Invitation(InvitationId(new_id()), member, own(), NOON + DAY, None)
    return replace(made, **changed)


def a_passkey(member: MemberId, **changed: Any) -> Passkey:
    made = Passkey(
        id=PasskeyId(new_id()),
        member=member,
        credential=own(),
        public_key=b"cose",
        relying_party="licet.example",
        origin="https://licet.example",
        counter=0,
        failures=0,
        locked_until=None,
        made_at=NOON,
        ended_at=None,
    )
    return replace(made, **changed)


def an_identity(member: MemberId, **changed: Any) -> Identity:
    made = Identity(IdentityId(new_id()), member, own(), 0, None, NOON)
    return replace(made, **changed)


def a_session(member: MemberId, **changed: Any) -> StoredSession:
    id_ = SessionId(new_id())
    made = StoredSession(id_, member, own(), own(), NOON, NOON, NOON + DAY, None)
    return replace(made, **changed)


def an_api_key(member: MemberId, **changed: Any) -> ApiKey:
    purpose = PurposeId("archive_rights_clearance@1")
    made = ApiKey(ApiKeyId(new_id()), member, own(), purpose, NOON, NOON + DAY, None)
    return replace(made, **changed)


def an_answer(holder: str, **changed: Any) -> KeptAnswer:
    made = KeptAnswer(holder, own(), b"a" * 32, 201, b"sealed", NOON)
    return replace(made, **changed)


def a_waiting_act(member: Member, **changed: Any) -> WaitingAct:
    made = WaitingAct(
        id=ActId(new_id()),
        kind="end_member",
        organisation=member.organisation,
        member=member.id,
        name="govern",
        object="",
        digest="ab" * 32,
        at=NOON,
        sealed=b"sealed",
        signature=b"signed",
        expires=NOON + DAY,
    )
    return replace(made, **changed)


def a_link(house: House, **changed: Any) -> AlbumLink:
    made = AlbumLink(
        id=LinkId(new_id()),
        organisation=house.organisation.id,
        source=house.source.id,
        purpose=PurposeId("find_my_photos@1"),
        digest=own(),
        opened_at=NOON,
        expires=NOON + DAY,
        closed_at=None,
        days=30,
        most=50,
        presence=True,
    )
    return replace(made, **changed)


def admit(unit: Unit, house: House) -> None:
    """Write one of each."""
    member = house.member.id
    unit.admission.invite(an_invitation(member))
    unit.admission.add_passkey(a_passkey(member))
    unit.admission.bind(an_identity(member))
    unit.admission.open_session(a_session(member))
    unit.admission.add_api_key(an_api_key(member))
    unit.admission.keep_answer(an_answer(member))
    unit.waiting.add(a_waiting_act(house.member))
    unit.links.open(a_link(house))
    unit.own.put_code(OwnCode(own(), own(), b"salt", own(), 0, NOON, NOON + DAY))
    unit.own.open_session(OwnSession(SessionId(new_id()), own(), own(), NOON, NOON, NOON + DAY))
