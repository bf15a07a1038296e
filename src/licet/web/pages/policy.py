"""The content policy that the pages are made for: what a browser may do with them.

Every page of ours works under it, which the tests in a real browser see to: they send it, and
fail at any report. Whoever serves the pages sends it too.
"""

_FIXED = (
    "default-src 'none'",
    "img-src 'self' blob:",  # blob: the photo that somebody is about to send, shown before
    "font-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    # Markup is only written by htmx, and there only from answers of ours with their nonce.
    "require-trusted-types-for 'script'",
    "trusted-types htmx",
)


def content_policy(nonce: str) -> str:
    """Return the ``Content-Security-Policy`` of one response (W3C CSP 3, Trusted Types)."""
    return "; ".join((f"script-src 'nonce-{nonce}'", *_FIXED))
