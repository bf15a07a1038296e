"""What is proof enough of a member for which act, where they did not sign it (GDPR 32(1)(b)).

A signature over the very act, by a key file or a passkey, is enough for everything. Without one:

1. Reading registers needs a live session, or an API key.
2. Searching, looking at a candidate and looking at a picture need a session that began with a
   passkey in the last five minutes. A session that an identity provider vouched for only
   reads: whoever runs the provider could begin one in anybody's name.
3. An API key may search, for its own purpose and no other, as well as read.
4. Nothing else may be done without a signature: no session and no key approves, governs,
   enrols, or is one of the two whom an act asks for.
"""

from datetime import timedelta

from licet.consent.reasons import Reason
from licet.terms.permit import Action, Ask, Attended, Proof

LATELY = timedelta(minutes=5)
"""So old may a signature be too (``vault.signing.ACT_AGE``)."""

IDLE = timedelta(minutes=30)
"""A session that nobody used for so long is over (NIST SP 800-63B, 4.2.3)."""

LONGEST = timedelta(hours=12)
"""No session outlives a working day, however it is used (the same)."""

FAILURES = 5
LOCKED = timedelta(minutes=15)
"""After so many failures in a row a passkey opens nothing for so long."""

INVITED = timedelta(days=3)
"""An invitation is over after so long: whoever finds it later comes in with nothing."""

KEY_LONGEST = timedelta(days=365)
"""No API key is made for longer: one that is forgotten ends by itself."""

ACT_WAITS = timedelta(hours=72)
"""So long does one member's signature wait for another's: a weekend. What they decided on is
looked at again before it is carried out, but nobody should sign what its first signer forgot."""

ACTS_WAITING = 20
"""So many of one member's acts wait at once: a list that nobody reads is signed blindly."""

INVITED_ONESELF = timedelta(minutes=10)
"""Leave that a member gave themselves, by their own passkey, is used at once or not at all."""

_ANY_SESSION = frozenset({Proof.SIGNED_IN, Proof.SIGNED_IN_LATELY, Proof.VOUCHED})
_NOT_LATELY = frozenset({Proof.SIGNED_IN, Proof.VOUCHED})

ENOUGH: dict[Action, frozenset[Proof]] = {
    Action.LIST: _ANY_SESSION | {Proof.API_KEY},
    Action.SEARCH: frozenset({Proof.SIGNED_IN_LATELY, Proof.API_KEY}),
    Action.REVIEW: frozenset({Proof.SIGNED_IN_LATELY}),
    Action.SHOW: frozenset({Proof.SIGNED_IN_LATELY}),
}
"""By action; an action that is not here needs a signature."""


def lacking(ask: Ask, attended: Attended | None) -> Reason | None:
    """Say what an unsigned act lacks: None when its session or key is enough."""
    if attended is None or attended.member != ask.member:
        return Reason.NOT_SIGNED
    enough = ENOUGH.get(ask.action, frozenset[Proof]())
    if attended.proof in enough:
        return None
    lately = attended.proof in _NOT_LATELY and Proof.SIGNED_IN_LATELY in enough
    return Reason.SIGN_IN_AGAIN if lately else Reason.NOT_SIGNED


def of_other_purpose(ask: Ask, attended: Attended | None) -> bool:
    """Say whether an API key is used for another purpose than its own (GDPR 5(1)(b))."""
    if attended is None or attended.proof is not Proof.API_KEY or ask.purpose is None:
        return False
    return ask.purpose != attended.purpose
