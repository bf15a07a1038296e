"""Who really acts: members are known by their keys, not by their names.

Outside a sandbox each member named must have signed the very act that is
asked: its name, organisation, object and the digest of what it is about, made
within the last five minutes. In a sandbox ``--as`` names members without keys.
"""

from datetime import datetime

from licet.app import App
from licet.effects.authenticators import attended, live_own, signature_holds
from licet.effects.digesting import digest_of, digest_of_wish
from licet.ledger.leaf import decode
from licet.ledger.receipt import take_apart
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import Corrupt
from licet.terms.grant import Subject
from licet.terms.ids import OrganisationId
from licet.terms.organisation import Act, Member
from licet.terms.permit import By, Proof
from licet.vault.signing import ACT_AGE, ACT_AHEAD

Asked = tuple[str, OrganisationId | None, str, str]
"""Act name, organisation, object id, digest."""


def signers(
    reader: Reader | Unit,
    who: Who,
    asked: Asked,
    now: datetime,
) -> tuple[Member, ...]:
    """Return the members who provably stand behind an act, in the order named.

    A member without a
    holding signature is left out, and the permit then says who is missing.
    """
    deployment = reader.deployment.get()
    if who.waiting is not None and not _still_waits(reader, who, asked, now):
        return ()
    named = [m for m in map(reader.governance.member, who.members) if m is not None]
    if deployment is not None and deployment.sandbox:
        # An API key is a program's, and stands for nobody's own act, not even here.
        known = attended(reader, who, now)
        return () if known is not None and known.proof is Proof.API_KEY else tuple(named)
    if who.act is None or not _is_the_act(who.act, asked):
        return ()
    if who.waiting is None and not now - ACT_AGE <= who.act.at <= now + ACT_AHEAD:
        return ()
    return tuple(
        member
        for member in named
        if any(
            s.member == member.id and signature_holds(reader, who.act, s, member, now)
            for s in who.signatures
        )
    )


def organisation_of(reader: Reader | Unit, who: Who) -> OrganisationId | None:
    """Return the organisation of the member who acts, None where no member does."""
    member = reader.governance.member(who.member) if who.member else None
    return member.organisation if member else None


def person_proved(app: App, reader: Reader | Unit, who: Who, subject: Subject | None) -> bool:
    """Say whether the data subject who acts is the one asked about.

    Their receipt was signed by this ledger's key, is of an entry that stands in it, and
    opens that entry's commitment to this very person. Or a code that went to their contact
    opened the session that they come with.
    """
    if app.deployment.sandbox or came_by_code(reader, who, subject):
        return True
    if subject is None or not who.proof:
        return False
    try:
        taken = take_apart(who.proof)
        entry = decode(taken.receipt.leaf.data)
    except Corrupt:
        return False
    ours = taken.holds and taken.signer == app.ledger_key.verifier
    index = taken.receipt.leaf.index
    there = reader.leaves.get(index, index + 1)
    opened = any(
        opening.of == "subject"
        and opening.object == subject.id
        and entry.subject is not None
        and opening.opens(entry.subject)
        for opening in taken.receipt.openings
    )
    return ours and opened and bool(there) and there[0].data == taken.receipt.leaf.data


def came_by_code(reader: Reader | Unit, who: Who, subject: Subject | None) -> bool:
    """Say whether who acts came by a code that went to the contact of this very person."""
    if who.by is not By.SUBJECT or not who.bearer or subject is None:
        return False
    session = live_own(reader, who.bearer, reader.now)
    return session is not None and session.contact == subject.contact_tag


def _is_the_act(act: Act, asked: Asked) -> bool:
    return (act.name, act.organisation, act.object, act.digest) == asked


def _still_waits(reader: Reader | Unit, who: Who, asked: Asked, now: datetime) -> bool:
    """Say whether the act that somebody signed earlier waits, and is this very one.

    Signatures older than any other act's are believed for it alone, while its row is there
    and its time is not over; the unit that carries it out takes the row away with it.
    """
    found = reader.waiting.get(who.waiting) if who.waiting else None
    if found is None or now >= found.expires or who.act != found.act:
        return False
    if who.member != found.member or len(set(who.members)) != len(who.members):
        return False
    if not _is_the_act(found.act, asked):
        return False
    if isinstance(reader, Unit):
        reader.waiting.stand(found.id)
    return True


__all__ = ["digest_of", "digest_of_wish", "organisation_of", "person_proved", "signers"]
