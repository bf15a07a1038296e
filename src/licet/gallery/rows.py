"""The rows: for each template its id, its grant, its kind, its moment, its planes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from licet.gallery.contract import Columns, micros
from licet.gallery.grants import FOREVER, Grants, Mask
from licet.gallery.ids import NONE, IdTable, Keys, Slots, grown, to_keys
from licet.gallery.segments import ROWS, Segments
from licet.terms.errors import BadInput, Conflict
from licet.terms.gallery import Scope, TemplateKind

_ALWAYS = np.iinfo(np.int64).min
"""The moment of a reference: before every floor, so references always pass it."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A scope, worked out: which grants, which kinds, appearances seen until when.

    ``appearance`` is None when both kinds are wanted, else the flag of the one wanted.
    ``share`` estimates how many of all rows pass.
    """

    grants: Mask
    appearance: bool | None
    until: int | None
    share: float


class Rows:
    """Rows in columns beside their segments. Row 0 is nobody's and never in scope."""

    def __init__(self, grants: Grants, dimension: int, segment_rows: int = ROWS) -> None:
        self.grants = grants
        self.ids = IdTable()
        self.segments = Segments(dimension, segment_rows)
        self.grant: NDArray[np.int32] = np.zeros(self.ids.capacity, dtype=np.int32)
        self.appearance: Mask = np.zeros(self.ids.capacity, dtype=np.bool_)
        self.seen: NDArray[np.int64] = np.zeros(self.ids.capacity, dtype=np.int64)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def nbytes(self) -> int:
        """How many bytes are reserved."""
        own = self.grant.nbytes + self.appearance.nbytes + self.seen.nbytes
        return own + self.ids.nbytes + self.segments.nbytes

    def put(self, columns: Columns) -> None:
        """Insert or replace rows. Checks everything before it writes anything."""
        keys, grants = self._checked(columns)
        if not len(keys):
            return
        found = self.ids.find(keys)
        old = found[found != NONE]
        if (self.grant[old] != grants[found != NONE]).any():
            raise Conflict("a template with this id hangs on another grant")
        self.drop(old)
        numbers = self.ids.add(keys)
        self._grow()
        self.segments.write(numbers, columns.values)
        self.grant[numbers] = grants
        self.appearance[numbers] = columns.appearance
        self.seen[numbers] = np.where(columns.appearance, columns.first_seen, _ALWAYS)
        self._count(numbers, 1)
        of = grants[columns.appearance]
        np.minimum.at(self.grants.earliest, of, columns.first_seen[columns.appearance])

    def drop(self, numbers: Slots) -> None:
        """Overwrite and forget rows, each here and named once."""
        if not len(numbers):
            return
        self._count(numbers, -1)
        touched = np.unique(self.grant[numbers][self.appearance[numbers]])
        self.segments.wipe(numbers)
        self.grant[numbers] = 0
        self.appearance[numbers] = False
        self.seen[numbers] = 0
        self.ids.remove(numbers)
        self._earliest_again(touched)

    def of_grants(self, grants: NDArray[np.integer]) -> Slots:
        """Return the numbers of all rows that hang on these grants."""
        wanted = np.zeros(self.grants.ids.capacity, dtype=np.bool_)
        wanted[grants] = True
        wanted[0] = False
        return np.flatnonzero(wanted.take(self.grant[: self.ids.used]))

    def filter(self, scope: Scope) -> Filter:
        """Work a scope out."""
        both = TemplateKind.REFERENCE in scope.kinds and TemplateKind.APPEARANCE in scope.kinds
        until = None if scope.seen_before is None else micros(scope.seen_before)
        mask = self.grants.in_scope(scope)
        if not scope.kinds:
            mask[:] = False
        only = TemplateKind.APPEARANCE in scope.kinds
        share = self.grants.share(mask, scope.kinds)
        return Filter(mask, None if both else only, until, share)

    def passing(self, chosen: Filter, numbers: Slots | slice) -> Mask:
        """Return which of these rows pass the filter."""
        passes: Mask = chosen.grants.take(self.grant[numbers])
        if chosen.appearance is not None:
            passes &= self.appearance[numbers] == chosen.appearance
        if chosen.until is not None:
            passes &= self.seen[numbers] <= chosen.until
        return passes

    def _checked(self, columns: Columns) -> tuple[Keys, Slots]:
        count = len(columns.ids)
        parts = (columns.grants, columns.appearance, columns.values, columns.first_seen)
        if any(len(part) != count for part in parts):
            raise BadInput("columns of a gallery's rows are of equal length")
        if columns.values.dtype != np.int16 or columns.values.shape[1:] != (
            self.segments.dimension,
        ):
            raise TypeError(f"templates here are {self.segments.dimension} int16 values")
        keys = to_keys(columns.ids)
        if len(set(columns.ids)) != count:
            raise BadInput("two rows have the same template id", "pass each template once")
        grants = self.grants.ids.find(to_keys(columns.grants))
        if (grants == NONE).any():
            raise Conflict("a row's grant is not in the gallery", "put its grant first")
        return keys, grants

    def _count(self, numbers: Slots, step: int) -> None:
        grants, appearance = self.grant[numbers], self.appearance[numbers]
        np.add.at(self.grants.appearances, grants[appearance], step)
        np.add.at(self.grants.references, grants[~appearance], step)

    def _earliest_again(self, grants: NDArray[np.int32]) -> None:
        """Find again the first moment of grants that lost an appearance."""
        if not len(grants):
            return
        self.grants.earliest[grants] = FOREVER
        left = self.of_grants(grants)
        left = left[self.appearance[left]]
        np.minimum.at(self.grants.earliest, self.grant[left], self.seen[left])

    def _grow(self) -> None:
        room = self.ids.capacity
        if len(self.grant) < room:
            self.grant = grown(self.grant, room)
            self.appearance = grown(self.appearance, room)
            self.seen = grown(self.seen, room)
