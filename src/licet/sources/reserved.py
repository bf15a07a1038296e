"""Reservations that a site states: by file, by header, by tag (Directive (EU) 2019/790, 4(3)).

1. The TDM Reservation Protocol (W3C Community Group, 2024): ``/.well-known/tdmrep.json``,
   the ``tdm-reservation`` header and the meta tag of that name.
2. ``X-Robots-Tag`` headers and robots meta tags. ``noai`` and ``noimageai`` say it in so
   many words. ``noindex`` and ``noimageindex`` count as well: whoever does not want a
   photo to be found by searching wants its faces found still less. ``none`` is both
   ``noindex`` and ``nofollow``; ``unavailable_after`` counts from its date on. What is
   about showing a result (``nosnippet``, ``noarchive``, ``max-image-preview``) does not.
3. ``Content-Usage`` (IETF, AI Preferences) and ``Content-Signal``, as a header or as a line
   of robots.txt: whatever use of it by machines is not agreed to, for whomever, reserves.
4. The strictest word holds. The protocol lets a tag overrule a header and a header a
   file; here nothing that reserves is overruled, neither by another technique nor by
   another rule of the same file, and a value that cannot be read reserves.

Words for other robots are theirs. A policy or licence that comes with a reservation does
not lift it: what is licensed is for the source's own licence document to say.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

TOKEN = "licet"  # noqa: S105 - the product token of RFC 9309, not a secret
"""The name that sites call this robot by."""

TDM_FILE = "/.well-known/tdmrep.json"

_RESERVING = frozenset({"noai", "noimageai", "noindex", "noimageindex", "none"})
_NOT_FOLLOWING = frozenset({"nofollow", "none"})
_WITH_VALUE = frozenset(
    {"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}
)
_PREFERENCES = frozenset({"content-usage", "content-signal"})
_AGREED = frozenset({"y", "yes"})
_LINE = re.compile(r"(?i)^\s*(content-usage|content-signal)\s*:\s*(?:(/\S*)\s+)?(.*)$")
_AGENT = re.compile(r"\s*([a-z0-9_*-]+)\s*:(.*)", re.DOTALL)

Fields = Iterable[tuple[str, str]]
"""Names in lower case, each with its value: header fields, or meta tags."""


def reserved_by_fields(fields: Fields, now: datetime) -> str:
    """Return what in an answer's header fields reserves it, "" for nothing."""
    found = (
        _preference(name, value)
        if name in _PREFERENCES
        else _tdm(value, "header")
        if name == "tdm-reservation"
        else _robots(value, now, "header")
        for name, value in fields
        if name in {"tdm-reservation", "x-robots-tag", *_PREFERENCES}
    )
    return _first(found)


def reserved_by_tags(tags: Fields, now: datetime) -> str:
    """Return what in a page's meta tags reserves what it shows, "" for nothing."""
    return _first(
        _tdm(value, "tag") if name == "tdm-reservation" else _robots(value, now, "tag")
        for name, value in tags
        if name in {"tdm-reservation", "robots", TOKEN}
    )


def until_a_date(fields: Fields, tags: Fields = ()) -> bool:
    """Say whether header fields or tags speak of a date: then the same words mean more later."""
    values = [value for name, value in fields if name == "x-robots-tag"]
    values += [value for name, value in tags if name in {"robots", TOKEN}]
    return any("unavailable_after" in value.lower() for value in values)


def may_follow(fields: Fields, tags: Fields) -> bool:
    """Say whether the links of a page may be followed."""
    values = [value for name, value in fields if name == "x-robots-tag"]
    values += [value for name, value in tags if name in {"robots", TOKEN}]
    return not any(word in _NOT_FOLLOWING for value in values for word, _ in _words(value))


@dataclass(frozen=True, slots=True)
class ReservedPaths:
    """What a host's file reserves: patterns of paths, or all with a reason."""

    patterns: tuple[str, ...] = ()
    everything: str = ""
    file: str = "tdmrep.json"

    def of(self, path: str) -> str:
        """Return what reserves a path (with its question), "" for nothing."""
        if self.everything:
            return self.everything
        for pattern in self.patterns:
            if pattern_holds(pattern, path):
                return f"{self.file} reserves {pattern}"
        return ""


