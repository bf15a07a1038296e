"""The day in which an organisation sees nothing of an item (AI Act 5(1)(h); row of live use)."""

from datetime import datetime

from licet.app import App
from licet.consent import ceilings
from licet.terms.permit import By


def on_first_day(app: App, by: By, first_seen: datetime, now: datetime) -> bool:
    """Say whether an item is too young for who asks: its hash entered the ledger just now.

    The person sees it at once; in a sandbox nobody real can be followed.
    """
    if by is not By.MEMBER or app.deployment.sandbox:
        return False
    return first_seen > now - ceilings.ORGANISATION_FLOOR
