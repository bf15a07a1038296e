"""A reader sees one moment; a unit changes it (DESIGN 5).

Every unit: (1) take the head lock first; (2) read facts, decide again; (3) effects;
(4) leaves at ``head.size...``; (5) commit. So commit order is leaf order without gaps,
and two units never decide on the same facts.
"""

from datetime import datetime

from licet.store.admitting import ReadAdmission, WriteAdmission
from licet.store.blocks import ReadBlocks, WriteBlocks
from licet.store.copies import ReadCopies, WriteCopies
from licet.store.deployment import ReadDeployment, WriteDeployment
from licet.store.duties import (
    ReadBreaches,
    ReadCorrespondence,
    ReadPapers,
    WriteBreaches,
    WriteCorrespondence,
    WritePapers,
)
from licet.store.governance import ReadGovernance, WriteGovernance
from licet.store.grants import ReadConfirmations, ReadGrants, WriteConfirmations, WriteGrants
from licet.store.items import ReadItems, WriteItems
from licet.store.leaves import Growth, ReadLeaves, WriteLeaves
from licet.store.links import ReadLinks, WriteLinks
from licet.store.orders import ReadOrders, WriteOrders
from licet.store.own import ReadOwn, WriteOwn
from licet.store.people import ReadPeople, WritePeople
from licet.store.person import ReadPerson
from licet.store.plans import ReadPlans, ReadRuns, WritePlans, WriteRuns
from licet.store.questions import ReadQuestions, ReadSidecars, WriteQuestions, WriteSidecars
from licet.store.reach import ReadReach
from licet.store.recover import ReadRecover, WriteRecover
from licet.store.requests import (
    ReadAccounts,
    ReadHolds,
    ReadRequests,
    WriteAccounts,
    WriteHolds,
    WriteRequests,
)
from licet.store.searches import ReadSearches, WriteSearches
from licet.store.session import At, Session, UnitWithoutLeaf
from licet.store.sources import ReadSources, WriteSources
from licet.store.subjects import ReadSubjects, WriteSubjects
from licet.store.templates import (
    ReadSuggestions,
    ReadTemplates,
    ReadUnlinked,
    WriteSuggestions,
    WriteTemplates,
    WriteUnlinked,
)
from licet.store.waiting import ReadWaiting, WriteWaiting
from licet.terms.ledger import Entry, Head, LeafMaker

__all__ = ["Reader", "Unit", "UnitWithoutLeaf"]


class Reader:
    """One consistent moment of the store: ``head`` says which, ``now`` when it was read."""

    def __init__(self, session: Session, head: Head) -> None:
        self.head = head
        self.now: datetime = session.now
        self.deployment = ReadDeployment(session)
        self.governance = ReadGovernance(session)
        self.admission = ReadAdmission(session)
        self.waiting = ReadWaiting(session)
        self.own = ReadOwn(session)
        self.links = ReadLinks(session)
        self.subjects = ReadSubjects(session)
        self.grants = ReadGrants(session)
        self.confirmations = ReadConfirmations(session)
        self.templates = ReadTemplates(session)
        self.suggestions = ReadSuggestions(session)
        self.sources = ReadSources(session)
        self.items = ReadItems(session)
        self.copies = ReadCopies(session)
        self.searches = ReadSearches(session)
        self.plans = ReadPlans(session)
        self.runs = ReadRuns(session)
        self.blocks = ReadBlocks(session)
        self.requests = ReadRequests(session)
        self.holds = ReadHolds(session)
        self.accounts = ReadAccounts(session)
        self.orders = ReadOrders(session)
        self.reach = ReadReach(session)
        self.correspondence = ReadCorrespondence(session)
        self.breaches = ReadBreaches(session)
        self.papers = ReadPapers(session)
        self.unlinked = ReadUnlinked(session)
        self.questions = ReadQuestions(session)
        self.sidecars = ReadSidecars(session)
        self.person = ReadPerson(session)
        self.people = ReadPeople(session)
        self.leaves = ReadLeaves(session)
        self.recover = ReadRecover(session)


class Unit:
    """A unit of work: it reads and writes what a :class:`Reader` reads.

    ``now`` is the clock's moment, never before the last entry's. It is made by
    ``Store.unit`` alone, after the head was locked.
    """

    def __init__(
        self, session: Session, head: Head, makes: LeafMaker, at: At, bookkeeping: bool
    ) -> None:
        self.now: datetime = session.now
        self._session = session
        self._at = at
        self._bookkeeping = bookkeeping
        self._growth = Growth(head, head.size, makes)
        self.leaves = WriteLeaves(session, self._growth)
        self.deployment = WriteDeployment(session)
        self.governance = WriteGovernance(session)
        self.admission = WriteAdmission(session)
        self.waiting = WriteWaiting(session)
        self.own = WriteOwn(session)
        self.links = WriteLinks(session)
        self.subjects = WriteSubjects(session)
        self.grants = WriteGrants(session)
        self.confirmations = WriteConfirmations(session)
        self.templates = WriteTemplates(session)
        self.suggestions = WriteSuggestions(session)
        self.sources = WriteSources(session)
        self.items = WriteItems(session)
        self.copies = WriteCopies(session)
        self.searches = WriteSearches(session)
        self.plans = WritePlans(session)
        self.runs = WriteRuns(session)
        self.blocks = WriteBlocks(session)
        self.requests = WriteRequests(session)
        self.holds = WriteHolds(session)
        self.accounts = WriteAccounts(session)
        self.orders = WriteOrders(session)
        self.reach = ReadReach(session)
        self.correspondence = WriteCorrespondence(session)
        self.breaches = WriteBreaches(session)
        self.papers = WritePapers(session)
        self.unlinked = WriteUnlinked(session)
        self.questions = WriteQuestions(session)
        self.sidecars = WriteSidecars(session)
        self.person = ReadPerson(session)
        self.people = WritePeople(session)
        self.recover = WriteRecover(session)

    @property
    def head(self) -> Head:
        """The head as this unit has grown it; ``head.size`` is the next leaf's index."""
        return self._growth.head

    def record(self, entry: Entry) -> int:
        """Write the entry's leaf and return its index. Several may be recorded in a unit."""
        index = self.leaves.record(entry)
        self._at("unit.recorded")
        return index

    def close(self) -> None:
        """Write the head, last of all. ``Store.unit`` calls this before it commits.

        Raises ``UnitWithoutLeaf`` if rows changed and no leaf says so, or what a failed
        statement raised if the flow went on after it.
        """
        if self._session.failed is not None:
            raise self._session.failed
        recorded = self.head.size > self._growth.first
        owed = self._session.unrecorded or (self._session.changed and not self._bookkeeping)
        if owed and not recorded:
            raise UnitWithoutLeaf(
                "a unit changed rows and recorded no leaf",
                "record an entry, or open the unit for bookkeeping if it only keeps books",
            )
        self.leaves.commit()
