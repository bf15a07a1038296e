"""Building a package and delivering it: two steps of an ANSWER plan, each safe to repeat.

A package lies in ``settings.packages`` under its request's number, locked, until it is
delivered; nothing of it is ever on disk in clear. It is built beside its place and moved
there when it is whole: whoever is killed leaves nothing that could be taken for a package.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from licet.app import App
from licet.effects.letters import compose, sender_of
from licet.effects.packing.asker import asker_of
from licet.effects.packing.documents import json_parts, page_parts, schema
from licet.effects.packing.faces import UNREAD, Boxes
from licet.effects.packing.gather import gather
from licet.effects.packing.letter import letter
from licet.effects.packing.parts import Package
from licet.effects.packing.pictures import pictures_of
from licet.effects.packing.receipts import receipts_of
from licet.effects.packing.saying import saying
from licet.effects.packing.volumes import Volumes, volume_name
from licet.effects.plans import Found
from licet.effects.requests import answer_contact, open_request, request_key
from licet.ledger.nodes import Nodes, node_lines
from licet.ledger.package import (
    CHECKPOINT,
    ENTRIES,
    LISTING,
    NODES,
    Listing,
    PackedEntry,
    entry_line,
    write_listing,
)
from licet.store.unit import Reader
from licet.terms.errors import Integrity
from licet.terms.granting import Attachment
from licet.terms.ids import RequestId
from licet.terms.ledger import Checkpoint
from licet.terms.letters import PackageReadyLetter, PackageSecretLetter, PackedFile
from licet.terms.payload import RequestPayload
from licet.terms.plan import EffectKind, Plan, WorkState
from licet.terms.rights import Request, RightKind
from licet.vault.locked import Opened, secret_for

ZIP = "application/zip"
"""The media type of a volume."""

PER_FACE, PER_ENTRY, TEXTS = 900, 700, 300_000
"""Bytes that an appearance, an entry and everything else need at most, once packed."""


def build_package(app: App, plan: Plan) -> Found | None:
    """Build the package that answers the plan's request; one that lies there is the same again.

    1. Mirror the ledger: what is proved is proved against a signed checkpoint.
    2. Read everything that is kept, within one moment of the store.
    3. Read pictures again from their sources, everybody else covered.
    4. Write what is read by people and programs, and the signed list of all files, last.
    5. Move it to its place.

    None while another process builds it.
    """
    with app.store.read() as reader:
        request = reader.requests.of_plan(plan.id)
    if request is None or not request.is_open:
        return (("built", False),)
    payload = open_request(app, request)
    with _alone(app, request.id) as mine:
        if not mine:
            return None
        found = _found(app, plan, EffectKind.BUILD_PACKAGE)
        if found:
            return tuple(found.items())  # Another process built it meanwhile.
        if not _place(app, request.id).is_dir():
            _build(app, request, payload)
        return _told(app, request, payload)


def deliver_package(app: App, plan: Plan) -> Found | None:
    """Deliver the package to the proved contact, then what opens it, each in a letter of its own.

    A volume is deleted when the outbox took its letter, and the whole when the secret went
    out. Who is killed in between goes on with the letter that may not have gone; it says so.
    None while there is no proved contact or another process delivers.
    """
    with app.store.read() as reader:
        request = reader.requests.of_plan(plan.id)
        if request is None or not request.is_open:
            return (("delivered", False),)
        payload = open_request(app, request)
        contact = answer_contact(app, reader, request, payload)
    if contact is None:
        return None
    built = _found(app, plan, EffectKind.BUILD_PACKAGE)
    volumes = int(built.get("volumes", 0)) or _volumes(app, request.id)
    with _alone(app, request.id) as mine:
        if not mine:
            return None
        if not _gone(app, request.id).exists():
            if not _waits(app, plan):
                # Another process delivered it before this one was alone, and swept its mark.
                return (("delivered", False),)
            if not _place(app, request.id).is_dir():
                _build(app, request, payload)  # It was lost with its disk: the same again.
                volumes = _volumes(app, request.id)
            _send_volumes(app, request, payload, contact, volumes)
            _send_secret(app, request, payload, contact)
    return (("delivered", True), ("volumes", volumes), ("letters", volumes + 1))


def _waits(app: App, plan: Plan) -> bool:
    """Say whether the plan's request is still open: no mark of it was swept so far."""
    with app.store.read() as reader:
        request = reader.requests.of_plan(plan.id)
    return request is not None and request.is_open


