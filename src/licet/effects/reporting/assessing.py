"""What an impact assessment starts from, clause by clause (GDPR 35(7)).

Sections in the order of the clause: (a) what is done, to how many, and why; (b) necessity
and proportion; (c) the risks that are known, with what was counted of each; (d) measures.
Last comes what is missing here, because that is what an assessment must not overlook.
"""

from licet.consent import ceilings
from licet.effects.reporting.processing import purposes, security, sources
from licet.effects.reporting.reading import Standing
from licet.effects.reporting.words import length, number
from licet.terms.duties import StoreName
from licet.terms.reporting import Section

_RISKS = (
    (
        "A stranger's face is taken for a person who is enrolled",
        (
            "A face is kept above a threshold for this number of people; two verifiers, blind to "
            "each other, before a lead; what nobody confirms lapses"
        ),
    ),
    (
        "People in photos who never agreed are compared",
        "Only where a source states on what basis; their features are never stored",
    ),
    (
        "Consent is not free",
        (
            "Employment, custody, asylum, schooling and care are refused as relationships; "
            "withdrawing is one step, at once"
        ),
    ),
    (
        "Searching becomes surveillance",
        (
            "A closed list of purposes; a case with evidence and approval for each search; "
            "ceilings by day, case and probe; a day's delay; no live feeds, no alerts on a person"
        ),
    ),
    (
        "A member abuses their access",
        (
            "Each person is told who searched them; every use and refusal leaves an entry; who "
            "searched is kept sealed even when the person is erased"
        ),
    ),
    (
        "Data is stolen",
        "Sealed bytes without their keys; keys apart; a register of breaches with its clock",
    ),
    (
        "Erased data lives on in a backup",
        "Backups hold no keys; a restore applies what was ended since before it serves",
    ),
)


def sections(standing: Standing) -> tuple[Section, ...]:
    """Return what the assessment starts from, as the deployment stands."""
    return (
        _done(standing),
        purposes(standing),
        sources(standing),
        _proportion(standing),
        _risks(),
        _counted(standing),
        security(standing),
        _missing(standing),
    )


def _done(s: Standing) -> Section:
    return Section(
        "description",
        "GDPR 35(7)(a), 35(3)(b)",
        "What is done, and to how many",
        says=(
            (
                "Faces in photos from authorised sources are compared with the references of "
                "people who allowed it. A search compares one photo with people who may be "
                "found, and returns candidates, never a decision."
            ),
        ),
        header=("What", "Number"),
        rows=(
            ("People whose data is kept", number(s.count("people"))),
            ("of these enrolled", number(s.count("enrolled"))),
            ("Templates kept", number(s.count("templates"))),
            ("Suggestions that wait for a look", number(s.count("suggestions"))),
            ("Photos met at sources", number(s.count("items"))),
            ("Grants for vital interests, live now", number(s.vital)),
            ("Model that makes the templates", s.model),
        ),
    )


def _proportion(s: Standing) -> Section:
    searching, collecting = s.deployment.fpir_search, s.deployment.fpir_collect
    return Section(
        "proportion",
        "GDPR 35(7)(b), 5(1)(c), 25",
        "Necessity and proportion",
        says=(
            "Nobody can be found who did not allow it, and nobody else's features are kept.",
            "These ceilings are constants; the operator cannot raise them.",
        ),
        header=("Ceiling", "Here"),
        rows=(
            ("Searches with an innocent candidate, at most", _share(searching)),
            ("Strangers' faces kept by collecting, at most", _share(collecting)),
            ("Before an organisation sees a photo", length(ceilings.ORGANISATION_FLOOR)),
            ("Searches by one member a day", str(ceilings.SEARCHES_A_DAY)),
            ("Uses of one probe in a case", str(ceilings.PROBE_USES_A_CASE)),
            ("People in one case", str(ceilings.SUBJECTS_A_CASE)),
            ("Grants for vital interests at once", str(ceilings.VITAL_GRANTS)),
            ("Confirmations on paper a day", str(ceilings.PAPER_A_DAY)),
            ("People enrolled without a witness, fewer than", str(ceilings.WITNESS_FROM)),
        ),
    )


def _share(rate: float) -> str:
    return f"1 in {number(round(1 / rate))}"


def _risks() -> Section:
    return Section(
        "risks",
        "GDPR 35(7)(c), 35(7)(d)",
        "Risks to people, and what is done about them",
        header=("Risk", "What is done about it"),
        rows=_RISKS,
    )


def _counted(s: Standing) -> Section:
    named = (
        ("People's requests that wait for an answer", "requests"),
        ("Legal holds in force", "holds"),
        ("Orders of authorities that bind", "orders"),
        ("Blocks in force", "blocks"),
        ("Breaches that are not closed", "breaches"),
    )
    return Section(
        "open",
        "GDPR 35(11)",
        "What is open now",
        header=("What", "Number"),
        rows=tuple((says, number(s.count(name))) for says, name in named),
    )


def _missing(s: Standing) -> Section:
    stated = {one.store for one in s.residences}
    unstated = [store.value for store in StoreName if store not in stated]
    ready = s.readiness
    enrolled = s.count("enrolled")
    found = (
        ("an impact assessment was not filed", not ready.dpia_digest),
        ("the class under the AI Act is not stated", not ready.ai_act_classification),
        (
            "nobody represents the operator in the Union",
            not (ready.established_in_eu or ready.eu_representative),
        ),
        ("no officer is independent of the stewards", not ready.officer_is_independent),
        ("no supervisory authority is named", not s.authority),
        ("people have no address to write to", not s.answer_to),
        ("no witness sees the ledger", not s.witnesses),
        (
            f"a witness is due from {ceilings.WITNESS_FROM} people on",
            not s.witnesses and enrolled >= ceilings.WITNESS_FROM,
        ),
        (f"the place of these stores is not stated: {', '.join(unstated)}", bool(unstated)),
    )
    missing = tuple(says for says, true in found if true)
    return Section(
        "missing",
        "GDPR 35(7)(d)",
        "What is missing here",
        says=missing or ("Nothing that this program can see.",),
    )
