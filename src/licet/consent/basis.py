"""The two bases, and no third.

1. Consent (GDPR 6(1)(a)) goes with explicit consent (9(2)(a)).
2. Vital interests (6(1)(d)) go with those of a person who is physically or legally
   unable to consent (9(2)(c)).
3. Consent is not asked for where the balance is clearly uneven (recital 43).
"""

from licet.terms.basis import Condition, LegalBasis, Relationship

PAIRS = frozenset(
    {
        (LegalBasis.CONSENT, Condition.EXPLICIT_CONSENT),
        (LegalBasis.VITAL_INTERESTS, Condition.VITAL_INTERESTS),
    }
)

UNEVEN = frozenset(
    {
        Relationship.EMPLOYMENT,
        Relationship.CUSTODY,
        Relationship.ASYLUM,
        Relationship.SCHOOLING,
        Relationship.CARE_DEPENDENCE,
    }
)


def paired(basis: LegalBasis, condition: Condition) -> bool:
    """Say whether the condition lifts the ban for this basis."""
    return (basis, condition) in PAIRS


def articles(basis: LegalBasis, condition: Condition) -> tuple[str, str]:
    """Return both as articles to cite."""
    return f"GDPR {basis.value}", f"GDPR {condition.value}"