def _build(app: App, request: Request, payload: RequestPayload) -> None:
    checkpoint = app.publish()  # 1
    if checkpoint is None:
        raise Integrity("the ledger has no entries", "Run `licet doctor`.")
    beside, place = _beside(app, request.id), _place(app, request.id)
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True, mode=0o700)
    with app.store.read() as reader:  # 2
        asker = asker_of(app, reader, request)
        package, faces, entries = gather(
            asker, payload.language, checkpoint.size, _lying(app, reader, request)
        )
    package, receipts = receipts_of(app, package, entries)
    portable = request.kind is RightKind.PORTABILITY
    reserved = PER_FACE * len(package.appearances) + PER_ENTRY * len(entries) + TEXTS
    with Volumes(beside, secret_of(app, request, payload), reserved) as volumes:
        package = (
            _without_pictures(package)
            if portable
            else _with_pictures(app, package, faces.boxes, volumes)  # 3
        )
        _write_texts(app, package, volumes)  # 4
        for name, data in receipts:
            volumes.add(name, (data,))
        _write_proofs(app, entries, checkpoint, volumes)
        volumes.add(LISTING, (_listing(app, package, volumes),), listed=False)
    app.at("package.built")
    beside.rename(place)  # 5


def _with_pictures(app: App, package: Package, boxes: Boxes, volumes: Volumes) -> Package:
    """Write the pictures and return the package with their names, or why there is none."""
    said: dict[str, tuple[str | None, str]] = {}
    for at, picture in enumerate(pictures_of(app, package, boxes), start=1):
        name = f"pictures/{at:05d}.jpg" if picture.data else None
        if name is not None:
            volumes.add_picture(name, picture.data)
        said[picture.item] = (name, picture.says)
    return _saying(package, said)


def _without_pictures(package: Package) -> Package:
    """Return the package without pictures: only what a machine reads is taken along (GDPR 20)."""
    unread = (item.id for item in package.items if item.picture_says == UNREAD)
    return _saying(package, dict.fromkeys(unread, (None, "left_out")))


def _saying(package: Package, said: dict[str, tuple[str | None, str]]) -> Package:
    items = tuple(
        replace(item, picture=said[item.id][0], picture_says=said[item.id][1])
        if item.id in said
        else item
        for item in package.items
    )
    return replace(package, items=items)


def _write_texts(app: App, package: Package, volumes: Volumes) -> None:
    """Write what people and programs read; for portability, what programs read alone."""
    volumes.add("package.json", json_parts(package))
    volumes.add("package.schema.json", (schema(),))
    if package.about.right == RightKind.PORTABILITY.value:
        return
    words = saying(package.about.language)
    volumes.add("index.html", page_parts(package, words, volumes.count))
    volumes.add("letter.pdf", (letter(package, words, sender_of(app), volumes.count),))


def _write_proofs(
    app: App, entries: tuple[PackedEntry, ...], checkpoint: Checkpoint, volumes: Volumes
) -> None:
    indices = (entry.leaf.index for entry in entries)
    nodes = Nodes(app.tiles.nodes_for(indices, checkpoint))
    volumes.add(ENTRIES, (entry_line(entry) for entry in entries))
    volumes.add(NODES, node_lines(nodes))
    volumes.add(CHECKPOINT, (checkpoint.note.encode(),))


def _listing(app: App, package: Package, volumes: Volumes) -> bytes:
    listing = Listing(
        origin=app.deployment.origin,
        issued_at=package.about.as_of,
        request=package.about.request,
        subject=package.person.id,
        volumes=volumes.count,
        files=tuple(sorted(volumes.files, key=lambda file: file.name)),
    )
    return write_listing(listing, app.ledger_key)


def secret_of(app: App, request: Request, payload: RequestPayload) -> str:
    """Return what opens a request's package: the same whenever it is asked for."""
    return payload.secret or secret_for(app.keyring.get(request_key(request.id)), request.id)


