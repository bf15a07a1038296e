"""Invitations, passkeys, identities, sessions and API keys."""

from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, delete, select, update

from licet.store import schema
from licet.store.prepared import Prepared
from licet.store.session import Group, Shape
from licet.terms.admission import (
    ApiKey,
    Identity,
    Invitation,
    KeptAnswer,
    Passkey,
    StoredSession,
)
from licet.terms.ids import ApiKeyId, IdentityId, InvitationId, MemberId, PasskeyId, SessionId

_INVITATION = Shape(schema.invitation, Invitation)
_PASSKEY = Shape(schema.passkey, Passkey)
_IDENTITY = Shape(schema.identity_, Identity)
_SESSION = Shape(schema.session, StoredSession)
_API_KEY = Shape(schema.api_key, ApiKey)
_ANSWER = Shape(schema.kept_answer, KeptAnswer)

_INVITATION_BY_DIGEST = _INVITATION.by("digest")
_INVITATIONS = _INVITATION.by("member", order=(schema.invitation.c.expires, schema.invitation.c.id))
_IDENTITY_BY_ID = _IDENTITY.by("id")
_IDENTITY_BY_TAG = _IDENTITY.by("tag")
_IDENTITIES = _IDENTITY.by("member", order=(schema.identity_.c.bound_at, schema.identity_.c.id))
_PASSKEY_BY_ID = _PASSKEY.by("id")
_PASSKEY_BY_CREDENTIAL = _PASSKEY.by("credential")
_PASSKEYS = _PASSKEY.by("member", order=(schema.passkey.c.made_at, schema.passkey.c.id))
_SESSION_BY_DIGEST = _SESSION.by("digest")
_SESSION_BY_CHALLENGE = _SESSION.by("challenge")
_SESSIONS = _SESSION.by("member", order=(schema.session.c.opened_at, schema.session.c.id))
_API_KEY_BY_ID = _API_KEY.by("id")
_API_KEY_BY_DIGEST = _API_KEY.by("digest")
_API_KEYS = _API_KEY.by("member", order=(schema.api_key.c.made_at, schema.api_key.c.id))
_ANSWER_BY_KEY = _ANSWER.by("holder", "key")
_SEEN = Prepared(
    update(schema.session)
    .where(schema.session.c.id == bindparam("one"))
    .values(seen_at=bindparam("moment"))
)


class ReadAdmission(Group):
    """Reading how members come in."""

    def invitation(self, digest: bytes) -> Invitation | None:
        """Return the invitation with the code of this SHA-256, or None."""
        return _INVITATION.one(self._session, _INVITATION_BY_DIGEST, digest=digest)

    def invitations(self, member: MemberId) -> tuple[Invitation, ...]:
        """Return a member's invitations, the used and the late ones too, first over first."""
        return _INVITATION.all(self._session, _INVITATIONS, member=member)

    def identity(self, identity: IdentityId) -> Identity | None:
        """Return the identity, or None: it was never bound, or is no more."""
        return _IDENTITY.one(self._session, _IDENTITY_BY_ID, id=identity)

    def identity_of(self, tag: bytes) -> Identity | None:
        """Return the identity with this tag, or None: it is nobody's."""
        return _IDENTITY.one(self._session, _IDENTITY_BY_TAG, tag=tag)

    def identities(self, member: MemberId) -> tuple[Identity, ...]:
        """Return a member's identities, oldest first."""
        return _IDENTITY.all(self._session, _IDENTITIES, member=member)

    def passkey(self, passkey: PasskeyId) -> Passkey | None:
        """Return the passkey, ended or not, or None."""
        return _PASSKEY.one(self._session, _PASSKEY_BY_ID, id=passkey)

    def passkey_of(self, credential: bytes) -> Passkey | None:
        """Return the passkey with this credential id, ended or not, or None."""
        return _PASSKEY.one(self._session, _PASSKEY_BY_CREDENTIAL, credential=credential)

    def passkeys(self, member: MemberId) -> tuple[Passkey, ...]:
        """Return a member's passkeys, the ended ones too, oldest first."""
        return _PASSKEY.all(self._session, _PASSKEYS, member=member)

    def session(self, digest: bytes) -> StoredSession | None:
        """Return the session with the token of this SHA-256, ended or not, or None."""
        return _SESSION.one(self._session, _SESSION_BY_DIGEST, digest=digest)

    def session_from(self, challenge: bytes) -> StoredSession | None:
        """Return the session that a sign-in with this challenge opened, or None."""
        return _SESSION.one(self._session, _SESSION_BY_CHALLENGE, challenge=challenge)

    def sessions(self, member: MemberId) -> tuple[StoredSession, ...]:
        """Return a member's sessions, the ended ones too, oldest first."""
        return _SESSION.all(self._session, _SESSIONS, member=member)

    def api_key(self, key: ApiKeyId) -> ApiKey | None:
        """Return the API key, ended or not, or None."""
        return _API_KEY.one(self._session, _API_KEY_BY_ID, id=key)

    def api_key_of(self, digest: bytes) -> ApiKey | None:
        """Return the API key whose secret has this SHA-256, ended or not, or None."""
        return _API_KEY.one(self._session, _API_KEY_BY_DIGEST, digest=digest)

    def api_keys(self, member: MemberId) -> tuple[ApiKey, ...]:
        """Return a member's API keys, the ended ones too, oldest first."""
        return _API_KEY.all(self._session, _API_KEYS, member=member)

    def answer(self, holder: str, key: bytes) -> KeptAnswer | None:
        """Return what was answered to this caller's call of this key, or None."""
        return _ANSWER.one(self._session, _ANSWER_BY_KEY, holder=holder, key=key)


