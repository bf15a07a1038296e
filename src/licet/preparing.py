"""Preparing: the papers that a deployment rests on before it holds real people.

The operator's own impact assessment, the notice that stands at its sources, who answers for
what, its representative in the Union, its classification under the AI Act and where each
store lies (GDPR 13, 14, 26-28, 30, 35, 44; AI Act 6). Two members file them, one of them the
data protection officer; licet keeps their SHA-256.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from licet.app import App
from licet.consent.evidence import is_digest
from licet.consent.purposes import table
from licet.effects.acting import digest_of_wish
from licet.effects.deciding import decided
from licet.effects.facts import readiness
from licet.effects.lacking import Lack, lacks
from licet.effects.record import Facts, record
from licet.terms.acting import Who
from licet.terms.duties import Preparation, Residence
from licet.terms.errors import BadInput, Conflict
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Refusal
from licet.terms.stored import Deployment


@dataclass(frozen=True, slots=True)
class Ready:
    """How far a deployment is prepared: ``lacks`` is empty when nothing is missing.

    ``prepared_at`` is when its papers were filed last, None before.
    """

    sandbox: bool
    prepared_at: datetime | None
    lacks: tuple[Lack, ...]


def prepare(app: App, who: Who, wish: Preparation) -> int | Refusal:
    """File the papers that a deployment rests on; returns the leaf index.

    1. Refuse what is incomplete, and a sandbox: it never becomes real.
    2. In one unit of work: decide (two members of the controller, one the officer). A list
       of purposes that changed since the last assessment needs a new one (GDPR 35(11)).
    3. Keep the digests and where each store lies; record, the change of the list apart.
    4. Mirror the ledger.

    Raises ``BadInput``, ``Conflict``. Filing again replaces what counts; what was filed
    before stays in the ledger.
    """
    _require_whole(app, wish)  # 1
    with app.store.unit() as unit:  # 2
        digest, paper = digest_of_wish(wish), wish.impact_assessment
        permit = decided(app, unit, who, Action.PREPARE, digest, evidence=paper)
        if isinstance(permit, Refusal):
            return permit
        former = unit.deployment.get()
        if former is None:
            raise Conflict("there is no deployment here", "Open one with `licet init`.")
        changed = _changed(former, wish)
        unit.deployment.put(  # 3
            replace(
                former,
                dpia_digest=wish.impact_assessment,
                ai_act_classification=wish.classification,
                established_in_eu=wish.established_in_eu,
                eu_representative=wish.representative,
                source_notice=wish.source_notice,
                role_agreement=wish.role_agreement,
                prepared_at=unit.now,
                purposes=table().digest,
            )
        )
        for place in wish.places:
            stated = Residence(place.store, place.territory, place.provider, unit.now)
            unit.papers.put_residence(stated)
        said = (
            ("impact_assessment", wish.impact_assessment),
            ("source_notice", wish.source_notice),
            ("role_agreement", wish.role_agreement),
            ("statement", digest),
        )
        leaf = record(app, unit, EntryKind.DEPLOYMENT_PREPARED, permit, (), said)
        if changed:
            record(app, unit, EntryKind.PURPOSES_CHANGED, permit, (), (*changed, said[0]))
    app.publish()  # 4
    return leaf


def _changed(former: Deployment, wish: Preparation) -> Facts:
    """Return from which list to which, empty when this list was assessed before.

    Raises ``Conflict`` when the former assessment is filed again for another list.
    """
    now = table().digest
    if former.purposes == now:
        return ()
    if former.purposes and wish.impact_assessment == former.dpia_digest:
        raise Conflict(
            "the list of purposes changed, and this impact assessment is of the former one",
            "Assess the list as it is now (`licet ready`), and file that (GDPR 35(11)).",
        )
    return (("from", former.purposes), ("to", now))


def is_ready(app: App) -> Ready:
    """Return what real grants still wait for."""
    with app.store.read() as reader:
        state, now = readiness(reader), reader.now
        deployment = reader.deployment.get()
    at = deployment.prepared_at if deployment else None
    return Ready(state.sandbox, at, lacks(state, now))


def _require_whole(app: App, wish: Preparation) -> None:
    if app.deployment.sandbox:
        raise Conflict(
            "a sandbox needs no papers and never becomes real",
            "Open a real deployment with `licet init`.",
        )
    if not wish.classification.strip():
        raise BadInput("the classification under the AI Act is empty", "Answer that question.")
    if not (is_digest(wish.source_notice) and is_digest(wish.role_agreement)):
        raise BadInput("a paper is named by its SHA-256", "File papers with `licet ready`.")
    named = [place.store for place in wish.places]
    if len(set(named)) < len(named):
        raise BadInput("a store is named twice", "Say once where each store lies.")
