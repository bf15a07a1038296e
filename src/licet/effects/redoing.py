"""Does again, in a restored store, what later entries say of people's rights.

A backup brings no hold back that was lifted and drops none that was placed, forgets again
what was forgotten, and does not take along the proof of who searched whom: as long as a
record's key is there, it is written again from the lists that the backup still holds.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from licet.app import App
from licet.effects.accounting import ACCOUNT_TERM, write_account
from licet.effects.breaches import BREACHES_AGAIN
from licet.effects.corresponding import LETTERS_AGAIN
from licet.effects.sealed import account_key
from licet.effects.surfacing import with_cases
from licet.effects.unlinking import note_ended_again
from licet.effects.winding_up import closing_again
from licet.ledger.leaf import decode
from licet.store.unit import Unit
from licet.terms.ids import (
    AccountId,
    AuditId,
    CopyId,
    GrantId,
    HoldId,
    ItemId,
    PlanId,
    SearchId,
    SourceId,
    TemplateId,
)
from licet.terms.ledger import Entry, EntryKind, Leaf
from licet.terms.plan import PlanKind
from licet.terms.rights import Hold
from licet.terms.source import AuditFinding, SourceAudit
from licet.terms.when import from_ms

Listed = dict[GrantId, set[SearchId]]
"""In which searches the people were listed whom a restored store may not name any more."""


def hold_again(unit: Unit, entry: Entry, leaf: int) -> None:
    """Place a hold that the backup does not know; of people who are not in it, nothing is held."""
    hold = HoldId(dict(entry.objects)["hold"])
    grants = unit.grants.many([GrantId(i) for role, i in entry.objects if role == "grant"])
    if not grants or unit.holds.get(hold) is not None:
        return
    facts = dict(entry.facts)
    unit.holds.add(
        Hold(
            id=hold,
            subject=min(grant.subject for grant in grants.values()),
            grants=tuple(sorted(grants)),
            instrument=str(facts["instrument"]),
            placed_at=entry.at,
            until=from_ms(int(facts["until"])),
            lifted_at=None,
            leaf=leaf,
        )
    )


def lift_hold_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """Lift a hold that was lifted since."""
    hold = unit.holds.get(HoldId(dict(entry.objects)["hold"]))
    if hold is not None and hold.lifted_at is None:
        unit.holds.lift(hold.id, entry.at)


def forget_items_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """Forget photos in which only somebody was seen who was erased since."""
    unit.items.forget([ItemId(i) for role, i in entry.objects if role == "item"])


def unsay_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """Forget what somebody said before they said it otherwise: what, stands in no ledger."""
    unit.questions.delete_of_grants([GrantId(i) for role, i in entry.objects if role == "grant"])


def end_copies_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """Let copies end that ended since; the worker destroys what is left of them."""
    unit.copies.end([CopyId(i) for role, i in entry.objects if role == "copy"])


def destroy_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """Delete accountability records that were destroyed since."""
    for role, account in entry.objects:
        if role == "account":
            unit.accounts.delete(AccountId(account))


def audit_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """Keep that somebody looked at a sample since; what was wrong holds the source as well."""
    named, facts = dict(entry.objects), dict(entry.facts)
    source = unit.sources.get(SourceId(named["source"]))
    audit = AuditId(named["audit"])
    if source is None:
        return
    more = int(facts["collected"]) - source.collected
    if more > 0:
        unit.sources.note_collected(source.id, more)
    known = {one.id for one in unit.sources.audits(source.id)}
    found = SourceAudit(
        id=audit,
        source=source.id,
        member=None,
        root=str(facts["root"]),
        size=int(facts["size"]),
        collected=int(facts["collected"]),
        drawn_at=entry.at,
        finding=AuditFinding(str(facts["finding"])),
        found_at=entry.at,
    )
    (unit.sources.set_audit if audit in known else unit.sources.add_audit)(found)


def unconfirm_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """Let an appearance lapse again whose confirmation was taken back since."""
    at = from_ms(int(dict(entry.facts)["lapses_at"]))
    for role, template in entry.objects:
        if role == "template" and unit.templates.get(TemplateId(template)) is not None:
            unit.templates.unconfirm(TemplateId(template), at)


AGAIN: dict[EntryKind, Callable[[Unit, Entry, int], None]] = {
    EntryKind.HOLD_PLACED: hold_again,
    EntryKind.HOLD_LIFTED: lift_hold_again,
    EntryKind.ITEMS_FORGOTTEN: forget_items_again,
    EntryKind.COPIES_ENDED: end_copies_again,
    EntryKind.ACCOUNT_DESTROYED: destroy_again,
    EntryKind.SOURCE_AUDITED: audit_again,
    EntryKind.DEPLOYMENT_CLOSING: closing_again,
    EntryKind.APPEARANCE_UNCONFIRMED: unconfirm_again,
    EntryKind.UNLINKED_ENDED: note_ended_again,
    EntryKind.QUESTION_ANSWERED: unsay_again,
    **LETTERS_AGAIN,
    **BREACHES_AGAIN,
}


def account_again(app: App, unit: Unit, leaves: Iterable[Leaf], listed: Listed) -> int:
    """Write the records of erasures again that the backup does not hold; returns how many.

    Whoever searched somebody, had them erased and brought an older backup back would else
    have rid themselves of the proof.
    """
    written = 0
    for plan, grants, at in _erasures(unit, leaves):
        searches = {search for grant in grants for search in listed.get(grant, ())}
        surfaced = with_cases(unit, searches)
        if surfaced and _is_owed(app, unit, plan) and at + ACCOUNT_TERM > unit.now:
            write_account(app, unit, plan, surfaced, at)
            written += 1
    return written


def _erasures(
    unit: Unit, leaves: Iterable[Leaf]
) -> Iterator[tuple[PlanId, tuple[GrantId, ...], datetime]]:
    """Give the erasures that are open in the backup, and those that were begun since."""
    for plan in unit.plans.open():
        if plan.kind in {PlanKind.ERASE, PlanKind.ORDER}:
            yield plan.id, plan.grants, plan.created_at
    for leaf in leaves:
        entry = decode(leaf.data)
        if entry.kind is EntryKind.SUBJECT_ERASING:
            grants = tuple(GrantId(named) for role, named in entry.objects if role == "grant")
            yield PlanId(dict(entry.objects)["plan"]), grants, entry.at


def _is_owed(app: App, unit: Unit, plan: PlanId) -> bool:
    """Say whether an erasure has a record by its key, and none by its row."""
    account = AccountId(plan)
    return app.keyring.has(account_key(account)) and unit.accounts.get(account) is None
