"""Ceilings: constants with the reason beside each, not settings.

Nobody can configure them away, because each one holds the operator back as much
as anybody else (GDPR 5(1)(c), 25(2)).
"""

from datetime import timedelta
from typing import Final

FPIR_SEARCH: Final = 1e-2
"""Above one innocent candidate in a hundred searches a list accuses more than it finds."""

FPIR_COLLECT: Final = 1e-3
"""Collecting keeps a template: at most about one stranger's face in a thousand may be kept."""

ORGANISATION_FLOOR: Final = timedelta(hours=24)
"""An organisation sees an item a day after its hash entered the ledger, so nobody is followed."""

VITAL_GRANTS: Final = 10
"""Vital interests are for one named person at a time; more than ten at once is a list of people."""

VITAL_TERM: Final = timedelta(hours=72)
"""Nobody decided for themselves here, so two members look again every three days."""

GRANT_TERM: Final = timedelta(days=730)
"""A consent that was not given again in two years is no longer a person's will."""

SEARCHES_A_DAY: Final = 50
"""More than a member can weigh in a day is no longer looked at by a person."""

PROBE_USES_A_CASE: Final = 3
"""The same photo again and again is a standing search, which does not exist here."""

SUBJECTS_A_CASE: Final = 5
"""A case is about somebody; one case reference for many unrelated people is misuse."""

PEOPLE_FLAGGED: Final = 3
"""Two may be a couple; of the third person in a case the officer hears, before it is full."""

PROOF_LASTS: Final = timedelta(days=30)
"""Who controlled a place a month ago may have sold, lost or left it since."""

MARKS_COUNT: Final = timedelta(days=30)
"""Marked photos are counted over a month of walks: a walk that is stopped hides none of them."""

VISIT_TERM: Final = timedelta(days=183)
"""A page that was not asked for in half a year is read whole again (GDPR 5(1)(e))."""

NOT_TAKEN_TERM: Final = timedelta(days=366)
"""Why a photo was not taken is asked about the last walks; after a year it is but an address."""

UNAUDITED_ITEMS: Final = 10_000
"""Nobody knows from a form what ten thousand photos show: somebody looks at some of them."""

ITEMS_AN_AUDIT: Final = 100_000
"""A source changes as it grows: what was looked at once is not what came since."""

AUDIT_SAMPLE: Final = 50
"""What one photo in twenty shows is among fifty drawn at random in 92 cases of 100."""

COPY_TERM: Final = timedelta(days=730)
"""What nobody needed in two years is not kept for the day somebody might (GDPR 5(1)(e))."""

WITNESS_FROM: Final = 100
"""From this many enrolled people on, the operator's word about its own ledger is not enough."""

WITNESS_LAG: Final = timedelta(hours=24)
"""What no witness saw for a day could still be written anew without anybody noticing."""

PAPER_A_DAY: Final = 50
"""Paper is confirmed by members: a flood of it would be mass enrolment without the people."""

PAPER_TERM: Final = timedelta(days=730)
"""People, purposes and laws change: a paper of two years ago is looked at anew (GDPR 35(11))."""

ADULTS_ON_CONTACT: Final = 1
"""A contact proves one adult's own act; two adults behind one contact prove nobody's."""

LINK_TERM: Final = timedelta(days=30)
"""Who wants their photos of one day has them within a month; a link that lasts is a register."""

LINK_PEOPLE: Final = 500
"""A link is for the guests of one event, and not for the people of a town."""

LINK_UNSEEN: Final = 50
"""Where nobody sees who comes, a script is a guest: a family or a small club, and no more."""

LINK_A_DAY: Final = 200
"""More than a desk can see in a day come from somewhere else than to the desk."""

DEPENDANTS_ON_CONTACT: Final = 5
"""A guardian answers for a family, not for a school or a home."""

SIGNERS: Final = 2
"""A two-person act needs two authenticators, so that no single member can do it alone."""

PERMIT_TERM: Final = timedelta(seconds=30)
"""A permit is proof for one use now; a withdrawal must not be outlived by an old yes."""

SUGGESTION_TERM: Final = timedelta(days=30)
"""A pointer that nobody looked at in a month is not needed (GDPR 5(1)(e))."""

UNCONFIRMED_TERM: Final = timedelta(days=90)
"""An appearance that nobody confirmed may be a stranger's face: it lapses."""

HOLD_TERM: Final = timedelta(days=181)
"""Six months, the shortest there are: a claim that needs longer is named again (GDPR 17(3)(e))."""

PROBE_TERM: Final = timedelta(days=30)
"""An open search keeps its probe sealed for verifiers, and no longer (GDPR 5(1)(e))."""

LEAD_TERM: Final = timedelta(days=183)
"""A lead can be contested for half a year; after it nobody needs the probe (GDPR 5(1)(e))."""

BEFORE_DUE: Final = timedelta(days=7)
"""A week before its last day a request is answered with whatever there is (GDPR 12(3))."""
