"""Where one can go: the places of the side bar, once."""

from dataclasses import dataclass
from itertools import groupby

from licet.web.pages.words import later


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the console: its address, icon and name, and the group that it stands in."""

    address: str
    icon: str
    name: str
    group: str

    def holds(self, path: str) -> bool:
        """Whether a path is this place or lies in it. The console's own door holds only itself."""
        inside = self.address.count("/") > 1 and path.startswith(f"{self.address}/")
        return path == self.address or inside


_LOOK = later("At a glance")
_WORK = later("Work")
_ANSWER = later("Accountability")
_HOUSE = later("Your organisation")

PLACES: dict[str, Place] = {
    "overview": Place("/console", "layout-dashboard", later("Overview"), _LOOK),
    "sources": Place("/console/sources", "photo", later("Sources"), _WORK),
    "albums": Place("/console/albums", "photo-search", later("Albums"), _WORK),
    "people": Place("/console/people", "friends", later("People"), _WORK),
    "cases": Place("/console/cases", "briefcase", later("Cases"), _WORK),
    "clearance": Place("/console/clearance", "photo", later("Rights clearance"), _WORK),
    "acts": Place("/console/acts", "fingerprint", later("Acts to sign"), _WORK),
    "search": Place("/console/search", "search", later("Search"), _WORK),
    "verify": Place("/console/verify", "eye-check", later("Verify"), _WORK),
    "inbox": Place("/console/requests", "inbox", later("Requests"), _ANSWER),
    "orders": Place("/console/orders", "gavel", later("Orders"), _ANSWER),
    "letters": Place("/console/letters", "mail", later("Letters"), _ANSWER),
    "blocks": Place("/console/blocks", "hand-stop", later("Blocks"), _ANSWER),
    "breaches": Place("/console/breaches", "shield-exclamation", later("Breaches"), _ANSWER),
    "ledger": Place("/console/ledger", "binary-tree", later("Ledger"), _ANSWER),
    "reports": Place("/console/reports", "report", later("Usage reports"), _ANSWER),
    "members": Place("/console/members", "list-check", later("Members"), _HOUSE),
    "settings": Place("/console/settings", "key", later("Settings"), _HOUSE),
}
"""Every place by its key, in the order of the side bar."""


def placed(keys: tuple[str, ...]) -> list[tuple[str, list[tuple[str, Place]]]]:
    """Return the places of ``keys`` in the order of the side bar, under their groups."""
    there = [(key, place) for key, place in PLACES.items() if key in keys]
    grouped = groupby(there, key=lambda one: one[1].group)
    return [(group, list(members)) for group, members in grouped]
