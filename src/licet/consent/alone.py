"""Grants that belong to the person alone: for a request about themselves, and no organisation.

What the operator lacks, or was told to stop, is no reason to leave a person without an
answer (GDPR 12(2), 15). So such a grant needs no papers of the operator, no witness, no age
and no room on its contact, and no block stops it; what it needs instead is in
``rules/asking.py``.
"""

from licet.consent.purposes import table
from licet.terms.grant import Grant


def alone(grant: Grant | None) -> bool:
    """Say whether the grant is for a purpose without an organisation."""
    if grant is None or grant.organisation is not None:
        return False
    purpose = table().get(grant.purpose)
    return purpose is not None and purpose.without_organisation
