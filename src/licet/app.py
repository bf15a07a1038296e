"""Opens the rooms from settings into one frozen App. Decides nothing."""

from collections.abc import Callable, Container, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING

from licet.ledger.checkpoint import LedgerKey, sign
from licet.ledger.kept import Kept
from licet.ledger.maker import Leaves
from licet.ledger.mark import Mark
from licet.ledger.tiles import Tiles
from licet.outbox import Outbox, open_outbox
from licet.post import HttpPost, Post
from licet.settings import Settings
from licet.sources.fixtures import known_hashes
from licet.store.deployment import ended
from licet.store.store import Store
from licet.terms.errors import Conflict, Quarantine, Setup
from licet.terms.ids import KeyId, ModelId
from licet.terms.ledger import Checkpoint, Head
from licet.terms.stored import Deployment
from licet.terms.when import Clock, from_ms, utc_now
from licet.vault.blobs import Blobs
from licet.vault.keyring import Keyring
from licet.vault.service import KeyService, LocalKeyService
from licet.vision.card import ModelCard, shipped_card

if TYPE_CHECKING:
    from licet.gallery.contract import Gallery
    from licet.vision.contract import Vision

CrashPoint = Callable[[str], None]
"""Called with the name of each boundary that is passed; tests stop the world there."""

CONTACT_KEY = KeyId("deployment:contact")


def pass_by(_name: str) -> None:
    """Do nothing: nobody stops the world outside the tests."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a look through every file read and found: places are (file, offset, needle)."""

    needles: frozenset[bytes]
    at: datetime
    files: int
    size: int
    places: tuple[tuple[str, int, bytes], ...]

    @property
    def found(self) -> int:
        """How many places hold a needle."""
        return len(self.places)

    def only(self, needles: frozenset[bytes]) -> "Scan":
        """Return what the same look found of some of the needles."""
        places = tuple(place for place in self.places if place[2] in needles)
        return Scan(needles, self.at, self.files, self.size, places)


@dataclass(frozen=True, slots=True)
class Wiped:
    """What the last wipe of the database found, and how many entries there were before it."""

    size: int
    removed: bool
    database: str


@contextmanager
def unwatched(_total: int) -> Iterator[Callable[[int], object]]:
    """Watch nothing: nobody waits at a terminal."""
    yield lambda _rows: None


@dataclass
class Shelf:
    """What a process keeps in memory: the gallery, None until opened, and how far it has read.

    ``watch`` is entered with the number of templates while the gallery is opened, and what
    it gives hears how many were read after each batch.
    """

    gallery: "Gallery | None" = None
    size: int = -1
    epoch_turned_at: datetime | None = None
    witnesses_asked_at: datetime | None = None
    stamp_asked_at: datetime | None = None
    scan: Scan | None = None
    wiped: Wiped | None = None
    kept_true: tuple[int, date] | None = None
    lock: RLock = field(default_factory=RLock)
    watch: Callable[[int], AbstractContextManager[Callable[[int], object]]] = unwatched


@dataclass(frozen=True)
class App:
    """All rooms of one deployment, open.

    ``vision`` and the gallery are opened when first used, so that a command that
    needs no photo pays for neither.
    """

    settings: Settings
    clock: Clock
    store: Store
    keyring: Keyring
    service: KeyService
    ledger_key: LedgerKey
    tiles: Tiles
    mark: Mark
    outbox: Outbox
    deployment: Deployment
    model: ModelId
    open_vision: "Callable[[], Vision]"
    open_gallery: "Callable[[ModelId], Gallery]"
    fixture_photos: Container[str] = frozenset()
    at: CrashPoint = pass_by
    shelf: Shelf = field(default_factory=Shelf)
    post: Post = field(default_factory=HttpPost)

    @cached_property
    def kept(self) -> Kept:
        """The checkpoints that witnesses and timestamp authorities saw, beside the tiles."""
        return Kept(self.settings.place(self.settings.tiles), self.ledger_key.verifier)

    @cached_property
    def blobs(self) -> Blobs:
        """The sealed files of what was handed in and is kept."""
        return Blobs(self.settings.place(self.settings.copies))

    @cached_property
    def vision(self) -> "Vision":
        """The vision room: models are read and checked when first used."""
        return self.open_vision()

    def publish(self) -> Checkpoint | None:
        """Mirror the ledger outside the store and sign its head (C2SP tiles, checkpoint).

        Runs after the unit of work, never inside: signing must not hold the head lock.
        """
        with self.store.read() as reader:
            head = reader.head
            latest = self.tiles.latest()
            if latest is not None and latest.size == head.size:
                return latest
            if head.size == 0:
                return None
            self.at("publish.start")
            try:
                checkpoint = self.tiles.publish(reader.leaves.get, head, self._sign)
            except Conflict:
                # Another process mirrored further since this reader began: it is all there.
                latest = self.tiles.latest()
                if latest is None or not head.size < latest.size <= self.store.head().size:
                    raise
                return latest
        self.mark.write(checkpoint.size)
        self.at("publish.done")
        return checkpoint

    def _sign(self, size: int, root: bytes) -> Checkpoint:
        return sign(self.deployment.origin, size, root, self.ledger_key)

    def close(self) -> None:
        """Close the store and the keyring; keys in memory are dropped with them."""
        self.store.close()
        self.keyring.close()


