"""A member comes in by their organisation's identity provider (OpenID Connect).

Nothing is kept of a sign-in that was begun: what must be known at its end is sealed in a
cookie of the browser that began it, for ten minutes. What the provider says makes no member
and is nobody's until an invitation binds it (``arrive`` with a code of one).
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from licet.app import CONTACT_KEY, App
from licet.effects.letting_in import (
    active_member,
    failed_again,
    identity_tag,
    open_invitation,
    open_session,
    record_own,
)
from licet.provider import Provider, ProviderDown
from licet.store.unit import Unit
from licet.terms.admission import Identity, Means, SignedIn
from licet.terms.errors import Conflict, Corrupt
from licet.terms.ids import IdentityId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.organisation import Member, MemberState
from licet.terms.vouching import Answered, Asking, Bound, Fault, Leaving, Unvouched, Vouched
from licet.terms.when import from_text, to_text
from licet.vault.seal import derive, open_sealed, seal

AWAY = timedelta(minutes=10)
"""So long may a browser be at the provider: whoever finds its cookie later has nothing."""

_WHERE = "leaving"


@dataclass(frozen=True, slots=True)
class Errand:
    """What a browser left with: what was asked, until when, and an invitation's code or ""."""

    asking: Asking
    until: datetime
    code: str


def leave(app: App, provider: Provider, back: str, code: str = "") -> Leaving | Unvouched:
    """Return where a browser goes to be vouched for, and what it brings back with it.

    1. Draw state, nonce and verifier, that nobody else knows.
    2. Ask the provider where to go; seal what must be known when the browser is back.

    ``code`` is of an invitation, where an identity is to be bound. Raises ``NotFound`` for one
    that is not known, was used, or is over: they look alike.
    """
    if code:
        with app.store.read() as reader:
            active_member(reader, open_invitation(reader, code, reader.now).member)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))  # 1
    asking = Asking(state, nonce, verifier, back)
    try:
        address = provider.leave(asking)  # 2
    except ProviderDown:
        return Unvouched(Fault.DOWN)
    return Leaving(address, _sealed(app, Errand(asking, app.clock() + AWAY, code)))


def arrive(
    app: App, provider: Provider, sealed: str, answered: Answered
) -> SignedIn | Bound | Unvouched:
    """Let in whom the provider vouches for, or bind them to the member who was invited.

    1. This browser left with this very state, lately; the provider did not say no.
    2. Ask the provider whom its code stands for, and check what it signed.
    3. In one unit of work: an identity that is bound, not locked, of a member who may act;
       what failed in its name is counted and recorded; open the session, record.
       With an invitation: use it up, bind the identity, record.
    4. Mirror the ledger.

    Raises ``NotFound`` for an invitation that is over, ``Conflict`` for an identity that is
    bound already.
    """
    errand = _opened(app, sealed)  # 1
    if errand is None or not secrets.compare_digest(errand.asking.state, answered.state):
        return Unvouched(Fault.LATE)
    if answered.error or not answered.code:
        return Unvouched(Fault.DENIED)
    try:
        said = provider.vouch(errand.asking, answered.code, answered.issuer)  # 2
    except ProviderDown:
        return Unvouched(Fault.DOWN)
    with app.store.unit() as unit:  # 3
        if isinstance(said, Unvouched):
            done: SignedIn | Bound | Unvouched = _failed(app, unit, said, errand.asking.state)
        elif errand.code:
            done = _bind(app, unit, said, errand.code)
        else:
            done = _let_in(app, unit, said, errand.asking.state)
    app.publish()  # 4
    return done


def _let_in(app: App, unit: Unit, said: Vouched, state: str) -> SignedIn | Unvouched:
    known = _known(app, unit, said)
    if known is None:
        return Unvouched(Fault.NOT_BOUND, said)  # Nothing is written for who is not known.
    identity, member = known
    challenge = sha256(state.encode()).digest()
    if identity.locked_until is not None and unit.now < identity.locked_until:
        return _refused(app, unit, known, Fault.LOCKED, count=0)
    if unit.admission.session_from(challenge) is not None:
        return _count(app, unit, known, Fault.REPLAYED)
    unit.admission.fail_identity(identity.id, 0, None)
    return open_session(app, unit, member, challenge, Means.PROVIDER)


def _bind(app: App, unit: Unit, said: Vouched, code: str) -> Bound:
    invitation = open_invitation(unit, code, unit.now)
    member = active_member(unit, invitation.member)
    tag = identity_tag(app, said.issuer, said.subject)
    if unit.admission.identity_of(tag) is not None:
        raise Conflict("this identity is bound already", "Sign in with it, or unbind it first.")
    unit.admission.use_invitation(invitation.id, unit.now)
    identity = IdentityId(new_id())
    unit.admission.bind(Identity(identity, member.id, tag, 0, None, unit.now))
    objects = (("invitation", invitation.id), ("identity", identity))
    record_own(app, unit, EntryKind.IDENTITY_BOUND, member, objects)
    return Bound(identity)


def _failed(app: App, unit: Unit, said: Unvouched, state: str) -> Unvouched:
    """Count what failed in somebody's name: signed by the provider, or used before by them."""
    known = _known(app, unit, said.who) if said.who else None
    before = unit.admission.session_from(sha256(state.encode()).digest())
    if known is None and before is not None:
        owned = unit.admission.identities(before.member)
        member = unit.governance.member(before.member)
        known = (owned[0], member) if owned and member else None
    return said if known is None else _count(app, unit, known, said.fault)


def _known(app: App, unit: Unit, said: Vouched) -> tuple[Identity, Member] | None:
    identity = unit.admission.identity_of(identity_tag(app, said.issuer, said.subject))
    member = unit.governance.member(identity.member) if identity else None
    if identity is None or member is None or member.state is not MemberState.ACTIVE:
        return None
    return identity, member


def _count(app: App, unit: Unit, known: tuple[Identity, Member], fault: Fault) -> Unvouched:
    """Count a failure, and lock after several in a row."""
    identity, _ = known
    kept, until = failed_again(identity.failures, unit.now)
    unit.admission.fail_identity(identity.id, kept, until)
    return _refused(app, unit, known, fault, count=identity.failures + 1)


def _refused(
    app: App, unit: Unit, known: tuple[Identity, Member], fault: Fault, *, count: int
) -> Unvouched:
    identity, member = known
    objects = (("identity", identity.id),)
    record_own(app, unit, EntryKind.SIGN_IN_FAILED, member, objects, count)
    return Unvouched(fault)


def _sealed(app: App, errand: Errand) -> str:
    asking = errand.asking
    parts = (asking.state, asking.nonce, asking.verifier, asking.back)
    text = "\n".join((*parts, to_text(errand.until), errand.code))
    return urlsafe_b64encode(seal(_key(app), text.encode(), _WHERE)).decode()


def _opened(app: App, sealed: str) -> Errand | None:
    """Return what a browser left with, or None: it did not, or too long ago."""
    try:
        text = open_sealed(_key(app), urlsafe_b64decode(sealed), _WHERE).decode()
    except (Corrupt, ValueError):
        return None
    state, nonce, verifier, back, until, code = text.split("\n")
    errand = Errand(Asking(state, nonce, verifier, back), from_text(until), code)
    return errand if app.clock() < errand.until else None


def _key(app: App) -> bytes:
    return derive(app.keyring.get(CONTACT_KEY), _WHERE)
