"""What the exact gallery knows of each grant, in columns, and who is in scope.

The scope is worked out here, once per grant, and then gathered to the rows: a
withdrawal or a block changes one place, whatever the number of rows, and no row can
be in scope by the sum of several grants.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from licet.gallery.contract import micros
from licet.gallery.ids import NONE, IdTable, Keys, Slots, grown, to_keys
from licet.terms.gallery import Scope, Slot, SlotBatch, TemplateKind
from licet.terms.ids import GrantId, OrganisationId, PurposeId, SourceId

Mask = NDArray[np.bool_]

FOREVER = np.iinfo(np.int64).max

_COLUMNS = (
    "subject",
    "sort",
    "not_before",
    "expires",
    "references",
    "appearances",
    "earliest",
)

_SAMPLE = 16_384


class Sort(NamedTuple):
    """What many grants have in common: there are few sorts, however many the grants."""

    organisation: OrganisationId | None
    purpose: PurposeId
    source: SourceId | None

    def fits(self, scope: Scope) -> bool:
        """Say whether grants of this sort are in scope, as far as the sort tells."""
        if scope.any_organisation:
            # A rights request's grant has no organisation: it is seen only when named.
            organisation = self.organisation is not None or scope.grants is not None
        else:
            organisation = self.organisation == scope.organisation
        source = scope.source is None or self.source in {None, scope.source}
        return organisation and source and self.purpose in scope.purposes


class Grants:
    """Grants in columns.

    ``earliest`` is the first moment among a grant's appearances. A grant that is not
    usable begins at ``FOREVER``, so that its window is never open.
    """

    def __init__(self) -> None:
        self.ids = IdTable()
        self.people = IdTable()
        self._of_person: NDArray[np.int32] = np.zeros(self.people.capacity, dtype=np.int32)
        self._sorts: dict[Sort, int] = {}
        room = self.ids.capacity
        self.subject = np.zeros(room, dtype=np.int32)
        self.sort = np.zeros(room, dtype=np.int32)
        self.not_before = np.zeros(room, dtype=np.int64)
        self.expires = np.zeros(room, dtype=np.int64)
        self.references = np.zeros(room, dtype=np.int32)
        self.appearances = np.zeros(room, dtype=np.int32)
        self.earliest = np.zeros(room, dtype=np.int64)

    @property
    def nbytes(self) -> int:
        """How many bytes are reserved."""
        own = sum(getattr(self, name).nbytes for name in _COLUMNS)
        return int(own + self.ids.nbytes + self.people.nbytes + self._of_person.nbytes)

    def put(self, slots: Sequence[Slot]) -> None:
        """Insert or update grants, ids differing from one another."""
        keys = to_keys([slot.grant for slot in slots])
        people = to_keys([slot.subject for slot in slots])
        opens = [micros(slot.not_before) if slot.usable else FOREVER for slot in slots]
        ends = [micros(slot.expires) for slot in slots]
        sorts = [self._sort(slot) for slot in slots]
        self._put(keys, people, np.array(sorts), np.array(opens), np.array(ends))

    def put_batch(self, batch: SlotBatch) -> None:
        """Insert or update grants given in columns, ids differing from one another."""
        keys, people = to_keys(batch.grants), to_keys(batch.subjects)
        kind = np.array(batch.kind, dtype=np.int64)
        usable = np.array([slot.usable for slot in batch.kinds], dtype=np.bool_)[kind]
        sorts = np.array([self._sort(slot) for slot in batch.kinds], dtype=np.int64)[kind]
        opens = np.array(batch.not_before, dtype=np.int64) * 1000
        ends = np.array(batch.expires, dtype=np.int64) * 1000
        self._put(keys, people, sorts, np.where(usable, opens, FOREVER), ends)

    def _put(self, keys: Keys, people: Keys, sorts: Slots, opens: Slots, ends: Slots) -> None:
        found = self.ids.find(keys)
        new = found == NONE
        found[new] = self.ids.add(keys[new])
        self._grow()
        self._release(self.subject[found[~new]].astype(np.int64))
        self.earliest[found[new]] = FOREVER
        self.subject[found] = self._hold(people)
        self.sort[found] = sorts
        self.not_before[found] = opens
        self.expires[found] = ends

    def drop(self, found: Slots) -> None:
        """Overwrite and forget grants, whose rows are gone already."""
        self._release(self.subject[found].astype(np.int64))
        for name in _COLUMNS:
            getattr(self, name)[found] = 0
        self.ids.remove(found)

    def find(self, ids: Iterable[GrantId]) -> Slots:
        """Return the slots of those grants that are here, each once."""
        found = self.ids.find(to_keys(sorted(set(ids))))
        here: Slots = found[found != NONE]
        return here

    def rows_of(self, found: Slots) -> int:
        """Return how many rows hang on these grants."""
        return int(self.references[found].sum() + self.appearances[found].sum())

    def in_scope(self, scope: Scope) -> Mask:
        """Return which slots' grants are in scope; slot 0 never is."""
        used = self.ids.used
        if not self._sorts:
            return np.zeros(used, dtype=np.bool_)
        at = micros(scope.at)
        fits = np.array([sort.fits(scope) for sort in self._sorts])
        mask: Mask = fits.take(self.sort[:used])
        mask &= self.not_before[:used] <= at
        mask &= at < self.expires[:used]
        if scope.grants is not None:
            named = np.zeros(used, dtype=np.bool_)
            named[self.find(scope.grants)] = True
            mask &= named
        if scope.without is not None:
            mask &= self.subject[:used] != self.people.find(to_keys([scope.without]))[0]
        return mask

    def holding(self, mask: Mask, kinds: frozenset[TemplateKind], until: int) -> Mask:
        """Return which grants in the mask have a row of a kind, appearances seen by ``until``."""
        any_row = np.zeros_like(mask)
        used = len(mask)
        if TemplateKind.REFERENCE in kinds:
            any_row |= self.references[:used] > 0
        if TemplateKind.APPEARANCE in kinds:
            any_row |= (self.appearances[:used] > 0) & (self.earliest[:used] <= until)
        return mask & any_row

    def share(self, mask: Mask, kinds: frozenset[TemplateKind]) -> float:
        """Estimate which share of all rows hangs on the grants in the mask, of these kinds.

        From a sample: it only chooses the faster of two ways to the same answer.
        """
        some = slice(1, len(mask), 1 + len(mask) // _SAMPLE)
        inside = mask[some]
        count = every = 0
        for kind, rows in zip(TemplateKind, (self.references, self.appearances), strict=True):
            every += int(rows[some].sum())
            count += int(rows[some][inside].sum()) if kind in kinds else 0
        return count / every if every else 1.0

    def people_in(self, mask: Mask) -> int:
        """Return how many data subjects the grants in the mask belong to."""
        seen = np.zeros(self.people.capacity, dtype=np.bool_)
        seen[self.subject[: len(mask)][mask]] = True
        return int(np.count_nonzero(seen))

    def _sort(self, slot: Slot) -> int:
        sort = Sort(slot.organisation, slot.purpose, slot.source)
        return self._sorts.setdefault(sort, len(self._sorts))

    def _hold(self, keys: Keys) -> Slots:
        """Return the slots of subjects, one more grant counted for each."""
        found = self.people.find(keys)
        new = found == NONE
        if new.any():
            first, each = np.unique(keys[new], axis=0, return_inverse=True)
            found[new] = self.people.add(first)[each.ravel()]
        if len(self._of_person) < self.people.capacity:
            self._of_person = grown(self._of_person, self.people.capacity)
        np.add.at(self._of_person, found, 1)
        return found

    def _release(self, people: Slots) -> None:
        """Count one grant less for each subject; forget those without any."""
        np.add.at(self._of_person, people, -1)
        each = np.unique(people)
        self.people.remove(each[self._of_person[each] == 0])

    def _grow(self) -> None:
        if len(self.subject) < self.ids.capacity:
            for name in _COLUMNS:
                setattr(self, name, grown(getattr(self, name), self.ids.capacity))
