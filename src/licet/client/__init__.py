"""A client of the API, for programs elsewhere: nothing of the server is imported.

::

    from licet.client import Licet, Refused

    with Licet("https://licet.example.org", key) as licet:
        found = licet.search(case, photo, purpose="archive_rights_clearance@1")
        for grant in licet.list_grants():
            print(grant["id"], grant["state"])

Lists are iterators over every part. What is refused is raised as :class:`Refused`, with the
reason, the article of the law and what would change it. Calls that change something carry an
idempotency key of their own and are tried again when a line breaks: nothing happens twice.
"""

from licet.client.calls import Licet
from licet.client.problems import (
    Busy,
    Conflict,
    Failed,
    Invalid,
    Missing,
    Problem,
    Refused,
    ToSign,
    Unknown,
)

__all__ = [
    "Busy",
    "Conflict",
    "Failed",
    "Invalid",
    "Licet",
    "Missing",
    "Problem",
    "Refused",
    "ToSign",
    "Unknown",
]
