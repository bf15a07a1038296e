"""Objects by the words that people use: a name or reference where one exists, or the id."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from licet.terms.errors import BadInput, NotFound
from licet.terms.ids import OrganisationId, PurposeId, Territory
from licet.terms.order import Order
from licet.terms.organisation import Case, Member, Organisation
from licet.terms.source import Source

if TYPE_CHECKING:
    from licet.store.unit import Reader

T = TypeVar("T")


def organisation(reader: "Reader", word: str) -> Organisation:
    """Return an organisation by name or id; without a word the only one there is.

    Raises ``NotFound``, ``BadInput`` when there are several and none is named.
    """
    known = reader.governance.organisations()
    if not word and len(known) == 1:
        return known[0]
    if not word:
        raise BadInput("there is more than one organisation", "Say which one: --org NAME.")
    found = [one for one in known if word in (one.id, one.name)]
    return _only(found, f"organisation {word}", "See `licet org list`.")


def member(reader: "Reader", word: str) -> Member:
    """Return a member by name or id. Raises ``NotFound``, ``BadInput`` for two of one name."""
    found = [one for one in members(reader) if word in (one.id, one.name)]
    return _only(found, f"member {word}", "See `licet member list`.")


def members(reader: "Reader") -> list[Member]:
    """Return every member of every organisation."""
    known = reader.governance.organisations()
    return [one for each in known for one in reader.governance.members(each.id)]


def case(reader: "Reader", word: str) -> Case:
    """Return a case by reference or id. Raises ``NotFound``, ``BadInput`` for two of one."""
    known = reader.governance.organisations()
    cases = [one for each in known for one in reader.governance.cases(each.id)]
    found = [one for one in cases if word in (one.id, one.reference)]
    return _only(found, f"case {word}", "See `licet case list`.")


def source(reader: "Reader", word: str) -> Source:
    """Return a source by name or id. Raises ``NotFound``, ``BadInput`` for two of one name."""
    found = [one for one in reader.sources.all() if word in (one.id, one.name)]
    return _only(found, f"source {word}", "See `licet source list`.")


def order(reader: "Reader", word: str) -> Order:
    """Return an order by id, or by the authority's reference: then its latest version.

    Raises ``NotFound``, ``BadInput`` for the reference of two authorities.
    """
    word = word.strip()
    found = [one for one in reader.orders.all() if word in (one.id, one.reference)]
    latest = {one.authority: one for one in sorted(found, key=lambda one: one.version)}
    return _only(list(latest.values()), f"order {word}", "See `licet order list`.")


def organisation_names(reader: "Reader") -> dict[OrganisationId, str]:
    """Return the organisations' names by id."""
    return {one.id: one.name for one in reader.governance.organisations()}


def purpose(word: str) -> PurposeId:
    """Return a purpose by ``name@version`` or by name, then its latest version.

    Raises ``BadInput`` for a purpose that is not on the closed list.
    """
    from licet.consent.purposes import table

    known = table().by_id
    if PurposeId(word) in known:
        return PurposeId(word)
    versions = [one for one in known if one.split("@")[0] == word]
    if not versions:
        names = ", ".join(sorted({one.split("@")[0] for one in known}))
        raise BadInput(f"there is no purpose {word}", f"The closed list is: {names}.")
    return max(versions, key=lambda one: int(one.split("@")[1]))


def day(word: str, what: str) -> datetime:
    """Return the beginning of a day written ``YYYY-MM-DD``, in UTC. Raises ``BadInput``."""
    try:
        return datetime.strptime(word, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise BadInput(f"{what} {word} is not a day", "Write it as 2026-12-31.") from error


def territory(word: str) -> Territory:
    """Return a territory by its ISO 3166-1 code. Raises ``BadInput``."""
    from licet.terms.territories import TERRITORIES

    found = Territory(word.strip().upper())
    if found not in TERRITORIES:
        raise BadInput(f"there is no territory {word}", "Use ISO 3166-1: two letters, FR or GB.")
    return found


def _only(found: Sequence[T], what: str, remedy: str) -> T:
    if not found:
        raise NotFound(f"there is no {what}", remedy)
    if len(found) > 1:
        raise BadInput(f"there are several of the name: {what}", "Give the id instead.")
    return found[0]
