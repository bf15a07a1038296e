"""The same gallery in plain Python integers: what the others must agree with.

Slow and obvious on purpose. It is the oracle of the property tests and the double
for tests of flows; it never serves.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace

from licet.gallery.contract import (
    Columns,
    Erasure,
    Stats,
    checked_batch,
    checked_limit,
    checked_probe,
    checked_row,
    checked_slots,
    micros,
    scope_of,
)
from licet.gallery.ids import to_keys
from licet.terms.errors import BadInput, Conflict
from licet.terms.face import Score, Template
from licet.terms.gallery import Candidate, Row, RowBatch, Scope, Slot, SlotBatch, TemplateKind
from licet.terms.ids import GrantId, ModelId, TemplateId
from licet.terms.permit import Permit
from licet.terms.when import Clock, from_ms


@dataclass(frozen=True, slots=True)
class _Kept:
    """One row as kept; ``first_seen`` in microseconds, None for a reference."""

    grant: GrantId
    values: "array[int]"
    first_seen: int | None

    @property
    def kind(self) -> TemplateKind:
        return TemplateKind.REFERENCE if self.first_seen is None else TemplateKind.APPEARANCE


class BruteGallery:
    """A :class:`licet.gallery.contract.Gallery` of dictionaries, every pair compared."""

    def __init__(self, model: ModelId, dimension: int, clock: Clock) -> None:
        self._model = model
        self._dimension = dimension
        self._clock = clock
        self._slots: dict[GrantId, Slot] = {}
        self._rows: dict[TemplateId, _Kept] = {}

    @property
    def model(self) -> ModelId:
        """The model that made every template in here."""
        return self._model

    @property
    def dimension(self) -> int:
        """How many features a template has."""
        return self._dimension

    @property
    def stats(self) -> Stats:
        """How full the gallery is."""
        people = {slot.subject for slot in self._slots.values()}
        return Stats(len(self._rows), len(self._slots), len(people), self.memory())

    def put_grants(self, slots: Sequence[Slot]) -> None:
        """Insert or update grants; see the contract."""
        for slot in slots:
            to_keys((slot.grant, slot.subject))
            micros(slot.not_before)
            micros(slot.expires)
        self._slots.update({slot.grant: slot for slot in slots})

    def drop_grants(self, ids: Sequence[GrantId]) -> int:
        """Overwrite and forget grants with all their rows; see the contract."""
        to_keys(ids)
        gone = set(ids)
        rows = self.drop([key for key, row in self._rows.items() if row.grant in gone])
        for grant in gone:
            self._slots.pop(grant, None)
        return rows

    def put(self, rows: Sequence[Row]) -> None:
        """Insert or replace rows; see the contract."""
        kept = {}
        for row in rows:
            checked_row(row, self._model, self._dimension)
            moment = None if row.first_seen is None else micros(row.first_seen)
            kept[row.id] = _Kept(row.grant, row.template.integers(), moment)
        self._put(kept)

    def put_arrays(self, columns: Columns) -> None:
        """Insert or replace rows given in columns; see the contract."""
        count = len(columns.ids)
        parts = (columns.grants, columns.appearance, columns.values, columns.first_seen)
        if any(len(part) != count for part in parts):
            raise BadInput("columns of a gallery's rows are of equal length")
        if columns.values.dtype.str[1:] != "i2" or columns.values.shape[1:] != (self._dimension,):
            raise TypeError(f"templates here are {self._dimension} int16 values")
        if len(set(columns.ids)) != count:
            raise BadInput("two rows have the same template id", "pass each template once")
        kept = {}
        for at, key in enumerate(columns.ids):
            moment = int(columns.first_seen[at]) if columns.appearance[at] else None
            values = array("h", columns.values[at].tolist())
            kept[key] = _Kept(columns.grants[at], values, moment)
        self._put(kept)

    def put_grant_batch(self, batch: SlotBatch) -> None:
        """Insert or update grants given in columns; see the contract."""
        checked_slots(batch)
        self.put_grants(
            [
                replace(
                    batch.kinds[batch.kind[at]],
                    grant=grant,
                    subject=batch.subjects[at],
                    not_before=from_ms(batch.not_before[at]),
                    expires=from_ms(batch.expires[at]),
                )
                for at, grant in enumerate(batch.grants)
            ]
        )

    def put_batch(self, batch: RowBatch) -> None:
        """Insert or replace rows given in columns; see the contract."""
        checked_batch(batch, self._model, self._dimension)
        if len(set(batch.ids)) != len(batch.ids):
            raise BadInput("two rows have the same template id", "pass each template once")
        kept = {}
        for at, key in enumerate(batch.ids):
            seen = batch.first_seen[at]
            values = Template(batch.model, batch.values[at]).integers()
            kept[key] = _Kept(batch.grants[at], values, None if seen is None else 1000 * seen)
        self._put(kept)

    def drop(self, ids: Sequence[TemplateId]) -> int:
        """Overwrite and forget rows; see the contract."""
        to_keys(ids)
        gone = [key for key in set(ids) if key in self._rows]
        for key in gone:
            values = self._rows.pop(key).values
            values[:] = array("h", bytes(2 * len(values)))
        return len(gone)

    def subjects(self, permit: Permit) -> int:
        """Return how many data subjects have a row in scope; see the contract."""
        scope = scope_of(permit, self._model, self._clock())
        return len({self._slots[row.grant].subject for _, row in self._in_scope(scope)})

    def candidates(
        self, permit: Permit, probes: Sequence[Template], threshold: Score, limit: int
    ) -> list[tuple[Candidate, ...]]:
        """Return every row in scope at or above the threshold; see the contract."""
        scope = scope_of(permit, self._model, self._clock())
        for probe in probes:
            checked_probe(probe, self._model, self._dimension)
        checked_limit(limit)
        rows = self._in_scope(scope)
        return [self._listed(rows, probe, threshold)[:limit] for probe in probes]

    def rows_of(self, grant: GrantId) -> int:
        """Return how many rows hang on a grant; 0 for one that is not here."""
        return sum(row.grant == grant for row in self._rows.values())

    def erasure_status(self, grant: GrantId) -> Erasure:
        """Say how far the bytes of a grant are gone."""
        return Erasure.HELD if grant in self._slots else Erasure.PHYSICAL

    def size(self) -> int:
        """Return how many rows are kept."""
        return len(self._rows)

    def memory(self) -> int:
        """Return how many bytes the templates take."""
        return len(self._rows) * 2 * self._dimension

    def close(self) -> None:
        """Do nothing: there are no threads to let go."""

    def _put(self, kept: dict[TemplateId, _Kept]) -> None:
        to_keys(list(kept))
        for key, row in kept.items():
            if row.grant not in self._slots:
                raise Conflict("a row's grant is not in the gallery", "put its grant first")
            if key in self._rows and self._rows[key].grant != row.grant:
                raise Conflict("a template with this id hangs on another grant")
        self.drop(list(kept))
        self._rows.update(kept)

    def _in_scope(self, scope: Scope) -> list[tuple[TemplateId, _Kept]]:
        return [
            (key, row)
            for key, row in self._rows.items()
            if _grant_in(self._slots[row.grant], scope) and _row_in(row, scope)
        ]

    def _listed(
        self, rows: list[tuple[TemplateId, _Kept]], probe: Template, threshold: Score
    ) -> tuple[Candidate, ...]:
        features = probe.integers()
        scored = [
            (sum(a * b for a, b in zip(features, row.values, strict=True)), key, row)
            for key, row in rows
        ]
        kept = sorted((-score, key, row) for score, key, row in scored if score >= threshold)
        return tuple(
            Candidate(key, row.grant, self._slots[row.grant].subject, row.kind, Score(-score))
            for score, key, row in kept
        )


def _grant_in(slot: Slot, scope: Scope) -> bool:
    """Say whether a grant is in scope: every part must hold."""
    if scope.any_organisation:
        organisation = slot.organisation is not None or scope.grants is not None
    else:
        organisation = slot.organisation == scope.organisation
    return (
        organisation
        and slot.usable
        and slot.not_before <= scope.at < slot.expires
        and slot.purpose in scope.purposes
        and (scope.source is None or slot.source in (None, scope.source))
        and (scope.grants is None or slot.grant in scope.grants)
        and (scope.without is None or slot.subject != scope.without)
    )


def _row_in(row: _Kept, scope: Scope) -> bool:
    """Say whether a row of a grant in scope is in scope."""
    if row.kind not in scope.kinds:
        return False
    if row.first_seen is None or scope.seen_before is None:
        return True
    return row.first_seen <= micros(scope.seen_before)