_NOWHERE = Deployment(
    id="",
    origin="",
    controller="",
    sandbox=False,
    opened_at=from_ms(0),
    dpia_digest="",
    ai_act_classification="",
    established_in_eu=False,
    eu_representative="",
    fpir_search=0.01,
    fpir_collect=0.001,
    checkpoint_size=0,
)
"""What an empty store stands for while it is being restored."""


def signed_size(tiles: Tiles, mark: Mark) -> int:
    """Return how many entries were signed: the mirror and the mark beside the key each say it."""
    latest = tiles.latest()
    return max(mark.read(), latest.size if latest else 0)


def check_mirror(signed: int, head: Head) -> None:
    """Raise ``Quarantine`` when the store lacks entries that were signed, or may lack some.

    ``signed`` was read before the head: others may write and sign at the same time. A
    store that has all of them may serve, and its mirror is brought up again.
    """
    if head.size > 0 and signed == 0:
        raise Quarantine(
            "neither the mirror of the ledger nor its mark is here, so nobody can tell whether "
            "this store is the newest",
            "Bring the mirror's folder back from where it is copied to; then start again.",
        )
    if head.size < signed:
        raise Quarantine(
            "the store is older than its signed ledger",
            "An older copy was put in place. Run `licet restore` so that what was withdrawn "
            "or erased since stays withdrawn and erased.",
        )


def open_app(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    at: CrashPoint = pass_by,
    vision: "Vision | None" = None,
    outbox: Outbox | None = None,
    fixture_photos: Container[str] | None = None,
    recovering: bool = False,
) -> App:
    """Open a deployment.

    Raises ``Setup`` when something is missing, ``Quarantine`` when the store is
    older than the ledger that was signed (unless ``recovering``), ``Ended`` when the
    deployment was ended for good (likewise), ``Corrupt`` when stored bytes fail their check.
    """
    with ExitStack() as opened:
        store = Store.open(settings.url, Leaves(), clock, at=at)
        opened.callback(store.close)
        service = LocalKeyService(settings.place(settings.epochs))
        places = (settings.place(settings.keyring), settings.place(settings.keyring_replica))
        keyring = Keyring.open(*places, service, at, clock)
        opened.callback(keyring.close)
        ledger_key = LedgerKey.open(settings.place(settings.ledger_key))
        tiles = Tiles(settings.place(settings.tiles), ledger_key.verifier, at)
        mark = Mark(settings.place(settings.ledger_key).with_name("signed"))
        known = _require_current(store, tiles, mark, recovering=recovering)
        app = App(
            settings=settings,
            clock=clock,
            store=store,
            keyring=keyring,
            service=service,
            ledger_key=ledger_key,
            tiles=tiles,
            mark=mark,
            outbox=outbox or open_outbox(settings, known.controller, sandbox=known.sandbox),
            deployment=known,
            model=vision.model if vision is not None else _recogniser().model_id,
            open_vision=(lambda: vision) if vision is not None else (lambda: _engine(settings)),
            open_gallery=lambda model: _exact(model, clock, settings.workers),
            fixture_photos=known_hashes() if fixture_photos is None else fixture_photos,
            at=at,
        )
        opened.pop_all()
    return app


def _require_current(store: Store, tiles: Tiles, mark: Mark, *, recovering: bool) -> Deployment:
    """Return the deployment in the store. Raises ``Setup``, ``Ended``, ``Quarantine``."""
    signed = signed_size(tiles, mark)
    with store.read() as reader:
        deployment = reader.deployment.get()
        head = reader.head
    if recovering:
        return deployment or _NOWHERE
    if deployment is None:
        raise Setup("this store holds no deployment", "Run `licet init`, or `licet restore`.")
    if deployment.closed_at is not None:
        raise ended(deployment.closed_at)
    check_mirror(signed, head)
    return deployment


def _engine(settings: Settings) -> "Vision":
    """Open the real models; imported here because they cost a second that most commands save."""
    from licet.vision.engine import Engine

    return Engine.open(settings.models, settings.place(settings.cache), settings.workers)


def _exact(model: ModelId, clock: Clock, threads: int) -> "Gallery":
    from licet.gallery.exact import ExactGallery

    return ExactGallery(model, _recogniser().dimension, clock, threads=threads)


def _recogniser() -> ModelCard:
    """Return the card of the model that makes templates; reading it loads no model."""
    return shipped_card("sface-2021dec")
