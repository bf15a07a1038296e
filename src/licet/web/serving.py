"""What a server is told of where it stands: read once from the settings, then frozen."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from licet.settings import Settings
from licet.terms.errors import BadInput

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Serving:
    """Where licet is reached, and by whom it believes to be told who asks.

    ``origin`` is what stands in a browser's address bar (``https://licet.example.org``);
    passkeys belong to it. ``proxies`` are the addresses of the proxies whose
    ``X-Forwarded-For`` is believed: nobody else's is. With ``certificate`` and ``key`` (PEM)
    the server speaks TLS itself.
    """

    host: str
    port: int
    origin: str
    proxies: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None

    @property
    def secure(self) -> bool:
        """Whether a browser reaches it by TLS, ours or a proxy's."""
        return self.origin.startswith("https://")

    @property
    def relying_party(self) -> str:
        """The host that passkeys belong to (WebAuthn 4)."""
        return urlsplit(self.origin).hostname or ""

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; ``__Host-`` binds it to this host and to TLS."""
        return "__Host-licet" if self.secure else "licet"

    @property
    def leaving_cookie(self) -> str:
        """The name of the cookie that a browser takes to the identity provider and back."""
        return f"{self.cookie}-leaving"

    @property
    def own_cookie(self) -> str:
        """The name of a data subject's cookie: whoever is a member too has two sessions."""
        return f"{self.cookie}-own"

    @property
    def here_cookie(self) -> str:
        """The name of the cookie by which a data subject's browser is known that came before."""
        return f"{self.cookie}-here"

    @property
    def asking_cookie(self) -> str:
        """The name of the cookie by which the browser is known that asked for a code."""
        return f"{self.cookie}-asking"

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that a request may name; whatever else it names is not for us."""
        own = {urlsplit(self.origin).netloc.lower(), self.relying_party}
        return frozenset(own | {f"{_bracketed(self.host)}:{self.port}"})

    @classmethod
    def of(cls, settings: Settings, host: str = "", port: int = 0) -> "Serving":
        """Read where the server stands. ``host`` and ``port`` win over the settings.

        Raises ``BadInput`` when it would be reached from elsewhere without TLS, when half of a
        certificate is given, or when the origin is none.
        """
        host, port = host or settings.web_host, port or settings.web_port
        here = settings.web_certificate is not None
        if here != (settings.web_key is not None):
            raise BadInput(
                "a certificate and its key belong together", "Set web_certificate and web_key."
            )
        origin = settings.web_origin.rstrip("/").lower()
        if not origin:
            scheme = "https" if here else "http"
            shown = "localhost" if host in LOOPBACK else _bracketed(host)
            origin = f"{scheme}://{shown}:{port}"
        made = cls(
            host=host,
            port=port,
            origin=origin,
            proxies=settings.web_proxies,
            certificate=settings.place(settings.web_certificate)
            if settings.web_certificate
            else None,
            key=settings.place(settings.web_key) if settings.web_key else None,
        )
        made._require_sound()
        return made

    def _require_sound(self) -> None:
        parts = urlsplit(self.origin)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
            raise BadInput(
                f"{self.origin} is no origin", "Write it like https://licet.example.org."
            )
        if not self.secure and parts.hostname not in LOOPBACK:
            raise BadInput(
                f"{self.origin} would send people's data unencrypted",
                "Set web_origin to an https address: of a proxy before licet, or with "
                "web_certificate and web_key.",
            )
        if self.host not in LOOPBACK and self.certificate is None and not self.proxies:
            raise BadInput(
                f"{self.host} would listen to everybody without TLS",
                "Name the proxy in web_proxies, or set web_certificate and web_key.",
            )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
