"""Permits for tests and benches of what a permit opens.

In ``src`` only ``consent`` may make one; a test of the gallery needs one without the
whole decision, so it is made here and nowhere else in the suite.
"""

from datetime import datetime, timedelta

from licet.terms.gallery import Scope
from licet.terms.permit import Action, By, Permit

TERM = timedelta(seconds=30)


def permit(
    scope: Scope | None, at: datetime, action: Action = Action.SEARCH, term: timedelta = TERM
) -> Permit:
    """Return a permit with this scope, decided at ``at``."""
    return Permit(
        action=action,
        by=By.MEMBER,
        organisation=scope.organisation if scope else None,
        member=None,
        case=None,
        purpose=None,
        grant=None,
        subject=None,
        source=scope.source if scope else None,
        scope=scope,
        fpir=None,
        articles=(),
        evidence=(),
        decided_at=at,
        not_after=at + term,
        head_size=0,
        digest="0" * 64,
    )
