"""The steps that erase a person, each idempotent, in the order in which they must happen.

History is delivered while it can still be read; rows go before keys, so that a
crash in between leaves sealed bytes with a key and never the reverse untold;
the epoch turns after the keys are gone, so that no copy of the keyring taken
before opens anything; then the machine looks for what it claims is gone.
"""

from datetime import timedelta

from licet.app import App, Scan
from licet.consent.decide import decide
from licet.consent.reasons import Reason
from licet.effects.certifying import certify
from licet.effects.ending import delete_rows, mark_ended
from licet.effects.facts import read_facts
from licet.effects.letters import compose, sender_of
from licet.effects.plans import Found, InUnit, Step
from licet.effects.scanning import scan_for
from licet.effects.sealed import candidate_tag, grant_key, open_plan, plan_key, subject_key
from licet.effects.shelf import fresh_gallery
from licet.gallery.contract import Erasure
from licet.store.unit import Unit
from licet.terms.acting import WORKER
from licet.terms.errors import Busy, Integrity, KeyAbsent
from licet.terms.face import Score, Template
from licet.terms.grant import SubjectState
from licet.terms.ids import KeyId, ModelId
from licet.terms.letters import HistoryLetter, Surfaced
from licet.terms.permit import Action, Ask, Refusal
from licet.terms.plan import EffectKind, Plan, PlanKind, WorkState
from licet.terms.search import SearchState
from licet.terms.when import to_ms

STEPS = (
    EffectKind.DELIVER_HISTORY,
    EffectKind.DELETE_ROWS,
    EffectKind.SHRED_KEYS,
    EffectKind.CHECK_UNFINDABLE,
    EffectKind.END_GRANTS,
    EffectKind.CHECK_BYTES,
    EffectKind.TURN_EPOCH,
    EffectKind.CHECK_KEYS,
    EffectKind.CERTIFY,
    EffectKind.SCAN_BYTES,
    EffectKind.CERTIFY_SCAN,
    EffectKind.FORGET_PLAN,
)

FIRST_COSTLY = EffectKind.TURN_EPOCH
"""What comes before takes a moment; from here on a step takes longer the more is stored,
and one turn and one scan serve every erasure that waits for them."""

LETTER_PATIENCE = timedelta(days=3)
"""How long an unreachable mailbox may delay an erasure that the person asked for (GDPR 12(3))."""


def deliver_history(app: App, plan: Plan) -> Found | None:
    """Tell the person who searched them, before that can no longer be read."""
    try:
        payload = open_plan(app, plan)
        tag = candidate_tag(app, subject_key(plan.subject))
    except KeyAbsent:
        return (("delivered", False),)
    searches = _history(app, tag)
    letter = HistoryLetter(sender_of(app), searches)
    try:
        app.outbox.send(compose(letter, payload.contact, payload.language))
    except Busy:
        if app.clock() < plan.created_at + LETTER_PATIENCE:
            return None
        return (("delivered", False), ("searches", len(searches)))
    return (("delivered", True), ("searches", len(searches)))


def _history(app: App, tag: bytes) -> tuple[Surfaced, ...]:
    with app.store.read() as reader:
        found = []
        for candidate in reader.searches.candidates_tagged(tag):
            search = reader.searches.get(candidate.search)
            case = reader.governance.case(search.case) if search else None
            organisation = reader.governance.organisation(case.organisation) if case else None
            if search is None or case is None or organisation is None:
                continue
            day = search.at.date()
            found.append(Surfaced(day, organisation.name, case.purpose, search.state))
    return tuple(sorted(found, key=lambda one: (one.on, one.organisation, one.purpose)))


def erase_rows(app: App, unit: Unit, plan: Plan) -> Found:
    """Delete every row about the person: templates, suggestions, codes, candidates.

    A search that listed nobody else is closed and its probe destroyed: the probe may
    well be a photo of this very person.
    """
    found = delete_rows(app, unit, plan)
    try:
        tag = candidate_tag(app, subject_key(plan.subject))
    except KeyAbsent:
        return (*found, ("candidates", 0))
    listed = {candidate.search for candidate in unit.searches.candidates_tagged(tag)}
    deleted = unit.searches.delete_candidates_tagged(tag)
    emptied = [search for search in sorted(listed) if not unit.searches.candidates(search)]
    for search in emptied:
        unit.searches.set_state(search, SearchState.CLOSED)
        unit.searches.drop_probe(search)
    return (*found, ("candidates", deleted), ("probes", len(emptied)))


def keys_of(plan: Plan) -> tuple[KeyId, ...]:
    """Return the names of every key that opens something about the person."""
    return (subject_key(plan.subject), *(grant_key(grant) for grant in plan.grants))


def shred_all(app: App, plan: Plan) -> Found:
    """Destroy the person's key and the keys of all their grants."""
    shredded = app.keyring.shred(*keys_of(plan))
    return (("keys", shredded), ("epoch", app.keyring.epoch()))


