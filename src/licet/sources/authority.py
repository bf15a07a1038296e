"""What speaks for a source, and what against it.

For it:

1. Control of a folder is proved by a token file that somebody who may write there put
   there, or by the folder being this account's own and not everybody's to write in.
2. The licence is a document; its SHA-256 is kept. So is that of an agreement with whom a
   place or its photos are of, which proves control of them while it runs.

Against it are markers. Being reachable proves nothing, so names and first bytes are
looked at for what the stated origin would not show:

3. names that social platforms and messengers give, or folders named after them;
4. identity and badge photos;
5. folders named after several hosts, as a crawl leaves them.

One marked name in a hundred is enough to hold a source, and so is one marked folder or
a marked name of the source itself: a person looks then. A single photo can be asked
about too, so that a flow may leave it out.
"""

import hashlib
import hmac
import os
import re
import stat
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from licet.sources.contract import Address
from licet.terms.errors import BadInput
from licet.terms.source import Control, Marker

TOKEN_FILE = ".licet-authority"  # noqa: S105 - a file's name, not a secret
"""The file that proves control of a folder, directly below its root."""

SHARE_TO_HOLD = 0.01
HOSTS_TO_HOLD = 3

_TOKEN_BYTES = 1024

_PLATFORM_NAMES = re.compile(
    r"""
      fb_img_\d{6,}                                  # a social network's app
    | \d{5,}_\d{5,}_\d{5,}_[a-z]\b                    # a social network's file store
    | img-\d{8}-wa\d{4}                              # a messenger
    | whatsapp\ (image|video)
    | received_\d{10,}
    | telegram-cloud-photo
    | photo_\d{4}-\d{2}-\d{2}_\d{2}-\d{2}-\d{2}
    | snapchat-\d{5,}
    | tumblr_[a-z0-9]{10,}_
    | insta(gram)?_?(save|download|story)
    """,
    re.VERBOSE,
)

_PLATFORM_WORDS = re.compile(
    r"""\b(
      facebook | instagram | linkedin | pinterest | snapchat | telegram | tiktok | tumblr
    | twitter | vkontakte | weibo | whatsapp | scrape(d|r|s)? | scraping
    )\b""",
    re.VERBOSE,
)

_IDENTITY_WORDS = re.compile(
    r"""\b(
      badge(s)?(\ photo(s)?)? | mug\ ?shot(s)? | passport(s)? | passeport(s)? | pasaporte(s)?
    | (personal)?ausweis(e|foto|fotos|bild|bilder)? | reisepass | fuhrerschein
    | id\ (card|photo|picture)(s)? | identity\ (card|photo|document)(s)? | carte\ d\ identite
    | driv(er|ing)\ (s\ )?licen[cs]e(s)?
    )\b""",
    re.VERBOSE,
)

_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9-]{1,63}\.)+[a-z]{2,24}")

_DIGEST = re.compile(r"[0-9a-f]{64}")
_PLATFORM_BYTES = (b"FBMD01", b"FBMD23", b"Instagram", b"WhatsApp")


@dataclass(frozen=True, slots=True)
class Proof:
    """Control was proved: how, and the text that the authority keeps of it."""

    control: Control
    text: str


@dataclass(frozen=True, slots=True)
class NotProved:
    """Control was not proved: why, and what would prove it."""

    reason: str
    remedy: str


def prove_folder(root: Path, expected: str) -> Proof | NotProved:
    """Return the proof of control of a folder, or why there is none.

    ``expected`` is the token of the organisation that opens it. The proof's text
    holds the token's SHA-256, never the token.
    """
    remedy = f"Write the token of your organisation into {TOKEN_FILE} in that folder."
    try:
        about = root.stat()
        found = _token(root)
    except OSError as problem:
        return NotProved(f"the folder cannot be looked into: {problem.strerror}", remedy)
    if found is not None:
        if expected and hmac.compare_digest(found, expected.encode()):
            digest = hashlib.sha256(found).hexdigest()
            return Proof(Control.OWN_STORAGE, f"token sha256 {digest}")
        return NotProved("the token in the folder is not this organisation's", remedy)
    if about.st_uid != os.geteuid():
        return NotProved("the folder belongs to another account", remedy)
    if about.st_mode & stat.S_IWOTH:
        return NotProved("everybody may write into the folder", remedy)
    return Proof(Control.OWN_STORAGE, "the folder belongs to this account")


def prove_agreement(digest: str) -> Proof | NotProved:
    """Return the proof of control by a signed agreement (SHA-256, hex), or why there is none."""
    if not _DIGEST.fullmatch(digest):
        return NotProved("no signed agreement is named", "Name the document: --agreement FILE.")
    return Proof(Control.SIGNED_AGREEMENT, f"agreement sha256 {digest}")


def licence_digest(document: bytes) -> str:
    """Return the SHA-256 (hex) of the licence document. Raises ``BadInput`` when blank."""
    if not document.strip():
        raise BadInput("the licence document is empty", "File the document that was signed.")
    return hashlib.sha256(document).hexdigest()


def marks_of_name(name: str) -> frozenset[Marker]:
    """Return what the name of a source, a folder or a file says against it."""
    text = _folded(name)
    found = set()
    if _PLATFORM_NAMES.search(text) or _PLATFORM_WORDS.search(_spaced(text)):
        found.add(Marker.PLATFORM)
    if _IDENTITY_WORDS.search(_spaced(text)):
        found.add(Marker.IDENTITY_PHOTOS)
    return frozenset(found)


def marks_of_photo(address: Address, head: bytes) -> frozenset[Marker]:
    """Return what one photo's path and first bytes (64 KB are enough) say against it."""
    found = marks_of_name(address)
    if any(mark in head for mark in _PLATFORM_BYTES):
        found |= {Marker.PLATFORM}
    return found


def markers(name: str, addresses: Iterable[Address]) -> tuple[Marker, ...]:
    """Return the markers that hold a source of this name with these items, in order."""
    found = set(marks_of_name(name))
    folders: set[str] = set()
    marked = dict.fromkeys(Marker, 0)
    total = 0
    for address in addresses:
        *above, own = address.split("/")
        folders.update(above)
        total += 1
        for mark in marks_of_name(own):
            marked[mark] += 1
    for folder in folders:
        found |= marks_of_name(folder)
    found |= {mark for mark, seen in marked.items() if seen and seen >= SHARE_TO_HOLD * total}
    if sum(1 for folder in folders if _HOST.fullmatch(folder.casefold())) >= HOSTS_TO_HOLD:
        found.add(Marker.MANY_ORIGINS)
    return tuple(sorted(found))


def _token(root: Path) -> bytes | None:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        file = os.open(root / TOKEN_FILE, flags)
    except FileNotFoundError:
        return None
    with os.fdopen(file, "rb") as stream:
        return stream.read(_TOKEN_BYTES).strip()


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in plain if not unicodedata.combining(character))


def _spaced(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text)
