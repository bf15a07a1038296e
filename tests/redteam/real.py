"""A deployment for real people: members hold keys, and every act is signed."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import make_url

from licet.app import App
from licet.cli import signing
from licet.cli.signing import About
from licet.collect import collect
from licet.deployment import FirstMember, Opening, open_deployment
from licet.effects.acting import digest_of_wish
from licet.enrol import enrol
from licet.governance import add_member, approve_case, open_case
from licet.granting import ask_grant, confirm
from licet.papers import file_paper
from licet.preparing import prepare
from licet.search import AS_IT_IS, Choice
from licet.sourcing import add_source
from licet.terms.acting import Who
from licet.terms.duties import FilingKind, Place, Preparation, StoreName
from licet.terms.governing import CaseWish, MemberWish, PaperWish
from licet.terms.grant import Grant
from licet.terms.granting import Asked, Enrolled
from licet.terms.ids import CaseId, GrantId, MemberId, SubjectId, Territory
from licet.terms.organisation import Act, Case, Role
from licet.terms.permit import Action, By
from licet.terms.source import Source
from licet.vault.signing import Signer, sign_act
from tests.fakes.deployment import (
    CLEARANCE,
    FakeClock,
    FakeOutbox,
    Snapshot,
    World,
    settings_of,
)
from tests.fakes.vision import FakeVision, photo

ROLES = {
    "investigator": Role.INVESTIGATOR,
    "approver": Role.APPROVER,
    "verifier": Role.VERIFIER,
    "second": Role.VERIFIER,
}


@dataclass
class RealWorld(World):
    """As the sandbox world, but nobody acts without a signature."""

    keys: dict[str, Signer] = field(default_factory=dict)

    def signed(self, about: About, *names: str) -> Who:
        """Return members with their signatures over an act, made now."""
        act = Act(
            about.action.value,
            about.organisation or self.organisation,
            about.object,
            about.digest,
            self.clock(),
        )
        members = tuple(self.people[name] for name in names)
        signatures = tuple(sign_act(self.keys[n], self.people[n], act) for n in names)
        return Who(By.MEMBER, members, act, signatures)

    def searching(self, case: CaseId, probe: bytes, choice: Choice = AS_IT_IS) -> About:
        """Return what is signed to search with a photo."""
        return signing.searching(self.matter(case), CLEARANCE, probe, choice)

    def add(self, name: str, *roles: Role, key: bytes | None = None) -> Any:
        """Add a member, both who govern signing."""
        signer = Signer(Ed25519PrivateKey.generate())
        wish = MemberWish(self.organisation, name, frozenset(roles), key or signer.public)
        who = self.signed(signing.adding_member(wish), "steward", "officer")
        added = add_member(self.app, who, wish)
        if isinstance(added, str):
            self.people[name], self.keys[name] = MemberId(added), signer
        return added

    def granted(
        self, name: str, app: App | None = None, **parts: object
    ) -> tuple[GrantId, SubjectId]:
        wish = self.wish(name, **parts)
        asked = ask_grant(self.app, self.signed(signing.asking_grant(wish), "steward"), wish)
        assert isinstance(asked, Asked), asked
        confirmed = confirm(self.app, asked.grant, self.outbox.code())
        assert hasattr(confirmed, "receipt"), confirmed
        return asked.grant, asked.subject

    def enrolled(
        self, name: str, app: App | None = None, **parts: object
    ) -> tuple[GrantId, SubjectId]:
        grant, subject = self.granted(name, **parts)
        photos = tuple(photo(name, shot=n) for n in range(3))
        about = signing.enrolling(self.grant(grant), photos, 1)
        done = enrol(self.app, self.signed(about, "steward", "officer"), grant, photos, 1)
        assert isinstance(done, Enrolled), done
        return grant, subject

    def source(self, place: Path, name: str = "album", **parts: object) -> Source:
        wish = self.source_wish(place, name, **parts)
        who = self.signed(signing.opening_source(wish), "steward", "officer")
        opened = add_source(self.app, who, wish)
        assert isinstance(opened, Source), opened
        return opened

    def collected(self, source: Source) -> object:
        """Collect a source, the steward signing."""
        about = signing.on_source(Action.COLLECT, source)
        return collect(self.app, self.signed(about, "steward"), source.id)

    def case(self, *evidence: bytes, reference: str = "2026-17", cap: int = 5) -> CaseId:
        digests = frozenset(hashlib.sha256(e).hexdigest() for e in evidence)
        case = self.opened(CaseWish(self.organisation, CLEARANCE, reference, digests, cap))
        about = signing.approving(self.matter(case))
        approve_case(self.app, self.signed(about, "approver"), case)
        return case

    def opened(self, wish: CaseWish) -> CaseId:
        """Open a case that nobody approved yet."""
        about = About(Action.OPEN_CASE, wish.organisation, digest=digest_of_wish(wish))
        case = open_case(self.app, self.signed(about, "investigator"), wish)
        assert isinstance(case, str), case
        return CaseId(case)

    def matter(self, case: CaseId) -> Case:
        """Return a case as it is stored."""
        with self.app.store.read() as reader:
            found = reader.governance.case(case)
        assert found is not None
        return found

    def grant(self, grant: GrantId) -> Grant:
        """Return a grant as it is stored."""
        with self.app.store.read() as reader:
            found = reader.grants.get(grant)
        assert found is not None
        return found


def file_papers(world: RealWorld, *kinds: FilingKind) -> None:
    """File what an organisation needs before its members may search, or some of it."""
    for kind in kinds or tuple(FilingKind):
        wish = PaperWish(kind, "ba" * 32, world.clock() + timedelta(days=365))
        filed = file_paper(world.app, world.signed(signing.filing(wish), "steward"), wish)
        assert isinstance(filed, str), filed


def preparation(**parts: Any) -> Preparation:
    """Return what a deployment in the Union states about itself, or parts of it changed."""
    stores = (StoreName.RECORDS, StoreName.KEYS, StoreName.LEDGER)
    whole = Preparation(
        established_in_eu=True,
        representative="",
        classification="limited",
        impact_assessment="ef" * 32,
        source_notice="fe" * 32,
        role_agreement="fa" * 32,
        places=tuple(Place(store, Territory("FR"), "the archive itself") for store in stores),
    )
    return replace(whole, **parts)


def prepared(world: RealWorld, **parts: Any) -> None:
    """File the papers that a deployment rests on, both who govern signing."""
    wish = preparation(**parts)
    done = prepare(world.app, world.signed(signing.preparing(wish), "steward", "officer"), wish)
    assert isinstance(done, int), done


_FIRST: dict[tuple[str, bool], tuple[Snapshot, dict[str, Signer]]] = {}


def new_real_world(home: Path, url: str, *, filed: bool = True) -> RealWorld:
    """Open a deployment with one member of each role: ready for real people, or not yet.

    The first one is opened as every deployment is; the others are copies of it, with its
    ids and keys and its members' keys.
    """
    kind = (make_url(url).get_backend_name(), filed)
    if kind not in _FIRST:
        world = _opened(home, url, filed=filed)
        world.app.close()
        _FIRST[kind] = Snapshot.of(world), dict(world.keys)
    else:
        snapshot, keys = _FIRST[kind]
        there = snapshot.put(home, url)
        parts = there.clock, there.outbox, there.vision, there.organisation, there.people
        world = RealWorld(home, url, *parts, keys=dict(keys))
    world.app = world.reopen()
    return world


def _opened(home: Path, url: str, *, filed: bool) -> RealWorld:
    clock, outbox, vision = FakeClock(), FakeOutbox(), FakeVision()
    keys = {name: Signer(Ed25519PrivateKey.generate()) for name in ("steward", "officer")}
    first = (
        FirstMember("steward", keys["steward"].public, Role.STEWARD),
        FirstMember("officer", keys["officer"].public, Role.DATA_PROTECTION_OFFICER),
    )
    opening = Opening("The Harbour Archive", first, undertaking="cd" * 32)
    opened = open_deployment(settings_of(home, url), opening, clock)
    people = dict(zip(("steward", "officer"), opened.members, strict=True))
    world = RealWorld(home, url, clock, outbox, vision, opened.organisation, people, keys=keys)
    world.app = world.reopen()
    if filed:
        file_papers(world)
        prepared(world)
    for name, role in ROLES.items():
        assert isinstance(world.add(name, role), str)
    return world
