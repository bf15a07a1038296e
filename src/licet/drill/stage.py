"""The stage of a drill: a sandbox of its own in a temporary folder, gone at the end.

Nothing of the deployment that asks for the drill is touched: no row, no key, no letter.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from licet.app import App, CrashPoint, open_app, pass_by
from licet.consent.purposes import table
from licet.deployment import FirstMember, Opening, open_deployment
from licet.effects.acting import digest_of
from licet.effects.inventing import random_features
from licet.effects.sealed import contact_tag, grant_key, subject_key
from licet.settings import Settings
from licet.store.unit import Unit
from licet.terms.acting import Who
from licet.terms.basis import Relationship
from licet.terms.errors import LicetError
from licet.terms.gallery import TemplateKind
from licet.terms.grant import (
    Grant,
    GrantState,
    Identity,
    Subject,
    SubjectState,
    pending_grant,
)
from licet.terms.ids import (
    GrantId,
    MemberId,
    OrganisationId,
    PurposeId,
    SubjectId,
    TemplateId,
    Territory,
    new_id,
)
from licet.terms.ledger import Entry, EntryKind
from licet.terms.organisation import Role
from licet.terms.payload import ReferencePayload, to_bytes
from licet.terms.permit import By, Refusal
from licet.terms.stored import StoredTemplate
from licet.vault.seal import seal

T = TypeVar("T")

CLEARANCE = PurposeId("archive_rights_clearance@1")
DOMAIN = "drill.invalid"
PART = 2_000
"""So many people are put into the sandbox at once."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a drill: what was done, how long it took, what came of it."""

    name: str
    seconds: float
    found: str


@dataclass
class Stage:
    """An open sandbox with a steward and an officer, and the steps done so far."""

    app: App
    organisation: OrganisationId
    members: dict[str, MemberId]
    steps: list[Step] = field(default_factory=list)

    def who(self, *names: str) -> Who:
        """Return members who act together, as ``--as`` does in a sandbox."""
        return Who(By.MEMBER, tuple(self.members[name] for name in names))

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """Time one step; what is put into the list is told of it."""
        found: list[str] = []
        begun = time.perf_counter()
        yield found
        self.steps.append(Step(name, time.perf_counter() - begun, ", ".join(found)))

    def letters(self) -> tuple[bytes, ...]:
        """Return every letter that went out."""
        folder = self.app.settings.place(self.app.settings.outbox)
        return tuple(file.read_bytes() for file in sorted(folder.glob("*.eml")))


@contextmanager
def stage(at: CrashPoint = pass_by) -> Iterator[Stage]:
    """Open a sandbox in a temporary folder; it is removed at the end.

    ``at`` hears of each boundary that is passed, so that a drill can tell when.
    """
    with TemporaryDirectory(prefix="licet-drill-") as folder:
        settings = Settings(home=Path(folder).resolve() / "deployment")
        first = (
            FirstMember("steward", _key("steward"), Role.STEWARD),
            FirstMember("officer", _key("officer"), Role.DATA_PROTECTION_OFFICER),
            FirstMember("auditor", _key("auditor"), Role.AUDITOR),
        )
        opened = open_deployment(settings, Opening("Drill", first, sandbox=True))
        app = open_app(settings, at=at)
        try:
            members = dict(zip(("steward", "officer", "auditor"), opened.members, strict=True))
            yield Stage(app, opened.organisation, members)
        finally:
            app.close()


def who(subject: SubjectId) -> Identity:
    """Return who somebody of the sandbox would be."""
    return Identity(f"Person {subject[:8]}", f"{subject[:8]}@{DOMAIN}", "1980-01-01")


def populate(stage: Stage, count: int, residence: Territory | None = None) -> tuple[SubjectId, ...]:
    """Put so many people who do not exist into the sandbox, each with a grant and a reference."""
    made: list[SubjectId] = []
    while len(made) < count:
        people = [
            (SubjectId(new_id()), GrantId(new_id())) for _ in range(min(PART, count - len(made)))
        ]
        keys = (name for s, g in people for name in (subject_key(s), grant_key(g)))
        stage.app.keyring.create(*keys)
        with stage.app.store.unit() as unit:
            _settle(stage, unit, people, residence)
        made += [subject for subject, _ in people]
    return tuple(made)


def allowed(answer: T | Refusal) -> T:
    """Return an answer that a drill expects to be allowed. Raises ``LicetError``."""
    if isinstance(answer, Refusal):
        raise LicetError(f"the drill was refused: {answer.says}", answer.would_change)
    return answer


def must(holds: bool, what: str) -> None:
    """Raise ``LicetError`` when a drill did not go as it must."""
    if not holds:
        raise LicetError(f"the drill failed: {what}", "Report it; this must not happen.")


def _settle(
    stage: Stage,
    unit: Unit,
    people: list[tuple[SubjectId, GrantId]],
    residence: Territory | None,
) -> None:
    app = stage.app
    leaf = unit.head.size
    named = {subject: who(subject) for subject, _ in people}
    keys = app.keyring.get_many([*map(subject_key, named), *(grant_key(g) for _, g in people)])
    unit.subjects.add_many(
        Subject(
            id=subject,
            residence=residence,
            contact_tag=contact_tag(app, person.contact),
            dependant=False,
            sealed_identity=seal(
                keys[subject_key(subject)], to_bytes(person), f"subject:{subject}"
            ),
            state=SubjectState.KNOWN,
        )
        for subject, person in named.items()
    )
    unit.grants.add_many(_grant(stage, unit, one, leaf) for one in people)
    features = random_features()  # One face for all: a drill finds nobody, and drawing is slow.
    unit.templates.add_many(
        _reference(app, grant, keys[grant_key(grant)], features, leaf) for _, grant in people
    )
    unit.record(Entry(EntryKind.SUBJECT_ADDED, unit.now, facts=(("people", len(people)),)))


def _sealed(key: bytes, subject: SubjectId, person: Identity) -> bytes:
    return seal(key, to_bytes(person), f"subject:{subject}")


def _reference(app: App, grant: GrantId, key: bytes, features: bytes, leaf: int) -> StoredTemplate:
    template = TemplateId(new_id())
    sealed = seal(key, to_bytes(ReferencePayload(features, 3)), f"template:{template}")
    kind = TemplateKind.REFERENCE
    return StoredTemplate(template, grant, kind, app.model, sealed, None, leaf)


def _grant(stage: Stage, unit: Unit, person: tuple[SubjectId, GrantId], leaf: int) -> Grant:
    subject, grant = person
    purpose = table().by_id[CLEARANCE]
    asked = pending_grant(grant, subject, stage.organisation, purpose, unit.now)
    return replace(
        asked,
        relationship=Relationship.PICTURED,
        notice_delivered_at=unit.now,
        confirmed_at=unit.now,
        confirmed_by="code",
        captured=True,
        state=GrantState.ACTIVE,
        leaf=leaf,
    )


def _key(name: str) -> bytes:
    """Return 32 bytes that stand for a key: nobody signs in a sandbox."""
    return bytes.fromhex(digest_of("sandbox member", name))


__all__ = ["Stage", "Step", "allowed", "must", "populate", "stage", "who"]
