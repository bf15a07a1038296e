"""Applies to a restored store what the ledger says happened after the backup was made.

Only what ends, restricts or blocks is applied: a restore may lose what was added
since, it may never bring back what was taken away (GDPR 7(3), 17, 18, 58(2)(f)).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from licet.app import App
from licet.effects.blocking import lift_again, place_again
from licet.effects.carrying.again import is_part, plan_again, settle_parts
from licet.effects.carrying.owed import owe_again
from licet.effects.closing import close_again, count_again
from licet.effects.ending import end_grants
from licet.effects.membership import ADMISSION_AGAIN, end_again, narrow_again
from licet.effects.ordering.again import ORDERS_AGAIN
from licet.effects.planning import plan_erasure
from licet.effects.redoing import AGAIN
from licet.effects.refiling import PAPERS_AGAIN
from licet.effects.sealed import open_identity, plan_key, seal_identity, subject_key
from licet.effects.settling import Since
from licet.effects.standing import RESTRICTABLE, freed
from licet.effects.unlinking import unlink_again
from licet.ledger.commitment import opens
from licet.ledger.leaf import decode
from licet.store.unit import Unit
from licet.terms.grant import Grant, GrantState, SubjectState
from licet.terms.ids import CaseId, GrantId, PlanId, SourceId, SuggestionId, TemplateId, new_id
from licet.terms.ledger import Entry, EntryKind, Leaf
from licet.terms.organisation import CaseState
from licet.terms.source import SourceState

_SOURCES = {
    EntryKind.SOURCE_CEASED: SourceState.CEASED,
    EntryKind.SOURCE_PURGED: SourceState.PURGED,
    EntryKind.SOURCE_HELD: SourceState.ON_HOLD,
    EntryKind.SOURCE_LAPSED: SourceState.LAPSED,
}
_AGAIN = {**AGAIN, **ORDERS_AGAIN, **PAPERS_AGAIN, **ADMISSION_AGAIN}
_WITH_KEYS: dict[EntryKind, Callable[[App, Unit, Entry], None]] = {
    EntryKind.MEMBER_ENDED: end_again,
    EntryKind.COPIES_OWED: owe_again,
}
_ENDING = {EntryKind.GRANT_ENDING, EntryKind.GRANT_ENDED}


@dataclass
class Replayed:
    """What later entries changed: grants ended, sources stopped, and plans that go on.

    ``requests`` came after the backup, and are back without their letters.
    """

    ended: int = 0
    ceased: set[SourceId] = field(default_factory=set)
    requests: int = 0
    plans: list[PlanId] = field(default_factory=list)


def replay(app: App, unit: Unit, leaves: Iterable[Leaf], since: Since) -> Replayed:
    """Apply later entries to the store, in their order, by object id.

    ``since`` is what they say that the steps of plans found.
    """
    done = Replayed()
    for leaf in leaves:
        entry = decode(leaf.data)
        if is_part(entry):
            _carry_on(app, unit, entry, done)
        elif entry.kind in _ENDING:
            _end(unit, entry, done)
        elif entry.kind is EntryKind.SUBJECT_ERASING:
            _erase(app, unit, entry, done)
        elif entry.kind in (EntryKind.GRANT_RESTRICTED, EntryKind.GRANT_RELEASED):
            _restrict(unit, entry, leaf.index)
        elif entry.kind in _SOURCES:
            _stop(unit, entry, done)
        elif entry.kind in _WITH_KEYS:
            _WITH_KEYS[entry.kind](app, unit, entry)
        elif entry.kind is EntryKind.ROLES_CHANGED:
            narrow_again(app, unit, entry)
        elif entry.kind is EntryKind.SEARCHED:
            count_again(app, unit, entry, leaf.index)
        elif entry.kind is EntryKind.SUBJECT_RECTIFIED:
            _take_contact_away(app, unit, entry)
        elif entry.kind in _AGAIN:
            _AGAIN[entry.kind](unit, entry, leaf.index)
        else:
            _take_away(unit, entry)
    settle_parts(app, unit, since, done.plans)
    return done


def _carry_on(app: App, unit: Unit, entry: Entry, done: Replayed) -> None:
    """Take up a part of an order that was planned after the backup, under its own number."""
    planned = plan_again(app, unit, entry)
    if planned is not None:
        plan, kept = planned
        done.plans.append(plan)
        done.ended += kept


def _end(unit: Unit, entry: Entry, done: Replayed) -> None:
    """End a grant that is kept in the backup; its rows go and its key is shredded by a plan."""
    for grant in _grants(unit, entry):
        if grant.kept and grant.state is not GrantState.ENDING:
            plan = end_grants(unit, "restored", grant.subject, (grant,), unit.head.size)
            done.plans.append(plan)
            done.ended += 1


def _erase(app: App, unit: Unit, entry: Entry, done: Replayed) -> None:
    """Take up an erasure that was begun after the backup and may not have been finished."""
    for subject_id in {grant.subject for grant in _grants(unit, entry)}:
        subject = unit.subjects.get(subject_id)
        if subject is None or subject.state in {SubjectState.ERASED, SubjectState.ERASING}:
            continue
        plan = PlanId(new_id())
        app.keyring.create(plan_key(plan))
        grants = plan_erasure(app, unit, plan, subject, "restored")
        done.ended += sum(grant.kept for grant in grants)
        done.plans.append(plan)


def _take_contact_away(app: App, unit: Unit, entry: Entry) -> None:
    """Write nobody any more at a contact that was corrected since: it may be another's now.

    The new one stands in no ledger, so the person has to prove it again.
    """
    if entry.subject is None or dict(entry.facts).get("contact") is not True:
        return
    for subject_id in tuple(unit.subjects.ids()):
        identity = open_identity(app, unit.subjects.get(subject_id))
        if identity is None or not identity.contact:
            continue
        if opens(entry.subject, app.keyring.get(subject_key(subject_id)), subject_id):
            sealed = seal_identity(app, subject_id, replace(identity, contact=""))
            unit.subjects.correct(subject_id, sealed, b"")


def _restrict(unit: Unit, entry: Entry, leaf: int) -> None:
    """Restrict or free a grant again; one that was not confirmed yet goes back to pending."""
    restricted = entry.kind is EntryKind.GRANT_RESTRICTED
    for grant in _grants(unit, entry):
        if grant.state in RESTRICTABLE and (restricted or grant.state is GrantState.RESTRICTED):
            state = GrantState.RESTRICTED if restricted else freed(grant)
            unit.grants.set_state(grant.id, state, leaf)


def _stop(unit: Unit, entry: Entry, done: Replayed) -> None:
    for source in _ids(entry, "source"):
        if unit.sources.get(SourceId(source)) is not None:
            unit.sources.set_state(SourceId(source), _SOURCES[entry.kind])
            done.ceased.add(SourceId(source))


def _take_away(unit: Unit, entry: Entry) -> None:
    """Drop templates and suggestions, close cases, end members, keep blocks."""
    if entry.kind is EntryKind.TEMPLATE_DROPPED:
        unit.templates.delete([TemplateId(t) for t in _ids(entry, "template")])
        unlink_again(unit, entry)
    elif entry.kind in (EntryKind.SUGGESTION_REJECTED, EntryKind.SUGGESTIONS_LAPSED):
        for suggestion in _ids(entry, "suggestion"):
            unit.suggestions.delete(SuggestionId(suggestion))
    elif entry.kind is EntryKind.CASE_CLOSED:
        for case in _ids(entry, "case"):
            if unit.governance.case(CaseId(case)) is not None:
                unit.governance.set_case_state(CaseId(case), CaseState.CLOSED)
    elif entry.kind in (EntryKind.SEARCH_CLOSED, EntryKind.REVIEWED):
        close_again(unit, entry)
    elif entry.kind is EntryKind.BLOCK_PLACED:
        place_again(unit, entry)
    elif entry.kind is EntryKind.BLOCK_LIFTED:
        lift_again(unit, entry)


def _grants(unit: Unit, entry: Entry) -> list[Grant]:
    found = unit.grants.many([GrantId(grant) for grant in _ids(entry, "grant")])
    return list(found.values())


def _ids(entry: Entry, role: str) -> list[str]:
    return [value for name, value in entry.objects if name == role]