def reserved_paths(data: bytes, origin: str, spelled: Callable[[str], str]) -> ReservedPaths:
    """Read a TDM file. One that cannot be understood reserves everything.

    ``origin`` is the host's scheme and name, ``spelled`` gives a path its one spelling.
    """
    unread = ReservedPaths(everything="tdmrep.json cannot be understood")
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return unread
    rules = [found] if isinstance(found, dict) else found
    if not isinstance(rules, list):
        return unread
    patterns = []
    for rule in rules:
        if not isinstance(rule, dict) or not isinstance(rule.get("location"), str):
            return unread
        if _is_open(rule.get("tdm-reservation")):
            continue
        location = rule["location"].strip().removeprefix(origin)
        rooted = location if location[:1] in {"/", "*"} else f"/{location}"
        patterns.append(spelled(rooted))
    return ReservedPaths(tuple(patterns))


def pattern_holds(pattern: str, path: str) -> bool:
    """Say whether a pattern of RFC 9309 holds for a path: ``*`` is anything, ``$`` the end.

    Each part is looked for once from left to right, so no pattern takes long.
    """
    ends = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for part in rest[:-1] if ends else rest:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    if not ends:
        return True
    last = rest[-1] if rest else ""
    return (path.endswith(last) and len(path) - len(last) >= at) if rest else at == len(path)


def paths_in_robots(text: str, spelled: Callable[[str], str]) -> ReservedPaths:
    """Return what the preferences in a robots.txt reserve, for whichever robot they stand there.

    A line without a path speaks of all. ``spelled`` gives a path its one spelling.
    """
    patterns = []
    for line in text.splitlines():
        found = _LINE.match(line.partition("#")[0])
        if found is None:
            continue
        reserved = _preference(found[1].lower(), found[3])
        if reserved and not found[2]:
            return ReservedPaths(everything=reserved)
        if reserved:
            patterns.append(spelled(found[2]))
    return ReservedPaths(tuple(patterns), file="robots.txt")


def _preference(name: str, value: str) -> str:
    """Return which use is not agreed to, "" for none; what cannot be read is not agreed to."""
    if len(value) > _MOST:
        return f"{name} is longer than any that is meant"
    for member in value.lower().split(","):
        use, _, said = member.partition(";")[0].partition("=")
        if use.strip() and said.strip().strip('"') not in _AGREED:
            return f"{name} does not agree to {use.strip()[:40]}"
    return ""


def _is_open(value: object) -> bool:
    return not isinstance(value, bool) and str(value).strip() == "0"


def _tdm(value: str, where: str) -> str:
    return "" if _is_open(value) else f"a tdm-reservation {where} reserves it"


_MOST = 2_000
"""Letters of a tag or header. It is read again for each date in it, which could be many."""


def _robots(value: str, now: datetime, where: str) -> str:
    if len(value) > _MOST:
        return f"a robots {where} is longer than any that is meant"
    for word, rest in _words(value):
        if word in _RESERVING or (word == "unavailable_after" and _over(rest, now)):
            return f"a robots {where} says {word}"
    return ""


def _words(value: str) -> Sequence[tuple[str, str]]:
    """Return the directives for this robot, each with what follows its colon."""
    text = value.lower()
    agent, found = "", []
    for piece in text.split(","):
        rest = piece
        named = _AGENT.fullmatch(rest)
        if named and named[1] not in _WITH_VALUE:
            agent, rest = named[1], named[2]
            named = _AGENT.fullmatch(rest)
        if agent in {"", "*", "robots", TOKEN}:
            word, after = (named[1], named[2]) if named else (rest, "")
            # A date may hold a comma itself: the rest of the text is read with it.
            whole = text.partition(f"{word}:")[2] if word == "unavailable_after" else after
            found.append((word.strip(), whole.strip()))
    return found


def _over(date: str, now: datetime) -> bool:
    """Say whether a date has passed; one that cannot be read has."""
    try:
        when = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        try:
            when = datetime.fromisoformat(date.strip().upper())
        except ValueError:
            return True
    return (when if when.tzinfo else when.replace(tzinfo=UTC)) <= now


def _first(found: Iterable[str]) -> str:
    return next((one for one in found if one), "")
