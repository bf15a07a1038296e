"""Sixteen bytes an id: from UUID text to a slot number and back.

A million ids as Python strings in a dict would weigh more than a million templates;
here an id is two 64-bit numbers and four bytes of hash table. Because the text of a
UUID is its bytes in lower-case hex, numbers sort as the text does.
"""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from licet.terms.errors import BadInput

Keys = NDArray[np.uint64]
Slots = NDArray[np.int64]
A = TypeVar("A", bound=np.generic)

NONE = -1
"""No slot."""

_LENGTH = 36
_DASHES = (8, 13, 18, 23)
_EMPTY, _GONE = -1, -2
_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))


def _digit_values() -> NDArray[np.uint8]:
    values = np.full(256, 255, dtype=np.uint8)
    for number, digit in enumerate(b"0123456789abcdef"):
        values[digit] = number
    return values


_DIGITS = _digit_values()
_DIGIT_PLACES = np.array([i for i in range(_LENGTH) if i not in _DASHES])


def to_keys(ids: Sequence[str]) -> Keys:
    """Return (n, 2) numbers for canonical UUID texts. Raises ``BadInput`` for others."""
    text = "".join(ids)
    if not text.isascii() or not set(map(len, ids)) <= {_LENGTH}:
        raise _not_canonical()
    letters = np.frombuffer(text.encode("ascii"), dtype=np.uint8).reshape(len(ids), _LENGTH)
    digits = _DIGITS[letters[:, _DIGIT_PLACES]]
    if (digits > 15).any() or (letters[:, list(_DASHES)] != ord("-")).any():
        raise _not_canonical()
    packed = np.ascontiguousarray(digits[:, ::2] << 4 | digits[:, 1::2])
    return packed.view(">u8").astype(np.uint64)


def to_text(key: Keys) -> str:
    """Return the UUID text of one (2,) key."""
    return str(UUID(int=int(key[0]) << 64 | int(key[1])))


def _not_canonical() -> BadInput:
    return BadInput(
        "an id in the gallery is a UUID in its canonical text form",
        "pass ids as new_id() makes them: 36 lower-case characters",
    )


def grown(old: NDArray[A], size: int) -> NDArray[A]:
    """Return a longer copy, zeros at the end, and overwrite the old bytes."""
    new = np.zeros((size, *old.shape[1:]), dtype=old.dtype)
    new[: len(old)] = old
    old[:] = 0
    return new


class IdTable:
    """Gives each id a slot number that stays its own until it is removed.

    Slot 0 is nobody's. Removed ids are overwritten at once; their slots are used
    again. A hash table with linear steps finds slots for many ids in one go.
    """

    def __init__(self, capacity: int = 1024) -> None:
        self.keys: Keys = np.zeros((capacity, 2), dtype=np.uint64)
        self.used = 1
        self._free: Slots = np.zeros(0, dtype=np.int64)
        self._gone = 0
        self._table: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._rehash()

    def __len__(self) -> int:
        return self.used - 1 - len(self._free)

    @property
    def capacity(self) -> int:
        """How many slots there are room for, slot 0 included."""
        return len(self.keys)

    @property
    def nbytes(self) -> int:
        """How many bytes are reserved."""
        return self.keys.nbytes + self._table.nbytes + self._free.nbytes

    def find(self, keys: Keys) -> Slots:
        """Return the slot of each key, ``NONE`` where it has none."""
        return self._walk(keys)[0]

    def add(self, keys: Keys) -> Slots:
        """Give slots to keys that have none yet and differ from one another."""
        again = min(len(keys), len(self._free))
        fresh = np.arange(self.used, self.used + len(keys) - again)
        slots = np.concatenate((self._free[len(self._free) - again :], fresh))
        self._free = self._free[: len(self._free) - again]
        self.used += len(fresh)
        if self.used > self.capacity:
            room = max(self.used, self.capacity + max(self.capacity // 4, 1024))
            self.keys = grown(self.keys, room)
        self.keys[slots] = keys
        if 3 * (len(self) + self._gone) > 2 * len(self._table):
            self._rehash()
        else:
            self._settle(slots)
        return slots

    def remove(self, slots: Slots) -> None:
        """Overwrite and forget the ids at these slots, each in use and named once."""
        if not len(slots):
            return
        places = self._walk(self.keys[slots])[1]
        self._table[places] = _GONE
        self._gone += len(slots)
        self.keys[slots] = 0
        self._free = np.concatenate((self._free, slots))

    def _start(self, keys: Keys) -> Slots:
        mixed = (keys[:, 0] * _MIX[0]) ^ (keys[:, 1] * _MIX[1])
        mask = np.uint64(len(self._table) - 1)
        return (mixed >> np.uint64(20) & mask).astype(np.int64)

    def _walk(self, keys: Keys) -> tuple[Slots, Slots]:
        """Return slots and their places in the table; both ``NONE`` where absent."""
        found = np.full(len(keys), NONE, dtype=np.int64)
        places = found.copy()
        looking = np.arange(len(keys))
        place = self._start(keys)
        last = len(self._table) - 1
        while len(looking):
            slot = self._table[place].astype(np.int64)
            there, wanted = self.keys[slot], keys[looking]
            here = (slot >= 0) & (there[:, 0] == wanted[:, 0]) & (there[:, 1] == wanted[:, 1])
            found[looking[here]] = slot[here]
            places[looking[here]] = place[here]
            on = ~here & (slot != _EMPTY)
            looking, place = looking[on], (place[on] + 1) & last
        return found, places

    def _settle(self, slots: Slots) -> None:
        """Enter slots into the table; where several want one place, one wins."""
        place = self._start(self.keys[slots])
        last = len(self._table) - 1
        while len(slots):
            open_ = self._table[place] < 0
            before = self._table[place[open_]]
            self._table[place[open_]] = slots[open_]
            won = open_ & (self._table[place] == slots)
            reused = (before == _GONE) & won[open_]
            self._gone -= int(np.count_nonzero(reused))
            slots, place = slots[~won], (place[~won] + 1) & last

    def _rehash(self) -> None:
        size = 1 << (2 * max(len(self), 512) - 1).bit_length()
        self._table = np.full(size, _EMPTY, dtype=np.int32)
        self._gone = 0
        taken = np.ones(self.used, dtype=bool)
        taken[0] = False
        taken[self._free] = False
        self._settle(np.flatnonzero(taken))
