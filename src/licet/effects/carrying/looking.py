"""Looks for what was destroyed of many people: in the gallery, the keyring, the files."""

from array import array

from licet.app import App, Wiped
from licet.effects.carrying.people import keys_of_part
from licet.effects.checking import reached_by, require_absent
from licet.effects.plans import Found
from licet.effects.sealed import open_part
from licet.effects.shelf import fresh_gallery
from licet.gallery.contract import Erasure
from licet.terms.errors import Integrity
from licet.terms.face import Score, Template
from licet.terms.ids import ModelId
from licet.terms.plan import EffectKind, Plan

SAMPLE = 3
"""With so many templates of a part a search is made; every grant of it is looked up."""


def check_part_unfindable(app: App, plan: Plan) -> Found:
    """Look every grant up in the gallery, and search with some of the people's own templates.

    The gallery finds rows by their grant alone, so one that knows none of the grants has
    none of the people; the searches try that this is so.
    """
    gallery = fresh_gallery(app)
    held = sum(gallery.erasure_status(grant) is Erasure.HELD for grant in plan.grants)
    if held:
        raise Integrity("the gallery still holds people", "Restart this process.")
    payload = open_part(app, plan)
    ours = [values for model, values in payload.templates if model == app.model]
    step = max(1, len(ours) // SAMPLE)
    probes = [Template(ModelId(app.model), values) for values in ours[::step][:SAMPLE]]
    # A row of theirs that were still there would be as near as a template is to itself.
    own = min((_score(one) for one in probes), default=Score(0))
    found = reached_by(app, payload.people, probes, own)
    if found:
        raise Integrity("a search still finds people", "Restart this process.")
    return (("grants", len(plan.grants)), ("probes", len(probes)), ("found", found))


def _score(probe: Template) -> Score:
    """Return the score of a template against itself."""
    values = array("h", probe.values)
    return Score(sum(value * value for value in values))


def wipe_once(app: App, plan: Plan) -> Found | None:
    """Overwrite what the database holds of deleted rows; one wipe serves all that went before."""
    with app.store.read() as reader:
        size = reader.head.size
        effects = reader.plans.effects(plan.id)
    ended = next((dict(e.found) for e in effects if e.kind is EffectKind.END_GRANTS), {})
    done = app.shelf.wiped
    if done is None or done.size <= int(ended.get("leaf", size)):
        wiped = app.store.wipe()
        if wiped.waiting:
            return None
        done = app.shelf.wiped = Wiped(size, wiped.removed, wiped.database)
    return (("removed", done.removed), ("database", done.database))


def check_part_keys(app: App, plan: Plan) -> Found:
    """Look for the part's keys in the keyring and for earlier epochs in the key service."""
    return require_absent(app, frozenset(keys_of_part(app, plan)))