def turn_epoch(app: App, plan: Plan) -> Found:
    """Wrap the surviving keys anew and destroy the key that wrapped the shredded ones.

    An epoch that turned since the keys were shredded need not turn again.
    """
    with app.store.read() as reader:
        found = {e.kind: dict(e.found) for e in reader.plans.effects(plan.id)}
    if found.get(EffectKind.SHRED_KEYS, {}).get("epoch") != app.keyring.epoch():
        return (("turned_before", True),)
    turned = app.keyring.turn()
    return (("turned_before", False), ("surviving_keys", turned.keys))


def check_all_keys(app: App, plan: Plan) -> Found:
    """Look for the keys in the keyring and for earlier epochs in the key service."""
    keys = frozenset(keys_of(plan))
    absent = app.keyring.absent(keys)
    if absent != keys:
        left = len(keys - absent)
        raise Integrity(f"{left} keys outlived their shredding", "Run `licet doctor`.")
    epochs = len(app.service.epochs())
    return (("looked_for", len(keys)), ("absent", len(absent)), ("epochs", epochs))


def empty_subject(app: App, unit: Unit, plan: Plan) -> Found:
    """Say that the grants have ended and empty the person's own row."""
    found = mark_ended(app, unit, plan)
    unit.subjects.set_state(plan.subject, SubjectState.ERASED)
    return found


def check_unfindable(app: App, plan: Plan) -> Found:
    """Search with the person's own templates and find none of theirs."""
    gallery = fresh_gallery(app)
    for grant in plan.grants:
        if gallery.erasure_status(grant) is Erasure.HELD:
            raise Integrity("the gallery still holds the person", "Restart this process.")
    payload = open_plan(app, plan)
    probes = [
        Template(ModelId(model), values)
        for model, values in payload.templates
        if model == app.model
    ]
    reached = _reached(app, plan, probes)
    if reached:
        raise Integrity("a search still finds the person", "Restart this process.")
    return (("probes", len(probes)), ("found", reached))


def _reached(app: App, plan: Plan, probes: list[Template]) -> int:
    ask = Ask(Action.ERASE, WORKER.by, app.model, subject=plan.subject)
    with app.store.read() as reader:
        now = reader.now
        permit = decide(ask, read_facts(app, reader, ask, WORKER, now), now)
    if isinstance(permit, Refusal):
        if permit.reason == Reason.SUBJECT_ERASED:
            # A restore in the middle emptied the row already: nothing of theirs can be kept.
            return 0
        raise Integrity(f"the last check was refused: {permit.says}", permit.would_change)
    if not probes:
        return 0
    lists = fresh_gallery(app).candidates(permit, probes, Score(-(2**62)), 1_000)
    return sum(row.subject == plan.subject for rows in lists for row in rows)


def check_bytes(app: App, _plan: Plan) -> Found | None:
    """Overwrite what the database still holds of deleted rows; wait while a reader keeps it."""
    wiped = app.store.wipe()
    if wiped.waiting:
        return None
    return (("removed", wiped.removed), ("database", wiped.database))


def scan_bytes(app: App, plan: Plan) -> Found:
    """Read every file of the deployment for the person's bytes in clear."""
    scan = _scan(app, plan, frozenset(open_plan(app, plan).needles))
    if scan.found:
        raise Integrity(
            f"{scan.found} places hold the person's data in clear",
            "They are listed by `licet doctor`; the erasure goes on when they are mended.",
        )
    at = to_ms(scan.at)
    return (("files", scan.files), ("bytes", scan.size), ("found", 0), ("at", at))


def _scan(app: App, plan: Plan, needles: frozenset[bytes]) -> Scan:
    """Return one scan for every erasure that waits for it; an earlier one if it looked for this."""
    earlier = app.shelf.scan
    if earlier is not None and needles <= earlier.needles:
        return earlier.only(needles)
    waiting = set(needles)
    with app.store.read() as reader:
        for other in reader.plans.open():
            effects = reader.plans.effects(other.id)
            ready = all(e.state is WorkState.DONE for e in effects if e.n < len(STEPS) - 3)
            if other.kind is PlanKind.ERASE and other.id != plan.id and ready:
                waiting.update(open_plan(app, other).needles)
    app.shelf.scan = scan_for(app, waiting)
    return app.shelf.scan.only(needles)


def forget_plan(app: App, plan: Plan) -> Found:
    """Destroy the key of what the plan itself had to know."""
    return (("keys", app.keyring.shred(plan_key(plan.id))),)


ERASE_OUTSIDE: dict[EffectKind, Step] = {
    EffectKind.DELIVER_HISTORY: deliver_history,
    EffectKind.SHRED_KEYS: shred_all,
    EffectKind.TURN_EPOCH: turn_epoch,
    EffectKind.CHECK_KEYS: check_all_keys,
    EffectKind.CHECK_UNFINDABLE: check_unfindable,
    EffectKind.CHECK_BYTES: check_bytes,
    EffectKind.SCAN_BYTES: scan_bytes,
    EffectKind.FORGET_PLAN: forget_plan,
}
ERASE_INSIDE: dict[EffectKind, InUnit] = {
    EffectKind.DELETE_ROWS: erase_rows,
    EffectKind.END_GRANTS: empty_subject,
    EffectKind.CERTIFY: certify,
    EffectKind.CERTIFY_SCAN: certify,
}
