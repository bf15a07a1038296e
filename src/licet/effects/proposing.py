"""Drafts of grants: what would be stored if a wish were granted, and the facts with it in place."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from licet.app import App
from licet.consent.age import age_on, of_age_on
from licet.consent.purposes import table
from licet.effects.codes import one_address
from licet.effects.facts import others_on_contact, read_facts
from licet.effects.letters import letter_language
from licet.effects.sealed import contact_tag, open_identity, seal_identity
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import BadInput, NotFound
from licet.terms.grant import Grant, Identity, Subject, SubjectState, pending_grant
from licet.terms.granting import GrantWish
from licet.terms.ids import GrantId, SubjectId, new_id
from licet.terms.payload import to_bytes
from licet.terms.permit import Ask, Facts


@dataclass(frozen=True, slots=True)
class Draft:
    """A grant on its way: the person as they would be stored, who they are, and the grant."""

    subject: Subject
    identity: Identity
    grant: Grant
    new: bool


def drafted(app: App, wish: GrantWish) -> Draft:
    """Turn a wish into the grant that would be stored. Raises ``BadInput``, ``NotFound``."""
    purpose = table().get(wish.purpose)
    if purpose is None:
        raise BadInput(f"there is no purpose {wish.purpose}", "See docs/reference/purposes.md.")
    subject, identity, new = _person(app, wish)
    now = app.clock()
    language = letter_language(identity.language)
    widest = pending_grant(GrantId(new_id()), subject.id, wish.organisation, purpose, now, language)
    wished = widest.expires if wish.days is None else now + timedelta(days=wish.days)
    grant = replace(
        widest,
        relationship=wish.relationship,
        source=wish.source,
        territories=wish.territories,
        guardian=wish.guardian,
        expires=_until(wish, subject, identity, wished),
        instrument=wish.instrument,
    )
    return Draft(subject, identity, grant, new)


def _until(wish: GrantWish, subject: Subject, identity: Identity, wished: datetime) -> datetime:
    """Return when a grant ends: a guardian's on the day the child decides, at the latest."""
    if not wish.guardian:
        return wished
    decides = of_age_on(identity.born, subject.residence, wished.date())
    return min(wished, datetime(decides.year, decides.month, decides.day, tzinfo=UTC))


def _person(app: App, wish: GrantWish) -> tuple[Subject, Identity, bool]:
    """Return the person as stored, who they are, and whether they are new here."""
    if wish.subject is not None:
        with app.store.read() as reader:
            known = reader.subjects.get(wish.subject)
        identity = open_identity(app, known)
        if known is None or identity is None:
            raise NotFound("no such person", "See `licet grant list`.")
        return known, identity, False
    identity = wish.identity
    if identity is None or not identity.name.strip() or not one_address(identity.contact):
        raise BadInput("the person needs a name and one mail address of their own", "Ask for both.")
    age_on(identity.born, app.clock().date())
    known = _met_before(app, identity)
    if known is not None:
        return known, identity, False
    subject = Subject(
        id=SubjectId(new_id()),
        residence=wish.residence,
        contact_tag=contact_tag(app, identity.contact),
        dependant=wish.guardian,
        sealed_identity=b"",
        state=SubjectState.KNOWN,
    )
    return subject, identity, True


def _met_before(app: App, identity: Identity) -> Subject | None:
    """Return the person who is here already under this name, birth and contact."""
    with app.store.read() as reader:
        for subject in reader.subjects.on_contact(contact_tag(app, identity.contact)):
            kept = open_identity(app, subject)
            if kept is None or subject.state is not SubjectState.KNOWN:
                continue
            if (kept.name.casefold(), kept.born) == (identity.name.casefold(), identity.born):
                return subject
    return None


def facts_of_draft(
    app: App, reader: Reader | Unit, ask: Ask, who: Who, draft: Draft, digest: str = ""
) -> Facts:
    """Return the facts with the draft in the place of what is not stored yet.

    Who is known already is read again: they may be on their way out by now.
    """
    stored = replace(ask, grant=None, subject=None)
    # A new person is named; the sealed form waits for the key that is made next.
    named = replace(draft.subject, sealed_identity=to_bytes(draft.identity))
    subject = named if draft.new else reader.subjects.get(draft.subject.id)
    facts = read_facts(app, reader, stored, who, reader.now, digest)
    contact = others_on_contact(reader, draft.subject, ask.organisation)
    counts = replace(
        facts.counts,
        adults_on_contact=sum(not other.dependant for other in contact),
        dependants_on_contact=sum(other.dependant for other in contact),
    )
    return replace(
        facts,
        grant=draft.grant,
        subject=subject,
        subject_age=age_on(draft.identity.born, reader.now.date()),
        counts=counts,
    )


def add_draft(app: App, unit: Unit, draft: Draft, leaf: int, keep: bytes = b"") -> None:
    """Add the person, if they are new, and the grant, whose entry is at ``leaf``.

    ``keep`` is the SHA-256 of the token of the one session that goes on.
    """
    if draft.new:
        sealed = seal_identity(app, draft.subject.id, draft.identity)
        unit.subjects.add(replace(draft.subject, sealed_identity=sealed))
        # Whoever came before by another spelling of the address sees nothing of what begins now.
        unit.own.end_of_people((draft.subject.id,), keep)
    unit.grants.add(replace(draft.grant, leaf=leaf))
