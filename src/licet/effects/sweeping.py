"""Looks after the keyring: keys no row ever used go, and the epoch turns once a day."""

from datetime import datetime, timedelta

from licet.app import App
from licet.effects.record import record_machine
from licet.ledger.leaf import decode
from licet.store.recover import SWEPT
from licet.store.unit import Reader
from licet.terms.ids import KeyId
from licet.terms.ledger import EntryKind

ORPHAN_AGE = timedelta(days=7)
"""A key is made before its row; one that is a week old and has no row is an orphan's."""

EPOCH_AGE = timedelta(days=1)

PAGE = 4096
_TURNED = f'"{EntryKind.EPOCH_TURNED.value}"'.encode()


def sweep_keys(app: App) -> int:
    """Shred keys that were made for rows which never came; returns how many.

    Looks at every old key, in parts, so it is for once a day and not for every round.
    """
    with app.store.read() as reader:
        moment = reader.now - ORPHAN_AGE
    old = app.keyring.older_than(moment)
    candidates = [key for key in old if key.partition(":")[0] in SWEPT]
    orphans: list[KeyId] = []
    for start in range(0, len(candidates), PAGE):
        part = candidates[start : start + PAGE]
        with app.store.read() as reader:
            orphans.extend(sorted(set(part) - reader.recover.made_for(part)))
    return app.keyring.shred(*orphans) if orphans else 0


def turn_epoch_daily(app: App) -> bool:
    """Turn the epoch when the last turn is a day ago; returns whether it did.

    A turn bounds for how long a stolen copy of the keyring and its epoch key opens
    anything that is shredded later.
    """
    with app.store.read() as reader:
        now = reader.now
        last = app.shelf.epoch_turned_at or _last_turn(reader)
    app.shelf.epoch_turned_at = last
    if now - last < EPOCH_AGE:
        return False
    turned = app.keyring.turn()
    with app.store.unit() as unit:
        record_machine(unit, EntryKind.EPOCH_TURNED, (), (("keys", turned.keys),))
    app.shelf.epoch_turned_at = now
    return True


def _last_turn(reader: Reader) -> datetime:
    """Return when the ledger last says the epoch turned, else when the deployment opened.

    Read backwards, and once a process: a day may hold hundreds of thousands of entries.
    """
    end = reader.head.size
    while end > 0:
        start = max(0, end - PAGE)
        for leaf in reversed(reader.leaves.get(start, end)):
            if _TURNED in leaf.data:
                return decode(leaf.data).at
        end = start
    deployment = reader.deployment.get()
    return deployment.opened_at if deployment else reader.now
