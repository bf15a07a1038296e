"""Packages: everything that is kept of a person, for the person (GDPR 15, 20)."""

from licet.app import App
from licet.effects.plans import Found
from licet.terms.errors import Setup
from licet.terms.plan import Plan


def build_package(_app: App, _plan: Plan) -> Found | None:
    """Build the package that answers the plan's request. Raises ``Setup``: not built yet."""
    raise Setup("packages are not built yet", "Wait for it.")


def deliver_package(_app: App, _plan: Plan) -> Found | None:
    """Deliver the package to the proved contact. Raises ``Setup``: not built yet."""
    raise Setup("packages are not built yet", "Wait for it.")
