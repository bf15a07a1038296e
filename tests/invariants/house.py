"""A deployment under test: two processes' Apps, named boundaries, spies at the doors.

``app`` is the process in which things happen, crash and interleave; ``other`` is a
second process on the same deployment that was open all along. Both have their own
store, keyring and gallery.
"""

import hashlib
import json
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from licet.app import App, open_app
from licet.gallery.contract import Gallery
from licet.governance import add_member, add_organisation
from licet.sources.folder import FolderSource
from licet.store import migrate
from licet.terms.errors import Quarantine
from licet.terms.face import Score, Template
from licet.terms.gallery import Candidate, TemplateKind
from licet.terms.governing import MemberWish, OrganisationWish
from licet.terms.granting import Message
from licet.terms.ids import ModelId, OrganisationId
from licet.terms.organisation import OrganisationKind, Role
from licet.terms.permit import Action, Permit
from licet.terms.source import Source
from licet.terms.when import to_ms
from tests.databases import Cluster
from tests.fakes.deployment import (
    START,
    AnyPhoto,
    FakeClock,
    FakeOutbox,
    World,
    new_world,
    settings_of,
)
from tests.fakes.vision import FakeVision
from tests.invariants.raw import Database

ARCHIVE, CLUB = "archive", "club"
"""Two organisations of one deployment."""

HELD = ("unit.locked", "unit.effects", "unit.recorded", "unit.commit")
"""Boundaries at which the head lock is held: nobody else can act there."""

_numbers = count(1)
_NUMBER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CODE = re.compile(r"^ {4}([A-Z2-9]{5} [A-Z2-9]{5})$", re.MULTILINE)
SECRET = re.compile(r"^ {4}((?:[0-9a-z]{5}-){4}[0-9a-z]{5})$", re.MULTILINE)


class Crash(BaseException):
    """The process dies here. Nothing may catch it but the machine that threw it."""


@dataclass
class Boundaries:
    """Hears every boundary that is passed; crashes, or lets somebody else act, when told."""

    passed: list[str] = field(default_factory=list)
    crash_in: int | None = None
    where: str = ""
    meanwhile: Callable[[], object] | None = None
    listen: Callable[[str], object] | None = None

    def __call__(self, name: str) -> None:
        self.passed.append(name)
        if self.listen is not None:
            self.listen(name)
        if self.meanwhile is not None and name == self.where:
            act, self.meanwhile = self.meanwhile, None
            act()
        if self.crash_in is not None:
            self.crash_in -= 1
            if self.crash_in <= 0:
                self.crash_in = None
                raise Crash(name)

    def rest(self) -> None:
        """Forget what was told."""
        self.crash_in = self.meanwhile = None
        self.passed.clear()


