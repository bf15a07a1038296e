"""A video at its source: opened, read through for its content hash, and asked about meanwhile.

Reading gigabytes takes minutes. Whoever reads asks again at least four times a second
whether they still may, and stops within the file when not (GDPR 58(2)(f)).
"""

import hashlib
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import BinaryIO

from licet.app import App
from licet.consent.decide import decide
from licet.effects.facts import read_facts
from licet.sources.contract import Address, HoldsVideos, ItemSource
from licet.terms.acting import Who
from licet.terms.permit import Ask, Refusal

PART = 4 * 1024 * 1024
ASK_AGAIN_SECONDS = 0.25

KeepOn = Callable[[], None]
"""Called after each part that was read; raises when no more may be."""


class RefusedError(Exception):
    """What takes its time may not go on; ``refusal`` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


@dataclass
class AskingAgain:
    """One act that was permitted and takes its time. ``signed`` is the digest of the act."""

    app: App
    ask: Ask
    who: Who
    signed: str
    _asked_at: float = field(default_factory=time.monotonic)

    def keep_on(self) -> None:
        """Decide again when it is time to. Raises :class:`RefusedError`."""
        if time.monotonic() - self._asked_at < ASK_AGAIN_SECONDS:
            return
        with self.app.store.read() as reader:
            now = reader.now
            facts = read_facts(self.app, reader, self.ask, self.who, now, self.signed)
        decided = decide(self.ask, facts, now)
        if isinstance(decided, Refusal):
            raise RefusedError(decided)
        self._asked_at = time.monotonic()


def hash_of(film: BinaryIO, keep_on: KeepOn) -> str:
    """Return the content hash (SHA-256, hex) of what is left of a file. Raises ``OSError``."""
    digest = hashlib.sha256()
    while part := film.read(PART):
        digest.update(part)
        keep_on()
    return digest.hexdigest()


def open_film(
    place: ItemSource, address: Address, sha256: str, keep_on: KeepOn = lambda: None
) -> BinaryIO | None:
    """Return the open video of an item, None if it is gone or another one by now.

    Raises what ``keep_on`` raises.
    """
    film = place.open_video(address) if isinstance(place, HoldsVideos) else None
    if film is None:
        return None
    with ExitStack() as unless_whole:
        unless_whole.callback(film.close)
        try:
            found = hash_of(film, keep_on)
            film.seek(0)
        except OSError:
            return None
        if found != sha256:
            return None
        unless_whole.pop_all()
    return film
