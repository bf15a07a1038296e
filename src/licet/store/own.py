"""Codes and sessions by which data subjects come to their own page."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update

from licet.store import schema
from licet.store.prepared import Prepared
from licet.store.session import GROUPED, Group, Shape
from licet.terms.admission import OwnCode, OwnSession
from licet.terms.ids import SessionId, SubjectId

_CODE = Shape(schema.own_code, OwnCode)
_SESSION = Shape(schema.own_session, OwnSession)

_CODE_BY_ASKED = _CODE.by("asked")
_SESSION_BY_DIGEST = _SESSION.by("digest")
_SEEN = Prepared(
    update(schema.own_session)
    .where(schema.own_session.c.id == bindparam("one"))
    .values(seen_at=bindparam("moment"))
)


class ReadOwn(Group):
    """Reading codes and sessions of data subjects."""

    def code(self, asked: bytes) -> OwnCode | None:
        """Return the code that a browser asked for, by the SHA-256 of its word, or None."""
        return _CODE.one(self._session, _CODE_BY_ASKED, asked=asked)

    def session(self, digest: bytes) -> OwnSession | None:
        """Return the session with the token of this SHA-256, or None."""
        return _SESSION.one(self._session, _SESSION_BY_DIGEST, digest=digest)

    def count_codes(self, contact: bytes, since: datetime) -> int:
        """Return how many codes went to a contact since a moment."""
        column = schema.own_code.c
        statement = select(func.count()).where(column.contact == contact, column.at > since)
        return self._session.number(statement)

    def count(self, contact: bytes) -> tuple[int, int]:
        """Return how many codes and how many sessions are kept of a contact."""
        tables = (schema.own_code, schema.own_session)
        codes, sessions = (
            self._session.number(select(func.count()).where(table.c.contact == contact))
            for table in tables
        )
        return codes, sessions


class WriteOwn(ReadOwn):
    """Writing codes and sessions of data subjects."""

    def put_code(self, code: OwnCode) -> None:
        """Keep a code; only books are kept by it. Raises ``Conflict`` if its word is taken."""
        self._session.write(_CODE.insert, _CODE.values(code), bookkeeping=True)

    def count_try(self, asked: bytes) -> int:
        """Count a wrong try of a code and return how many there were. Raises ``NotFound``."""
        column = schema.own_code.c
        statement = update(schema.own_code).where(column.asked == asked)
        found = select(column.tries).where(column.asked == asked)
        self._session.change(statement.values(tries=column.tries + 1), found, "code")
        return self._session.number(found)

    def use_code(self, asked: bytes, at: datetime) -> None:
        """Note that a code was used: it is over, and counts for the day. Raises ``NotFound``."""
        column = schema.own_code.c
        statement = update(schema.own_code).where(column.asked == asked)
        found = select(column.asked).where(column.asked == asked)
        self._session.change(statement.values(expires=at), found, "code")

    def open_session(self, session: OwnSession) -> None:
        """Add a session. Raises ``Conflict`` if its token is taken."""
        self._session.write(_SESSION.insert, _SESSION.values(session))

    def see_session(self, session: SessionId, at: datetime) -> None:
        """Note when a session was used last; only books are kept by it."""
        self._session.write(_SEEN, {"one": session, "moment": at}, bookkeeping=True)

    def end_session(self, session: SessionId) -> int:
        """End a session by deleting its row; returns how many there were."""
        column = schema.own_session.c
        return self._session.write(delete(schema.own_session).where(column.id == session))

    def end_of_people(self, subjects: Collection[SubjectId], keep: bytes = b"") -> int:
        """Delete every code and session of people's contacts; returns how many there were.

        ``keep`` is the SHA-256 of the token of a session that goes on.
        """
        subject = schema.subject.c
        tables = (schema.own_code, schema.own_session)
        wanted = sorted(set(subjects))
        ended = 0
        for start in range(0, len(wanted), GROUPED):
            part = subject.id.in_(wanted[start : start + GROUPED])
            theirs = select(subject.contact_tag).where(part, subject.contact_tag != b"")
            others = (schema.own_session.c.digest != keep,)
            ended += sum(
                self._session.write(delete(table).where(table.c.contact.in_(theirs), *rest))
                for table, rest in zip(tables, ((), others), strict=True)
            )
        return ended

    def forget(self, codes: datetime, sessions: datetime) -> int:
        """Forget codes asked for, and sessions over, before these moments; returns how many."""
        asked = delete(schema.own_code).where(schema.own_code.c.at < codes)
        over = delete(schema.own_session).where(schema.own_session.c.expires < sessions)
        return self._session.write(asked, bookkeeping=True) + self._session.write(
            over, bookkeeping=True
        )

    def drop(self) -> int:
        """Delete every code and session: nobody comes back by a restore."""
        return self._session.write(delete(schema.own_code)) + self._session.write(
            delete(schema.own_session)
        )
