"""Papers: what an organisation files before its members may search (GDPR 5(2), 35; AI Act 26).

Each organisation files its own, by a steward of its own: the legal instrument its searches
rest on, its impact assessment, and the record that its members were trained. licet keeps
the SHA-256 and the term, never the paper.
"""

from dataclasses import dataclass
from datetime import datetime

from licet.app import App
from licet.consent import ceilings
from licet.effects.acting import digest_of_wish
from licet.effects.deciding import decided
from licet.effects.listing import About, Reach, listed
from licet.effects.record import record
from licet.store.unit import Reader
from licet.terms.acting import Who
from licet.terms.duties import Filing, FilingKind
from licet.terms.errors import BadInput
from licet.terms.governing import PaperWish
from licet.terms.ids import FilingId, OrganisationId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Permit, Refusal, Register
from licet.terms.when import to_ms

PAPERS = About(Register.PAPERS)


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A kind of paper of one organisation: the newest that was filed, and whether it counts.

    ``filed_at``, ``valid_to`` and ``digest`` are None where none was filed.
    """

    organisation: OrganisationId
    name: str
    kind: FilingKind
    digest: str | None
    filed_at: datetime | None
    valid_to: datetime | None
    in_force: bool


def file_paper(app: App, who: Who, wish: PaperWish) -> FilingId | Refusal:
    """File a paper of the acting member's own organisation.

    1. Refuse a term that is over, or longer than papers count.
    2. In one unit of work: decide (a steward of that organisation), keep its digest, record.
    3. Mirror the ledger.

    Raises ``BadInput``. What was filed before stays in the list and in the ledger.
    """
    filing = FilingId(new_id())
    with app.store.unit() as unit:  # 2
        if not unit.now < wish.valid_to <= unit.now + ceilings.PAPER_TERM:  # 1
            raise BadInput(
                f"a paper counts for {ceilings.PAPER_TERM.days} days at most, from now on",
                "Give a day that lies ahead and within that.",
            )
        signed = digest_of_wish(wish)
        permit = decided(app, unit, who, Action.FILE, signed, evidence=wish.digest)
        if isinstance(permit, Refusal):
            return permit
        whose = _organisation(permit)
        unit.papers.file(Filing(filing, whose, wish.kind, wish.digest, unit.now, wish.valid_to))
        said = (
            ("kind", wish.kind.value),
            ("digest", wish.digest),
            ("until", to_ms(wish.valid_to)),
        )
        record(app, unit, EntryKind.PAPER_FILED, permit, (("filing", filing),), said)
    app.publish()  # 3
    return filing


def list_papers(app: App, who: Who) -> tuple[PaperLine, ...] | Refusal:
    """List what each organisation within reach filed, and what is missing."""

    def read(reader: Reader, reach: Reach) -> tuple[PaperLine, ...]:
        seen = [one for one in reader.governance.organisations() if reach.sees(one.id)]
        return tuple(_line(reader, one.id, one.name, kind) for one in seen for kind in FilingKind)

    return listed(app, who, PAPERS, read)


def _organisation(permit: Permit) -> OrganisationId:
    if permit.organisation is None:
        raise TypeError("a paper is an organisation's")
    return permit.organisation


def _line(reader: Reader, organisation: OrganisationId, name: str, kind: FilingKind) -> PaperLine:
    filed = [one for one in reader.papers.filings(organisation) if one.kind is kind]
    if not filed:
        return PaperLine(organisation, name, kind, None, None, None, in_force=False)
    newest = filed[0]
    in_force = any(one.filed_at <= reader.now < one.valid_to for one in filed)
    return PaperLine(
        organisation, name, kind, newest.digest, newest.filed_at, newest.valid_to, in_force
    )
