"""Which searches surfaced any of many people, read while their keys still find the rows."""

from collections.abc import Collection

from licet.app import App
from licet.effects.sealed import subject_key
from licet.effects.surfacing import Surfacing, with_cases
from licet.store.unit import Reader, Unit
from licet.terms.ids import SearchId, SubjectId
from licet.vault.seal import tag


def person_tags(app: App, people: Collection[SubjectId]) -> dict[bytes, SubjectId]:
    """Return the tags under which the people's candidate rows are found, and whose each is.

    Who has no key any more is found by nothing.
    """
    names = {subject_key(one): one for one in people}
    keys = app.keyring.get_many(names)
    return {tag(key, "candidate", name.encode()): names[name] for name, key in keys.items()}


def surfacings(
    app: App, reader: Reader | Unit, people: Collection[SubjectId]
) -> dict[SubjectId, tuple[Surfacing, ...]]:
    """Return the searches that ever surfaced each person, oldest first; nobody else is named."""
    tags = person_tags(app, people)
    searches: dict[SubjectId, set[SearchId]] = {}
    for candidate in reader.people.candidates(tags):
        searches.setdefault(tags[candidate.subject_tag], set()).add(candidate.search)
    return {one: with_cases(reader, found) for one, found in searches.items()}
