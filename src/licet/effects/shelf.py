"""Keeps the gallery in memory in step with the store, by reading the ledger.

The store alone is durable. A process opens the gallery from it once and then
follows the ledger: every change of a grant or template has an entry, so reading
from the last known size on finds all of them, whichever process made them.
"""

from collections.abc import Iterator

from licet.app import App
from licet.consent.live import slot
from licet.effects.filling import put_every_grant, put_templates
from licet.gallery.contract import Gallery
from licet.ledger.leaf import decode
from licet.store.unit import Reader
from licet.terms.grant import Grant, GrantState
from licet.terms.ids import GrantId, TemplateId
from licet.terms.ledger import Entry, EntryKind

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
    put_every_grant(reader, gallery, reader.blocks.active())
    with app.shelf.watch(reader.templates.count()) as tell:
        put_templates(app, gallery, reader.templates.batches(app.model), tell)


def _follow(app: App, reader: Reader, gallery: Gallery, since: int) -> None:
    """Apply what the entries from ``since`` on say happened."""
    entries = [decode(leaf.data) for leaf in reader.leaves.get(since, reader.head.size)]
    dropped = [TemplateId(t) for e in entries for t in _objects(e, "template", _DROPS)]
    gallery.drop(dropped)
    blocks = reader.blocks.active()
    touched = {GrantId(g) for e in entries for g in _objects(e, "grant")}
    if any(entry.kind in _EVERY_SLOT for entry in entries):
        touched.update(grant.id for grant in reader.grants.in_state(GrantState.ENDING))
        put_every_grant(reader, gallery, blocks)
    grants = reader.grants.many(touched).values()
    held = [grant for grant in grants if _holds(grant)]
    gallery.drop_grants(sorted(touched - {grant.id for grant in held}))
    subjects = reader.subjects.many({grant.subject for grant in held})
    gallery.put_grants([slot(grant, subjects[grant.subject], blocks) for grant in held])
    put_templates(app, gallery, reader.templates.batches(app.model, since), _unheard)


def _holds(grant: Grant) -> bool:
    """Say whether the gallery holds a grant's rows: from *ending* on it forgets them."""
    return grant.state not in {GrantState.ENDING, GrantState.ENDED}


_DROPS = frozenset({EntryKind.TEMPLATE_DROPPED})


def _objects(entry: Entry, role: str, kinds: frozenset[EntryKind] | None = None) -> Iterator[str]:
    if kinds is None or entry.kind in kinds:
        yield from (value for name, value in entry.objects if name == role)


def _unheard(_rows: int) -> None:
    """Tell nobody: following the ledger is a matter of moments."""