def _told(app: App, request: Request, payload: RequestPayload) -> Found:
    """Return what the entry says of a package: how large it is, and the digest of its list."""
    place = _place(app, request.id)
    files = sorted(place.glob("*.zip"))
    with files[0].open("rb") as file:
        opened = Opened(file, secret_of(app, request, payload))
        with opened.open(LISTING) as stream:
            digest = sha256(stream.read()).hexdigest()
    size = sum(one.stat().st_size for one in files)
    return (("built", True), ("volumes", len(files)), ("bytes", size), ("digest", digest))


def _found(app: App, plan: Plan, kind: EffectKind) -> dict[str, str | int | bool]:
    """Return what a step of the plan found, if it is done."""
    with app.store.read() as reader:
        effects = reader.plans.effects(plan.id)
    done = (e for e in effects if e.kind is kind and e.state is WorkState.DONE)
    return next((dict(effect.found) for effect in done), {})


def _send_volumes(
    app: App, request: Request, payload: RequestPayload, contact: str, volumes: int
) -> None:
    for volume in range(1, volumes + 1):
        file = _place(app, request.id) / volume_name(volume)
        if not file.exists():
            continue
        data = file.read_bytes()
        packed = PackedFile(file.name, len(data), sha256(data).hexdigest())
        ready = PackageReadyLetter(
            sender=sender_of(app),
            request=request.id,
            right=request.kind,
            received_on=request.received_at.date(),
            volume=volume,
            volumes=volumes,
            files=(packed,),
            again=_begin(file),
        )
        message = compose(ready, contact, payload.language)
        app.outbox.send(replace(message, attachments=(Attachment(file.name, ZIP, data),)))
        app.at("package.volume.sent")
        file.unlink()


def _send_secret(app: App, request: Request, payload: RequestPayload, contact: str) -> None:
    words = PackageSecretLetter(
        sender=sender_of(app), request=request.id, secret=secret_of(app, request, payload)
    )
    app.outbox.send(compose(words, contact, payload.language))
    app.at("package.secret.sent")
    _gone(app, request.id).touch(mode=0o600)
    shutil.rmtree(_place(app, request.id))


def _begin(file: Path) -> bool:
    """Note that a volume is being sent; say whether somebody had begun to before."""
    begun = file.with_suffix(".begun")
    if begun.exists():
        return True
    begun.touch(mode=0o600)
    return False


def _volumes(app: App, request: RequestId) -> int:
    return len(list(_place(app, request).glob("*.zip")))


def _lying(app: App, reader: Reader, request: Request) -> int:
    """Count the person's packages that lie here, built for another request of theirs."""
    theirs = reader.requests.of_subject(request.subject)
    return sum(_place(app, one.id).is_dir() for one in theirs)


def drop_package(app: App, request: RequestId) -> int:
    """Remove a request's package that was built and not delivered; returns 1, or 0 without one."""
    there = _place(app, request).is_dir()
    for place in (_place(app, request), _beside(app, request)):
        shutil.rmtree(place, ignore_errors=True)
    _gone(app, request).unlink(missing_ok=True)
    return int(there)


def _root(app: App) -> Path:
    return app.settings.place(app.settings.packages)


def _place(app: App, request: RequestId) -> Path:
    return _root(app) / request


def _beside(app: App, request: RequestId) -> Path:
    return _root(app) / f".{request}.building"


def _gone(app: App, request: RequestId) -> Path:
    """Return the mark that a package was delivered: its plan may not have heard of it yet."""
    return _root(app) / f".{request}.delivered"


@contextmanager
def _alone(app: App, request: RequestId) -> Iterator[bool]:
    """Hold a request's package against other processes; False while another holds it."""
    root = _root(app)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Sixteen files for all requests, so that none is left behind for each.
    handle = os.open(root / f".lock-{request[:1]}", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _held(handle)
    finally:
        os.close(handle)


def _held(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def sweep_packages(app: App) -> int:
    """Remove packages whose requests are over, and the marks of delivered ones; return how many.

    Who was refused after all, or answered in another way, is not sent anything any more.
    """
    there = (place.name.strip(".").partition(".")[0] for place in _root(app).glob("*-*-*-*-*"))
    over = []
    with app.store.read() as reader:
        for name in sorted(set(there)):
            request = reader.requests.get(RequestId(name))
            if request is None or not request.is_open:
                over.append(RequestId(name))
    return sum(drop_package(app, request) for request in over)
