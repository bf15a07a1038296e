"""Keeps the gallery in memory in step with the store, by reading the ledger.

The store alone is durable. A process opens the gallery from it once and then
follows the ledger: every change of a grant or template has an entry, so reading
from the last known size on finds all of them, whichever process made them.
"""

from collections.abc import Container, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from licet.app import App
from licet.consent.live import slot
from licet.effects.sealed import grant_key, row_of
from licet.gallery.contract import Gallery
from licet.ledger.leaf import decode
from licet.store.unit import Reader
from licet.terms.gallery import Row
from licet.terms.grant import Grant, GrantState
from licet.terms.ids import GrantId, TemplateId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Block
from licet.terms.stored import StoredTemplate

CHUNK = 20_000
T = TypeVar("T")
_EVERY_SLOT = {EntryKind.BLOCK_PLACED, EntryKind.BLOCK_LIFTED, EntryKind.RESTORED}


def fresh_gallery(app: App) -> Gallery:
    """Return the gallery as of the ledger's present size.

    Whoever shows a candidate reads its grant again inside the unit of work: the
    gallery may be a moment old, the release may not.
    """
    with app.shelf.lock, app.store.read() as reader:
        size = reader.head.size
        if app.shelf.gallery is None:
            app.shelf.gallery = app.open_gallery(app.model)
            _fill(app, reader, app.shelf.gallery)
        elif app.shelf.size < size:
            _follow(app, reader, app.shelf.gallery, app.shelf.size)
        app.shelf.size = size
        return app.shelf.gallery


def _fill(app: App, reader: Reader, gallery: Gallery) -> None:
    blocks = reader.blocks.active()
    held: set[GrantId] = set()
    for grants in _chunks(reader.grants.kept()):
        held.update(_put_grants(reader, gallery, grants, blocks))
    for templates in _chunks(reader.templates.all()):
        gallery.put(_rows(app, held, templates))


def _follow(app: App, reader: Reader, gallery: Gallery, since: int) -> None:
    """Apply what the entries from ``since`` on say happened."""
    entries = [decode(leaf.data) for leaf in reader.leaves.get(since, reader.head.size)]
    dropped = [TemplateId(t) for e in entries for t in _objects(e, "template", _DROPS)]
    gallery.drop(dropped)
    blocks = reader.blocks.active()
    if any(entry.kind in _EVERY_SLOT for entry in entries):
        touched = {grant.id for grant in reader.grants.kept()}
    else:
        touched = {GrantId(g) for e in entries for g in _objects(e, "grant")}
    grants = list(reader.grants.many(touched).values())
    gallery.drop_grants(sorted(touched - {grant.id for grant in grants if _holds(grant)}))
    _put_grants(reader, gallery, grants, blocks)
    for templates in _chunks(reader.templates.since(since)):
        grants = list(reader.grants.many({t.grant for t in templates}).values())
        gallery.put(_rows(app, {g.id for g in grants if _holds(g)}, templates))


def _holds(grant: Grant) -> bool:
    """Say whether the gallery holds a grant's rows: from *ending* on it forgets them."""
    return grant.state not in {GrantState.ENDING, GrantState.ENDED}


_DROPS = frozenset({EntryKind.TEMPLATE_DROPPED})


def _objects(entry: Entry, role: str, kinds: frozenset[EntryKind] | None = None) -> Iterator[str]:
    if kinds is None or entry.kind in kinds:
        yield from (value for name, value in entry.objects if name == role)


def _put_grants(
    reader: Reader, gallery: Gallery, grants: list[Grant], blocks: tuple[Block, ...]
) -> list[GrantId]:
    held = [grant for grant in grants if _holds(grant)]
    subjects = reader.subjects.many({grant.subject for grant in held})
    gallery.put_grants([slot(grant, subjects[grant.subject], blocks) for grant in held])
    return [grant.id for grant in held]


def _rows(app: App, held: Container[GrantId], templates: list[StoredTemplate]) -> list[Row]:
    """Open templates under their grants' keys; of an ending grant nothing is opened.

    Between the shredding of a key and the deletion of its row, a crash leaves
    the row behind for the plan to finish; it is unreadable, so it is nobody's.
    """
    ours = [t for t in templates if t.model == app.model and t.grant in held]
    keys = app.keyring.get_many({grant_key(template.grant) for template in ours})
    return [
        row_of(template, keys[grant_key(template.grant)])
        for template in ours
        if grant_key(template.grant) in keys
    ]


def _chunks(things: Iterable[T]) -> Iterator[list[T]]:
    source = iter(things)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
