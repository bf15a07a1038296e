"""Acts that a member signs with a passkey, within one call made twice.

The first call has no signature, and is refused ``not_signed`` with what to sign: the moment,
and the challenge for the browser's authenticator. The second carries the answer in the header
``Licet-Signature: <moment> <base64url of the answer>``. Nothing is kept between the two: the
challenge is the act's own hash, so an answer fits one act of one member at one moment.
"""

from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Header

from licet.app import App
from licet.consent.reasons import Reason
from licet.effects.signing import About
from licet.terms.acting import Who
from licet.terms.errors import BadInput
from licet.terms.organisation import Act, Signature
from licet.terms.permit import Refusal
from licet.terms.when import from_text, to_text
from licet.vault.passkeys import Assertion, assertion_options, challenge_of, read_assertion
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


def signed(app: App, comer: Comer, about: About, header: str) -> Who:
    """Return who stands behind an act, with their signature if they gave one.

    Raises ``BadInput`` for a header that is none.
    """
    if not header:
        return comer.who
    moment, assertion = _read(header)
    signature = Signature(comer.myself.member, assertion.signature)
    return replace(comer.who, act=_act(comer, about, moment), signatures=(signature,))


def signed_too(comer: Comer, act: Act, header: str) -> Who:
    """Return who signs an act that somebody signed before: the same act, to the last byte.

    Raises ``BadInput`` for a header that is none, or of another moment.
    """
    if not header:
        return comer.who
    moment, assertion = _read(header)
    if moment != act.at:
        raise BadInput("this is signed at another moment", "Sign what the refusal says.")
    signature = Signature(comer.myself.member, assertion.signature)
    return replace(comer.who, act=act, signatures=(signature,))


def allowed_signed(app: App, comer: Comer, about: About, answer: T | Refusal) -> T:
    """Return what a flow answered. Raises ``Refused``, with what to sign where that is all."""
    if not isinstance(answer, Refusal):
        return answer
    raise to_sign(app, comer, _act(comer, about, app.clock()), answer)


def act_signed(
    app: App, comer: Comer, about: About, header: str, flow: Callable[[Who], T | Refusal]
) -> T:
    """Return what a flow did for who signed this very act: what is refused unsigned is told.

    Raises ``Refused``, ``BadInput`` for a header that is no signature, and as the flow does.
    """
    return allowed_signed(app, comer, about, flow(signed(app, comer, about, header)))


def to_sign(app: App, comer: Comer, act: Act, refusal: Refusal) -> Refused:
    """Return a refusal on its way out, with what the comer's passkey has to sign, if it may."""
    if refusal.reason != Reason.NOT_SIGNED or comer.by_key:
        return Refused(refusal)
    with app.store.read() as reader:
        passkeys = reader.admission.passkeys(comer.myself.member)
    usable = [one for one in passkeys if one.ended_at is None]
    if not usable:
        return Refused(refusal)
    options = assertion_options(
        challenge_of(comer.myself.member, act),
        usable[0].relying_party,
        tuple(one.credential for one in usable),
    )
    return Refused(refusal, {"sign": {"at": to_text(act.at), "options": options}})


def _read(header: str) -> tuple[datetime, Assertion]:
    said, _, answer = header.partition(" ")
    try:
        moment = from_text(said)
        return moment, read_assertion(urlsafe_b64decode(answer + "=" * (-len(answer) % 4)))
    except ValueError as error:
        raise BadInput("this is no signature", "Sign what the refusal says.") from error


def _act(comer: Comer, about: About, at: datetime) -> Act:
    organisation = about.organisation or comer.myself.organisation
    return Act(about.action.value, organisation, about.object, about.digest, at)
