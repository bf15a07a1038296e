"""What the page that named a photo says of it when the photo is read once more.

A page's tags speak for the photos on it, and a photo that is read for showing, or for
somebody who enrolled later, is read without its page. So:

1. What the last walk left out for a reservation is not read.
2. A page that was read within a day is believed.
3. Any other is asked first: only whether it changed, where it is remembered.
4. A page that is gone, or that may not be read any more, says no.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from licet.sources.reserved import reserved_by_fields
from licet.sources.site.door import Answer, Door, Wish
from licet.sources.site.gate import Gate
from licet.sources.site.html import read_page
from licet.sources.site.memory import NOTHING, Memory, Page, Visit
from licet.sources.site.survey import MOST_PAGE_BYTES, is_page
from licet.sources.site.trace import Rule, Stop

BELIEVED = timedelta(days=1)
"""A photo stays collected for months; its page may have changed its mind since yesterday."""


def page_says(gate: Gate, door: Door, memory: Memory, photo: str, now: datetime) -> Stop | None:
    """Return why a photo may not be read by the word of its page, or None.

    Raises ``Busy`` and ``Conflict`` as the site asks.
    """
    told = memory.told(photo)
    if told.reserved:
        return Stop(Rule.RESERVATION, told.reserved)
    if told.page in {"", photo}:
        return None
    visit = memory.visit(told.page)
    if visit is None or not visit.at <= now < visit.at + BELIEVED:
        asked = _ask(gate, door, visit, told.page, now)
        if isinstance(asked, Stop) and asked.rule is Rule.KIND:
            return None  # A sitemap named it there: what is no page has no tags.
        if isinstance(asked, Stop):
            return Stop(asked.rule, f"the page that named it: {asked.because}")
        memory.keep(told.page, visit := asked)
    reserved = visit.page.reserved
    return Stop(Rule.RESERVATION, reserved) if reserved else None


def _ask(gate: Gate, door: Door, before: Visit | None, page: str, now: datetime) -> Visit | Stop:
    """Read a page, or hear that it is as it was."""
    since = before.validators if before else NOTHING
    answer = door.get(Wish(page, MOST_PAGE_BYTES, gate.judge, is_page, since))
    if isinstance(answer, Stop):
        return answer
    found = _read(gate, answer, before, now)
    if isinstance(found, Stop):
        return found
    return Visit(found, NOTHING if found.dated else answer.validators or since, now)


def _read(gate: Gate, answer: Answer, before: Visit | None, now: datetime) -> Page | Stop:
    if answer.status == 304 and before is not None:
        reserved = before.page.reserved or reserved_by_fields(answer.fields, now)
        return replace(before.page, reserved=reserved)
    if answer.status == 200:
        return read_page(gate.site, answer, now)
    return Stop(Rule.ANSWER, f"the site answers {answer.status}")
