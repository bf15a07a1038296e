"""What a host's robots.txt says to licet (RFC 9309, and stricter).

1. 404 and 410 mean that there are no rules. Every other refusal, 401, 403 and 429 among
   them, means that nothing is fetched: the RFC reads them as leave, but a host that
   turns robots away at its door has answered.
2. An answer that does not come, or a 5xx, means that nothing is fetched now.
3. Only a group for ``licet`` or for all robots holds, never one for a name that is like it.
4. Its ``Crawl-delay`` and ``Request-rate`` make the pause longer, never shorter.
5. A file of more than half a megabyte is not read in part: nothing is fetched. Nor is one
   that comes packed unasked, or in other letters than UTF-8: its rules would not be seen.
"""

import re
from collections.abc import Sequence

from licet.sources.reserved import TOKEN
from licet.sources.site.door import Answer, Door, Wish
from licet.sources.site.line import Cut
from licet.sources.site.place import Site
from licet.sources.site.trace import Rule, Stop
from licet.terms.errors import Busy, Conflict

MOST_BYTES = 512 * 1024
_NO_RULES = frozenset({404, 410})
_SERVER = 500

_OURS = re.compile(rf"(?im)^([ \t]*\w+[- \t]?agent[ \t]*:?[ \t]*){TOKEN}(?:[/ \t*#][^\r\n]*)?\r?$")


class Robots:
    """The rules of one robots.txt, asked with whole addresses."""

    def __init__(self, text: str) -> None:
        from protego import Protego

        self.text = text.removeprefix("\ufeff")
        plain = _OURS.sub(rf"\g<1>{TOKEN}", self.text)
        self._rules: Protego = Protego.parse(plain)
        # The library lets a group for "li" hold for "licet"; asked for "*" it cannot.
        self._token = TOKEN if _OURS.search(text) else "*"

    def stop(self, address: str) -> Stop | None:
        """Say why an address may not be fetched, or None."""
        if self._rules.can_fetch(address, self._token):
            return None
        return Stop(Rule.ROBOTS, "robots.txt does not let it be fetched")

    @property
    def pause(self) -> float:
        """The seconds that the host wants between requests, 0 for no wish."""
        rate = self._rules.request_rate(self._token)
        between = rate.seconds / rate.requests if rate and rate.requests else 0.0
        return max(self._rules.crawl_delay(self._token) or 0.0, between)

    @property
    def sitemaps(self) -> Sequence[str]:
        """The sitemaps that it names, as they are written."""
        return tuple(self._rules.sitemaps)


def read_robots(site: Site, door: Door) -> Robots:
    """Return the rules of the host.

    Raises ``Conflict`` when it wants no robots, ``Busy`` when it cannot be known now.
    """
    wish = Wish(site.at_root("/robots.txt"), MOST_BYTES, site.same_host)
    answer = door.get(wish)
    robots = Robots(_text(site, answer))
    door.pace.slow_down(robots.pause)
    return robots


def _text(site: Site, answer: Answer | Stop) -> str:
    if isinstance(answer, Stop):
        raise unheard(site, "robots.txt", answer)
    if answer.status == 200 and (_is_packed(answer) or b"\0" in answer.data):
        says = f"{site.host} is not read: its robots.txt is no plain text"
        raise Conflict(says, "Ask who runs the site to send it unpacked, as UTF-8.")
    if answer.status == 200:
        return answer.data.decode("utf-8", "replace")
    if answer.status in _NO_RULES:
        return ""
    if answer.status >= _SERVER:
        raise Busy(f"{site.host} answers {answer.status} for robots.txt", "Collect again later.")
    says = f"{site.host} wants no robots: it answers {answer.status} for robots.txt"
    raise Conflict(says, "Ask who runs the site to let licet read robots.txt.")


def _is_packed(answer: Answer) -> bool:
    return answer.field("content-encoding") not in {"", "identity"}


def unheard(site: Site, file: str, stop: Stop) -> Exception:
    """Return what to raise when a host's own word cannot be read: without it nothing is."""
    if stop.rule is Rule.PERMISSION:
        return Cut(stop)
    if stop.rule in {Rule.UNREACHABLE, Rule.BUDGET}:
        return Busy(f"{site.host}: {stop.because}", "Collect again later.")
    says = f"{site.host} is not read: its {file} cannot be ({stop.because})"
    return Conflict(says, "Ask who runs the site to mend it.")
