"""Runs the web door until it is stopped; what was begun is answered before it ends."""

import logging
import signal
import socket
import sys
from collections.abc import Callable

import structlog
import uvicorn

from licet.app import App
from licet.preparing import is_ready
from licet.terms.errors import Setup
from licet.web.door import opened
from licet.web.serving import Serving

GRACE_SECONDS = 20
"""For how long answers that were begun may take after somebody stopped the server."""


def require_ready(app: App) -> None:
    """Raise ``Setup`` for a deployment whose papers are not there: nobody real is served.

    The gate is that of real grants (``licet ready``); a sandbox passes, and says what it is.
    """
    state = is_ready(app)
    if state.sandbox or not state.lacks:
        return
    lacking = "; ".join(f"{lack.what} ({lack.article})" for lack in state.lacks)
    raise Setup(f"this deployment is not ready for real people: {lacking}", "Run `licet ready`.")


def serve(app: App, serving: Serving, listening: Callable[[str], object]) -> None:
    """Serve until SIGINT or SIGTERM. ``listening`` hears the address once it answers.

    Raises ``Setup`` when the deployment is not ready or the place is taken.
    """
    require_ready(app)
    _log_plainly()
    config = uvicorn.Config(
        opened(app, serving),
        host=serving.host,
        port=serving.port,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(serving.proxies),
        forwarded_allow_ips=list(serving.proxies),
        ssl_certfile=serving.certificate,
        ssl_keyfile=serving.key,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=GRACE_SECONDS,
        h11_max_incomplete_event_size=64 * 1024,
    )
    place = _bound(serving)
    listening(serving.origin)
    # The server raises again, when it has ended, what it was stopped by.
    former = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        uvicorn.Server(config).run(sockets=[place])
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, former)
        place.close()


def _bound(serving: Serving) -> socket.socket:
    family = socket.AF_INET6 if ":" in serving.host else socket.AF_INET
    place = socket.socket(family, socket.SOCK_STREAM)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        place.bind((serving.host, serving.port))
    except OSError as error:
        place.close()
        raise Setup(
            f"cannot listen at {serving.host}:{serving.port}: {error.strerror}",
            "Stop what listens there, or choose another port with --port.",
        ) from error
    return place


def _log_plainly() -> None:
    """One JSON line a request on stderr; what the server itself says only when it is wrong."""
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
