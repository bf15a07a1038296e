"""The gallery that serves: every row compared, in memory, nothing on disk.

It is derived from the store at start and lives only here: no file outlives an
erasure. Every public call takes the rows in turn (``turns``): searches share them,
a change has them alone and goes first.
"""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from itertools import chain

import numpy as np

from licet.gallery.bound import ready
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
from licet.gallery.grants import FOREVER, Grants
from licet.gallery.ids import NONE, to_keys, to_text
from licet.gallery.kernel import check
from licet.gallery.rows import Rows
from licet.gallery.scan import Reached, Scan, batches
from licet.gallery.segments import ROWS
from licet.gallery.turns import Turns
from licet.terms.face import Score, Template
from licet.terms.gallery import Candidate, Row, RowBatch, Slot, SlotBatch, TemplateKind
from licet.terms.ids import GrantId, ModelId, SubjectId, TemplateId
from licet.terms.permit import Permit
from licet.terms.when import Clock

_MOST_DIMENSIONS = 65_536
"""Up to here an int8 dot product fits int32: 65,536 * 128 * 128 is 2^30."""

_WORTH_THREADS = 32_768
"""Below this many rows handing pieces to other threads costs more than it saves."""


class ExactGallery:
    """A :class:`licet.gallery.contract.Gallery` that compares every row in scope.

    ``clock`` judges whether a permit is over its time; ``threads`` share the scan
    (default: one per CPU this process may use); ``segment_rows`` is the step of
    growth. Raises ``Setup`` when this CPU computes wrong.
    """

    def __init__(
        self,
        model: ModelId,
        dimension: int,
        clock: Clock,
        *,
        threads: int | None = None,
        segment_rows: int = ROWS,
    ) -> None:
        if not 1 <= dimension <= _MOST_DIMENSIONS:
            raise ValueError(f"a template has 1 to {_MOST_DIMENSIONS} features")
        check()
        self._model = model
        self._clock = clock
        self._turns = Turns()
        self._grants = Grants()
        self._rows = Rows(self._grants, dimension, segment_rows)
        self._threads = threads or _cpus()
        self._pool = ThreadPoolExecutor(max(1, self._threads - 1), thread_name_prefix="gallery")

    @property
    def model(self) -> ModelId:
        """The model that made every template in here."""
        return self._model

    @property
    def dimension(self) -> int:
        """How many features a template has."""
        return self._rows.segments.dimension

    @property
    def stats(self) -> Stats:
        """How full the gallery is."""
        with self._turns.reading():
            people = len(self._grants.people)
            return Stats(len(self._rows), len(self._grants.ids), people, self._nbytes())

    def put_grants(self, slots: Sequence[Slot]) -> None:
        """Insert or update grants; see the contract."""
        last = {slot.grant: slot for slot in slots}
        with self._turns.writing():
            self._grants.put(list(last.values()))

    def drop_grants(self, ids: Sequence[GrantId]) -> int:
        """Overwrite and forget grants with all their rows; see the contract."""
        with self._turns.writing():
            grants = self._grants.find(ids)
            numbers = self._rows.of_grants(grants)
            self._rows.drop(numbers)
            self._grants.drop(grants)
            return len(numbers)

    def put(self, rows: Sequence[Row]) -> None:
        """Insert or replace rows; see the contract."""
        last = {row.id: checked_row(row, self._model, self.dimension) for row in rows}
        if last:
            self.put_arrays(_columns(list(last.values())))

    def put_arrays(self, columns: Columns) -> None:
        """Insert or replace rows given in columns; see the contract."""
        with self._turns.writing():
            self._rows.put(columns)

    def put_grant_batch(self, batch: SlotBatch) -> None:
        """Insert or update grants given in columns; see the contract."""
        checked_slots(batch)
        with self._turns.writing():
            self._grants.put_batch(batch)

    def put_batch(self, batch: RowBatch) -> None:
        """Insert or replace rows given in columns; see the contract."""
        columns = _columns_of(checked_batch(batch, self._model, self.dimension), self.dimension)
        with self._turns.writing():
            self._rows.put(columns)

    def drop(self, ids: Sequence[TemplateId]) -> int:
        """Overwrite and forget rows; see the contract."""
        keys = to_keys(sorted(set(ids)))
        with self._turns.writing():
            found = self._rows.ids.find(keys)
            found = found[found != NONE]
            self._rows.drop(found)
            return len(found)

    def subjects(self, permit: Permit) -> int:
        """Return how many data subjects have a row in scope; see the contract."""
        scope = scope_of(permit, self._model, self._clock())
        until = FOREVER if scope.seen_before is None else micros(scope.seen_before)
        with self._turns.reading():
            mask = self._grants.in_scope(scope)
            return self._grants.people_in(self._grants.holding(mask, scope.kinds, until))

    def candidates(
        self, permit: Permit, probes: Sequence[Template], threshold: Score, limit: int
    ) -> list[tuple[Candidate, ...]]:
        """Return every row in scope at or above the threshold; see the contract."""
        scope = scope_of(permit, self._model, self._clock())
        made = [ready(checked_probe(probe, self._model, self.dimension)) for probe in probes]
        checked_limit(limit)
        with self._turns.reading():
            chosen = self._rows.filter(scope)
            if not len(self._rows) or not chosen.grants.any():
                return [() for _ in probes]
            found: list[list[Reached]] = [[] for _ in probes]
            for batch in batches(made, self._within(threshold)):
                for reached in self._run(Scan(self._rows, chosen, batch)):
                    found[reached.probe].append(reached)
            return [self._listed(reached, limit) for reached in found]

    def rows_of(self, grant: GrantId) -> int:
        """Return how many rows hang on a grant; 0 for one that is not here."""
        with self._turns.reading():
            return self._grants.rows_of(self._grants.find([grant]))

    def erasure_status(self, grant: GrantId) -> Erasure:
        """Say how far the bytes of a grant are gone: here dropped means overwritten."""
        with self._turns.reading():
            return Erasure.HELD if len(self._grants.find([grant])) else Erasure.PHYSICAL

    def size(self) -> int:
        """Return how many rows are kept."""
        with self._turns.reading():
            return len(self._rows)

    def memory(self) -> int:
        """Return how many bytes are reserved."""
        with self._turns.reading():
            return self._nbytes()

    def close(self) -> None:
        """Let the threads go; the gallery is not used after that."""
        self._pool.shutdown()

    def _nbytes(self) -> int:
        return self._rows.nbytes + self._grants.nbytes

    def _within(self, threshold: int) -> int:
        """Cut a threshold to just beyond what any two templates can score."""
        most = self.dimension << 30
        return min(max(threshold, -most - 1), most + 1)

    def _run(self, scan: Scan) -> Iterable[Reached]:
        pieces = scan.pieces()
        if self._threads == 1 or scan.rows.ids.used < _WORTH_THREADS:
            return _all(scan, pieces)
        others = [self._pool.submit(_all, scan, pieces) for _ in range(self._threads - 1)]
        try:
            own = _all(scan, pieces)
        finally:
            wait(others)  # the turn is held until no thread reads any more
        return chain(own, *(other.result() for other in others))

    def _listed(self, found: list[Reached], limit: int) -> tuple[Candidate, ...]:
        """Order by score, highest first, then by id, and cut."""
        if not found:
            return ()
        numbers = np.concatenate([reached.numbers for reached in found])
        scores = np.concatenate([reached.scores for reached in found])
        if len(scores) > limit:
            # All ties of the last place stay in, so that the ids can decide.
            least = np.partition(scores, len(scores) - limit)[len(scores) - limit]
            numbers, scores = numbers[scores >= least], scores[scores >= least]
        keys = self._rows.ids.keys[numbers]
        order = np.lexsort((keys[:, 1], keys[:, 0], -scores))[:limit]
        return tuple(self._candidate(int(numbers[at]), int(scores[at])) for at in order)

    def _candidate(self, number: int, score: int) -> Candidate:
        grant = self._rows.grant[number]
        appearance = self._rows.appearance[number]
        return Candidate(
            template=TemplateId(to_text(self._rows.ids.keys[number])),
            grant=GrantId(to_text(self._grants.ids.keys[grant])),
            subject=SubjectId(to_text(self._grants.people.keys[self._grants.subject[grant]])),
            kind=TemplateKind.APPEARANCE if appearance else TemplateKind.REFERENCE,
            score=Score(score),
        )


