"""What people do in a history: each act on the deployment, and what is known after it."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from licet.app import App
from licet.backfill import backfill
from licet.collect import collect
from licet.effects import blocking
from licet.enrol import enrol
from licet.granting import ask_grant, confirm, withdraw
from licet.rights.erase import erase
from licet.search import search
from licet.sourcing import cease_source
from licet.suggesting import accept, reject
from licet.terms.acting import SUBJECT
from licet.terms.collecting import Collected
from licet.terms.errors import Busy, Conflict, Integrity, NotFound
from licet.terms.granting import Asked, Enrolled, FailureToEnrol, GrantWish, WrongCode
from licet.terms.ids import CaseId, GrantId, PurposeId, SourceId, SubjectId, SuggestionId
from licet.terms.permit import Block, Refusal
from licet.terms.search import SearchResult
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE
from tests.fakes.vision import photo
from tests.invariants.house import ARCHIVE, Crash, House
from tests.invariants.known import OVER, BlockKnown, Known

T = TypeVar("T")
MINE = PurposeId("find_my_photos@1")
PURPOSES = (CLEARANCE, MINE)
FAINT = 2.6
"""Noise at which a face lies between the two thresholds of collecting, or near them."""


@dataclass
class Cut:
    """An act that was cut short at a boundary."""

    where: str


@dataclass
class Acts:
    """Acts in one house; ``known`` follows them."""

    house: House
    known: Known = field(default_factory=Known)
    shots: int = 0
    addresses: set[str] = field(default_factory=set)
    sources: dict[str, str] = field(default_factory=dict)
    references: int = 0

    def copied(self, house: House) -> "Acts":
        """The same people and what is known of them, in a copy of the house."""
        twin = deepcopy(replace(self, house=None))  # type: ignore[arg-type]
        twin.house = house
        return twin

    # -- how an act happens

    def do(self, act: Callable[[App], T], crash: int | None, app: App | None = None) -> T | Cut:
        """Do an act in the first process, or another; when the first dies there, it comes back."""
        if app is not None:
            return act(app)
        self.house.boundaries.passed.clear()
        self.house.boundaries.crash_in = crash
        try:
            done = act(self.house.app)
        except Crash as cut:
            self.known.crashed = True
            self.house.reopen()
            return Cut(str(cut))
        self.house.boundaries.rest()
        return done

    # -- grants

    def ask(
        self,
        name: str,
        organisation: str,
        purpose: PurposeId,
        days: int | None,
        subject: str | None,
        crash: int | None = None,
    ) -> Asked | Refusal | Cut:
        """Ask a person, new or known, for a grant."""
        world = self.house.at(organisation)
        parts: dict[str, Any] = {"purpose": purpose, "days": days}
        if subject is not None:
            parts |= {"subject": SubjectId(subject), "identity": None}
        wish: GrantWish = world.wish(name, **parts)
        done = self.do(lambda app: ask_grant(app, world.who("steward"), wish), crash)
        if isinstance(done, Asked):
            self.known.names[done.subject] = name
        return done

    def yes(self, grant: str, right: bool, crash: int | None = None) -> object:
        """The person gives back the code, or somebody guesses."""
        code = self.house.letters.codes.get(grant, "")
        said = code if right else "AAAAA AAAAA"
        if right and code:
            self.known.acted.add(grant)
            self.known.may(grant, "active")
        try:
            done = self.do(lambda app: confirm(app, GrantId(grant), said), crash)
        except (Conflict, NotFound):
            self.house.boundaries.rest()
            return None
        if isinstance(done, WrongCode | Refusal):
            assert not right or isinstance(done, Refusal), "the right code was refused as wrong"
        elif not isinstance(done, Cut):
            assert right, "a wrong code was taken"
            self.known.must(grant, "active")
        return done

    def enrol(
        self, grant: str, name: str, how: str, crash: int | None = None
    ) -> Enrolled | FailureToEnrol | Refusal | Cut:
        """Enrol a person from photos that are good, blurred, or of somebody else."""
        self.shots += 10
        shots = range(self.shots, self.shots + 3)
        photos = {
            "good": tuple(photo(name, shot=n) for n in shots),
            "blurred": tuple(photo(name, shot=n, blurred=True) for n in shots),
            "others": (photo(name, shot=shots[0]), *(photo("somebody", shot=n) for n in shots)),
            "none": (b"no photo",),
        }[how]
        organisation = self.organisation_of(grant)
        who = self.house.at(organisation).who("steward", "officer")
        done = self.do(lambda app: enrol(app, who, GrantId(grant), photos, 1), crash)
        if isinstance(done, Enrolled):
            assert how == "good", f"enrolled from photos that are {how}"
        return done

    def withdraw(self, grant: str, crash: int | None = None, app: App | None = None) -> object:
        """The person takes a grant back."""
        try:
            done = self.do(lambda one: withdraw(one, SUBJECT, GrantId(grant)), crash, app)
        except Integrity:
            # The person was erased in between: the grant is over, the receipt has no key.
            self.house.boundaries.rest()
            self.known.take_back(grant, True)
            assert self.known.grants[grant].subject in self.known.erasing
            return None
        if isinstance(done, Refusal):
            return done
        self.known.take_back(grant, not isinstance(done, Cut))
        return done

    def erase(self, subject: str, crash: int | None = None, app: App | None = None) -> object:
        """The person asks to be erased."""
        try:
            done = self.do(lambda one: erase(one, SUBJECT, SubjectId(subject)), crash, app)
        except Integrity:
            # Asked twice, while the first time is under way and has no key any more.
            self.house.boundaries.rest()
            assert subject in self.known.erasing
            return None
        if isinstance(done, Refusal):
            return done
        for known in self.known.of_subject(subject):
            self.known.take_back(known.id, not isinstance(done, Cut))
        if not isinstance(done, Cut):
            self.known.erasing.add(subject)
        return done

    def expected_live(self, grant: str) -> bool:
        """Whether a grant was live when last looked."""
        known = self.known.grants.get(grant)
        return known is not None and not known.may & OVER

    def organisation_of(self, grant: str) -> str:
        """The name of a grant's organisation."""
        wanted = self.known.grants[grant].organisation
        return next(n for n, o in self.house.organisations.items() if o == wanted)

    # -- sources

    def new_photo(self, folder: str, *people: str, noise: float = 0.3) -> None:
        """A photo comes into a source's folder."""
        self.shots += 1
        address = f"harbour-opening-{self.shots:03}.jpg"
        self.addresses.add(address)
        self.house.put_photo(folder, address, photo(*people, noise=noise, shot=self.shots))

    def collect(
        self, folder: str, organisation: str, crash: int | None = None
    ) -> Collected | Refusal | Cut | None:
        """A steward collects a source."""
        who = self.house.at(organisation).who("steward")
        source = SourceId(self.sources[folder])
        try:
            return self.do(lambda app: collect(app, who, source), crash)
        except Busy:
            self.house.boundaries.rest()
            assert self.known.crashed, "a run is held though nobody died"
            return None

    def backfill(
        self, grant: str, folder: str, crash: int | None = None
    ) -> Collected | Refusal | Cut | None:
        """The machine looks at a source again for one grant."""
        source = SourceId(self.sources[folder])
        try:
            return self.do(lambda app: backfill(app, GrantId(grant), source), crash)
        except Busy:
            self.house.boundaries.rest()
            assert self.known.crashed, "a run is held though nobody died"
            return None

    def cease(
        self, folder: str, organisation: str, crash: int | None = None, app: App | None = None
    ) -> object:
        """A steward stops a source for good."""
        who = self.house.at(organisation).who("steward")
        source = SourceId(self.sources[folder])
        try:
            done = self.do(lambda one: cease_source(one, who, source), crash, app)
        except Busy:
            # Ceased before, and whoever purged it then died: the worker goes on with that.
            self.house.boundaries.rest()
            assert self.known.crashed, "a purge is held though nobody died"
            done = None
        if not isinstance(done, Cut | Refusal):
            self.known.ceased.add(source)
        return done

    def judge(self, suggestion: str, yes: bool, crash: int | None = None) -> object:
        """A verifier accepts a suggestion, or it is forgotten."""
        who = self.house.at(ARCHIVE).who("verifier")
        name = SuggestionId(suggestion)
        try:
            if yes:
                return self.do(lambda app: accept(app, who, name), crash)
            return self.do(lambda app: reject(app, name), crash)
        except (NotFound, Conflict):
            self.house.boundaries.rest()
            return None

    # -- searching

    def case(self, organisation: str, evidence: bytes, purpose: PurposeId) -> CaseId | None:
        """Open a case; None when the organisation may not."""
        self.references += 1
        world = self.house.at(organisation)
        try:
            return world.case(evidence, reference=f"2026-{self.references}")
        except AssertionError:
            return None

    def search(
        self, organisation: str, case: CaseId, purpose: PurposeId, probe: bytes, **how: Any
    ) -> SearchResult | Refusal | Cut:
        """A member searches within a case."""
        who = self.house.at(organisation).who(how.get("role", "investigator"))
        return self.do(lambda app: search(app, who, case, purpose, probe), how.get("crash"))

    # -- blocks, time, the machine

    def block(self, subject: str | None, source: str | None, app: App | None = None) -> str:
        """An authority blocks a person, a source or everything."""
        what = Block(
            subject=None if subject is None else SubjectId(subject),
            source=None if source is None else SourceId(source),
        )
        app = app or self.house.app
        with app.store.unit() as unit:
            name = blocking.place(unit, what, "authority")
        app.publish()
        self.known.blocks[name] = BlockKnown(subject, source, True)
        return name

    def lift(self, name: str) -> None:
        """The block is lifted again, if the store has it."""
        with self.house.app.store.unit() as unit:
            try:
                blocking.lift(unit, name)  # type: ignore[arg-type]
            except (NotFound, Conflict):
                return
        self.house.app.publish()
        self.known.blocks[name].holds = False

    def worker(self, crash: int | None = None) -> object:
        """The worker does one round."""
        self.known.expire(self.house.now)
        done = self.do(run_once, crash)
        assert isinstance(done, Cut) or not done.problems, done.problems
        return done
