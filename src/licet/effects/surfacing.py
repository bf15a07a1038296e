"""Which searches surfaced a person, read while their key still finds the rows."""

from collections.abc import Iterable
from dataclasses import dataclass

from licet.app import App
from licet.effects.sealed import candidate_tag, candidate_tags, grant_key, subject_key
from licet.store.unit import Reader, Unit
from licet.terms.errors import KeyAbsent
from licet.terms.ids import GrantId, SearchId, SubjectId
from licet.terms.organisation import Case, Organisation
from licet.terms.search import Search


@dataclass(frozen=True, slots=True)
class Surfacing:
    """A search that surfaced a person: the search, its case, and whose case it is.

    ``behind`` is the organisation on whose behalf it was asked for, None if nobody else's.
    """

    search: Search
    case: Case
    organisation: Organisation
    behind: Organisation | None = None


def of_person(app: App, reader: Reader | Unit, subject: SubjectId) -> tuple[Surfacing, ...]:
    """Return the searches that ever surfaced a person, oldest first.

    Those under a grant that was taken back since are among them: that a search surfaced
    the person outlives the list that it made. Nothing when the person's key is gone.
    """
    try:
        tag = candidate_tag(app, subject_key(subject))
    except KeyAbsent:
        return ()
    found = reader.searches.candidates_tagged(tag)
    return with_cases(reader, {candidate.search for candidate in found})


def listing(app: App, reader: Reader | Unit, grants: Iterable[GrantId]) -> tuple[Surfacing, ...]:
    """Return the searches whose lists still hold a person under one of these grants."""
    tags = candidate_tags(app, map(grant_key, grants))
    found = reader.searches.listed_under(tags)
    return with_cases(reader, {candidate.search for candidate in found})


def with_cases(reader: Reader | Unit, searches: Iterable[SearchId]) -> tuple[Surfacing, ...]:
    """Return searches with their cases and organisations, oldest first."""
    found: dict[SearchId, Surfacing] = {}
    for search_id in searches:
        search = reader.searches.get(search_id)
        case = reader.governance.case(search.case) if search else None
        organisation = reader.governance.organisation(case.organisation) if case else None
        if search is not None and case is not None and organisation is not None:
            other = case.on_behalf_of
            behind = reader.governance.organisation(other) if other else None
            found[search.id] = Surfacing(search, case, organisation, behind)
    return tuple(sorted(found.values(), key=lambda one: (one.search.at, one.search.id)))
