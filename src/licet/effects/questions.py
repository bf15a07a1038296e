"""What people are asked under a grant: sealed under its key, and asked once.

A question is found by a tag under the grant's key, so that the same is never asked twice, and
nobody who reads rows knows what is asked or by whom.
"""

from dataclasses import replace
from datetime import datetime

from licet.app import App
from licet.effects.sealed import grant_key
from licet.store.unit import Reader, Unit
from licet.terms.asked import (
    FoundPayload,
    Said,
    SeekPayload,
    ShownPayload,
    StoredQuestion,
)
from licet.terms.errors import Corrupt, KeyAbsent
from licet.terms.ids import GrantId, QuestionId, SubjectId, new_id
from licet.terms.payload import from_bytes, to_bytes
from licet.vault.seal import open_sealed, seal, tag

Asked = ShownPayload | SeekPayload | FoundPayload
"""Everything that a person is asked under a grant."""

SHOWN, SEEK = "shown", "seek"

LENGTH = 2048
"""Bytes of what is sealed for somebody who is looked for, whatever they said."""

_KINDS: tuple[type[Asked], ...] = (ShownPayload, SeekPayload, FoundPayload)


def question_tag(app: App, grant: GrantId, about: str) -> bytes:
    """Return the tag of what is asked under a grant: ``shown``, ``seek``, or who looks."""
    return tag(app.keyring.get(grant_key(grant)), "question", about.encode())


def about_seeker(seeker: SubjectId) -> str:
    """Return what is asked of somebody for whom this person looks: one question for each."""
    return f"found {seeker}"


def put_question(
    app: App, unit: Unit, grant: GrantId, about: str, said: Asked, until: datetime
) -> QuestionId:
    """Keep what is asked under a grant and what was said, in place of what was said before."""
    asked = question_tag(app, grant, about)
    before = unit.questions.tagged(grant, asked)
    question = before.id if before else QuestionId(new_id())
    sealed = seal_question(app, grant, question, said)
    if before is None:
        unit.questions.add(StoredQuestion(question, grant, asked, sealed, until))
    else:
        unit.questions.answer(question, sealed, until)
    return question


def seal_question(app: App, grant: GrantId, question: QuestionId, said: Asked) -> bytes:
    """Seal what is asked; for somebody who is looked for at one length."""
    if isinstance(said, FoundPayload):
        said = replace(said, pad="")
        said = replace(said, pad=" " * max(0, LENGTH - len(to_bytes(said))))
    return seal(app.keyring.get(grant_key(grant)), to_bytes(said), f"question:{question}")


def open_question(app: App, asked: StoredQuestion) -> Asked:
    """Return what is asked. Raises ``KeyAbsent`` once the grant's key is gone, ``Corrupt``."""
    return open_question_with(app.keyring.get(grant_key(asked.grant)), asked)


def open_question_with(key: bytes, asked: StoredQuestion) -> Asked:
    """Return what is asked, by the grant's key. Raises ``Corrupt``."""
    opened = open_sealed(key, asked.sealed, f"question:{asked.id}")
    for kind in _KINDS:
        try:
            found = from_bytes(kind, opened)
        except Corrupt:
            continue
        if found.kind == kind.__dataclass_fields__["kind"].default:
            return found
    raise Corrupt("a question says what nobody asks", "Restore from a backup.")


def shown_of(app: App, reader: Reader | Unit, grant: GrantId) -> ShownPayload | None:
    """Return what somebody said to being shown; None while they said nothing."""
    found = _tagged(app, reader, grant, SHOWN)
    return found if isinstance(found, ShownPayload) else None


def seek_of(app: App, reader: Reader | Unit, grant: GrantId) -> SeekPayload | None:
    """Return whom a person lets be told that they look for family; None: nobody."""
    found = _tagged(app, reader, grant, SEEK)
    return found if isinstance(found, SeekPayload) else None


def said(found: FoundPayload) -> Said:
    """Return what somebody who is looked for said."""
    return Said(found.said) if found.said else Said.OPEN


def _tagged(app: App, reader: Reader | Unit, grant: GrantId, about: str) -> Asked | None:
    try:
        found = reader.questions.tagged(grant, question_tag(app, grant, about))
    except KeyAbsent:
        return None
    return None if found is None else open_question(app, found)
