"""Whose face a new one is near, and an entry that says so to them alone.

A face that somebody brings is held against everybody who is enrolled before anything is found
with it. Whom it is near can open the entry; to everybody else it looks like every other.
"""

import secrets

from licet.app import App
from licet.effects.record import Objects, subject_commitment
from licet.effects.shelf import fresh_gallery
from licet.ledger.commitment import commit
from licet.store.unit import Unit
from licet.terms.errors import KeyAbsent
from licet.terms.face import Template
from licet.terms.ids import SubjectId, new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Permit
from licet.vision.contract import ENROLMENT_PHOTOS

NEAR = 8
"""So many people at most are told of one photo; more than twins are not that near."""

KEY_BYTES = 32


def people_near(
    app: App, permit: Permit, face: Template, photos: int = ENROLMENT_PHOTOS
) -> tuple[SubjectId, ...]:
    """Return the people in scope whom a face is near, the nearest first.

    The threshold is the strict one of collecting, for everybody who is enrolled; ``photos``
    is how many the template averages.
    """
    gallery = fresh_gallery(app)
    people = max(1, gallery.subjects(permit))
    threshold = app.vision.threshold(app.deployment.fpir_collect, people, photos)
    (found,) = gallery.candidates(permit, [face], threshold, NEAR)
    return tuple(dict.fromkeys(one.subject for one in found))


def record_compared(
    app: App, unit: Unit, kind: EntryKind, near: tuple[SubjectId, ...], objects: Objects
) -> int:
    """Record that a face was compared with everybody enrolled, and commit to what came of it.

    The entry is about the person whom it is nearest, who can open it; where there is none it
    is about nobody, under a key that is thrown away. Both look the same to everybody else.
    """
    nobody = commit(secrets.token_bytes(KEY_BYTES), new_id())
    try:
        about = subject_commitment(app, near[0]) if near else nobody
    except KeyAbsent:
        about = nobody
    return unit.record(Entry(kind, unit.now, subject=about, objects=objects))
