"""What is read of a deployment to tell how it stands: configuration, and counts of rows."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from licet.app import App
from licet.effects.facts import readiness
from licet.store.unit import Reader
from licet.terms.duties import Residence, Transfer
from licet.terms.grant import SubjectState
from licet.terms.ids import SubjectId
from licet.terms.organisation import MemberState, Organisation, Role
from licet.terms.permit import Readiness
from licet.terms.source import Source
from licet.terms.stored import Deployment

MOST = 2**31 - 1
"""Everybody is counted here; a ceiling's question may stop earlier."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A deployment as it stands. No part names a person.

    ``organisations`` come with the day until which their agreement holds, empty without
    one. ``grants`` are kept grants by purpose; people who do not exist (canaries) are left
    out of every count. ``answer_to`` is where people write to.
    """

    deployment: Deployment
    readiness: Readiness
    answer_to: str
    authority: str
    organisations: tuple[tuple[Organisation, str], ...]
    officers: int
    sources: tuple[Source, ...]
    residences: tuple[Residence, ...]
    transfers: tuple[Transfer, ...]
    grants: tuple[tuple[str, int], ...]
    counts: tuple[tuple[str, int], ...]
    model: str
    witnesses: int
    server: bool
    vital: int

    def count(self, name: str) -> int:
        """Return one of the counts."""
        return dict(self.counts)[name]


def read_standing(app: App, reader: Reader) -> Standing:
    """Return how the deployment stands at this moment."""
    members = [
        member
        for one in reader.governance.organisations()
        for member in reader.governance.members(one.id)
        if member.state is MemberState.ACTIVE
    ]
    canaries = {canary.subject for canary in reader.breaches.canaries()}
    grants = Counter(g.purpose for g in reader.grants.kept() if g.subject not in canaries)
    settings = app.settings
    return Standing(
        deployment=app.deployment,
        readiness=readiness(reader),
        answer_to=settings.answer_to or settings.smtp_sender,
        authority=settings.supervisory_authority,
        organisations=_organisations(reader),
        officers=sum(Role.DATA_PROTECTION_OFFICER in member.roles for member in members),
        sources=reader.sources.all(),
        residences=reader.papers.residences(),
        transfers=tuple(t for t in reader.papers.transfers() if t.ended_at is None),
        grants=tuple(sorted(grants.items())),
        counts=_counts(reader, canaries),
        model=app.model,
        witnesses=len(settings.witnesses),
        server=not settings.url.startswith("sqlite"),
        vital=reader.grants.count_live_vital(reader.now),
    )


def _organisations(reader: Reader) -> tuple[tuple[Organisation, str], ...]:
    found = []
    for one in reader.governance.organisations():
        agreement = reader.governance.agreement_at(one.id, reader.now)
        found.append((one, agreement.valid_to.date().isoformat() if agreement else ""))
    return tuple(found)


def _counts(reader: Reader, canaries: Collection[SubjectId]) -> tuple[tuple[str, int], ...]:
    """Count rows, those of people who do not exist left out."""
    nobody = _NobodysRows(reader, canaries)
    return (
        ("people", reader.subjects.count_left() - nobody.people),
        ("enrolled", reader.subjects.count_enrolled(MOST)),
        ("templates", reader.templates.count() - nobody.templates),
        ("suggestions", reader.suggestions.count()),
        ("items", reader.items.count()),
        ("requests", len(reader.requests.open())),
        ("holds", len(reader.holds.in_force(reader.now))),
        ("orders", len(reader.orders.binding())),
        ("blocks", len(reader.blocks.active())),
        ("breaches", len(reader.breaches.open())),
    )


class _NobodysRows:
    """How many rows are about people who do not exist."""

    def __init__(self, reader: Reader, canaries: Collection[SubjectId]) -> None:
        subjects = reader.subjects.many(canaries).values()
        self.people = sum(one.state is not SubjectState.ERASED for one in subjects)
        grants = [one for canary in canaries for one in reader.grants.of_subject(canary)]
        self.templates = sum(len(reader.templates.of_grant(one.id)) for one in grants if one.kept)
