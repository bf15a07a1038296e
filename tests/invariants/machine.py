"""A random history: what people may do, in any order, cut short or interleaved anywhere."""

from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from licet.recovery import back_up, restore
from licet.terms.collecting import Collected
from licet.terms.granting import Enrolled
from licet.terms.permit import Refusal
from licet.terms.search import SearchResult
from tests.fakes.deployment import CLEARANCE, settings_of
from tests.fakes.vision import photo
from tests.invariants import changes, checks
from tests.invariants.acts import FAINT, MINE, PURPOSES, Acts, Cut
from tests.invariants.house import ARCHIVE, CLUB, Builder
from tests.invariants.known import Backup
from tests.invariants.raw import Leaf, Picture

PEOPLE = ("anna-lindqvist", "bela-szabados", "carla-moretti", "dorian-okafor")
STRANGERS = ("xaver-unknown", "yasmin-unknown")
FOLDERS = {"regatta": ARCHIVE, "briefly": ARCHIVE, "clubhouse": CLUB}
"""Sources and whose they are; the authority of *briefly* ends after three days, what was met
in *clubhouse* is remembered for twenty."""

RESTORES = 4
"""A restore is the slowest step, and random choice would do little else."""

crashes = st.one_of(st.none(), st.none(), st.integers(1, 60))
picks = st.integers(0, 11)
MEANWHILE = ("withdraw", "erase", "cease", "block", "expire")


