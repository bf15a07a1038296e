"""A video to the faces in it: frames, looks, tracks, in bounded memory."""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import simplejpeg

from licet.terms.clip import Clip, TellWatched, VideoFile, Watched, clock_time
from licet.terms.face import SeenFace, Unreadable
from licet.vision.batch import in_order
from licet.vision.decode import UnreadableError
from licet.vision.guard import HOSTILE
from licet.vision.opening import opened
from licet.vision.picture import Frame
from licet.vision.reel import Opening, Shown
from licet.vision.tracks import MOST_TRACKS, Tracker

STILL_QUALITY = 95


@dataclass(frozen=True, slots=True)
class Look:
    """A frame that was looked at: when, whether a new scene began, and its faces."""

    at: int
    changed: bool
    faces: tuple[SeenFace, ...]


Inspect = Callable[[Frame], tuple[SeenFace, ...]]
"""Finds the faces of a frame, each with its template."""


def watch(
    file: VideoFile,
    inspect: Inspect,
    tracker: Tracker,
    threads: int,
    tell: TellWatched,
    opening: Opening = opened,
) -> Clip | Unreadable:
    """Look through a video and follow the faces in it, or say why it cannot be read.

    Decoding runs ahead of looking by a few frames and no more.
    """

    def look(frame: Frame) -> Look | None:
        try:
            return Look(frame.at, frame.changed, inspect(frame))
        except HOSTILE:  # a frame that decodes and cannot be turned into pixels
            return None

    try:
        with opening(file) as reel, closing(in_order(reel.frames(), look, threads)) as found:
            return _followed(reel, found, tracker, tell)
    except UnreadableError as error:
        return error.value


def _followed(
    reel: Shown, looks: Iterable[Look | None], tracker: Tracker, tell: TellWatched
) -> Clip:
    """Hand every look to the tracker. Raises :class:`UnreadableError` without a single one."""
    frames = failed = 0
    told = Watched(0, 0, reel.total)

    def again() -> None:
        tell(told)

    reel.beat = again
    for look in looks:
        if look is None:
            failed += 1
            continue
        frames += 1
        tracker.add(look.at, look.faces, changed=look.changed)
        told = Watched(frames, look.at, reel.total)
        tell(told)
        if tracker.full:
            reel.lacking.append(
                f"after {MOST_TRACKS} faces, {clock_time(look.at)} into the video, nobody looked on"
            )
            break
    if not frames or reel.upright is None:
        raise UnreadableError(
            "no frame of the video can be decoded", "fetch the original again, or convert it"
        )
    if failed:
        reel.lacking.append(f"{failed} frames could not be looked at")
    ends = reel.ends
    return Clip(
        reel.upright.width,
        reel.upright.height,
        ends,
        frames,
        tracker.tracks(ends),
        tuple(reel.lacking),
    )


def still(file: VideoFile, at: int, opening: Opening = opened) -> bytes | Unreadable:
    """Return the frame shown at a moment (milliseconds) as upright JPEG, without metadata."""
    try:
        with opening(file) as reel:
            frame = reel.still(at)
            if frame is None:
                return Unreadable("there is no frame at this moment", "choose an earlier one")
            content: bytes = simplejpeg.encode_jpeg(
                np.ascontiguousarray(frame.pixels()), STILL_QUALITY, "RGB", "444"
            )
            return content
    except UnreadableError as error:
        return error.value
    except HOSTILE:  # as above
        return Unreadable("this frame cannot be turned into pixels", "choose another one")