def _cpus() -> int:
    """Return how many CPUs this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _all(scan: Scan, pieces: list[tuple[int, int]]) -> list[Reached]:
    """Scan pieces, taking one after the other from a list that all threads share."""
    found: list[Reached] = []
    while True:
        try:
            piece = pieces.pop()
        except IndexError:
            return found
        found += scan.piece(*piece)


def _columns_of(batch: RowBatch, dimension: int) -> Columns:
    """Return a batch as columns."""
    values = np.frombuffer(b"".join(batch.values), dtype="<i2").reshape(-1, dimension)
    appearance = np.array([seen is not None for seen in batch.first_seen], dtype=np.bool_)
    moments = np.array([seen or 0 for seen in batch.first_seen], dtype=np.int64)
    return Columns(
        ids=batch.ids,
        grants=batch.grants,
        appearance=appearance,
        values=values.astype(np.int16, copy=False),
        first_seen=moments * 1000,
    )


def _columns(rows: Sequence[Row]) -> Columns:
    """Return rows as columns."""
    values = np.frombuffer(b"".join(row.template.values for row in rows), dtype="<i2")
    moments = [0 if row.first_seen is None else micros(row.first_seen) for row in rows]
    return Columns(
        ids=[row.id for row in rows],
        grants=[row.grant for row in rows],
        appearance=np.array([row.kind is TemplateKind.APPEARANCE for row in rows]),
        values=values.reshape(len(rows), -1).astype(np.int16, copy=False),
        first_seen=np.array(moments, dtype=np.int64),
    )
