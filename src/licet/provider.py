"""The operator's identity provider, asked by OpenID Connect: discovery, keys, tokens.

What it says of itself is kept for an hour, its keys until a token names another: so a
provider that changes its keys is believed at once (OIDC Core 10.1.1). Its issuer must be, to
the letter, the configured one (OIDC Discovery 4.3), and every address of it is by TLS, or on
this machine. No redirect is followed.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from licet.settings import Settings
from licet.terms.errors import Setup
from licet.terms.vouching import Asking, Fault, Unvouched, Vouched
from licet.vault.vouching import Expected, knows_key, vouched

if TYPE_CHECKING:
    import ssl

    import httpx2

SECONDS = 5.0
"""For one answer: somebody waits for it before a page."""

FACTS_KEPT = timedelta(hours=1)
"""For how long what a provider says of itself is believed without asking again."""

DOWN_FOR = timedelta(seconds=10)
"""For so long nobody asks again whom nobody could reach: a page does not wait for it."""

MOST = 1_000_000
"""Bytes of an answer: what a provider says of itself and its keys is some thousands."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderDown(Exception):
    """The provider cannot be reached, or what it says is no answer."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a provider says of itself, and when it was asked."""

    metadata: dict[str, Any]
    at: datetime


class Provider:
    """One identity provider. Safe from several threads."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        """Read who it is and what is asked of it. Nobody is asked yet. Raises ``Setup``."""
        self.issuer = settings.oidc_issuer
        self.name = settings.oidc_name or (urlsplit(self.issuer).hostname or "")
        self._client = settings.oidc_client_id
        self._secret = _secret(settings)
        self._oldest = timedelta(seconds=settings.oidc_max_age)
        self._levels, self._methods = settings.oidc_acr, settings.oidc_amr
        self._clock = clock
        self._gate = threading.Lock()
        self._facts: Facts | None = None
        self._down: datetime | None = None
        self._keys = b""
        self._trust: ssl.SSLContext | None = None
        if not self._client or not _safe(self.issuer):
            raise Setup(
                "oidc_issuer is not an https address, or oidc_client_id is empty",
                "Set both as the provider says them.",
            )

    def leave(self, asking: Asking) -> str:
        """Return where a browser goes to be vouched for. Raises ``ProviderDown``."""
        metadata = self._metadata()
        more: dict[str, Any] = {"nonce": asking.nonce}
        if self._oldest:
            more["max_age"] = str(int(self._oldest.total_seconds()))
        if self._levels:
            more["acr_values"] = " ".join(self._levels)
        if metadata.get("claims_parameter_supported") is True:
            asked = {"auth_time": {"essential": bool(self._oldest)}, "acr": None, "amr": None}
            more["claims"] = json.dumps({"id_token": asked})
        from authlib.oauth2.client import OAuth2Client

        line = OAuth2Client(None, self._client, **_asking(asking))
        address, _ = line.create_authorization_url(
            metadata["authorization_endpoint"], asking.state, asking.verifier, **more
        )
        return str(address)

    def vouch(self, asking: Asking, code: str, issuer: str) -> Vouched | Unvouched:
        """Return whom the provider vouches for, by the code that a browser brought back.

        1. Whoever answered is this provider, as far as it says (RFC 9207).
        2. Exchange the code, with the verifier, for a token.
        3. Check the token by the provider's keys, asked anew where it names another key.

        Raises ``ProviderDown``.
        """
        metadata = self._metadata()
        says_so = metadata.get("authorization_response_iss_parameter_supported") is True
        if (issuer or says_so) and issuer != self.issuer:  # 1
            return Unvouched(Fault.MIXED_UP)
        token = self._token(metadata["token_endpoint"], asking, code)  # 2
        if isinstance(token, Fault):
            return Unvouched(token)
        expected = Expected(
            issuer=self.issuer,
            audience=self._client,
            nonce=asking.nonce,
            access_token=str(token.get("access_token") or ""),
            oldest=self._oldest,
            levels=self._levels,
            methods=self._methods,
        )
        said = str(token.get("id_token") or "")
        return vouched(said, self._keys_for(metadata["jwks_uri"], said), expected, self._clock())

    def end(self, back: str) -> str | None:
        """Return where a browser goes to sign out of the provider too; None: it offers none.

        No token is kept to name the session by, so the provider asks the person itself
        (OpenID Connect RP-Initiated Logout 1.0, 2).
        """
        try:
            place = self._metadata().get("end_session_endpoint")
        except ProviderDown:
            return None
        if not isinstance(place, str) or not _safe(place):
            return None
        said = urlencode({"client_id": self._client, "post_logout_redirect_uri": back})
        return f"{place}{'&' if '?' in place else '?'}{said}"

    def _metadata(self) -> dict[str, Any]:
        with self._gate:
            now, known = self._clock(), self._facts
            if known is not None and now - known.at < FACTS_KEPT:
                return known.metadata
            if self._down is not None and now - self._down < DOWN_FOR:
                raise ProviderDown
            self._down = now
            place = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            metadata = _object(self._get(place))
            sound = all(_safe(metadata.get(name)) for name in _NEEDED)
            if metadata.get("issuer") != self.issuer or not sound:
                raise ProviderDown
            self._facts, self._down = Facts(metadata, now), None
            return metadata

    def _keys_for(self, place: str, token: str) -> bytes:
        """Return the provider's keys, asked anew where none of those known is the token's."""
        with self._gate:
            if not knows_key(self._keys, token):
                self._keys = self._get(place)
            return self._keys

    def _token(self, place: str, asking: Asking, code: str) -> dict[str, Any] | Fault:
        import httpx2
        from authlib.integrations.base_client import OAuthError

        try:
            with self._line(asking) as line:
                return dict(
                    line.fetch_token(
                        place,
                        code=code,
                        grant_type="authorization_code",
                        code_verifier=asking.verifier,
                        redirect_uri=asking.back,
                    )
                )
        except OAuthError as error:
            used = error.error == "invalid_grant"
            return Fault.REPLAYED if used else Fault.UNSOUND
        except (httpx2.HTTPError, ValueError, TypeError) as error:
            raise ProviderDown from error

    def _get(self, place: str) -> bytes:
        import httpx2

        try:
            with httpx2.Client(
                timeout=SECONDS, follow_redirects=False, verify=self._trusted()
            ) as line:
                return _read(line, place)
        except httpx2.HTTPError as error:
            raise ProviderDown from error

    def _line(self, asking: Asking) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client

        return OAuth2Client(
            self._client,
            self._secret or None,
            timeout=SECONDS,
            follow_redirects=False,
            verify=self._trusted(),
            **_asking(asking),
        )

    def _trusted(self) -> "ssl.SSLContext":
        """Return whom certificates lead to: read once, which takes longer than an answer."""
        import httpx2

        if self._trust is None:
            self._trust = httpx2.create_ssl_context()
        return self._trust


def provider_of(settings: Settings, clock: Callable[[], datetime]) -> Provider | None:
    """Return the identity provider of a deployment, None where it has none. Raises ``Setup``."""
    return Provider(settings, clock) if settings.oidc_issuer else None


def _asking(asking: Asking) -> dict[str, str]:
    return {"scope": "openid", "redirect_uri": asking.back, "code_challenge_method": "S256"}


def _read(line: "httpx2.Client", place: str) -> bytes:
    with line.stream("GET", place) as answer:
        data = b""
        for part in answer.iter_bytes():
            data += part
            if len(data) > MOST:
                raise ProviderDown
    if answer.status_code != 200:
        raise ProviderDown
    return data


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError as error:
        raise ProviderDown from error
    if not isinstance(found, dict):
        raise ProviderDown
    return found


def _safe(address: object) -> bool:
    """Say whether an address is by TLS, or on this machine."""
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    there = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return there and bool(parts.hostname) and not parts.username and not parts.fragment


def _secret(settings: Settings) -> str:
    if settings.oidc_client_secret_file is None:
        return ""
    file = settings.place(settings.oidc_client_secret_file)
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Setup(f"{file} cannot be read", "Put the client's secret there.") from error
