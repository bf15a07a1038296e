"""An order to begin from: what ``licet order example`` writes, and the page on its format shows."""

from datetime import date, timedelta

_TEXT = """\
# An authority's order, as it binds us. Write what the paper says, and nothing else.
authority = "Data Protection Office"
reference = "2026-014"         # the authority's own
version = 1                    # a changed order is a file of its own: 2, 3, ...
state = "final"                # proposed, final or appealed
decided = {decided}
notified = {notified}          # the day it reached us: months run from it
regime = "gdpr"                # how days are counted
language = "en"                # of the letter to the authority: en, fr or de
contact = "orders@authority.example"

[scope]                        # what any of these names is inside; unknown is inside
territories = ["FR"]           # of residence, capture, source or enrolment
# sources = ["album"]          # by name or id
# subjects = ["<id>"]          # people, by id
# everything = true            # in the place of all the others

[[clauses]]
kind = "stop_collecting"       # without a term: at once

[[clauses]]
kind = "stop_use"

[[clauses]]
kind = "answer_access"         # who asked for their data is answered before anything is erased
months = 1

[[clauses]]
kind = "erase"
months = 2                     # or a day: by = 2026-12-31
data = ["people"]              # or photos, templates, probes; without: all of it

[[clauses]]
kind = "prove"
months = 2

[penalties]                    # leave out what the order does not threaten
per_day = "100000.00 EUR"
"""


def example(today: date) -> str:
    """Return an order that was notified today, to be changed."""
    decided = today - timedelta(days=7)
    return _TEXT.format(decided=decided.isoformat(), notified=today.isoformat())
