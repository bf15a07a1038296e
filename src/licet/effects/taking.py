"""What is handed in: looked at before a byte of it is kept, then sealed without its metadata."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

from licet.app import App
from licet.consent.decide import decide
from licet.effects.facts import read_facts
from licet.effects.films import KeepOn, hash_of
from licet.effects.fixtures import strange_content
from licet.effects.record import record_machine, record_refusal
from licet.effects.sealed import copy_key, handed_tag, seal_name
from licet.sources.authority import marks_of_photo
from licet.sources.contract import MOST_BYTES, Address
from licet.sources.intake import Arrival, are_of_feed, joined, spans_of
from licet.sources.reserved_photo import reserved_by_photo
from licet.sources.sniff import photo_format, video_format
from licet.sources.upload import plain_name
from licet.store.unit import Unit
from licet.terms.acting import Who
from licet.terms.errors import BadInput, Busy, Integrity
from licet.terms.face import Unreadable
from licet.terms.ids import CopyId, SourceId
from licet.terms.ledger import EntryKind
from licet.terms.permit import Ask, Permit, Refusal
from licet.terms.source import KeptCopy, Marker, SourceState
from licet.terms.uploading import MOST_VIDEO_BYTES, Handed, KeptNot, NotKept

HEAD_BYTES = 65_536

_NOTHING = NotKept(KeptNot.UNREADABLE, "the file is empty", "Hand in the file itself.")
_NO_PHOTO = NotKept(
    KeptNot.UNREADABLE,
    "the file is no photo and no video in a known format",
    "Convert it, or leave it out.",
)
_STRANGE = NotKept(
    KeptNot.SANDBOX,
    "a sandbox takes only fixture photos",
    "Open a real deployment with `licet init` for real photos.",
)
_TOO_LARGE = {
    True: NotKept(
        KeptNot.TOO_LARGE,
        f"the photo is larger than {MOST_BYTES // 1024**2} MB",
        "Hand in a smaller copy.",
    ),
    False: NotKept(
        KeptNot.TOO_LARGE,
        f"the video is larger than {MOST_VIDEO_BYTES // 1024**3} GB",
        "Hand it in in parts, or collect it where it lies.",
    ),
}


@dataclass(frozen=True, slots=True)
class Incoming:
    """What is handed in, open: how it is called, what it is, and its content hash."""

    name: str
    file: BinaryIO
    sha256: str
    is_photo: bool


@contextmanager
def opened(handed: Handed) -> Iterator[BinaryIO]:
    """Give what is handed in as an open file, at its beginning. Raises ``BadInput``."""
    content = handed.content
    if isinstance(content, bytes):
        with BytesIO(content) as file:
            yield file
        return
    if not content.seekable():
        raise BadInput("the file can be read only once", "Hand in a file, not a pipe.")
    content.seek(0)
    yield content


def _measured(handed: Handed, file: BinaryIO, keep_on: KeepOn) -> Incoming | NotKept:
    """Read what is handed in through once, for its hash, within the limits; or say why not."""
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(64)
    file.seek(0)
    is_photo = photo_format(head) is not None
    if not size:
        return _NOTHING
    if not is_photo and video_format(head) is None:
        return _NO_PHOTO
    if size > (MOST_BYTES if is_photo else MOST_VIDEO_BYTES):
        return _TOO_LARGE[is_photo]
    return Incoming(plain_name(handed.name), file, hash_of(file, keep_on), is_photo)


def looked_at(app: App, handed: Handed, file: BinaryIO, keep_on: KeepOn) -> Incoming | NotKept:
    """Return what is handed in with its hash, or why it may not be kept, by name and bytes.

    1. It is a photo or video, and not too large.
    2. A sandbox takes fixtures alone.
    3. What bears the marks of a platform, or is called a badge or identity photo, has another
       origin than its source stated.
    4. What reserves itself is obeyed (Directive (EU) 2019/790, 4(3)).
    """
    incoming = _measured(handed, file, keep_on)  # 1
    if isinstance(incoming, NotKept):
        return incoming
    return _speaks_against(app, incoming) or incoming


def _speaks_against(app: App, incoming: Incoming) -> NotKept | None:
    if strange_content(app, incoming.sha256):  # 2
        return _STRANGE
    file = incoming.file
    file.seek(0)
    ends = file.read(HEAD_BYTES)
    file.seek(max(HEAD_BYTES, file.seek(0, 2) - HEAD_BYTES))
    ends += file.read(HEAD_BYTES)
    marks = marks_of_photo(Address(incoming.name), ends)  # 3
    if marks:
        return NotKept(
            KeptNot.MARKER,
            f"it bears the marks of {min(marks).value}",
            "Leave it out: it is not what this source says its photos are.",
        )
    file.seek(0)
    found = reserved_by_photo(file.read()) if incoming.is_photo else None  # 4
    if found is None:
        return None
    return NotKept(
        KeptNot.RESERVED,
        f"it reserves itself ({found.says})",
        "Leave it out, or ask whoever holds the rights.",
    )


def write_stripped(
    app: App, incoming: Incoming, place: tuple[SourceId, CopyId], keep_on: KeepOn
) -> tuple[str, int] | NotKept:
    """Seal nothing but the pictures; return the hash of what is kept (hex) and its size."""
    source, copy = place
    key = app.keyring.get(copy_key(copy))
    incoming.file.seek(0)
    with app.blobs.write(source, copy, key) as out:
        if incoming.is_photo:
            found = app.vision.stripped(incoming.file.read())
            wrong = found if isinstance(found, Unreadable) else None
            if isinstance(found, bytes):
                out.write(found)
        else:
            wrong = app.vision.stripped_video(incoming.file, out, keep_on)
        if wrong is not None:
            return NotKept(KeptNot.UNREADABLE, wrong.reason, wrong.remedy)
        size = out.finish()
    kept = app.blobs.open(source, copy, key)
    if kept is None:
        raise Integrity("what was just written is not there", "Run `licet doctor`.")
    # Whoever writes a video goes over its beginning again: only now are all bytes known.
    with kept:
        return hash_of(kept, keep_on), size


def permit_to_take(
    app: App, unit: Unit, ask: Ask, who: Who, made: datetime | None
) -> Permit | Refusal:
    """Decide anew, within the unit that keeps a copy; a refusal is recorded in it.

    What is handed in as a camera would hand it in puts the source on hold (AI Act 5(1)(h)).
    Nothing lies anywhere of what was not taken: when it came is noted, and says for two hours
    that it came so.
    """
    source = ask.source or SourceId("")
    facts = read_facts(app, unit, ask, who, unit.now)
    before = unit.sources.fresh(source)
    spans = joined(before, spans_of((Arrival(made or unit.now, unit.now),)))
    marks = (Marker.STREAM,) if are_of_feed(spans) else ()
    permit = decide(ask, replace(facts, markers=(*facts.markers, *marks)), unit.now)
    if isinstance(permit, Refusal):
        if marks and facts.source is not None and facts.source.state is SourceState.AUTHORISED:
            unit.sources.set_state(source, SourceState.ON_HOLD)
            unit.sources.note_fresh(source, spans)
            said = (("marker", Marker.STREAM.value),)
            record_machine(unit, EntryKind.SOURCE_HELD, (("source", source),), said)
        return record_refusal(app, unit, ask, permit)
    if spans != before:
        unit.sources.note_fresh(source, spans)
    return permit


def note_refused(app: App, source: SourceId, made: datetime | None) -> None:
    """Note when something was made that was handed in to a source on hold: does it go on?"""
    with app.store.unit(bookkeeping=True) as unit:
        before = unit.sources.fresh(source)
        spans = joined(before, spans_of((Arrival(made or unit.now, unit.now),)))
        if spans != before:
            unit.sources.note_fresh(source, spans)


def add_copy(
    app: App, unit: Unit, place: tuple[SourceId, CopyId], incoming: Incoming, kept: tuple[str, int]
) -> KeptCopy:
    """Add the row of a copy whose key and bytes are durable; return the copy there is now.

    Somebody else may have handed the same in meanwhile, or the same with other metadata:
    then theirs is returned, and ours is nobody's. Raises ``Busy`` where theirs is ending.
    """
    source, copy = place
    sha256, size = kept
    tag = handed_tag(app, source, incoming.sha256)
    there = unit.copies.handed_in(source, tag) or unit.copies.find(source, sha256)
    if there is not None and there.ending:
        raise Busy("a copy of the same is being destroyed", "Hand it in again in a minute.")
    if there is not None:
        return there
    sealed = seal_name(app, copy, source, incoming.name)
    made = KeptCopy(copy, source, sha256, tag, sealed, size, unit.now)
    unit.copies.add(made)
    if app.deployment.sandbox:
        # Made from a fixture by the machine itself: collecting takes it as such.
        unit.deployment.add_generated(sha256)
    return made


def drop_unfinished(app: App, source: SourceId, copy: CopyId) -> None:
    """Destroy key and bytes of a copy that was not kept; of one that was, nothing."""
    with app.store.read() as reader:
        if reader.copies.there((copy,)):
            return
    app.keyring.shred(copy_key(copy))
    app.blobs.remove(source, copy)
