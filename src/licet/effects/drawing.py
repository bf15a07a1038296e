"""Draws a sample of a source so that nobody chose it, and anybody can check that.

1. What may be drawn is listed first, and the SHA-256 of that list goes into the entry of
   asking: one id a line, as ``sha256sum`` reads it, so it is no secret what was among them.
2. The root of the ledger with that entry in it is what draws. The entry holds a random
   number, and so nobody knows the root while something can still be chosen.
3. The items whose SHA-256 with the root before it is smallest are drawn.
4. What was drawn is in the entry of the finding: no other sample is shown afterwards.

Whoever runs another program than this one can try random numbers until a sample suits; a
witness sees the entries, not what was tried before them.
"""

import hashlib
import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from licet.consent import ceilings
from licet.store.unit import Reader, Unit
from licet.terms.ids import ItemId, SourceId
from licet.terms.source import Item, SourceAudit

PAGE = 2_000


@dataclass(frozen=True, slots=True)
class Among:
    """What a sample is drawn from: how many items, the SHA-256 of their list, and when.

    ``size`` is the ledger's at that moment; ``before`` is when the last of them was met.
    """

    items: int
    digest: str
    size: int
    at: datetime


def may_be_drawn(
    reader: Reader | Unit, source: SourceId, size: int, before: datetime
) -> Iterator[Item]:
    """Yield the items met up to a moment whose entries are within ``size``, as they were met."""
    after: ItemId | None = None
    while page := reader.items.of_source(source, after, PAGE):
        after = page[-1].id
        yield from (one for one in page if one.first_leaf < size and one.first_seen <= before)


def among(reader: Reader | Unit, source: SourceId, before: datetime) -> Among:
    """List what may be drawn now of what was met up to ``before``."""
    size = reader.head.size
    found = [one.id for one in may_be_drawn(reader, source, size, before)]
    return Among(len(found), list_digest(found), size, reader.now)


def as_list(ids: Iterable[ItemId]) -> bytes:
    """Return ids as a list of lines."""
    return "".join(f"{one}\n" for one in ids).encode()


def list_digest(ids: Iterable[ItemId]) -> str:
    """Return the SHA-256 of a list of ids, in hex, as ``sha256sum`` gives it for its file."""
    return hashlib.sha256(as_list(ids)).hexdigest()


def sample_of(
    reader: Reader | Unit, audit: SourceAudit, before: datetime, times: int = 1
) -> tuple[Item, ...]:
    """Draw the sample: the same whoever draws it, as long as none of it was forgotten.

    ``times`` as many, where much of it cannot be shown: the first of them are the sample.
    """
    root = bytes.fromhex(audit.root)

    def drawn(item: Item) -> bytes:
        return hashlib.sha256(root + item.id.encode()).digest()

    items = may_be_drawn(reader, audit.source, audit.size, before)
    return tuple(heapq.nsmallest(ceilings.AUDIT_SAMPLE * times, items, key=drawn))
