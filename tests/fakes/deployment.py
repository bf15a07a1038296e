"""A deployment in a temporary folder, with people who act, for tests of flows."""

import atexit
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import make_url

from licet.app import App, open_app, pass_by
from licet.deployment import FirstMember, Opening, open_deployment
from licet.effects.acting import digest_of
from licet.enrol import enrol
from licet.governance import add_member, approve_case, open_case
from licet.granting import ask_grant, confirm
from licet.settings import FILE_NAME, Settings
from licet.sourcing import add_source
from licet.terms.acting import Who
from licet.terms.basis import Relationship
from licet.terms.governing import CaseWish, MemberWish, SourceWish
from licet.terms.grant import Identity
from licet.terms.granting import Asked, Enrolled, GrantWish, Message
from licet.terms.ids import CaseId, GrantId, MemberId, OrganisationId, PurposeId, SubjectId
from licet.terms.organisation import Role
from licet.terms.permit import By
from licet.terms.source import (
    BystanderCondition,
    Control,
    ItemPolicy,
    Origin,
    Source,
    SourceKind,
)
from tests.databases import Rows, put_rows, rows_of
from tests.fakes.vision import FakeVision, photo

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CLEARANCE = PurposeId("archive_rights_clearance@1")
LICENCE = "ab" * 32


