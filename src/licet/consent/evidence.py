"""Papers and instruments: which evidence can stand behind one grant (GDPR 5(2), 7(1)).

1. It is named by its SHA-256 in lower-case hex: a word proves no paper.
2. It stands behind one grant alone: one signature, or one instrument, is one person's.
"""

import re

from licet.consent.reasons import Reason
from licet.terms.permit import Ask, Facts

_SHA256 = re.compile(r"[0-9a-f]{64}")


def is_digest(text: str) -> bool:
    """Say whether ``text`` is a SHA-256 in lower-case hex."""
    return _SHA256.fullmatch(text) is not None


def unfit(ask: Ask, facts: Facts) -> Reason | None:
    """Return why the evidence of ``ask`` cannot stand behind this grant, or None."""
    if not is_digest(ask.evidence):
        return Reason.EVIDENCE_NOT_A_DIGEST
    return Reason.EVIDENCE_USED if facts.counts.evidence_uses > 0 else None
