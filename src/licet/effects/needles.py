"""Finds any of very many byte strings in a file in one pass, however many there are.

Each needle is looked for by its first eight bytes: those of every place in the file go
through a filter that all needles share, and only where it lets one pass is anything
compared, by a digest of as many bytes as the needle has. So a hundred thousand people cost
hardly more than one, in time and in memory.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from licet.effects.apart import read_apart

CHUNK = 8 * 1024 * 1024
PREFIX = 8
"""Bytes of a needle that the filter knows; no needle is shorter."""

Passed = Callable[[int, int], bool]
"""Says of a place in a file, and of whose needle stands there, that it counts for nothing."""

_WORD = np.dtype("<u8")
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SPARSE = 16
"""Places of the filter for each needle: one in so many words of a file passes by chance."""

_LEAST_BITS, _MOST_BITS = 16, 27
_BITS = 64
_TOO_LONG = 1 << 16


class Needles:
    """Byte strings of eight bytes or more that are looked for together, each for an owner."""

    def __init__(self, wanted: Iterable[tuple[bytes, int]]) -> None:
        """Take needles with their owners' numbers. Raises ``ValueError`` for a short one."""
        firsts, digests = bytearray(), bytearray()
        lengths, owners = array("I"), array("I")
        for needle, owner in wanted:
            if not PREFIX <= len(needle) < _TOO_LONG:
                raise ValueError(f"a needle of {len(needle)} bytes is not looked for")
            firsts += needle[:PREFIX]
            digests += _digest(needle)
            lengths.append(len(needle))
            owners.append(owner)
        self._longest = max(lengths, default=PREFIX)
        self._begin(np.frombuffer(firsts, _WORD), np.frombuffer(lengths, np.uint32))
        by_digest = np.frombuffer(digests, _WORD)
        order = np.argsort(by_digest, kind="stable")
        self._digests = by_digest[order]
        self._owners = np.frombuffer(owners, np.uint32)[order]

    def in_file(
        self, file: Path, chunk: int = CHUNK, passed: Passed | None = None, *, apart: bool = False
    ) -> Iterator[tuple[int, int]]:
        """Yield where an owner's needle stands first in a file, and whose; once for each form.

        The file is read in chunks that overlap, so that no needle is cut in two. A place that
        is ``passed`` (where, and whose) counts for nothing, and the next one is looked at. A
        database's file is read ``apart``.
        """
        if not len(self._firsts):
            return
        found: set[int] = set()
        passed = passed or _never
        with read_apart(file) if apart else file.open("rb") as stream:
            start, tail = 0, b""
            while fresh := stream.read(chunk):
                window = tail + fresh
                for at, digest in self._in_window(window):
                    if digest in found:
                        continue
                    place = start - len(tail) + at
                    there = [one for one in self._whose(digest) if not passed(place, one)]
                    if there:
                        found.add(digest)
                        yield from ((place, one) for one in there)
                start += len(fresh)
                tail = window[-(self._longest - 1) :]

    def _begin(self, firsts: NDArray[np.uint64], lengths: NDArray[np.uint32]) -> None:
        """Build the filter, and how long the needles are that begin with the same bytes."""
        order = np.lexsort((lengths, firsts))
        firsts, lengths = firsts[order], lengths[order]
        new = np.ones(len(firsts), dtype=np.bool_)
        new[1:] = (firsts[1:] != firsts[:-1]) | (lengths[1:] != lengths[:-1])
        self._firsts, self._lengths = firsts[new], lengths[new]
        bits = (len(self._firsts) * _SPARSE).bit_length()
        self._shift = np.uint64(_BITS - min(max(bits, _LEAST_BITS), _MOST_BITS))
        self._filter = np.zeros(1 << (_BITS - int(self._shift)), dtype=np.bool_)
        self._filter[self._slots(self._firsts)] = True

    def _in_window(self, window: bytes) -> Iterator[tuple[int, int]]:
        """Give every needle that stands in a window: where, and its digest, in order."""
        for at, first in self._maybe(window):
            begin, end = np.searchsorted(self._firsts, first, "left"), len(self._firsts)
            for n in range(int(begin), end):
                if self._firsts[n] != first:
                    break
                there = window[at : at + int(self._lengths[n])]
                digest = int.from_bytes(_digest(there), "little")
                if len(there) == self._lengths[n] and self._whose(digest):
                    yield at, digest

    def _whose(self, digest: int) -> list[int]:
        wanted = np.uint64(digest)
        begin = np.searchsorted(self._digests, wanted, "left")
        end = np.searchsorted(self._digests, wanted, "right")
        return [int(one) for one in self._owners[begin:end]]

    def _maybe(self, window: bytes) -> Iterator[tuple[int, np.uint64]]:
        """Give the places, in order, at which the first bytes of some needle stand."""
        places: list[tuple[int, np.uint64]] = []
        for shift in range(min(PREFIX, len(window) - PREFIX + 1)):
            count = (len(window) - shift) // PREFIX
            words = np.frombuffer(window, dtype=_WORD, count=count, offset=shift)
            passed = np.flatnonzero(self._filter[self._slots(words)])
            exact = passed[self._is_first(words[passed])]
            places.extend(zip((exact * PREFIX + shift).tolist(), words[exact], strict=True))
        return iter(sorted(places))

    def _slots(self, words: NDArray[np.uint64]) -> NDArray[np.uint64]:
        return (words * _MIX) >> self._shift

    def _is_first(self, words: NDArray[np.uint64]) -> NDArray[np.bool_]:
        at = np.searchsorted(self._firsts, words)
        at[at == len(self._firsts)] = 0
        return np.asarray(self._firsts[at] == words)


def _never(_place: int, _whose: int) -> bool:
    """Pass no place."""
    return False


def _digest(needle: bytes) -> bytes:
    return blake2b(needle, digest_size=PREFIX).digest()