@dataclass
class FakeClock:
    """A clock that stands still until it is told to go on."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def go(self, **parts: float) -> None:
        """Let time pass: ``go(days=1)``."""
        self.now += timedelta(**parts)


_CODE = re.compile(r"^    ([A-Z2-9]{5} [A-Z2-9]{5})$", re.MULTILINE)


@dataclass
class FakeOutbox:
    """Keeps letters, so that a test can read the code as the person would."""

    letters: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> None:
        self.letters.append(message)

    def code(self) -> str:
        """Return the code of the last letter."""
        return _CODE.findall(self.letters[-1].text)[0]


class AnyPhoto:
    """Takes every photo for a fixture: fake photos show nobody."""

    def __contains__(self, _sha256: object) -> bool:
        return True


@dataclass
class World:
    """One sandbox deployment with a steward, an investigator, an approver and two verifiers."""

    home: Path
    url: str
    clock: FakeClock
    outbox: FakeOutbox
    vision: FakeVision
    organisation: OrganisationId
    people: dict[str, MemberId]
    left: Any = None
    app: App = field(init=False)

    def reopen(self, at: Callable[[str], None] = pass_by, *, recovering: bool = False) -> App:
        """Open the deployment once more, as another process would."""
        return open_app(
            settings_of(self.home, self.url),
            clock=self.clock,
            at=at,
            vision=self.vision,
            outbox=self.outbox,
            fixture_photos=AnyPhoto(),
            recovering=recovering,
        )

    def who(self, *names: str) -> Who:
        """Return members who act together, the first one leading."""
        return Who(By.MEMBER, tuple(self.people[name] for name in names))

    def wish(self, name: str, **parts: object) -> GrantWish:
        """Return the wish for a grant by one person."""
        identity = Identity(name, f"{name}@example.org", "1980-05-17")
        wish = {
            "organisation": self.organisation,
            "purpose": CLEARANCE,
            "relationship": Relationship.PICTURED,
            "identity": identity,
        }
        return GrantWish(**{**wish, **parts})

    def granted(
        self, name: str, app: App | None = None, **parts: object
    ) -> tuple[GrantId, SubjectId]:
        """Let a person be asked and say yes."""
        app = app or self.app
        asked = ask_grant(app, self.who("steward"), self.wish(name, **parts))
        assert isinstance(asked, Asked), asked
        confirmed = confirm(app, asked.grant, self.outbox.code())
        assert hasattr(confirmed, "receipt"), confirmed
        return asked.grant, asked.subject

    def enrolled(
        self, name: str, app: App | None = None, **parts: object
    ) -> tuple[GrantId, SubjectId]:
        """Let a person be asked, say yes, and be enrolled from three photos."""
        app = app or self.app
        grant, subject = self.granted(name, app, **parts)
        photos = tuple(photo(name, shot=n) for n in range(3))
        done = enrol(app, self.who("steward", "officer"), grant, photos, 1)
        assert isinstance(done, Enrolled), done
        return grant, subject

    def folder(self, name: str = "photos", **photos: bytes) -> Path:
        """Write photos into a folder."""
        place = self.home.parent / name
        place.mkdir(exist_ok=True)
        for stem, data in photos.items():
            (place / f"{stem}.jpg").write_bytes(data)
        return place

    def source_wish(self, place: Path, name: str = "album", **parts: object) -> SourceWish:
        """Return the wish for a folder as a source."""
        wish = {
            "organisation": self.organisation,
            "name": name,
            "kind": SourceKind.FOLDER,
            "place": str(place),
            "origin": Origin("our photographer", "posters at the door", frozenset({"archive"})),
            "bystander_condition": BystanderCondition.ALL_PICTURED_CONSENTED,
            "bystander_evidence": "consent forms, binder 3",
            "territory": None,
            "item_policy": ItemPolicy.LEAVE_AT_SOURCE,
            "control": Control.OWN_STORAGE,
            "licence": LICENCE,
            "valid_to": self.clock() + timedelta(days=365),
        }
        return SourceWish(**{**wish, **parts})

    def source(self, place: Path, name: str = "album", **parts: object) -> Source:
        """Open a folder as a source."""
        two = self.who("steward", "officer")
        opened = add_source(self.app, two, self.source_wish(place, name, **parts))
        assert isinstance(opened, Source), opened
        return opened

    def case(self, *evidence: bytes, reference: str = "2026-17", cap: int = 5) -> CaseId:
        """Open a case with its evidence and have it approved."""
        import hashlib

        digests = frozenset(hashlib.sha256(e).hexdigest() for e in evidence)
        wish = CaseWish(self.organisation, CLEARANCE, reference, digests, cap)
        case = open_case(self.app, self.who("investigator"), wish)
        assert isinstance(case, str), case
        approve_case(self.app, self.who("approver"), CaseId(case))
        return CaseId(case)


def settings_of(home: Path, url: str) -> Settings:
    """Return the settings of a deployment in ``home`` on the database at ``url``."""
    return Settings(home=home, database_url=url)


def new_world(home: Path, url: str, *, copied: bool = True) -> World:
    """Open a sandbox with one member of each role.

    The first one is opened as every deployment is; the others are copies of it, with its
    ids and keys, in a tenth of the time. ``copied`` False opens one that is nobody's copy.
    """
    kind = make_url(url).get_backend_name()
    if not copied:
        return _opened(home, url)
    if kind not in _FIRST:
        made = _opened(home, url)
        made.app.close()
        _FIRST[kind] = Snapshot.of(made)
    else:
        made = _FIRST[kind].put(home, url)
    made.app = made.reopen()
    return made


def _opened(home: Path, url: str) -> World:
    clock, outbox, vision = FakeClock(), FakeOutbox(), FakeVision()
    first = (
        FirstMember("steward", bytes([1]) * 32, Role.STEWARD),
        FirstMember("officer", bytes([2]) * 32, Role.DATA_PROTECTION_OFFICER),
    )
    opening = Opening("The Harbour Archive", first, sandbox=True)
    opened = open_deployment(settings_of(home, url), opening, clock)
    people = dict(zip(("steward", "officer"), opened.members, strict=True))
    world = World(home, url, clock, outbox, vision, opened.organisation, people)
    app = world.app = world.reopen()
    roles = {
        "investigator": Role.INVESTIGATOR,
        "approver": Role.APPROVER,
        "verifier": Role.VERIFIER,
        "second": Role.VERIFIER,
    }
    for n, (name, role) in enumerate(roles.items(), start=3):
        wish = MemberWish(opened.organisation, name, frozenset({role}), bytes([n]) * 32)
        member = add_member(app, world.who("steward", "officer"), wish)
        assert isinstance(member, str), member
        people[name] = MemberId(member)
    return world


@dataclass(frozen=True)
class Snapshot:
    """A closed deployment, to be copied: its folder and its rows."""

    folder: Path
    rows: Rows
    url: str
    organisation: OrganisationId
    people: dict[str, MemberId]

    @classmethod
    def of(cls, world: World) -> "Snapshot":
        """Take a deployment that is closed."""
        # Gone with this process: nobody else may stand on it.
        kept = TemporaryDirectory(prefix="licet-world-")
        atexit.register(kept.cleanup)
        folder = Path(kept.name) / "home"
        store = Path(make_url(world.url).database or "").name
        shutil.copytree(world.home, folder, ignore=shutil.ignore_patterns(f"{store}*"))
        rows = rows_of(world.url)
        return cls(folder, rows, world.url, world.organisation, dict(world.people))

    def put(self, home: Path, url: str, *, rows: bool = True) -> World:
        """Write the deployment down in another place, on an empty database.

        ``rows`` False leaves the database as it is: the deployment's own.
        """
        shutil.copytree(self.folder, home, dirs_exist_ok=True)
        file = home / FILE_NAME
        file.write_text(file.read_text().replace(self.url, url))
        if rows:
            put_rows(url, self.rows)
        parts = FakeClock(), FakeOutbox(), FakeVision()
        return World(home, url, *parts, self.organisation, dict(self.people))


_FIRST: dict[str, Snapshot] = {}


@dataclass(frozen=True)
class _Begun:
    """What an act left: the deployment, the moment, the letters, and what it returned."""

    folder: Path
    snapshot: Snapshot
    now: datetime
    letters: tuple[Message, ...]
    left: object

    @classmethod
    def by(cls, act: Callable[[World], object], url: str) -> "_Begun":
        """Open a new world, and act in it once for all."""
        kept = TemporaryDirectory(prefix="licet-begun-")
        atexit.register(kept.cleanup)
        folder = Path(kept.name)
        first = new_world(folder / "there" / "home", url)
        left = act(first)
        first.app.close()
        shutil.copytree(folder / "there", folder / "kept", ignore=shutil.ignore_patterns("home"))
        return cls(folder, Snapshot.of(first), first.clock.now, tuple(first.outbox.letters), left)

    def put(self, home: Path, url: str, *, rows: bool) -> World:
        """Write it down in another place. What its sources lie in is where it was."""
        shutil.rmtree(self.folder / "there")
        shutil.copytree(self.folder / "kept", self.folder / "there")
        made = self.snapshot.put(home, url, rows=rows)
        made.clock.now = self.now
        made.outbox.letters += self.letters
        made.left = self.left
        made.app = made.reopen()
        return made


_BEGUN: dict[tuple[str, Callable[[World], object]], _Begun] = {}


def begun(home: Path, url: str, act: Callable[[World], object]) -> World:
    """Open a sandbox as ``act`` leaves a new one; ``left`` is what it returned.

    It acts once in a process, and every world after the first is a copy.
    """
    known = (make_url(url).get_backend_name(), act)
    new = known not in _BEGUN
    if new:
        _BEGUN[known] = _Begun.by(act, url)
    return _BEGUN[known].put(home, url, rows=not new)


def world_of(request: pytest.FixtureRequest, home: Path, url: str) -> World:
    """Open the sandbox that a test begins with.

    A module may name, in ``BEGINS``, fixtures and the acts that lead to them: a test that
    uses one of them begins where the act leaves a new world.
    """
    begins: dict[str, Callable[[World], object]] = getattr(request.module, "BEGINS", {})
    acts = [act for name, act in begins.items() if name in request.fixturenames]
    return begun(home, url, acts[0]) if acts else new_world(home, url)


__all__ = [
    "START",
    "FakeClock",
    "FakeOutbox",
    "World",
    "begun",
    "digest_of",
    "new_world",
    "settings_of",
    "world_of",
]
