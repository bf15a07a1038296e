"""What a restored store learns of papers and transfers from the ledger.

The ledger holds their SHA-256 and no more. So what was filed after the backup is filed anew:
an older paper does not come back to life in its place, because it may have been replaced for
a reason. A transfer that ended stays ended.
"""

from collections.abc import Callable
from dataclasses import replace

from licet.store.unit import Unit
from licet.terms.ids import TransferId
from licet.terms.ledger import Entry, EntryKind


def end_transfer_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """End a transfer that ended after the backup was made."""
    ended = dict(entry.objects).get("transfer")
    for one in unit.papers.transfers():
        if one.id == ended and one.ended_at is None:
            unit.papers.end_transfer(TransferId(one.id), entry.at)


def file_anew(unit: Unit, _entry: Entry, _leaf: int) -> None:
    """Take back what the deployment was prepared with: it was filed again since."""
    deployment = unit.deployment.get()
    if deployment is not None:
        unit.deployment.put(
            replace(deployment, source_notice="", role_agreement="", prepared_at=None)
        )


PAPERS_AGAIN: dict[EntryKind, Callable[[Unit, Entry, int], None]] = {
    EntryKind.TRANSFER_ENDED: end_transfer_again,
    EntryKind.DEPLOYMENT_PREPARED: file_anew,
}
