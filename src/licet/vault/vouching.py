"""Checks what an identity provider signed: the ID token of one sign-in (OIDC Core 3.1.3.7).

1. The signature holds by one of the provider's keys, with an asymmetric algorithm: whoever
   knows the client's secret, or chooses ``none``, signs nothing.
2. It is of the configured issuer, and for us.
3. It is of this moment, give or take a minute of clocks.
4. It is of this very sign-in: the nonce is the one that the browser left with.
5. The person proved who they are lately, and by what the operator asks for.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from licet.terms.vouching import Fault, Unvouched, Vouched
from licet.terms.when import to_ms

SKEW = timedelta(minutes=1)
"""So far may the provider's clock be from ours, either way."""

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""What a provider may sign with (RFC 7518, 3.1), and nothing shared or absent."""

LONGEST_SUBJECT = 255
"""Characters of a subject (OIDC Core 2)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say. ``oldest`` 0: how long ago somebody proved themselves is not asked.

    ``levels`` (acr) and ``methods`` (amr): at least one of each must be there; empty asks none.
    """

    issuer: str
    audience: str
    nonce: str
    access_token: str
    oldest: timedelta
    levels: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()


def knows_key(keys: bytes, token: str) -> bool:
    """Say whether the key that a token names is among the provider's keys (JWK Set, JSON)."""
    from joserfc.errors import JoseError

    try:
        return any(one.get("kid") == _head(token).get("kid") for one in json.loads(keys)["keys"])
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        return False


def vouched(token: str, keys: bytes, expected: Expected, now: datetime) -> Vouched | Unvouched:
    """Return whom a token vouches for, or what is wrong with it.

    1. Check the signature, then who signed for whom; nothing of it is believed before.
    2. Check its times, its nonce, and how the person proved who they are.
    """
    claims = _opened(token, keys, expected)  # 1
    if isinstance(claims, Fault):
        return Unvouched(claims)
    who = _who(claims)
    if who is None:
        return Unvouched(Fault.UNSOUND)
    wrong = _wrong(claims, expected, now)  # 2
    return who if wrong is None else Unvouched(wrong, who)


def _opened(token: str, keys: bytes, expected: Expected) -> Any | Fault:
    """Return the claims of a token that the provider signed, for us."""
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        opened = jwt.decode(token, KeySet.import_key_set(json.loads(keys)), algorithms=ALGORITHMS)
    except (JoseError, ValueError, KeyError, TypeError):
        return Fault.UNSOUND
    params = {
        "nonce": expected.nonce,
        "client_id": expected.audience,
        "max_age": int(expected.oldest.total_seconds()),
        "access_token": expected.access_token,
    }
    claims = CodeIDToken(opened.claims, opened.header, params=params)
    if claims.get("iss") != expected.issuer:
        return Fault.MIXED_UP
    said = claims.get("aud")
    named = said if isinstance(said, list) else [said]
    return claims if expected.audience in named else Fault.MIXED_UP


def _wrong(claims: Any, expected: Expected, now: datetime) -> Fault | None:
    """Say what is wrong with claims that the provider signed for us."""
    from joserfc.errors import ExpiredTokenError, JoseError

    moment = to_ms(now) // 1000
    skew = int(SKEW.total_seconds())
    checks: tuple[tuple[Callable[[], object], Fault], ...] = (
        (claims.validate_nonce, Fault.WRONG_NONCE),
        (claims.validate_auth_time, Fault.WEAK),
        (lambda: claims.validate(moment, skew), Fault.UNSOUND),
    )
    if _misdated(claims, moment, skew):
        return Fault.CLOCK
    for check, fault in checks:
        try:
            check()
        except ExpiredTokenError:
            return Fault.CLOCK
        except (JoseError, ValueError, TypeError):
            return fault
    return Fault.WEAK if _weak(claims, expected, moment - skew) else None


def _misdated(claims: Any, moment: int, skew: int) -> bool:
    """Say whether a token is of the future, or over, by more than clocks may differ."""
    times = [claims.get(name) for name in ("iat", "exp", "nbf")]
    if not all(isinstance(one, int | float) or one is None for one in times):
        return False  # Not times at all: the rest finds that.
    issued, ends, begins = times
    late = ends is not None and ends < moment - skew
    return late or any(one is not None and one > moment + skew for one in (issued, begins))


def _weak(claims: Any, expected: Expected, moment: int) -> bool:
    """Say whether the person proved themselves too long ago, or by too little."""
    oldest = expected.oldest.total_seconds()
    at = claims.get("auth_time")
    if oldest and (at is None or at < moment - oldest):
        return True
    methods = claims.get("amr") or []
    level = bool(expected.levels) and claims.get("acr") not in expected.levels
    return level or (bool(expected.methods) and not set(expected.methods) & set(methods))


def _who(claims: Any) -> Vouched | None:
    from datetime import UTC

    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        return None
    said, level, methods = claims.get("auth_time"), claims.get("acr"), claims.get("amr")
    at = datetime.fromtimestamp(said, UTC) if isinstance(said, int | float) else None
    named = tuple(map(str, methods)) if isinstance(methods, list) else ()
    return Vouched(claims["iss"], subject, at, str(level or ""), named)


def _head(token: str) -> dict[str, Any]:
    """Return a token's header: not believed, only to know which key to look for."""
    from joserfc.util import urlsafe_b64decode

    head: dict[str, Any] = json.loads(urlsafe_b64decode(token.split(".", 1)[0].encode()))
    return head
