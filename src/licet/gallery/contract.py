"""What a gallery is, whichever holds the rows.

Rules, for every gallery (one suite, ``tests/gallery/contract.py``, runs over all):

1. Nothing is looked at without a permit to look, its scope and its time.
2. A row outside the scope does not exist: not in answers, not in counts.
3. Every row in scope at or above the threshold is found: none is lost to an index.
4. The score is the integer dot product of the two templates; order is score,
   highest first, then template id. So the answer is the same on every machine.
5. A row hangs on a grant that the gallery knows; dropping the grant drops the row.
6. Dropped means that the bytes are overwritten, not only forgotten (GDPR 17).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from licet.terms.errors import BadInput, LicetError
from licet.terms.face import Score, Template
from licet.terms.gallery import Candidate, Row, RowBatch, Scope, Slot, SlotBatch, TemplateKind
from licet.terms.ids import GrantId, ModelId, TemplateId
from licet.terms.permit import Action, Permit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ACROSS = frozenset({Action.ENROL, Action.ERASE})
"""Acts that look across organisations: the collision check, and the last check of an erasure."""

MAY_LOOK = ACROSS | {Action.COLLECT, Action.BACKFILL, Action.SEARCH, Action.ACCEPT, Action.SCAN}
"""The actions whose permits carry a scope; no other use compares templates."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PermitError(LicetError):
    """A permit that does not allow looking was presented: a defect of the caller.

    A lawful *no* is a :class:`licet.terms.permit.Refusal` and is decided before.
    """


class Erasure(StrEnum):
    """How far a grant's bytes are gone from a gallery.

    ``held`` the gallery knows the grant; ``logical`` nothing finds it any more,
    bytes may remain until the store behind compacts; ``physical`` no byte of it
    is here (also said of a grant never seen). Exact galleries know no ``logical``.
    """

    HELD = "held"
    LOGICAL = "logical"
    PHYSICAL = "physical"


