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

    @property
    def recipients(self) -> tuple[Organisation, ...]:
        """Whoever got the list: who searched, and who asked for it through them (GDPR 4(9))."""
        return (self.organisation,) if self.behind is None else (self.organisation, self.behind)


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
    known = (with_case(reader, one) for one in set(searches))
    found = (one for one in known if one is not None)
    return tuple(sorted(found, key=lambda one: (one.search.at, one.search.id)))


def with_case(reader: Reader | Unit, search_id: SearchId) -> Surfacing | None:
    """Return a search with its case and whose it is; None where one of them is gone."""
    search = reader.searches.get(search_id)
    case = reader.governance.case(search.case) if search else None
    organisation = reader.governance.organisation(case.organisation) if case else None
    if search is None or case is None or organisation is None:
        return None
    behind = reader.governance.organisation(case.on_behalf_of) if case.on_behalf_of else None
    return Surfacing(search, case, organisation, behind)
