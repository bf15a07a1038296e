"""Appearances: which ones wait for somebody's look, and confirming one.

An appearance that nobody confirmed lapses after ninety days, because about one stranger in
a thousand is kept under somebody's name. Whoever looks at one keeps it or takes it off
(``rectifying``). A list says under which grant and until when; where somebody was seen is
no member's to browse.
"""

from dataclasses import replace
from datetime import timedelta

from licet.app import App
from licet.consent import ceilings
from licet.consent.decide import decide
from licet.effects.acting import digest_of
from licet.effects.deciding import ask_on
from licet.effects.facts import read_facts
from licet.effects.keeping import UNCONFIRMED_DAYS
from licet.effects.listing import About, Reach, listed
from licet.effects.record import record, record_refusal
from licet.effects.sealed import open_appearance, seal_appearance
from licet.ledger.leaf import decode
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import Conflict, NotFound
from licet.terms.gallery import TemplateKind
from licet.terms.grant import Grant
from licet.terms.ids import SubjectId, TemplateId
from licet.terms.ledger import EntryKind
from licet.terms.listing import AppearanceLine
from licet.terms.permit import Action, By, Permit, Refusal, Register
from licet.terms.rectifying import Confirmed, Unconfirmed
from licet.terms.stored import StoredTemplate
from licet.terms.when import to_ms

WEEK = timedelta(days=7)
"""The least time in which whoever took a confirmation back by mistake can give it again."""


def about_appearances(subject: SubjectId | None = None) -> About:
    """Return what is read of appearances: those that wait, or all of one person's own."""
    return About(Register.APPEARANCES, subject=subject)


def list_appearances(
    app: App, who: Who, subject: SubjectId | None = None
) -> tuple[AppearanceLine, ...] | Refusal:
    """List appearances: all of a person's own to them, to a verifier those that wait.

    A verifier sees none that is younger than the day after which an organisation sees an
    item.
    """

    def read(reader: Reader, reach: Reach) -> tuple[AppearanceLine, ...]:
        if who.by is By.SUBJECT:
            grants = reader.grants.of_subject(subject) if subject else ()
            mine = [g for g in grants if g.kept]
            return tuple(_line(one) for one in _appearances(reader, mine))
        within = [g for g in reader.grants.kept() if reach.finds(g.organisation)]
        waiting = (one for one in _appearances(reader, within) if one.lapses_at is not None)
        return tuple(_line(one) for one in waiting if _old_enough(app, reader, one))

    return listed(app, who, about_appearances(subject), read)


def confirm_appearance(app: App, who: Who, template_id: TemplateId) -> Confirmed | Refusal:
    """Keep an appearance that the person or a verifier looked at (GDPR 5(1)(d)).

    1. In one unit of work: read the facts and decide.
    2. Let it lapse no more; record.
    3. Mirror the ledger.

    Raises ``NotFound`` when there is no such appearance, or not for this member yet;
    ``Conflict`` when it was confirmed before.
    """
    with app.store.unit() as unit:  # 1
        asked = _asked(app, unit, who, template_id, digest_of(template_id))
        if isinstance(asked, Refusal):
            return asked
        template, grant, permit = asked
        if template.lapses_at is None:
            raise Conflict("the appearance is confirmed", "There is nothing to do.")
        seen = replace(open_appearance(app, template), said=permit.by.value)  # 2
        unit.templates.confirm(template_id, seal_appearance(app, template_id, grant.id, seen))
        objects = (("grant", grant.id), ("template", template_id))
        leaf = record(app, unit, EntryKind.APPEARANCE_CONFIRMED, permit, objects)
    app.publish()  # 3
    return Confirmed(template_id, grant.id, leaf)


def unconfirm_appearance(app: App, who: Who, template_id: TemplateId) -> Unconfirmed | Refusal:
    """Take back that an appearance was confirmed: it waits for another look, or lapses.

    It lapses on the day on which it would have without the confirmation, in a week at the
    earliest, so that whoever erred can say so.

    1. In one unit of work: read the facts and decide.
    2. Let it lapse again; record.
    3. Mirror the ledger.

    Raises ``NotFound`` as confirming does; ``Conflict`` when it is not confirmed, and for a
    member where the person confirmed it, or nobody knows who did.
    """
    with app.store.unit() as unit:  # 1
        asked = _asked(app, unit, who, template_id, digest_of("unconfirm", template_id))
        if isinstance(asked, Refusal):
            return asked
        template, grant, permit = asked
        if template.lapses_at is not None:
            raise Conflict("the appearance is not confirmed", "There is nothing to take back.")
        if who.by is not By.SUBJECT and open_appearance(app, template).said != By.MEMBER:
            raise Conflict(
                "the person may have confirmed it themselves", "Only they can take that back."
            )
        (kept,) = unit.leaves.get(template.leaf, template.leaf + 1)
        lapses_at = max(decode(kept.data).at + UNCONFIRMED_DAYS, unit.now + WEEK)
        unit.templates.unconfirm(template_id, lapses_at)  # 2
        objects = (("grant", grant.id), ("template", template_id))
        said = (("lapses_at", to_ms(lapses_at)),)
        leaf = record(app, unit, EntryKind.APPEARANCE_UNCONFIRMED, permit, objects, said)
    app.publish()  # 3
    return Unconfirmed(template_id, grant.id, lapses_at, leaf)


def _asked(
    app: App, unit: Unit, who: Who, template_id: TemplateId, signed: str
) -> tuple[StoredTemplate, Grant, Permit] | Refusal:
    """Decide on a look at an appearance; raises ``NotFound`` without one to look at."""
    template = unit.templates.get(template_id)
    grant = unit.grants.get(template.grant) if template else None
    if template is None or grant is None or template.kind is not TemplateKind.APPEARANCE:
        raise NotFound("no such appearance", "See `licet appearance list`.")
    ask = ask_on(app, Action.CONFIRM_APPEARANCE, who, grant)
    permit = decide(ask, read_facts(app, unit, ask, who, unit.now, signed), unit.now)
    if isinstance(permit, Refusal):
        return record_refusal(app, unit, ask, permit)
    floor = permit.scope.seen_before if permit.scope else None
    if floor is not None and open_appearance(app, template).first_seen > floor:
        raise NotFound("no such appearance", "See `licet appearance list`.")
    return template, grant, permit


def _appearances(reader: Reader, grants: list[Grant]) -> list[StoredTemplate]:
    return [
        template
        for grant in sorted(grants, key=lambda grant: grant.id)
        for template in reader.templates.of_grant(grant.id)
        if template.kind is TemplateKind.APPEARANCE
    ]


def _old_enough(app: App, reader: Reader, template: StoredTemplate) -> bool:
    if app.deployment.sandbox:
        return True
    return open_appearance(app, template).first_seen <= reader.now - ceilings.ORGANISATION_FLOOR


def _line(template: StoredTemplate) -> AppearanceLine:
    return AppearanceLine(template.id, template.grant, template.lapses_at)