class Letters(FakeOutbox):
    """Keeps the letters of each contact, and the newest code by grant."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: dict[str, str] = {}
        self.packages: dict[str, bytes] = {}
        self.secrets: dict[str, str] = {}

    def send(self, message: Message) -> None:
        super().send(message)
        if "The number of your request" in message.text:
            self._about_a_request(message)
        if "The number of this grant:" in message.text:
            grant = message.text.split("The number of this grant:")[1].split()[0]
            self.codes[grant] = self.code()

    def _about_a_request(self, message: Message) -> None:
        after = message.text.split("The number of your request")[1]
        number = _NUMBER.findall(after)[0]
        code, secret = CODE.findall(message.text), SECRET.findall(message.text)
        if code:
            self.codes[number] = code[0]
        if secret:
            self.secrets[number] = secret[0]
        for one in message.attachments:
            if one.name.endswith(".zip"):
                self.packages[number] = one.data


class SpiedGallery:
    """A real gallery that tells who looked at what, and on what ground."""

    def __init__(self, inner: Gallery, house: "House", at: Callable[[str], None]) -> None:
        self._inner, self._house, self._at = inner, house, at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def candidates(
        self, permit: Permit, probes: Sequence[Template], threshold: Score, limit: int
    ) -> list[tuple[Candidate, ...]]:
        self._house.looked(permit)
        found = self._inner.candidates(permit, probes, threshold, limit)
        self._at("gallery.looked")
        return found


@dataclass
class House:
    """One deployment and everything that a history needs of it."""

    kind: str
    world: World
    organisations: dict[str, OrganisationId]
    people: dict[str, dict[str, Any]]
    root: Path
    cluster: Cluster | None
    boundaries: Boundaries = field(default_factory=Boundaries)
    seen: list[str] = field(default_factory=list)
    reads: int = 0
    databases: list[str] = field(default_factory=list)
    serving: bool = False

    def __post_init__(self) -> None:
        self._read = FolderSource.read
        self._spy_on_reads()

    @property
    def clock(self) -> FakeClock:
        return self.world.clock

    @property
    def now(self) -> int:
        """The moment in milliseconds."""
        return to_ms(self.world.clock())

    @property
    def letters(self) -> Letters:
        assert isinstance(self.world.outbox, Letters)
        return self.world.outbox

    @property
    def home(self) -> Path:
        return self.world.home

    @property
    def data_folders(self) -> tuple[Path, ...]:
        """The folders that the deployment owns."""
        file = self.database.file
        return (self.home,) if file is None else (self.home, file.parent)

    def at(self, organisation: str) -> World:
        """The world as one organisation's members see it."""
        seen = replace(
            self.world,
            organisation=self.organisations[organisation],
            people=self.people[organisation],
        )
        if self.serving:
            seen.app = self.app
        return seen

    # -- processes

    def _open(self, at: Boundaries) -> App:
        opened = open_app(
            settings_of(self.home, self.world.url),
            clock=self.clock,
            at=at,
            vision=self.world.vision,
            outbox=self.world.outbox,
            fixture_photos=AnyPhoto(),
        )
        make = opened.open_gallery

        def spied(model: ModelId) -> Any:
            return SpiedGallery(make(model), self, at)

        return replace(opened, open_gallery=spied)

    def reopen(self) -> None:
        """The process that died comes back; the other one lived on."""
        self.app.close()
        self.boundaries = Boundaries()
        self.app = self._open(self.boundaries)

    def opened(self, at: Callable[[str], object]) -> App:
        """One more process, to be closed by who asked for it."""
        return self._open(Boundaries(listen=at))

    def die_elsewhere(self, where: str, act: Callable[[App], object]) -> None:
        """A third process does something and dies at a boundary of it."""

        def die() -> None:
            raise Crash(where)

        at = Boundaries(where=where, meanwhile=die)
        third = self._open(at)
        try:
            act(third)
        except Crash:
            return
        finally:
            third.close()
        raise AssertionError(f"{where} was never passed")

    def close(self) -> None:
        """End both processes and remove everything."""
        FolderSource.read = self._read  # type: ignore[method-assign]
        if self.serving:
            self.let_go()
        for url in (self.world.url, *self.databases):
            if self.cluster is not None:
                self.cluster.drop(url)
        shutil.rmtree(self.root, ignore_errors=True)

    # -- the store, moved about

    def copy_store(self) -> str:
        """Put an older copy of the store aside, as it stands now; returns its url."""
        if self.cluster is None:
            assert self.database.file is not None
            to = self.root / f"copy-{next(_numbers)}.db"
            with (
                closing(sqlite3.connect(str(self.database.file))) as source,
                closing(sqlite3.connect(str(to))) as target,
            ):
                source.backup(target)
            return f"sqlite:///{to}"
        self.let_go()
        copied = self.cluster.new_database(str(make_url(self.world.url).database))
        self.serve()
        self.databases.append(copied)
        return copied

    def put_store(self, url: str) -> None:
        """Put another store in the place of the deployment's; processes end first."""
        self.let_go()
        if self.cluster is None:
            file = Path(self.world.url.removeprefix("sqlite:///"))
            for suffix in ("-wal", "-shm", ""):
                Path(f"{file}{suffix}").unlink(missing_ok=True)
            shutil.copyfile(url.removeprefix("sqlite:///"), file)
        else:
            self.databases.append(self.world.url)
            self.world.url = self.cluster.new_database(str(make_url(url).database))

    def empty_store(self) -> None:
        """Make room for a backup: on a server that is a new, empty database."""
        self.let_go()
        if self.cluster is not None:
            self.databases.append(self.world.url)
            self.world.url = self.cluster.new_database()

    def serve(self) -> None:
        """Open both processes."""
        self.database = Database(self.world.url)
        self.boundaries = Boundaries()
        self.app, self.other = self._open(self.boundaries), self._open(Boundaries())
        self.serving = True

    def refuses_to_open(self) -> bool:
        """Whether the store that is in place is older than its signed ledger and says so."""
        try:
            self._open(Boundaries()).close()
        except Quarantine:
            return True
        return False

    def copied_store(self, folder: Path) -> str:
        """A copy of the store, of which every process has let go."""
        if self.cluster is not None:
            copied = self.cluster.new_database(str(make_url(self.world.url).database))
            self.databases.append(copied)
            return copied
        file = folder / "licet.db"
        shutil.copyfile(self.world.url.removeprefix("sqlite:///"), file)
        return f"sqlite:///{file}"

    def let_go(self) -> None:
        """End both processes."""
        self.serving = False
        self.app.close()
        self.other.close()
        self.database.close()

    # -- spies

    def _spy_on_reads(self) -> None:
        house, read = self, self._read

        def spied(place: FolderSource, address: Any) -> Any:
            house.reads += 1
            house.fetched(place.root)
            return read(place, address)

        FolderSource.read = spied  # type: ignore[method-assign, assignment]

    def fetched(self, root: Path) -> None:
        """Somebody reads a photo: a live authority of that source must stand behind it."""
        sources = [row for row in self.sources() if Path(row["place"]).resolve() == root]
        if not any(self.speaks_for(row) for row in sources):
            self.seen.append(f"a photo below {root.name} was read without a live authority")

    def looked(self, permit: Permit) -> None:
        """Somebody compares: a bystander condition, references only, one organisation."""
        if permit.action in (Action.COLLECT, Action.BACKFILL):
            row = next((row for row in self.sources() if row["id"] == permit.source), None)
            if row is None or not row["bystander_condition"] or not row["bystander_evidence"]:
                self.seen.append("faces were compared without a bystander condition")
            elif not self.speaks_for(row):
                self.seen.append("faces were compared without a live authority")
        kinds = permit.scope.kinds if permit.scope else frozenset[TemplateKind]()
        if permit.action is not Action.SEARCH and permit.action is not Action.ERASE:
            if kinds != {TemplateKind.REFERENCE}:
                self.seen.append(f"to {permit.action} looked at {sorted(kinds)}")
        elif permit.action is Action.SEARCH and (
            permit.scope is None or permit.scope.organisation is None
        ):
            self.seen.append("a search looked beyond its organisation")

    def sources(self) -> list[dict[str, Any]]:
        """The sources with their authorities, by SQL."""
        names = ("id", "place", "state", "bystander_condition", "bystander_evidence")
        rows = self.database.rows(f"SELECT {', '.join(names)} FROM source")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def speaks_for(self, source: dict[str, Any]) -> bool:
        """Whether the source is authorised and an authority of its is in force now."""
        terms = self.database.rows(
            f"SELECT valid_from, valid_to FROM authority WHERE source = '{source['id']}'"
        )
        running = any(start <= self.now < end for start, end in terms)
        return source["state"] == "authorised" and running

    # -- photos

    def put_photo(self, folder: str, name: str, data: bytes) -> Path:
        """Put a photo where a source will find it."""
        place = self.root / folder
        place.mkdir(exist_ok=True)
        (place / name).write_bytes(data)
        return place

    def opened_source(self, organisation: str, folder: str, **parts: object) -> Source:
        """Open a folder as a source of an organisation."""
        place = self.root / folder
        place.mkdir(exist_ok=True)
        return self.at(organisation).source(place, name=folder, **parts)


