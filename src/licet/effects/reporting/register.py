"""The register of sources, made to be published (GDPR 5(1)(a), 12(1), 14(2)(f), 21).

Whoever was photographed can read where photos come from and by what right, and write to
the address that stands first. A website's host is public and is told; a folder's path, a
bucket's name, a file's name and the evidence can name somebody, and stay out.
"""

from urllib.parse import urlsplit

from licet.app import App
from licet.effects.reporting.words import day, spoken
from licet.ledger.leaf import decode
from licet.store.unit import Reader
from licet.terms.ledger import Entry, EntryKind
from licet.terms.organisation import Organisation
from licet.terms.reporting import Section
from licet.terms.source import Authority, ItemPolicy, Marker, Source, SourceKind, SourceState

_POLICIES = {
    ItemPolicy.LEAVE_AT_SOURCE: "stays where it lies",
    ItemPolicy.ASK_SOURCE: "is to be taken down: the source is asked",
}
_HANDED_IN = {
    ItemPolicy.LEAVE_AT_SOURCE: "is destroyed if nobody else is in it; the copy of others stays",
    ItemPolicy.ASK_SOURCE: "is destroyed here; who handed it in is asked to take it down",
}
"""The same where the operator keeps a copy of what was handed in."""
_HOLDS = {EntryKind.SOURCE_HELD: "Put on hold", EntryKind.SOURCE_RELEASED: "Hold ended"}
_MARKS = {
    Marker.PLATFORM: "photos in it bear the marks of a social platform",
    Marker.IDENTITY_PHOTOS: "it holds identity or badge photos",
    Marker.MANY_ORIGINS: "its photos come from more places than was stated",
    Marker.STREAM: "photos arrived as from a camera",
}
_OVER = frozenset({SourceState.CEASED, SourceState.PURGED})


def sections(app: App, reader: Reader) -> tuple[Section, ...]:
    """Return how to object, what stands here, and one section for each source."""
    sources = reader.sources.all()
    named = {one.id: one for one in reader.governance.organisations()}
    holds = _holds(reader)
    told = tuple(
        _source(
            number,
            one,
            named[one.organisation],
            reader.sources.authorities(one.id),
            holds.get(one.id, ()),
        )
        for number, one in enumerate(sources, 1)
    )
    return (_objecting(app), _all(sources), *told)


def _holds(reader: Reader) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return what the ledger tells of each source's holds: when, why, and how they ended."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for leaf in reader.leaves.iterate(0):
        if not any(kind.value.encode() in leaf.data for kind in _HOLDS):
            continue
        entry = decode(leaf.data)
        source = dict(entry.objects).get("source")
        if entry.kind in _HOLDS and source is not None:
            line = (_HOLDS[entry.kind], f"{day(entry.at)}: {_why(entry)}")
            found[source] = (*found.get(source, ()), line)
    return found


def _why(entry: Entry) -> str:
    """Say why a source was held, or on what it was released."""
    facts = dict(entry.facts)
    if entry.kind is EntryKind.SOURCE_RELEASED:
        reason = facts.get("reason")
        if reason is None:
            return "the officer looked at a sample and found it in order"
        return f"by the officer and a member who did not open it; their reason is {reason}"
    if facts.get("cause") == "audit":
        return "a sample of it was not what it should be"
    marks = [name.removeprefix("marker_") for name in facts if name.startswith("marker_")]
    marks += [str(facts["marker"])] if "marker" in facts else []
    told = (_MARKS[Marker(one)] for one in sorted(marks) if one in set(Marker))
    return ", ".join(told) or "something spoke against it"


def _objecting(app: App) -> Section:
    address = app.settings.answer_to or app.settings.smtp_sender
    return Section(
        "objecting",
        "GDPR 12(2), 15, 17, 21",
        "How to object",
        says=(
            f"Write to {address}." if address else "No address to write to is stated here.",
            (
                "You need not prove anything about the photos to ask. Whoever is in photos may "
                "ask what is kept about them, object and have it erased; whoever runs a place or "
                "holds the rights in photos may send a notice to cease, and is given a signed "
                "certificate when everything from there is destroyed."
            ),
        ),
    )


def _all(sources: tuple[Source, ...]) -> Section:
    return Section(
        "sources",
        "GDPR 14(2)(f)",
        "Where photos come from",
        says=(
            (
                "Photos are read at these places and nowhere else. That a place can be reached "
                "is no right to read it: each was proved, and its licence is on file."
            )
            if sources
            else "No source was opened.",
        ),
        header=("Source", "Kind", "State"),
        rows=tuple((one.name, spoken(one.kind.value), spoken(one.state.value)) for one in sources),
    )


def _source(
    number: int,
    one: Source,
    organisation: Organisation,
    authorities: tuple[Authority, ...],
    holds: tuple[tuple[str, str], ...],
) -> Section:
    condition = one.bystander_condition
    site = (("Host", _host(one)),) if one.kind is SourceKind.SITE else ()
    policies = _HANDED_IN if one.kind is SourceKind.UPLOAD else _POLICIES
    return Section(
        f"source-{number}",
        "GDPR 14(2)(f), 6(4), 9(2)",
        one.name,
        header=("What", "As it stands"),
        rows=(
            ("Kind", spoken(one.kind.value)),
            *site,
            ("Organisation", organisation.name),
            ("State", spoken(one.state.value)),
            ("Who took the photos", one.origin.taken_by),
            ("How the people in them were told", one.origin.people_told),
            ("Made for", ", ".join(spoken(what) for what in sorted(one.origin.purposes))),
            (
                "Other people's faces are compared because",
                spoken(condition.value) if condition else "nothing allows it",
            ),
            *_authority(one, authorities),
            ("When somebody is erased, their photo", policies[one.item_policy]),
            ("What is noted of a photo is kept", _retention(one)),
            *holds,
        ),
    )


def _authority(one: Source, authorities: tuple[Authority, ...]) -> tuple[tuple[str, str], ...]:
    if not authorities:
        return (("Authorised", "never"),)
    last = authorities[-1]
    until = "it has ceased" if one.state in _OVER else day(last.valid_to)
    return (
        ("Authorised since", day(authorities[0].valid_from)),
        ("Authorised until", until),
        ("Control of the place proved by", spoken(last.control.value)),
        ("Control proved last", day(last.proved_at)),
    )


def _host(one: Source) -> str:
    """Return a site's host; a path can name somebody, and is not told."""
    return urlsplit(one.place).hostname or "unknown"


def _retention(one: Source) -> str:
    if one.retention_days is None:
        return "as long as the source is"
    return f"{one.retention_days} days"
