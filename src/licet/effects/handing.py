"""Hands a person the certificate of their erasure: the last letter that can reach them."""

from dataclasses import replace
from datetime import datetime, timedelta

from licet.app import App
from licet.effects.certifying import certificate
from licet.effects.letters import compose, sender_of
from licet.effects.plans import Found
from licet.effects.sealed import open_plan
from licet.effects.telling import UNSENT
from licet.terms.errors import KeyAbsent
from licet.terms.granting import Attachment
from licet.terms.letters import CertificateLetter
from licet.terms.plan import EffectKind, Plan
from licet.terms.when import from_ms

PATIENCE = timedelta(days=3)
"""How long after the last look the contact is kept in the plan's key, to hand this over."""

FILE = "erasure-certificate.json"


def deliver_certificate(app: App, plan: Plan) -> Found | None:
    """Send the certificate to the contact that only the plan still knows."""
    try:
        payload = open_plan(app, plan)
    except KeyAbsent:
        return (("delivered", False),)
    if not payload.contact:
        return (("delivered", False),)
    app.publish()  # The certificate's proof is over what is mirrored.
    data = certificate(app, plan.id)
    letter = CertificateLetter(sender_of(app), app.clock().date(), final=True, file=FILE)
    message = compose(letter, payload.contact, payload.language)
    attached = Attachment(FILE, "application/json", data)
    try:
        app.outbox.send(replace(message, attachments=(attached,)))
    except UNSENT:
        if app.clock() < _scanned(app, plan) + PATIENCE:
            return None
        return (("delivered", False),)
    return (("delivered", True),)


def _scanned(app: App, plan: Plan) -> datetime:
    with app.store.read() as reader:
        effects = reader.plans.effects(plan.id)
    found = next(dict(e.found) for e in effects if e.kind is EffectKind.SCAN_BYTES)
    return from_ms(int(found["at"]))
