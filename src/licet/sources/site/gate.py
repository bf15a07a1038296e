"""Whether an address of a site may be fetched: the one judge, before every request.

1. It lies within the place whose control was proved.
2. It is no trap: endless paths are made by machines for machines.
3. robots.txt lets licet fetch it.
4. Neither the host's TDM file reserves it, nor what robots.txt says of its use by machines.

What the host says is read before its first page, and again every hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from licet.sources.reserved import TDM_FILE, ReservedPaths, paths_in_robots, reserved_paths
from licet.sources.site.door import Answer, Door, Wish
from licet.sources.site.place import Site, path_of, spell
from licet.sources.site.robots import Robots, read_robots, unheard
from licet.sources.site.trace import Rule, Stop
from licet.terms.errors import Busy

READ_AGAIN_SECONDS = 3600.0

MOST_TDM_BYTES = 1024 * 1024
MOST_LENGTH = 2_000
MOST_FOLDERS = 20
MOST_REPEATED = 3
"""A name that comes more often in one path shows links that lead into themselves."""

_NONE = frozenset({404, 410})
_PAGE = frozenset({"text/html", "application/xhtml+xml"})


@dataclass(frozen=True, slots=True)
class _Said:
    robots: Robots
    reserved: ReservedPaths
    preferences: ReservedPaths
    at: float


class Gate:
    """Judges the addresses of one site; what the host says is read through the door."""

    def __init__(self, site: Site, door: Door) -> None:
        self.site = site
        self._door = door
        self._said: _Said | None = None

    def judge(self, address: str) -> Stop | None:
        """Say why an address may not be fetched, or None.

        Raises ``Conflict`` when the host wants no robots, ``Busy`` when it cannot be known now.
        """
        stop = self.site.outside(address) or trap(address)
        if stop is not None:
            return stop
        said = self._what_it_says()
        stop = said.robots.stop(address)
        if stop is not None:
            return stop
        path = path_of(address)
        reserved = said.reserved.of(path) or said.preferences.of(path)
        return Stop(Rule.RESERVATION, reserved) if reserved else None

    def judge_sitemap(self, address: str) -> Stop | None:
        """Say why a sitemap may not be fetched, or None: it may stand anywhere on the host."""
        return self.site.same_host(address) or self._what_it_says().robots.stop(address)

    def sitemaps(self) -> Sequence[str]:
        """Return the addresses of the sitemaps that the host names, then the usual one."""
        named = [spell(one, self.site.start) for one in self._what_it_says().robots.sitemaps]
        usual = f"{self.site.start}sitemap.xml"
        inside = [one for one in named if isinstance(one, str)]
        return tuple(dict.fromkeys([*inside, usual]))

    def _what_it_says(self) -> _Said:
        now = self._door.pace.clock()
        if self._said is None or now - self._said.at >= READ_AGAIN_SECONDS:
            robots = read_robots(self.site, self._door)
            preferences = paths_in_robots(robots.text, lambda path: _spelled(self.site, path))
            self._said = _Said(robots, self._reserved(), preferences, now)
        return self._said

    def _reserved(self) -> ReservedPaths:
        site = self.site
        answer = self._door.get(Wish(site.at_root(TDM_FILE), MOST_TDM_BYTES, site.same_host))
        if isinstance(answer, Stop):
            raise unheard(site, "tdmrep.json", answer)
        return _read(site, answer)


def trap(address: str) -> Stop | None:
    """Say what makes an address look endless, or None."""
    names = [one for one in address.partition("?")[0].split("/") if one]
    if len(address) > MOST_LENGTH or len(names) > MOST_FOLDERS:
        return Stop(Rule.TRAP, "its address is too long to be a page that people read")
    if any(names.count(one) > MOST_REPEATED for one in set(names)):
        return Stop(Rule.TRAP, "its path repeats itself")
    return None


def _read(site: Site, answer: Answer) -> ReservedPaths:
    if answer.status == 200 and answer.media_type not in _PAGE:
        return reserved_paths(answer.data, site.origin, lambda path: _spelled(site, path))
    # Many sites answer whatever they do not have with a page of their own.
    if answer.status in _NONE or answer.status == 200:
        return ReservedPaths()
    if answer.status >= 500:
        says = f"{site.host} answers {answer.status} for tdmrep.json"
        raise Busy(says, "Collect again later.")
    return ReservedPaths(everything=f"the host answers {answer.status} for tdmrep.json")


def _spelled(site: Site, pattern: str) -> str:
    if pattern.startswith("*"):
        return pattern
    found = spell(pattern, site.origin)
    return found.removeprefix(site.origin) if isinstance(found, str) else pattern
