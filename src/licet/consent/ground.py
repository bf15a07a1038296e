"""What stands behind a reason for a refusal."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ground:
    """What stands behind a reason: the law, a sentence, and what would change it."""

    article: str
    says: str
    would_change: str