@dataclass(frozen=True, slots=True)
class Stats:
    """How full the gallery is: rows, grants, subjects; bytes reserved for all of it."""

    rows: int
    grants: int
    subjects: int
    bytes: int


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Rows in columns, to open a large gallery in seconds. All of the same length n.

    ``appearance`` is true for appearances; ``values`` is (n, dimension) int16, the
    templates' values; ``first_seen`` is microseconds since 1970 in UTC
    (:func:`micros`), read for appearances only.
    """

    ids: Sequence[TemplateId]
    grants: Sequence[GrantId]
    appearance: "NDArray[np.bool_]"
    values: "NDArray[np.int16]"
    first_seen: "NDArray[np.int64]"


class Gallery(Protocol):
    """The references and appearances that may be searched.

    One process, any threads: a search sees the gallery before or after a change,
    never in the middle, and what a returned call dropped no later search finds.
    """

    @property
    def model(self) -> ModelId:
        """The model that made every template in here."""

    @property
    def dimension(self) -> int:
        """How many features a template has."""

    @property
    def stats(self) -> Stats:
        """How full the gallery is."""

    def put_grants(self, slots: Sequence[Slot]) -> None:
        """Insert grants, or update them by grant id (the last of equal ids counts).

        Raises ``BadInput`` for an id that is not a canonical UUID.
        """

    def drop_grants(self, ids: Sequence[GrantId]) -> int:
        """Overwrite and forget the grants and all their rows; return how many rows.

        Unknown grants are passed over, so that a repeated effect is harmless.
        """

    def put(self, rows: Sequence[Row]) -> None:
        """Insert rows, or replace them by template id (the last of equal ids counts).

        All or nothing. Raises ``TypeError`` for a template of another model or
        dimension, ``Conflict`` for a grant that is not here or an id that hangs on
        another grant, ``BadInput`` for an id that is not a canonical UUID and for
        an appearance without, or a reference with, source and moment.
        """

    def put_arrays(self, columns: Columns) -> None:
        """Insert or replace rows given in columns; ids must differ from one another.

        Raises as :meth:`put`, and ``BadInput`` for columns of unequal length.
        """

    def put_grant_batch(self, batch: SlotBatch) -> None:
        """Insert or update grants given in columns; ids must differ from one another.

        All or nothing. Raises as :meth:`put_grants`, and ``BadInput`` for columns of
        unequal length or a kind that is not among the kinds.
        """

    def put_batch(self, batch: RowBatch) -> None:
        """Insert or replace rows given in columns; ids must differ from one another.

        Raises as :meth:`put`, and ``BadInput`` for columns of unequal length.
        """

    def drop(self, ids: Sequence[TemplateId]) -> int:
        """Overwrite and forget rows; return how many were here."""

    def subjects(self, permit: Permit) -> int:
        """Return how many data subjects have a row in the permit's scope.

        Raises ``PermitError`` as :meth:`candidates`.
        """

    def candidates(
        self, permit: Permit, probes: Sequence[Template], threshold: Score, limit: int
    ) -> list[tuple[Candidate, ...]]:
        """Return per probe every row in scope that scores ``threshold`` or more.

        Highest score first, then by template id; at most ``limit`` (1 or more).
        Raises ``PermitError`` (no scope, wrong action, over its time),
        ``TypeError`` (probe or scope of another model), ``BadInput`` (limit).
        """

    def rows_of(self, grant: GrantId) -> int:
        """Return how many rows hang on a grant; 0 for one that is not here."""

    def erasure_status(self, grant: GrantId) -> Erasure:
        """Say how far the bytes of a grant are gone."""

    def size(self) -> int:
        """Return how many rows are kept."""

    def memory(self) -> int:
        """Return how many bytes are reserved."""


def scope_of(permit: Permit, model: ModelId, now: datetime) -> Scope:
    """Return the permit's scope if it allows looking in a gallery of ``model`` now.

    Raises ``PermitError`` for a permit that may not look, ``TypeError`` for a scope
    of another model.
    """
    if permit.action not in MAY_LOOK:
        raise PermitError(
            f"a permit to {permit.action} does not allow looking in the gallery",
            "ask for a permit to search, collect, backfill, enrol, accept or erase",
        )
    if permit.scope is None:
        raise PermitError("a permit without a scope does not allow looking", "ask with a scope")
    if not permit.decided_at <= permit.not_after or now > permit.not_after:
        raise PermitError("the permit is over its time", "read the facts and decide again")
    scope = permit.scope
    if scope.grants is None and scope.any_organisation and permit.action not in ACROSS:
        # GDPR 5(1)(b): looking across organisations serves those two checks alone.
        raise PermitError(f"a permit to {permit.action} keeps within one organisation")
    if scope.grants is None and scope.organisation is None and permit.action is Action.SEARCH:
        # A rights request's grant has no organisation and is in no search's scope.
        raise PermitError("a search names the organisation whose grants it may look at")
    if scope.model != model:
        raise TypeError(f"a scope for {scope.model} does not look in a gallery of {model}")
    return scope


def checked_row(row: Row, model: ModelId, dimension: int) -> Row:
    """Return the row if it fits a gallery of ``model``; raises as :meth:`Gallery.put`."""
    checked_probe(row.template, model, dimension)
    whole = row.source is not None and row.first_seen is not None
    bare = row.source is None and row.first_seen is None
    if not (whole if row.kind is TemplateKind.APPEARANCE else bare):
        raise BadInput(
            "an appearance has a source and a first moment, a reference has neither",
            "pass both with an appearance and None twice with a reference",
        )
    return row


def checked_batch(batch: RowBatch, model: ModelId, dimension: int) -> RowBatch:
    """Return the batch if it fits a gallery of ``model``; raises as :meth:`Gallery.put_batch`."""
    if batch.model != model or not set(map(len, batch.values)) <= {2 * dimension}:
        raise TypeError(f"templates of {batch.model} and {model} do not compare")
    _of_one_length(batch.ids, batch.grants, batch.values, batch.first_seen)
    return batch


def checked_slots(batch: SlotBatch) -> SlotBatch:
    """Return the batch if it is well formed; raises as :meth:`Gallery.put_grant_batch`."""
    _of_one_length(batch.grants, batch.subjects, batch.kind, batch.not_before, batch.expires)
    if len(set(batch.grants)) != len(batch.grants):
        raise BadInput("two slots are of the same grant", "pass each grant once")
    if not all(0 <= kind < len(batch.kinds) for kind in set(batch.kind)):
        raise BadInput("a slot is of a kind that is not among the batch's kinds")
    return batch


def _of_one_length(*columns: Sequence[object]) -> None:
    if len(set(map(len, columns))) > 1:
        raise BadInput("columns of a gallery's rows are of equal length")


def checked_probe(template: Template, model: ModelId, dimension: int) -> Template:
    """Return the template if it is of ``model``. Raises ``TypeError`` otherwise."""
    if template.model != model or len(template.values) != 2 * dimension:
        raise TypeError(f"templates of {template.model} and {model} do not compare")
    return template


def checked_limit(limit: int) -> int:
    """Return the limit if it is 1 or more. Raises ``BadInput`` otherwise."""
    if limit < 1:
        raise BadInput(f"a candidate list of at most {limit} is no list", "ask for 1 or more")
    return limit


def micros(moment: datetime) -> int:
    """Return whole microseconds since 1970. Raises ``ValueError`` on a naive moment."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone; use UTC")
    return (moment - _EPOCH) // timedelta(microseconds=1)
