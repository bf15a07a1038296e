"""Looks for what an erasure claims is gone: in the gallery, the keyring, the files.

Each look is a step of its own and says what it found; one that still finds something
raises, so that nothing is certified that was not looked for and not found.
"""

from collections.abc import Collection
from contextlib import suppress

from licet.app import App, Scan
from licet.consent.decide import decide
from licet.consent.reasons import Reason
from licet.effects.facts import read_facts
from licet.effects.plans import Found
from licet.effects.requests import request_key
from licet.effects.scanning import scan_for
from licet.effects.sealed import grant_key, open_part, open_plan, search_key, subject_key
from licet.effects.shelf import fresh_gallery
from licet.gallery.contract import Erasure
from licet.terms.acting import WORKER
from licet.terms.errors import Integrity, KeyAbsent
from licet.terms.face import Score, Template
from licet.terms.ids import KeyId, ModelId, SubjectId
from licet.terms.permit import Action, Ask, Refusal
from licet.terms.plan import EffectKind, Plan, PlanKind, WorkState
from licet.terms.when import to_ms

_ANY = Score(-(2**62))
"""Below every score: the nearest are listed, however far."""


def keys_of(app: App, plan: Plan) -> tuple[KeyId, ...]:
    """Return the names of every key that opens something about the person."""
    with app.store.read() as reader:
        requests = [request.id for request in reader.requests.of_subject(plan.subject)]
        now = reader.plans.get(plan.id)
    try:
        searches = open_plan(app, now or plan).searches
    except KeyAbsent:
        searches = ()
    return (
        subject_key(plan.subject),
        *(grant_key(grant) for grant in plan.grants),
        *(request_key(request) for request in requests),
        *(search_key(search) for search in searches),
    )


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
    reached = reached_by(app, (plan.subject,), probes)
    if reached:
        raise Integrity("a search still finds the person", "Restart this process.")
    return (("probes", len(probes)), ("found", reached))


def reached_by(
    app: App,
    people: Collection[SubjectId],
    probes: list[Template],
    threshold: Score = _ANY,
) -> int:
    """Return how often any of these people is found by searches across all organisations.

    Raises ``Integrity`` when the looking is refused.
    """
    with app.store.read() as reader:
        known = reader.subjects.many(sorted(people))
        if not known:
            # They came after the backup that was restored: no row of theirs is kept.
            return 0
        ask = Ask(Action.ERASE, WORKER.by, app.model, subject=min(known))
        now = reader.now
        permit = decide(ask, read_facts(app, reader, ask, WORKER, now), now)
    if isinstance(permit, Refusal):
        if permit.reason == Reason.SUBJECT_ERASED:
            # A restore in the middle emptied the row already: nothing of theirs can be kept.
            return 0
        raise Integrity(f"the last check was refused: {permit.says}", permit.would_change)
    if not probes:
        return 0
    theirs = frozenset(people)
    lists = fresh_gallery(app).candidates(permit, probes, threshold, 1_000)
    return sum(row.subject in theirs for rows in lists for row in rows)


def check_bytes(app: App, _plan: Plan) -> Found | None:
    """Overwrite what the database still holds of deleted rows; wait while a reader keeps it."""
    wiped = app.store.wipe()
    if wiped.waiting:
        return None
    return (("removed", wiped.removed), ("database", wiped.database))


def check_all_keys(app: App, plan: Plan) -> Found:
    """Look for the keys in the keyring and for earlier epochs in the key service."""
    return require_absent(app, frozenset(keys_of(app, plan)))


def require_absent(app: App, keys: frozenset[KeyId]) -> Found:
    """Say how many keys were looked for and are absent. Raises ``Integrity`` when one is left."""
    absent = app.keyring.absent(keys)
    if absent != keys:
        left = len(keys - absent)
        raise Integrity(f"{left} keys outlived their shredding", "Run `licet doctor`.")
    epochs = len(app.service.epochs())
    return (("looked_for", len(keys)), ("absent", len(absent)), ("epochs", epochs))


def scan_bytes(app: App, plan: Plan) -> Found:
    """Read every file of the deployment for the person's bytes in clear."""
    scan = _scan(app, plan, _needles(app, plan))
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
            effects = reader.plans.effects(other.id) if other.kind in _SCANNED else ()
            scans = next((e.n for e in effects if e.kind is EffectKind.SCAN_BYTES), None)
            if scans is None or other.id == plan.id:
                continue
            if all(e.state is WorkState.DONE for e in effects if e.n < scans):
                # Another worker may have brought it to its end, and its key is gone with it.
                with suppress(KeyAbsent):
                    waiting.update(_needles(app, other))
    app.shelf.scan = scan_for(app, waiting)
    return app.shelf.scan.only(needles)


_SCANNED = frozenset({PlanKind.ERASE, PlanKind.ORDER})


def _needles(app: App, plan: Plan) -> frozenset[bytes]:
    """Return the byte strings of a plan's people that no file may hold in clear."""
    if plan.kind is PlanKind.ORDER:
        return open_part(app, plan).needles
    return frozenset(open_plan(app, plan).needles)
