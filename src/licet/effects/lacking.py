"""What a deployment lacks before it may hold real people, in the order of the rules."""

from dataclasses import dataclass
from datetime import datetime

from licet.consent.evidence import is_digest
from licet.consent.places import covered, unstated
from licet.terms.permit import Readiness


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that real grants wait for, and the law that asks for it."""

    what: str
    article: str


def lacks(state: Readiness, now: datetime) -> tuple[Lack, ...]:
    """Return what real grants still wait for; nothing in a sandbox, which never is real."""
    missing = (
        (not state.dpia_digest, "the impact assessment", "GDPR 35"),
        (
            bool(state.dpia_digest) and not state.purposes_assessed,
            "an assessment of the list of purposes, which changed since",
            "GDPR 35(11)",
        ),
        (not is_digest(state.source_notice), "the notice that stands at the sources", "GDPR 14"),
        (not is_digest(state.role_agreement), "who answers for what", "GDPR 26-28"),
        (not state.ai_act_classification, "the classification", "AI Act 6"),
        (
            not state.established_in_eu and not state.eu_representative,
            "a representative in the Union",
            "GDPR 27",
        ),
        (
            not state.officer_is_independent,
            "a data protection officer who is no steward",
            "GDPR 38(6)",
        ),
        *(
            (True, f"the place of the {store.value}", "GDPR 30(1)(e)")
            for store in sorted(unstated(state.residences))
        ),
        *(
            (
                not covered(one.territory, state.transfers, now),
                f"a safeguard for the {one.store.value} in {one.territory}",
                "GDPR 44",
            )
            for one in state.residences
        ),
    )
    found = tuple(Lack(what, article) for lacking, what, article in missing if lacking)
    return () if state.sandbox else found
