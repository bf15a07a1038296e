"""What an HTML page says and names: reservations, links, photos and videos.

A photo often stands there in several sizes (``srcset``, ``picture``, a small one that
links to the large one). They are one photo: its copies are listed largest first.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from licet.sources.reserved import may_follow, reserved_by_fields, reserved_by_tags, until_a_date
from licet.sources.site.door import Answer
from licet.sources.site.films import looks_like_video, looks_live
from licet.sources.site.memory import Page
from licet.sources.site.place import Site, spell
from licet.sources.site.trace import Rule, Stop

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

MOST_NAMED = 5_000
"""Links, and photos, that are taken from one page."""

_PHOTO_NAME = re.compile(
    r"\.(?:jpe?g|jpe|jfif|png|webp|avif|heic|heif|tiff?|gif|bmp|jp2)$", re.IGNORECASE
)
_CANDIDATE = re.compile(r"[^ \t\n\f\r,][^ \t\n\f\r]*")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([a-z0-9_:.-]+)", re.IGNORECASE)
_NO_PHOTO_NAME = re.compile(r"\.(?:svgz?|ico|cur)$", re.IGNORECASE)
_OPEN_GRAPH = frozenset(
    {"og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src"}
    | {"og:video", "og:video:url", "og:video:secure_url", "twitter:player:stream"}
)
_PHOTO_LINKS = frozenset({"image_src", "preload"})
_PAGE_LINKS = frozenset({"next", "prev", "alternate"})

MOST_COPIES = 200
"""Copies of one photo that are looked at: no page for people has more."""

MOST_UP = 20
"""Elements between a small photo and the link to the large one that it stands in."""

MOST_DEEP = 2_000
MOST_ATTRIBUTES = 500
_TAG = re.compile(
    r"""<(/?)([a-z][^\s/>]*+)
        ((?:[\s/]++|=?[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>]*+))?|=)*+)""",
    re.IGNORECASE | re.VERBOSE,
)
_ATTRIBUTE = re.compile(
    r"""[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>]*+))?""", re.IGNORECASE | re.VERBOSE
)
_VOID = "area base br col embed hr img input link meta source wbr"
_CLOSED_BY_OTHERS = "dd dt li option p rp rt td tfoot th thead tr"
_UNCOUNTED = frozenset(f"{_VOID} {_CLOSED_BY_OTHERS}".split())

Copies = list[tuple[float, str]]
"""Addresses as they are written, each with how large it says it is; larger first."""


def looks_like_item(address: str) -> bool:
    """Say whether an address ends as photos, videos or lists of streams do."""
    return looks_like_photo(address) or looks_like_video(address) or looks_live(address)


def looks_like_photo(address: str) -> bool:
    """Say whether an address ends as photos do. Reading tells for sure."""
    return _PHOTO_NAME.search(address.partition("?")[0]) is not None


def intricate(text: str) -> bool:
    """Say whether a page nests, or describes one thing, more than pages for people do.

    The parser's time grows with the square of both, so such a page could hold up a walk.
    """
    depth = 0
    for closes, name, attributes in _TAG.findall(text):
        if name.lower() not in _UNCOUNTED:
            depth = max(0, depth + (-1 if closes else 1))
        long = len(attributes) > 2 * MOST_ATTRIBUTES
        if depth > MOST_DEEP or (long and len(_ATTRIBUTE.findall(attributes)) > MOST_ATTRIBUTES):
            return True
    return False


def read_page(site: Site, answer: Answer, now: datetime) -> Page | Stop:
    """Return what an HTML answer names, every address in its one spelling, or why nothing."""
    from selectolax.lexbor import LexborHTMLParser

    text = _text(answer)
    if intricate(text):
        return Stop(Rule.TRAP, "the page is nested deeper than pages for people are")
    tree = LexborHTMLParser(text)
    tags = list(_meta(tree))
    reserved = reserved_by_fields(answer.fields, now) or reserved_by_tags(tags, now)
    base = _base(tree, answer.address)
    photos: list[tuple[str, ...]] = []
    outside: list[str] = []
    for copies in _photos(tree, tags):
        inside, elsewhere = _sorted_out(site, base, copies)
        if inside:
            photos.append(inside)
        outside += elsewhere
    links: list[str] = []
    if may_follow(answer.fields, tags):
        links = [one for one in _links(site, tree, base) if not looks_like_item(one)]
    return Page(
        tuple(dict.fromkeys(links))[:MOST_NAMED],
        tuple(dict.fromkeys(photos))[:MOST_NAMED],
        tuple(dict.fromkeys(outside))[:MOST_NAMED],
        reserved,
        until_a_date(answer.fields, tags),
    )


def _text(answer: Answer) -> str:
    """Decode a page by what its header or its own first lines say, else as UTF-8."""
    data = answer.data
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    said = _CHARSET.search(answer.field("content-type"))
    said = said or _CHARSET.search(data[:1024].decode("latin-1"))
    try:
        return data.decode(said[1] if said else "utf-8-sig", "replace")
    except LookupError:
        return data.decode("utf-8-sig", "replace")


def _meta(tree: "LexborHTMLParser") -> Iterator[tuple[str, str]]:
    for node in tree.css("meta"):
        name = node.attributes.get("name") or node.attributes.get("property") or ""
        said = (node.attributes.get("content") or "").strip()
        yield name.strip().lower(), said
        if _value(node, "http-equiv").strip().lower() == "x-robots-tag":
            yield "robots", said


def _base(tree: "LexborHTMLParser", address: str) -> str:
    node = tree.css_first("base[href]")
    found = spell(_value(node, "href"), address) if node is not None else address
    return found if isinstance(found, str) else address


def _value(node: "LexborNode", name: str) -> str:
    return node.attributes.get(name) or ""


def _words(node: "LexborNode", name: str) -> set[str]:
    return set(_value(node, name).lower().split())


def _links(site: Site, tree: "LexborHTMLParser", base: str) -> Iterator[str]:
    for node in tree.css("a[href], area[href], iframe[src], link[href]"):
        kinds = _words(node, "rel")
        if "nofollow" in kinds or (node.tag == "link" and not kinds & _PAGE_LINKS):
            continue
        found = spell(_value(node, "src" if node.tag == "iframe" else "href"), base)
        if isinstance(found, str) and site.outside(found) is None:
            yield found


def _photos(tree: "LexborHTMLParser", tags: Sequence[tuple[str, str]]) -> Iterator[Copies]:
    """Yield the copies of each photo that a page names, in the order of the page."""
    for name, value in tags:
        if name in _OPEN_GRAPH and value:
            yield [(1.0, value)]
    for node in tree.css("link[rel][href]"):
        kinds = _words(node, "rel")
        if kinds & _PHOTO_LINKS and ("image_src" in kinds or _value(node, "as") == "image"):
            yield [(1.0, _value(node, "href"))]
    pictures: set[int] = set()
    for node in tree.css("img")[:MOST_NAMED]:
        yield _copies(node, pictures)
    for node in tree.css("video, video source"):
        yield from ([(1.0, one)] for one in (_value(node, "src"), _value(node, "poster")) if one)
    for node in tree.css("a[href], area[href]"):
        link = _value(node, "href")
        alone = node.css_first("img") is None or not looks_like_photo(link)
        if looks_like_item(link) and alone:
            yield [(1.0, link)]


def _copies(node: "LexborNode", pictures: set[int]) -> Copies:
    """Return the copies of the photo that an ``img`` shows.

    A page may hold ten thousand of them in one ``picture``, and nest each a thousand deep:
    the sources of a picture, of which ``pictures`` were looked at, go to its first one.
    """
    copies: Copies = []
    around = node.parent
    if around is not None and around.tag == "picture":
        if around.mem_id not in pictures:
            pictures.add(around.mem_id)
            copies += _sources(around)
        around = around.parent
    copies += srcset(_value(node, "srcset") or _value(node, "data-srcset"))
    copies += [(1.0, one) for one in (_value(node, "data-src"), _value(node, "src")) if one]
    for _ in range(MOST_UP):
        if around is None or around.tag in {"a", "body", "html"}:
            break
        around = around.parent
    if around is not None and around.tag == "a" and looks_like_photo(_value(around, "href")):
        # A small photo that links to a photo: the large one is the photo.
        copies.append((float("inf"), _value(around, "href")))
    return sorted(copies, key=lambda one: -one[0])


def _sources(picture: "LexborNode") -> Copies:
    """Return the copies that the sources of a ``picture`` name."""
    copies: Copies = []
    for source in picture.css("source")[:MOST_COPIES]:
        copies += srcset(_value(source, "srcset") or _value(source, "data-srcset"))
    return copies[:MOST_COPIES]


def srcset(text: str) -> Copies:
    """Read a ``srcset``: each address with its width or density, as the HTML standard does."""
    found: Copies = []
    at = 0
    while len(found) < MOST_COPIES and (written := _CANDIDATE.search(text, at)):
        address, at = written[0], written.end()
        if address.endswith(","):
            found.append((1.0, address.rstrip(",")))
            continue
        end = text.find(",", at)
        end = len(text) if end < 0 else end
        found.append((_size(text[at:end].strip()), address))
        at = end + 1
    return found


def _size(text: str) -> float:
    """Return how large a copy says it is; widths are always larger than densities."""
    found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,6})?)([wx])(?:\s.*)?", text)
    if found is None:
        return 1.0
    return float(found[1]) * (100.0 if found[2] == "w" else 1.0)


def _sorted_out(site: Site, base: str, copies: Copies) -> tuple[tuple[str, ...], list[str]]:
    """Return a photo's copies inside the place, and those outside when none is inside."""
    inside: list[str] = []
    elsewhere: list[str] = []
    for _, written in copies:
        found = spell(written, base)
        if isinstance(found, str) and not _NO_PHOTO_NAME.search(found.partition("?")[0]):
            (inside if site.outside(found) is None else elsewhere).append(found)
    return tuple(dict.fromkeys(inside)), [] if inside else elsewhere[:1]
