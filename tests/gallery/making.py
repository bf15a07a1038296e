"""Short ways to make what a gallery takes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from licet.gallery.contract import Columns, micros
from licet.terms.face import Template
from licet.terms.gallery import Row, Scope, Slot, TemplateKind
from licet.terms.ids import (
    GrantId,
    ModelId,
    OrganisationId,
    PurposeId,
    SourceId,
    SubjectId,
    TemplateId,
)
from licet.terms.permit import Action, Permit
from tests.permits import permit

MODEL = ModelId("plain@00000001")
OTHER_MODEL = ModelId("plain@00000002")
DIMENSION = 8
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ARCHIVE, RELIEF = OrganisationId("archive"), OrganisationId("relief")
CLEARING, TRACING = PurposeId("clearing@1"), PurposeId("tracing@1")
EAST, WEST = SourceId("east"), SourceId("west")
REFERENCE, APPEARANCE = TemplateKind.REFERENCE, TemplateKind.APPEARANCE
BOTH = frozenset(TemplateKind)


def key(number: int) -> str:
    """A canonical id that sorts as its number does, by its upper half first."""
    upper, lower = divmod(number, 4)
    return str(UUID(int=upper << 64 | (lower + 1) << 60 | number % 1000))


def template(*values: int, model: ModelId = MODEL) -> Template:
    """A template; missing values are zeros."""
    filled = [*values, *[0] * (DIMENSION - len(values))]
    return Template(model, np.array(filled, dtype="<i2").tobytes())


def slot(number: int, subject: int | None = None, **parts: Any) -> Slot:
    """A grant in use for the archive's clearing, all sources, an hour around NOW."""
    made = Slot(
        grant=GrantId(key(number)),
        subject=SubjectId(key(1_000_000 + (number if subject is None else subject))),
        organisation=ARCHIVE,
        purpose=CLEARING,
        source=None,
        territories=frozenset(),
        usable=True,
        not_before=NOW - HOUR,
        expires=NOW + HOUR,
    )
    return replace(made, **parts)


def row(
    number: int, grant: int, *values: int, seen: datetime | None = None, model: ModelId = MODEL
) -> Row:
    """A reference, or with ``seen`` an appearance."""
    return Row(
        id=TemplateId(key(number)),
        grant=GrantId(key(grant)),
        kind=REFERENCE if seen is None else APPEARANCE,
        template=template(*values, model=model),
        source=None if seen is None else EAST,
        first_seen=seen,
    )


def columns(rows: Sequence[Row]) -> Columns:
    """The same rows as columns."""
    values = np.array([r.template.integers() for r in rows], dtype=np.int16)
    return Columns(
        ids=[r.id for r in rows],
        grants=[r.grant for r in rows],
        appearance=np.array([r.kind is APPEARANCE for r in rows], dtype=np.bool_),
        values=values.reshape(len(rows), DIMENSION),
        first_seen=np.array([micros(r.first_seen or NOW) for r in rows], dtype=np.int64),
    )


def scope(**parts: Any) -> Scope:
    """The archive's clearing at NOW, both kinds."""
    made = Scope(
        at=NOW,
        organisation=ARCHIVE,
        purposes=frozenset({CLEARING}),
        kinds=BOTH,
        model=MODEL,
    )
    return replace(made, **parts)


def searching(action: Action = Action.SEARCH, **parts: Any) -> Permit:
    """A permit with such a scope, decided at NOW."""
    return permit(scope(**parts), NOW, action)
