"""The registers beside people's data: letters, breaches, canaries, papers filed, transfers."""

from datetime import datetime

from sqlalchemy import delete, select, update

from licet.store import schema
from licet.store.session import Group, Shape
from licet.terms.duties import (
    Breach,
    BreachState,
    Canary,
    Correspondence,
    Filing,
    Residence,
    Transfer,
)
from licet.terms.ids import (
    BreachId,
    CanaryId,
    CorrespondenceId,
    OrderId,
    OrganisationId,
    SubjectId,
    TransferId,
)

_LETTER = Shape(schema.correspondence, Correspondence)
_BREACH = Shape(schema.breach, Breach)
_CANARY = Shape(schema.canary, Canary)
_FILING = Shape(schema.filing, Filing)
_RESIDENCE = Shape(schema.residence, Residence)
_TRANSFER = Shape(schema.transfer, Transfer)
_OVER = (BreachState.CLOSED, BreachState.DISMISSED)

_CANARIES = _CANARY.by(order=(schema.canary.c.placed_at, schema.canary.c.id))
_CANARY_OF = _CANARY.by("subject")
_FILINGS = _FILING.by("organisation", order=(schema.filing.c.filed_at.desc(), schema.filing.c.id))
_RESIDENCES = _RESIDENCE.by(order=(schema.residence.c.store,))
_TRANSFERS = _TRANSFER.by(order=(schema.transfer.c.at.desc(), schema.transfer.c.id))


class ReadCorrespondence(Group):
    """Reading letters from and to authorities."""

    def get(self, letter: CorrespondenceId) -> Correspondence | None:
        """Return the letter, or None."""
        where = schema.correspondence.c.id == letter
        return _LETTER.one(self._session, _LETTER.select.where(where))

    def all(self) -> tuple[Correspondence, ...]:
        """Return every letter, the newest first."""
        column = schema.correspondence.c
        return _LETTER.all(self._session, _LETTER.select.order_by(column.at.desc(), column.id))

    def of_order(self, order: OrderId) -> tuple[Correspondence, ...]:
        """Return the letters about an order, oldest first."""
        column = schema.correspondence.c
        statement = _LETTER.select.where(column.order == order).order_by(column.at, column.id)
        return _LETTER.all(self._session, statement)

    def unanswered(self) -> tuple[Correspondence, ...]:
        """Return the letters that wait for an answer, the first due first."""
        column = schema.correspondence.c
        where = (column.answered_at.is_(None), column.answer_by.is_not(None))
        statement = _LETTER.select.where(*where).order_by(column.answer_by, column.id)
        return _LETTER.all(self._session, statement)


class WriteCorrespondence(ReadCorrespondence):
    """Writing letters from and to authorities."""

    def add(self, letter: Correspondence) -> None:
        """Add a letter. Raises ``Conflict`` if what it names is missing."""
        self._session.write(_LETTER.insert, _LETTER.values(letter))

    def put(self, letter: Correspondence) -> None:
        """Replace a letter's row. Raises ``NotFound``."""
        column = schema.correspondence.c
        statement = update(schema.correspondence).where(column.id == letter.id)
        found = select(column.id).where(column.id == letter.id)
        self._session.change(statement.values(_LETTER.values(letter)), found, "letter")


class ReadBreaches(Group):
    """Reading breaches, and the people who do not exist."""

    def get(self, breach: BreachId) -> Breach | None:
        """Return the breach, or None."""
        return _BREACH.one(self._session, _BREACH.select.where(schema.breach.c.id == breach))

    def all(self) -> tuple[Breach, ...]:
        """Return every breach, the newest first."""
        column = schema.breach.c
        return _BREACH.all(
            self._session, _BREACH.select.order_by(column.aware_at.desc(), column.id)
        )

    def open(self) -> tuple[Breach, ...]:
        """Return the breaches that are not over, the first due first."""
        column = schema.breach.c
        statement = _BREACH.select.where(column.state.not_in(_OVER))
        return _BREACH.all(self._session, statement.order_by(column.notify_by, column.id))

    def canaries(self) -> tuple[Canary, ...]:
        """Return every canary, oldest first."""
        return _CANARY.all(self._session, _CANARIES)

    def canary_of(self, subject: SubjectId) -> Canary | None:
        """Return the canary that a subject is, or None."""
        return _CANARY.one(self._session, _CANARY_OF, subject=subject)


class WriteBreaches(ReadBreaches):
    """Writing breaches, and the people who do not exist."""

    def add(self, breach: Breach) -> None:
        """Add a breach."""
        self._session.write(_BREACH.insert, _BREACH.values(breach))

    def put(self, breach: Breach) -> None:
        """Replace a breach's row. Raises ``NotFound``."""
        column = schema.breach.c
        statement = update(schema.breach).where(column.id == breach.id)
        found = select(column.id).where(column.id == breach.id)
        self._session.change(statement.values(_BREACH.values(breach)), found, "breach")

    def add_canary(self, canary: Canary) -> None:
        """Add a canary."""
        self._session.write(_CANARY.insert, _CANARY.values(canary))

    def touch_canary(self, canary: CanaryId, at: datetime) -> None:
        """Note when a canary was touched last. Raises ``NotFound``."""
        column = schema.canary.c
        statement = update(schema.canary).where(column.id == canary).values(touched_at=at)
        self._session.change(statement, select(column.id).where(column.id == canary), "canary")

    def set_canary_sealed(self, canary: CanaryId, sealed: bytes) -> None:
        """Put what a canary still has to go through in place of what was there."""
        column = schema.canary.c
        statement = update(schema.canary).where(column.id == canary).values(sealed=sealed)
        self._session.change(statement, select(column.id).where(column.id == canary), "canary")

    def drop_canary(self, canary: CanaryId) -> None:
        """Delete a canary's row; the subject it was is not touched."""
        self._session.write(delete(schema.canary).where(schema.canary.c.id == canary))


class ReadPapers(Group):
    """Reading papers filed, where stores lie, and transfers."""

    def filings(self, organisation: OrganisationId) -> tuple[Filing, ...]:
        """Return what an organisation filed, the newest first."""
        return _FILING.all(self._session, _FILINGS, organisation=organisation)

    def residences(self) -> tuple[Residence, ...]:
        """Return where each store lies, as far as it was stated."""
        return _RESIDENCE.all(self._session, _RESIDENCES)

    def transfers(self) -> tuple[Transfer, ...]:
        """Return every transfer, ended ones too, the newest first."""
        return _TRANSFER.all(self._session, _TRANSFERS)


class WritePapers(ReadPapers):
    """Writing papers filed, where stores lie, and transfers."""

    def file(self, filing: Filing) -> None:
        """Add a paper. Raises ``Conflict`` if its organisation is missing."""
        self._session.write(_FILING.insert, _FILING.values(filing))

    def put_residence(self, residence: Residence) -> None:
        """State where a store lies; what was stated before counts no more."""
        column = schema.residence.c
        self._session.write(delete(schema.residence).where(column.store == residence.store))
        self._session.write(_RESIDENCE.insert, _RESIDENCE.values(residence))

    def add_transfer(self, transfer: Transfer) -> None:
        """Add a transfer."""
        self._session.write(_TRANSFER.insert, _TRANSFER.values(transfer))

    def end_transfer(self, transfer: TransferId, at: datetime) -> None:
        """Note when a transfer ended. Raises ``NotFound``, ``Conflict`` if it had."""
        column = schema.transfer.c
        statement = update(schema.transfer).where(column.id == transfer, column.ended_at.is_(None))
        found = select(column.id).where(column.id == transfer)
        self._session.change(statement.values(ended_at=at), found, "transfer")
