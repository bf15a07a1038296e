"""The records of processing activities, clause by clause (GDPR 30(1)).

Sections in the order of the clause: (a) who answers; (b) why; (c) whose data and which;
(d) who receives it; (e) transfers; (f) until when; (g) how it is kept safe. Sources are
told beside (c): where data does not come from the person, the person must be able to see
where it comes from (GDPR 14(2)(f)).
"""

from licet.consent import ceilings
from licet.consent.purposes import table
from licet.effects.accounting import ACCOUNT_TERM
from licet.effects.packing.stores import PEOPLE
from licet.effects.reporting.reading import Standing
from licet.effects.reporting.words import day, length, number, spoken
from licet.terms.duties import StoreName
from licet.terms.organisation import OrganisationKind
from licet.terms.reporting import Section

_UNSTATED = "not stated"
_OURS = frozenset({OrganisationKind.CONTROLLER})


def sections(standing: Standing) -> tuple[Section, ...]:
    """Return the records, as the deployment stands."""
    return (
        _controller(standing),
        purposes(standing),
        _categories(standing),
        sources(standing),
        _recipients(standing),
        _transfers(standing),
        _terms(),
        security(standing),
    )


def _controller(s: Standing) -> Section:
    joint = [
        one.name for one, _ in s.organisations if one.kind is OrganisationKind.JOINT_CONTROLLER
    ]
    return Section(
        "controller",
        "GDPR 30(1)(a)",
        "Who answers for it",
        header=("What", "Who or where"),
        rows=(
            ("Controller", s.deployment.controller),
            ("Where people write to", s.answer_to or _UNSTATED),
            ("Joint controllers", ", ".join(joint) or "none"),
            ("Representative in the Union", _representative(s)),
            ("Data protection officers", number(s.officers)),
            ("Supervisory authority", s.authority or _UNSTATED),
        ),
    )


def _representative(s: Standing) -> str:
    if s.deployment.eu_representative:
        return s.deployment.eu_representative
    return "none needed: established there" if s.deployment.established_in_eu else _UNSTATED


def purposes(s: Standing) -> Section:
    """Return the closed list of purposes, and how many grants each has."""
    kept = dict(s.grants)
    return Section(
        "purposes",
        "GDPR 30(1)(b), 6, 9",
        "Why data is processed",
        says=("The list is closed. What is not on it cannot be asked for, granted or searched.",),
        header=("Purpose", "Basis", "Who searches", "Kept at most", "Grants kept"),
        rows=tuple(
            (
                one.title,
                f"GDPR {one.basis.value}, {one.condition.value}",
                spoken(one.searchers.value),
                f"{one.retention_days} days",
                number(kept.get(one.id, 0)),
            )
            for one in table().by_id.values()
        ),
    )


def _categories(s: Standing) -> Section:
    return Section(
        "categories",
        "GDPR 30(1)(c)",
        "Whose data, and which",
        says=(
            (
                "People who allowed it by an act of their own: name, contact and date of birth, "
                "sealed; the features of their face, sealed, special category data (GDPR 9)."
            ),
            "People who ask about themselves: what they wrote, until the answer is over.",
            (
                "Everybody else in a photo: the face is compared in memory and forgotten; only the "
                "place of the face in the photo is kept, so that it can be covered."
            ),
            f"People whose data is kept: {number(s.count('people'))}.",
            f"People enrolled: {number(s.count('enrolled'))}.",
        ),
        header=("Store", "What it holds about people"),
        rows=tuple((spoken(name), one.says.split(", in ")[0]) for name, one in PEOPLE.items()),
    )


def sources(s: Standing) -> Section:
    """Return where photos come from, and on what basis other people's faces are compared."""
    return Section(
        "sources",
        "GDPR 14(2)(f)",
        "Where photos come from",
        says=() if s.sources else ("No source was declared.",),
        header=("Source", "Kind", "State", "Other people's faces compared on", "Territory"),
        rows=tuple(
            (
                one.name,
                spoken(one.kind.value),
                spoken(one.state.value),
                spoken(one.bystander_condition.value) if one.bystander_condition else "nothing",
                one.territory or "unknown: counts as everywhere",
            )
            for one in s.sources
        ),
    )


def _recipients(s: Standing) -> Section:
    others = [(one, until) for one, until in s.organisations if one.kind not in _OURS]
    return Section(
        "recipients",
        "GDPR 30(1)(d)",
        "Who receives data",
        says=() if others else ("Nobody but the controller.",),
        header=("Organisation", "Kind", "Agreement in force until"),
        rows=tuple(
            (one.name, spoken(one.kind.value), until or "none in force") for one, until in others
        ),
    )


def _transfers(s: Standing) -> Section:
    stated = {one.store: one for one in s.residences}
    places = tuple(
        (
            spoken(store.value),
            stated[store].territory if store in stated else _UNSTATED,
            stated[store].provider if store in stated else _UNSTATED,
            "",
        )
        for store in StoreName
    )
    going = tuple(
        (f"transfer to {one.recipient}", one.territory, spoken(one.safeguard.value), day(one.at))
        for one in s.transfers
    )
    return Section(
        "transfers",
        "GDPR 30(1)(e), 44-49",
        "Where stores lie, and transfers",
        says=() if going else ("No transfer is recorded.",),
        header=("Store or transfer", "Territory", "Provider or safeguard", "Since"),
        rows=(*places, *going),
    )


def _terms() -> Section:
    terms = (
        ("A grant, and everything kept under it", ceilings.GRANT_TERM),
        ("A grant for vital interests", ceilings.VITAL_TERM),
        ("A face found in a photo, unless the person or a verifier confirms it",
         ceilings.UNCONFIRMED_TERM),
        ("A suggestion nobody looked at", ceilings.SUGGESTION_TERM),
        ("The probe of an open search", ceilings.PROBE_TERM),
        ("The probe of a lead", ceilings.LEAD_TERM),
        ("Who searched a person who was erased", ACCOUNT_TERM),
        ("A legal hold", ceilings.HOLD_TERM),
    )  # fmt: skip
    return Section(
        "terms",
        "GDPR 30(1)(f)",
        "Until when data is kept",
        says=(
            "Each is a ceiling: a purpose or a source may set less, and nobody can set more.",
            "A grant that is withdrawn ends at once, and what was kept under it is destroyed.",
        ),
        header=("What", "At most"),
        rows=tuple((what, length(term)) for what, term in terms),
    )


def security(s: Standing) -> Section:
    """Return how data is kept safe, as this deployment is configured."""
    seen = f"{s.witnesses} witnesses are asked to sign the ledger's history."
    return Section(
        "security",
        "GDPR 30(1)(g), 32",
        "How it is kept safe",
        says=(
            (
                "Everything about a person is sealed (AES-256-GCM) under a key of its own for each "
                "grant, person, case and source; the keys lie apart from the data."
            ),
            "Erasing destroys the keys too, so that copies and backups cannot be read.",
            (
                "Each use needs a permit that is decided anew at the moment of release, and leaves "
                "an entry in a ledger that cannot be changed unseen."
            ),
            "Acts that weigh most need two members, each with a key of their own.",
            seen if s.witnesses else "No witness signs the ledger's history.",
            "Records are kept on a database server."
            if s.server
            else "Records are kept in one file on one machine.",
        ),
    )
