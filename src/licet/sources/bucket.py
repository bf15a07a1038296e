"""A bucket that speaks S3 as a source of items: ``s3://bucket/prefix``.

1. Only what lies below the prefix is listed or read, with the credentials of the usual
   chain: the environment, the shared file and its profile, or what the machine was given.
2. A listing is in the order of the keys' bytes, page by page, so that a walk resumes after
   any key, also after one that is gone.
3. Hidden names and what tools leave behind are left out, as in a folder. Notes in XMP are no
   items; which there are is known from a listing, so that a bucket without costs no request.
4. An object is read in ranges, all of the same version: a connection that breaks is taken
   up where it broke, and one that was overwritten meanwhile is said to have changed. A
   video is read so where it lies.
"""

import configparser
import hashlib
import hmac
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import obstore
from obstore.exceptions import (
    BaseError,
    GenericError,
    InvalidPathError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import S3Store

from licet.sources.authority import TOKEN_FILE, NotProved, Proof
from licet.sources.contract import MOST_BYTES, NO_PHOTO, Address
from licet.sources.folder import left_out
from licet.sources.sniff import FIRST_BYTES, photo_format, video_format
from licet.sources.xmp import MOST_XMP
from licet.terms.errors import BadInput, Setup
from licet.terms.face import Unreadable
from licet.terms.ranged import ranged
from licet.terms.source import Control

if TYPE_CHECKING:
    from obstore import GetOptions, ObjectMeta
    from obstore.store import RetryConfig, S3Config

RANGE_BYTES = 8 * 1024 * 1024
"""How much is asked for at once."""

PAGE = 1000
"""Keys on one page of a listing, as many as S3 gives."""

TAKEN_UP = 3
"""How often a range that broke off is asked for again, after the client's own tries."""

_PLACE = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*?))?/?")
_RETRIES: "RetryConfig" = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
_TOKEN_BYTES = 1024
SIDECARS = (".xmp", ".XMP")

_GONE = Unreadable("the object is not there any more", "Nothing; it is skipped.")
_CHANGED = Unreadable("the object was changed while it was read", "Collect again.")
_EMPTY = Unreadable("the object is empty", "Copy the photo again.")
_TOO_LARGE = Unreadable(
    f"the object is larger than {MOST_BYTES // 1024 // 1024} MB",
    "Put a smaller copy of the photo in its place.",
)
_DENIED = Unreadable("reading is not allowed", "Let the account read this object.")
_BROKE = Unreadable("the connection to the bucket broke off", "Collect again.")


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket's name and the prefix in it, without a slash at either end."""

    bucket: str
    prefix: str

    def __str__(self) -> str:
        """Return it as it is written: ``s3://bucket/prefix``."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


def read_place(text: str) -> Place:
    """Return the place that ``s3://bucket/prefix`` names. Raises ``BadInput``."""
    found = _PLACE.fullmatch(text)
    if found is None:
        raise BadInput(f"this is no bucket: {text}", "Write s3://bucket or s3://bucket/prefix.")
    prefix = found[2] or ""
    if any(part in {"", ".", ".."} for part in prefix.split("/")) and prefix:
        raise BadInput(f"this is no prefix: {prefix}", "Write it without empty or dotted names.")
    return Place(found[1], prefix)


