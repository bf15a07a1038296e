"""Reading a register: decided on like any other use, and every look leaves an entry.

A list can tell who is enrolled, who is asked about and in which matter, so nobody reads
one for nobody in particular (GDPR 5(1)(f), 25(2), 32(4)).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from licet.app import App
from licet.consent.decide import decide
from licet.consent.registers import reads_all
from licet.effects.acting import digest_of, organisation_of
from licet.effects.facts import read_facts
from licet.effects.record import Facts, Objects, record, record_refusal, refuse
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.ids import CaseId, OrganisationId, SubjectId
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Ask, Permit, Refusal, Register

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a reader of a register sees: one organisation, or all of them."""

    organisation: OrganisationId | None
    everything: bool

    def sees(self, organisation: OrganisationId | None) -> bool:
        """Say whether a row of this organisation, or of none, is within reach."""
        return self.everything or (organisation is not None and organisation == self.organisation)

    def finds(self, organisation: OrganisationId | None) -> bool:
        """Say whether what was found under such a grant may be counted to this reader.

        Without an organisation a grant serves the person's own request alone: how much is
        found for them would tell a member whether a face is here (GDPR 15(4), 25(2)).
        """
        return organisation is not None and self.sees(organisation)


@dataclass(frozen=True, slots=True)
class About:
    """What is read: the register, the one case or person it is about, and what was asked."""

    register: Register
    case: CaseId | None = None
    subject: SubjectId | None = None
    objects: Objects = ()
    asked: Facts = ()

    @property
    def digest(self) -> str:
        """What members sign: the register, and what was asked of it."""
        parts = (*self.objects, *self.asked)
        return digest_of(self.register.value, *(f"{name} {value}" for name, value in parts))


def listed(
    app: App, who: Who, about: About, read: Callable[[Reader, Reach], tuple[Line, ...]]
) -> tuple[Line, ...] | Refusal:
    """Return the rows of a register that this reader may see.

    1. Read the facts and decide; a refusal is recorded and returned.
    2. Read the rows within the reach of who asks.
    3. In one unit of work: decide again, record that they were read.
    4. Mirror the ledger.
    """
    with app.store.read() as reader:  # 1
        ask = asking(app, reader, who, about)
        facts = read_facts(app, reader, ask, who, reader.now, about.digest)
        decided = decide(ask, facts, reader.now)
        if isinstance(decided, Permit):
            rows = read(reader, reach_of(reader, decided))  # 2
    if isinstance(decided, Refusal):
        return refuse(app, ask, decided)
    with app.store.unit() as unit:  # 3
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, about.digest), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        record_listed(app, unit, permit, about, len(rows))
    app.publish()  # 4
    return rows


def asking(app: App, reader: Reader | Unit, who: Who, about: About) -> Ask:
    """Return the ask of a register; the member's own organisation is the asking one."""
    return Ask(
        Action.LIST,
        who.by,
        app.model,
        organisation=organisation_of(reader, who),
        member=who.member,
        case=about.case,
        subject=about.subject,
        register=about.register,
    )


def reach_of(reader: Reader | Unit, permit: Permit) -> Reach:
    """Return how far the holder of a permit sees."""
    if permit.organisation is None or permit.member is None:
        return Reach(None, everything=False)
    organisation = reader.governance.organisation(permit.organisation)
    everything = reads_all(organisation, reader.governance.member(permit.member))
    return Reach(permit.organisation, everything)


def record_listed(app: App, unit: Unit, permit: Permit, about: About, rows: int) -> int:
    """Record that a register was read, by whom and how many rows: which ones, stays out."""
    case: Objects = () if about.case is None else (("case", about.case),)
    facts = (("register", about.register.value), ("rows", rows), *about.asked)
    return record(app, unit, EntryKind.LISTED, permit, (*case, *about.objects), facts)
