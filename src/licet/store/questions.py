"""What people are asked under a grant, searches that ask first, and files beside photos."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, select, update

from licet.store.asked import question, sidecar, tracing
from licet.store.session import Group, Shape, delete_among
from licet.terms.asked import StoredQuestion, StoredSidecar, StoredTracing
from licet.terms.ids import GrantId, ItemId, QuestionId, SearchId, SourceId

_QUESTION = Shape(question, StoredQuestion)
_TRACING = Shape(tracing, StoredTracing)
_SIDECAR = Shape(sidecar, StoredSidecar)
_BY_ID = _QUESTION.by("id")
_OF_GRANT = _QUESTION.by("grant", order=(question.c.id,))
_TAGGED = _QUESTION.by("grant", "tag")
_BESIDE = _SIDECAR.by("item")
_OF_SOURCE = _SIDECAR.by("source", order=(sidecar.c.item,))
_NO_GRANT = "the grant has ended or never was, or this was asked before"


class ReadQuestions(Group):
    """Reading what people are asked."""

    def get(self, wanted: QuestionId) -> StoredQuestion | None:
        """Return the question, or None."""
        return _QUESTION.one(self._session, _BY_ID, id=wanted)

    def of_grant(self, grant: GrantId) -> tuple[StoredQuestion, ...]:
        """Return what is asked under a grant, by id: random, so in no order that tells."""
        return _QUESTION.all(self._session, _OF_GRANT, grant=grant)

    def tagged(self, grant: GrantId, tag: bytes) -> StoredQuestion | None:
        """Return the question with this tag under a grant, or None."""
        return _QUESTION.one(self._session, _TAGGED, grant=grant, tag=tag)

    def all(self) -> tuple[StoredQuestion, ...]:
        """Return every question, by id."""
        return _QUESTION.all(self._session, _QUESTION.select.order_by(question.c.id))

    def any_over(self, now: datetime) -> bool:
        """Say whether the time of any question is over."""
        return self._session.first(select(question.c.id).where(question.c.until <= now)) is not None

    def waiting(self) -> tuple[StoredTracing, ...]:
        """Return the searches that have asked nobody yet, by id."""
        return _TRACING.all(self._session, _TRACING.select.order_by(tracing.c.search))


class WriteQuestions(ReadQuestions):
    """Writing what people are asked."""

    def add(self, asked: StoredQuestion) -> None:
        """Keep a question. Raises ``Conflict`` unless its grant is kept, or if asked before."""
        self._session.write(_QUESTION.insert, _QUESTION.values(asked), refused=_NO_GRANT)

    def answer(self, wanted: QuestionId, sealed: bytes, until: datetime) -> None:
        """Keep what somebody said. Raises ``NotFound``."""
        statement = update(question).where(question.c.id == wanted)
        found = select(question.c.id).where(question.c.id == wanted)
        self._session.change(statement.values(sealed=sealed, until=until), found, "question")

    def delete(self, wanted: Collection[QuestionId]) -> int:
        """Delete questions and return how many there were."""
        return delete_among(self._session, question, question.c.id, wanted)

    def forget_over(self, now: datetime) -> int:
        """Delete the questions whose time is over (bookkeeping: an entry would tell of one)."""
        over = delete(question).where(question.c.until <= now)
        return self._session.write(over, bookkeeping=True)

    def delete_of_grants(self, grants: Collection[GrantId]) -> int:
        """Delete everything asked under grants and return how many there were."""
        return delete_among(self._session, question, question.c.grant, grants)

    def wait(self, search: StoredTracing) -> None:
        """Note that a search is to ask first."""
        self._session.write(_TRACING.insert, _TRACING.values(search))

    def asked(self, search: SearchId) -> None:
        """Note that a search has asked whom it was to ask."""
        self._session.write(delete(tracing).where(tracing.c.search == search))


class ReadSidecars(Group):
    """Reading what was written beside photos."""

    def get(self, item: ItemId) -> StoredSidecar | None:
        """Return what was written beside an item, or None."""
        return _SIDECAR.one(self._session, _BESIDE, item=item)

    def of_source(self, source: SourceId) -> tuple[StoredSidecar, ...]:
        """Return what was written beside the photos of a source, by item."""
        return _SIDECAR.all(self._session, _OF_SOURCE, source=source)

    def sources(self) -> tuple[SourceId, ...]:
        """Return the sources where anything was written, in order."""
        rows = self._session.rows(select(sidecar.c.source).distinct())
        return tuple(sorted(SourceId(row[0]) for row in rows))

    def count(self) -> int:
        """Return beside how many photos something was written."""
        return self._session.number(select(func.count()).select_from(sidecar))


class WriteSidecars(ReadSidecars):
    """Writing what was written beside photos (bookkeeping: the acts have their entries)."""

    def put(self, written: StoredSidecar) -> None:
        """Keep what was written beside an item, in place of what was there before."""
        self.forget(written.item)
        self._session.write(_SIDECAR.insert, _SIDECAR.values(written), bookkeeping=True)

    def forget(self, item: ItemId) -> None:
        """Forget what was written beside an item."""
        gone = delete(sidecar).where(sidecar.c.item == item)
        self._session.write(gone, bookkeeping=True)