class WriteAdmission(ReadAdmission):
    """Writing how members come in."""

    def invite(self, invitation: Invitation) -> None:
        """Add an invitation. Raises ``Conflict`` if there is no such member."""
        self._session.write(_INVITATION.insert, _INVITATION.values(invitation))

    def use_invitation(self, invitation: InvitationId, at: datetime) -> None:
        """Note that an invitation was used. Raises ``NotFound``, ``Conflict`` if it had been."""
        self._end(schema.invitation, invitation, "used_at", at)

    def recall(self, invitation: InvitationId) -> bool:
        """Delete an invitation that nobody used; whether it was there."""
        column = schema.invitation.c
        unused = delete(schema.invitation).where(column.id == invitation, column.used_at.is_(None))
        return bool(self._session.write(unused))

    def bind(self, identity: Identity) -> None:
        """Add an identity. Raises ``Conflict`` if it is somebody's already."""
        self._session.write(
            _IDENTITY.insert, _IDENTITY.values(identity), refused="this identity is bound already"
        )

    def fail_identity(self, identity: IdentityId, failures: int, until: datetime | None) -> None:
        """Note that a sign-in by an identity failed, or that none does. Raises ``NotFound``."""
        values = {"failures": failures, "locked_until": until}
        self._note(schema.identity_, identity, values)

    def unbind(self, identity: IdentityId) -> bool:
        """Delete an identity; whether it was there."""
        column = schema.identity_.c
        return bool(self._session.write(delete(schema.identity_).where(column.id == identity)))

    def name_passkey(self, passkey: PasskeyId, name: str) -> None:
        """Call a passkey something. Raises ``NotFound``."""
        self._note(schema.passkey, passkey, {"name": name})

    def add_passkey(self, passkey: Passkey) -> None:
        """Add a passkey. Raises ``Conflict`` if somebody has this credential."""
        self._session.write(
            _PASSKEY.insert, _PASSKEY.values(passkey), refused="this passkey is registered already"
        )

    def count_passkey(self, passkey: PasskeyId, counter: int) -> None:
        """Note what the authenticator counted, and that nobody is failing. Raises ``NotFound``."""
        values = {"counter": counter, "failures": 0, "locked_until": None}
        self._note(schema.passkey, passkey, values)

    def fail_passkey(self, passkey: PasskeyId, failures: int, until: datetime | None) -> None:
        """Note that somebody failed with a passkey. Raises ``NotFound``."""
        self._note(schema.passkey, passkey, {"failures": failures, "locked_until": until})

    def end_passkey(self, passkey: PasskeyId, at: datetime) -> None:
        """End a passkey. Raises ``NotFound``, ``Conflict`` if it had ended."""
        self._end(schema.passkey, passkey, "ended_at", at)

    def open_session(self, session: StoredSession) -> None:
        """Add a session. Raises ``Conflict`` if its challenge opened one before."""
        self._session.write(
            _SESSION.insert, _SESSION.values(session), refused="this sign-in was used before"
        )

    def see_session(self, session: SessionId, at: datetime) -> None:
        """Note when a session was used last; only books are kept by it."""
        self._session.write(_SEEN, {"one": session, "moment": at}, bookkeeping=True)

    def end_session(self, session: SessionId, at: datetime) -> None:
        """End a session. Raises ``NotFound``, ``Conflict`` if it had ended."""
        self._end(schema.session, session, "ended_at", at)

    def add_api_key(self, key: ApiKey) -> None:
        """Add an API key. Raises ``Conflict`` if there is no such member."""
        self._session.write(_API_KEY.insert, _API_KEY.values(key))

    def end_api_key(self, key: ApiKeyId, at: datetime) -> None:
        """End an API key. Raises ``NotFound``, ``Conflict`` if it had ended."""
        self._end(schema.api_key, key, "ended_at", at)

    def end_sessions(self, member: MemberId, at: datetime) -> int:
        """End a member's sessions; returns how many there were."""
        return self._end_open(schema.session, member, at)

    def end_everything(self, member: MemberId, at: datetime) -> None:
        """End whatever a member comes in with: passkeys, sessions, keys, leave, identities."""
        for table in (schema.passkey, schema.session, schema.api_key):
            self._end_open(table, member, at)
        column = schema.invitation.c
        self._session.write(
            delete(schema.invitation).where(column.member == member, column.used_at.is_(None))
        )
        bound = schema.identity_.c.member == member
        self._session.write(delete(schema.identity_).where(bound))

    def keep_answer(self, answer: KeptAnswer) -> None:
        """Keep an answer. Raises ``Conflict`` if one of this caller and key is kept."""
        self._session.write(_ANSWER.insert, _ANSWER.values(answer), bookkeeping=True)

    def forget(self, answers: datetime, sessions: datetime) -> int:
        """Forget answers given, and sessions over, before these moments; returns how many.

        Invitations that ran out before the first of them go too, used or not.
        """
        late = delete(schema.invitation).where(schema.invitation.c.expires < answers)
        given = delete(schema.kept_answer).where(schema.kept_answer.c.at < answers)
        over = delete(schema.session).where(schema.session.c.expires < sessions)
        ways = (given, over, late)
        return sum(self._session.write(one, bookkeeping=True) for one in ways)

    def drop_sessions(self) -> int:
        """Delete every session, answer, unused invitation and first signature that waits.

        Nobody comes back by a restore.
        """
        unused = schema.invitation.c.used_at.is_(None)
        return (
            self._session.write(delete(schema.session))
            + self._session.write(delete(schema.kept_answer))
            + self._session.write(delete(schema.invitation).where(unused))
            + self._session.write(delete(schema.waiting_act))
        )

    def _end_open(self, table: Table, member: MemberId, at: datetime) -> int:
        column = table.c
        statement = update(table).where(column.member == member, column.ended_at.is_(None))
        return self._session.write(statement.values(ended_at=at))

    def _end(self, table: Table, one: str, field: str, at: datetime) -> None:
        column = table.c
        statement = update(table).where(column.id == one, column[field].is_(None))
        found = select(column.id).where(column.id == one)
        self._session.change(statement.values({field: at}), found, table.name.replace("_", " "))

    def _note(self, table: Table, one: str, values: dict[str, Any]) -> None:
        column = table.c
        statement = update(table).where(column.id == one).values(values)
        self._session.change(statement, select(column.id).where(column.id == one), table.name)
