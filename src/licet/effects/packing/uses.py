"""Who was given anything of a person: searches that listed them, and recipients (GDPR 15(1)(c))."""

from collections import Counter

from licet.effects.packing.asker import Asker
from licet.effects.packing.parts import Recipient, SearchPart
from licet.effects.sealed import case_key, subject_key
from licet.terms.face import Score, cosine_of
from licet.terms.organisation import Matter
from licet.terms.payload import CandidatePayload, FindingPayload, from_bytes
from licet.terms.search import Search, SearchCandidate, Verification
from licet.vault.seal import open_sealed, tag

UNREADABLE = "unreadable"
"""What stands in place of a finding whose key is destroyed."""


def searches_of(asker: Asker) -> tuple[SearchPart, ...]:
    """Return every search that listed the person, oldest first, however old."""
    own = asker.own
    if own is None:
        return ()
    reader = asker.reader
    marked = tag(own, "candidate", subject_key(asker.subject.id).encode())
    candidates = reader.searches.candidates_tagged(marked)
    searches = reader.person.searches({one.search for one in candidates})
    matters = reader.person.matters({one.case for one in searches.values()})
    said = reader.person.verifications([one.id for one in candidates])
    keys = asker.app.keyring.get_many({case_key(case) for case in matters})
    parts = []
    for candidate in candidates:
        search = searches[candidate.search]
        key = keys.get(case_key(search.case))
        findings = _findings(key, said.get(candidate.id, []))
        matter = matters[search.case]
        parts.append(_part(asker, search, matter, _opened(key, candidate), findings))
    return tuple(sorted(parts, key=lambda part: (part.at, part.id)))


def recipients_of(asker: Asker, searches: tuple[SearchPart, ...]) -> tuple[Recipient, ...]:
    """Return the organisations that hold a grant of the person or found them, by name."""
    grants = Counter(asker.name_of(grant.organisation) for grant in asker.grants)
    found = Counter(search.organisation for search in searches)
    found.update(search.on_behalf_of for search in searches if search.on_behalf_of)
    named = {one.name: one for one in asker.reader.governance.organisations()}
    return tuple(
        Recipient(
            id=named[name].id,
            name=name,
            kind=named[name].kind.value,
            contact=named[name].contact,
            grants=grants[name],
            searches=found[name],
        )
        for name in sorted(grants.keys() | found.keys())
        if name in named
    )


def _opened(key: bytes | None, candidate: SearchCandidate) -> CandidatePayload | None:
    """Open a candidate; None once the person was taken off the list or the case is gone."""
    if key is None or not candidate.sealed:
        return None
    opened = open_sealed(key, candidate.sealed, f"candidate:{candidate.id}")
    return from_bytes(CandidatePayload, opened)


def _findings(key: bytes | None, said: list[Verification]) -> tuple[str, ...]:
    """Return what verifiers said, in the order of their words: not who said what, nor when."""
    if key is None:
        return (UNREADABLE,) * len(said)
    opened = (
        open_sealed(key, one.sealed, f"verification:{one.candidate}:{one.member}") for one in said
    )
    return tuple(sorted(from_bytes(FindingPayload, one).finding.value for one in opened))


def _part(
    asker: Asker,
    search: Search,
    matter: Matter,
    payload: CandidatePayload | None,
    findings: tuple[str, ...],
) -> SearchPart:
    innocent = (
        asker.app.vision.expected_innocent(search.threshold, search.in_scope)
        if search.in_scope
        else 0.0
    )
    return SearchPart(
        id=search.id,
        organisation=asker.name_of(matter.organisation),
        on_behalf_of=asker.name_of(matter.on_behalf_of) if matter.on_behalf_of else None,
        purpose=matter.purpose,
        at=search.at,
        outcome=search.state.value,
        entry=search.leaf,
        threshold=round(cosine_of(search.threshold), 4),
        in_scope=search.in_scope,
        expected_innocent=round(innocent, 4),
        rank=payload.rank if payload else None,
        kind=payload.kind.value if payload else None,
        template=payload.template if payload else None,
        grant=payload.grant if payload else None,
        meaning=asker.meaning(Score(payload.score)) if payload else None,
        findings=findings,
        probe_until=search.probe_until if search.sealed_probe else None,
    )
