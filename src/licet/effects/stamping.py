"""Having the ledger stamped by a timestamp authority (RFC 3161).

As with witnesses it runs after the mirror, under no lock; what is not signed by a
certificate under the roots in the settings is not kept.
"""

from datetime import timedelta

from licet.app import App
from licet.effects.witnessing import WITNESS_EVERY, last_signed, passed
from licet.ledger import stamp as stamps
from licet.ledger.stamp import Stamp
from licet.post import Question
from licet.terms.errors import Busy, Corrupt, Setup

STAMP_EVERY = timedelta(hours=24)
"""A free timestamp authority is not to be flooded; an order's pack asks for its own."""

LOOKED_AT = 3


def stamp_ledger(app: App) -> Stamp:
    """Have the last checkpoint stamped by the timestamp authority, or return its timestamp.

    1. Take the last signed checkpoint, as the ledger alone signed it.
    2. Ask the authority; what it says must lead to the roots in the settings.
    3. Keep checkpoint and timestamp.

    Raises ``Setup`` when no authority is named, ``Busy`` when it does not answer,
    ``Corrupt`` when its answer does not hold.
    """
    trusted = authorities(app)
    if not app.settings.timestamp_url:
        raise Setup("no timestamp authority has an address", "Set timestamp_url in licet.toml.")
    app.shelf.stamp_asked_at = app.clock()
    checkpoint = app.kept.bare(last_signed(app))  # 1
    kept = _holds(app, checkpoint.size, trusted)
    if kept is not None:
        return kept
    asked = stamps.question(checkpoint)  # 2
    url = app.settings.timestamp_url
    answer = app.post.ask(Question(url, asked.data, stamps.QUESTION_TYPE, stamps.MOST_BYTES))
    if answer.status != 200:
        raise Busy(f"the timestamp authority answered {answer.status}", "It is asked again.")
    stamp = stamps.answered(answer.data, asked, checkpoint, trusted)
    app.kept.add_stamp(checkpoint, answer.data)  # 3
    return stamp


def last_stamp(app: App) -> tuple[int, Stamp] | None:
    """Return the size and timestamp of the last checkpoint whose timestamp holds, of a few.

    One of an authority that is trusted no more stays for those who trust it, and counts here
    for none; so does one that is damaged.
    """
    trusted = authorities(app)
    for size in reversed(app.kept.stamped()[-LOOKED_AT:]):
        stamp = _holds(app, size, trusted)
        if stamp is not None:
            return size, stamp
    return None


def stamp_due(app: App) -> bool:
    """Say whether a worker should ask for a timestamp: a day has passed, and the ledger grew."""
    if not app.settings.timestamp_url or not passed(app, app.shelf.stamp_asked_at, WITNESS_EVERY):
        return False
    latest, last = app.tiles.latest(), last_stamp(app)
    if latest is None or (last is not None and last[0] >= latest.size):
        return False
    return last is None or app.clock() - last[1].at >= STAMP_EVERY


def _holds(app: App, size: int, trusted: stamps.Authorities) -> Stamp | None:
    """Return the timestamp that is kept of this size, None unless it holds."""
    try:
        checkpoint, token = app.kept.at(size), app.kept.stamp(size)
        if checkpoint is None or token is None or not trusted:
            return None
        return stamps.check(token, app.kept.bare(checkpoint), trusted)
    except Corrupt:
        return None


def authorities(app: App) -> stamps.Authorities:
    """Return the roots of timestamp authorities in the settings. Raises ``Setup``."""
    named = app.settings.timestamp_authorities
    if named is None:
        return ()
    path = app.settings.place(named)
    try:
        return stamps.read_authorities(path.read_bytes())
    except OSError as error:
        raise Setup(
            f"the timestamp authority's certificates cannot be read: {error.strerror}",
            "Mend timestamp_authorities in licet.toml.",
        ) from error