class BucketSource:
    """The photos below one prefix of one bucket.

    Raises ``Setup`` when the credentials cannot be used, ``BadInput`` for no bucket.
    """

    def __init__(self, text: str) -> None:
        self.place = read_place(text)
        self._store = open_bucket(self.place)
        self._written: tuple[Address, datetime] | None = None
        self._notes: frozenset[str] | None = None

    def walk(self, after: str = "") -> Iterator[Address]:
        """Yield the keys below the prefix in order. Raises ``BadInput`` when it cannot."""
        for key, _ in self._list(after):
            yield Address(key)

    def read(self, address: Address) -> bytes | Unreadable:
        """Return the bytes of the photo, or why not. At most 100 MB are read."""
        if _is_left_out(address) or any(part in {"", ".", ".."} for part in address.split("/")):
            raise BadInput("this is no address of this source", "Use one that it listed.")
        try:
            about = self._about(address)
            if about["size"] == 0:
                return _EMPTY
            if about["size"] > MOST_BYTES:
                head = self._range(address, 0, FIRST_BYTES, about["e_tag"])
                return _TOO_LARGE if photo_format(head) else NO_PHOTO
            return self._whole(address, about["size"], about["e_tag"])
        except (NotFoundError, FileNotFoundError):
            return _GONE
        except PreconditionError:
            return _CHANGED
        except (PermissionDeniedError, UnauthenticatedError):
            return _DENIED
        except BaseError:
            return _BROKE

    def open_video(self, address: Address) -> BinaryIO | None:
        """Return the open video behind a key, read in ranges of the version it is now."""
        try:
            about = self._about(address)
            size, version = about["size"], about["e_tag"]
            head = self._range(address, 0, min(size, FIRST_BYTES), version) if size else b""
        except (BaseError, FileNotFoundError):
            return None
        if video_format(head) is None:
            return None

        def fetch(start: int, end: int) -> bytes:
            try:
                return self._range(address, start, end, version)
            except (BaseError, FileNotFoundError) as problem:
                raise OSError("the video cannot be read on") from problem

        return ranged(size, fetch)

    def sidecars(self, address: Address) -> tuple[bytes | None, ...]:
        """Return the XMP beside an object, by its whole key or without its ending."""
        if self._notes is None:
            self.count()
        above, slash, name = address.rpartition("/")
        stem = name.rpartition(".")[0]
        keys = [f"{above}{slash}{one}{end}" for one in (name, stem) if one for end in SIDECARS]
        there = self._notes or frozenset()
        return tuple(self._note(key) for key in keys if key in there)

    def count(self) -> int:
        """Return how many keys a walk would yield now; it lists them all."""
        return sum(1 for _ in self._list(""))

    def changed_at(self, address: Address) -> datetime | None:
        """Return when the object was written, in UTC, by the bucket's own clock.

        Of the object that was read last it is known; another is asked for.
        """
        if self._written is None or self._written[0] != address:
            try:
                self._about(address)
            except (BaseError, FileNotFoundError):
                return None
        return self._written[1] if self._written else None

    def _about(self, address: Address) -> "ObjectMeta":
        about = obstore.head(self._store, address)
        self._written = address, about["last_modified"].astimezone(UTC)
        return about

    def _list(self, after: str) -> Iterator[tuple[str, int]]:
        # S3 lists by the bytes of the keys and starts anywhere: no state is needed.
        stream = obstore.list(self._store, offset=after or None, chunk_size=PAGE)
        floor = after.encode()
        notes: set[str] = set()
        try:
            for page in stream:
                for one in page:
                    key = one["path"]
                    if key.endswith(SIDECARS):
                        notes.add(key)
                    if key.encode() > floor and not _is_left_out(key):
                        yield key, one["size"]
        except BaseError as problem:
            raise self._not_listed(problem) from problem
        if not after:
            self._notes = frozenset(notes)

    def _note(self, key: str) -> bytes | None:
        """Return what a note holds, None where it cannot be read or is larger than is meant."""
        try:
            found = obstore.get(self._store, key)
            small = 0 < found.meta["size"] <= MOST_XMP
            return bytes(found.bytes()) if small else None
        except (BaseError, FileNotFoundError):
            return None

    def _not_listed(self, problem: BaseError) -> BadInput:
        if isinstance(problem, InvalidPathError):
            return BadInput(
                f"{self.place} holds a key with an empty or forbidden name in it",
                "Rename it, or open the prefixes beside it as sources of their own.",
            )
        if isinstance(problem, PermissionDeniedError | UnauthenticatedError):
            return BadInput(
                f"the account may not list {self.place}",
                "Give it s3:ListBucket and s3:GetObject, or name a profile by AWS_PROFILE.",
            )
        if "NoSuchBucket" in str(problem):
            return BadInput(f"there is no bucket {self.place}", "Check its name.")
        return BadInput(
            f"{self.place} cannot be listed", "See that the endpoint answers; then go on."
        )

    def _whole(self, key: str, size: int, version: str | None) -> bytes | Unreadable:
        data = bytearray(self._range(key, 0, min(size, RANGE_BYTES), version))
        if photo_format(bytes(data[:FIRST_BYTES])) is None:
            return NO_PHOTO
        while len(data) < size:
            end = min(size, len(data) + RANGE_BYTES)
            data += self._range(key, len(data), end, version)
        return bytes(data)

    def _range(self, key: str, start: int, end: int, version: str | None) -> bytes:
        """Return a range of one version; what broke off is asked for again."""
        for last in (*(False,) * TAKEN_UP, True):
            try:
                return _asked(self._store, key, start, end, version)
            except GenericError:
                if last:
                    raise
        raise AssertionError  # pragma: no cover - the last try returns or raises


