"""Who asks, and what every part of a package is read with."""

from dataclasses import dataclass, field
from datetime import datetime

from licet.app import App
from licet.effects.packing.parts import Features, Meaning, Region
from licet.effects.sealed import grant_key, subject_key
from licet.effects.shelf import fresh_gallery
from licet.store.unit import Reader
from licet.terms.errors import NotFound
from licet.terms.face import STEP, Box, Score, Template, cosine_of
from licet.terms.grant import Grant, Subject
from licet.terms.ids import GrantId, KeyId, ModelId, OrganisationId
from licet.terms.organisation import Organisation
from licet.terms.rights import Request

RAREST = 1_000_000
"""Beyond one in so many a calibration says nothing any more: so many pairs nobody measured."""


@dataclass(frozen=True)
class Asker:
    """A person, their grants, the keys that are still there, and one moment of the store."""

    app: App
    reader: Reader
    request: Request
    subject: Subject
    grants: tuple[Grant, ...]
    keys: dict[KeyId, bytes]
    people: int
    _meanings: dict[int, Meaning] = field(default_factory=dict)
    _names: dict[OrganisationId, Organisation | None] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The moment as of which everything is told."""
        return self.reader.now

    @property
    def own(self) -> bytes | None:
        """The person's own key, None once it is destroyed."""
        return self.keys.get(subject_key(self.subject.id))

    def key_of(self, grant: GrantId) -> bytes | None:
        """Return a grant's key, None once it is destroyed."""
        return self.keys.get(grant_key(grant))

    def organisation(self, organisation: OrganisationId) -> Organisation | None:
        """Return an organisation, read once."""
        if organisation not in self._names:
            self._names[organisation] = self.reader.governance.organisation(organisation)
        return self._names[organisation]

    def name_of(self, organisation: OrganisationId | None) -> str:
        """Return an organisation's name, empty for none."""
        found = self.organisation(organisation) if organisation else None
        return found.name if found else ""

    def meaning(self, score: Score) -> Meaning:
        """Return what a score means, by the calibration of the model in use."""
        if score not in self._meanings:
            share = self.app.vision.expected_innocent(score, 1)
            one_in = RAREST if share * RAREST <= 1 else round(1 / share)
            self._meanings[score] = Meaning(
                score, round(cosine_of(score), 4), max(1, one_in), self.people
            )
        return self._meanings[score]


def asker_of(app: App, reader: Reader, request: Request) -> Asker:
    """Return who asks. Raises ``NotFound`` for a person who is not there."""
    subject = reader.subjects.get(request.subject)
    if subject is None:
        raise NotFound("the person who asks is not known", "Run `licet doctor`.")
    grants = reader.grants.of_subject(subject.id)
    names = {subject_key(subject.id), *(grant_key(grant.id) for grant in grants)}
    keys = app.keyring.get_many(names)
    people = fresh_gallery(app).stats.subjects
    return Asker(app, reader, request, subject, grants, keys, people)


def region(box: Box) -> Region:
    """Return a box as it stands in a package."""
    return Region(box.x, box.y, box.w, box.h)


def features(model: ModelId, values: bytes) -> Features:
    """Return features as whole numbers that need no program of ours to be read."""
    return Features(STEP, tuple(Template(model, values).integers()))
