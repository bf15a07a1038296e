"""What a deployment tells everybody, asked or not (GDPR 13, 14, 30): no permit is needed."""

from licet.app import App
from licet.consent.purposes import table
from licet.effects.letters import sender_of
from licet.store.unit import Reader
from licet.terms.public import PublicFacts, PublicSource
from licet.terms.source import SourceState

_READ = frozenset({SourceState.AUTHORISED, SourceState.ON_HOLD, SourceState.LAPSED})
"""The states of a source that photos are, or were and still may be, read from."""


def public_facts(app: App) -> PublicFacts:
    """Return who is responsible, the purposes on the list, and the sources that are open.

    1. Who answers: the same name and address that stand in every letter.
    2. The purposes that organisations and people may agree on; nobody's own rights are among them.
    3. The sources that are open, each with whose it is and where one objects.
    """
    # 1
    sender = sender_of(app)
    # 2
    purposes = tuple(one.id for one in table().by_id.values() if not one.without_organisation)
    # 3
    with app.store.read() as reader:
        sources = _sources(reader, sender.answer_to)
    return PublicFacts(sender.controller, sender.answer_to, sender.authority, purposes, sources)


def _sources(reader: Reader, contact: str) -> tuple[PublicSource, ...]:
    whose = {one.id: one for one in reader.governance.organisations()}
    found = (
        PublicSource(
            source.name,
            whose[source.organisation].name,
            source.bystander_condition,
            whose[source.organisation].contact or contact,
        )
        for source in reader.sources.all()
        if source.state in _READ
    )
    return tuple(sorted(found, key=lambda one: (one.organisation, one.name)))
