"""The stage of the demonstration: a sandbox, its people, its photos."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import TypeVar

from licet.app import App, open_app
from licet.demo.compose import Portrait, compose
from licet.deployment import FirstMember, Opening, open_deployment
from licet.effects.acting import digest_of
from licet.governance import add_member, approve_case, open_case
from licet.settings import Settings
from licet.sources.fixtures import FixturePhoto
from licet.terms.acting import Who
from licet.terms.basis import Relationship
from licet.terms.errors import Conflict, LicetError
from licet.terms.governing import CaseWish, MemberWish, SourceWish
from licet.terms.grant import Identity
from licet.terms.granting import GrantWish
from licet.terms.ids import CaseId, MemberId, OrganisationId, PurposeId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.organisation import Role
from licet.terms.permit import By, Refusal
from licet.terms.source import BystanderCondition, Control, ItemPolicy, Origin, SourceKind

T = TypeVar("T")

CLEARANCE = PurposeId("archive_rights_clearance@1")
GROUPS = (
    ("gala.jpg", ("ardern-2022", "macron-2025", "obama", "collins", "hopper", "sunak")),
    ("panel.jpg", ("macron-2025", "hopper", "sunak")),
    ("crowd.jpg", ("obama", "collins", "hopper", "sunak")),
    ("stage.jpg", ("ardern-2022", "collins", "obama")),
)
"""Group photos and who is in them. Who enrols does so from an older photo of theirs."""

ENROLLED = ("ardern-2018", "macron-2014", "collins", "sunak")
"""Photos that people of the story enrol from, or try to; each gets a print beside it."""

ROLES = {
    "investigator": Role.INVESTIGATOR,
    "approver": Role.APPROVER,
    "verifier": Role.VERIFIER,
}


@dataclass
class Stage:
    """An open sandbox and everything the story needs on it."""

    out: Path
    settings: Settings
    app: App
    organisation: OrganisationId
    members: dict[str, MemberId]
    photos: dict[str, FixturePhoto]
    album: Path
    groups: dict[str, bytes] = field(default_factory=dict)
    prints: dict[str, bytes] = field(default_factory=dict)

    def who(self, *names: str) -> Who:
        """Return members who act together, as ``--as`` does in a sandbox."""
        return Who(By.MEMBER, tuple(self.members[name] for name in names))

    def photo(self, name: str) -> bytes:
        """Return a fixture photo's bytes."""
        return self.photos[name].content()

    def enrolment(self, name: str) -> tuple[bytes, bytes]:
        """Return what somebody is enrolled from: a photo, and a print made from it."""
        return self.photo(name), self.prints[name]

    def wish(self, name: str) -> GrantWish:
        """Return the wish for a grant by one of the people in the photos."""
        mail = f"{name.rsplit(maxsplit=1)[-1].lower()}@sandbox.invalid"
        identity = Identity(name, mail, "1975-01-01")
        return GrantWish(self.organisation, CLEARANCE, Relationship.PICTURED, identity)

    def code(self) -> str:
        """Read the newest letter as the person would, and return its code."""
        outbox = self.settings.place(self.settings.outbox)
        newest = max(outbox.glob("*.eml"), key=lambda letter: letter.stat().st_mtime_ns)
        letter = message_from_bytes(newest.read_bytes(), policy=default)
        text = letter.get_body(("plain",))
        words = text.get_content() if text is not None else ""
        return words.split("Nobody else has it:")[1].strip().splitlines()[0]

    def source_wish(self, condition: BystanderCondition | None) -> SourceWish:
        """Return the wish for the album as a source, with or without its bystander condition."""
        return SourceWish(
            organisation=self.organisation,
            name="gala-2025",
            kind=SourceKind.FOLDER,
            place=str(self.album),
            origin=Origin("the archive's photographer", "at the door", frozenset({"archive"})),
            bystander_condition=condition,
            bystander_evidence="montages of photos with a free licence" if condition else "",
            territory=None,
            item_policy=ItemPolicy.LEAVE_AT_SOURCE,
            control=Control.OWN_STORAGE,
            licence=hashlib.sha256(b"the credits of the fixture photos").hexdigest(),
            valid_to=self.app.clock() + timedelta(days=30),
        )

    def case(self, *probes: bytes) -> CaseId:
        """Open a case whose evidence are the probe photos, and have it approved."""
        evidence = frozenset(hashlib.sha256(probe).hexdigest() for probe in probes)
        wish = CaseWish(self.organisation, CLEARANCE, "2026-17", evidence, 5)
        case = allowed(open_case(self.app, self.who("investigator"), wish))
        allowed(approve_case(self.app, self.who("approver"), case))
        return case


def allowed(answer: T | Refusal) -> T:
    """Return an answer that the story expects to be allowed."""
    if isinstance(answer, Refusal):
        raise LicetError(f"the demonstration was refused: {answer.says}", answer.would_change)
    return answer


def set_up(
    out: Path, photos: tuple[FixturePhoto, ...], open_sandbox: Callable[[Settings], App] = open_app
) -> Stage:
    """Open a sandbox below ``out`` with people to act and group photos to collect.

    Raises ``Conflict`` when ``out`` holds something already.
    """
    if out.exists() and any(out.iterdir()):
        raise Conflict(f"{out} is not empty", "Name another folder, or remove it.")
    settings = Settings(home=(out / "deployment").resolve())
    first = (
        FirstMember("steward", digest_key("steward"), Role.STEWARD),
        FirstMember("officer", digest_key("officer"), Role.DATA_PROTECTION_OFFICER),
    )
    opened = open_deployment(settings, Opening("The Demo Archive", first, sandbox=True))
    app = open_sandbox(settings)
    members = dict(zip(("steward", "officer"), opened.members, strict=True))
    album = out / "album"
    album.mkdir(parents=True)
    by_name = {Path(photo.name).stem: photo for photo in photos}
    stage = Stage(out, settings, app, opened.organisation, members, by_name, album)
    for name, role in ROLES.items():
        wish = MemberWish(opened.organisation, name, frozenset({role}), digest_key(name))
        members[name] = allowed(add_member(app, stage.who("steward", "officer"), wish))
    _hang(stage)
    return stage


def digest_key(name: str) -> bytes:
    """Return 32 bytes that stand for a key: nobody signs in a sandbox."""
    return bytes.fromhex(digest_of("sandbox member", name))


def _hang(stage: Stage) -> None:
    """Make the group photos and let the sandbox know that they are made from its fixtures."""
    for name in ENROLLED:
        portrait = Portrait(stage.photo(name), stage.photos[name].face)
        stage.prints[name] = compose([portrait], width=900)
    with stage.app.store.unit() as unit:
        for picture in stage.prints.values():
            unit.deployment.add_generated(hashlib.sha256(picture).hexdigest())
        for seed, (name, people) in enumerate(GROUPS):
            portraits = [
                Portrait(stage.photo(person), stage.photos[person].face) for person in people
            ]
            picture = compose(portraits, seed=seed)
            (stage.album / name).write_bytes(picture)
            stage.groups[name] = picture
            unit.deployment.add_generated(hashlib.sha256(picture).hexdigest())
        facts = (("generated", len(GROUPS) + len(ENROLLED)),)
        unit.record(Entry(EntryKind.DEPLOYMENT_OPENED, unit.now, facts=facts))
