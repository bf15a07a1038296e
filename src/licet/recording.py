"""Recording: a person's whole consent record, on paper as it were (GDPR 7(1), 15).

The controller must be able to show that the person consented; the person may see it too.
"""

from licet.app import App
from licet.consent.decide import decide
from licet.effects.facts import read_facts
from licet.effects.listing import About, asking, reach_of
from licet.effects.receipts import Receipted, receipt_for, record_statement, statement_fact
from licet.effects.record import record, record_refusal
from licet.ledger.receipt import ReceiptKind
from licet.terms.acting import Who
from licet.terms.errors import NotFound
from licet.terms.ids import GrantId, SubjectId
from licet.terms.ledger import EntryKind
from licet.terms.permit import By, Refusal, Register


def about_record(grant: GrantId, subject: SubjectId) -> About:
    """Return what is read: one grant of one person; members sign for this very one."""
    return About(Register.GRANTS, subject=subject, objects=(("grant", grant),))


def grant_record(app: App, who: Who, grant_id: GrantId) -> Receipted | Refusal:
    """Hand out a grant's consent record, signed and bound by an entry of its own.

    1. In one unit of work: read the facts and decide, as for any look into a register.
    2. State the record as it stands now; the entry commits to it.
    3. Mirror the ledger and write the record as a receipt.

    Raises ``NotFound`` for a grant that is not there, or not for this reader.
    """
    with app.store.unit() as unit:  # 1
        grant = unit.grants.get(grant_id)
        if grant is None:
            raise NotFound("there is no such grant", "See `licet grant list`.")
        about = about_record(grant_id, grant.subject)
        ask = asking(app, unit, who, about)
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, about.digest), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        if who.by is By.MEMBER and not reach_of(unit, permit).sees(grant.organisation):
            raise NotFound("there is no such grant", "See `licet grant list`.")
        statement = record_statement(app, unit, grant, unit.now)  # 2
        facts = (("register", about.register.value), ("rows", 1), *statement_fact(statement))
        leaf = record(app, unit, EntryKind.LISTED, permit, about.objects, facts)
    app.publish()  # 3
    opened = grant.subject if permit.subject is not None else None
    receipt = receipt_for(app, ReceiptKind.RECORD, leaf, statement, opened)
    return Receipted(grant_id, leaf, receipt)
