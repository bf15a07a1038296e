"""A sandbox takes fixture photos and photos made from them, and no others.

So nobody's real photos are tried out without the governance of a real deployment,
and a sandbox can never grow into one (there are no trial accounts).
"""

import hashlib

from licet.app import App
from licet.terms.errors import BadInput


def strange(app: App, photo: bytes) -> bool:
    """Say whether this deployment is a sandbox and the photo none of its fixtures."""
    return app.deployment.sandbox and strange_content(app, hashlib.sha256(photo).hexdigest())


def strange_content(app: App, sha256: str) -> bool:
    """Say the same of a photo or video by its content hash (hex)."""
    if not app.deployment.sandbox:
        return False
    if sha256 in app.fixture_photos:
        return False
    with app.store.read() as reader:
        return not reader.deployment.is_generated(sha256)


def refuse_strange(app: App, photo: bytes) -> None:
    """Raise ``BadInput`` for a photo that a sandbox may not take."""
    if strange(app, photo):
        raise BadInput(
            "this is a sandbox: it takes only its fixture photos and photos made from them",
            "Open a real deployment with `licet init` for real photos.",
        )
