"""How things stand: what the records of processing and the assessment are made of.

Read from what is configured and stored, as counts and words of ours. What people wrote
(places, references, evidence, who took photos, who acts) stays out, so that both can be
published. The register of sources alone says who took the photos and how people were told,
because that is what it is for.
"""

from licet.app import App
from licet.effects.reporting import assessing, processing, register
from licet.effects.reporting.reading import read_standing
from licet.store.unit import Reader
from licet.terms.reporting import ReportKind, Section


def sections_of(app: App, reader: Reader, kind: ReportKind) -> tuple[Section, ...]:
    """Return what a report of this kind says in words; nothing where it only counts."""
    if kind is ReportKind.PROCESSING:
        return processing.sections(read_standing(app, reader))
    if kind is ReportKind.ASSESSMENT:
        return assessing.sections(read_standing(app, reader))
    if kind is ReportKind.SOURCES:
        return register.sections(app, reader)
    return ()
