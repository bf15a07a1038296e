"""Acts that a member signs with a passkey, within one call made twice.

The first call has no signature, and is refused ``not_signed`` with what to sign: the moment,
and the challenge for the browser's authenticator. The second carries the answer in the header
``Licet-Signature: <moment> <base64url of the answer>``. Nothing is kept between the two: the
challenge is the act's own hash, so an answer fits one act of one member at one moment.
"""

from base64 import urlsafe_b64decode
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Header

from licet.app import App
from licet.consent.reasons import Reason
from licet.terms.acting import Who
from licet.terms.errors import BadInput
from licet.terms.organisation import Act, Signature
from licet.terms.permit import Action, Refusal
from licet.terms.when import from_text, to_text
from licet.vault.passkeys import assertion_options, challenge_of, read_assertion
from licet.web.comers import Comer
from licet.web.problems import Refused

Signed = Annotated[
    str,
    Header(
        alias="Licet-Signature",
        max_length=24_000,
        description="The moment of the act and the passkey's answer, as told in `sign`.",
    ),
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class About:
    """What an act is about, in the acting member's own organisation."""

    action: Action
    object: str = ""
    digest: str = ""


def signed(app: App, comer: Comer, about: About, header: str) -> Who:
    """Return who stands behind an act, with their signature if they gave one.

    Raises ``BadInput`` for a header that is none.
    """
    if not header:
        return comer.who
    said, _, answer = header.partition(" ")
    try:
        moment = from_text(said)
        assertion = read_assertion(urlsafe_b64decode(answer + "=" * (-len(answer) % 4)))
    except ValueError as error:
        raise BadInput("this is no signature", "Sign what the refusal says.") from error
    act = _act(comer, about, moment)
    signature = Signature(comer.myself.member, assertion.signature)
    return replace(comer.who, act=act, signatures=(signature,))


def allowed_signed(app: App, comer: Comer, about: About, answer: T | Refusal) -> T:
    """Return what a flow answered. Raises ``Refused``, with what to sign where that is all."""
    if not isinstance(answer, Refusal):
        return answer
    if answer.reason != Reason.NOT_SIGNED or comer.by_key:
        raise Refused(answer)
    with app.store.read() as reader:
        passkeys = reader.admission.passkeys(comer.myself.member)
    usable = [one for one in passkeys if one.ended_at is None]
    if not usable:
        raise Refused(answer)
    now = app.clock()
    challenge = challenge_of(comer.myself.member, _act(comer, about, now))
    options = assertion_options(
        challenge, usable[0].relying_party, tuple(one.credential for one in usable)
    )
    raise Refused(answer, {"sign": {"at": to_text(now), "options": options}})


def _act(comer: Comer, about: About, at: datetime) -> Act:
    return Act(about.action.value, comer.myself.organisation, about.object, about.digest, at)
