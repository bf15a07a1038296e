"""Begins and ends legal holds within a unit: what the person is told, what goes on after."""

from licet.app import App
from licet.effects.letters import sender_of
from licet.effects.record import record, record_machine
from licet.effects.sealed import open_identity
from licet.effects.standing import release_within
from licet.effects.telling import plan_letter, to_known
from licet.store.unit import Unit
from licet.terms.grant import Restriction
from licet.terms.ledger import EntryKind
from licet.terms.letters import HoldLiftedLetter, HoldPlacedLetter
from licet.terms.permit import Permit
from licet.terms.rights import Hold


def tell_placed(app: App, unit: Unit, hold: Hold) -> None:
    """Plan the letter that says what is held, and until when."""
    letter = HoldPlacedLetter(
        sender_of(app), hold.id, hold.grants, hold.placed_at.date(), hold.until.date()
    )
    _tell(app, unit, hold, letter)


def over(app: App, unit: Unit, hold: Hold, permit: Permit | None = None) -> int:
    """End a hold, whose time is up or by a permit; returns the leaf index of its entry.

    A grant that the person left as it was may be used as before, unless another cause, or
    another hold, still restricts it. Raises ``Conflict`` when it was lifted before.
    """
    unit.holds.lift(hold.id, unit.now)
    objects = (("hold", hold.id), *(("grant", grant) for grant in hold.grants))
    if permit is None:
        leaf = record_machine(unit, EntryKind.HOLD_LIFTED, objects, (("cause", "over"),))
    else:
        leaf = record(app, unit, EntryKind.HOLD_LIFTED, permit, objects, (("cause", "lifted"),))
    others = {g for one in unit.holds.in_force(unit.now) for g in one.grants}
    grants = unit.grants.many([grant for grant in hold.grants if grant not in others])
    if grants:
        release_within(app, unit, frozenset({Restriction.HOLD}), grants.values(), permit)
    letter = HoldLiftedLetter(sender_of(app), hold.id, hold.grants, unit.now.date())
    _tell(app, unit, hold, letter)
    return leaf


def end_holds(app: App) -> int:
    """End the holds whose time is up; returns how many."""
    with app.store.read() as reader:
        if not reader.holds.over(reader.now):
            return 0
    with app.store.unit() as unit:
        due = unit.holds.over(unit.now)
        for hold in due:
            over(app, unit, hold)
    return len(due)


def _tell(app: App, unit: Unit, hold: Hold, letter: HoldPlacedLetter | HoldLiftedLetter) -> None:
    """Plan a letter to the person, whose identity can be read until their key is shredded."""
    to = to_known(open_identity(app, unit.subjects.get(hold.subject)))
    if to is not None:
        plan_letter(app, unit, letter, to, hold.subject)
