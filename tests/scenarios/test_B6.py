"""B6: how often an organisation searched is counted by anybody, not learned from a leak.

Two organisations search 401 and 301 times in a month. Each figure comes out exactly, from
entries alone: a person who was searched is erased before anybody counts. Whoever reads the
report counts again over a copy of the ledger; a report that keeps quiet about one search, or
about everything after the middle of the month, does not hold.
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.governance import add_member, add_organisation, approve_case, open_case
from licet.ledger.report import ReportFile, digest, take_report, write_report
from licet.ledger.verify_report import UNCOUNTED, verify_report
from licet.reporting import Reported, report
from licet.rights.erase import erase
from licet.search import search
from licet.terms.acting import Who
from licet.terms.governing import CaseWish, MemberWish, OrganisationWish
from licet.terms.ids import CaseId, MemberId, OrganisationId
from licet.terms.organisation import OrganisationKind, Role
from licet.terms.permit import By
from licet.terms.reporting import ReportKind, ReportWish
from licet.terms.search import SearchResult
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo

USES, SUBJECTS, A_DAY = 3, 5, 50
MONTH = "2026-03"


@dataclass
class Searching:
    """An organisation that searches all month, as much as the ceilings let one member."""

    world: World
    organisation: OrganisationId
    investigator: Who
    approver: Who
    done: int = 0
    cases: int = 0
    _left: list[tuple[CaseId, bytes]] = field(default_factory=list)

    def search(self, times: int) -> None:
        """Search so often, a new case whenever one is full, on the next day when one is."""
        for _ in range(times):
            if not self._left:
                self._left = self._open()
            if self.done and self.done % A_DAY == 0:
                self.world.clock.go(hours=25)
            case, probe = self._left.pop()
            found = search(self.world.app, self.investigator, case, CLEARANCE, probe)
            assert isinstance(found, SearchResult), found
            self.done += 1

    def _open(self) -> list[tuple[CaseId, bytes]]:
        named = ["anna", *(f"{self.organisation[:4]}{self.cases}{n}" for n in range(SUBJECTS - 1))]
        probes = [photo(name, shot=9) for name in named]
        evidence = frozenset(hashlib.sha256(probe).hexdigest() for probe in probes)
        wish = CaseWish(self.organisation, CLEARANCE, f"2026-{self.cases}", evidence, SUBJECTS)
        case = open_case(self.world.app, self.investigator, wish)
        assert isinstance(case, str), case
        approve_case(self.world.app, self.approver, CaseId(case))
        self.cases += 1
        return [(CaseId(case), probe) for probe in probes for _ in range(USES)]


def _own(world: World) -> Searching:
    return Searching(world, world.organisation, world.who("investigator"), world.who("approver"))


def _other(world: World) -> Searching:
    """Let a second organisation in, with an agreement and members of its own."""
    two = world.who("steward", "officer")
    wish = OrganisationWish(
        "The City Museum",
        OrganisationKind.RECIPIENT,
        "ab" * 32,
        world.clock(),
        world.clock() + timedelta(days=365),
    )
    organisation = add_organisation(world.app, two, wish)
    assert isinstance(organisation, str), organisation
    members = []
    for n, role in enumerate((Role.INVESTIGATOR, Role.APPROVER), start=40):
        member = MemberWish(
            OrganisationId(organisation), role.value, frozenset({role}), bytes([n]) * 32
        )
        added = add_member(world.app, two, member)
        assert isinstance(added, str), added
        members.append(Who(By.MEMBER, (MemberId(added),)))
    return Searching(world, OrganisationId(organisation), *members)


def _reported(world: World, organisation: OrganisationId) -> Reported:
    wish = ReportWish(ReportKind.USAGE, MONTH, organisation)
    made = report(world.app, world.who("officer"), wish)
    assert isinstance(made, Reported), made
    return made


def _searched_by_two(world: World, ours: int, theirs: int) -> tuple[Searching, Searching]:
    """Let two organisations search, have the person found erased, and let the month pass."""
    _, subject = world.enrolled("anna")
    first, second = _own(world), _other(world)
    first.search(ours)
    second.search(theirs)
    erase(world.app, world.who("steward"), subject, world.organisation)
    world.clock.go(days=31)
    return first, second


def _mirror(world: World) -> Path:
    return world.app.settings.place(world.app.settings.tiles)


def _holds(world: World, file: bytes, mirror: Path | None = None) -> tuple[str, ...]:
    """Return what is wrong with a report, to an outsider who knows the ledger's key alone."""
    return verify_report(file, world.app.ledger_key.vkey, mirror=mirror).problems


def _hold_counts(world: World, ours: int, theirs: int) -> None:
    first, second = _searched_by_two(world, ours, theirs)
    for one, times in ((first, ours), (second, theirs)):
        made = _reported(world, one.organisation)
        (about,) = made.statement.organisations
        assert (about.uses.searches, about.uses.cases) == (times, one.cases)
        assert len(take_report(made.file).report.listed) == times
        assert _holds(world, made.file) == ()
        assert _holds(world, made.file, _mirror(world)) == ()
        assert UNCOUNTED in verify_report(made.file).rests_on_word
    wish = ReportWish(ReportKind.ANNUAL, "2026")
    annual = report(world.app, world.who("officer"), wish)
    assert isinstance(annual, Reported), annual
    told = {one.organisation: one.uses.searches for one in annual.statement.organisations}
    assert told == {first.organisation: ours, second.organisation: theirs}
    assert _holds(world, annual.file, _mirror(world)) == ()


@pytest.mark.soak
def test_401_and_301_searches_come_out_exactly(world: World) -> None:
    """As many as the public reports counted from a leak, by real searches."""
    _hold_counts(world, 401, 301)


def test_searches_come_out_exactly(world: World) -> None:
    """A few of the same, at every run."""
    _hold_counts(world, 9, 4)


def _forged(world: World, real: ReportFile, searches: int) -> bytes:
    """Sign a report that the operator would rather publish: its last searches left out."""
    (about,) = real.statement.organisations
    uses = replace(about.uses, searches=searches, empty=about.uses.empty - 1)
    purposes = ((str(CLEARANCE), searches),)
    less = replace(about, uses=replace(uses, purposes=purposes))
    statement = replace(real.statement, organisations=(less,))
    listed = real.listed[:searches]
    return write_report(replace(real, statement=statement, listed=listed), world.app.ledger_key)


def test_a_search_cannot_be_kept_quiet(world: World) -> None:
    """Neither in the figures, nor in the list, nor by counting half of the month."""
    one = _own(world)
    one.search(2)
    world.clock.go(days=1)
    early = _reported(world, one.organisation)
    one.search(2)
    world.clock.go(days=31)
    late = _reported(world, one.organisation)
    mirror = _mirror(world)
    forged = _forged(world, take_report(late.file).report, 3)
    assert "the report is not the one that the ledger entry commits to" in _holds(world, forged)
    assert any("is not what the report says" in one for one in _holds(world, forged, mirror))
    shorter = replace(
        take_report(late.file).report, listed=take_report(late.file).report.listed[1:]
    )
    said = _holds(world, write_report(shorter, world.app.ledger_key))
    assert said == ("the entries that are listed do not count to what the report says",)
    found = verify_report(early.file, world.app.ledger_key.vkey, mirror=mirror)
    assert found.ok
    assert any("before 2026-03 was over" in one for one in found.rests_on_word)
    assert any("2 more came within 2026-03" in one for one in found.rests_on_word)
    assert digest(early.statement) != digest(late.statement)