@dataclass(frozen=True)
class Stage:
    """A deployment set aside: its folder and its store."""

    home: Path
    url: str


@dataclass
class Builder:
    """Builds houses of one kind quickly: the first is made, the others are copies of it."""

    kind: str
    folder: Path
    cluster: Cluster | None
    _model: tuple[World, dict[str, OrganisationId], dict[str, dict[str, Any]]] | None = None

    def new(self) -> House:
        """Build a house with two organisations, nobody in it yet."""
        if self._model is None:
            self._model = self._first()
        world, organisations, people = self._model
        root = Path(tempfile.mkdtemp(dir=self.folder))
        home = root / "home"
        shutil.copytree(world.home, home)
        if self.cluster is None:
            (root / "store").mkdir()
            file = root / "store" / "licet.db"
            shutil.copyfile(world.url.removeprefix("sqlite:///"), file)
            url = f"sqlite:///{file}"
        else:
            url = self.cluster.new_database(str(make_url(world.url).database))
        clock = FakeClock(world.clock())
        mine = replace(
            world, home=home, url=url, clock=clock, outbox=Letters(), vision=FakeVision()
        )
        house = House(self.kind, mine, organisations, people, root, self.cluster)
        house.serve()
        return house

    def stage(self, house: House) -> Stage:
        """Set a house aside as it stands, to be copied again and again."""
        house.let_go()
        home = Path(tempfile.mkdtemp(dir=self.folder)) / "home"
        shutil.copytree(house.home, home)
        url = house.copied_store(home.parent)
        house.serve()
        return Stage(home, url)

    def copy(self, stage: Stage, of: House) -> House:
        """Build a house that stands where the stage was set; nobody opens it yet."""
        root = Path(tempfile.mkdtemp(dir=self.folder))
        shutil.copytree(stage.home, root / "home")
        clock = FakeClock(of.world.clock())
        mine = replace(
            of.world, home=root / "home", url="", clock=clock, outbox=Letters(), vision=FakeVision()
        )
        if self.cluster is None:
            (root / "store").mkdir()
            file = root / "store" / "licet.db"
            shutil.copyfile(stage.url.removeprefix("sqlite:///"), file)
            mine.url = f"sqlite:///{file}"
        else:
            mine.url = self.cluster.new_database(str(make_url(stage.url).database))
        return House(self.kind, mine, of.organisations, of.people, root, self.cluster)

    def _first(self) -> tuple[World, dict[str, OrganisationId], dict[str, dict[str, Any]]]:
        root = Path(tempfile.mkdtemp(dir=self.folder))
        if self.cluster is None:
            url = f"sqlite:///{root / 'first.db'}"
            migrate(url)
        else:
            url = self.cluster.new_database()
        world = new_world(root / "home", url)
        foreign, members = _second_organisation(world)
        world.app.close()
        organisations = {ARCHIVE: world.organisation, CLUB: foreign}
        return world, organisations, {ARCHIVE: world.people, CLUB: members}


