"""What can be wrong with a link, and with who comes by one, and the reason then."""

from dataclasses import replace

from licet.consent.reasons import Reason as R
from licet.terms.basis import Searchers
from licet.terms.source import Origin, SourceState
from tests.consent import world as w
from tests.consent.changes import OTHER, Row, but, facts, missing, named

OPENED = named("open a link")
BY_LINK = named("grant by a link")
_DAY = w.NOW.date().isoformat()

LINKS: list[Row] = [
    ("no link", OPENED, missing("link"), R.LINK_TOO_WIDE),
    ("no purpose", OPENED, missing("purpose"), R.LINK_TOO_WIDE),
    ("others search", OPENED, but("purpose", searchers=Searchers.ORGANISATION), R.LINK_TOO_WIDE),
    ("a purpose of rights", OPENED, facts(purpose=w.purpose(w.RIGHTS)), R.LINK_TOO_WIDE),
    ("a link elsewhere", OPENED, but("link", organisation=OTHER), R.LINK_TOO_WIDE),
    ("another source", OPENED, but("link", source=OTHER), R.LINK_TOO_WIDE),
    ("another purpose", OPENED, but("link", purpose=w.FAMILY), R.LINK_TOO_WIDE),
    (
        "made for something else",
        OPENED,
        but("source", origin=Origin("a", "b", frozenset({"missing_person"}))),
        R.LINK_TOO_WIDE,
    ),
    ("open too long", OPENED, but("link", expires=w.NOW + 31 * w.DAY), R.LINK_TOO_WIDE),
    ("grants too long", OPENED, but("link", days=31), R.LINK_TOO_WIDE),
    ("grants of no day", OPENED, but("link", days=0), R.LINK_TOO_WIDE),
    ("too many", OPENED, but("link", most=501), R.LINK_TOO_WIDE),
    ("nobody", OPENED, but("link", most=0), R.LINK_TOO_WIDE),
    ("too many unseen", OPENED, but("link", most=51, presence=False), R.LINK_TOO_WIDE),
    ("by oneself", BY_LINK, missing("link"), R.PURPOSE_NEEDS_ORGANISATION),
    ("no agreement behind it", BY_LINK, missing("agreement"), R.NO_AGREEMENT),
    ("nobody behind it", BY_LINK, missing("organisation"), R.NO_ORGANISATION),
    ("another's link", BY_LINK, but("link", organisation=OTHER), R.LINK_OVER),
    ("a link to another source", BY_LINK, but("link", source=OTHER), R.LINK_OVER),
    ("a link for another purpose", BY_LINK, but("link", purpose=w.FAMILY), R.LINK_OVER),
    ("closed", BY_LINK, but("link", closed_at=w.NOW), R.LINK_OVER),
    ("over", BY_LINK, but("link", expires=w.NOW), R.LINK_OVER),
    ("its source on hold", BY_LINK, but("source", state=SourceState.ON_HOLD), R.LINK_OVER),
    ("its source gone", BY_LINK, missing("source"), R.LINK_OVER),
    ("full", BY_LINK, but("link", joined=300), R.LINK_FULL),
    ("full for today", BY_LINK, but("link", today=200, on=_DAY), R.LINK_FULL),
    ("no draft", BY_LINK, missing("grant"), R.NO_GRANT),
    (
        "a grant beyond its days",
        BY_LINK,
        but("grant", expires=w.NOW + 30 * w.DAY + w.DAY / 86_400),
        R.BEYOND_RETENTION,
    ),
    ("not seen", BY_LINK, facts(seen=False), R.NOT_SEEN),
    (
        "a child that nobody saw",
        BY_LINK,
        lambda act: act.but("link", presence=False).with_facts(
            seen=False,
            subject_age=9,
            subject=replace(w.SUBJECT, dependant=True),
            grant=replace(act.facts.grant, guardian=True),
        ),
        R.NOT_SEEN,
    ),
]
