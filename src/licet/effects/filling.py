"""Puts grants and templates from the store into a gallery, by the batch.

A gallery opens with a million of each, so nothing here is done grant by grant that can
be done once: whether a grant may be used is decided for all that are alike.
"""

from collections.abc import Callable, Iterable

from licet.app import App
from licet.consent.live import slot
from licet.effects.sealed import grant_key
from licet.gallery.contract import Gallery
from licet.store.unit import Reader
from licet.terms.features import features_of, is_aside
from licet.terms.gallery import RowBatch, Slot, SlotBatch
from licet.terms.ids import GrantId, SubjectId
from licet.terms.permit import Block
from licet.terms.stored import GrantBatch, SealedBatch
from licet.vault.seal import open_sealed


def put_every_grant(reader: Reader, gallery: Gallery, blocks: tuple[Block, ...]) -> None:
    """Insert or update all grants that the gallery may hold."""
    deciding = Deciding(reader, blocks)
    for batch in reader.grants.batches():
        gallery.put_grant_batch(deciding.slots(batch))


def put_templates(
    app: App, gallery: Gallery, batches: Iterable[SealedBatch], tell: Callable[[int], object]
) -> None:
    """Open templates and insert them; ``tell`` hears how many after each batch."""
    for batch in batches:
        gallery.put_batch(opened(app, batch))
        tell(len(batch.ids))


class Deciding:
    """Decides once for all grants that are alike; of a blocked person for each grant."""

    def __init__(self, reader: Reader, blocks: tuple[Block, ...]) -> None:
        self._reader = reader
        self._wide = tuple(block for block in blocks if block.subject is None)
        self._named: dict[SubjectId, list[Block]] = {}
        for block in blocks:
            if block.subject is not None:
                self._named.setdefault(block.subject, []).append(block)
        self._kinds: list[Slot] = []
        self._known: dict[object, int] = {}

    def slots(self, batch: GrantBatch) -> SlotBatch:
        """Return what the gallery must know of a batch of grants."""
        kind = [
            self._kind(grant, subject, likeness)
            for grant, subject, likeness in zip(
                batch.ids, batch.subjects, batch.likeness, strict=True
            )
        ]
        return SlotBatch(
            tuple(self._kinds), kind, batch.ids, batch.subjects, batch.not_before, batch.expires
        )

    def _kind(self, grant: GrantId, subject: SubjectId, likeness: object) -> int:
        # A block on a person is on no likeness, so that person's grants are their own kinds.
        known = grant if subject in self._named else likeness
        found = self._known.get(known)
        if found is None:
            found = self._known[known] = len(self._kinds)
            self._kinds.append(self._decided(grant, subject))
        return found

    def _decided(self, grant: GrantId, subject: SubjectId) -> Slot:
        grants = self._reader.grants.many((grant,))
        subjects = self._reader.subjects.many((subject,))
        # An order may name a hundred thousand people: each is held against their own blocks.
        blocks = (*self._wide, *self._named.get(subject, ()))
        return slot(grants[grant], subjects[subject], blocks)


def opened(app: App, batch: SealedBatch) -> RowBatch:
    """Open a batch under its grants' keys; a row whose key is gone is nobody's.

    Between the shredding of a key and the deletion of its row, a crash leaves
    the row behind for the plan to finish; it is unreadable. Raises ``Corrupt``.
    """
    names = [grant_key(grant) for grant in batch.grants]
    keys = app.keyring.get_many(names)
    data = {
        at: open_sealed(keys[name], batch.sealed[at], f"template:{batch.ids[at]}")
        for at, name in enumerate(names)
        if name in keys
    }
    # What is aside finds nothing, and is found by nobody: it never comes into a gallery.
    here = [at for at, opened_ in data.items() if not is_aside(batch.kinds[at], opened_)]
    features = [features_of(batch.kinds[at], data[at]) for at in here]
    return RowBatch(
        model=batch.model,
        ids=[batch.ids[at] for at in here],
        grants=[batch.grants[at] for at in here],
        values=[values for values, _ in features],
        first_seen=[seen for _, seen in features],
    )