class History(RuleBasedStateMachine):
    """One deployment from its opening on."""

    builder: ClassVar[Builder]

    def __init__(self) -> None:
        super().__init__()
        self.house = self.builder.new()
        self.acts = Acts(self.house)
        self.picture = self.house.database.picture()
        self.size = self.picture.size
        self.restored = False
        self.restores = 0

    # -- beginning and end

    @initialize(someone=st.sampled_from(PEOPLE), other=st.sampled_from(PEOPLE))
    def begin(self, someone: str, other: str) -> None:
        """Two people are enrolled and three sources are open, with photos in them."""
        for folder, organisation in FOLDERS.items():
            self.acts.new_photo(folder, someone, STRANGERS[0])
            self.acts.new_photo(folder, other, STRANGERS[1])
            self.acts.new_photo(folder, someone, noise=FAINT)
            parts: dict[str, Any] = {}
            if folder == "briefly":
                parts["valid_to"] = self.house.clock.now.replace(day=5)
            if folder == "clubhouse":
                parts["retention_days"] = 20
            self.acts.sources[folder] = self.house.opened_source(organisation, folder, **parts).id
        self.check()
        for name in {someone, other}:
            asked = self.acts.ask(name, ARCHIVE, CLEARANCE, None, None)
            self.check()
            self.acts.yes(asked.grant, True)  # type: ignore[union-attr]
            self.check()
            self.acts.enrol(asked.grant, name, "good")  # type: ignore[union-attr]
            self.check()

    def teardown(self) -> None:
        """Every history ends well, and its house is taken down."""
        try:
            self.finish()
        finally:
            self.house.close()

    def finish(self) -> None:
        """The machine comes by, and everything is finished."""
        self.house.clock.go(minutes=3)
        self.acts.worker()
        self.check(fresh=True)
        self.worked()
        # A week later keys without a row are swept; nothing is left to open anything.
        self.house.clock.go(days=8)
        self.acts.worker()
        self.check()
        checks.erased(self.house, self.acts.known, self.picture, swept=True)
        checks.in_clear(self.house, self.acts.known, self.picture)
        checks.unreadable(self.house, self.acts.known)

    def worked(self) -> None:
        """What must hold when the machine came by and nobody died."""
        checks.finished(self.picture, self.house.now)

    def check(self, fresh: bool = False) -> None:
        """Hold every invariant after every step."""
        known, before = self.acts.known, self.picture
        known.expire(self.house.now) if fresh else None
        picture = self.picture = self.house.database.picture()
        known.settle(picture)
        for subject in picture.subjects:
            known.names.setdefault(subject, "")
        new = checks.ledger(known, picture, self.size, self.acts.addresses)
        if not self.restored:
            changes.told(before, picture, new)
        self.also(before, picture, new)
        self.size, self.restored = picture.size, False
        checks.kept(picture)
        checks.acted(known, picture)
        checks.payloads(self.house, known, picture)
        checks.erased(self.house, known, picture)
        checks.keyed(self.house, picture, swept=self.restores > 0)
        checks.shredded(self.house, picture)
        checks.candidates(self.house, known, picture)
        checks.probes(picture)
        checks.promised(known, picture)
        checks.findable(self.house, known, picture, fresh)
        assert not self.house.seen, self.house.seen[0]

    def also(self, before: Picture, picture: Picture, new: list[Leaf]) -> None:
        """What else must hold after every step."""

    # -- choosing

    def grant(self, pick: int, *states: str) -> str | None:
        """Some grant in one of these states, and not that of a request."""
        rows = [
            g
            for g, row in sorted(self.picture.grants.items())
            if row["state"] in states and row["organisation"] is not None
        ]
        ordered = sorted(rows, key=lambda g: self.picture.grants[g]["leaf"])
        return ordered[pick % len(ordered)] if ordered else None

    def subject(self, pick: int, *states: str) -> str | None:
        """Some person in one of these states, in the order in which they came."""
        granted = {row["subject"] for row in self.picture["grant"] if row["organisation"]}
        came = [s for s in self.acts.known.names if s in self.picture.subjects and s in granted]
        wanted = [s for s in came if self.picture.subjects[s]["state"] in states]
        return wanted[pick % len(wanted)] if wanted else None

    def name_of(self, grant: str) -> str:
        """Whose grant it is; a name that was never learnt is anybody's."""
        subject = self.picture.grants[grant]["subject"]
        return self.acts.known.names.get(subject) or PEOPLE[0]

    def agreed(self, organisation: str) -> bool:
        """Whether the organisation's agreement is in force."""
        wanted = self.house.organisations[organisation]
        return any(
            row["valid_from"] <= self.house.now < row["valid_to"]
            for row in self.picture["agreement"]
            if row["organisation"] == wanted
        )

    def blocked(self, source: str | None = None) -> bool:
        """Whether everything, or this source, is blocked."""
        return any(
            row["lifted_at"] is None and row["subject"] is None and row["source"] in (None, source)
            for row in self.picture["block"]
        )

    # -- people

    @rule(
        name=st.sampled_from(PEOPLE),
        organisation=st.sampled_from((ARCHIVE, ARCHIVE, CLUB)),
        purpose=st.sampled_from(PURPOSES),
        days=st.sampled_from((None, 2, 40)),
        again=st.booleans(),
        pick=picks,
        crash=crashes,
    )
    def ask(self, **how: Any) -> None:
        """A person is asked for a grant; sometimes one who is known already."""
        subject = self.subject(how["pick"], "known") if how["again"] else None
        if not self.agreed(how["organisation"]):
            return
        name = self.acts.known.names.get(subject or "", "") or how["name"]
        self.acts.ask(name, how["organisation"], how["purpose"], how["days"], subject, how["crash"])
        self.check()

    @rule(pick=picks, right=st.sampled_from((True, True, False)), crash=crashes)
    def answer(self, pick: int, right: bool, crash: int | None) -> None:
        """A person says yes, or somebody guesses a code."""
        grant = self.grant(pick, "pending", "active")
        if grant is not None:
            self.acts.yes(grant, right, crash)
            self.check()

    @rule(
        pick=picks,
        how=st.sampled_from(("good", "good", "good", "blurred", "others", "none")),
        crash=crashes,
    )
    def enrol(self, pick: int, how: str, crash: int | None) -> None:
        """A person is enrolled, or cannot be."""
        grant = self.grant(pick, "active", "active", "pending", "ending")
        if grant is None:
            return
        was_live = grant in self.acts.known.live(self.picture, self.house.now)
        done = self.acts.enrol(grant, self.name_of(grant), how, crash)
        assert was_live or isinstance(done, Refusal | Cut), "enrolled without a live grant"
        self.check()

    @rule(pick=picks, crash=crashes)
    def withdraw(self, pick: int, crash: int | None) -> None:
        """A person takes a grant back, and is gone at once."""
        grant = self.grant(pick, "active", "pending", "ending")
        if grant is not None:
            self.acts.withdraw(grant, crash)
            self.check()

    @rule(pick=picks, crash=crashes)
    def erase(self, pick: int, crash: int | None) -> None:
        """A person asks to be erased."""
        subject = self.subject(pick, "known", "erasing")
        if subject is not None:
            self.acts.erase(subject, crash)
            self.check()

    # -- sources

    @rule(
        folder=st.sampled_from(sorted(FOLDERS)),
        people=st.sets(st.sampled_from((*PEOPLE, *STRANGERS)), min_size=1, max_size=3),
        noise=st.sampled_from((0.3, 0.3, FAINT)),
    )
    def new_photo(self, folder: str, people: set[str], noise: float) -> None:
        """Somebody puts a photo into a folder."""
        self.acts.new_photo(folder, *sorted(people), noise=noise)

    @rule(folder=st.sampled_from(sorted(FOLDERS)), crash=crashes)
    def collect(self, folder: str, crash: int | None) -> None:
        """A source is collected, if it may be."""
        may = self.may_collect(folder)
        done = self.acts.collect(folder, FOLDERS[folder], crash)
        if isinstance(done, Collected | Refusal):
            assert isinstance(done, Collected) is may, done
        self.check()

    def may_collect(self, folder: str) -> bool:
        """Whether a source may be collected now, by what is known from outside."""
        source = self.acts.sources[folder]
        rows = self.picture.by_id("source")
        if source not in rows or source in self.acts.known.ceased or self.blocked(source):
            return False
        return self.agreed(FOLDERS[folder]) and self.house.speaks_for(rows[source])

    @rule(pick=picks, folder=st.sampled_from(sorted(FOLDERS)), crash=crashes)
    def look_again(self, pick: int, folder: str, crash: int | None) -> None:
        """Items are looked at again for one grant."""
        grant = self.grant(pick, "active", "pending", "ending")
        rows = self.picture.by_id("source")
        if grant is None or self.acts.sources[folder] not in rows:
            return
        live = grant in self.acts.known.live(self.picture, self.house.now)
        own = self.acts.organisation_of(grant) == FOLDERS[folder]
        done = self.acts.backfill(grant, folder, crash)
        if isinstance(done, Collected):
            assert live, "looked again for a grant that is not live"
            assert own, "looked again in another organisation's source"
            assert self.may_collect(folder), "looked again where nothing may be read"
        self.check()

    @rule(pick=picks, yes=st.booleans(), crash=crashes)
    def judge(self, pick: int, yes: bool, crash: int | None) -> None:
        """A suggestion is looked at."""
        waiting = sorted(row["id"] for row in self.picture["suggestion"])
        if waiting:
            self.acts.judge(waiting[pick % len(waiting)], yes, crash)
            self.check()

    @rule(folder=st.sampled_from(sorted(FOLDERS)), crash=crashes)
    @precondition(lambda self: len(self.acts.known.ceased) < 2)
    def cease(self, folder: str, crash: int | None) -> None:
        """A source is stopped for good."""
        if self.acts.sources[folder] in self.picture.by_id("source"):
            self.acts.cease(folder, FOLDERS[folder], crash)
            self.check()

    # -- searching

    @rule(
        organisation=st.sampled_from((ARCHIVE, ARCHIVE, CLUB)),
        name=st.sampled_from((*PEOPLE, STRANGERS[0])),
        role=st.sampled_from(("investigator",) * 4 + ("verifier", "steward")),
        purpose=st.sampled_from((CLEARANCE, CLEARANCE, CLEARANCE, MINE)),
        filed=st.sampled_from((True, True, True, False)),
        meanwhile=st.sampled_from((None, None, *MEANWHILE)),
        pick=picks,
        crash=crashes,
    )
    def search(self, **how: Any) -> None:
        """A member searches; somebody may act between the gallery and the release."""
        organisation = how["organisation"]
        self.acts.shots += 1
        probe = photo(how["name"], shot=self.acts.shots)
        evidence = probe if how["filed"] else b"another file"
        case = self.acts.case(organisation, evidence, CLEARANCE)
        self.check()
        if case is None:
            return
        right = how["role"] == "investigator" and how["purpose"] == CLEARANCE and how["filed"]
        if how["meanwhile"] is not None:
            self.interleave("search.found", how["meanwhile"], how["pick"])
        done = self.acts.search(
            organisation, case, how["purpose"], probe, role=how["role"], crash=how["crash"]
        )
        self.check()
        if isinstance(done, SearchResult):
            assert right, "a search was answered that must be refused"
            self.hold(done, organisation, how["name"])
        elif isinstance(done, Refusal):
            assert not right or self.blocked() or not self.agreed(organisation), done

    def hold(self, done: SearchResult, organisation: str, name: str) -> None:
        """3. Who is shown is live at this moment and the organisation's; who is live is shown."""
        live = self.acts.known.live(self.picture, self.house.now)
        wanted = self.house.organisations[organisation]
        allowed = {
            g
            for g in live
            if self.picture.grants[g]["organisation"] == wanted
            and self.picture.grants[g]["purpose"] == CLEARANCE
        }
        found = {candidate.grant for candidate in done.candidates}
        assert found <= allowed, "somebody was shown who may not be"
        subjects = {self.picture.grants[g]["subject"] for g in found}
        references = {r["grant"] for r in self.picture["template"] if r["kind"] == "reference"}
        for grant in allowed & references:
            subject = self.picture.grants[grant]["subject"]
            if self.acts.known.names.get(subject) == name:
                assert subject in subjects, "somebody live was not found by their own photo"

    # -- two processes

    def interleave(self, where: str, what: str, pick: int) -> None:
        """Let the other process act when the first one passes a boundary."""
        self.house.boundaries.where = where
        self.house.boundaries.meanwhile = lambda: self.elsewhere(what, pick)

    def elsewhere(self, what: str, pick: int) -> None:
        """Something happens in the other process."""
        other = self.house.other
        grant, subject = self.grant(pick, "active", "pending"), self.subject(pick, "known")
        if what == "withdraw" and grant is not None:
            self.acts.withdraw(grant, app=other)
        elif what == "erase" and subject is not None:
            self.acts.erase(subject, app=other)
        elif what == "cease":
            self.acts.cease("regatta", ARCHIVE, app=other)
        elif what == "block" and subject is not None:
            self.acts.block(subject, None, app=other)
        elif what == "expire":
            self.house.clock.go(days=3)

    @rule(
        where=st.sampled_from(("gallery.looked", "collect.committed", "publish.start")),
        what=st.sampled_from(MEANWHILE),
        folder=st.sampled_from(sorted(FOLDERS)),
        pick=picks,
    )
    def collect_meanwhile(self, where: str, what: str, folder: str, pick: int) -> None:
        """Somebody leaves, or the right to collect ends, in the middle of a walk."""
        self.interleave(where, what, pick)
        self.acts.new_photo(folder, *PEOPLE[:3])
        self.acts.collect(folder, FOLDERS[folder])
        self.check()

    @rule(
        where=st.sampled_from(("gallery.looked", "publish.start")),
        what=st.sampled_from(MEANWHILE),
        pick=picks,
    )
    def enrol_meanwhile(self, where: str, what: str, pick: int) -> None:
        """Somebody takes the grant back while they are being enrolled."""
        grant = self.grant(pick, "active")
        if grant is None:
            return
        self.interleave(where, what, pick)
        done = self.acts.enrol(grant, self.name_of(grant), "good")
        self.check()
        if where == "gallery.looked" and isinstance(done, Enrolled):
            assert self.picture.grants[grant]["state"] == "active"

    @rule(what=st.sampled_from(("withdraw", "erase")), pick=picks)
    def ask_meanwhile(self, what: str, pick: int) -> None:
        """A known person is asked again, and is erased in between."""
        subject = self.subject(pick, "known")
        if subject is None or not self.agreed(ARCHIVE):
            return
        self.interleave("grant.keys", what, pick)
        name = self.acts.known.names.get(subject, "") or PEOPLE[0]
        self.acts.ask(name, ARCHIVE, CLEARANCE, None, subject)
        self.check()

    # -- blocks, time, the machine

    @rule(kind=st.sampled_from(("person", "person", "source", "everything")), pick=picks)
    def block(self, kind: str, pick: int) -> None:
        """An authority stops something."""
        subject = self.subject(pick, "known") if kind == "person" else None
        source = self.acts.sources["regatta"] if kind == "source" else None
        if (kind == "person" and subject is None) or (
            source is not None and source not in self.picture.by_id("source")
        ):
            return
        self.acts.block(subject, source)
        self.check()

    @rule(pick=picks)
    @precondition(lambda self: any(b.holds for b in self.acts.known.blocks.values()))
    def lift(self, pick: int) -> None:
        """A block is lifted."""
        names = [n for n, block in self.acts.known.blocks.items() if block.holds]
        self.acts.lift(names[pick % len(names)])
        self.check()

    @rule(days=st.sampled_from((0, 0, 1, 3, 31, 91)))
    def time_passes(self, days: int) -> None:
        """Nothing happens for a while; grants and authorities may end by that alone."""
        self.house.clock.go(days=days, minutes=3)
        self.check()

    @rule(crash=crashes)
    def worker(self, crash: int | None) -> None:
        """The machine comes by."""
        self.house.clock.go(minutes=3)
        done = self.acts.worker(crash)
        self.check()
        if not isinstance(done, Cut):
            self.worked()

    # -- backups

    @rule(copied=st.booleans())
    @precondition(lambda self: len(self.acts.known.backups) < 3)
    def back_up(self, copied: bool) -> None:
        """A backup is made, or somebody copies the database's file."""
        if copied:
            place: Any = self.house.copy_store()
        else:
            place = self.house.root / f"backup-{len(self.acts.known.backups)}.licet"
            back_up(self.house.app, place)
        self.check()
        self.acts.known.backups.append(self.taken(place, self.picture))

    def taken(self, place: Any, picture: Picture) -> Backup:
        """What stands in a backup that was just made."""
        return Backup(
            place,
            {g: row["state"] for g, row in picture.grants.items()},
            frozenset(picture.subjects),
            frozenset(picture.by_id("source")),
            frozenset(row["id"] for row in picture["block"]),
        )

    @rule(pick=picks)
    @precondition(lambda self: self.acts.known.backups and self.restores < RESTORES)
    def bring_back(self, pick: int) -> None:
        """An older backup, or an older copy of the file, is brought into service."""
        self.restores += 1
        backups = self.acts.known.backups
        backup = backups[pick % len(backups)]
        # What nobody was told yet need not be in the mirror; what is restored is what is.
        self.house.app.publish()
        if isinstance(backup.place, str):
            self.house.put_store(backup.place)
            settings = settings_of(self.house.home, self.house.world.url)
            if self.house.refuses_to_open():
                restore(settings, None, self.house.clock)
        else:
            self.house.empty_store()
            settings = settings_of(self.house.home, self.house.world.url)
            restore(settings, backup.place, self.house.clock)
        self.house.serve()
        self.acts.known.restored(backup)
        self.restored = True
        self.check(fresh=True)