def _second_organisation(world: World) -> tuple[OrganisationId, dict[str, Any]]:
    both = world.who("steward", "officer")
    term = (world.clock(), world.clock.now.replace(year=START.year + 1))
    kind = OrganisationKind.RECIPIENT
    added = add_organisation(
        world.app, both, OrganisationWish("The Rowing Club", kind, "cd" * 32, *term)
    )
    assert isinstance(added, str), added
    organisation = OrganisationId(added)
    roles = (Role.STEWARD, Role.INVESTIGATOR, Role.APPROVER, Role.VERIFIER)
    members = {}
    for n, role in enumerate(roles, start=20):
        wish = MemberWish(organisation, f"club {role.value}", frozenset({role}), bytes([n]) * 32)
        member = add_member(world.app, both, wish)
        assert isinstance(member, str), member
        members[role.value] = member
    members["officer"] = members["investigator"]
    auditor = MemberWish(world.organisation, "auditor", frozenset({Role.AUDITOR}), bytes([40]) * 32)
    added = add_member(world.app, both, auditor)
    assert isinstance(added, str), added
    world.people["auditor"] = added  # type: ignore[assignment]
    return organisation, members


def sha256(data: bytes) -> str:
    """The SHA-256 of bytes in hex."""
    return hashlib.sha256(data).hexdigest()


def words(text: str) -> list[str]:
    """Read a column that holds a set or a sequence of words."""
    return list(json.loads(text))
