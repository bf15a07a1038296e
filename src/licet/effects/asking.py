"""Finds who asks: by the contact they wrote from, and by their name where they gave one.

One contact stands for one adult and up to five dependants. Who is not known becomes a data
subject of their own, a *newcomer*, for as long as their requests last; there is at most
one on a contact. Whoever asks in somebody's name learns nothing here: the code goes to
the contact, and the answer of the door is the same for everybody.
"""

from licet.app import App
from licet.effects.sealed import contact_tag, open_identity
from licet.store.unit import Reader, Unit
from licet.terms.grant import Identity, Subject, SubjectState
from licet.terms.plan import EffectKind, PlanKind, WorkState
from licet.terms.rights import RequestWish

Known = tuple[Subject, Identity]


def find_person(app: App, reader: Reader | Unit, wish: RequestWish, contact: str) -> Known | None:
    """Return the data subject who asks, and who they are, or None for a newcomer.

    1. By exactly the name that was given, then by a part of it: people sign shorter.
    2. Else who is a newcomer on this contact: a mailbox has one owner.
    3. Without a name, the adult whose mailbox it is.
    """
    people = _on_contact(app, reader, contact)
    written = _words(wish.name)
    if written:
        exact = (p for p in people if _words(p[1].name) == written)
        part = (p for p in people if _part(written, _words(p[1].name)))
        new = (p for p in people if _is_new(reader, p[0]))
        return next(exact, None) or next(part, None) or next(new, None)
    adults = [p for p in people if not p[0].dependant]
    return next((p for p in adults if not _is_new(reader, p[0])), None) or next(iter(adults), None)


def _on_contact(app: App, reader: Reader | Unit, contact: str) -> list[Known]:
    found: list[Known] = []
    for subject in reader.subjects.on_contact(contact_tag(app, contact)):
        identity = open_identity(app, subject)
        if identity is not None and not _is_going(reader, subject):
            found.append((subject, identity))
    return found


def _is_going(reader: Reader | Unit, subject: Subject) -> bool:
    """Say whether nothing new may hang on somebody: the keys are about to go, or have gone.

    Whoever is being erased is found while their rows are there: what they ask meanwhile
    is answered, or ended with the rest. A letter that came later would lose its own key.
    """
    if subject.state is not SubjectState.ERASING:
        return subject.state is SubjectState.ERASED
    mine = [p for p in reader.plans.open() if p.subject == subject.id]
    return not any(
        effect.kind is EffectKind.DELETE_ROWS and effect.state is WorkState.OPEN
        for plan in mine
        if plan.kind is PlanKind.ERASE
        for effect in reader.plans.effects(plan.id)
    )


def _is_new(reader: Reader | Unit, subject: Subject) -> bool:
    """Say whether somebody is here for requests alone."""
    grants = reader.grants.of_subject(subject.id)
    return all(grant.organisation is None for grant in grants)


def _words(name: str) -> frozenset[str]:
    return frozenset(name.casefold().replace(",", " ").split())


def _part(written: frozenset[str], kept: frozenset[str]) -> bool:
    return bool(kept) and (written <= kept or kept <= written)