def open_bucket(place: Place) -> S3Store:
    """Return the store below a place. Raises ``Setup`` when it cannot be made."""
    try:
        return S3Store(
            place.bucket,
            prefix=place.prefix or None,
            config=cast("S3Config", _shared()),
            client_options={
                "timeout": "30s",
                "connect_timeout": "10s",
                "allow_http": os.environ.get("AWS_ALLOW_HTTP", "").lower() == "true",
            },
            retry_config=_RETRIES,
        )
    except (BaseError, ValueError) as problem:
        raise Setup(
            f"the bucket {place} cannot be opened with these credentials",
            "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
        ) from problem


def prove_bucket(place: Place, expected: str) -> Proof | NotProved:
    """Return the proof of control of a bucket, or why there is none.

    That it can be read proves nothing: many can. Who controls it can write, and wrote the
    token of the organisation that opens it. The proof's text holds the token's SHA-256.
    Raises ``Setup`` when the credentials cannot be used.
    """
    remedy = f"Write this line into the object {place}/{TOKEN_FILE}: {expected}"
    try:
        store = open_bucket(place)
        size = min(obstore.head(store, TOKEN_FILE)["size"], _TOKEN_BYTES)
        found = _asked(store, TOKEN_FILE, 0, size, None).strip() if size else b""
    except (NotFoundError, FileNotFoundError):
        return NotProved("there is no token in it", remedy)
    except BaseError:
        return NotProved("it does not answer, or not this account", remedy)
    if not hmac.compare_digest(found, expected.encode()):
        return NotProved("the token in it is not this organisation's", remedy)
    return Proof(Control.OWN_STORAGE, f"token sha256 {hashlib.sha256(found).hexdigest()}")


def _asked(store: S3Store, key: str, start: int, end: int, version: str | None) -> bytes:
    options: dict[str, object] = {"range": (start, end)}
    if version is not None:
        options["if_match"] = version
    return bytes(obstore.get(store, key, options=cast("GetOptions", options)).bytes())


def _is_left_out(key: str) -> bool:
    return any(left_out(part.lower().encode()) for part in key.split("/"))


def _shared() -> dict[str, str]:
    """Return what the shared files say of the profile, where the environment has no key."""
    if os.environ.get("AWS_ACCESS_KEY_ID"):
        return {}
    profile = os.environ.get("AWS_PROFILE", "default")
    home = Path.home() / ".aws"
    keys = _section(os.environ.get("AWS_SHARED_CREDENTIALS_FILE", home / "credentials"), profile)
    named = profile if profile == "default" else f"profile {profile}"
    more = _section(os.environ.get("AWS_CONFIG_FILE", home / "config"), named)
    wanted = {
        "aws_access_key_id": "access_key_id",
        "aws_secret_access_key": "secret_access_key",
        "aws_session_token": "token",
        "region": "region",
        "endpoint_url": "endpoint",
    }
    both = more | keys
    return {wanted[name]: both[name] for name in wanted if both.get(name)}


def _section(file: str | Path, name: str) -> dict[str, str]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(file, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError) as problem:
        raise Setup(f"the file {file} cannot be read", "Mend it, or remove it.") from problem
    return dict(parser[name]) if parser.has_section(name) else {}
